"""Penalties, each speaking one short protocol, so that any solver works with any of them.

    value(theta)                       P(theta), summed over the last axis
    gradient(theta)                    the subgradient of least norm (the gradient, where there is one)
    prox(theta, step)                  argmin over x of  P(x) + ||x - theta||^2 / (2 step)
    subdiff_distance(theta, gradient)  per coordinate, how far -gradient is from the subdifferential at theta
    conjugate(u), fenchel_gap(theta, u), dual_scale(u): what a duality gap is made of

theta is one vector (p,) or many (..., p). Strengths lam are >= 0, radii and steps > 0.
Proximal operators and conjugates: Parikh and Boyd (2014), Proximal algorithms, chapters 2 and 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regutils._balls import L1Ball, L2Ball
from regutils._lq import lq_prox
from regutils._penalty import Penalty, Values
from regutils._validation import Array, check_array, check_scalar

__all__ = [
    "ElasticNet", "GroupL2", "HuberL1", "L1", "L1Ball", "L2", "L2Ball", "L2Norm", "Lq", "NoPenalty", "Penalty",
    "soft_threshold",
]  # fmt: skip


def soft_threshold(theta: Array, threshold: float) -> Array:
    """sign(theta) max(|theta| - threshold, 0), element by element, with exact zeros."""
    return theta - np.clip(theta, -threshold, threshold)


class _Strength(Penalty):
    """A penalty with one strength, lam >= 0."""

    lam: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "lam", check_scalar(self.lam, "lam", low=0.0))


@dataclass(frozen=True)
class NoPenalty(Penalty):
    """P(theta) = 0: the plain loss."""

    @property
    def unpenalized(self) -> bool:
        return True

    def _value(self, theta: Array) -> Values:
        return np.sum(np.zeros_like(theta), axis=-1)

    def _gradient(self, theta: Array) -> Array:
        return np.zeros_like(theta)

    def _prox(self, theta: Array, step: float) -> Array:
        return theta.copy()

    def _conjugate(self, u: Array) -> Values:
        return np.sum(np.where(u == 0, 0.0, np.inf), axis=-1)


@dataclass(frozen=True)
class L1(_Strength):
    """P(theta) = lam ||theta||_1, the lasso's penalty (Tibshirani 1996). Its prox is soft thresholding."""

    lam: float

    def _value(self, theta: Array) -> Values:
        return self.lam * np.sum(np.abs(theta), axis=-1)

    def _gradient(self, theta: Array) -> Array:
        return self.lam * np.sign(theta)  # at zero the subgradients are [-lam, lam]; 0 has the least norm

    def _prox(self, theta: Array, step: float) -> Array:
        return soft_threshold(theta, step * self.lam)

    def _subdiff_distance(self, theta: Array, gradient: Array) -> Array:
        at_zero = np.maximum(np.abs(gradient) - self.lam, 0.0)
        return np.where(theta == 0, at_zero, np.abs(gradient + self.lam * np.sign(theta)))

    def _conjugate(self, u: Array) -> Values:
        return np.sum(np.where(_within(np.abs(u), self.lam), 0.0, np.inf), axis=-1)

    def _fenchel_gap(self, theta: Array, u: Array) -> Values:
        return np.sum(np.abs(theta) * (self.lam - np.sign(theta) * u), axis=-1) + self._conjugate(u)

    def dual_scale(self, u: Array) -> float:
        return _scale_into(self.lam, float(np.max(np.abs(u))))


@dataclass(frozen=True)
class L2(_Strength):
    """P(theta) = lam ||theta||_2^2, the ridge penalty (Hoerl and Kennard 1970). No 1/2: its gradient is 2 lam theta."""

    lam: float

    @property
    def smoothness(self) -> float:
        return 2.0 * self.lam

    @property
    def strong_convexity(self) -> float:
        return 2.0 * self.lam

    def _value(self, theta: Array) -> Values:
        return self.lam * np.sum(theta**2, axis=-1)

    def _gradient(self, theta: Array) -> Array:
        return 2.0 * self.lam * theta

    def _prox(self, theta: Array, step: float) -> Array:
        return theta / (1.0 + 2.0 * step * self.lam)

    def _conjugate(self, u: Array) -> Values:
        return np.sum(_square_over(u, 4.0 * self.lam), axis=-1)

    def _fenchel_gap(self, theta: Array, u: Array) -> Values:
        return np.sum(_square_over(u - 2.0 * self.lam * theta, 4.0 * self.lam), axis=-1)


