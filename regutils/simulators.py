"""Data with known truth: linear and logistic models with Gaussian features of a chosen covariance, and outliers.

Features have mean zero and covariance Sigma, the rows are independent. Because the truth is known, so is the risk on
new data: `excess_risk` is an exact expectation, with no test set to draw. `seed` is an integer, a
numpy SeedSequence or a Generator; the global state of numpy.random is neither read nor changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regutils._validation import check_array, check_choice, check_integer, check_scalar

Array = NDArray[np.float64]
Seed = int | np.random.SeedSequence | np.random.Generator
Structure = Literal["toeplitz", "equicorrelated"]

_LOGISTIC_VARIANCE = np.pi**2 / 3  # of the standard logistic distribution


@dataclass(frozen=True, eq=False)
class _Simulated:
    X: Array  # (n, p), or (R, n, p) with replicates
    y: Array  # (n,), or (R, n)
    theta: Array  # (p,)
    intercept: float
    covariance: Array  # Sigma, (p, p)

    @property
    def support(self) -> NDArray[np.bool_]:
        """Which coefficients are not zero, (p,)."""
        return np.asarray(self.theta != 0)

    def _deviation(self, coef: ArrayLike, intercept: ArrayLike) -> tuple[Array, Array]:
        coef = check_array(coef, "coef")
        if coef.ndim == 0 or coef.shape[-1] != self.theta.size:
            raise ValueError(f"coef must have shape (..., {self.theta.size}), got {coef.shape}")
        return coef, check_array(intercept, "intercept")


@dataclass(frozen=True, eq=False)
class LinearData(_Simulated):
    """y = intercept + X theta + sigma z with z standard normal; covariance is that of the features (p, p)."""

    sigma: float

    @property
    def snr(self) -> float:
        """Signal-to-noise ratio theta' Sigma theta / sigma^2 (Hastie, Tibshirani and Tibshirani 2020)."""
        signal = _quadratic(self.theta, self.covariance)
        return float(signal / self.sigma**2) if self.sigma > 0 else float("inf")

    def excess_risk(self, coef: ArrayLike, intercept: ArrayLike | None = None) -> Array:
        """E (intercept + x'coef - E[y|x])^2 over new x: the expected squared error on new data minus sigma^2.

        = (intercept - true intercept)^2 + (coef - theta)' Sigma (coef - theta). coef (..., p), intercept (...),
        default the true one; returns (...).
        """
        coef, intercept = self._deviation(coef, self.intercept if intercept is None else intercept)
        return np.asarray((intercept - self.intercept) ** 2 + _quadratic(coef - self.theta, self.covariance))

    def draw(self, n: int, *, seed: Seed) -> tuple[Array, Array]:
        """New data from the same model: X (n, p), y (n,)."""
        rng = _generator(seed)
        X = _features((check_integer(n, "n", low=1), self.theta.size), self.covariance, rng)
        return X, _linear_target(X, self.theta, self.intercept, self.sigma, rng)


