"""The protocol that every penalty speaks; regutils.penalties holds the penalties themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from regutils._validation import Array, check_array, check_scalar

Index = npt.NDArray[np.intp]
Values = Any  # a float for one vector (p,), an array (...) for many vectors (..., p)


class Penalty:
    """A penalty P(theta); theta is one vector (p,) or many (..., p).

    The public methods check their input and call the method of the same name with an underscore; those are all that
    a new penalty has to write, and the defaults below are right for a differentiable or a conjugate-free one.
    """

    convex: bool = True
    separable: bool = True  # a sum over coordinates
    constraint: bool = False  # infinite somewhere

    @property
    def unpenalized(self) -> bool:
        """Whether P = 0 everywhere (a strength of zero)."""
        return getattr(self, "lam", None) == 0.0

    @property
    def smoothness(self) -> float:
        """Lipschitz constant of the part of the gradient that has one (0 for corners alone)."""
        return self._curvatures[0]

    @property
    def strong_convexity(self) -> float:
        """The largest m for which P(theta) - (m/2) ||theta||_2^2 is convex."""
        return self._curvatures[1]

    def value(self, theta: object) -> Values:
        """P(theta): a float for theta (p,), an array (...) for theta (..., p)."""
        return self._value(np.atleast_1d(check_array(theta, "theta")))

    def gradient(self, theta: object) -> Array:
        """The subgradient of least Euclidean norm (the gradient, where there is one), same shape as theta."""
        point = check_array(theta, "theta")
        return self._gradient(np.atleast_1d(point)).reshape(point.shape)

    def prox(self, theta: object, step: float) -> Array:
        """argmin over x of P(x) + ||x - theta||_2^2 / (2 step), same shape as theta; step > 0."""
        step = check_scalar(step, "step", low=0.0, inclusive="neither")
        point = check_array(theta, "theta")
        return self._prox(np.atleast_1d(point), step).reshape(point.shape)

    def subdiff_distance(self, theta: object, gradient: object) -> Array:
        """|-gradient - s| per coordinate, s the nearest subgradient at theta: zero throughout exactly at an optimum."""
        point = check_array(theta, "theta")
        slope = check_array(gradient, "gradient", shape=point.shape)
        return self._subdiff_distance(np.atleast_1d(point), np.atleast_1d(slope)).reshape(point.shape)

    def conjugate(self, u: object) -> Values:
        """P*(u) = sup over theta of <u, theta> - P(theta); infinity outside its domain."""
        return self._conjugate(np.atleast_1d(check_array(u, "u")))

    def fenchel_gap(self, theta: object, u: object) -> Values:
        """P(theta) + P*(u) - <u, theta> >= 0: zero exactly when u is a subgradient at theta (Fenchel and Young)."""
        point = check_array(theta, "theta")
        dual = check_array(u, "u", shape=point.shape)
        return self._fenchel_gap(np.atleast_1d(point), np.atleast_1d(dual))

    def dual_scale(self, u: object) -> float:
        """The largest s in [0, 1] with P*(s u) finite, for one vector u (p,)."""
        return self._dual_scale(check_array(u, "u", ndim=1))

    def blocks(self, n_features: int) -> list[Index] | None:
        """Index sets between which P is a plain sum; None when it does not split."""
        return self._blocks(n_features)

    def block_prox(self, theta: Array, step: float) -> Array:
        """The prox of one term of that sum, for the coefficients of its block alone; unchecked, for inner loops."""
        return self._block_prox(theta, step)

    @property
    def _curvatures(self) -> tuple[float, float]:
        return 0.0, 0.0

    def _value(self, theta: Array) -> Values:
        raise NotImplementedError

    def _gradient(self, theta: Array) -> Array:
        raise NotImplementedError

    def _prox(self, theta: Array, step: float) -> Array:
        raise NotImplementedError

    def _subdiff_distance(self, theta: Array, gradient: Array) -> Array:
        return np.abs(gradient + self._gradient(theta))

    def _conjugate(self, u: Array) -> Values:
        raise NotImplementedError(f"{self!r} has no tractable conjugate: it is not convex")

    def _fenchel_gap(self, theta: Array, u: Array) -> Values:
        # Subclasses write this without the cancellation of three large terms, so that gaps of 1e-12 mean something.
        return self._value(theta) + self._conjugate(u) - np.sum(u * theta, axis=-1)

    def _dual_scale(self, u: Array) -> float:
        return 1.0

    def _blocks(self, n_features: int) -> list[Index] | None:
        return [np.array([j]) for j in range(n_features)] if self.separable else None

    def _block_prox(self, theta: Array, step: float) -> Array:
        return self._prox(theta, step)


class Strength(Penalty):
    """A penalty with one strength, lam >= 0."""

    lam: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "lam", check_scalar(self.lam, "lam", low=0.0))


def soft_threshold(theta: Array, threshold: float) -> Array:
    """sign(theta) max(|theta| - threshold, 0), element by element, with exact zeros."""
    return theta - np.clip(theta, -threshold, threshold)


def within(norm: Array, radius: float) -> Array:
    """norm <= radius, rounding forgiven."""
    return np.asarray(norm <= radius * (1.0 + 1e-12))


def scale_into(radius: float, norm: float) -> float:
    """The largest s in [0, 1] with s norm <= radius, rounded so that the product does not stick out."""
    return 1.0 if norm <= radius else radius / norm * (1.0 - 2.0**-51)


def square_over(x: Array, divisor: float) -> Array:
    """x^2 / divisor, with its limit for divisor = 0: zero at zero, infinity elsewhere."""
    if divisor > 0:
        return x**2 / divisor
    return np.where(x == 0, 0.0, np.inf)
