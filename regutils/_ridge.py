"""Ridge paths: one decomposition of each design gives every strength and every target."""

from __future__ import annotations

import numpy as np

from regutils._centered import Centered
from regutils._validation import Array


def top_eigenvalue(data: Centered) -> Array:
    """Of X'X / n, per replicate (R,)."""
    return np.asarray(np.broadcast_to(_svd(data)[1][:, 0] ** 2 / data.design.n, data.largest.shape))


def _svd(data: Centered) -> tuple[Array, Array, Array]:
    return np.linalg.svd(data.design.X, full_matrices=False)


def ridge(data: Centered, l2: Array, coef: Array) -> Array:
    """Write the minimizers of (1/(2n)) ||y - X theta||^2 + l2 ||theta||^2, l2 (R, L) >= 0, to coef; return df."""
    left, singular, right = _svd(data)
    n = data.design.n
    cutoff = max(data.design.X.shape[1:]) * np.finfo(float).eps * singular[:, :1]
    seen = (singular > cutoff)[:, None, :]
    squares = singular[:, None, :] ** 2
    denominator = np.where(seen, squares + 2.0 * n * l2[:, :, None], 1.0)
    scores = data.y[:, None, :] @ left
    coef[:] = (np.where(seen, singular[:, None, :], 0.0) / denominator * scores) @ right
    df: Array = np.sum(np.where(seen, squares, 0.0) / denominator, axis=2)
    return df
