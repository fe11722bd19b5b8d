"""The family lam sum |theta|^q, with a proximal operator that is exact for every q > 0."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._penalty import Strength, Values, scale_into, within
from regutils._validation import Array, check_scalar


@dataclass(frozen=True)
class Lq(Strength):
    """P(theta) = lam sum_j |theta_j|^q for any q > 0: bridge regression (Frank and Friedman 1993, Fu 1998).

    Convex for q >= 1, with corners for q <= 1. For q < 1 the prox returns the global minimizer (zero where zero ties),
    the slope at zero is infinite, so that zero is always a stationary point and subdiff_distance is 0 there.
    """

    lam: float
    q: float

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "q", check_scalar(self.q, "q", low=0.0, inclusive="neither"))
        object.__setattr__(self, "convex", self.q >= 1.0)

    @property
    def _curvatures(self) -> tuple[float, float]:
        curvature = 2.0 * self.lam if self.q == 2 else 0.0
        return curvature, curvature

    def _value(self, theta: Array) -> Values:
        return self.lam * np.sum(np.abs(theta) ** self.q, axis=-1)

    def _gradient(self, theta: Array) -> Array:
        size = np.where(theta == 0, 1.0, np.abs(theta))
        return self.lam * self.q * np.sign(theta) * size ** (self.q - 1.0)

    def _prox(self, theta: Array, step: float) -> Array:
        return lq_prox(theta, step * self.lam, self.q)

    def _subdiff_distance(self, theta: Array, gradient: Array) -> Array:
        reach = 0.0 if self.q > 1 or self.lam == 0 else self.lam if self.q == 1 else np.inf
        at_zero = np.maximum(np.abs(gradient) - reach, 0.0)
        return np.where(theta == 0, at_zero, np.abs(gradient + self._gradient(theta)))

    def _conjugate(self, u: Array) -> Values:
        if not self.convex:
            return super()._conjugate(u)
        if self.q == 1 or self.lam == 0:
            return np.sum(np.where(within(np.abs(u), self.lam), 0.0, np.inf), axis=-1)
        ratio = np.abs(u) / (self.q * self.lam)
        return self.lam * (self.q - 1.0) * np.sum(ratio ** (self.q / (self.q - 1.0)), axis=-1)

    def _dual_scale(self, u: Array) -> float:
        return scale_into(self.lam, float(np.max(np.abs(u)))) if self.q == 1 else 1.0


def lq_prox(theta: Array, c: float, q: float) -> Array:
    """argmin over x of c |x|^q + (x - theta)^2 / 2, element by element; the global minimizer when q < 1.

    By symmetry the answer is sign(theta) t with t >= 0. Where t > 0 it solves t + c q t^(q-1) = |theta|, whose left
    side is convex or concave in t, so that Newton's method from the right side of the root never overshoots it.
    For q < 1 the answer is zero up to a threshold (Marjanovic and Solo 2012), then it jumps.
    """
    x = np.abs(theta)
    if c == 0:
        return theta.copy()
    if q == 1:
        return theta - np.clip(theta, -c, c)
    if q == 2:
        return theta / (1.0 + 2.0 * c)
    if q < 1:
        jump = (2.0 * c * (1.0 - q)) ** (1.0 / (2.0 - q))  # the smallest nonzero answer
        threshold = jump + c * q * jump ** (q - 1.0)
        solved, start = x > threshold, x
    else:
        with np.errstate(under="ignore", over="ignore"):
            # Above the root, as each term is at most x.
            start = _near_root(x, c, q) if q < 2 else np.minimum(x, (x / (c * q)) ** (1.0 / (q - 1.0)))
        solved = start > 1e-290  # below, t^(q-2) overflows
    t = np.where(solved, start, 1.0)
    goal = np.where(solved, x, 1.0 + c * q)
    for _ in range(100):
        slope = c * q * t ** (q - 2.0)
        change = (t + slope * t - goal) / (1.0 + (q - 1.0) * slope)
        t = np.maximum(t - change, 0.5 * t)  # the guard is for rounding alone
        if np.all(np.abs(change) <= 4e-16 * t):
            break
    return np.sign(theta) * np.where(solved, t, 0.0)


def _near_root(x: Array, c: float, q: float) -> Array:
    """The root of t + c q t^(q-1) = x for 1 < q < 2, to a few digits fewer than float64 has.

    With t = x exp(w) it is convex in w, so that Newton's method comes down from the right however close q is to 1,
    where t^(q-1) is almost a jump.
    """
    size = np.where(x > 0, x, 1.0)
    log_ratio = np.log(c) + np.log(q) + (q - 2.0) * np.log(size)  # of the second term to the first at t = x
    w = np.minimum(0.0, -log_ratio / (q - 1.0))  # each term is at most x
    for _ in range(100):
        first, second = np.exp(w), np.exp(log_ratio + (q - 1.0) * w)
        change = (first + second - 1.0) / np.maximum(first + (q - 1.0) * second, 1e-300)
        w = np.maximum(w - change, -1e4)  # exp(-1e4) = 0
        if np.all(np.abs(change) <= 1e-14 * np.maximum(1.0, np.abs(w))):
            break
    return np.where(x > 0, size * np.exp(w), 0.0)
