"""Paths compiled with numba (the extra `fast`): the answers of `_homotopy`, sooner for single and for wide problems.

`tableau_path` works on the whole Gram matrix. `working_set_path` never forms it: it starts from the most correlated
columns, and adds to them until all others meet their conditions at every strength asked for. `active_set_path` is for
elastic nets with a fixed share. The first call of each ever compiles for some seconds; numba keeps that on disk.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np

from regutils import _compiled_tableau
from regutils._compiled_newton import active_set_path
from regutils._compiled_tableau import OPTIONS, Indices, Tableau, advance, keep, kernel, new_tableau, resume, with_data
from regutils._validation import Array

__all__ = ["active_set_path", "homotopy", "on_working_set", "prepare", "tableau_path", "working_set_path"]

F = TypeVar("F", bound=Callable[..., object])

STRIDE = 0.8  # a working set is checked whenever the strength has fallen to this share: columns that exceed it enter
ROUNDING = 1e-13


def homotopy(X: Array, y: Array, l1: Array, l2: Array) -> Array:
    """Minimizers (R, L, p) of (1/(2n)) ||y - X theta||_2^2 + l1 ||theta||_1 + l2 ||theta||_2^2.

    X (1, n, p), shared, or (R, n, p), and y (R, n), centered; l1 (R, L), decreasing, > 0; l2 (R,), >= 0, fixed along
    the path. A problem that does not come through is NaN.
    """
    n, p = X.shape[1:]
    coef = np.zeros((*l1.shape, p))
    if on_working_set(n, p):
        working_set_path(X, y, l1, l2, coef)
    else:
        tableau_path((X.transpose(0, 2, 1) @ X) / n, np.matmul(y[:, None, :], X)[:, 0] / n, l1, l2, coef)
    return coef


def on_working_set(n: int, p: int) -> bool:
    """Whether `working_set_path` is the faster one for this shape."""
    return p > 64 and 2 * p > n


def tableau_path(G: Array, q: Array, l1: Array, l2: Array, coef: Array) -> None:
    """As `homotopy`, from G = X'X / n, (1, p, p) or (R, p, p), and q = X'y / n, (R, p), written to `coef`, all zero."""
    _whole(_full(G), _full(q), _full(l1), _full(l2), coef)


def working_set_path(X: Array, y: Array, l1: Array, l2: Array, coef: Array) -> None:
    """As `homotopy`, written to `coef`, all zero."""
    _wide(_full(X), _full(y), _full(l1), _full(l2), coef)


def prepare() -> None:
    """Compile everything now, and keep it on disk for every process that comes later."""
    X, y = np.eye(3)[None], np.arange(3.0)[None]
    l1, l2 = np.array([[1.0, 0.5]]), np.zeros(1)
    homotopy(X, y, l1, l2)
    working_set_path(X, y, l1, l2, np.zeros((1, 2, 3)))
    active_set_path(X, y, l1, l1, np.zeros((1, 2, 3)))


def _full(values: Array) -> Array:
    """In C order and writable: another layout would be compiled anew."""
    return np.require(values, np.float64, ["C", "W"])


def _entry(function: F) -> F:
    """Compile for use by Python, on disk where a folder for that can be found."""
    try:
        return cast("F", numba.njit(cache=True, **OPTIONS)(function))
    except RuntimeError:  # no folder to write to
        return cast("F", numba.njit(**OPTIONS)(function))


def _entries(version: int) -> tuple[Callable[..., None], Callable[..., None]]:
    """What Python calls. numba's cache knows changes in this file and in `version`, and in no other file."""

    @_entry
    def whole(gram: Array, correlation: Array, l1: Array, l2: Array, coef: Array) -> None:
        _ = version
        replicates, p = correlation.shape
        spare, kept = new_tableau(p, 0), keep(new_tableau(0, 0))
        work = spare.gram
        for r in range(replicates):
            matrix = gram[r if gram.shape[0] > 1 else 0]
            if l2[r] != 0.0:
                for j in range(p):
                    for i in range(p):
                        work[j, i] = matrix[j, i]
                    work[j, j] += 2.0 * l2[r]
                matrix = work
            tableau = with_data(spare, matrix, correlation[r])
            tableau.counts[0], tableau.counts[2] = p, 100 + 20 * p
            resume(tableau, kept)
            if advance(tableau, np.inf, l1[r], coef[r]) < 0:
                _spoil(coef[r])

    @_entry
    def wide(X: Array, y: Array, l1: Array, l2: Array, coef: Array) -> None:
        _ = version
        n, p = X.shape[1:]
        tableau, place = new_tableau(min(p, 128), n), np.empty(p, dtype=np.int64)
        for r in range(y.shape[0]):
            for j in range(p):
                place[j] = -1
            design = X[r if X.shape[0] > 1 else 0]
            correlation = np.dot(y[r : r + 1], design)
            for j in range(p):
                correlation[0, j] /= n
            problem = _Problem(design, y[r], correlation, l1[r], 2.0 * l2[r], place)
            tableau, solved = _on_working_set(problem, tableau, coef[r])
            if not solved:
                _spoil(coef[r])

    return whole, wide


