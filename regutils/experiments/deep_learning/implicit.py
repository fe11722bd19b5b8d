"""Where gradient descent lands when many weights fit perfectly: at a least norm, and the parametrization says which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regutils._validation import Array, check_scalar
from regutils.claims import Finding, evidence
from regutils.experiments.caching import once
from regutils.experiments.replications.gradient_flow import CONSTANT, flow_and_ridge
from regutils.experiments.sparse_recovery.phase import basis_pursuit, minimum_l2, sparse_problems

SCALES = tuple(float(scale) for scale in np.geomspace(10.0, 1e-3, 13))


@dataclass(frozen=True, eq=False)
class Problem:
    """X theta = y with fewer equations than unknowns, and its three special solutions, (p,) each."""

    X: Array  # (n, p)
    y: Array  # (n,)
    truth: Array  # sparse
    l1: Array  # of least ||theta||_1
    l2: Array  # of least ||theta||_2

    @property
    def curvature(self) -> float:
        """Largest eigenvalue of X'X / n."""
        return float(np.linalg.norm(self.X, 2) ** 2 / len(self.y))

    def projected(self, start: Array) -> Array:
        """The solution nearest to `start`: start + X' (X X')^-1 (y - X start)."""
        return np.asarray(start + minimum_l2(self.X[None], (self.y - self.X @ start)[None])[0])


@once
def problem(n: int = 20, p: int = 60, k: int = 3, *, seed: int = 0) -> Problem:
    """n Gaussian equations without noise in p unknowns, of which k at random places are 1 or -1 and the others 0."""
    X, theta = sparse_problems([np.random.SeedSequence(seed)], n, p, k)
    theta = np.sign(theta)
    y = np.einsum("rnp,rp->rn", X, theta)
    return Problem(X[0], y[0], theta[0], basis_pursuit(X, y)[0], minimum_l2(X, y)[0])


def descend(problem: Problem, start: Array, steps: int) -> Array:
    """Gradient descent on (1/(2n)) ||y - X theta||^2 with steps of 1/L, from `start`: all iterates (steps + 1, p)."""
    step = 1.0 / (problem.curvature * len(problem.y))
    trace = np.empty((steps + 1, start.size))
    trace[0] = start
    for k in range(steps):
        trace[k + 1] = trace[k] + step * (problem.X.T @ (problem.y - problem.X @ trace[k]))
    return trace


@dataclass(frozen=True, eq=False)
class Landings:
    """Distances of the iterates of gradient descent from solutions, relative to the norm of the least-norm one."""

    steps: NDArray[np.intp]  # (K,)
    zero_to_least: Array  # (K,) from zero, to the solution of least L2 norm
    zero_to_l1: Array  # from zero, to the solution of least L1 norm
    elsewhere_to_least: Array  # from another start, to the solution of least L2 norm
    elsewhere_to_projected: Array  # from another start, to the solution nearest to that start
    start_norm: float
    off_rows: float  # the part of the start that no row of X sees, relative as above


@once
def landings(*, start: float = 0.0, elsewhere: float = 0.3, steps: int = 400, seed: int = 0) -> Landings:
    """From `start` in every coordinate (zero is what the claim is about), and from normal numbers times `elsewhere`."""
    given = problem(seed=seed)
    other = elsewhere * np.random.default_rng(seed + 1).standard_normal(given.truth.size)
    size = float(np.linalg.norm(given.l2))
    first = descend(given, np.full(given.truth.size, start), steps)
    second = descend(given, other, steps)

    def distance(trace: Array, target: Array) -> Array:
        return np.asarray(np.linalg.norm(trace - target, axis=1) / size)

    return Landings(
        steps=np.arange(steps + 1),
        zero_to_least=distance(first, given.l2),
        zero_to_l1=distance(first, given.l1),
        elsewhere_to_least=distance(second, given.l2),
        elsewhere_to_projected=distance(second, given.projected(other)),
        start_norm=float(np.linalg.norm(other) / size),
        off_rows=float(np.linalg.norm(given.projected(other) - given.l2) / size),
    )


