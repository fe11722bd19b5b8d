"""Random losses against both boundaries: the round one never stops at a zero."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regutils.claims import Finding, evidence
from regutils.experiments.caching import once
from regutils.experiments.geometry.contact import constrained_minimizer
from regutils.experiments.geometry.corners import BallType
from regutils.penalties import L1Ball, L2Ball

Array = NDArray[np.float64]


def random_losses(count: int, *, seed: int) -> tuple[Array, Array]:
    """Hessians (count, 2, 2) with random axes and curvatures from 0.1 to 10 (log-uniform), and z ~ N(0, 2^2 I)."""
    rng = np.random.default_rng(seed)
    angle = rng.uniform(0.0, np.pi, count)
    curvature = 10.0 ** rng.uniform(-1.0, 1.0, (count, 2))
    axes = np.stack([np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)], axis=1).reshape(-1, 2, 2)
    hessian = np.einsum("kij,kj,klj->kil", axes, curvature, axes)
    return hessian, 2.0 * rng.standard_normal((count, 2))


@dataclass(frozen=True)
class SmallestCoordinate:
    """How small the smaller coordinate of the solution gets over many random losses."""

    losses: int
    active: float  # share of losses whose least-squares solution lies outside the ball
    exact_zeros: dict[str, int]
    epsilons: Array
    share_within: dict[str, Array]  # share of losses whose smaller coordinate is at most epsilon in size


@once
def smallest_coordinate(*, l2_ball: BallType = L2Ball, count: int = 120_000, seed: int = 0) -> SmallestCoordinate:
    """Minimize `count` random elliptical losses in the unit balls exactly, and look at the smaller coordinate."""
    hessian, least_squares = random_losses(count, seed=seed)
    epsilons = 10.0 ** np.arange(-12.0, 0.01, 0.25)
    zeros, shares = {}, {}
    for name, ball in (("L1", L1Ball(1.0)), ("L2", l2_ball(1.0))):
        smaller = np.min(np.abs(constrained_minimizer(hessian, least_squares, ball)), axis=1)
        zeros[name] = int(np.sum(smaller == 0.0))
        shares[name] = np.searchsorted(np.sort(smaller), epsilons, side="right") / count
    active = float(np.mean(np.linalg.norm(least_squares, axis=1) > 1.0))
    return SmallestCoordinate(count, active, zeros, epsilons, shares)


@dataclass(frozen=True)
class Aligned:
    """The exception: a least-squares solution with a zero, and contours whose axes are aligned with the coordinates."""

    tilts: Array  # degrees
    second: Array  # |theta_2| of the L2-constrained solution
    untilted: float  # the same at a tilt of 0


def aligned_exception() -> Aligned:
    """z = (2, 0) and curvatures 3 and 1 along axes tilted by 1e-6 to 10 degrees, in the L2 ball of radius 1."""
    tilts = np.concatenate([[0.0], 10.0 ** np.arange(-6.0, 1.1, 0.5)])
    second = []
    for tilt in np.radians(tilts):
        axes = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
        solution = constrained_minimizer(axes @ np.diag([3.0, 1.0]) @ axes.T, np.array([2.0, 0.0]), L2Ball(1.0))
        second.append(abs(float(solution[1])))
    return Aligned(tilts[1:], np.array(second[1:]), second[0])


@evidence("A-geo-3", sabotage={"l2_ball": L1Ball})
def round_boundary_gives_no_zeros(*, l2_ball: BallType = L2Ball, seed: int = 0) -> list[Finding]:
    """120,000 losses with random elliptical contours are minimized exactly inside the L2 ball. No solution has an exact
    zero, and the share of solutions with a coordinate below epsilon falls in proportion to epsilon.
    """
    result = smallest_coordinate(l2_ball=l2_ball, seed=seed)
    share = result.share_within["L2"]
    tiny = float(share[np.flatnonzero(np.isclose(result.epsilons, 1e-9))[0]])
    fitted = (result.epsilons >= 1e-3) & (result.epsilons <= 1e-1)
    slope = np.polyfit(np.log10(result.epsilons[fitted]), np.log10(share[fitted]), 1)[0]
    return [
        Finding("for", f"exact zeros over {result.losses:,} random losses", result.exact_zeros["L2"], "==", 0),
        Finding("for", "share of losses with a coordinate below 1e-9 (rounding cannot hide zeros)", tiny, "==", 0.0),
        Finding("for", "power of epsilon at which the share below epsilon falls", float(slope), "==", 1.0, 0.1),
    ]
