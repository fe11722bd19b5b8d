"""How large the coefficients are that the lasso does not set to zero."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.claims import Finding, evidence
from regutils.datasets import simulate_orthonormal
from regutils.experiments.caching import once
from regutils.experiments.core_difference.traces import PathFunction, standardized
from regutils.paths import lasso_path, ridge_path


@dataclass(frozen=True, eq=False)
class Survivors:
    """The truth has only zeros and ones. What the lasso makes of it, on an orthonormal design."""

    lam: float
    truth: Array  # (p,)
    least_squares: Array  # (R, p)
    coef: Array  # (R, p)
    real: dict[str, tuple[tuple[str, ...], Array, float]]  # data set: names and values of nonzero coefficients, lam

    @property
    def true_ones(self) -> Array:
        """Estimates of the coefficients that are 1, (R, ones)."""
        return np.asarray(self.coef[:, self.truth == 1])

    @property
    def nonzero(self) -> Array:
        """All estimates that are not zero."""
        return np.asarray(self.coef[self.coef != 0])

    @property
    def zero_share(self) -> float:
        """Share of the estimates that are exactly zero."""
        return float(np.mean(self.coef == 0))


@once
def survivors(*, lam: float = 0.25, replicates: int = 200, seed: int = 0, l1: PathFunction = lasso_path) -> Survivors:
    """100 rows, 20 orthonormal features, ten with coefficient 1, noise of variance 4; and two real data sets."""
    truth = np.repeat([1.0, 0.0], 10)
    data = simulate_orthonormal(100, 20, theta=truth, sigma=2.0, replicates=replicates, seed=seed)
    centered = data.y - data.y.mean(axis=1, keepdims=True)
    least_squares = np.einsum("rnp,rn->rp", data.X, centered) / 100
    real = {}
    for name in ("diabetes", "Hitters"):
        X, y, features = standardized(name)
        coef = l1(X, y, np.array([0.05])).coef[0]
        real[name] = (tuple(np.array(features)[coef != 0].tolist()), coef[coef != 0], 0.05)
    return Survivors(lam, truth, least_squares, l1(data.X, data.y, np.array([lam])).coef[:, 0], real)


@evidence("B-core-2", sabotage={"l1": ridge_path})
def survivors_are_real_numbers(*, l1: PathFunction = lasso_path) -> list[Finding]:
    """The truth is all zeros and ones, as favorable to the claim as can be: 200 data sets with an orthonormal design.
    The lasso coefficients that are not zero are counted by value, and compared with the soft threshold.
    """
    found = survivors(l1=l1)
    nonzero = found.nonzero
    soft = np.sign(found.least_squares) * np.maximum(np.abs(found.least_squares) - found.lam, 0.0)
    real = np.concatenate([values for _, values, _ in found.real.values()])
    return [
        Finding("against", "nonzero coefficients that are exactly 1", float(np.sum(nonzero == 1)), "==", 0),
        Finding("against", "different values among the nonzero ones, as a share of their number",
                np.unique(nonzero).size / nonzero.size, "==", 1.0),
        Finding("against", "distance from the soft threshold of least squares, largest",
                float(np.max(np.abs(found.coef - soft))), "<=", 0.0, 1e-9),
        Finding("against", "mean estimate of the coefficients that are 1: less lambda",
                float(found.true_ones.mean()), "==", 1.0 - found.lam, 0.02),
        Finding("against", "smallest nonzero coefficient on diabetes and Hitters at lambda 0.05, in size",
                float(np.min(np.abs(real))), "<=", 0.05),
        Finding("against", "the largest there", float(np.max(np.abs(real))), ">=", 0.25),
    ]  # fmt: skip
