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

from regutils._gram import Gram, Indices
from regutils._validation import Array

DEPENDENT = 1e-11  # a column with a smaller share of its square outside the span of the active ones does not enter
ROOM = 2e7  # bytes that the pivots of one chunk of problems may take, where many come at once


def homotopy(X: Array, y: Array, l1: Array, l2: Array) -> Array:
    """Minimizers (R, L, p) of (1/(2n)) ||y - X theta||_2^2 + l1 ||theta||_1 + l2 ||theta||_2^2.

    X (1, n, p), shared, or (R, n, p), and y (R, n), centered; l1 (R, L), decreasing, > 0; l2 (R,), >= 0, fixed along
    the path. Where ties or dependent columns mislead it the answer is wrong: look at the certificate.
    """
    n = y.shape[1]
    q = (y @ X[0] if X.shape[0] == 1 else (y[:, None, :] @ X)[:, 0]) / n
    coef = np.zeros((*l1.shape, X.shape[2]))
    tableau_path(Gram((X.transpose(0, 2, 1) @ X) / n), q, l1, l2, coef)
    return coef


def tableau_path(G: Gram, q: Array, l1: Array, l2: Array, coef: Array) -> Array:
    """The same from G = X'X / n, of each problem or shared, and q = X'y / n, (R, p), written to `coef`, all zero.

    Returns the trace of G_AA (G_AA + 2 l2 I)^-1, A the active set, (R, L); NaN where l2 is 0 and it is the size of A.
    """
    R, p = q.shape
    df = np.full(l1.shape, np.nan)
    chunk = max(2, int(ROOM / (8 * p * (1.5 * G.rank + 20))))  # pivots seldom exceed 1.5 times the rank
    for first in range(0, R, chunk):
        part = slice(first, first + chunk)
        own = G.part(part)
        ridge = 2.0 * l2[part, None]
        spread = own.diagonal + ridge
        if spread.min() > 0.25 and spread.max() < 4.0:
            ones = np.ones((ridge.size, p))
            _follow(own, q[part], l1[part], coef[part], df[part], bound=ones, ridge=ridge * ones)
            continue
        # pivots add and subtract 1: columns of another scale are brought to unit length, the penalty follows
        if own.shared:
            spread = np.broadcast_to(spread.mean(axis=0), spread.shape)
        scale = np.divide(1.0, np.sqrt(spread), out=np.zeros_like(spread), where=spread > 0)
        own = own.scaled(scale[:1] if own.shared else scale)
        bound = np.where(scale > 0, scale, 1.0)
        _follow(own, q[part] * scale, l1[part], coef[part], df[part], bound=bound, ridge=ridge * scale**2)
        coef[part] *= scale[:, None, :]
    return df


def _follow(G: Gram, q: Array, l1: Array, out: Array, df: Array, *, bound: Array, ridge: Array) -> None:
    """Write solutions and df of one chunk to `out` and `df`; what does not end keeps zeros where it did not arrive.

    The penalty of coordinate j is l1 bound_j |theta_j| + ridge_j theta_j^2 / 2; bound and ridge (R, p). Problems that
    have ended run on, unread, until enough of them are there to be dropped: hence no warnings.
    """
    chunk = _Chunk(G, q, l1, bound, ridge)
    solutions, degrees = out.reshape(-1, q.shape[1]), df.reshape(-1)
    with np.errstate(all="ignore"):
        for k in range(12 * q.shape[1] + 40):
            j = chunk.next_knot()
            chunk.write(solutions, degrees)
            going = chunk.level > chunk.l1[:, -1]
            alive = int(np.count_nonzero(going))
            if alive == 0:
                return
            if alive < 0.8 * going.size:
                keep = np.flatnonzero(going)
                chunk.drop(keep, k)
                j = j[keep]
            chunk.pivot(j, k)


