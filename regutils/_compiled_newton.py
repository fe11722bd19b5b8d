"""Elastic nets whose L1 and L2 parts fall together, compiled with numba: Newton's method on the active set.

With the active set A and its signs s known, theta solves (G_AA + 2 l2 I) theta_A = q_A - l1 s: one Newton step on the
optimality conditions. A coefficient that lost its sign leaves, a column whose correlation exceeds l1 enters, and the
step is taken again (the primal-dual active set method: Hintermüller, Ito and Kunisch 2002). From one strength of the
path to the next it takes one or two steps; where it does not settle, sweeps of coordinate descent bring it nearer.
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

# all in this file: numba's cache on disk sees changes in the file of the function that Python calls, and in no other
OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": {"reassoc", "contract", "nsz"}}
INNER: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}

ROUNDING = 1e-13  # a violation below this share of max |q| is none
UNSAFE = 1e-2  # below this share of a column's length left over beside others, coefficients are refined
STRIDE = 0.7  # to which share the strength may fall at once
STEPS = 12  # of Newton's method before coordinate descent takes over
SWEEPS = 50
ROUNDS = 20


def kernel(function: F) -> F:
    """Compile for use by other compiled functions."""
    return cast("F", numba.njit(**OPTIONS, **INNER)(function))


def entry(function: F) -> F:
    """Compile for use by Python, on disk where a folder for that can be found."""
    try:
        return cast("F", numba.njit(cache=True, **OPTIONS)(function))
    except RuntimeError:  # no folder to write to
        return cast("F", numba.njit(**OPTIONS)(function))


class _Problem(NamedTuple):
    gram: Array
    correlation: Array
    theta: Array
    pull: Array  # correlation - gram theta
    sign: Array  # of the active coefficients; 0 off the active set
    active: Indices
    factor: Array  # lower triangle: Cholesky factor on the active set, its diagonal inverted
    side: Array


def active_set_path(G: Array, q: Array, l1: Array, l2: Array, coef: Array) -> Array:
    """Minimizers of (1/2) theta'G theta - q'theta + l1 ||theta||_1 + l2 ||theta||_2^2, written to `coef` (R, L, p).

    G = X'X / n, (1, p, p) or (R, p, p); q = X'y / n, (R, p); l1, l2 (R, L) > 0. Returns the degrees of freedom
    trace(G_AA (G_AA + 2 l2 I)^-1), (R, L). Where it does not come through, both are NaN from that strength on.
    """
    G, q, l1, l2 = (np.require(values, np.float64, ["C", "W"]) for values in (G, q, l1, l2))
    df = np.empty(l1.shape)
    _paths(G, q, np.stack([l1, l2]), coef, df)
    return df


@entry
def _paths(G: Array, q: Array, strengths: Array, coef: Array, df: Array) -> None:
    replicates, p = q.shape
    theta, pull, sign, side = np.empty(p), np.empty(p), np.empty(p), np.empty(p)
    active, factor = np.empty(p, dtype=np.int64), np.empty((p, p))
    for r in range(replicates):
        problem = _Problem(G[r if G.shape[0] > 1 else 0], q[r], theta, pull, sign, active, factor, side)
        largest = 0.0
        for j in range(p):
            largest = max(largest, abs(q[r, j]))
            theta[j], sign[j], pull[j] = 0.0, 0.0, q[r, j]
        solved, level = True, largest
        for k in range(strengths.shape[2]):
            l1, l2 = strengths[0, r, k], strengths[1, r, k]
            while solved and level * STRIDE > l1:  # a stop between strengths far apart
                level *= STRIDE
                solved = _solve(problem, level, l2 * level / l1, ROUNDING * largest) >= 0
            size = _solve(problem, l1, l2, ROUNDING * largest) if solved else -1
            solved, level = size >= 0, l1
            df[r, k] = _freedom(problem, size, l2) if solved else np.nan
            for j in range(p):
                coef[r, k, j] = theta[j] if solved else np.nan


@kernel
def _solve(problem: _Problem, l1: float, l2: float, slack: float) -> int:
    """At one strength, from the solution at the one before; returns the size of the active set, -1 for failure."""
    for _ in range(ROUNDS):
        for _ in range(STEPS):
            size = _newton(problem, l1, l2)
            if size < 0:
                break
            if not _changed(problem, l1, slack):
                return size
        _sweep(problem, l1, l2, slack)
    return -1


@kernel
def _changed(problem: _Problem, l1: float, slack: float) -> bool:
    """Update the active set by the conditions that theta and pull violate; whether there were any."""
    theta, pull, sign = problem.theta, problem.pull, problem.sign
    changed = False
    for j in range(theta.size):
        if sign[j] != 0.0:
            if theta[j] * sign[j] <= 0.0:
                theta[j], sign[j], changed = 0.0, 0.0, True
        elif abs(pull[j]) > l1 + slack:
            sign[j], changed = (1.0 if pull[j] > 0.0 else -1.0), True
    return changed


@kernel
def _newton(problem: _Problem, l1: float, l2: float) -> int:
    """Solve on the active set, and bring pull up to date; returns its size, -1 where the matrix is singular."""
    gram, theta, sign, active, factor, side = (
        problem.gram, problem.theta, problem.sign, problem.active, problem.factor, problem.side,
    )  # fmt: skip
    size = 0
    for j in range(theta.size):
        if sign[j] != 0.0:
            active[size] = j
            size += 1
    safe = True
    for a in range(size):
        row, into = gram[active[a]], factor[a]
        for b in range(a):
            rest = row[active[b]]
            other = factor[b]
            for c in range(b):
                rest -= into[c] * other[c]
            into[b] = rest * other[b]
        rest = row[active[a]] + 2.0 * l2
        for c in range(a):
            rest -= into[c] * into[c]
        if not rest > 1e-14 * row[active[a]]:
            return -1
        safe = safe and rest > UNSAFE * row[active[a]]
        into[a] = 1.0 / np.sqrt(rest)
    for a in range(size):
        side[a] = problem.correlation[active[a]] - l1 * sign[active[a]]
    _substitute(factor, side, size)
    for a in range(size):
        theta[active[a]] = side[a]
    _update_pull(problem)
    if not safe:  # one step of iterative refinement
        for a in range(size):
            j = active[a]
            side[a] = problem.pull[j] - l1 * sign[j] - 2.0 * l2 * theta[j]
        _substitute(factor, side, size)
        for a in range(size):
            theta[active[a]] += side[a]
    return size


@kernel
def _substitute(factor: Array, side: Array, size: int) -> None:
    """side = (factor factor')^-1 side."""
    for a in range(size):
        row = factor[a]
        rest = side[a]
        for b in range(a):
            rest -= row[b] * side[b]
        side[a] = rest * row[a]
    for a in range(size - 1, -1, -1):
        row = factor[a]
        side[a] *= row[a]
        for b in range(a):
            side[b] -= row[b] * side[a]


@kernel
def _update_pull(problem: _Problem) -> None:
    pull, theta = problem.pull, problem.theta
    for i in range(pull.size):
        pull[i] = problem.correlation[i]
    for j in range(pull.size):
        if theta[j] != 0.0:
            row, value = problem.gram[j], theta[j]
            for i in range(pull.size):
                pull[i] -= row[i] * value


@kernel
def _sweep(problem: _Problem, l1: float, l2: float, slack: float) -> None:
    """Coordinate descent with the correlations kept up to date, and the signs that it arrives at."""
    theta, pull, sign = problem.theta, problem.pull, problem.sign
    _update_pull(problem)
    for _ in range(SWEEPS):
        moved = 0.0
        for j in range(theta.size):
            row = problem.gram[j]
            target = pull[j] + row[j] * theta[j]
            size = max(abs(target) - l1, 0.0) / (row[j] + 2.0 * l2)
            change = (size if target > 0.0 else -size) - theta[j]
            if change != 0.0:
                theta[j] += change
                moved = max(moved, abs(change) * row[j])
                for i in range(theta.size):
                    pull[i] -= row[i] * change
        if moved <= slack:
            break
    for j in range(theta.size):
        sign[j] = 1.0 if theta[j] > 0.0 else (-1.0 if theta[j] < 0.0 else 0.0)


@kernel
def _freedom(problem: _Problem, size: int, l2: float) -> float:
    """size - 2 l2 trace((G_AA + 2 l2 I)^-1): the trace is the squared Frobenius norm of the factor's inverse."""
    factor, side = problem.factor, problem.side
    total = 0.0
    for c in range(size):  # column c of the inverse
        side[c] = factor[c, c]
        total += side[c] * side[c]
        for a in range(c + 1, size):
            row = factor[a]
            rest = 0.0
            for b in range(c, a):
                rest -= row[b] * side[b]
            side[a] = rest * row[a]
            total += side[a] * side[a]
    return size - 2.0 * l2 * total
