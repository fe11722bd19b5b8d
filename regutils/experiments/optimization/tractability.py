"""The price of the search for the best subset beside that of the lasso, and how often the two agree."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from regutils._validation import Array
from regutils.claims import Finding, evidence
from regutils.datasets import load_hitters, simulate_linear, standardize
from regutils.experiments.caching import once
from regutils.experiments.optimization.subsets import Mask, all_subsets, best_subsets, path_supports
from regutils.losses import SquaredLoss
from regutils.metrics import lambda_max
from regutils.paths import lasso_path, ridge_path
from regutils.penalties import L1, L2, Penalty
from regutils.solvers import coordinate_descent


@dataclass(frozen=True)
class Growth:
    """The work of both searches as features are added: counted, and timed in this run."""

    subset_features: Array  # (a,)
    subset_fits: Array
    subset_seconds: Array
    lasso_features: Array  # (b,)
    lasso_updates: Array  # coefficients updated by coordinate descent
    lasso_seconds: Array
    lasso_gap: Array  # duality gap reached: the certificate
    lasso_zeros: Array  # share of the coefficients that are exactly zero

    @property
    def doubling(self) -> float:
        """Factor by which the number of fits grows with each further feature, fitted to the counts."""
        return float(2.0 ** np.polyfit(self.subset_features, np.log2(self.subset_fits), 1)[0])

    @property
    def degree(self) -> float:
        """Exponent d in updates = constant * p^d, fitted to the counts."""
        return float(np.polyfit(np.log(self.lasso_features), np.log(self.lasso_updates), 1)[0])

    @property
    def years_for_100(self) -> float:
        """Years that all subsets of 100 features would take at the pace of the largest search of this run."""
        pace = self.subset_fits[-1] / self.subset_seconds[-1]
        return float(2.0**100 / pace / (365.25 * 24 * 3600))


@once
def growth(penalty: Callable[[float], Penalty] = L1, *, n: int = 200, largest: int = 18, seed: int = 0) -> Growth:
    """Five true features among p, correlation 0.5 between neighbors, signal-to-noise ratio 2, lam = 0.1 lambda_max."""
    narrow, wide = np.arange(8.0, largest + 1.0, 2.0), np.array([10.0, 20.0, 40.0, 80.0, 160.0, 320.0])
    fits, subset_seconds, updates, lasso_seconds, gaps, zeros = [], [], [], [], [], []
    for p in narrow:
        data = simulate_linear(n, int(p), correlation=0.5, snr=2.0, seed=seed)
        started = time.perf_counter()
        rss, _ = all_subsets(data.X, data.y)
        subset_seconds.append(time.perf_counter() - started)
        fits.append(rss.size)
    for p in wide:
        data = simulate_linear(n, int(p), correlation=0.5, snr=2.0, seed=seed)
        loss = SquaredLoss(standardize(data.X), data.y)
        started = time.perf_counter()
        result = coordinate_descent(loss, penalty(0.1 * lambda_max(loss)), tol=1e-8, record_iterates=False)
        lasso_seconds.append(time.perf_counter() - started)
        updates.append(result.n_iter * p)
        gaps.append(result.gap)
        zeros.append(float(np.mean(result.coef == 0)))
    subset, lasso = (np.array(fits, float), np.array(subset_seconds)), (np.array(updates), np.array(lasso_seconds))
    return Growth(narrow, *subset, wide, *lasso, np.array(gaps), np.array(zeros))


@dataclass(frozen=True)
class Agreement:
    """Share of data sets in which the lasso's support of the true size is that of the best subset."""

    snr: Array  # (s,)
    correlation: Array  # (c,)
    share: Array  # (c, s)
    truth_lasso: Array  # (c, s), share in which the lasso's is the true support
    truth_subset: Array  # (c, s)
    replicates: int

    @property
    def standard_error(self) -> Array:
        """Of `share`, (c, s)."""
        return np.asarray(np.sqrt(self.share * (1.0 - self.share) / self.replicates))


