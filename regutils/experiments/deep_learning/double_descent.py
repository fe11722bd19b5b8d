"""Test error against the number of features: a peak where they begin to fit perfectly, and what ridge makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regutils._validation import Array
from regutils.datasets import load_digits
from regutils.experiments.caching import once
from regutils.montecarlo import mean_and_error, median_and_error, monte_carlo

LAMBDAS = np.geomspace(1e2, 1e-4, 25)
ROWS, WIDTHS = 40, (2, 5, 10, 15, 20, 25, 30, 34, 37, 40, 43, 46, 50, 60, 80, 100, 130, 160, 200)
FEATURES, SIGMA = 200, 0.5
DIGITS, DIGIT_WIDTHS = 100, (10, 25, 50, 70, 85, 99, 115, 140, 200, 400, 800, 1600)


class Shared:
    """Minimum-norm least squares and ridge of one design from one eigendecomposition of the smaller Gram matrix.

    X (n, p), Y (n, k). Ridge: (1/(2n)) ||Y - X theta||^2 + lam ||theta||^2, so that X X' has 2 n lam added to it.
    """

    def __init__(self, X: Array, Y: Array) -> None:
        n, p = X.shape
        self.X, self.Y, self.wide = X, Y, p > n
        values, self.vectors = np.linalg.eigh(X @ X.T if self.wide else X.T @ X)
        # what rounding leaves of zeros (centered rows have one) is none of the data's
        self.values = np.where(values > 1e-10 * values[-1], values, 0.0)
        self.along = self.vectors.T @ (Y if self.wide else X.T @ Y)

    def least_norm(self) -> Array:
        """The solution of least squares that has the least ||theta||_2, (p, k)."""
        inverse = np.where(self.values > 0, 1.0 / np.where(self.values > 0, self.values, 1.0), 0.0)
        return self._coef(inverse)

    def ridge(self, lam: float) -> Array:
        """Ridge at one strength, (p, k)."""
        return self._coef(1.0 / (self.values + 2.0 * len(self.X) * lam))

    def tuned(self, lambdas: Array, *, centered: bool = False) -> Array:
        """Ridge at the strength of least leave-one-out error, (p, k).

        The error of leaving out row i is (y_i - yhat_i) / (1 - h_i), h_i its leverage at that strength;
        h_i is larger by 1/n where X and Y were centered, which is an intercept.
        """
        n = len(self.X)
        rows = self.vectors if self.wide else self.X @ self.vectors
        inverse = 1.0 / (self.values + 2.0 * n * lambdas[:, None])  # (L, m)
        kept = self.values * inverse if self.wide else inverse
        fitted = rows @ (kept[:, :, None] * self.along)  # (L, n, k)
        leverage = kept @ (rows**2).T + (1.0 / n if centered else 0.0)  # (L, n)
        errors = np.mean(((self.Y - fitted) / (1.0 - leverage)[:, :, None]) ** 2, axis=(1, 2))
        return self.ridge(float(lambdas[int(errors.argmin())]))

    def _coef(self, inverse: Array) -> Array:
        inside = self.vectors @ (inverse[:, None] * self.along)
        return np.asarray(self.X.T @ inside if self.wide else inside)


def least_norm_risk(gamma: Array, signal: Array | float, noise: Array | float) -> Array:
    """Limit of E (x'theta_hat - x'theta)^2 for the minimum-norm fit, independent features, p/n -> gamma.

    Hastie, Montanari, Rosset and Tibshirani (2022), theorem 1: noise gamma / (1 - gamma) below 1 and
    signal (1 - 1/gamma) + noise / (gamma - 1) above; signal = ||theta||^2, noise = sigma^2.
    """
    gamma = np.asarray(gamma, dtype=np.float64)
    with np.errstate(divide="ignore"):
        below = noise * gamma / (1.0 - gamma)
        above = signal * (1.0 - 1.0 / gamma) + noise / (gamma - 1.0)
    return np.where(gamma < 1, below, np.where(gamma > 1, above, np.inf))


def ridge_risk(gamma: Array, signal: Array | float, noise: Array | float) -> Array:
    """The same limit for ridge at its best strength, lambda = noise gamma / (2 signal) in our convention.

    noise gamma m(-z) with z = noise gamma / signal and m the Stieltjes transform of the Marchenko-Pastur law
    (Dobriban and Wager 2018; Hastie et al. 2022): a root of z gamma m^2 + (1 - gamma + z) m - 1.
    """
    gamma, z = np.asarray(gamma, dtype=np.float64), noise * np.asarray(gamma) / signal
    b = 1.0 - gamma + z
    m = (-b + np.sqrt(b**2 + 4.0 * gamma * z)) / (2.0 * gamma * z)
    return np.asarray(noise * gamma * m)


def growing(
    seed: np.random.SeedSequence, *, n: int, widths: tuple[int, ...], features: int, sigma: float
) -> dict[str, Array]:
    """One data set; the first p of its independent features are fitted, for each p of widths. Expected squared errors
    on a new observation, its noise included: least norm, ridge tuned by leaving one out, ridge at the best strength.
    """
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, features))
    theta = rng.standard_normal(features) / np.sqrt(features)
    y = X @ theta + sigma * rng.standard_normal(n)
    found = np.empty((3, len(widths)))
    for j, p in enumerate(widths):
        shared = Shared(X[:, :p], y[:, None])
        signal, noise = p / features, sigma**2 + 1.0 - p / features  # what is left out acts as noise
        fits = (shared.least_norm(), shared.tuned(LAMBDAS), shared.ridge(noise * p / (2.0 * n * signal)))
        rest = sigma**2 + theta[p:] @ theta[p:]
        found[:, j] = [np.sum((fit[:, 0] - theta[:p]) ** 2) + rest for fit in fits]
    return {"least_norm": found[0], "tuned": found[1], "best": found[2]}


@dataclass(frozen=True, eq=False)
class DoubleDescent:
    """Medians over data sets of the expected squared error on a new observation, with bootstrap standard errors."""

    n: int
    features: int
    sigma: float
    widths: NDArray[np.intp]  # (P,)
    median: dict[str, Array]  # by method: "least_norm", "tuned", "best"; (P,)
    error: dict[str, Array]
    grid: Array  # numbers of features for the theory
    theory: dict[str, Array]  # "least_norm" and "best", on the grid
    at_widths: dict[str, Array]  # the same at the widths
    replicates: int


@once
def double_descent(
    *, n: int = ROWS, widths: tuple[int, ...] = WIDTHS, features: int = FEATURES, sigma: float = SIGMA,
    replicates: int = 100, seed: int = 0,
) -> DoubleDescent:  # fmt: skip
    """40 rows, 200 equally important independent features of which the first p are used; signal 1, noise sigma^2."""
    runs = monte_carlo(
        growing, replicates, seed=seed, progress=False, n=n, widths=widths, features=features, sigma=sigma
    )
    summaries = {name: median_and_error(values, resamples=200) for name, values in runs.items()}
    grid = np.unique(np.concatenate([np.geomspace(widths[0], widths[-1], 120), n + np.array([-1.0, -0.4, 0.4, 1.0])]))

    def theory(p: Array) -> dict[str, Array]:
        signal, noise = p / features, sigma**2 + 1.0 - p / features
        return {name: noise + risk(p / n, signal, noise) for name, risk in (
            ("least_norm", least_norm_risk), ("best", ridge_risk))}  # fmt: skip

    return DoubleDescent(
        n, features, sigma, np.array(widths), {name: both[0] for name, both in summaries.items()},
        {name: both[1] for name, both in summaries.items()}, grid, theory(grid), theory(np.array(widths, dtype=float)),
        replicates,
    )  # fmt: skip


@once
def digits() -> tuple[Array, NDArray[np.intp]]:
    """Images (1797, 64), gray levels from 0 to 1, and labels (1797,)."""
    bunch = load_digits()
    return bunch.data / 16.0, np.asarray(bunch.target)


def random_digits(seed: np.random.SeedSequence, *, n: int, widths: tuple[int, ...], test: int) -> dict[str, Array]:
    """Test error of classifying digits by least squares on p random ReLU features, for each p of widths.

    n images to fit, `test` others; random first layer; pixels, features and one-hot labels centered by the n images.
    """
    rng = np.random.default_rng(seed)
    images, labels = digits()
    order = rng.permutation(len(labels))[: n + test]
    pixels, label = images[order] - images[order[:n]].mean(axis=0), labels[order]
    weight = rng.standard_normal((pixels.shape[1], max(widths))) / np.sqrt(pixels.shape[1])
    hidden = np.maximum(pixels @ weight, 0.0)
    hidden -= hidden[:n].mean(axis=0)
    target = np.eye(10)[label[:n]]
    mean = target.mean(axis=0)
    found = np.empty((2, len(widths)))
    for j, p in enumerate(widths):
        shared = Shared(hidden[:n, :p], target - mean)
        for m, coef in enumerate((shared.least_norm(), shared.tuned(LAMBDAS * 1e-2, centered=True))):
            answers = (hidden[n:, :p] @ coef + mean).argmax(axis=1)
            found[m, j] = np.mean(answers != label[n:])
    return {"least_norm": found[0], "tuned": found[1]}


@dataclass(frozen=True, eq=False)
class RandomFeatures:
    """Mean share of digits that are misclassified, with standard errors over training sets and first layers."""

    n: int
    widths: NDArray[np.intp]  # (P,)
    mean: dict[str, Array]  # "least_norm", "tuned"; (P,)
    error: dict[str, Array]
    peak_drop: tuple[float, float]  # least norm minus tuned at the peak, and its standard error (paired)
    last_drop: tuple[float, float]  # the same at the largest width
    replicates: int


@once
def random_features(
    *, n: int = DIGITS, widths: Sequence[int] = DIGIT_WIDTHS, test: int = 600, replicates: int = 10, seed: int = 0
) -> RandomFeatures:
    """100 digits, one layer of p random ReLU units, and the second layer fitted by least squares."""
    runs = monte_carlo(random_digits, replicates, seed=seed, progress=False, n=n, widths=tuple(widths), test=test)
    summaries = {name: mean_and_error(values) for name, values in runs.items()}
    peak = int(summaries["least_norm"][0].argmax())
    drop, error = mean_and_error(runs["least_norm"] - runs["tuned"])
    return RandomFeatures(
        n, np.array(widths), {name: both[0] for name, both in summaries.items()},
        {name: both[1] for name, both in summaries.items()}, (float(drop[peak]), float(error[peak])),
        (float(drop[-1]), float(error[-1])), replicates,
    )  # fmt: skip
