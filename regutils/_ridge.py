"""Ridge paths: one decomposition of each design gives every strength and every target.

With X = U diag(d) V', theta = V diag(d / (d^2 + 2 n l2)) U'y. The eigenvectors of X'X / n (of XX' / n where p > n) cost
less than the SVD, but square the condition number: they serve where the least penalty outweighs the rounding.
"""

from __future__ import annotations

import numpy as np

from regutils._centered import Centered
from regutils._validation import Array

ROUNDING = 1e-14  # relative error of eigenvalues, with room
ENOUGH = 1e-11  # relative error of the coefficients above which the SVD is called


def top_eigenvalue(data: Centered) -> Array:
    """Of X'X / n, per replicate (R,)."""
    return np.asarray(np.broadcast_to(data.design.eigen[0][:, -1], data.largest.shape))


def ridge(data: Centered, l2: Array, coef: Array) -> Array:
    """Write the minimizers of (1/(2n)) ||y - X theta||^2 + l2 ||theta||^2, l2 (R, L) >= 0, to coef; return df.

    At l2 = 0 the least-squares solution of least norm.
    """
    design = data.design
    if not l2.all():
        return _by_svd(data, l2, coef)
    values, vectors = design.eigen
    if np.any(ROUNDING * values[:, -1:] > ENOUGH * 2.0 * l2):
        return _by_svd(data, l2, coef)
    values = values[:, None, :]
    total = values + 2.0 * l2[:, :, None]
    if design.p <= design.n:
        coef[:] = _apply(_apply(data.correlation[:, None, :], vectors) / total, vectors.transpose(0, 2, 1))
    else:
        dual = _apply(_apply(data.y[:, None, :], vectors) / total, vectors.transpose(0, 2, 1))
        coef[:] = design.times(dual)
        coef /= design.n
    return np.asarray(np.sum(values / total, axis=2))


def _apply(rows: Array, matrices: Array) -> Array:
    """rows (R, m, k) times matrices (R, k, l), or (1, k, l) for all."""
    if matrices.shape[0] == 1:
        return np.asarray((rows.reshape(-1, rows.shape[2]) @ matrices[0]).reshape(*rows.shape[:2], -1))
    return np.asarray(rows @ matrices)


def _by_svd(data: Centered, l2: Array, coef: Array) -> Array:
    design = data.design
    left, singular, right = np.linalg.svd(design.X, full_matrices=False)
    cutoff = max(design.n, design.p) * np.finfo(float).eps * singular[:, :1]
    seen = (singular > cutoff)[:, None, :]
    squares = np.where(seen, singular[:, None, :] ** 2, 0.0)
    total = np.where(seen, squares + 2.0 * design.n * l2[:, :, None], 1.0)
    scores = _apply(data.y[:, None, :], left) * np.where(seen, singular[:, None, :], 0.0)
    coef[:] = _apply(scores / total, right)
    coef *= np.any(design.X, axis=1)[:, None, :]  # a zero column's is zero but for rounding
    return np.asarray(np.sum(squares / total, axis=2))
