"""Two features that say nearly the same: what happens to the variance of their coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.claims import Finding, evidence
from regutils.datasets import load_diabetes, simulate_orthonormal, standardize
from regutils.experiments.bias_variance.nested import Fit, scaled
from regutils.experiments.caching import once
from regutils.montecarlo import monte_carlo
from regutils.paths import lasso_path, ridge_path

METHODS = ("least squares", "ridge", "lasso")
ROWS, SIGMA = 50, 2.0
TRUTH = np.array([1.0, 0.5])
RIDGE, LASSO = 0.05, 0.2  # the strengths, the same for every correlation
SHOWN = 0.99  # the correlation at which single estimates are looked at


@once
def twin_design(correlation: float) -> Array:
    """Two centered columns of variance one, whose correlation in the sample is exactly this, (ROWS, 2)."""
    base = simulate_orthonormal(ROWS, 2, seed=0).X
    return np.stack([base[:, 0], correlation * base[:, 0] + np.sqrt(1 - correlation**2) * base[:, 1]], axis=1)


def fit_twins(seeds: Sequence[np.random.SeedSequence], *, correlation: float, penalized: bool) -> dict[str, Array]:
    """Coefficients (R, 3, 2) of least squares, ridge and lasso on the same twins, with new noise for each seed."""
    X = twin_design(correlation)
    y = X @ TRUTH + SIGMA * np.stack([np.random.default_rng(seed).standard_normal(ROWS) for seed in seeds])
    scale = 1.0 if penalized else 0.0
    ridge = ridge_path(X, y, np.array([scale * RIDGE])).coef
    lasso = lasso_path(X, y, np.array([scale * LASSO])).coef
    return {"coef": np.concatenate([ridge_path(X, y, np.array([0.0])).coef, ridge, lasso], axis=1)}


def ridge_variance(correlation: Array, lam: float) -> Array:
    """Variance of either twin's ridge coefficient: half from each eigenvalue of X'X/n, 1 + r and 1 - r."""
    eigenvalues = np.stack([1 + correlation, 1 - correlation])
    return np.asarray(SIGMA**2 / ROWS * np.mean(eigenvalues / (eigenvalues + 2 * lam) ** 2, axis=0))


@dataclass(frozen=True, eq=False)
class Twins:
    """Variance of the first twin's coefficient against the correlation of the two."""

    correlation: Array  # (m,)
    inflation: Array  # (m,), the variance inflation factor 1 / (1 - r^2)
    variance: Array  # (3, m), rows as in METHODS
    error: Array  # (3, m), standard errors
    exact: Array  # (2, m): least squares and ridge, by formula
    bound: float  # sigma^2 / (8 n lam): no design gives a ridge coefficient more variance
    prediction: Array  # (m,), variance of the least-squares prediction, averaged over the rows of X
    shown: Array  # (3, R, 2), the estimates at the correlation SHOWN
    alone: float  # share of data sets in which the lasso, at the largest correlation, keeps exactly one of the two


@once
def twins(*, penalized: bool = True, replicates: int = 1000, seed: int = 0) -> Twins:
    """Least squares, ridge and lasso at correlations up to 0.9999, the same noise at each."""
    correlation = np.array([0.0, 0.5, 0.8, 0.9, 0.97, SHOWN, 0.997, 0.999, 0.9997, 0.9999])
    coef = np.stack([
        monte_carlo(fit_twins, replicates, seed=seed, batched=True, chunk_size=500, correlation=r,
                    penalized=penalized)["coef"]
        for r in correlation
    ])  # fmt: skip
    squares = (coef[..., 0] - coef[..., 0].mean(axis=1, keepdims=True)) ** 2  # (m, R, 3)
    least = coef[:, :, 0] - coef[:, :, 0].mean(axis=1, keepdims=True)
    moved = np.stack([twin_design(r) @ apart.T for r, apart in zip(correlation, least, strict=True)])
    inflation = 1.0 / (1.0 - correlation**2)
    return Twins(
        correlation=correlation,
        inflation=inflation,
        variance=squares.sum(axis=1).T / (replicates - 1),
        error=squares.std(axis=1, ddof=1).T / np.sqrt(replicates),
        exact=np.stack([SIGMA**2 / ROWS * inflation, ridge_variance(correlation, RIDGE)]),
        bound=SIGMA**2 / (8 * ROWS * RIDGE),
        prediction=np.mean(moved**2, axis=(1, 2)),
        shown=np.moveaxis(coef[list(correlation).index(SHOWN)], 1, 0),
        alone=float(np.mean(np.count_nonzero(coef[-1, :, 2], axis=-1) == 1)),
    )


