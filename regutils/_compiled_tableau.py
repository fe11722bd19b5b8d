"""Pivots of the lasso's homotopy for one problem, compiled with numba.

At strength l the vector u - l w holds the coefficients on the active set and the correlations off it, so both are
known between two knots (Osborne, Presnell and Turlach 2000; Efron, Hastie, Johnstone and Tibshirani 2004). A knot is
a pivot: it needs one column of the swept Gram matrix, which the inverse on the active set gives. Loops are written
out because array expressions take ten times as long to compile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

from regutils._validation import Array

F = TypeVar("F", bound=Callable[..., object])
Indices = npt.NDArray[np.int64]

# sums may be reordered for vector units; NaN and infinity keep their meaning
OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": {"reassoc", "contract", "nsz"}}
INNER: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}  # Python never calls a kernel

DEPENDENT = 1e-11  # a column of which less than this share is new beside the active ones does not enter
UNSAFE = 1e-2  # once less than this share was new, coefficients are refined before they are written
INSIDE, BARRED = -1, -2  # a column off the active set; one that would enter, but depends on the active ones


def kernel(function: F) -> F:
    """Compile for use by other compiled functions."""
    return cast("F", numba.njit(**OPTIONS, **INNER)(function))


class Tableau(NamedTuple):
    """One problem's, with room for `u.size` columns."""

    counts: Indices  # columns in use (the first m), active ones (K), steps left
    columns: Array  # (m, n), where a working set chose them
    gram: Array  # X'X / n + 2 l2 I
    correlation: Array  # X'y / n
    u: Array
    w: Array
    sign: Array  # of the active coefficients, by column
    slot: Indices  # where in `active` a column stands, or INSIDE, or BARRED
    active: Indices
    inverse: Array  # of gram on the active set, in the order of `active`
    part: Array  # the pivot column on the active set
    pivot: Array  # the pivot column


@kernel
def new_tableau(size: int, n: int) -> Tableau:
    square, vector, places = np.empty((size, size)), np.empty(size), np.empty(size, dtype=np.int64)
    return Tableau(
        np.zeros(3, dtype=np.int64),
        np.empty((size, n)),
        square,
        vector,
        np.empty(size),
        np.empty(size),
        np.empty(size),
        places,
        np.empty(size, dtype=np.int64),
        np.empty((size, size)),
        np.empty(size),
        np.empty(size),
    )


@kernel
def with_data(s: Tableau, gram: Array, correlation: Array) -> Tableau:
    return Tableau(
        s.counts, s.columns, gram, correlation, s.u, s.w, s.sign, s.slot, s.active, s.inverse, s.part, s.pivot
    )


@kernel
def keep(tableau: Tableau) -> Tableau:
    """The active set with its inverse: what a tableau can be built from again."""
    K = tableau.counts[1]
    kept = new_tableau(K, 0)
    kept.counts[1] = K
    for a in range(K):
        j = tableau.active[a]
        kept.active[a], kept.sign[a], kept.u[a], kept.w[a] = j, tableau.sign[j], tableau.u[j], tableau.w[j]
        for b in range(K):
            kept.inverse[a, b] = tableau.inverse[a, b]
    return kept


@kernel
def resume(tableau: Tableau, kept: Tableau) -> None:
    """The tableau of the columns in use, with the active set kept from before."""
    m, K, gram, u, w = tableau.counts[0], kept.counts[1], tableau.gram, tableau.u, tableau.w
    for i in range(m):
        tableau.slot[i], u[i], w[i] = INSIDE, tableau.correlation[i], 0.0
    for a in range(K):
        j = kept.active[a]
        for i in range(m):
            u[i] -= gram[j, i] * kept.u[a]
            w[i] -= gram[j, i] * kept.w[a]
    for a in range(K):
        j = kept.active[a]
        tableau.active[a], tableau.slot[j], tableau.sign[j], u[j], w[j] = j, a, kept.sign[a], kept.u[a], kept.w[a]
        for b in range(K):
            tableau.inverse[a, b] = kept.inverse[a, b]
    tableau.counts[1] = K