def descend_diagonal(X: Array, y: Array, scales: Array, *, steps: int, largest: float, keep: bool = False) -> Array:
    """Gradient descent in u and v, theta = u * u - v * v, from u = v = scale: the ends (S, p), or with keep=True all
    thetas (steps + 1, S, p).

    Loss (1/(2n)) ||y - X theta||^2. `largest` bounds |theta_j| on the way; the step is half of the inverse
    curvature 4 L max(u_j^2 + v_j^2), so that descent stays close to its flow.
    """
    n, p = X.shape
    curvature = np.linalg.norm(X, 2) ** 2 / n
    scales = np.asarray(scales, dtype=np.float64)[:, None]
    rate = 0.5 / (4.0 * curvature * (largest + 2.0 * scales**2))
    u, v = np.repeat(scales, p, axis=1), np.repeat(scales, p, axis=1)
    trace = [u * u - v * v]
    for _ in range(steps):
        gradient = 2.0 * rate * (((u * u - v * v) @ X.T - y) @ X / n)
        u, v = u - gradient * u, v + gradient * v
        if keep:
            trace.append(u * u - v * v)
    return np.array(trace) if keep else u * u - v * v


def flow_limit(X: Array, y: Array, scale: float, dual: Array | None = None) -> tuple[Array, Array]:
    """Where gradient flow in u and v from u = v = scale ends: theta = 2 scale^2 sinh(4 X'z) with X theta = y, and z.

    Equals the minimizer of Woodworth et al. (2020), theorem 1, subject to X theta = y. Newton's method on the dual,
    (scale^2 / 2) sum cosh(4 x_j'z) - y'z, from `dual` (n,).
    """
    scale = check_scalar(scale, "scale", low=0.0, inclusive="neither")
    z = np.zeros(len(y)) if dual is None else dual

    def value(z: Array) -> float:
        with np.errstate(over="ignore"):
            return float(0.5 * scale**2 * np.sum(np.cosh(4.0 * (z @ X))) - y @ z)

    for _ in range(200):
        along = 4.0 * (z @ X)
        gradient = X @ (2.0 * scale**2 * np.sinh(along)) - y
        if np.linalg.norm(gradient) <= 1e-11 * np.linalg.norm(y):
            break
        move = np.linalg.solve((X * (8.0 * scale**2 * np.cosh(along))) @ X.T, -gradient)
        length, now = 1.0, value(z)
        while value(z + length * move) > now + 0.25 * length * float(gradient @ move) and length > 1e-10:
            length *= 0.5
        z = z + length * move
    return 2.0 * scale**2 * np.sinh(4.0 * (z @ X)), z


@dataclass(frozen=True, eq=False)
class Diagonal:
    """The two-layer model theta = u * u - v * v by the scale of its start; relative distances."""

    scales: Array  # (S,), decreasing
    to_l1: Array  # (S,) of what descent found, to the solution of least L1 norm
    to_l2: Array  # to the one of least L2 norm
    flow_to_l1: Array  # the same for the flow's limit
    flow_to_l2: Array
    residual: Array  # ||y - X theta|| / ||y|| of what descent found
    norm_l1: Array  # ||theta||_1 over the least possible one
    truth_found: float  # relative distance of the solution of least L1 norm from the truth


@once
def diagonal(*, scales: tuple[float, ...] = SCALES, steps: int = 20000, seed: int = 0) -> Diagonal:
    """Gradient descent on the problem of `landings` in u and v, and the limits of the flow."""
    given = problem(seed=seed)
    found = descend_diagonal(given.X, given.y, np.array(scales), steps=steps, largest=2.0 * np.abs(given.truth).max())
    limits, dual = [], None
    for before, scale in zip((scales[0], *scales), scales, strict=False):
        # from one scale to the next, sinh has to make up for the square of their ratio
        dual = None if dual is None else dual * (1.0 + np.log(before / scale) / max(1.0, np.log(1.0 / before) + 1.0))
        limit, dual = flow_limit(given.X, given.y, scale, dual)
        limits.append(limit)

    def distance(thetas: Array, target: Array) -> Array:
        return np.asarray(np.linalg.norm(thetas - target, axis=1) / np.linalg.norm(target))

    return Diagonal(
        scales=np.array(scales),
        to_l1=distance(found, given.l1),
        to_l2=distance(found, given.l2),
        flow_to_l1=distance(np.array(limits), given.l1),
        flow_to_l2=distance(np.array(limits), given.l2),
        residual=np.linalg.norm(given.y - found @ given.X.T, axis=1) / np.linalg.norm(given.y),
        norm_l1=np.abs(found).sum(axis=1) / np.abs(given.l1).sum(),
        truth_found=float(np.linalg.norm(given.l1 - given.truth) / np.linalg.norm(given.truth)),
    )


