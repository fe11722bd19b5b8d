"""Where growing contours of a loss first touch a ball, exactly and for many losses at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regutils.losses import SquaredLoss
from regutils.penalties import L1Ball, L2Ball
from regutils.solvers import projected_gradient

Array = NDArray[np.float64]
Ball = L1Ball | L2Ball


def correlated_hessian(correlation: float) -> Array:
    """X'X/n of two standardized features with the given correlation, (2, 2)."""
    return np.array([[1.0, correlation], [correlation, 1.0]])


def two_feature_loss(hessian: Array, least_squares: Array, *, noise: float = 0.5, n: int = 50) -> SquaredLoss:
    """A data set (X, y) whose X'X/n and least-squares solution are exactly the given ones, as a SquaredLoss."""
    waves = np.cos(np.pi * np.outer(np.arange(n) + 0.5, [1, 2, 3]) / n)  # orthogonal to each other and to 1
    waves *= np.sqrt(2.0)
    X = waves[:, :2] @ np.linalg.cholesky(hessian).T
    return SquaredLoss(X, X @ least_squares + noise * waves[:, 2])


def contour(hessian: Array, least_squares: Array, point: Array, count: int = 181) -> Array:
    """The loss contour (count, 2) through `point`: an ellipse around the least-squares solution."""
    angles = np.linspace(0.0, 2.0 * np.pi, count)
    circle = np.stack([np.cos(angles), np.sin(angles)])
    offset = point - least_squares
    size = np.sqrt(offset @ hessian @ offset)
    root = np.linalg.inv(np.linalg.cholesky(hessian)).T
    return np.asarray(least_squares + size * (root @ circle).T)


def constrained_minimizer(hessian: Array, least_squares: Array, ball: Ball) -> Array:
    """argmin over the ball of (theta - z)' H (theta - z) / 2 for many losses at once.

    hessian: H (..., p, p), positive definite; least_squares: z (..., p).

    L2: the multiplier mu of (H + mu I) theta = H z that gives the radius, by Newton's method on the secular equation
    1/||theta(mu)|| = 1/t, which is monotone from mu = 0 (More and Sorensen 1983, section 3). L1, p = 2: the best of
    the four edges, each minimized in closed form.
    """
    hessian = np.broadcast_to(hessian, (*least_squares.shape, least_squares.shape[-1]))
    outside = np.asarray(ball.norm(least_squares) > ball.radius)
    solution = np.array(least_squares, dtype=np.float64)
    if outside.any():
        on_boundary = _on_sphere if isinstance(ball, L2Ball) else _on_diamond
        solution[outside] = on_boundary(hessian[outside], least_squares[outside], ball.radius)
    return solution


def _on_sphere(hessian: Array, least_squares: Array, radius: float) -> Array:
    curvature, axes = np.linalg.eigh(hessian)
    pull = curvature * np.einsum("kji,kj->ki", axes, least_squares)
    mu = np.zeros((len(pull), 1))
    for _ in range(60):
        moved = pull / (curvature + mu)
        squared = np.sum(moved**2, axis=1, keepdims=True)
        slope = np.sum(moved**2 / (curvature + mu), axis=1, keepdims=True)
        excess = np.sqrt(squared) / radius - 1.0
        mu = np.maximum(mu + excess * squared / slope, 0.0)
        if np.max(np.abs(excess)) < 1e-13:
            break
    return np.asarray(np.einsum("kij,kj->ki", axes, pull / (curvature + mu)))


def _on_diamond(hessian: Array, least_squares: Array, radius: float) -> Array:
    if least_squares.shape[-1] != 2:
        raise ValueError(f"least_squares must have 2 coordinates for the L1 ball, got {least_squares.shape[-1]}")
    corners = radius * np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
    best = np.full(len(least_squares), np.inf)
    solution = np.empty_like(least_squares)
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        edge = end - start
        bend = hessian @ edge
        share = np.clip(np.sum(bend * (least_squares - start), axis=1) / (bend @ edge), 0.0, 1.0)[:, None]
        point = (1.0 - share) * start + share * end  # a share of 0 or 1 gives a corner with its exact zero
        offset = point - least_squares
        loss = np.einsum("ki,kij,kj->k", offset, hessian, offset)
        solution[loss < best] = point[loss < best]
        best = np.minimum(best, loss)
    return solution


@dataclass(frozen=True)
class Contact:
    """One loss, one ball, and the point where the contour that grows from the least-squares solution touches it."""

    name: str
    radius: float
    boundary: Array  # (k, 2)
    solution: Array  # (2,), by projected gradient
    least_squares: Array  # (2,)
    touching: Array  # the contour through the solution, (k, 2)
    inner: tuple[Array, ...]  # contours that have not reached the ball yet
    path: Array  # solutions for all radii from that of the least-squares solution down to this one, (m, 2)


def contact(ball: Ball, hessian: Array | None = None, least_squares: Array | None = None, *, inner: int = 3) -> Contact:
    """Minimize a two-feature squared loss inside the ball with projected gradient, and collect what the picture needs.

    Default loss: two standardized features with correlation 0.5 and least-squares solution (0.5, 1.7).
    """
    hessian = correlated_hessian(0.5) if hessian is None else hessian
    least_squares = np.array([0.5, 1.7]) if least_squares is None else least_squares
    found = projected_gradient(two_feature_loss(hessian, least_squares), ball, tol=1e-13)
    solution = np.asarray(found.coef)
    angles = np.linspace(0.0, 2.0 * np.pi, 181)
    around = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    shares = np.arange(1, inner + 1) / (inner + 1)
    full = float(ball.norm(least_squares))
    radii = np.linspace(full, ball.radius, 80) if full > ball.radius else np.array([full])
    path = [constrained_minimizer(hessian, least_squares, type(ball)(t)) for t in radii]
    return Contact(
        name="L1" if isinstance(ball, L1Ball) else "L2",
        radius=ball.radius,
        boundary=ball.radius * around / ball.norm(around)[:, None],
        solution=solution,
        least_squares=least_squares,
        touching=contour(hessian, least_squares, solution),
        inner=tuple(contour(hessian, least_squares, least_squares + s * (solution - least_squares)) for s in shares),
        path=np.array(path),
    )


def touching(radius: float = 1.0) -> tuple[Contact, Contact]:
    """The same loss against the diamond and against the circle of the same radius."""
    return contact(L1Ball(radius)), contact(L2Ball(radius))


def shrinking(radii: tuple[float, ...] = (1.4, 0.9, 0.4)) -> tuple[tuple[Contact, Contact], ...]:
    """The same loss against both balls, for radii that get smaller (the penalty stronger)."""
    return tuple((contact(L1Ball(t), inner=0), contact(L2Ball(t), inner=0)) for t in radii)
