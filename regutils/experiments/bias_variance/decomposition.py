"""Squared bias and variance: exact for ridge, by Monte Carlo for ridge and lasso, on one design with new noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from regutils._validation import Array
from regutils.datasets import simulate_linear
from regutils.experiments.caching import once
from regutils.losses import center
from regutils.montecarlo import monte_carlo
from regutils.paths import lasso_path, ridge_path
from regutils.simulators import LinearData

Kind = Literal["l1", "l2"]
PATHS = {"l1": lasso_path, "l2": ridge_path}


@once
def course_data(*, n: int = 50, p: int = 20, correlation: float = 0.5, snr: float = 1.0, seed: int = 4) -> LinearData:
    """One design of n rows and p correlated features, five of which matter: the truth that the chapter knows."""
    return simulate_linear(n, p, correlation=correlation, snr=snr, seed=seed)


def strengths(kind: Kind, *, count: int = 24) -> Array:
    """A grid that goes from hardly any variance to least squares: its last strength is zero, (count + 1,)."""
    data = course_data()
    X = center(data.X, data.X.mean(axis=0))
    if kind == "l1":
        top = 1.4 * float(np.abs(X.T @ (X @ data.theta)).max()) / len(X)
    else:
        top = 5.0 * float(np.linalg.eigvalsh(X.T @ X)[-1]) / len(X)
    return np.append(np.geomspace(top, top / (200.0 if kind == "l1" else 3e4), count), 0.0)


def refit(seeds: Sequence[np.random.SeedSequence], *, kind: Kind, penalized: bool) -> dict[str, Array]:
    """The whole path on the same design with new noise, for each seed: coef (R, L, p) and the noise (R, n)."""
    data = course_data()
    noise = data.sigma * np.stack([np.random.default_rng(seed).standard_normal(len(data.X)) for seed in seeds])
    grid = strengths(kind)
    path = PATHS[kind](data.X, data.X @ data.theta + noise, grid if penalized else grid * 1e-9)
    return {"coef": path.coef, "noise": noise}


@dataclass(frozen=True, eq=False)
class Refits:
    """Fits of one kind to many targets that differ by their noise alone."""

    lambdas: Array  # (L,), the last one zero
    coef: Array  # (R, L, p)
    noise: Array  # (R, n)


@once
def refits(kind: Kind, *, penalized: bool = True, replicates: int = 1000, seed: int = 0) -> Refits:
    """Lasso ("l1") or ridge ("l2") on `replicates` targets. penalized=False takes the penalty (all but) away."""
    drawn = monte_carlo(refit, replicates, seed=seed, batched=True, chunk_size=500, kind=kind, penalized=penalized)
    return Refits(strengths(kind), drawn["coef"], drawn["noise"])


@dataclass(frozen=True, eq=False)
class Decomposition:
    """Expected squared error on new data beyond the noise, E (x'theta_hat - x'theta)^2 / sigma^2, and its two parts."""

    kind: Kind
    lambdas: Array  # (L,), without the zero
    squared_bias: Array  # (L,), of x'theta_hat, averaged over x
    variance: Array
    squared_bias_error: Array  # standard errors
    variance_error: Array
    exact: tuple[Array, Array] | None  # squared bias and variance by formula, where there is one: ridge
    least_squares: float  # variance (and error) of least squares, by formula

    @property
    def error(self) -> Array:
        """Squared bias plus variance."""
        return self.squared_bias + self.variance

    @property
    def best(self) -> int:
        """Position of the strength with the least error."""
        return int(np.argmin(self.error))

    @property
    def largest_z(self) -> float:
        """Largest distance of Monte Carlo from the formulas, in standard errors."""
        if self.exact is None:
            raise ValueError(f"kind must be 'l2': only ridge has formulas to be compared with, got {self.kind!r}")
        bias, variance = self.exact
        z = np.abs(self.squared_bias - bias) / self.squared_bias_error
        return float(max(z.max(), np.max(np.abs(self.variance - variance) / self.variance_error)))


def parts(coef: Array, truth: Array, covariance: Array) -> tuple[Array, Array, Array, Array]:
    """Squared bias and variance of x'coef averaged over x of this covariance, and their standard errors.

    coef (R, ..., p) holds R independent estimates of truth (p,); returns four arrays (...). With m the mean estimate,
    (m - truth)' S (m - truth) exceeds the squared bias by variance / R on average, which is taken off.
    """
    replicates = len(coef)
    mean = coef.mean(axis=0)
    apart, shift = coef - mean, mean - truth
    spread = np.sum((apart @ covariance) * apart, axis=-1)
    variance = spread.sum(axis=0) / (replicates - 1)
    squared_bias = np.sum((shift @ covariance) * shift, axis=-1) - variance / replicates
    along = 2.0 * np.sum((shift @ covariance) * apart, axis=-1)  # how each replicate moves the squared bias
    turned = np.moveaxis(apart, 0, -1)
    among = turned @ np.swapaxes(turned, -1, -2) @ covariance / (replicates - 1)
    around_zero = 2.0 * np.trace(among @ among, axis1=-2, axis2=-1) / replicates**2  # all there is where bias is zero
    bias_error = np.sqrt(along.var(axis=0, ddof=1) / replicates + around_zero)
    return squared_bias, variance, bias_error, spread.std(axis=0, ddof=1) / np.sqrt(replicates)


def ridge_parts(X: Array, truth: Array, sigma: float, covariance: Array, lambdas: Array) -> tuple[Array, Array]:
    """Exact squared bias and variance of ridge for the design X (n, p), centered, at strengths (L,), (L,) each.

    With W = (X'X + 2 n lam I)^-1, E theta_hat - truth = -2 n lam W truth and Cov theta_hat = sigma^2 W X'X W.
    """
    eigenvalues, basis = np.linalg.eigh(X.T @ X)
    ridge = 2.0 * len(X) * lambdas[:, None]
    rotated = basis.T @ covariance @ basis
    shift = -ridge / (eigenvalues + ridge) * (basis.T @ truth)
    spread = eigenvalues / (eigenvalues + ridge) ** 2
    squared_bias = np.sum((shift @ rotated) * shift, axis=-1)
    return squared_bias, sigma**2 * spread @ np.diag(rotated)


@once
def decomposition(kind: Kind, *, penalized: bool = True, seed: int = 0) -> Decomposition:
    """Bias and variance of one penalty over its strengths, with those of least squares to compare."""
    data, drawn = course_data(), refits(kind, penalized=penalized, seed=seed)
    X = center(data.X, data.X.mean(axis=0))
    noise = data.sigma**2
    bias, variance, bias_error, variance_error = parts(drawn.coef[:, :-1], data.theta, data.covariance)
    exact = ridge_parts(X, data.theta, data.sigma, data.covariance, drawn.lambdas * (1.0 if penalized else 1e-9))
    return Decomposition(
        kind,
        drawn.lambdas[:-1],
        squared_bias=bias / noise,
        variance=variance / noise,
        squared_bias_error=bias_error / noise,
        variance_error=variance_error / noise,
        exact=(exact[0][:-1] / noise, exact[1][:-1] / noise) if kind == "l2" else None,
        least_squares=float(exact[1][-1] / noise),
    )


@dataclass(frozen=True, eq=False)
class Estimates:
    """Two coefficients as estimated on many data sets, by least squares and by both penalties."""

    truth: tuple[float, float]  # of the coefficient that matters, and of one that does not
    values: dict[str, Array]  # by method, (R, 2)

    def zeros(self, method: str) -> tuple[float, float]:
        """How often the method sets each of the two to exactly zero."""
        shares = np.mean(self.values[method] == 0, axis=0)
        return float(shares[0]), float(shares[1])


def estimates(*, seed: int = 0) -> Estimates:
    """A true coefficient of one and a true zero, each penalty at the strength that predicts best."""
    data = course_data()
    chosen = [int(np.flatnonzero(data.support)[1]), int(np.flatnonzero(~data.support)[6])]
    values = {"least squares": refits("l2", seed=seed).coef[:, -1, chosen]}
    names: dict[Kind, str] = {"l2": "ridge", "l1": "lasso"}
    for kind, name in names.items():
        best = decomposition(kind, seed=seed).best
        values[name] = refits(kind, seed=seed).coef[:, best][:, chosen]
    return Estimates((float(data.theta[chosen[0]]), float(data.theta[chosen[1]])), values)
