"""Checked and centered data for R replicates, whatever shape came, and the chunks in which they are worked on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from regutils._validation import Array, check_array, check_flag
from regutils.losses import center


class Data:
    """X (R, n, p), or (1, n, p) where all replicates share one design, and y (R, n), as they came."""

    def __init__(self, X: object, y: object, fit_intercept: object) -> None:
        design = check_array(X, "X", ndim=(2, 3))
        target = check_array(y, "y")
        if design.ndim == 2 and target.ndim == 2:
            target = check_array(target, "y", shape=(None, design.shape[0]))
        else:
            target = check_array(target, "y", shape=design.shape[:-1])
        self.fit_intercept = check_flag(fit_intercept, "fit_intercept")
        self.batched = target.ndim == 2
        self.X = design if design.ndim == 3 else design[None]
        self.y = target if self.batched else target[None]
        self.replicates, self.n = self.y.shape
        self.p = self.X.shape[2]
        self.shared = self.X.shape[0] == 1

    def chunks(self, size: int) -> Iterator[tuple[slice, Centered]]:
        """Replicates in chunks of `size`, centered; a shared design is centered once."""
        design = Design(self.X, self.fit_intercept) if self.shared else None
        for first in range(0, self.replicates, size):
            part = slice(first, first + size)
            yield part, Centered(design or Design(self.X[part], self.fit_intercept), self.y[part])


class Design:
    """The centered X (R, n, p) or (1, n, p), its means, and what follows from it alone."""

    def __init__(self, X: Array, fit_intercept: bool) -> None:
        self.fit_intercept = fit_intercept
        self.n, self.p = X.shape[1:]
        if fit_intercept:
            self.mean = (np.full((1, self.n), 1.0 / self.n) @ X)[:, 0]
            self.X = center(X, self.mean)
        else:
            self.mean = np.zeros((X.shape[0], self.p))
            self.X = np.ascontiguousarray(X)

    @cached_property
    def gram(self) -> Array:
        """X'X / n, (R, p, p)."""
        product: Array = self.X.transpose(0, 2, 1) @ self.X
        product /= self.n
        return product

    @cached_property
    def outer(self) -> Array:
        """XX' / n, (R, n, n)."""
        product: Array = self.X @ self.X.transpose(0, 2, 1)
        product /= self.n
        return product

    def times(self, rows: Array) -> Array:
        """rows (R, m, n) X, (R, m, p)."""
        if self.X.shape[0] == 1:
            return np.asarray((rows.reshape(-1, self.n) @ self.X[0]).reshape(*rows.shape[:-1], self.p))
        return np.asarray(rows @ self.X)

    def predict(self, coef: Array) -> Array:
        """coef (R, m, p) X', (R, m, n)."""
        if self.X.shape[0] == 1:
            return np.asarray((coef.reshape(-1, self.p) @ self.X[0].T).reshape(*coef.shape[:-1], self.n))
        return np.asarray(coef @ self.X.transpose(0, 2, 1))

    def curve(self, coef: Array) -> Array:
        """coef (R, m, p) X'X / n, (R, m, p), in the cheaper order."""
        if self.p > 2 * self.n:
            return np.asarray(self.times(self.predict(coef)) / self.n)
        if self.X.shape[0] == 1:
            return np.asarray((coef.reshape(-1, self.p) @ self.gram[0]).reshape(coef.shape))
        return np.asarray(coef @ self.gram)


class Centered:
    """A design and targets y (R, n), centered where an intercept is fitted."""

    def __init__(self, design: Design, y: Array) -> None:
        self.design = design
        self.y_mean = y.mean(axis=1) if design.fit_intercept else np.zeros(y.shape[0])
        self.y = center(y[:, :, None], self.y_mean[:, None])[:, :, 0] if design.fit_intercept else y
        self.correlation = design.times(self.y[:, None, :])[:, 0] / design.n  # X'y / n, (R, p)
        self.largest: Array = np.abs(self.correlation).max(axis=1)  # (R,)

    def of(self, r: int) -> tuple[Array, Array]:
        """X (n, p) and y (n,) of replicate r."""
        return self.design.X[0 if self.design.X.shape[0] == 1 else r], self.y[r]

    def intercept(self, coef: Array) -> Array:
        """For coef (R, L, p), (R, L)."""
        return np.asarray(self.y_mean[:, None] - (coef @ self.design.mean[:, :, None])[:, :, 0])

    def violation(self, coef: Array, l1: Array, l2: Array) -> Array:
        """Largest violation (R, L) of the optimality conditions of coef (R, L, p), relative to max |X'y| / n.

        Stationarity: X'(y - X theta) / n - 2 l2 theta = l1 s, with s the sign of a nonzero coefficient and anything in
        [-1, 1] for a zero one. l1, l2: (R, L).
        """
        excess = self.design.curve(coef)
        np.subtract(self.correlation[:, None, :], excess, out=excess)
        if l2.any():
            excess -= (2.0 * l2)[:, :, None] * coef
        sign = np.sign(coef)
        excess -= l1[:, :, None] * sign
        np.abs(excess, out=excess)
        np.abs(sign, out=sign)
        np.subtract(1.0, sign, out=sign)
        sign *= l1[:, :, None]
        excess -= sign  # a zero coefficient is allowed a correlation up to l1
        worst = np.maximum(excess.max(axis=2), 0.0)
        return np.asarray(worst / np.where(self.largest > 0, self.largest, 1.0)[:, None])