@dataclass(frozen=True, eq=False)
class Patients:
    """Standard deviations of the diabetes coefficients over bootstrap samples, per standard deviation of a feature."""

    names: tuple[str, ...]  # by falling variance inflation factor
    inflation: Array  # (p,), 1 / (1 - R^2) of a feature regressed on the others
    spread: Array  # (3, p), rows as in METHODS
    ridge: float  # the strengths, chosen by cross-validation on the full data
    lasso: float


def fit_patients(seeds: Sequence[np.random.SeedSequence], *, ridge: float, lasso: float) -> dict[str, Array]:
    """Coefficients (R, 3, p) of the three fits on resampled patients, one resample a seed."""
    data = load_diabetes()
    rows = np.stack([np.random.default_rng(seed).integers(len(data.target), size=len(data.target)) for seed in seeds])
    X, y = standardize(data.data)[rows], data.target[rows]
    fits = [ridge_path(X, y, np.array([0.0])), ridge_path(X, y, np.array([ridge])), lasso_path(X, y, np.array([lasso]))]
    return {"coef": np.concatenate([path.coef for path in fits], axis=1)}


def _chosen(path: Fit, X: Array, y: Array, lambdas: Array) -> float:
    """The strength that predicts best in ten-fold cross-validation, rows in their order, standardized in every fold."""
    check = np.arange(y.size)[: y.size // 10 * 10].reshape(10, -1)
    fit = np.stack([np.setdiff1d(np.arange(y.size), rows) for rows in check])
    inside, outside = scaled(X[fit], X[check])
    found = path(inside, y[fit], lambdas)
    guess = found.coef @ outside.transpose(0, 2, 1) + found.intercept[:, :, None]
    return float(lambdas[np.mean((guess - y[check][:, None]) ** 2, axis=(0, 2)).argmin()])


@once
def patients(*, penalized: bool = True, replicates: int = 300, seed: int = 0) -> Patients:
    """Resample the 442 patients, and fit again at strengths that ten-fold cross-validation chose."""
    data = load_diabetes()
    X = standardize(data.data)
    largest = float(np.abs(X.T @ (data.target - data.target.mean())).max()) / len(X)
    ridge = lasso = 0.0
    if penalized:
        ridge = _chosen(ridge_path, data.data, data.target, np.geomspace(1.0, 1e-4, 17))
        lasso = _chosen(lasso_path, data.data, data.target, np.geomspace(largest, 1e-3 * largest, 50))
    coef = monte_carlo(fit_patients, replicates, seed=seed, batched=True, ridge=ridge, lasso=lasso)["coef"]
    inflation = np.diag(np.linalg.inv(np.corrcoef(X.T)))
    order = np.argsort(-inflation)
    names = tuple(str(data.feature_names[j]) for j in order)
    return Patients(names, inflation[order], coef.std(axis=0, ddof=1)[:, order], ridge, lasso)


@evidence("B-bv-1", sabotage={"penalized": False})
def penalties_steady_twins(*, penalized: bool = True) -> list[Finding]:
    """Two features with a correlation of 0 to 0.9999 and 1,000 draws of the noise: variance of a coefficient under
    least squares, beside the variance inflation factor 1/(1 - r^2), and under both penalties. The spread of the most
    collinear coefficient of the diabetes data over 300 bootstrap samples."""
    found, real = twins(penalized=penalized), patients(penalized=penalized)
    least, ridge, lasso = found.variance
    growth, shown = least / found.exact[0], list(found.correlation).index(SHOWN)
    return [
        Finding("for", f"variance under least squares over that under ridge, correlation {SHOWN}",
                float(least[shown] / ridge[shown]), ">=", 20.0),
        Finding("for", f"variance under least squares over that under the lasso, correlation {SHOWN}",
                float(least[shown] / lasso[shown]), ">=", 5.0),
        Finding("for", "variance under least squares over that under ridge, correlation 0.9999",
                float(least[-1] / ridge[-1]), ">=", 1000.0),
        Finding("for", "variance under least squares over its formula with the inflation factor, where farthest from 1",
                float(growth[np.argmax(np.abs(growth - 1))]), "==", 1.0, 0.15),
        Finding("for", "largest variance under ridge over all correlations, relative to its bound for every design",
                float((ridge - 3 * found.error[1]).max() / found.bound), "<=", 1.0),
        Finding("for", f"bootstrap spread of {real.names[0].upper()} on diabetes, ridge over least squares",
                float(real.spread[1, 0] / real.spread[0, 0]), "<=", 0.7),
    ]  # fmt: skip
