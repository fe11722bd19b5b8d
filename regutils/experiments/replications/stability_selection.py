"""Meinshausen and Buehlmann (2010): how many false features stability selection lets through, at most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.datasets import simulate_linear
from regutils.experiments.caching import once
from regutils.experiments.replications.record import Replication
from regutils.montecarlo import mean_and_error, monte_carlo
from regutils.paths import lasso_path

SOURCE = "meinshausen2010"
ROWS, FEATURES, TRUE = 200, 100, 5
THRESHOLDS = (0.6, 0.75, 0.9)


@dataclass(frozen=True, eq=False)
class Stability:
    """False and true features per threshold on the share of halves in which they are selected, and the bound."""

    threshold: Array  # (m,)
    false: Array  # mean number of false features whose share reaches the threshold, (m,)
    false_error: Array
    true: Array
    bound: Array  # q^2 / ((2 threshold - 1) p)
    size: float  # q, the mean number of features that a fit selects
    once_false: float  # mean number of false features in one fit to one half, without any threshold


@once
def stability(
    *, data_sets: int = 30, halves: int = 50, size: int = 10, corrected: bool = True, seed: int = 2010
) -> Stability:
    """Lasso on random halves of the rows, stopped at `size` features. corrected=False keeps whatever a half selects.

    The false features are independent and alike, as the theorem asks.
    """
    drawn = monte_carlo(
        _replicates, data_sets, seed=seed, batched=True, chunk_size=10, n_jobs=1, progress=False,
        halves=halves, size=size,
    )  # fmt: skip
    share, threshold = drawn["share"], np.array(THRESHOLDS)
    least = threshold if corrected else np.full_like(threshold, 1.0 / halves)
    stable = share[:, None, :] >= least[:, None] - 1e-12
    q = float(drawn["selected"].mean())
    false, false_error = mean_and_error(stable[:, :, TRUE:].sum(axis=2))
    return Stability(
        threshold=threshold,
        false=false,
        false_error=false_error,
        true=stable[:, :, :TRUE].sum(axis=2).mean(axis=0),
        bound=q**2 / ((2.0 * threshold - 1.0) * FEATURES),
        size=q,
        once_false=float(share[:, TRUE:].sum(axis=1).mean()),
    )


def _replicates(seeds: list[np.random.SeedSequence], *, halves: int, size: int) -> dict[str, Array]:
    share = np.empty((len(seeds), FEATURES))
    selected = np.empty(len(seeds))
    for r, seed in enumerate(seeds):
        rng = np.random.default_rng(seed)
        data = simulate_linear(ROWS, FEATURES, support=range(TRUE), snr=0.5, seed=rng)
        rows = np.argsort(rng.random((halves, ROWS)), axis=1)[:, : ROWS // 2]
        path = lasso_path(data.X[rows], data.y[rows], n_lambdas=24, lambda_min_ratio=0.2)
        active = path.coef != 0
        allowed = np.cumsum(active.sum(axis=2) > size, axis=1) == 0  # the path up to where it exceeds `size`
        ever = np.any(active & allowed[:, :, None], axis=1)
        share[r] = ever.mean(axis=0)
        selected[r] = ever.sum(axis=1).mean()
    return {"share": share, "selected": selected}


def meinshausen2010(*, corrected: bool = True) -> tuple[Replication, ...]:
    """E[V] <= q^2 / ((2 threshold - 1) p) at three thresholds."""
    found = stability(corrected=corrected)
    return tuple(
        Replication(SOURCE, "error control", f"false features selected, threshold {threshold:g}", float(bound),
                    float(false), "bound", 0.0, error=float(error), relation="<=")
        for threshold, bound, false, error in zip(
            found.threshold, found.bound, found.false, found.false_error, strict=True
        )
    )  # fmt: skip