@kernel
def advance(tableau: Tableau, now: float, points: Array, theta: Array) -> float:
    """Follow the path down to points[-1], and write the coefficients at every point into theta.

    Returns the strength reached, or -1 where the steps allowed did not suffice.
    """
    end, k, safe = points[-1], 0, True
    while True:
        j, knot = _next_knot(tableau, end)
        knot = min(knot, now)
        if k < points.size and points[k] >= knot:
            if not safe:
                _refine(tableau)
                _refine(tableau)
            while k < points.size and points[k] >= knot:
                for a in range(tableau.counts[1]):
                    i = tableau.active[a]
                    value = tableau.u[i] - points[k] * tableau.w[i]
                    theta[k, i] = value if value * tableau.sign[i] > 0 else 0.0
                k += 1
        if j < 0 or k == points.size:
            return now
        if tableau.counts[2] == 0:
            return -1.0
        tableau.counts[2] -= 1
        now = knot
        if tableau.slot[j] == INSIDE:
            safe = _enter(tableau, j) > UNSAFE and safe
        else:
            _leave(tableau, j)


@kernel
def _next_knot(tableau: Tableau, end: float) -> tuple[int, float]:
    """Which column moves next (-1: none before `end`), and at which strength."""
    u, w, sign, slot = tableau.u, tableau.w, tableau.sign, tableau.slot
    found, top, bottom = -1, end, 1.0
    for j in range(tableau.counts[0]):
        if slot[j] >= 0:
            height, slope = -sign[j] * u[j], -sign[j] * w[j]
        elif slot[j] == INSIDE:
            height, slope = abs(u[j]), 1.0 + (w[j] if u[j] > 0 else -w[j])
        else:
            continue
        if slope > 0 and height > 0 and height * bottom > top * slope:
            found, top, bottom = j, height, slope
    return found, top / bottom


@kernel
def _enter(tableau: Tableau, j: int) -> float:
    """Pivot on column j, unless it depends on the active ones; returns the share of it that is new beside them."""
    m, K, active, part, gram, inverse = (
        tableau.counts[0],
        tableau.counts[1],
        tableau.active,
        tableau.part,
        tableau.gram[j],
        tableau.inverse,
    )
    for b in range(K):
        part[b] = 0.0
    for a in range(K):
        weight, row = gram[active[a]], inverse[a]
        for b in range(K):
            part[b] += weight * row[b]
    rest = gram[j] - _explained(tableau, j)
    if rest < UNSAFE * gram[j]:
        for _ in range(2):
            _refine_part(tableau, j)
        rest = gram[j] - _explained(tableau, j)
    share = rest / gram[j]
    if not share > DEPENDENT:
        tableau.slot[j] = BARRED
        return 1.0
    for i in range(m):
        tableau.pivot[i] = gram[i]
    side = 1.0 if tableau.u[j] > 0 else -1.0
    u, w = tableau.u[j] / rest, (tableau.w[j] + side) / rest
    _apply(tableau, u, w)
    tableau.u[j], tableau.w[j], tableau.sign[j] = u, w, side
    _add_outer(tableau, 1.0 / rest)
    for a in range(K):
        inverse[a, K] = inverse[K, a] = -part[a] / rest
    inverse[K, K] = 1.0 / rest
    active[K], tableau.slot[j] = j, K
    tableau.counts[1] = K + 1
    return float(share)


@kernel
def _explained(tableau: Tableau, j: int) -> float:
    """gram[j, active] part."""
    total = 0.0
    for a in range(tableau.counts[1]):
        total += tableau.gram[j, tableau.active[a]] * tableau.part[a]
    return total


