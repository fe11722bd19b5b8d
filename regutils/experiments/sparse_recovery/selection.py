"""Who finds the true features in noise? Best subset (L0), lasso (L1) and relaxed lasso, told their number or not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.datasets import simulate_linear
from regutils.experiments.caching import once
from regutils.experiments.optimization.noise import METHODS, contestants, tuned
from regutils.experiments.optimization.subsets import best_subsets, path_supports
from regutils.montecarlo import mean_and_error


@dataclass(frozen=True)
class Selection:
    """By signal-to-noise ratio: how often the support is the true one, and how many false features come with it."""

    snr: Array  # (s,)
    told: dict[str, tuple[Array, Array]]  # the size is given: share exact and standard error, (s,) each
    tuned: dict[str, tuple[Array, Array]]  # chosen for prediction on validation data: share exact
    false: dict[str, tuple[Array, Array]]  # the same: number of false features
    error: dict[str, tuple[Array, Array]]  # the same: squared error of prediction beyond the noise's, relative to it
    k: int
    p: int
    replicates: int


@once
def selection(
    *,
    snrs: tuple[float, ...] = (0.1, 0.25, 0.6, 1.5, 4.0, 10.0),
    n: int = 100,
    p: int = 10,
    correlation: float = 0.35,
    replicates: int = 100,
    seed: int = 0,
) -> Selection:
    """Five features of ten matter equally; n observations for training and n for validation, new for every data set."""
    exact: dict[str, list[Array]] = {name: [] for name in METHODS}
    false: dict[str, list[Array]] = {name: [] for name in METHODS}
    error: dict[str, list[Array]] = {name: [] for name in METHODS}
    told: dict[str, list[Array]] = {"best subset": [], "lasso": []}
    for snr in snrs:
        data = simulate_linear(2 * n, p, correlation=correlation, snr=snr, replicates=replicates, seed=seed)
        X, X_val, y, y_val = data.X[:, :n], data.X[:, n:], data.y[:, :n], data.y[:, n:]
        k = int(data.support.sum())
        candidates = contestants(X, y)
        for name, offered in candidates.items():
            coef, intercept = tuned(offered, X, y, X_val, y_val)
            chosen = coef != 0
            exact[name].append(np.all(chosen == data.support, axis=1).astype(float))
            false[name].append(np.sum(chosen & ~data.support, axis=1).astype(float))
            error[name].append(data.excess_risk(coef, intercept) / data.sigma**2)
        supports = {"best subset": best_subsets(X, y).support, "lasso": path_supports(candidates["lasso"])}
        for name, of_each_size in supports.items():
            told[name].append(np.all(of_each_size[:, k] == data.support, axis=1).astype(float))

    def summary(values: dict[str, list[Array]]) -> dict[str, tuple[Array, Array]]:
        return {name: mean_and_error(np.array(column), axis=1) for name, column in values.items()}

    return Selection(np.array(snrs), summary(told), summary(exact), summary(false), summary(error), k, p, replicates)