@once
def agreement(
    path: Callable[..., Any] = lasso_path,
    *,
    snrs: tuple[float, ...] = (0.5, 1.0, 4.0, 16.0),
    correlations: tuple[float, ...] = (0.0, 0.35, 0.7),
    n: int = 100,
    p: int = 10,
    replicates: int = 200,
    seed: int = 0,
) -> Agreement:
    """Five true features of p. For the same size five: exhaustive search, and the path's last support of that size."""
    shares = np.zeros((3, len(correlations), len(snrs)))
    for row, correlation in enumerate(correlations):
        for column, snr in enumerate(snrs):
            data = simulate_linear(n, p, correlation=correlation, snr=snr, replicates=replicates, seed=seed)
            k = int(data.support.sum())
            found = path_supports(path(data.X, data.y, n_lambdas=100, lambda_min_ratio=1e-3).coef)[:, k]
            best = best_subsets(data.X, data.y).support[:, k]
            for index, (one, other) in enumerate(((found, best), (found, data.support), (best, data.support))):
                shares[index, row, column] = np.mean(np.all(one == other, axis=-1))
    return Agreement(np.array(snrs), np.array(correlations), shares[0], shares[1], shares[2], replicates)


@dataclass(frozen=True)
class Selections:
    """Which features each method selects at each size 1, ..., p on Hitters, (p, p): row k - 1 holds size k."""

    subset: Mask
    lasso: Mask
    features: tuple[str, ...]  # in the order in which the lasso path takes them
    fits: int
    seconds: float

    @property
    def agree(self) -> Mask:
        """Whether the two supports of each size are the same, (p,)."""
        return np.asarray(np.all(self.subset == self.lasso, axis=1))

    @property
    def lasso_has(self) -> Mask:
        """Whether the lasso path has a solution of each size, (p,)."""
        return np.asarray(self.lasso.any(axis=1))

    @property
    def dropped(self) -> int:
        """Sizes at which the best subset is not the previous one and a feature more."""
        return int(np.sum(np.any(self.subset[:-1] & ~self.subset[1:], axis=1)))


@once
def hitters_selections() -> Selections:
    """All 2^19 subsets of the 19 standardized features of Hitters, and the lasso path on the same data."""
    data = load_hitters()
    X = standardize(data.data)
    started = time.perf_counter()
    best = best_subsets(X, data.target)
    seconds = time.perf_counter() - started
    coef = lasso_path(X, data.target, n_lambdas=200, lambda_min_ratio=1e-5).coef
    order = np.argsort(np.argmax(coef != 0, axis=0) - 1e9 * (coef != 0).any(axis=0), kind="stable")
    return Selections(
        subset=best.support[1:, order],
        lasso=path_supports(coef)[1:, order],
        features=tuple(data.feature_names[j] for j in order),
        fits=best.fits,
        seconds=seconds,
    )


@evidence("B-opt-2", sabotage={"penalty": L2, "path": ridge_path})
def convex_and_cheap(
    *, penalty: Callable[[float], Penalty] = L1, path: Callable[..., Any] = lasso_path
) -> list[Finding]:
    """Least-squares fits that exhaustive search makes for 8 to 18 features; coefficient updates of coordinate descent
    on the lasso with 10 to 320 features, each solution sparse and certified by its duality gap. Then, on 200 data sets
    with strong signal (signal-to-noise ratio 16) and independent features, whether both find the same five of ten.
    """
    work, same = growth(penalty), agreement(path)
    sparse = (work.lasso_gap <= 1e-8) & (work.lasso_zeros > 0)
    return [
        Finding("for", "factor by which the fits of best subset grow with each further feature",
                work.doubling, "==", 2.0, 1e-9),
        Finding("for", "exponent of p in the coefficient updates of the lasso", work.degree, "<=", 2.0),
        Finding("for", "share of its solutions with exact zeros and a duality gap of at most 1e-8",
                float(sparse.mean()), "==", 1.0),
        Finding("for", "share of data sets with the same support, strong signal and independent features",
                float(same.share[0, -1]), ">=", 0.95),
    ]  # fmt: skip
