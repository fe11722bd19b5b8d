"""Nested cross-validation of penalized least squares, all inner folds of all outer folds in one call of the engine.

An outer fold is tested on rows that took no part in anything: not in the scaling, not in the choice of a strength.
That choice is made by an inner cross-validation on the outer training rows, scaled anew in every inner fold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from regutils._validation import Array
from regutils.experiments.intervals import Interval, interval
from regutils.paths import Path, elastic_net_path, lasso_path, ridge_path

Rows = NDArray[np.int64]
FOLDS = 5  # to test on
COUNT = 25  # strengths tried
SMALL = 30  # features up to which one call for all designs and targets outweighs what the targets of one design share


@dataclass(frozen=True, eq=False)
class Data:
    """Features X (n, p); Y (n, k), one number to predict, or the indicators of k classes (then labels (n,)).

    Of two classes the indicator of the second alone: the first one's fit is its mirror image.
    """

    name: str
    X: Array
    Y: Array
    labels: Rows | None = None
    repeats: int = 3  # of the outer folds, drawn anew
    inner: int = 5  # folds to choose on


@dataclass(frozen=True, eq=False)
class Comparison:
    """Errors on the test folds of one data set, by method, (S,) each.

    error: mean squared error over that of predicting the training mean (of the indicators, for classes);
    mistakes: share of wrong classes, empty for a regression; used: number of features with a nonzero coefficient.
    """

    name: str
    rows: int
    features: int
    error: dict[str, Array]
    mistakes: dict[str, Array]
    used: dict[str, Array]
    test_share: float  # test rows per training row

    def mean(self, method: str) -> float:
        """Mean error over the folds."""
        return float(self.error[method].mean())

    def difference(self, method: str, over: str) -> Interval:
        """Error of `method` less that of `over`, with the interval of Nadeau and Bengio: folds share their rows."""
        return interval(self.error[method] - self.error[over], test_share=self.test_share)

    def better(self, method: str, over: str) -> int:
        """1 where the interval says that `method` has the smaller error, -1 where `over` has, 0 for a tie."""
        found = self.difference(method, over)
        return int(found.high < 0) - int(found.low > 0)


def folds(n: int, labels: Rows | None, rng: np.random.Generator, count: int = FOLDS) -> Iterator[tuple[Rows, Rows]]:
    """Training and test rows of each fold, the same number in every fold, the classes dealt out evenly.

    What is left over after n // count test rows a fold is in every training set.
    """
    order = rng.permutation(n)
    if labels is not None:
        order = order[np.argsort(labels[order], kind="stable")]
    for k in range(count):
        test = order[k::count][: n // count]
        yield np.setdiff1d(order, test), test


def scaled(train: Array, test: Array) -> tuple[Array, Array]:
    """Both standardized by the training rows, (S, n, p) and (S, m, p).

    A column with one and the same value in 95 % of the training rows is set to zero: a pixel that is black but once
    has no scale to speak of, and on a test row with that pixel the prediction would explode.
    """
    mean = train.mean(axis=1, keepdims=True)
    centered = train - mean
    sd = np.sqrt(np.einsum("snp,snp->sp", centered, centered) / train.shape[1])
    sd[_rare(train)] = np.inf
    return centered / sd[:, None], (test - mean) / sd[:, None]


def _rare(X: Array) -> tuple[Rows, Rows]:
    """Where more than 95 % of the rows of X (S, n, p) share a value, positions (S, p)."""
    n = X.shape[1]
    most = int(0.95 * n)
    others = n - 1 - most  # rows with another value, at most
    neighbors = np.count_nonzero(X[:, 1:] == X[:, :-1], axis=1)  # a quick look first: each of them parts two pairs
    s, j = np.nonzero(neighbors >= n - 1 - 2 * others)
    some = X[s, :, j]
    shared = np.count_nonzero(some == np.sort(some, axis=1)[:, n // 2, None], axis=1) > most
    return s[shared], j[shared]


Fit = Callable[..., Path]  # X (n, p) or (S, n, p), y (k, n) or (S, n), lambdas (L,) or (S, L)
Grid = Callable[[Array, Array], Array]  # X (S, n, p), Y (S, n, k) -> decreasing strengths (S, L)


def l1_grid(X: Array, Y: Array) -> Array:
    """From where all coefficients of all targets are zero down to a thousandth of it, a hundredth for p > n.

    With more features than rows all that is below comes close to fitting the rows exactly.
    """
    n, p = X.shape[1:]
    pull = np.swapaxes(X, 1, 2) @ (Y - Y.mean(axis=1, keepdims=True)) / n
    return np.asarray(np.abs(pull).max(axis=(1, 2))[:, None] * np.geomspace(1.0, 1e-3 if p <= n else 1e-2, COUNT))


def l2_grid(X: Array, Y: Array) -> Array:
    """From a strength that shrinks even the leading direction threefold or more, down to a hundred-thousandth of it."""
    return np.asarray(np.mean(np.sum(X**2, axis=2), axis=1)[:, None] * np.geomspace(1.0, 1e-5, COUNT))


def no_grid(X: Array, Y: Array) -> Array:
    """The strength zero alone."""
    return np.zeros((len(X), 1))


# The elastic net has a fixed L2 part (one of two) beside the path of its L1 part: then the unit of y does not matter.
METHODS: dict[str, tuple[tuple[Fit, Grid], ...]] = {
    "lasso": ((lasso_path, l1_grid),),
    "ridge": ((ridge_path, l2_grid),),
    "elastic net": tuple((partial(elastic_net_path, l2=l2), l1_grid) for l2 in (0.01, 0.1)),
    "no penalty": ((ridge_path, no_grid),),
}


def compare(data: Data, methods: Iterable[str] = tuple(METHODS), *, lasso: str = "lasso", seed: int = 0) -> Comparison:
    """Nested cross-validation of the methods on the same folds; `lasso` names what plays the lasso's part."""
    rng = np.random.default_rng(seed)
    outer = [fold for _ in range(data.repeats) for fold in folds(len(data.X), data.labels, rng)]
    inner = [
        (rows[fit], rows[check])
        for rows, _ in outer
        for fit, check in folds(rows.size, None if data.labels is None else data.labels[rows], rng, data.inner)
    ]
    train, test = (np.stack(rows) for rows in zip(*outer, strict=True))
    fit, check = (np.stack(rows) for rows in zip(*inner, strict=True))
    X, X_test = scaled(data.X[train], data.X[test])
    X_fit, X_check = scaled(data.X[fit], data.X[check])
    Y, Y_test = data.Y[train], data.Y[test]
    null = np.mean((Y.mean(axis=1, keepdims=True) - Y_test) ** 2, axis=(1, 2))
    error: dict[str, Array] = {}
    mistakes: dict[str, Array] = {}
    used: dict[str, Array] = {}
    for method in methods:
        scores, coefs, intercepts = [], [], []
        for path, grid in METHODS[lasso if method == "lasso" else method]:
            lambdas = grid(X, Y)
            guess = _predictions(X_check, *_fits(path, X_fit, data.Y[fit], np.repeat(lambdas, data.inner, axis=0)))
            squares = np.mean((guess - data.Y[check][:, :, None, :]) ** 2, axis=(1, 3))
            scores.append(squares.reshape(len(train), data.inner, -1).mean(axis=1))
            coef, intercept = _fits(path, X, Y, lambdas)
            coefs.append(coef)
            intercepts.append(intercept)
        best = np.argmin(np.concatenate(scores, axis=1), axis=1)
        pick = (np.arange(len(train)), slice(None), best)
        coef, intercept = np.concatenate(coefs, axis=2)[pick], np.concatenate(intercepts, axis=2)[pick]
        predicted = _predictions(X_test, coef[:, :, None], intercept[:, :, None])[:, :, 0]
        error[method] = np.mean((predicted - Y_test) ** 2, axis=(1, 2)) / null
        used[method] = np.count_nonzero(np.any(coef != 0, axis=1), axis=1).astype(np.float64)
        if data.labels is not None:
            guessed = predicted.argmax(axis=2) if Y.shape[2] > 1 else predicted[:, :, 0] > 0.5
            mistakes[method] = np.mean(guessed != data.labels[test], axis=1)
    rows, features = data.X.shape
    return Comparison(data.name, rows, features, error, mistakes, used, test.shape[1] / train.shape[1])


def _fits(path: Fit, X: Array, Y: Array, lambdas: Array) -> tuple[Array, Array]:
    """Coefficients (S, k, L, p) and intercepts (S, k, L) for S designs (S, n, p) with k targets each, (S, n, k)."""
    size, n, k = Y.shape
    if k == 1 or X.shape[2] <= SMALL:
        targets = np.swapaxes(Y, 1, 2).reshape(-1, n)
        found = path(np.repeat(X, k, axis=0), targets, np.repeat(lambdas, k, axis=0))
        return found.coef.reshape(size, k, *found.coef.shape[1:]), found.intercept.reshape(size, k, -1)
    each = [path(design, target.T, grid) for design, target, grid in zip(X, Y, lambdas, strict=True)]
    return np.stack([one.coef for one in each]), np.stack([one.intercept for one in each])


def _predictions(X: Array, coef: Array, intercept: Array) -> Array:
    """(S, m, L, k)"""
    size, k, count, p = coef.shape
    flat = X @ np.swapaxes(coef.reshape(size, k * count, p), 1, 2)
    shaped = flat.reshape(size, X.shape[1], k, count) + intercept[:, None]
    return np.asarray(np.swapaxes(shaped, 2, 3))