@kernel
def _refine_part(tableau: Tableau, j: int) -> None:
    """One step of iterative refinement of part = inverse gram[active, j]."""
    K, active, part, missing = tableau.counts[1], tableau.active, tableau.part, tableau.pivot
    for a in range(K):
        row = tableau.gram[active[a]]
        missing[a] = row[j]
        for b in range(K):
            missing[a] -= row[active[b]] * part[b]
    for a in range(K):
        for b in range(K):
            part[b] += missing[a] * tableau.inverse[a, b]


@kernel
def _leave(tableau: Tableau, j: int) -> None:
    """Pivot on the active column j; columns that were barred may try again."""
    m, K, active, part, slot, inverse = (
        tableau.counts[0],
        tableau.counts[1],
        tableau.active,
        tableau.part,
        tableau.slot,
        tableau.inverse,
    )
    place, last = slot[j], K - 1
    corner = inverse[place, place]
    for a in range(K):
        part[a] = inverse[place, a]
    for i in range(m):
        tableau.pivot[i] = 0.0
        slot[i] = INSIDE if slot[i] == BARRED else slot[i]
    u, w = tableau.u[j] / corner, tableau.w[j] / corner
    _apply(tableau, u, w)
    tableau.u[j], tableau.w[j] = u, w - tableau.sign[j]
    _add_outer(tableau, -1.0 / corner)
    for a in range(K):
        inverse[place, a] = inverse[last, a]
        inverse[a, place] = inverse[a, last]
    inverse[place, place] = inverse[last, last]
    active[place] = active[last]
    slot[active[place]] = place
    slot[j] = INSIDE
    tableau.counts[1] = last


@kernel
def _add_outer(tableau: Tableau, factor: float) -> None:
    """inverse += factor * part part'."""
    K, part = tableau.counts[1], tableau.part
    for a in range(K):
        scaled, row = factor * part[a], tableau.inverse[a]
        for b in range(K):
            row[b] += scaled * part[b]


@kernel
def _apply(tableau: Tableau, u: float, w: float) -> None:
    """Finish the pivot column, pivot - part' gram[active] (part itself on the active columns), and subtract it."""
    m, K, active, part, pivot, gram = (
        tableau.counts[0],
        tableau.counts[1],
        tableau.active,
        tableau.part,
        tableau.pivot,
        tableau.gram,
    )
    a = 0
    while a + 4 <= K:  # four rows at a time: memory is what this waits for
        p0, p1, p2, p3 = part[a], part[a + 1], part[a + 2], part[a + 3]
        g0, g1, g2, g3 = gram[active[a]], gram[active[a + 1]], gram[active[a + 2]], gram[active[a + 3]]
        for i in range(m):
            pivot[i] -= p0 * g0[i] + p1 * g1[i] + p2 * g2[i] + p3 * g3[i]
        a += 4
    while a < K:
        p0, g0 = part[a], gram[active[a]]
        for i in range(m):
            pivot[i] -= p0 * g0[i]
        a += 1
    for b in range(K):
        pivot[active[b]] = part[b]
    for i in range(m):
        tableau.u[i] -= pivot[i] * u
        tableau.w[i] -= pivot[i] * w


@kernel
def _refine(tableau: Tableau) -> None:
    """One step of iterative refinement of u and w on the active set."""
    K, active, u, w = tableau.counts[1], tableau.active, tableau.u, tableau.w
    missing_u, missing_w = tableau.part, tableau.pivot
    for a in range(K):
        i = active[a]
        missing_u[a], missing_w[a] = tableau.correlation[i], tableau.sign[i]
        for b in range(K):
            missing_u[a] -= tableau.gram[i, active[b]] * u[active[b]]
            missing_w[a] -= tableau.gram[i, active[b]] * w[active[b]]
    for a in range(K):
        for b in range(K):
            u[active[a]] += tableau.inverse[a, b] * missing_u[b]
            w[active[a]] += tableau.inverse[a, b] * missing_w[b]
