"""Best subset selection by exhaustion, for many data sets at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regutils._validation import Array, check_array
from regutils.metrics import support

Mask = NDArray[np.bool_]


def all_subsets(X: object, y: object) -> tuple[Array, Array]:
    """Residual sum of squares of the least-squares fit on every subset of the p features: rss and gram.

    X (..., n, p), y (..., n), an intercept included. rss: (2^p, ...); bit j of the first index says whether feature j
    is in. gram: (p + 1, p + 1, ...), centered products of the features and, last, the target.

    Feature by feature, every matrix of products is kept twice: without the feature, and with the feature regressed
    out of all that is left (one step of Gaussian elimination). What remains at the end of either is the residual sum of
    squares. All 2^p fits cost about 12 * 2^p multiplications, because most matrices are small by then.
    """
    table = np.concatenate([check_array(X, "X"), check_array(y, "y")[..., None]], axis=-1)
    table = table - table.mean(axis=-2, keepdims=True)
    gram = np.moveaxis(np.swapaxes(table, -1, -2) @ table, (-2, -1), (0, 1))
    left = gram[:, :, None]  # (features left, features left, subsets, ...)
    while left.shape[0] > 1:
        without, row, pivot = left[1:, 1:], left[0, 1:], left[0, 0]
        share = np.divide(row, pivot, out=np.zeros_like(row), where=pivot > 0)
        left = np.concatenate([without, without - share[:, None] * row[None]], axis=2)
    return left[0, 0], gram


def members(n_features: int) -> Mask:
    """Which features are in which subset: (2^p, p), in the order of all_subsets."""
    codes = np.arange(2**n_features)
    return np.asarray((codes[:, None] >> np.arange(n_features)) % 2 == 1)


@dataclass(frozen=True)
class BestSubsets:
    """The best subset of each size 0, ..., p by residual sum of squares, and how many were fitted to know it."""

    support: Mask  # (..., p + 1, p)
    coef: Array  # (..., p + 1, p)
    rss: Array  # (..., p + 1)
    fits: int  # per data set


def best_subsets(X: object, y: object) -> BestSubsets:
    """Exhaustive search over all subsets, for one data set X (n, p), y (n,) or for R at once, (R, n, p) and (R, n)."""
    rss, gram = all_subsets(X, y)
    n_features = gram.shape[0] - 1
    subsets = members(n_features)
    size = subsets.sum(axis=1)
    winners = []
    for k in range(n_features + 1):
        candidates = np.flatnonzero(size == k)
        winners.append(candidates[np.argmin(rss[candidates], axis=0)])
    best = np.stack(winners, axis=-1)  # (..., p + 1)
    chosen = subsets[best]
    return BestSubsets(
        support=chosen,
        coef=restricted_fit(np.moveaxis(gram, (0, 1), (-2, -1)), chosen),
        rss=np.take_along_axis(np.moveaxis(rss, 0, -1), best, axis=-1),
        fits=rss.shape[0],
    )


def restricted_fit(gram: Array, chosen: Mask) -> Array:
    """Least squares on the chosen features, zero elsewhere: (..., m, p) for supports (..., m, p).

    gram: (..., p + 1, p + 1), centered products of the features and, last, the target.
    """
    both = chosen[..., :, None] & chosen[..., None, :]
    matrix = np.where(both, gram[..., None, :-1, :-1], np.eye(chosen.shape[-1]))
    target = np.where(chosen, gram[..., None, :-1, -1], 0.0)
    return np.asarray(np.linalg.solve(matrix, target[..., None])[..., 0])


def path_supports(coef: Array) -> Mask:
    """The support of each size 0, ..., p on a path of coefficients (..., L, p), largest lambda first: (..., p + 1, p).

    Of the solutions with k features, the one at the smallest lambda; where the path has none, no feature at all.
    """
    active = support(coef)
    wanted = np.arange(active.shape[-1] + 1)
    has = active.sum(axis=-1)[..., None, :] == wanted[:, None]  # (..., p + 1, L)
    last = has.shape[-1] - 1 - np.argmax(has[..., ::-1], axis=-1)
    return np.asarray(np.take_along_axis(active, last[..., None], axis=-2) & has.any(axis=-1)[..., None])
