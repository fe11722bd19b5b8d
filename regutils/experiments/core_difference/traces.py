"""Both paths of one data set on one grid of strengths, and how many coefficients are exactly zero at each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from regutils._validation import Array, check_choice
from regutils.claims import Finding, evidence
from regutils.datasets import load_diabetes, load_hitters, simulate_linear, standardize
from regutils.experiments.caching import once
from regutils.paths import Path, lasso_path, ridge_path

PathFunction = Callable[..., Path]
DATA = ("diabetes", "Hitters", "simulation")
SPOKEN = {
    "bmi": "body mass index", "bp": "blood pressure", "s1": "total cholesterol", "s2": "LDL", "s3": "HDL",
    "s4": "cholesterol ratio", "s5": "triglycerides (log)", "s6": "blood sugar",
}  # fmt: skip


@once
def standardized(name: str) -> tuple[Array, Array, tuple[str, ...]]:
    """Features (n, p) and target (n,), all with mean 0 and variance 1, and the names of the features.

    The simulation has 200 rows, 50 independent features, of which 5 matter, and twice as much signal as noise.
    """
    check_choice(name, "name", DATA)
    if name == "simulation":
        drawn = simulate_linear(200, 50, n_nonzero=5, snr=2.0, seed=0)
        return standardize(drawn.X), standardize(drawn.y[:, None])[:, 0], tuple(f"x{j + 1}" for j in range(50))
    bunch = load_diabetes() if name == "diabetes" else load_hitters()
    target = np.asarray(bunch.target, dtype=np.float64)[:, None]
    names = tuple(SPOKEN.get(feature, feature) for feature in bunch.feature_names)
    return standardize(bunch.data), standardize(target)[:, 0], names


@dataclass(frozen=True, eq=False)
class Traces:
    """Lasso and ridge coefficients on the same strengths; zeros count coefficients that are exactly 0.0."""

    name: str
    features: tuple[str, ...]
    lambdas: Array  # (L,), decreasing
    l1: Array  # (L, p)
    l2: Array
    lambda_max: float

    @property
    def l1_zeros(self) -> Array:
        """Exact zeros of the lasso at each strength, (L,)."""
        return np.asarray(np.sum(self.l1 == 0, axis=1))

    @property
    def l2_zeros(self) -> Array:
        """Exact zeros of ridge at each strength, (L,)."""
        return np.asarray(np.sum(self.l2 == 0, axis=1))

    def at(self, lam: float) -> int:
        """Position of the grid's strength nearest to lam, by ratio."""
        return int(np.argmin(np.abs(np.log(self.lambdas / lam))))


@once
def traces(
    name: str = "diabetes", *, low: float = 1e-3, high: float = 1e3, count: int = 241,
    l1: PathFunction = lasso_path, l2: PathFunction = ridge_path,
) -> Traces:  # fmt: skip
    """Both paths on standardized data, for `count` strengths from `high` down to `low`."""
    X, y, features = standardized(name)
    lambdas = np.geomspace(high, low, count)
    strongest = float(np.max(np.abs(X.T @ y)) / y.size)
    return Traces(name, features, lambdas, l1(X, y, lambdas).coef, l2(X, y, lambdas).coef, strongest)


@evidence("A-core-1", sabotage={"l1": ridge_path})
def exact_zeros_against_small_weights(*, l1: PathFunction = lasso_path, l2: PathFunction = ridge_path) -> list[Finding]:
    """Coefficients that are exactly 0.0 along both paths, at 241 strengths from 0.001 to 1000, on standardized
    diabetes and Hitters data and on a simulation in which 5 of 50 features matter.
    """
    found = [traces(name, l1=l1, l2=l2) for name in DATA]
    diabetes, hitters, simulation = found
    at = simulation.at(0.1)
    ridge = np.abs(simulation.l2[at])
    small = float(np.mean(ridge < 0.1 * ridge.max()))
    return [
        Finding("for", "zeros of ridge at all strengths on the three data sets",
                float(sum(trace.l2_zeros.sum() for trace in found)), "==", 0),
        *(Finding("for", f"zeros of the lasso at lambda 0.1 on {trace.name}, of {len(trace.features)}",
                  float(trace.l1_zeros[trace.at(0.1)]), ">=", 5) for trace in (diabetes, hitters)),
        Finding("for", "zeros of the lasso at lambda 0.1 on the simulation, where 45 of 50 features do not matter",
                float(simulation.l1_zeros[at]), ">=", 40),
        Finding("for", "share of ridge coefficients there that are below a tenth of the largest, and not zero",
                small, ">=", 0.5),
        Finding("for", "strengths above lambda_max at which a lasso coefficient is not zero",
                float(sum(np.sum(t.l1_zeros[t.lambdas > t.lambda_max] < len(t.features)) for t in found)), "==", 0),
    ]  # fmt: skip
