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

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from regutils._balls import L1Ball, L2Ball
from regutils._groups import GroupL2, L2Norm
from regutils._lq import Lq
from regutils._penalty import Penalty, Strength, Values, scale_into, soft_threshold, square_over, within
from regutils._validation import Array, check_scalar

__all__ = [
    "L1",
    "L2",
    "ElasticNet",
    "GroupL2",
    "HuberL1",
    "L1Ball",
    "L2Ball",
    "L2Norm",
    "Lq",
    "NoPenalty",
    "Penalty",
    "soft_threshold",
]  # fmt: skip


@dataclass(frozen=True)
class NoPenalty(Penalty):
    """P(theta) = 0: the plain loss."""

    lam: ClassVar[float] = 0.0

    def _value(self, theta: Array) -> Values:
        return np.sum(np.zeros_like(theta), axis=-1)

    def _gradient(self, theta: Array) -> Array:
        return np.zeros_like(theta)

    def _prox(self, theta: Array, step: float) -> Array:
        return theta.copy()

    def _conjugate(self, u: Array) -> Values:
        return np.sum(np.where(u == 0, 0.0, np.inf), axis=-1)


@dataclass(frozen=True)
class L1(Strength):
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
        return np.sum(np.where(within(np.abs(u), self.lam), 0.0, np.inf), axis=-1)

    def _fenchel_gap(self, theta: Array, u: Array) -> Values:
        return np.sum(np.abs(theta) * (self.lam - np.sign(theta) * u), axis=-1) + self._conjugate(u)

    def _dual_scale(self, u: Array) -> float:
        return scale_into(self.lam, float(np.max(np.abs(u))))


@dataclass(frozen=True)
class L2(Strength):
    """P(theta) = lam ||theta||_2^2, the ridge penalty (Hoerl and Kennard 1970). No 1/2: its gradient is 2 lam theta."""

    lam: float

    @property
    def _curvatures(self) -> tuple[float, float]:
        return 2.0 * self.lam, 2.0 * self.lam

    def _value(self, theta: Array) -> Values:
        return self.lam * np.sum(theta**2, axis=-1)

    def _gradient(self, theta: Array) -> Array:
        return 2.0 * self.lam * theta

    def _prox(self, theta: Array, step: float) -> Array:
        return theta / (1.0 + 2.0 * step * self.lam)

    def _conjugate(self, u: Array) -> Values:
        return np.sum(square_over(u, 4.0 * self.lam), axis=-1)

    def _fenchel_gap(self, theta: Array, u: Array) -> Values:
        return np.sum(square_over(u - 2.0 * self.lam * theta, 4.0 * self.lam), axis=-1)


@dataclass(frozen=True)
class ElasticNet(Strength):
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
    def _curvatures(self) -> tuple[float, float]:
        return self.parts[1]._curvatures

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

    def _dual_scale(self, u: Array) -> float:
        l1, l2 = self.parts
        return l1._dual_scale(u) if l2.lam == 0 else 1.0


@dataclass(frozen=True)
class HuberL1(Strength):
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
    def _curvatures(self) -> tuple[float, float]:
        return self.lam / self.delta, 0.0

    def _value(self, theta: Array) -> Values:
        inner = np.minimum(np.abs(theta), self.delta)
        return self.lam * np.sum(inner**2 / (2.0 * self.delta) + np.abs(theta) - inner, axis=-1)

    def _gradient(self, theta: Array) -> Array:
        return self.lam * np.clip(theta / self.delta, -1.0, 1.0)

    def _prox(self, theta: Array, step: float) -> Array:
        shrunk = theta / (1.0 + step * self.lam / self.delta)
        return np.where(np.abs(shrunk) <= self.delta, shrunk, soft_threshold(theta, step * self.lam))

    def _conjugate(self, u: Array) -> Values:
        inside = self.delta * square_over(u, 2.0 * self.lam)
        return np.sum(np.where(within(np.abs(u), self.lam), inside, np.inf), axis=-1)

    def _fenchel_gap(self, theta: Array, u: Array) -> Values:
        miss = self.delta * square_over(u - self._gradient(theta), 2.0 * self.lam)
        beyond = (np.abs(theta) - np.minimum(np.abs(theta), self.delta)) * (self.lam - np.sign(theta) * u)
        return np.sum(np.where(within(np.abs(u), self.lam), miss + beyond, np.inf), axis=-1)

    def _dual_scale(self, u: Array) -> float:
        return scale_into(self.lam, float(np.max(np.abs(u))))