@dataclass(frozen=True, eq=False)
class Plane:
    """One equation in two unknowns: paths of gradient descent to the line of solutions."""

    row: Array  # (2,), the equation is row' theta = right
    right: float
    l1: Array  # (2,)
    l2: Array
    straight: tuple[Array, ...]  # from several starts, (k, 2) each; the first from zero
    scales: Array
    bent: tuple[Array, ...]  # in u and v, one for each scale


@once
def plane(*, scales: tuple[float, ...] = (1.0, 0.2, 0.01), steps: int = 3000) -> Plane:
    """theta_1 + 2 theta_2 = 2; linear descent from four starts, and descent in u and v from three scales."""
    X, y = np.array([[1.0, 2.0]]), np.array([2.0])
    given = Problem(X, y, np.array([0.0, 1.0]), np.array([0.0, 1.0]), minimum_l2(X[None], y[None])[0])
    starts = ((0.0, 0.0), (1.4, -0.3), (1.75, 1.25), (-0.65, 0.35))
    shrunk = 0.1 * X / np.sqrt(given.curvature)  # short steps, so that paths are drawn and not jumped
    slow = Problem(shrunk, 0.1 * y / np.sqrt(given.curvature), given.truth, given.l1, given.l2)
    straight = tuple(descend(slow, np.array(start), 40) for start in starts)
    bent = descend_diagonal(X, y, np.array(scales), steps=steps, largest=1.0, keep=True)
    return Plane(X[0], 2.0, given.l1, given.l2, straight, np.array(scales), tuple(np.moveaxis(bent, 1, 0)))


@evidence("A-dl-4", sabotage={"start": 1.0, "smallest": 3.0, "calibration": 30.0})
def optimization_regularizes(
    *, start: float = 0.0, smallest: float = SCALES[-1], calibration: float = 1.0
) -> list[Finding]:
    """Twenty equations, sixty unknowns: where gradient descent ends, from zero and from elsewhere. Early stopping
    beside ridge with lambda = 1/(2t) on diabetes. And descent in u and v, theta = u*u - v*v, by the scale of its start.
    """
    landed = landings(start=start)
    stopped = flow_and_ridge(calibration=calibration)
    scales = (*(scale for scale in SCALES if scale > smallest), smallest)
    layered = diagonal(scales=scales)
    return [
        Finding("for", "distance from the solution of least L2 norm, descent from zero",
                float(landed.zero_to_least[-1]), "<=", 0.0, 1e-8),
        Finding("for", "distance from the solution nearest to the start, descent from elsewhere",
                float(landed.elsewhere_to_projected[-1]), "<=", 0.0, 1e-8),
        Finding("for", "largest risk of early stopping over that of ridge with lambda = 1/(2t), over all t",
                float(np.max(stopped.flow / stopped.ridge)), "<=", CONSTANT),
        Finding("for", "least risk of early stopping over least risk of ridge", stopped.best_ratio, "==", 1.0, 0.05),
        Finding("for", "two layers, small start: relative distance from the solution of least L1 norm",
                float(layered.to_l1[-1]), "<=", 0.0, 0.01),
        Finding("for", "two layers, large start: relative distance from the solution of least L2 norm",
                float(layered.to_l2[0]), "<=", 0.0, 0.01),
    ]  # fmt: skip
