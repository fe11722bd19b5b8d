"""Paths of single problems: coordinate descent guesses the supports, and linear algebra on them makes the answer exact.

(1/(2n)) ||y - X theta||_2^2 + l1 ||theta||_1 + l2 ||theta||_2^2,  with one L2 part for the whole path

The homotopy makes one step a knot, and where there are too few problems to share its cost, a step is dear. Sweeps of
coordinate descent at some of the strengths tell nearly all signs; with support A and signs s known, theta solves
(G_AA + 2 l2 I) theta_A = q_A - l1 s_A, where G = X'X / n and q = X'y / n, and that shows which signs were wrong.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from regutils._careful import coordinates
from regutils._homotopy import DEPENDENT
from regutils._supports import next_sign
from regutils._validation import Array

Mask = npt.NDArray[np.bool_]

STRIDE = 5  # one strength in so many is swept, those between are interpolated
TOLERANCE = 1e-4  # of the sweeps
SWEEPS = 200
ROUNDS = 8
LEFT = 8  # columns that have left the path again, up to which a strength shares the factor of all


def descent_path(X: Array, y: Array, G: Array, q: Array, l1: Array, l2: float, coef: Array) -> bool:  # noqa: PLR0917
    """Minimizers for l1 (L,), decreasing, > 0, written to `coef` (L, p); whether all supports confirmed themselves.

    X (n, p) and y (n,) centered, G = X'X / n (p, p), q = X'y / n (p,).
    """
    sign, rows = guess(X, y, G, q, l1, np.full(l1.size, l2)), np.arange(l1.size)
    for _ in range(ROUNDS):
        old, bound = sign[rows], l1[rows, None]
        theta = on_one_factor(G, q - bound * old, l2, old != 0)
        if theta is None:
            return False
        coef[rows] = theta
        sign[rows] = new = next_sign(old, theta, q - theta @ G, bound)
        rows = rows[(new != old).any(axis=1)]
        if rows.size == 0:
            return True
    return False


def guess(X: Array, y: Array, G: Array, q: Array, l1: Array, l2: Array) -> Array:  # noqa: PLR0917
    """Signs (L, p) of the coefficients for l1 and l2 (L,), nearly all of them right."""
    at = np.arange(l1.size - 1, -1, -STRIDE)[::-1]
    theta = coordinates(X, y, l1[at], l2[at], TOLERANCE, gram=G * y.size, max_iter=SWEEPS)
    # The correlation plus the curvature times the coefficient exceeds l1 on the support, and nowhere else; between two
    # strengths it is nearly a straight line, and at the largest correlation it is the correlation.
    pull = q - theta @ G + theta * np.diagonal(G)
    levels = np.append(max(np.abs(q).max(), l1[0]) * (1.0 + 1e-9), l1[at])
    pull = np.vstack([q, pull])
    k = np.clip(np.searchsorted(-levels, -l1), 1, at.size)
    share = ((levels[k - 1] - l1) / (levels[k - 1] - levels[k]))[:, None]
    pull = (1.0 - share) * pull[k - 1] + share * pull[k]
    return np.asarray(np.where(np.abs(pull) > l1[:, None], np.sign(pull), 0.0))


def on_one_factor(G: Array, right: Array, l2: float, on: Mask) -> Array | None:
    """Solutions (r, p) of (G_AA + 2 l2 I) theta_A = right_A, the supports A in the rows of `on` (r, p), zero off them.

    Columns are put into the order in which they enter the path. Then the system of each row is a leading block of the
    whole, and its Cholesky factor a leading block of the one factor, but for columns that have left again. None where
    the columns of all supports together depend.
    """
    from scipy.linalg.lapack import dpotrf, dtrtrs

    r, p = on.shape
    theta = np.zeros((r, p))
    entry = np.where(on.any(axis=0), on.argmax(axis=0), r)
    order = np.argsort(entry, kind="stable")[: np.count_nonzero(entry < r)]
    m = order.size
    if m == 0:
        return theta
    system = G[np.ix_(order, order)]
    system.flat[:: m + 1] += 2.0 * l2
    least = DEPENDENT * np.diagonal(system)
    factor, failed = dpotrf(system.T, lower=1, clean=0)
    if failed or np.any(np.diagonal(factor) ** 2 <= least):
        return None

    def solve(sides: Array, leading: Mask) -> Array:
        """Solutions for the columns of `sides` (m, s), each of the leading block that a column of `leading` marks."""
        half = dtrtrs(factor, sides * leading, lower=1)[0] * leading
        return np.asarray(dtrtrs(factor, half, lower=1, trans=1)[0])

    entered = entry[order] <= np.arange(r)[:, None]
    found = solve(right[:, order].T, entered.T).T
    left = entered & ~on[:, order]
    row, gone = np.nonzero(left)
    if row.size:  # what has left is held at zero by a force of its own
        if np.bincount(row).max() > LEFT:
            return None
        units = np.zeros((m, row.size))
        units[gone, np.arange(row.size)] = 1.0
        moved = solve(units, entered[row].T)
        together = moved[gone] * (row[:, None] == row)  # one block for each row
        np.subtract.at(found, row, (moved * np.linalg.solve(together, found[row, gone])).T)
        found[left] = 0.0
    theta[:, order] = found
    return theta
