"""Slopes of the two penalties: measured, not quoted. What a corner does to the notion of a derivative."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from regutils._validation import Array, check_array, check_scalar
from regutils.claims import Finding, evidence
from regutils.penalties import L1, L2, ElasticNet, Penalty


@dataclass(frozen=True)
class Supports:
    """Straight lines that touch |theta| and theta^2 from below."""

    grid: Array  # (m,)
    absolute: Array  # lam |theta|
    square: Array  # lam theta^2
    fan: Array  # slopes of lines that support lam |theta| at zero
    touch: Array  # points where tangents of lam theta^2 are drawn
    tangent: Array  # their slopes
    lam: float


def supports(*, lam: float = 1.0, lines: int = 9) -> Supports:
    """Supporting lines: at its corner the absolute value has many, the square has one at each point."""
    grid = np.linspace(-1.6, 1.6, 161)
    touch = np.array([-1.0, 0.0, 0.5])
    l1, l2 = L1(lam), L2(lam)
    return Supports(
        grid=grid,
        absolute=l1.value(grid[:, None]),
        square=l2.value(grid[:, None]),
        fan=np.linspace(-lam, lam, lines),
        touch=touch,
        tangent=l2.gradient(touch),
        lam=lam,
    )


@dataclass(frozen=True)
class ProxMaps:
    """What one proximal step makes of a weight, penalty by penalty."""

    grid: Array  # (m,), the weight before
    l1: Array
    l2: Array
    elastic_net: Array
    l0: Array
    threshold: float  # step * lam: L1 sets everything up to here to zero
    l2_factor: float  # 1 / (1 + 2 step lam)


def hard_threshold(theta: Array, lam: float, step: float) -> Array:
    """argmin over x of lam [x != 0] + (x - theta)^2 / (2 step): theta itself, or zero where theta^2 <= 2 step lam."""
    return np.where(theta**2 > 2.0 * step * lam, theta, 0.0)


def prox_maps(*, lam: float = 1.0, step: float = 1.0, rho: float = 0.5) -> ProxMaps:
    """The proximal maps of L1, L2 and elastic net, and of an L0 penalty whose dead zone is as wide as that of L1."""
    grid = np.linspace(-3.0, 3.0, 601)
    return ProxMaps(
        grid=grid,
        l1=L1(lam).prox(grid, step),
        l2=L2(lam).prox(grid, step),
        elastic_net=ElasticNet(lam, rho).prox(grid, step),
        l0=hard_threshold(grid, step * lam**2 / 2.0, step),
        threshold=step * lam,
        l2_factor=float(L2(lam).prox(np.ones(1), step)[0]),
    )


def central_differences(penalty: Penalty, theta: object, h: float = 1e-6) -> Array:
    """(P(theta + h e_j) - P(theta - h e_j)) / (2h) for every coordinate j; same shape (..., p) as theta."""
    point = check_array(theta, "theta")
    h = check_scalar(h, "h", low=0.0, inclusive="neither")
    nudge = h * np.eye(point.shape[-1])
    above, below = penalty.value(point[..., None, :] + nudge), penalty.value(point[..., None, :] - nudge)
    return np.asarray((above - below) / (2.0 * h))


def one_sided_slopes(penalty: Penalty, theta: float, h: float = 1e-6) -> tuple[float, float]:
    """Slopes of a penalty of one weight to the left and to the right of theta, by differences over h."""
    left, here, right = penalty.value(np.array([[theta - h], [theta], [theta + h]]))
    return float(here - left) / h, float(right - here) / h


@dataclass(frozen=True)
class MeasuredSlopes:
    """Finite differences of both penalties for one weight, beside the formulas."""

    theta: Array  # (m,), none of them zero
    l1: Array
    l2: Array
    l1_formula: Array
    l2_formula: Array
    l1_at_zero: tuple[float, float]  # to the left, to the right
    l2_at_zero: tuple[float, float]
    lam: float


def measured_slopes(*, lam: float = 0.5) -> MeasuredSlopes:
    """Differentiate lam |theta| and lam theta^2 numerically, away from zero and at zero from either side."""
    theta = np.concatenate([np.linspace(-2.0, -0.1, 20), np.linspace(0.1, 2.0, 20)])
    l1, l2 = L1(lam), L2(lam)
    return MeasuredSlopes(
        theta=theta,
        l1=central_differences(l1, theta[:, None])[:, 0],
        l2=central_differences(l2, theta[:, None])[:, 0],
        l1_formula=l1.gradient(theta),
        l2_formula=l2.gradient(theta),
        l1_at_zero=one_sided_slopes(l1, 0.0),
        l2_at_zero=one_sided_slopes(l2, 0.0),
        lam=lam,
    )


def random_weights(vectors: int, n_features: int, *, away_from_zero: float, seed: int) -> Array:
    """Weights (vectors, n_features) of either sign whose size, from away_from_zero to 100, is spread over decades."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.uniform(np.log(away_from_zero), np.log(100.0), (vectors, n_features)))
    return np.asarray(size * rng.choice([-1.0, 1.0], size.shape))


@evidence("A-opt-1", sabotage={"absolute": L2})
def sign_is_the_slope_away_from_zero(
    *, absolute: Callable[[float], Penalty] = L1, lam: float = 0.7, seed: int = 0
) -> list[Finding]:
    """Finite differences of the penalty at 10,000 random weights against lambda times the sign; at zero, the slopes to
    the left and to the right, and for 2,000 random slopes of the loss whether a weight of zero stays there.
    """
    penalty = absolute(lam)
    theta = random_weights(2_000, 5, away_from_zero=0.01, seed=seed)
    error = float(np.max(np.abs(central_differences(penalty, theta) - lam * np.sign(theta))))
    left, right = one_sided_slopes(penalty, 0.0)
    pull = np.random.default_rng(seed).uniform(-2 * lam, 2 * lam, 2_000)  # slope of the loss at zero
    rests = penalty.prox(-pull, 1.0) == 0
    return [
        Finding("for", "largest error of lambda sign(theta) away from zero", error, "<=", 0.0, 1e-6),
        Finding("against", "slope to the right of zero minus slope to the left", right - left, "==", 2 * lam, 1e-9),
        Finding(
            "against",
            "share of losses for which a weight of zero moves just when the loss pulls with more than lambda",
            float(np.mean(rests == (np.abs(pull) <= lam))),
            "==",
            1.0,
        ),
    ]


@evidence("A-opt-2", sabotage={"square": L1})
def twice_the_weight_is_the_slope(
    *, square: Callable[[float], Penalty] = L2, lam: float = 0.7, seed: int = 0
) -> list[Finding]:
    """Finite differences of lambda times the sum of squares at 10,000 random weights, zero among them, against
    2 lambda theta, relative to the largest weight of each vector.
    """
    penalty = square(lam)
    theta = random_weights(2_000, 5, away_from_zero=0.01, seed=seed)
    theta[::100, 0] = 0.0
    error = np.abs(central_differences(penalty, theta, h=1e-3) - 2 * lam * theta)
    relative = error / (2 * lam * np.max(np.abs(theta), axis=1, keepdims=True))
    left, right = one_sided_slopes(penalty, 0.0)
    return [
        Finding("for", "largest relative error of 2 lambda theta", float(relative.max()), "<=", 0.0, 1e-8),
        Finding("for", "slope to the right of zero minus slope to the left", right - left, "<=", 0.0, 1e-5),
    ]