@dataclass(frozen=True)
class ElasticNet(_Strength):
    """P(theta) = lam (rho ||theta||_1 + (1 - rho) ||theta||_2^2), 0 <= rho <= 1 (after Zou and Hastie 2005).

    No 1/2 on the square: rho = 1 is L1(lam), rho = 0 is L2(lam). The prox is a soft threshold, then a shrinkage.
    """

    lam: float
    rho: float

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "rho", check_scalar(self.rho, "rho", low=0.0, high=1.0))

    @property
    def parts(self) -> tuple[L1, L2]:
        """The two penalties of which this one is the sum."""
        return L1(self.lam * self.rho), L2(self.lam * (1.0 - self.rho))

    @property
    def smoothness(self) -> float:
        return self.parts[1].smoothness

    @property
    def strong_convexity(self) -> float:
        return self.parts[1].strong_convexity

    def _value(self, theta: Array) -> Values:
        l1, l2 = self.parts
        return l1._value(theta) + l2._value(theta)

    def _gradient(self, theta: Array) -> Array:
        l1, l2 = self.parts
        return l1._gradient(theta) + l2._gradient(theta)

    def _prox(self, theta: Array, step: float) -> Array:
        l1, l2 = self.parts
        return l2._prox(l1._prox(theta, step), step)

    def _subdiff_distance(self, theta: Array, gradient: Array) -> Array:
        l1, l2 = self.parts
        return l1._subdiff_distance(theta, gradient + l2._gradient(theta))

    def _conjugate(self, u: Array) -> Values:
        l1, l2 = self.parts
        return l2._conjugate(soft_threshold(u, l1.lam))

    def _fenchel_gap(self, theta: Array, u: Array) -> Values:
        # Split u into the share that the L1 part can carry and the rest, which the L2 part has to.
        l1, l2 = self.parts
        carried = np.clip(u, -l1.lam, l1.lam)
        return l1._fenchel_gap(theta, carried) + l2._fenchel_gap(theta, u - carried)

    def dual_scale(self, u: Array) -> float:
        l1, l2 = self.parts
        return l1.dual_scale(u) if l2.lam == 0 else 1.0


@dataclass(frozen=True)
class GroupL2(_Strength):
    """P(theta) = lam sum over groups g of ||theta_g||_2 (Yuan and Lin 2006, without their factor sqrt(size)).

    groups: one label (an integer) per coordinate, so that [0, 0, 1] makes two groups of three coordinates. A group is
    zero as a whole or not at all.
    """

    lam: float
    groups: tuple[int, ...]
    separable = False

    def __init__(self, lam: float, groups: Sequence[int] | np.ndarray) -> None:
        labels = check_array(groups, "groups", ndim=1)
        if np.any(labels != np.round(labels)):
            raise ValueError(f"groups must hold one integer label per coordinate, got {groups!r}")
        object.__setattr__(self, "lam", lam)
        object.__setattr__(self, "groups", tuple(int(label) for label in labels))
        super().__post_init__()
        object.__setattr__(self, "_member", np.unique(labels, return_inverse=True)[1])

    def blocks(self, n_features: int) -> list[Array] | None:
        member = self._members(np.zeros(n_features))
        return [np.flatnonzero(member == g) for g in range(int(member.max()) + 1)]

    def block_prox(self, theta: Array, step: float) -> Array:
        return L2Norm(self.lam)._prox(theta, step)

    def _members(self, theta: Array) -> np.ndarray:
        member: np.ndarray = self._member  # type: ignore[attr-defined]
        if theta.shape[-1:] != member.shape:
            raise ValueError(f"theta must have {member.size} coordinates (one per label), got shape {theta.shape}")
        return member

    def _norms(self, theta: Array) -> Array:
        """||theta_g||_2 for each group, (..., number of groups)."""
        member = self._members(theta)
        squares = theta**2 @ (member[:, None] == np.arange(member.max() + 1)).astype(float)
        return np.sqrt(squares)

    def _spread(self, theta: Array) -> Array:
        """The norm of each coordinate's own group, (..., p)."""
        return self._norms(theta)[..., self._members(theta)]

    def _value(self, theta: Array) -> Values:
        return self.lam * np.sum(self._norms(theta), axis=-1)

    def _gradient(self, theta: Array) -> Array:
        norms = self._spread(theta)
        return self.lam * theta / np.where(norms > 0, norms, 1.0)

    def _prox(self, theta: Array, step: float) -> Array:
        norms = self._spread(theta)
        return theta * np.maximum(1.0 - step * self.lam / np.where(norms > 0, norms, 1.0), 0.0)

    def _subdiff_distance(self, theta: Array, gradient: Array) -> Array:
        at_zero = self._prox(gradient, 1.0)  # what of the gradient sticks out of the ball of radius lam
        return np.abs(np.where(self._spread(theta) == 0, at_zero, gradient + self._gradient(theta)))

    def _conjugate(self, u: Array) -> Values:
        return np.sum(np.where(_within(self._norms(u), self.lam), 0.0, np.inf), axis=-1)

    def _fenchel_gap(self, theta: Array, u: Array) -> Values:
        return np.sum(theta * (self._gradient(theta) - u), axis=-1) + self._conjugate(u)

    def dual_scale(self, u: Array) -> float:
        return _scale_into(self.lam, float(np.max(self._norms(u))))