@dataclass(frozen=True, eq=False)
class LogisticData(_Simulated):
    """y in {0, 1} with P(y = 1 | x) = 1 / (1 + exp(-intercept - x'theta)); covariance is that of the features."""

    @property
    def snr(self) -> float:
        """theta' Sigma theta / (pi^2 / 3): y is 1 when intercept + x'theta + standard logistic noise is positive."""
        return float(_quadratic(self.theta, self.covariance) / _LOGISTIC_VARIANCE)

    def probability(self, X: ArrayLike) -> Array:
        """P(y = 1 | x) for the rows of X (..., p)."""
        X = check_array(X, "X")
        if X.ndim == 0 or X.shape[-1] != self.theta.size:
            raise ValueError(f"X must have shape (..., {self.theta.size}), got {X.shape}")
        return _sigmoid(self.intercept + X @ self.theta)

    def excess_risk(self, coef: ArrayLike, intercept: ArrayLike | None = None) -> Array:
        """Expected logistic loss (natural logarithm) on new data, minus that of the truth, which is the smallest.

        coef (..., p), intercept (...), default the true one; returns (...). The true and the fitted linear predictor
        are jointly normal, so the expectation is a one-dimensional integral, computed by the trapezoidal rule.
        """
        coef, intercept = self._deviation(coef, self.intercept if intercept is None else intercept)
        return self._risk(coef, intercept) - self._risk(self.theta, np.asarray(self.intercept))

    def draw(self, n: int, *, seed: Seed) -> tuple[Array, Array]:
        """New data from the same model: X (n, p), y (n,)."""
        rng = _generator(seed)
        X = _features((check_integer(n, "n", low=1), self.theta.size), self.covariance, rng)
        return X, _logistic_target(X, self.theta, self.intercept, rng)

    def _risk(self, coef: Array, intercept: Array) -> Array:
        # E log(1 + exp(fitted)) - E sigmoid(true) fitted, where E[fitted | true] is linear in the true predictor.
        z = np.linspace(-9.0, 9.0, 2001)
        weight = np.exp(-(z**2) / 2)
        weight /= weight.sum()
        spread = np.sqrt(_quadratic(coef, self.covariance))
        fitted = intercept[..., None] + spread[..., None] * z
        true_spread = np.sqrt(_quadratic(self.theta, self.covariance))
        along = (coef @ self.covariance @ self.theta) / (true_spread if true_spread > 0 else 1.0)
        probability = _sigmoid(self.intercept + true_spread * z)
        return np.asarray(
            np.logaddexp(0.0, fitted) @ weight
            - intercept * (probability @ weight)
            - along * ((probability * z) @ weight)
        )


def simulate_linear(
    n: int,
    p: int,
    *,
    theta: ArrayLike | None = None,
    support: Sequence[int] | None = None,
    n_nonzero: int | None = None,
    correlation: float = 0.0,
    structure: Structure = "toeplitz",
    covariance: ArrayLike | None = None,
    snr: float | None = None,
    sigma: float | None = None,
    intercept: float = 0.0,
    replicates: int | None = None,
    seed: Seed,
) -> LinearData:
    """Linear model y = intercept + X theta + sigma z with X (n, p), or (R, n, p) with replicates=R.

    Truth, one of: theta (p,); support, the positions of coefficients equal to 1; n_nonzero coefficients equal to 1,
    evenly spaced from the first to the last (default: 5 of them, or p if that is less).
    Features: variance 1 and correlation^|j - k| (structure "toeplitz") or the same correlation for every pair
    ("equicorrelated"), or any positive definite covariance (p, p).
    Noise: its standard deviation sigma (default 1), or snr = theta' Sigma theta / sigma^2, which sets sigma.
    Every replicate has features and noise of its own.
    Source: set-up of Hastie, Tibshirani and Tibshirani (2020), Statistical Science 35:579-592.
    Raises ValueError or TypeError naming the argument.
    """
    n, p = check_integer(n, "n", low=1), check_integer(p, "p", low=1)
    theta = _truth(p, theta, support, n_nonzero)
    covariance = _covariance(p, correlation, structure, covariance)
    sigma = _noise(_quadratic(theta, covariance), snr, sigma)
    intercept = check_scalar(intercept, "intercept")
    rng = _generator(seed)
    X = _features(_shape(n, p, replicates), covariance, rng)
    return LinearData(X, _linear_target(X, theta, intercept, sigma, rng), theta, intercept, covariance, sigma=sigma)


