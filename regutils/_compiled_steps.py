"""The passes of a training step that NumPy makes one by one, each in one, compiled with numba (the extra `fast`).

The same operations in the same order and precision, so that a training run gives the same numbers to the last bit with
and without. Matrix products, exponentials and logarithms stay with NumPy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

Values = Any
F = TypeVar("F", bound=Callable[..., object])
EXACT: dict[str, Any] = {"nogil": True, "error_model": "numpy"}  # no fast mathematics: it would round differently


def _entry(function: F) -> F:
    """Compile for use by Python, on disk where a folder for that can be found."""
    try:
        return cast("F", numba.njit(cache=True, **EXACT)(function))
    except RuntimeError:  # no folder to write to
        return cast("F", numba.njit(**EXACT)(function))


@_entry
def adam(  # noqa: PLR0917
    theta: Values, gradient: Values, first: Values, second: Values, factors: Values, ends: Values, decayed: Values
) -> None:
    """Adam's step and decay, of rows (R, P).

    factors (5, R): b1, b2, floor, scale and what decay multiplies by. Column ranges end at `ends` (S,), and are decayed
    or not, (S,).
    """
    for r in range(theta.shape[0]):
        b1, b2, floor, scale = factors[0, r], factors[1, r], factors[2, r], factors[3, r]
        begin = 0
        for s in range(ends.size):
            keep = factors[4, r] if decayed[s] else theta.dtype.type(1.0)
            part = slice(begin, ends[s])
            t, g, m, v = theta[r, part], gradient[r, part], first[r, part], second[r, part]
            for j in range(t.size):  # from zero: an index that might be negative is not vectorized
                mean = m[j] * b1 + g[j]
                square = v[j] * b2 + g[j] * g[j]
                m[j] = mean
                v[j] = square
                t[j] = t[j] * keep - mean / (np.sqrt(square) + floor) * scale
            begin = ends[s]


@_entry
def rectify(units: Values) -> None:
    """units, flat, times 1 where they are positive, 0 elsewhere; NaN stays NaN."""
    one, zero = units.dtype.type(1.0), units.dtype.type(0.0)
    for i in range(units.size):
        units[i] *= one if units[i] > zero else zero


@_entry
def rectify_slope(slope: Values, units: Values) -> None:
    """slope times 1 where the rectified units are positive, 0 elsewhere, both flat."""
    one, zero = units.dtype.type(1.0), units.dtype.type(0.0)
    for i in range(units.size):
        slope[i] *= one if units[i] > zero else zero


@_entry
def shift(z: Values, place: Values, picked: Values) -> None:
    """Outputs z (k, N) minus the largest of each column; those at flat index place (N,) go to picked (N,)."""
    classes, size = z.shape
    for i in range(size):
        picked[i] = z[0, i]
    for k in range(1, classes):
        for i in range(size):
            picked[i] = z[k, i] if z[k, i] > picked[i] or z[k, i] != z[k, i] else picked[i]
    for k in range(classes):
        for i in range(size):
            z[k, i] -= picked[i]
    flat = z.reshape(-1)
    for i in range(size):
        picked[i] = flat[place[i]]


@_entry
def share(slope: Values, place: Values, total: Values, rows: Values, one: Values) -> None:
    """Exponentials (k, N) become the derivative of the mean cross-entropy; their sums go to total (N,).

    rows and 1 / rows come in the arrays' dtype.
    """
    classes, size = slope.shape
    for i in range(size):
        total[i] = slope[0, i]
    for k in range(1, classes):
        for i in range(size):
            total[i] += slope[k, i]
    for k in range(classes):
        for i in range(size):
            slope[k, i] /= total[i] * rows
    flat = slope.reshape(-1)
    for i in range(size):
        flat[place[i]] -= one