@dataclass(frozen=True)
class L2Norm(_Strength):
    """P(theta) = lam ||theta||_2, the norm itself and not its square: one group of all coordinates.

    All or nothing: the prox is exactly zero below a threshold and rescales the whole vector above it.
    """

    lam: float
    separable = False

    def blocks(self, n_features: int) -> list[Array] | None:
        return [np.arange(n_features)]

    def _as_group(self, theta: Array) -> GroupL2:
        return GroupL2(self.lam, np.zeros(theta.shape[-1]))

    def _value(self, theta: Array) -> Values:
        return self.lam * np.linalg.norm(theta, axis=-1)

    def _gradient(self, theta: Array) -> Array:
        return self._as_group(theta)._gradient(theta)

    def _prox(self, theta: Array, step: float) -> Array:
        return self._as_group(theta)._prox(theta, step)

    def _subdiff_distance(self, theta: Array, gradient: Array) -> Array:
        return self._as_group(theta)._subdiff_distance(theta, gradient)

    def _conjugate(self, u: Array) -> Values:
        return self._as_group(u)._conjugate(u)

    def _fenchel_gap(self, theta: Array, u: Array) -> Values:
        return self._as_group(theta)._fenchel_gap(theta, u)

    def dual_scale(self, u: Array) -> float:
        return self._as_group(u).dual_scale(u)


@dataclass(frozen=True)
class HuberL1(_Strength):
    """P(theta) = lam sum_j h(theta_j), h(t) = t^2 / (2 delta) for |t| <= delta, |t| - delta / 2 beyond; delta > 0.

    L1 with its corner rounded off (Huber 1964; the Moreau envelope of lam ||theta||_1 with step delta / lam). It has a
    gradient everywhere, and so no exact zeros.
    """

    lam: float
    delta: float

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "delta", check_scalar(self.delta, "delta", low=0.0, inclusive="neither"))

    @property
    def smoothness(self) -> float:
        return self.lam / self.delta

    def _value(self, theta: Array) -> Values:
        inner = np.minimum(np.abs(theta), self.delta)
        return self.lam * np.sum(inner**2 / (2.0 * self.delta) + np.abs(theta) - inner, axis=-1)

    def _gradient(self, theta: Array) -> Array:
        return self.lam * np.clip(theta / self.delta, -1.0, 1.0)

    def _prox(self, theta: Array, step: float) -> Array:
        shrunk = theta / (1.0 + step * self.lam / self.delta)
        return np.where(np.abs(shrunk) <= self.delta, shrunk, soft_threshold(theta, step * self.lam))

    def _conjugate(self, u: Array) -> Values:
        inside = self.delta * _square_over(u, 2.0 * self.lam)
        return np.sum(np.where(_within(np.abs(u), self.lam), inside, np.inf), axis=-1)

    def _fenchel_gap(self, theta: Array, u: Array) -> Values:
        miss = self.delta * _square_over(u - self._gradient(theta), 2.0 * self.lam)
        beyond = (np.abs(theta) - np.minimum(np.abs(theta), self.delta)) * (self.lam - np.sign(theta) * u)
        return np.sum(np.where(_within(np.abs(u), self.lam), miss + beyond, np.inf), axis=-1)

    def dual_scale(self, u: Array) -> float:
        return _scale_into(self.lam, float(np.max(np.abs(u))))


@dataclass(frozen=True)
class Lq(_Strength):
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
    def smoothness(self) -> float:
        return 2.0 * self.lam if self.q == 2 else 0.0

    @property
    def strong_convexity(self) -> float:
        return 2.0 * self.lam if self.q == 2 else 0.0

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
            return L1(self.lam)._conjugate(u)
        ratio = np.abs(u) / (self.q * self.lam)
        return self.lam * (self.q - 1.0) * np.sum(ratio ** (self.q / (self.q - 1.0)), axis=-1)

    def _fenchel_gap(self, theta: Array, u: Array) -> Values:
        if self.q == 1:
            return L1(self.lam)._fenchel_gap(theta, u)
        return L2(self.lam)._fenchel_gap(theta, u) if self.q == 2 else super()._fenchel_gap(theta, u)

    def dual_scale(self, u: Array) -> float:
        return L1(self.lam).dual_scale(u) if self.q == 1 else 1.0


def _within(norm: Array, radius: float) -> Array:
    """norm <= radius, rounding forgiven."""
    return np.asarray(norm <= radius * (1.0 + 1e-12))


def _scale_into(radius: float, norm: float) -> float:
    """The largest s in [0, 1] with s norm <= radius, rounded so that the product does not stick out."""
    return 1.0 if norm <= radius else radius / norm * (1.0 - 2.0**-51)


def _square_over(x: Array, divisor: float) -> Array:
    """x^2 / divisor, with its limit for divisor = 0: zero at zero, infinity elsewhere."""
    if divisor > 0:
        return x**2 / divisor
    return np.where(x == 0, 0.0, np.inf)
