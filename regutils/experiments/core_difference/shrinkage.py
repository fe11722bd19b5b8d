"""What ridge shrinks: not each coefficient by the same share, but each principal direction by its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.claims import Finding, evidence
from regutils.datasets import simulate_orthonormal
from regutils.experiments.caching import once
from regutils.experiments.core_difference.traces import PathFunction, standardized
from regutils.paths import Path, lasso_path, ridge_path


def unpenalized_path(X: Array, y: Array, lambdas: Array) -> Path:
    """Least squares at every strength: the path of no penalty."""
    plain = ridge_path(X, y, np.zeros(1))
    return Path(lambdas, np.repeat(plain.coef, len(lambdas), axis=0), np.repeat(plain.intercept, len(lambdas)),
                np.repeat(plain.df, len(lambdas)), plain.kkt)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Proportions:
    """Ridge beside least squares, coefficient by coefficient and principal direction by principal direction."""

    lam: float
    least_squares: Array  # (p,)
    ridge: Array  # (p,)
    eigenvalues: Array  # (p,) of X'X / n, decreasing: d^2 / n
    factors: Array  # (p,) measured: ridge over least squares along each direction
    theory: Array  # (p,) d^2 / (d^2 + 2 n lam)
    directions: Array  # (p, p) principal directions, one a row

    @property
    def ratios(self) -> Array:
        """ridge over least squares for each coefficient, (p,)."""
        return self.ridge / self.least_squares


@once
def proportions(kind: str = "diabetes", *, lam: float = 0.1, l2: PathFunction = ridge_path) -> Proportions:
    """kind: "orthonormal" (10 features, 442 rows, X'X = n I), "diabetes" or "Hitters"."""
    if kind == "orthonormal":
        drawn = simulate_orthonormal(442, 10, theta=np.linspace(-0.5, 0.45, 10), snr=1.0, seed=1)
        X, y = drawn.X, drawn.y
    else:
        X, y, _ = standardized(kind)
    n = y.size
    plain, ridge = ridge_path(X, y, np.zeros(1)).coef[0], l2(X, y, np.array([lam])).coef[0]
    _, d, right = np.linalg.svd(X, full_matrices=False)
    return Proportions(
        lam=lam,
        least_squares=plain,
        ridge=ridge,
        eigenvalues=d**2 / n,
        factors=(right @ ridge) / (right @ plain),
        theory=d**2 / (d**2 + 2 * n * lam),
        directions=right,
    )


@dataclass(frozen=True, eq=False)
class Wanderers:
    """A ridge path read toward stronger penalties: who grows on the way, who changes sign."""

    name: str
    features: tuple[str, ...]
    lambdas: Array  # (L,), increasing
    coef: Array  # (L, p)
    norm: Array  # (L,)
    growth: Array  # (p,) largest |coefficient| on the path over that of least squares
    crossings: tuple[tuple[float, ...], ...]  # for each feature, the strengths at which it changes its sign

    @property
    def norm_rises(self) -> int:
        """Steps of the path on which the norm does not fall."""
        return int(np.sum(np.diff(self.norm) >= 0))

    def index(self, feature: str) -> int:
        """The feature's column."""
        return self.features.index(feature)


@once
def wanderers(name: str = "diabetes", *, count: int = 401, l2: PathFunction = ridge_path) -> Wanderers:
    """The path for strengths from 0.00001 to 1000 on standardized data."""
    X, y, features = standardized(name)
    lambdas = np.geomspace(1e3, 1e-5, count)
    coef = l2(X, y, lambdas).coef[::-1]
    rising = lambdas[::-1]
    sign = np.sign(coef)
    crossings = tuple(
        tuple(np.sqrt(rising[:-1] * rising[1:])[sign[1:, j] != sign[:-1, j]].tolist()) for j in range(len(features))
    )
    plain = np.abs(ridge_path(X, y, np.zeros(1)).coef[0])
    growth = np.max(np.abs(coef), axis=0) / plain
    return Wanderers(name, features, rising, coef, np.linalg.norm(coef, axis=1), growth, crossings)


@evidence("A-core-3", sabotage={"l2": unpenalized_path}, misleading=True)
def the_norm_shrinks_single_weights_may_not(*, l2: PathFunction = ridge_path) -> list[Finding]:
    """Ridge paths of the standardized diabetes and Hitters data at 401 strengths: whether the norm falls at each, how
    much single coefficients grow on the way, and how many change their sign.
    """
    diabetes, hitters = wanderers("diabetes", l2=l2), wanderers("Hitters", l2=l2)
    cholesterol = diabetes.index("total cholesterol")
    return [
        Finding("for", "steps to a stronger penalty on which the norm does not fall, both data sets",
                float(diabetes.norm_rises + hitters.norm_rises), "==", 0),
        Finding("against", "blood sugar on diabetes: largest size on the path over that of least squares",
                float(diabetes.growth[diabetes.index("blood sugar")]), ">=", 1.5),
        Finding("against", "total cholesterol: times it changes its sign",
                float(len(diabetes.crossings[cholesterol])), ">=", 1),
        Finding("against", "features of Hitters, of 19, that grow by more than 5% or change their sign",
                float(np.sum((hitters.growth > 1.05) | np.array([len(c) > 0 for c in hitters.crossings]))), ">=", 5),
    ]  # fmt: skip


@evidence("B-core-1", sabotage={"l2": lasso_path})
def directions_shrink_not_coefficients(*, l2: PathFunction = ridge_path) -> list[Finding]:
    """Ridge over least squares at lambda = 0.1: for each coefficient of an orthonormal design and of the diabetes data,
    and along each principal direction of the diabetes and Hitters data.
    """
    orthonormal, diabetes, hitters = (proportions(kind, l2=l2) for kind in ("orthonormal", "diabetes", "Hitters"))
    expected = 1.0 / (1.0 + 2.0 * orthonormal.lam)
    return [
        Finding("for", "orthonormal design: distance of a coefficient's ratio from 1/(1 + 2 lambda), largest",
                float(np.max(np.abs(orthonormal.ratios - expected))), "<=", 0.0, 1e-10),
        Finding("against", "diabetes: distance of a direction's ratio from d^2/(d^2 + 2 n lambda), largest",
                float(np.max(np.abs(diabetes.factors - diabetes.theory))), "<=", 0.0, 1e-8),
        Finding("against", "the same on Hitters", float(np.max(np.abs(hitters.factors - hitters.theory))),
                "<=", 0.0, 1e-8),
        Finding("against", "diabetes: smallest ratio of a coefficient (below zero: its sign changed)",
                float(np.min(diabetes.ratios)), "<=", 0.0),
        Finding("against", "diabetes: largest ratio of a coefficient (above one: it grew)",
                float(np.max(diabetes.ratios)), ">=", 1.0),
    ]  # fmt: skip
