"""The exact lasso path of many problems at once: piecewise linear in the strength, followed from knot to knot.

For each problem a vector u - l w holds, at strength l, the coefficients on the active set A and the correlations
X_j'(y - X theta) / n off it. It starts with A empty, u = X'y / n, w = 0, and changes by one pivot of the tableau
[G | u | w], G = X'X / n + 2 l2 I, where a coordinate enters A or leaves it (LARS with the lasso modification:
Osborne, Presnell and Turlach 2000; Efron, Hastie, Johnstone and Tibshirani 2004). The tableau itself is never formed:
pivots are symmetric, so after k of them it is

    G - sum over s of c_s c_s' / d_s - 2 diag(1 on A),

and the one column that a step needs costs k p (product form of the pivots), K^2 p in all for K knots.
"""

from __future__ import annotations

import numpy as np

from regutils._validation import Array

DEPENDENT = 1e-11  # a column with a smaller share of its square outside the span of the active ones does not enter
CACHE = 4e6  # bytes that the pivots of one chunk of problems may take


def homotopy(X: Array, y: Array, l1: Array, l2: Array) -> Array:
    """Minimizers (R, L, p) of (1/(2n)) ||y - X theta||_2^2 + l1 ||theta||_1 + l2 ||theta||_2^2.

    X (1, n, p), shared, or (R, n, p), and y (R, n), centered; l1 (R, L), decreasing, > 0; l2 (R,), >= 0, fixed along
    the path. Where ties or dependent columns mislead it the answer is wrong: look at the certificate.
    """
    n = y.shape[1]
    return tableau_path(gram(X), correlation(X, y) / n, l1, l2)


def gram(X: Array) -> Array:
    """X'X / n, (R, p, p)."""
    product: Array = X.transpose(0, 2, 1) @ X
    product /= X.shape[1]
    return product


def correlation(X: Array, y: Array) -> Array:
    """X'y, (R, p), for X (1, n, p) or (R, n, p)."""
    if X.shape[0] == 1:
        return np.asarray(y @ X[0])
    return np.asarray((y[:, None, :] @ X)[:, 0])


def tableau_path(G: Array, q: Array, l1: Array, l2: Array) -> Array:
    """The same from G = X'X / n, (1, p, p) or (R, p, p), and q = X'y / n, (R, p), in chunks that fit the cache."""
    R, p = q.shape
    coef = np.zeros((R, l1.shape[1], p))
    # pivots seldom exceed 1.5 times the number of columns in use
    chunk = max(1, int(CACHE / (8 * p * (1.5 * p + l1.shape[1] + 20))))
    for first in range(0, R, chunk):
        part = slice(first, first + chunk)
        _follow(G if G.shape[0] == 1 else G[part], q[part], l1[part], l2[part], coef[part])
    return coef


def _follow(G: Array, q: Array, l1: Array, l2: Array, out: Array) -> None:
    """Write the solutions of one chunk to `out`; a problem that does not end keeps zeros where it did not arrive."""
    R, p = q.shape
    shared = G.shape[0] == 1
    floor = l1[:, -1].copy()
    level = np.full(R, np.inf)
    passed = l1 >= np.abs(q).max(axis=1)[:, None]  # all zero from there on
    state = np.stack([q, np.zeros_like(q)], axis=1)  # u and w
    open_ = np.ones((R, p))  # 1 for a coordinate that may enter
    active = np.zeros((R, p))
    away = np.zeros((R, p))  # minus the sign, on the active set
    capacity = p + 8
    columns = np.empty((R, capacity, p))
    weights = np.empty((R, capacity))
    problems = np.arange(R)  # which of the chunk's problems are still under way
    rows = np.arange(R)
    ridge = 2.0 * l2
    own = np.zeros(R, dtype=np.intp) if shared else rows
    with np.errstate(all="ignore"):
        for k in range(12 * p + 40):
            u, w = state[:, 0], state[:, 1]
            side = np.copysign(open_, u)
            side += away
            parts = side[:, None, :] * state
            denominator = parts[:, 1]
            denominator += open_
            np.maximum(denominator, 1e-30, out=denominator)
            ratio = np.divide(parts[:, 0], denominator, out=denominator)
            j = ratio.argmax(axis=1)
            level_next = np.minimum(ratio[rows, j], level)

            now = passed | (l1 > level_next[:, None])
            r, g = np.nonzero(now & ~passed)
            if r.size:
                out[problems[r], g] = (u[r] - l1[r, g][:, None] * w[r]) * active[r]
            passed = now
            level = level_next
            going = level > floor
            alive = int(np.count_nonzero(going))
            if alive == 0:
                return
            if alive < 0.75 * rows.size:
                keep = np.flatnonzero(going)
                problems, level, floor, ridge = problems[keep], level[keep], floor[keep], ridge[keep]
                l1, passed, state, j = l1[keep], passed[keep], state[keep], j[keep]
                open_, active, away, side = open_[keep], active[keep], away[keep], side[keep]
                columns, weights, own = columns[keep], weights[keep], own[keep]
                rows, going = np.arange(alive), going[keep]

            leaving = active[rows, j] != 0
            column = G[own, j]
            column[rows, j] += ridge
            if k:
                history = columns[:, :k, :]
                share = columns[rows, :k, j] * weights[:, :k]
                column -= (share[:, None, :] @ history)[:, 0]
            pivot = column[rows, j] - 2.0 * leaving
            free = going & (leaving | (pivot > DEPENDENT * (G[own, j, j] + ridge)))
            column[rows, j] = pivot + np.where(leaving, 1.0, -1.0)
            weight = np.where(free, 1.0 / pivot, 0.0)
            if k == capacity:
                columns = np.concatenate([columns, np.empty((rows.size, capacity, p))], axis=1)
                weights = np.concatenate([weights, np.empty((rows.size, capacity))], axis=1)
                capacity *= 2
            columns[:, k] = column
            weights[:, k] = weight
            entering = free & ~leaving
            sign = side[rows, j]
            state[rows, 1, j] += np.where(entering, sign, 0.0)  # on A: stationarity with the sign
            state -= (state[rows, :, j] * weight[:, None])[:, :, None] * column[:, None, :]

            state[rows, 1, j] += np.where(free & leaving, sign, 0.0)  # off A: the correlation itself
            away[rows, j] = np.where(entering, -sign, np.where(going, 0.0, away[rows, j]))
            active[rows, j] = np.where(entering, 1.0, np.where(going, 0.0, active[rows, j]))
            open_[rows, j] = np.where(going, 0.0, open_[rows, j])  # entered, or dependent
            back = going & leaving
            if back.any():  # what depended on the leaving one may enter again
                open_[back] = 1.0 - active[back]
