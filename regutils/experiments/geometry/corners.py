"""How often the L1 solution is a corner: normal cones, radius, correlation, dimension."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf, erfc, ndtr

from regutils.claims import Finding, evidence
from regutils.experiments.caching import once
from regutils.experiments.geometry.contact import Ball, constrained_minimizer, correlated_hessian
from regutils.penalties import L1Ball, L2Ball

Array = NDArray[np.float64]
BallType = Callable[[float], Ball]


@dataclass(frozen=True)
class Frequency:
    """Counted events as shares, with 95% Wilson intervals."""

    share: Array
    low: Array
    high: Array
    replicates: int


def frequency(counts: object, replicates: int) -> Frequency:
    """Shares of `replicates` trials with their 95% Wilson score intervals (Wilson 1927)."""
    z = 1.959963984540054
    share = np.asarray(counts, dtype=np.float64) / replicates
    middle = (share + z**2 / (2 * replicates)) / (1 + z**2 / replicates)
    half = z / (1 + z**2 / replicates) * np.sqrt(share * (1 - share) / replicates + z**2 / (4 * replicates**2))
    return Frequency(share, np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0), replicates)


@dataclass(frozen=True)
class Cones:
    """Least-squares solutions and where they are projected, for both balls of one radius."""

    radius: float
    extent: float
    corner_cones: tuple[Array, ...]  # the four triangles of the plane that project to a corner, each (3, 2)
    points: Array  # (k, 2)
    on_diamond: Array
    on_circle: Array
    to_corner: NDArray[np.bool_]  # (k,)


def normal_cones(radius: float = 1.0, count: int = 46, extent: float = 3.0, seed: int = 4) -> Cones:
    """Project random least-squares solutions onto the diamond and the circle (round contours), and mark the corners.

    The solutions that go to the corner (t, 0) fill the cone {z : z_1 - t >= |z_2|}, and its turns by 90 degrees.
    """
    rng = np.random.default_rng(seed)
    points = rng.uniform(-0.94 * extent, 0.94 * extent, (4 * count, 2))
    apart = [0]
    for index in range(1, len(points)):  # spread evenly, so that the arrows can be told apart
        near = np.min(np.linalg.norm(points[apart] - points[index], axis=1))
        if near > 0.55 and np.linalg.norm(points[index]) > radius + 0.3:
            apart.append(index)
    points = points[apart][:count]
    on_diamond = L1Ball(radius).project(points)
    reach = 2.0 * extent
    east = np.array([[radius, 0.0], [radius + reach, reach], [radius + reach, -reach]])
    turn = np.array([[0.0, 1.0], [-1.0, 0.0]])
    return Cones(
        radius=radius,
        extent=extent,
        corner_cones=tuple(east @ np.linalg.matrix_power(turn, k) for k in range(4)),
        points=points,
        on_diamond=on_diamond,
        on_circle=L2Ball(radius).project(points),
        to_corner=np.any(on_diamond == 0.0, axis=1),
    )


def corner_probability(radius: object, sd: float = 1.0) -> Array:
    """erfc(t / (2 s))^2: how probably the point of the diamond of radius t nearest to z ~ N(0, s^2 I_2) is a corner."""
    return np.asarray(erfc(np.asarray(radius, dtype=np.float64) / (2.0 * sd)) ** 2)


def corner_probability_correlated(radius: object, correlation: object, mean: Array, sd: float = 1.0) -> Array:
    """The same for z ~ N(mean, s^2 H^-1) and contours H = [[1, r], [r, 1]], as in a regression with noise.

    The diamond's edges lie along the axes of the ellipses, so that (z_1 + z_2)/sqrt(2) and (z_1 - z_2)/sqrt(2) are
    independent with variances s^2/(1 + r) and s^2/(1 - r); a corner needs both to reach t/sqrt(2) in size.
    """
    radius, r = np.asarray(radius, dtype=np.float64), np.asarray(correlation, dtype=np.float64)
    reach = radius / np.sqrt(2.0)
    probability = np.ones(np.broadcast_shapes(radius.shape, r.shape))
    for center, precision in (
        ((mean[0] + mean[1]) / np.sqrt(2.0), 1.0 + r),
        ((mean[0] - mean[1]) / np.sqrt(2.0), 1.0 - r),
    ):
        spread = sd / np.sqrt(precision)
        probability = probability * (ndtr((center - reach) / spread) + ndtr((-center - reach) / spread))
    return probability


@dataclass(frozen=True)
class CornerFrequency:
    """Where the constrained solution lies, by radius: frequencies from simulation and their closed forms."""

    radii: Array
    corner: Frequency
    edge: Frequency
    interior: Frequency
    grid: Array
    corner_theory: Array
    edge_theory: Array
    interior_theory: Array


@once
def corner_frequency(
    *, ball: BallType = L1Ball, sd: float = 1.0, replicates: int = 100_000, seed: int = 0
) -> CornerFrequency:
    """Project draws of N(0, s^2 I_2) onto balls of growing radius; count corners, boundary points and inner points.

    Closed forms: a corner erfc(x)^2, an edge 2 erf(x) erfc(x), the interior erf(x)^2, with x = t/(2s).
    """
    z = sd * np.random.default_rng(seed).standard_normal((replicates, 2))
    radii = sd * np.array([0.25, 0.5, 1.0, 1.5, 2.0, 3.0])
    corner, interior = [], []
    for radius in radii:
        region = ball(float(radius))
        corner.append(np.sum(np.any(region.project(z) == 0.0, axis=1)))
        interior.append(np.sum(region.norm(z) < radius))
    grid = sd * np.linspace(0.0, 3.4, 171)
    x = grid / (2.0 * sd)
    return CornerFrequency(
        radii=radii,
        corner=frequency(corner, replicates),
        edge=frequency(replicates - np.array(corner) - np.array(interior), replicates),
        interior=frequency(interior, replicates),
        grid=grid,
        corner_theory=corner_probability(grid, sd),
        edge_theory=2.0 * erf(x) * erfc(x),
        interior_theory=erf(x) ** 2,
    )


@dataclass(frozen=True)
class CorrelationEffect:
    """The probability of a corner against the correlation of the features, for two truths."""

    radius: float
    signal: float
    correlations: Array
    signal_frequency: Frequency
    null_frequency: Frequency
    grid: Array
    signal_theory: Array
    null_theory: Array
    clouds: tuple[tuple[float, Array, NDArray[np.bool_]], ...]  # correlation, least-squares solutions, corner or not


@once
def correlation_effect(
    *, radius: float = 1.0, signal: float = 2.0, replicates: int = 20_000, ball: BallType = L1Ball, seed: int = 0
) -> CorrelationEffect:
    """Corners among solutions for noisy data: least-squares solutions z ~ N(truth, H^-1) with H = [[1, r], [r, 1]].

    Truths (signal, signal) and (0, 0). Each solution is the exact minimizer of (theta - z)'H(theta - z) in the ball.
    """
    rng = np.random.default_rng(seed)
    truths = {"signal": np.full(2, signal), "null": np.zeros(2)}
    correlations = np.array([-0.9, -0.6, -0.3, 0.0, 0.3, 0.6, 0.9])
    counts: dict[str, list[int]] = {name: [] for name in truths}
    clouds = []
    for r in (*correlations, -0.8, 0.8):
        hessian = correlated_hessian(float(r))
        noise = rng.standard_normal((replicates, 2)) @ np.linalg.cholesky(np.linalg.inv(hessian)).T
        for name, truth in truths.items():
            z = truth + noise
            corner = np.any(constrained_minimizer(hessian, z, ball(radius)) == 0.0, axis=1)
            if r in correlations:
                counts[name].append(int(np.sum(corner)))
            elif name == "signal":
                clouds.append((float(r), z[:300], corner[:300]))
    grid = np.linspace(-0.98, 0.98, 99)
    return CorrelationEffect(
        radius=radius,
        signal=signal,
        correlations=correlations,
        signal_frequency=frequency(counts["signal"], replicates),
        null_frequency=frequency(counts["null"], replicates),
        grid=grid,
        signal_theory=corner_probability_correlated(radius, grid, truths["signal"]),
        null_theory=corner_probability_correlated(radius, grid, truths["null"]),
        clouds=tuple(clouds),
    )


@evidence("A-geo-2", sabotage={"ball": L2Ball})
def optimum_lands_on_corners(*, ball: BallType = L1Ball, seed: int = 0) -> list[Finding]:
    """100,000 least-squares solutions with round contours are projected onto the diamond at six radii, and the share
    of corners is held against erfc(t/(2s))^2; then with correlated features, and in more dimensions.
    """
    from regutils.experiments.geometry.dimension import dimension_effect

    radius = corner_frequency(ball=ball, seed=seed)
    expected = corner_probability(radius.radii)
    error = np.sqrt(expected * (1.0 - expected) / radius.corner.replicates)
    at = int(np.flatnonzero(radius.radii == 1.0)[0])
    deviation = float(np.max(np.abs(radius.corner.share - expected) / error))
    correlation = correlation_effect(ball=ball, seed=seed)
    shares = dict(zip(correlation.correlations, correlation.signal_frequency.share, strict=True))
    theory = corner_probability_correlated(correlation.radius, correlation.correlations, np.full(2, correlation.signal))
    spread = np.sqrt(theory * (1.0 - theory) / correlation.signal_frequency.replicates)
    bent = float(np.max(np.abs(correlation.signal_frequency.share - theory) / spread))
    dimension = dimension_effect(ball=ball, seed=seed)
    some_zero = dict(zip(dimension.dimensions, dimension.any_zero[0].share, strict=True))
    return [
        Finding(
            "for",
            "share of corners at radius t = s",
            float(radius.corner.share[at]),
            "==",
            float(expected[at]),
            4.0 * float(error[at]),
        ),
        Finding("for", "largest distance to the closed form, six radii", deviation, "<=", 4.0, unit="standard errors"),
        Finding("for", "share of corners at radius s/4", float(radius.corner.share[0]), ">=", 0.7),
        Finding(
            "for", "largest distance to the closed form, seven correlations", bent, "<=", 4.0, unit="standard errors"
        ),
        Finding(
            "for", "share gained by correlation 0.6 against 0, truth (2, 2)", shares[0.6] - shares[0.0], ">=", 0.05
        ),
        Finding(
            "for", "share lost by correlation -0.6 against 0, truth (2, 2)", shares[0.0] - shares[-0.6], ">=", 0.05
        ),
        Finding("for", "share with an exact zero in 20 dimensions", some_zero[20], ">=", 0.9),
    ]