class _Chunk:
    """The tableaus of a chunk of problems between two knots; one row of each array is one problem."""

    def __init__(self, G: Gram, q: Array, l1: Array, bound: Array, ridge: Array) -> None:
        R, p = q.shape
        self.l1, self.bound, self.ridge = l1, bound, ridge
        self.level = np.full(R, np.inf)
        self.passed = l1 >= (np.abs(q) / bound).max(axis=1)[:, None]  # all zero there
        self.state = np.stack([q, np.zeros_like(q)])  # u and w
        self.may_enter = bound.copy()  # 0 on A, and for what depends on A
        self.away = np.zeros((R, p))  # minus the sign times the bound on A, 0 off A
        self.side = self.away  # at the next knot: sign times bound off A, away on A
        self.columns, self.weights = np.empty((R, G.rank + 8, p)), np.empty((R, G.rank + 8))
        self.problems = np.arange(R)  # which of the chunk's problems these rows are
        self.gram = G
        self.diagonal = G.diagonal + ridge  # of the tableau, but for the last term
        self.least = DEPENDENT * self.diagonal
        self.smooth = bool(ridge.any())
        self.some_depend = False
        self.plain = bool(np.all(bound == 1.0))

    def next_knot(self) -> Indices:
        """Move `level` to it; which coordinate changes there, (R,)."""
        self.side = np.copysign(self.may_enter, self.state[0])
        self.side += self.away
        direction = self.side if self.plain else self.side / self.bound  # a sign; 0 for what may not enter
        numerator, denominator = direction * self.state
        denominator += self.may_enter
        np.maximum(denominator, 1e-30, out=denominator)
        numerator /= denominator
        j: Indices = numerator.argmax(axis=1)
        self.level = np.minimum(numerator.take(self._flat(j)), self.level)
        return j

    def write(self, solutions: Array, degrees: Array) -> None:
        """Solutions, and their degrees of freedom, at the strengths that were passed on the way to this knot."""
        L = self.l1.shape[1]
        reached = self.l1 >= self.level[:, None]
        reached |= self.passed
        new = np.flatnonzero(reached ^ self.passed)
        self.passed = reached
        if new.size:
            r = new // L
            values = self.state[1].take(r, axis=0)
            values *= -self.l1.take(new)[:, None]
            values += self.state[0].take(r, axis=0)
            active = self.away.take(r, axis=0) != 0
            values *= active
            at = new + (self.problems[r] - r) * L
            solutions[at] = values
            if self.smooth:
                inverse = 2.0 - self.diagonal.take(r, axis=0)  # on A, of G_AA + 2 l2 I: its diagonal
                degrees[at] = np.sum(active * (1.0 - self.ridge.take(r, axis=0) * inverse), axis=1)

    def drop(self, keep: Indices, k: int) -> None:
        """Go on with the rows `keep` alone; k pivots are in use."""
        for name in ("problems", "level", "l1", "passed", "side", "may_enter", "away", "diagonal"):
            setattr(self, name, getattr(self, name)[keep])
        for name in ("bound", "ridge", "least", "weights"):
            setattr(self, name, getattr(self, name)[keep])
        columns = np.empty((keep.size, *self.columns.shape[1:]))
        columns[:, :k] = self.columns[keep, :k]
        self.columns, self.state = columns, self.state.take(keep, axis=1)

    def pivot(self, j: Indices, k: int) -> None:
        """Coordinate j of each row enters or leaves: the pivot number k."""
        at = self._flat(j)
        sign = self.side.take(at)  # with the bound; of the entering one, opposite for a leaving one
        leaving = self.away.take(at) != 0
        column = self.gram.rows(self.problems, j)
        flat = column.reshape(-1)
        flat[at] += self.ridge.take(at)
        if k:
            share = self.columns[np.arange(j.size), :k, j]
            share *= self.weights[:, :k]
            column -= (share[:, None, :] @ self.columns[:, :k])[:, 0]
        pivot = flat.take(at)
        pivot -= 2.0 * leaving
        fits = leaving | (pivot > self.least.take(at))
        entering = fits ^ leaving
        flat[at] = pivot + np.where(leaving, 1.0, -1.0)
        weight = fits / np.where(fits, pivot, 1.0)
        if k == self.columns.shape[1]:
            self.columns = np.concatenate([self.columns, np.empty_like(self.columns)], axis=1)
            self.weights = np.concatenate([self.weights, np.empty_like(self.weights)], axis=1)
        self.columns[:, k] = column
        self.weights[:, k] = weight

        if self.smooth:
            self.diagonal -= column**2 * weight[:, None]

        # on A the right-hand side of stationarity holds the sign: w_j changes by it on the way in and out
        factor = self.state.reshape(2, -1)[:, at]
        factor[1] += sign * entering
        factor *= weight
        self.state -= factor[:, :, None] * column
        self.state[1].reshape(-1)[at] += sign * fits
        self.away.reshape(-1)[at] = -sign * entering
        self.may_enter.reshape(-1)[at] = self.bound.take(at) * leaving
        self.some_depend |= not fits.all()
        if self.some_depend and leaving.any():  # what depended on the leaving one may enter again
            self.may_enter[leaving] = self.bound[leaving] * (self.away[leaving] == 0)

    def _flat(self, j: Indices) -> Indices:
        return np.asarray(np.arange(j.size) * self.away.shape[1] + j)
