"""What the regions look like: balls of the Lq norms in two and three dimensions, and their corners magnified."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regutils.claims import Finding, evidence
from regutils.penalties import L1, L2, ElasticNet, HuberL1, L1Ball, L2Ball, Lq, Penalty

Array = NDArray[np.float64]

EXPONENTS = (0.5, 1.0, 1.5, 2.0, 4.0)


def level_curve(penalty: Penalty, angles: Array, through: Array | None = None) -> Array:
    """Points (k, d) at the given directions (k, d) where P equals its value at `through` (default: first unit vector).

    `angles` (k,) stands for directions in the plane. Bisection along each ray: P has to grow along rays, no more.
    """
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=-1) if angles.ndim == 1 else angles
    directions = directions / np.linalg.norm(directions, axis=-1, keepdims=True)
    start = np.eye(directions.shape[-1])[0] if through is None else through
    level = penalty.value(start)
    low, high = np.zeros(len(directions)), np.full(len(directions), 4.0 * np.linalg.norm(start))
    for _ in range(60):
        middle = 0.5 * (low + high)
        inside = penalty.value(middle[:, None] * directions) <= level
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return np.asarray(low[:, None] * directions)


@dataclass(frozen=True)
class Family:
    """Curves of equal penalty through (1, 0): the Lq family, and five penalties near that point."""

    exponents: tuple[float, ...]
    curves: tuple[Array, ...]
    names: tuple[str, ...]
    corners: tuple[Array, ...]
    angles_at_corner: tuple[float, ...]  # degrees inside the region, measured 1e-7 from the tip
    window: float


def ball_family(delta: float = 0.05, window: float = 0.06) -> Family:
    """Regions {P <= P(1, 0)} in the plane for Lq penalties, and the tips of five regions under a magnifier.

    delta: where the Huber-smoothed L1 turns from a parabola into a line. window: half height of the magnified piece.
    """
    all_around = np.linspace(0.0, 2.0 * np.pi, 401)
    near = np.sort(np.concatenate([np.linspace(-window, window, 121), [-1e-7, 1e-7]]))
    magnified: dict[str, Penalty] = {
        "L1": L1(1.0),
        "elastic net": ElasticNet(1.0, 0.5),
        "Huber-smoothed L1": HuberL1(1.0, delta),
        "L1.2": Lq(1.0, 1.2),
        "L2": L2(1.0),
    }
    corners = tuple(level_curve(penalty, near) for penalty in magnified.values())
    return Family(
        exponents=EXPONENTS,
        curves=tuple(level_curve(Lq(1.0, q), all_around) for q in EXPONENTS),
        names=tuple(magnified),
        corners=corners,
        angles_at_corner=tuple(_opening(curve, near) for curve in corners),
        window=window,
    )


def _opening(curve: Array, angles: Array) -> float:
    """The angle inside the region between the two chords from (1, 0) to its neighbors, in degrees."""
    tip = np.array([1.0, 0.0])
    up, down = (curve[np.flatnonzero(angles == a)[0]] - tip for a in (1e-7, -1e-7))
    cosine = up @ down / np.linalg.norm(up) / np.linalg.norm(down)
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


@dataclass(frozen=True)
class Solids:
    """Surfaces of Lq balls of radius 1 in three dimensions, as triangles."""

    exponents: tuple[float, ...]
    triangles: tuple[Array, ...]  # each (m, 3 corners, 3 coordinates)


def solids(exponents: tuple[float, ...] = (0.5, 1.0, 2.0)) -> Solids:
    """The surfaces ||theta||_q = 1 in three dimensions. The octahedron needs 8 triangles, the others a fine mesh."""
    surfaces = []
    for q in exponents:
        flat = _octahedron(1 if q == 1 else 10)
        points = level_curve(Lq(1.0, q), flat.reshape(-1, 3), np.eye(3)[0])
        surfaces.append(points.reshape(flat.shape))
    return Solids(exponents, tuple(surfaces))


def _octahedron(pieces: int) -> Array:
    """The octahedron's 8 faces, each edge cut into `pieces`: triangles (8 pieces^2, 3, 3)."""
    grid = [(i, j) for i in range(pieces) for j in range(pieces - i)]
    cells = [((i, j), (i + 1, j), (i, j + 1)) for i, j in grid]
    cells += [((i + 1, j), (i + 1, j + 1), (i, j + 1)) for i, j in grid if i + j + 2 <= pieces]
    face = np.array([[(i, j, pieces - i - j) for i, j in cell] for cell in cells]) / pieces
    signs = np.array([(a, b, c) for a in (1, -1) for b in (1, -1) for c in (1, -1)])
    # A reflection turns a triangle's orientation around: turn it back, so that all normals point outward.
    turned = [face[:, :: int(np.prod(sign))] * sign for sign in signs]
    return np.concatenate(turned).astype(np.float64)


@evidence("A-geo-1", sabotage={"l1_ball": L2Ball})
def regions_are_cross_polytope_and_sphere(
    *, l1_ball: Callable[[float], L1Ball | L2Ball] = L1Ball, seed: int = 0
) -> list[Finding]:
    """Points from far away are projected onto both balls in 2 to 6 dimensions. A corner is a point that catches many
    of them; on a round boundary no two meet.
    """
    rng = np.random.default_rng(seed)
    excess_corners, sphere_meetings, spread = 0, 0, 0.0
    for p in range(2, 7):
        far = 1e6 * rng.standard_normal((4000, p))
        excess_corners += abs(_meeting_points(l1_ball(1.0).project(far)) - 2 * p)
        on_sphere = L2Ball(1.0).project(far)
        sphere_meetings += _meeting_points(on_sphere)
        spread = max(spread, float(np.max(np.abs(np.sqrt(np.sum(on_sphere**2, axis=1)) - 1.0))))
    octahedron = l1_ball(1.0).project(1e6 * rng.standard_normal((4000, 3)))
    # Random points of one face: they lie on the boundary if the face is flat.
    weights = rng.dirichlet(np.ones(3), size=4000)
    flatness = float(np.max(np.abs(l1_ball(1.0).norm(weights) - 1.0)))
    return [
        Finding("for", "corners of the L1 ball in 3 dimensions", _meeting_points(octahedron), "==", 6),
        Finding("for", "corners too many or too few against 2p, summed over p = 2 to 6", excess_corners, "==", 0),
        Finding("for", "how far mixtures of three corners lie from the L1 boundary", flatness, "<=", 1e-12),
        Finding("for", "corners of the L2 ball, p = 2 to 6", sphere_meetings, "==", 0),
        Finding("for", "largest deviation of an L2 boundary point's distance from 1", spread, "<=", 1e-12),
    ]


def _meeting_points(points: Array) -> int:
    """How many distinct points occur more than once among (k, p); they came from 1e6 away, so to nine decimals."""
    _, counts = np.unique(np.round(points, 9), axis=0, return_counts=True)
    return int(np.sum(counts > 1))
