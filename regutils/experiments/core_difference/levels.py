"""A factor with many levels, some of them rare: what ridge does to each, and what standardizing dummies undoes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.experiments.caching import once
from regutils.montecarlo import mean_and_error
from regutils.paths import ridge_path

CODINGS = ("0/1 columns", "standardized columns")


@dataclass(frozen=True, eq=False)
class Levels:
    """One column a level, all levels kept: the share of its deviation from the base that each keeps, and errors."""

    counts: Array  # (p,) rows of each level
    kept: dict[str, Array]  # by coding, (p,)
    theory: dict[str, Array]  # (p,) q / (q + 2 lam w): q the level's share of rows, w = 1 or, standardized, q (1 - q)
    groups: tuple[tuple[int, int], ...]  # from, to rows (both included)
    error: dict[str, tuple[Array, Array]]  # by fit, mean squared error of a level's mean and standard error, (groups,)
    best: dict[str, float]  # the lam with the smallest error of all levels
    replicates: int


@once
def levels(*, replicates: int = 400, sigma: float = 2.0, seed: int = 0) -> Levels:
    """36 levels with 2 to 128 rows, their true means drawn from a normal of variance 1, noise of variance 4.

    The strength is the best of 30 for each coding; the error is that of the fitted means of the levels. A level is
    shrunk toward the base, the fitted value where all columns are zero.
    """
    counts = np.repeat([2, 4, 8, 16, 32, 64, 128], (8, 8, 6, 5, 4, 3, 2))
    codes = np.repeat(np.arange(counts.size), counts)
    onehot = np.eye(counts.size)[codes]
    rng = np.random.default_rng(seed)
    truth = rng.standard_normal((replicates, counts.size))
    y = truth[:, codes] + sigma * rng.standard_normal((replicates, codes.size))
    means = y @ onehot / counts
    groups = ((2, 4), (8, 16), (32, 128))
    members = [(counts >= low) & (counts <= high) for low, high in groups]
    lambdas = np.geomspace(1.0, 1e-4, 30)
    errors, best, kept, theory = {"no penalty": (means - truth) ** 2}, {"no penalty": 0.0}, {}, {}
    share = counts / codes.size
    mean, sd = onehot.mean(axis=0), onehot.std(axis=0)
    weights = (np.ones(counts.size), share * (1 - share))
    for coding, scale, weight in zip(CODINGS, (np.ones(counts.size), sd), weights, strict=True):
        path = ridge_path((onehot - mean) / scale, y, lambdas)
        deviation = path.coef / scale  # of a level from the base, in the units of y; (R, L, p)
        base = path.intercept - deviation @ mean
        error = (base[..., None] + deviation - truth[:, None]) ** 2
        chosen = int(np.argmin(error.mean(axis=(0, 2))))
        errors[coding], best[coding] = error[:, chosen], float(lambdas[chosen])
        kept[coding] = deviation[0, chosen] / (means[0] - base[0, chosen])
        theory[coding] = share / (share + 2.0 * lambdas[chosen] * weight)
    return Levels(
        counts=counts,
        kept=kept,
        theory=theory,
        groups=groups,
        error={
            name: _columns([mean_and_error(error[:, inside].mean(axis=1)) for inside in members])
            for name, error in errors.items()
        },
        best=best,
        replicates=replicates,
    )


def _columns(pairs: list[tuple[Array, Array]]) -> tuple[Array, Array]:
    return np.array([mean for mean, _ in pairs]), np.array([error for _, error in pairs])