def simulate_orthonormal(
    n: int,
    p: int,
    *,
    theta: ArrayLike | None = None,
    support: Sequence[int] | None = None,
    n_nonzero: int | None = None,
    snr: float | None = None,
    sigma: float | None = None,
    intercept: float = 0.0,
    replicates: int | None = None,
    seed: Seed,
) -> LinearData:
    """Linear model whose design is exactly orthonormal: X'X = n I, and columns of mean zero. Needs n > p.

    Then least squares is X'y / n, its coordinates are independent with variance sigma^2 / n, and with the loss
    (1/(2n)) ||y - X theta - b||^2 every separable penalty acts on each of them alone, by its prox at step 1.
    Truth and noise as in simulate_linear. The columns span a random subspace. covariance is I, so that excess_risk is
    the risk at these rows and on new features with covariance I, which is what `draw` returns.
    """
    n, p = check_integer(n, "n", low=2), check_integer(p, "p", low=1)
    if n <= p:
        raise ValueError(f"n must be greater than p for an orthonormal design of mean zero, got n={n}, p={p}")
    theta, covariance = _truth(p, theta, support, n_nonzero), np.eye(p)
    sigma = _noise(_quadratic(theta, covariance), snr, sigma)
    intercept = check_scalar(intercept, "intercept")
    rng = _generator(seed)
    X = _features(_shape(n, p, replicates), covariance, rng)
    X = np.sqrt(n) * np.linalg.qr(X - X.mean(axis=-2, keepdims=True))[0]
    return LinearData(X, _linear_target(X, theta, intercept, sigma, rng), theta, intercept, covariance, sigma=sigma)


def simulate_logistic(
    n: int,
    p: int,
    *,
    theta: ArrayLike | None = None,
    support: Sequence[int] | None = None,
    n_nonzero: int | None = None,
    correlation: float = 0.0,
    structure: Structure = "toeplitz",
    covariance: ArrayLike | None = None,
    snr: float | None = None,
    intercept: float = 0.0,
    replicates: int | None = None,
    seed: Seed,
) -> LogisticData:
    """Logistic model P(y = 1 | x) = 1 / (1 + exp(-intercept - x'theta)), y in {0, 1}, X (n, p) or (R, n, p).

    Truth and features as in simulate_linear. The noise of the logistic model has a fixed scale, so snr, if given,
    rescales theta, to theta' Sigma theta / (pi^2 / 3) = snr.
    """
    n, p = check_integer(n, "n", low=1), check_integer(p, "p", low=1)
    theta = _truth(p, theta, support, n_nonzero)
    covariance = _covariance(p, correlation, structure, covariance)
    if snr is not None:
        snr = check_scalar(snr, "snr", low=0.0, inclusive="neither")
        theta = theta * np.sqrt(snr * _LOGISTIC_VARIANCE / _positive_signal(_quadratic(theta, covariance)))
    intercept = check_scalar(intercept, "intercept")
    rng = _generator(seed)
    X = _features(_shape(n, p, replicates), covariance, rng)
    return LogisticData(X, _logistic_target(X, theta, intercept, rng), theta, intercept, covariance)


def add_outliers(y: ArrayLike, *, share: float, size: float, seed: Seed) -> tuple[Array, NDArray[np.bool_]]:
    """Shift a random share of the targets up or down (a fair coin each) by `size` standard deviations of y.

    y (n,) is not changed; returns the new target (n,) and which observations were shifted (n,). Their number is
    share * n, rounded. The standard deviation has divisor n.
    """
    y = check_array(y, "y", ndim=1)
    share = check_scalar(share, "share", low=0.0, high=1.0)
    size = check_scalar(size, "size", low=0.0)
    if np.ptp(y) == 0:
        raise ValueError(f"y must vary, because size counts its standard deviations, got {y[0]:g} throughout")
    rng = _generator(seed)
    shifted = np.zeros(y.size, dtype=bool)
    shifted[rng.choice(y.size, size=round(share * y.size), replace=False)] = True
    sign = rng.choice([-1.0, 1.0], size=y.size)
    return y + np.where(shifted, size * y.std() * sign, 0.0), shifted


def _generator(seed: Seed) -> np.random.Generator:
    if isinstance(seed, (np.random.SeedSequence, np.random.Generator)):
        return np.random.default_rng(seed)
    if isinstance(seed, (bool, np.bool_)) or not isinstance(seed, (int, np.integer)):
        raise TypeError(f"seed must be an integer, a SeedSequence or a Generator of numpy.random, got {seed!r}")
    return np.random.default_rng(check_integer(seed, "seed", low=0))


