"""Many small linear systems at once, each on the support of one solution: smooth once support and signs are known.

With support A and signs s the minimizer of (1/(2n)) ||y - X theta||^2 + l1 ||theta||_1 + l2 ||theta||_2^2 solves
(G_AA + 2 l2 I) theta_A = q_A - l1 s_A, where G = X'X / n and q = X'y / n.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from regutils._gram import Gram
from regutils._homotopy import tableau_path
from regutils._validation import Array

Indices = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

ROUNDS = 8  # guesses of the support before the homotopy is asked
LARGE = 24  # size from which systems are solved one by one
BLOCK = 2**17  # numbers in the systems of one block


def active_set_path(G: Array, q: Array, l1: Array, l2: Array, coef: Array) -> Array:
    """Minimizers for l1 and l2 > 0 (R, L), both falling along the path, written to `coef`, all zero (R, L, p).

    Strength by strength, from a guess of the support and signs: solve, drop what has a wrong sign, take in what
    violates its condition, and again until nothing changes (a semismooth Newton method: Hintermueller, Ito and
    Kunisch 2003). It converges within a few rounds or, rarely, cycles. Look at the certificate. G (1 or R, p, p).
    Returns the trace of G_AA (G_AA + 2 l2 I)^-1, (R, L).
    """
    R, L = l1.shape
    df = np.zeros(l1.shape)
    curvature = np.broadcast_to(np.diagonal(G, axis1=1, axis2=2), q.shape)
    # the guess goes on in a straight line from the two strengths before; `now` is the correlation plus the curvature
    # times the coefficient: a coordinate is in the support where it is above l1
    levels = np.column_stack([np.abs(q).max(axis=1)] * 2 + [l1])
    before, now = q, q.copy()
    for k in range(L):
        gone, ahead = levels[:, k] - levels[:, k + 1], levels[:, k + 1] - levels[:, k + 2]
        slope = np.divide(ahead, gone, out=np.zeros(R), where=gone > 0)
        guess = now + (now - before) * slope[:, None]
        before, now = now, now.copy()
        sign = np.where(np.abs(guess) > l1[:, k, None], np.sign(guess), 0.0)
        rows = np.arange(R)
        for _ in range(ROUNDS):
            old, bound = sign[rows], l1[rows, k, None]
            theta, df[rows, k] = _solve(_systems(G, rows, old != 0, l2[rows, k]), l2[rows, k], q[rows] - bound * old)
            coef[rows, k] = theta
            pull = q[rows] - _times(theta, G, rows)
            sign[rows] = new = next_sign(old, theta, pull, bound)
            now[rows] = pull + theta * curvature[rows]
            rows = rows[(new != old).any(axis=1)]
            if rows.size == 0:
                break
        else:  # no support confirms itself: the homotopy at this L2 part knows the way
            found = np.zeros((rows.size, 1, q.shape[1]))
            tableau_path(Gram(G if len(G) == 1 else G[rows]), q[rows], l1[rows, k : k + 1], l2[rows, k], found)
            coef[rows, k] = theta = found[:, 0]
            _, df[rows, k] = _solve(_systems(G, rows, theta != 0, l2[rows, k]), l2[rows, k], q[rows])
            now[rows] = q[rows] - _times(theta, G, rows) + theta * curvature[rows]
    return df


def side_by_side(G: Array, q: Array, l1: Array, l2: Array, coef: Array) -> Array:
    """The same for one problem, G (1, p, p) and q (p,), all strengths at once; coef (L, p) has the guessed signs."""
    df = np.zeros(l1.shape)
    sign, rows = np.sign(coef), np.arange(l1.size)
    for _ in range(ROUNDS):
        old, bound = sign[rows], l1[rows, None]
        systems = _systems(G, rows, old != 0, l2[rows])
        theta, df[rows] = _solve(systems, l2[rows], q - bound * old)
        coef[rows] = theta
        sign[rows] = next_sign(old, theta, q - _times(theta, G, rows), bound)
        rows = rows[(sign[rows] != old).any(axis=1)]
        if rows.size == 0:
            break
    return df


def next_sign(old: Array, theta: Array, pull: Array, bound: Array) -> Array:
    """The signs of a support without what has a wrong one, with what violates its condition."""
    return np.where(old != 0, old * (theta * old > 0), np.sign(pull) * (np.abs(pull) > bound * (1 + 1e-12)))


def _times(theta: Array, G: Array, rows: Indices) -> Array:
    """theta (r, p) times the matrices of `rows`."""
    if G.shape[0] == 1:
        return np.asarray(theta @ G[0])
    if rows.size == len(G):
        return np.asarray((theta[:, None, :] @ G)[:, 0])
    return np.stack([values @ G[r] for values, r in zip(theta, rows, strict=True)])  # no copies of G


def smooth_degrees(G: Array, coef: Array, l2: Array) -> Array:
    """trace of G_AA (G_AA + 2 l2 I)^-1 for coef (R, L, p), A its nonzeros, and l2 (R, L) > 0: (R, L)."""
    R, L, p = coef.shape
    df = np.empty((R, L))
    block = max(1, BLOCK // (p * p * L))
    for first in range(0, R, block):
        part = slice(first, min(first + block, R))
        rows = np.repeat(np.arange(first, part.stop), L)
        on = (coef[part] != 0).reshape(-1, p)
        penalty = l2[part].reshape(-1)
        _, degrees = _solve(_systems(G, rows, on, penalty), penalty, np.zeros(on.shape))
        df[part] = degrees.reshape(-1, L)
    return df


def _systems(G: Array, rows: Indices, on: Mask, l2: Array) -> tuple[Array, Indices, Mask]:
    """G_AA + 2 l2 I for each row, padded with ones on the diagonal to one size m: (r, m, m).

    Also the columns (r, m) that they are about, and which of them are used (r, m) rather than padding.
    """
    m = max(1, int(on.sum(axis=1).max()))
    columns = np.argsort(~on, axis=1, kind="stable")[:, :m]
    used = np.take_along_axis(on, columns, axis=1)
    own = np.zeros_like(rows) if G.shape[0] == 1 else rows
    p = G.shape[1]
    system = G.reshape(-1).take((own[:, None] * p + columns)[:, :, None] * p + columns[:, None, :])
    system *= used[:, :, None] & used[:, None, :]
    diagonal = np.einsum("rii->ri", system)
    diagonal += np.where(used, 2.0 * l2[:, None], 1.0)
    return system, columns, used


def _solve(systems: tuple[Array, Indices, Mask], l2: Array, right: Array) -> tuple[Array, Array]:
    """Solutions (r, p) for the right-hand sides (r, p), zero off the support, and degrees of freedom (r,)."""
    system, columns, used = systems
    values = np.take_along_axis(right, columns, axis=1) * used
    found, trace = (_by_inverse if system.shape[1] < LARGE else _by_cholesky)(system, values, used)
    theta = np.zeros_like(right)
    np.put_along_axis(theta, columns, found * used, axis=1)
    return theta, used.sum(axis=1) - 2.0 * l2 * trace


def _by_inverse(system: Array, values: Array, used: Mask) -> tuple[Array, Array]:
    """Solutions and traces of the inverses, all at once: what costs least is the fewest calls."""
    try:
        inverse = np.linalg.inv(system)
    except np.linalg.LinAlgError:
        inverse = np.linalg.pinv(system, hermitian=True)
    return (inverse @ values[:, :, None])[:, :, 0], (np.diagonal(inverse, axis1=1, axis2=2) * used).sum(axis=1)


def _by_cholesky(system: Array, values: Array, used: Mask) -> tuple[Array, Array]:
    """The same one by one, with the fewest operations; NaN where rounding leaves a system indefinite."""
    from scipy.linalg.lapack import dpotrf, dpotrs, dtrtri

    found, trace = np.zeros_like(values), np.empty(len(values))
    for r, m in enumerate(used.sum(axis=1)):  # the used columns come first
        if m == 0:
            trace[r] = 0.0
            continue
        factor, failed = dpotrf(system[r, :m, :m].T, lower=1, clean=0)
        if failed:
            found[r], trace[r] = np.nan, np.nan
            continue
        found[r, :m] = dpotrs(factor, values[r, :m], lower=1)[0]
        half = np.tril(dtrtri(factor, lower=1)[0])
        trace[r] = np.vdot(half, half)
    return found, trace
