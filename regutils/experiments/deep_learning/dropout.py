"""Dropout of the inputs of a linear model: ridge in expectation, with a strength for each column."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.experiments.caching import once
from regutils.experiments.core_difference.traces import standardized
from regutils.optimizers import sgd
from regutils.paths import ridge_path

UNITS = "body mass index"


def strength(rate: float) -> float:
    """Ridge's lambda for columns of mean square 1 that are dropped with probability `rate`: rate / (2 (1 - rate))."""
    return rate / (2.0 * (1.0 - rate))


def expected_minimizer(X: Array, y: Array, rate: float) -> Array:
    """Minimizer (p,) of the mean squared loss over all 2^p dropout masks, each enumerated with its probability.

    An input is dropped with probability `rate` and divided by 1 - rate where it stays. X (n, p) and y (n,) centered.
    """
    p = X.shape[1]
    masks = (np.arange(2**p)[:, None] >> np.arange(p) & 1).astype(np.float64)
    weights = np.prod(np.where(masks == 1, 1.0 - rate, rate), axis=1)
    kept = masks.T @ (weights[:, None] * masks) / (1.0 - rate) ** 2  # mean of m_i m_j
    return np.asarray(np.linalg.solve(kept * (X.T @ X), X.T @ y))


@dataclass(frozen=True, eq=False)
class Dropout:
    """The diabetes data, columns and target standardized."""

    features: tuple[str, ...]
    rates: Array  # (m,) probabilities of dropping an input
    exact: Array  # (m, p) by enumeration of all masks
    ridge: Array  # (m, p) at the strength of the formula
    trained_rates: Array  # (t,)
    trained: Array  # (t, p) mean over independent runs of SGD with drawn masks, each averaged over its second half
    errors: Array  # (t, p) standard errors of these means
    units: Array  # (k,) factors by which body mass index is multiplied
    ridge_effect: Array  # (k,) its coefficient for one standard deviation, ridge of the same strength throughout
    dropout_effect: Array  # (k,) the same under dropout

    @property
    def distance(self) -> float:
        """Largest difference of a coefficient between enumerated dropout and ridge."""
        return float(np.abs(self.exact - self.ridge).max())

    @property
    def miss(self) -> float:
        """Largest difference of a coefficient between SGD with drawn masks, on average, and ridge at these rates."""
        at = np.argmin(np.abs(self.rates - self.trained_rates[:, None]), axis=1)
        return float(np.abs(self.trained - self.ridge[at]).max())


@once
def dropout(*, rate: float = 0.5, runs: int = 20, steps: int = 1000, seed: int = 0) -> Dropout:
    """Dropout by enumeration, by drawing, and ridge; then the same column in other units."""
    X, y, features = standardized("diabetes")
    rates, column = np.linspace(0.05, 0.9, 18), features.index(UNITS)
    trained_rates = np.array([0.2, 0.5, 0.8])
    drawn = _drawn(X, y, trained_rates, np.zeros((trained_rates.size, runs, X.shape[1])), steps=steps, seed=seed)
    units = np.geomspace(0.1, 10.0, 21)
    scaled = np.where(np.arange(X.shape[1]) == column, units[:, None], 1.0)[:, None, :] * X
    grid = np.array([strength(rate)])
    return Dropout(
        features=tuple(features),
        rates=rates,
        exact=np.array([expected_minimizer(X, y, share) for share in rates]),
        ridge=np.array([ridge_path(X, y, np.array([strength(share)])).coef[0] for share in rates]),
        trained_rates=trained_rates,
        trained=drawn.mean(axis=1),
        errors=drawn.std(axis=1, ddof=1) / np.sqrt(runs),
        units=units,
        ridge_effect=np.array([ridge_path(Z, y, grid).coef[0, column] for Z in scaled]) * units,
        dropout_effect=np.array([expected_minimizer(Z, y, rate)[column] for Z in scaled]) * units,
    )


def _drawn(X: Array, y: Array, rates: Array, theta: Array, *, steps: int, seed: int) -> Array:
    """SGD from theta (t, runs, p) with a new mask for each row and step, iterates averaged over the second half."""
    rng, runs = np.random.default_rng(seed), theta.shape[1]
    optimizer, total = sgd(0.05), np.zeros_like(theta)
    state = optimizer.init(theta)
    for step in range(steps):
        rows = rng.integers(X.shape[0], size=(runs, 16))
        kept = rng.random((rates.size, runs, 16, X.shape[1])) >= rates[:, None, None, None]
        inputs = kept * X[rows] / (1.0 - rates[:, None, None, None])
        residual = np.einsum("trbp,trp->trb", inputs, theta) - y[rows]
        theta, state = optimizer.update(np.einsum("trb,trbp->trp", residual, inputs) / 16, state, theta)
        if step >= steps // 2:
            total += theta
    return np.asarray(total / (steps - steps // 2))
