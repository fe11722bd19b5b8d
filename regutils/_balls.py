"""The L1 and L2 balls as penalties: zero inside, infinity outside. Their prox is the Euclidean projection."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regutils._penalty import Penalty, Values
from regutils._validation import Array, check_array, check_scalar

# A projected point misses the sphere by rounding: this close to it counts as on it.
_ROUNDING = 1e-12


class _Ball(Penalty):
    """Indicator of {theta : ||theta|| <= radius}, radius > 0."""

    radius: float
    separable = False
    constraint = True

    def __post_init__(self) -> None:
        radius = check_scalar(self.radius, "radius", low=0.0, inclusive="neither")
        object.__setattr__(self, "radius", radius)

    def project(self, theta: object) -> Array:
        """The nearest point of the ball to each theta (..., p)."""
        return self._project(np.atleast_1d(check_array(theta, "theta")))

    def norm(self, theta: Array) -> Array:
        """The norm whose ball this is, over the last axis."""
        raise NotImplementedError

    def _dual_norm(self, u: Array) -> Array:
        raise NotImplementedError

    def _project(self, theta: Array) -> Array:
        raise NotImplementedError

    def _on_sphere(self, theta: Array) -> npt.NDArray[np.bool_]:
        return np.asarray(self.norm(theta) >= self.radius * (1.0 - _ROUNDING))[..., None]

    def _value(self, theta: Array) -> Values:
        return np.where(self.norm(theta) <= self.radius * (1.0 + _ROUNDING), 0.0, np.inf)[()]

    def _gradient(self, theta: Array) -> Array:
        if np.any(np.isinf(self._value(theta))):
            raise ValueError(f"theta must lie in the ball of radius {self.radius:g}: no subgradient outside")
        return np.zeros_like(theta)  # the normal cone always contains 0

    def _prox(self, theta: Array, step: float) -> Array:
        return self._project(theta)

    def _conjugate(self, u: Array) -> Values:
        return self.radius * self._dual_norm(u)


@dataclass(frozen=True)
class L2Ball(_Ball):
    """The constraint ||theta||_2 <= radius. Prox: projection, which rescales."""

    radius: float

    def norm(self, theta: Array) -> Array:
        return np.asarray(np.linalg.norm(theta, axis=-1))

    def _dual_norm(self, u: Array) -> Array:
        return self.norm(u)

    def _project(self, theta: Array) -> Array:
        size = self.norm(theta)[..., None]
        return np.where(size > self.radius, theta * (self.radius / np.maximum(size, self.radius)), theta)

    def _subdiff_distance(self, theta: Array, gradient: Array) -> Array:
        # On the sphere the normal cone is the ray along theta.
        along = -np.sum(gradient * theta, axis=-1, keepdims=True) / self.radius**2
        return np.abs(gradient + np.where(self._on_sphere(theta), np.maximum(along, 0.0), 0.0) * theta)


@dataclass(frozen=True)
class L1Ball(_Ball):
    """The constraint ||theta||_1 <= radius. Prox: projection by sorting (Duchi et al. 2008, figure 1)."""

    radius: float

    def norm(self, theta: Array) -> Array:
        return np.asarray(np.sum(np.abs(theta), axis=-1))

    def _dual_norm(self, u: Array) -> Array:
        return np.asarray(np.max(np.abs(u), axis=-1))

    def _project(self, theta: Array) -> Array:
        # The projection is a soft threshold; the threshold is where the sorted sizes above it add up to the radius.
        ordered = -np.sort(-np.abs(theta), axis=-1)
        thresholds = (np.cumsum(ordered, axis=-1) - self.radius) / np.arange(1, theta.shape[-1] + 1)
        last = np.sum(ordered > thresholds, axis=-1, keepdims=True) - 1
        threshold = np.maximum(np.take_along_axis(thresholds, np.maximum(last, 0), axis=-1), 0.0)
        return theta - np.clip(theta, -threshold, threshold)

    def _subdiff_distance(self, theta: Array, gradient: Array) -> Array:
        # On the sphere the normal cone is {t v : t >= 0, v = sign(theta) on the support, |v| <= 1 off it}. The best t
        # minimizes sum_on (t - a)^2 + sum_off max(|g| - t, 0)^2: a mean over the support and the largest |g| off it.
        on = theta != 0
        size = np.abs(gradient)
        pull = np.sum(np.where(on, -np.sign(theta) * gradient, 0.0), axis=-1, keepdims=True)
        off = -np.sort(-np.where(on, 0.0, size), axis=-1)
        total = pull + np.concatenate([np.zeros_like(pull), np.cumsum(off, axis=-1)], axis=-1)
        count = np.sum(on, axis=-1, keepdims=True) + np.arange(theta.shape[-1] + 1)
        # Each further |g| off the support raises the mean as long as it lies above it: the best t is the largest.
        t = np.maximum(np.max(total / np.maximum(count, 1), axis=-1, keepdims=True), 0.0)
        distance = np.where(on, np.abs(gradient + t * np.sign(theta)), np.maximum(size - t, 0.0))
        return np.where(self._on_sphere(theta), distance, size)
