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
    q = (y @ X[0] if X.shape[0] == 1 else (y[:, None, :] @ X)[:, 0]) / n
    coef = np.zeros((*l1.shape, X.shape[2]))
    tableau_path((X.transpose(0, 2, 1) @ X) / n, q, l1, l2, coef)
    return coef


def tableau_path(G: Array, q: Array, l1: Array, l2: Array, coef: Array) -> None:
    """The same from G = X'X / n, (1, p, p) or (R, p, p), and q = X'y / n, (R, p), written to `coef`, all zero."""
    R, p = q.shape
    chunk = max(1, int(CACHE / (8 * p * (1.5 * p + 20))))  # pivots seldom exceed 1.5 times the number of columns
    for first in range(0, R, chunk):
        part = slice(first, first + chunk)
        own = G if G.shape[0] == 1 else G[part]
        ridge = 2.0 * l2[part, None]
        spread = np.diagonal(own, axis1=1, axis2=2) + ridge
        if spread.min() > 0.25 and spread.max() < 4.0:
            _follow(own, q[part], np.ones((ridge.size, p)), ridge + np.zeros(p), l1[part], coef[part])
            continue
        # pivots add and subtract 1: columns of another scale are brought to unit length, the penalty follows
        if own.shape[0] == 1:
            spread = np.broadcast_to(spread.mean(axis=0), spread.shape)
        scale = np.divide(1.0, np.sqrt(spread), out=np.zeros_like(spread), where=spread > 0)
        own = own * scale[: own.shape[0], :, None] * scale[: own.shape[0], None, :]
        _follow(own, q[part] * scale, np.where(scale > 0, scale, 1.0), ridge * scale**2, l1[part], coef[part])
        coef[part] *= scale[:, None, :]


def _follow(G: Array, q: Array, bound: Array, ridge: Array, l1: Array, out: Array) -> None:
    """Write the solutions of one chunk to `out`; a problem that does not end keeps zeros where it did not arrive.

    The penalty of coordinate j is l1 bound_j |theta_j| + ridge_j theta_j^2 / 2; bound and ridge (R, p). Problems that
    have ended run on, unread, until enough of them are there to be dropped: hence no warnings.
    """
    R, p = q.shape
    L = l1.shape[1]
    floor = l1[:, -1]
    level = np.full(R, np.inf)
    passed = l1 >= (np.abs(q) / bound).max(axis=1)[:, None]  # all zero there
    state = np.stack([q, np.zeros_like(q)])  # u and w
    may_enter = bound.copy()  # 0 on A, and for what depends on A
    away = np.zeros((R, p))  # minus the sign times the bound on A, 0 off A
    columns, weights = np.empty((R, p + 8, p)), np.empty((R, p + 8))
    problems = np.arange(R)  # which of the chunk's problems these rows are
    rows = np.arange(R)
    G_rows = G.reshape(-1, p)
    own = np.zeros(R, dtype=np.intp) if G.shape[0] == 1 else rows * p
    least = DEPENDENT * (np.diagonal(G, axis1=1, axis2=2) + ridge)
    some_depend = False
    solutions = out.reshape(-1, p)
    with np.errstate(all="ignore"):
        for k in range(12 * p + 40):
            side = np.copysign(may_enter, state[0])
            side += away
            numerator, denominator = np.sign(side) * state
            denominator += may_enter
            np.maximum(denominator, 1e-30, out=denominator)
            numerator /= denominator
            j = numerator.argmax(axis=1)
            at = rows * p + j
            level = np.minimum(numerator.take(at), level)

            reached = l1 >= level[:, None]
            reached |= passed
            passed ^= reached
            new = np.flatnonzero(passed)
            passed = reached
            if new.size:
                r = new // L
                values = state[1].take(r, axis=0)
                values *= -l1.take(new)[:, None]
                values += state[0].take(r, axis=0)
                values *= away.take(r, axis=0) != 0
                solutions[new + (problems[r] - r) * L] = values

            going = level > floor
            alive = int(np.count_nonzero(going))
            if alive == 0:
                return
            if alive < 0.8 * rows.size:
                keep = np.flatnonzero(going)
                problems, own, level, floor, ridge = (a[keep] for a in (problems, own, level, floor, ridge))
                l1, passed, j, side, may_enter = (a[keep] for a in (l1, passed, j, side, may_enter))
                away, least, weights, bound = (a[keep] for a in (away, least, weights, bound))
                state, columns = state.take(keep, axis=1), _shorter(columns, keep, k)
                rows = rows[:alive]
                at = rows * p + j

            sign = side.take(at)  # with the bound; of the entering one, opposite for a leaving one
            leaving = away.take(at) != 0
            column = G_rows.take(own + j, axis=0)
            flat = column.reshape(-1)
            flat[at] += ridge.take(at)
            if k:
                share = columns[rows, :k, j]
                share *= weights[:, :k]
                column -= (share[:, None, :] @ columns[:, :k])[:, 0]
            pivot = flat.take(at)
            pivot -= 2.0 * leaving
            fits = leaving | (pivot > least.take(at))
            entering = fits ^ leaving
            flat[at] = pivot + np.where(leaving, 1.0, -1.0)
            weight = fits / np.where(fits, pivot, 1.0)
            if k == columns.shape[1]:
                columns, weights = (np.concatenate([a, np.empty_like(a)], axis=1) for a in (columns, weights))
            columns[:, k] = column
            weights[:, k] = weight

            # on A the right-hand side of stationarity holds the sign: w_j changes by it on the way in and out
            factor = state.reshape(2, -1)[:, at]
            factor[1] += sign * entering
            factor *= weight
            state -= factor[:, :, None] * column
            state[1].reshape(-1)[at] += sign * fits
            away.reshape(-1)[at] = -sign * entering
            may_enter.reshape(-1)[at] = bound.take(at) * leaving
            if not fits.all():
                some_depend = True
            if some_depend and leaving.any():  # what depended on the leaving one may enter again
                may_enter[leaving] = bound[leaving] * (away[leaving] == 0)


def _shorter(columns: Array, keep: Array, used: int) -> Array:
    """The rows that go on; what is not used yet need not be copied."""
    rest = np.empty((keep.size, *columns.shape[1:]))
    rest[:, :used] = columns[keep, :used]
    return rest
