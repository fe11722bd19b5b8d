"""Zou and Hastie (2005), section 2.3 and figure 5: the elastic net gives twins similar coefficients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.experiments.caching import once
from regutils.experiments.replications.record import Replication
from regutils.experiments.replications.zou_hastie2005 import SOURCE, naive_elastic_net
from regutils.montecarlo import monte_carlo

STRENGTH = 0.5  # lambda_2


@dataclass(frozen=True, eq=False)
class Grouping:
    """Coefficients along the path of lambda_1 for one data set, and what Theorem 1 bounds over many."""

    lasso: Array  # (L, 6), the features of the first group first
    elastic_net: Array  # (L, 6), naive
    bound_share: Array  # (R,) largest |b_i - b_j| / ||y||_1 over sqrt(2 (1 - r)) / lambda_2, pairs of one sign
    lasso_share: Array  # (R,) the same for the lasso's coefficients
    lasso_spread: Array  # (R,) 1 - smallest / largest |coefficient| in the first group, at half the path
    elastic_net_spread: Array


@once
def grouping(*, data_sets: int = 100, seed: int = 5) -> Grouping:
    """Z1, Z2 uniform on (0, 20), y = Z1 + 0.1 Z2 + noise; three noisy copies of +-Z1 and three of +-Z2, n = 100."""
    drawn = monte_carlo(_replicates, data_sets, seed=seed, batched=True, n_jobs=1, progress=False)
    return Grouping(
        drawn["lasso"][0],
        drawn["elastic net"][0],
        drawn["bound share"],
        drawn["lasso share"],
        drawn["lasso spread"],
        drawn["elastic net spread"],
    )


def _replicates(seeds: list[np.random.SeedSequence]) -> dict[str, Array]:
    X, y = np.empty((len(seeds), 100, 6)), np.empty((len(seeds), 100))
    for r, seed in enumerate(seeds):
        rng = np.random.default_rng(seed)
        hidden = rng.uniform(0.0, 20.0, (2, 100))
        signs = np.array([1.0, -1.0, 1.0])
        copies = np.concatenate([hidden[0][:, None] * signs, hidden[1][:, None] * signs], axis=1)
        X[r] = copies + 0.25 * rng.standard_normal((100, 6))
        y[r] = hidden[0] + 0.1 * hidden[1] + rng.standard_normal(100)
    X -= X.mean(axis=1, keepdims=True)
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    y -= y.mean(axis=1, keepdims=True)
    net, lasso = naive_elastic_net(X, y, STRENGTH), naive_elastic_net(X, y, 0.0)
    correlation = np.clip(np.einsum("rni,rnj->rij", X, X), -1.0, 1.0)
    limit = np.abs(y).sum(axis=1)[:, None, None] * np.sqrt(2.0 * (1.0 - correlation)) / STRENGTH
    limit += np.where(np.eye(6, dtype=bool), np.inf, 0.0)

    def share(coef: Array) -> Array:
        """The largest difference of two coefficients of one sign, over its bound."""
        difference = np.abs(coef[..., :, None] - coef[..., None, :])
        same = coef[..., :, None] * coef[..., None, :] > 0
        return np.asarray(np.max(np.where(same, difference / limit[:, None], 0.0), axis=(1, 2, 3)))

    def spread(coef: Array) -> Array:
        size = np.sort(np.abs(coef[:, coef.shape[1] // 2, :3]), axis=1)
        return np.asarray(1.0 - size[:, 0] / size[:, -1])

    return {
        "lasso": lasso,
        "elastic net": net,
        "bound share": share(net),
        "lasso share": share(lasso),
        "lasso spread": spread(lasso),
        "elastic net spread": spread(net),
    }


def grouped(*, swapped: bool = False) -> tuple[Replication, ...]:
    """Theorem 1 in every data set, and the spread within a group. swapped=True puts the lasso in the net's place."""
    found = grouping()
    share = found.lasso_share if swapped else found.bound_share
    spread = found.lasso_spread if swapped else found.elastic_net_spread
    return (
        Replication(SOURCE, "Theorem 1", "largest difference of two coefficients over its bound, 100 data sets",
                    1.0, float(share.max()), "bound", 0.0, relation="<="),
        Replication(SOURCE, "Figure 5", "spread within a group of copies, elastic net over lasso (medians)",
                    0.5, float(np.median(spread) / np.median(found.lasso_spread)), "bound", 0.0, relation="<="),
    )  # fmt: skip
