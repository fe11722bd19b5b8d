"""The corner on real data: body mass and blood pressure of diabetes patients, resampled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regutils.datasets import load_diabetes, standardize
from regutils.experiments.caching import once
from regutils.experiments.geometry.contact import (
    Contact,
    constrained_minimizer,
    contact,
    correlated_hessian,
)
from regutils.experiments.geometry.corners import Frequency, corner_probability_correlated, frequency
from regutils.penalties import L1Ball, L2Ball

Array = NDArray[np.float64]


@dataclass(frozen=True)
class RealCorner:
    """Two features of diabetes: the contact on the data, and corners over bootstrap samples by radius."""

    features: tuple[str, str]
    correlation: float
    least_squares: Array
    standard_error: float  # s of z ~ N(truth, s^2 H^-1)
    l1: Contact
    l2: Contact
    radii: Array
    corner: Frequency
    expected: float  # the closed form at the radius of the contacts
    l2_zeros: int
    grid: Array
    theory: Array


@once
def real_corner(
    features: tuple[str, str] = ("bmi", "bp"), radius: float = 0.2, replicates: int = 4000, seed: int = 0
) -> RealCorner:
    """Regress disease progression (in standard deviations) on two standardized features, inside both balls.

    Then 4,000 bootstrap samples of the 442 patients, standardized again: the share of corner solutions, against
    corner_probability_correlated with the data's own correlation, least-squares solution and noise plugged in.
    """
    data = load_diabetes()
    columns = [data.feature_names.index(name) for name in features]
    X = standardize(data.data[:, columns])
    y = (data.target - data.target.mean()) / data.target.std()
    n = len(y)
    correlation = float(X[:, 0] @ X[:, 1] / n)
    hessian = correlated_hessian(correlation)
    z = np.linalg.solve(hessian, X.T @ y / n)
    residual = y - X @ z
    standard_error = float(np.sqrt(residual @ residual / (n - 3) / n))

    counts = np.random.default_rng(seed).multinomial(n, np.full(n, 1.0 / n), size=replicates)
    hessians, solutions = _moments(counts / n, X, y)
    radii = radius * np.array([0.1, 0.5, 1.0, 1.5, 2.0, 3.0])
    corner, l2_zeros = [], 0
    for t in radii:
        corner.append(np.sum(np.any(constrained_minimizer(hessians, solutions, L1Ball(float(t))) == 0.0, axis=1)))
        l2_zeros += int(np.sum(constrained_minimizer(hessians, solutions, L2Ball(float(t))) == 0.0))
    grid = np.linspace(0.0, float(radii[-1]), 151)
    return RealCorner(
        features=features,
        correlation=correlation,
        least_squares=z,
        standard_error=standard_error,
        l1=contact(L1Ball(radius), hessian, z),
        l2=contact(L2Ball(radius), hessian, z, inner=0),
        radii=radii,
        corner=frequency(corner, replicates),
        expected=float(corner_probability_correlated(radius, correlation, z, standard_error)),
        l2_zeros=l2_zeros,
        grid=grid,
        theory=corner_probability_correlated(grid, correlation, z, standard_error),
    )


def _moments(weights: Array, X: Array, y: Array) -> tuple[Array, Array]:
    """X'X/n and the least-squares solution of every weighted sample (rows of weights), features standardized in it."""
    means = weights @ X
    cross = np.einsum("ri,ij,ik->rjk", weights, X, X, optimize=True) - means[:, :, None] * means[:, None, :]
    target = weights @ (X * y[:, None]) - means * (weights @ y)[:, None]
    sd = np.sqrt(np.einsum("rjj->rj", cross))
    hessian = cross / sd[:, :, None] / sd[:, None, :]
    return hessian, np.linalg.solve(hessian, (target / sd)[..., None])[..., 0]