def _shape(n: int, p: int, replicates: int | None) -> tuple[int, ...]:
    return (n, p) if replicates is None else (check_integer(replicates, "replicates", low=1), n, p)


def _truth(p: int, theta: ArrayLike | None, support: Sequence[int] | None, n_nonzero: int | None) -> Array:
    given = {"theta": theta, "support": support, "n_nonzero": n_nonzero}
    named = [name for name, value in given.items() if value is not None]
    if len(named) > 1:
        raise ValueError(f"theta, support and n_nonzero exclude each other, got {' and '.join(named)}")
    if theta is not None:
        return np.array(check_array(theta, "theta", shape=(p,)))
    truth = np.zeros(p)
    if support is not None:
        if (
            not isinstance(support, (Sequence, np.ndarray))
            or isinstance(support, (str, bytes))
            or getattr(support, "ndim", 1) != 1
        ):
            raise TypeError(f"support must be a sequence of positions, got {support!r}")
        truth[[check_integer(j, "support", low=0, high=p - 1) for j in support]] = 1.0
    else:
        count = min(5, p) if n_nonzero is None else check_integer(n_nonzero, "n_nonzero", low=0, high=p)
        truth[np.rint(np.linspace(0, p - 1, count)).astype(int)] = 1.0
    return truth


def _covariance(p: int, correlation: float, structure: str, covariance: ArrayLike | None) -> Array:
    correlation = check_scalar(correlation, "correlation", low=-1.0, high=1.0, inclusive="neither")
    structure = check_choice(structure, "structure", ("toeplitz", "equicorrelated"))
    if covariance is not None:
        if correlation != 0:
            raise ValueError(f"correlation and covariance exclude each other, got correlation={correlation:g}")
        sigma = np.array(check_array(covariance, "covariance", shape=(p, p)))
        if not np.allclose(sigma, sigma.T) or np.linalg.eigvalsh(sigma)[0] <= 0:
            raise ValueError("covariance must be symmetric and positive definite, got a matrix that is not")
        return sigma
    if structure == "toeplitz":
        distance = np.abs(np.subtract.outer(np.arange(p), np.arange(p)))
        return np.asarray(np.power(correlation, np.arange(p))[distance])
    if p > 1 and correlation <= -1 / (p - 1):
        raise ValueError(f"correlation must be > {-1 / (p - 1):g} for {p} equicorrelated features, got {correlation:g}")
    return np.where(np.eye(p, dtype=bool), 1.0, correlation)


def _noise(signal: Array, snr: float | None, sigma: float | None) -> float:
    if snr is None:
        return 1.0 if sigma is None else check_scalar(sigma, "sigma", low=0.0)
    if sigma is not None:
        raise ValueError(f"snr and sigma exclude each other, got snr={snr!r} and sigma={sigma!r}")
    snr = check_scalar(snr, "snr", low=0.0, inclusive="neither")
    return float(np.sqrt(_positive_signal(signal) / snr))


def _positive_signal(signal: Array) -> Array:
    if signal <= 0:
        raise ValueError("snr needs a signal: theta must have a nonzero coefficient, got none")
    return signal


def _quadratic(v: Array, covariance: Array) -> Array:
    return np.asarray(np.sum((v @ covariance) * v, axis=-1))


def _features(shape: tuple[int, ...], covariance: Array, rng: np.random.Generator) -> Array:
    z = rng.standard_normal(shape)
    if np.array_equal(covariance, np.eye(shape[-1])):
        return z
    return np.asarray(z @ np.linalg.cholesky(covariance).T)


def _linear_target(X: Array, theta: Array, intercept: float, sigma: float, rng: np.random.Generator) -> Array:
    return np.asarray(intercept + X @ theta + sigma * rng.standard_normal(X.shape[:-1]))


def _logistic_target(X: Array, theta: Array, intercept: float, rng: np.random.Generator) -> Array:
    return (rng.random(X.shape[:-1]) < _sigmoid(intercept + X @ theta)).astype(np.float64)


def _sigmoid(eta: Array) -> Array:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * eta)))  # no overflow at either end