@kernel
def _spoil(coef: Array) -> None:
    for k in range(coef.shape[0]):
        for j in range(coef.shape[1]):
            coef[k, j] = np.nan


class _Problem(NamedTuple):
    X: Array
    y: Array
    correlation: Array  # (1, p)
    strengths: Array
    ridge: float
    place: Indices  # of each column in the working set; -1 for those outside


@kernel
def _on_working_set(problem: _Problem, tableau: Tableau, coef: Array) -> tuple[Tableau, bool]:
    X, y, pull, strengths, place = problem.X, problem.y, problem.correlation, problem.strengths, problem.place
    n, p = X.shape
    start, now, done = 0.0, np.inf, 0
    for j in range(p):
        start = max(start, abs(pull[0, j]))
    if start == 0.0:
        return tableau, True
    slack = ROUNDING * start
    tableau.counts[0], tableau.counts[1], tableau.counts[2] = 0, 0, 200 + 40 * min(n, p)
    kept = keep(tableau)
    while done < strengths.size:
        points = _stretch(strengths, done, start)
        last = points.size - 1
        tableau, _ = _admit(problem, tableau, pull[pull.shape[0] - 1 :], points[last:], 0.0)
        while True:  # the working set grows until nobody outside it objects
            resume(tableau, kept)
            m = tableau.counts[0]
            theta = np.zeros((points.size, m))
            reached = advance(tableau, now, points, theta)
            if reached < 0:
                return tableau, False
            residual = np.dot(theta, tableau.columns[:m])
            for k in range(points.size):
                for i in range(n):
                    residual[k, i] = (y[i] - residual[k, i]) / n
            pull = np.dot(residual, X)
            tableau, grew = _admit(problem, tableau, pull, points, slack)
            if not grew:
                break
        until = min(strengths.size, done + points.size - 1)
        for j in range(p):
            if place[j] >= 0:
                for k in range(done, until):
                    coef[k, j] = theta[k - done, place[j]]
        kept, start, now, done = keep(tableau), points[-1], reached, until
    return tableau, True


@kernel
def _stretch(strengths: Array, done: int, start: float) -> Array:
    """The next strengths at which the working set is checked; the last one need not be one of those asked for."""
    target = max(STRIDE * start, strengths[-1])
    until = done
    while until < strengths.size and strengths[until] >= target:
        until += 1
    points = np.empty(until - done + 1)
    for k in range(done, until):
        points[k - done] = strengths[k]
    points[-1] = target
    return points


@kernel
def _admit(problem: _Problem, tableau: Tableau, pull: Array, bounds: Array, slack: float) -> tuple[Tableau, bool]:
    """Columns whose pull exceeds its bound join the working set: their data, and their rows of the Gram matrix."""
    X, place = problem.X, problem.place
    n, p = X.shape
    old = tableau.counts[0]
    new = old
    for k in range(bounds.size):
        for j in range(p):
            if abs(pull[k, j]) > bounds[k] + slack and place[j] < 0:
                place[j] = new
                new += 1
    if new == old:
        return tableau, False
    if new > tableau.u.size:
        tableau = _with_room(tableau, old, min(p, 2 * new))
    for j in range(p):
        i = place[j]
        if i >= old:
            tableau.correlation[i] = problem.correlation[0, j]
            for k in range(n):
                tableau.columns[i, k] = X[k, j]
    rows = np.dot(tableau.columns[old:new], tableau.columns[:new].T)
    for i in range(old, new):
        for k in range(new):
            tableau.gram[i, k] = tableau.gram[k, i] = rows[i - old, k] / n
        tableau.gram[i, i] += problem.ridge
    tableau.counts[0] = new
    return tableau, True


@kernel
def _with_room(tableau: Tableau, used: int, size: int) -> Tableau:
    n = tableau.columns.shape[1]
    larger = new_tableau(size, n)
    for i in range(3):
        larger.counts[i] = tableau.counts[i]
    for i in range(used):
        larger.correlation[i] = tableau.correlation[i]
        for k in range(n):
            larger.columns[i, k] = tableau.columns[i, k]
        for k in range(used):
            larger.gram[i, k] = tableau.gram[i, k]
    return larger


_whole, _wide = _entries(zlib.crc32(Path(cast("Any", _compiled_tableau).__file__).read_bytes()))
