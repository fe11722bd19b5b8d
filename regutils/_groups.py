"""Penalties on the length of whole groups of coefficients: zero together or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regutils._penalty import Index, Strength, Values, scale_into, within
from regutils._validation import Array, check_array


@dataclass(frozen=True)
class GroupL2(Strength):
    """P(theta) = lam sum over groups g of ||theta_g||_2 (Yuan and Lin 2006, without their factor sqrt(size)).

    groups: one label (an integer) per coordinate, so that [0, 0, 1] makes two groups of three coordinates. A group is
    zero as a whole or not at all.
    """

    lam: float
    groups: tuple[int, ...]
    separable = False

    def __init__(self, lam: float, groups: Sequence[int] | npt.NDArray[np.integer]) -> None:
        labels = check_array(groups, "groups", ndim=1)
        if np.any(labels != np.round(labels)):
            raise ValueError(f"groups must hold one integer label per coordinate, got {groups!r}")
        object.__setattr__(self, "lam", lam)
        object.__setattr__(self, "groups", tuple(int(label) for label in labels))
        super().__post_init__()
        object.__setattr__(self, "_member", np.unique(labels, return_inverse=True)[1])

    def _blocks(self, n_features: int) -> list[Index] | None:
        member = self._members(np.zeros(n_features))
        return [np.flatnonzero(member == g) for g in range(int(member.max()) + 1)]

    def _block_prox(self, theta: Array, step: float) -> Array:
        return L2Norm(self.lam)._prox(theta, step)

    def _members(self, theta: Array) -> Index:
        member: Index = self._member  # type: ignore[attr-defined]
        if theta.shape[-1:] != member.shape:
            raise ValueError(f"theta must have {member.size} coordinates (one per label), got shape {theta.shape}")
        return member

    def _norms(self, theta: Array) -> Array:
        """||theta_g||_2 for each group, (..., number of groups)."""
        member = self._members(theta)
        squares = theta**2 @ (member[:, None] == np.arange(member.max() + 1)).astype(float)
        return np.asarray(np.sqrt(squares))

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
        return np.sum(np.where(within(self._norms(u), self.lam), 0.0, np.inf), axis=-1)

    def _fenchel_gap(self, theta: Array, u: Array) -> Values:
        return np.sum(theta * (self._gradient(theta) - u), axis=-1) + self._conjugate(u)

    def _dual_scale(self, u: Array) -> float:
        return scale_into(self.lam, float(np.max(self._norms(u))))


@dataclass(frozen=True)
class L2Norm(Strength):
    """P(theta) = lam ||theta||_2, the norm itself and not its square: one group of all coordinates.

    All or nothing: the prox is exactly zero below a threshold and rescales the whole vector above it.
    """

    lam: float
    separable = False

    def _blocks(self, n_features: int) -> list[Index] | None:
        return [np.arange(n_features)]

    def _as_group(self, theta: Array) -> GroupL2:
        return GroupL2(self.lam, np.zeros(theta.shape[-1], dtype=int))

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

    def _dual_scale(self, u: Array) -> float:
        return self._as_group(u)._dual_scale(u)
