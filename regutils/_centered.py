"""Checked and centered data for R replicates, whatever shape came, and the chunks in which they are worked on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from regutils._validation import Array, check_array, check_flag

LARGEST = 1e100
BLOCK = 12_000  # numbers at a time in an array operation: less than memory that is fetched anew for each array


class Data:
    """X (R, n, p), or (1, n, p) where all replicates share one design, and y (R, n), as they came."""

    def __init__(self, X: object, y: object, fit_intercept: object) -> None:
        design = check_array(X, "X", ndim=(2, 3))
        target = check_array(y, "y")
        if design.ndim == 2 and target.ndim == 2:
            target = check_array(target, "y", shape=(None, design.shape[0]))
        else:
            target = check_array(target, "y", shape=design.shape[:-1])
        for name, values in (("X", design), ("y", target)):
            size = float(max(values.max(), -values.min()))
            if size > LARGEST or 0.0 < size < 1.0 / LARGEST:
                raise ValueError(
                    f"{name} must be zero or in units that put its largest entry between {1 / LARGEST:g} and "
                    f"{LARGEST:g}, where squares stay within float64, got {size:g}"
                )
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
            self.X, self.mean = center(X)
        else:
            self.X, self.mean = np.ascontiguousarray(X), np.zeros((X.shape[0], self.p))

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

    @cached_property
    def eigen(self) -> tuple[Array, Array]:
        """Eigenvalues, rising, and eigenvectors of the smaller one of gram and outer."""
        values, vectors = np.linalg.eigh(self.gram if self.p <= self.n else self.outer)
        return np.maximum(values, 0.0), vectors

    def times(self, rows: Array) -> Array:
        """rows (R, m, n) X, (R, m, p)."""
        if self.X.shape[0] == 1:
            return np.asarray((rows.reshape(-1, self.n) @ self.X[0]).reshape(*rows.shape[:-1], self.p))
        return np.asarray(rows @ self.X)

    def curve(self, coef: Array, part: slice) -> Array:
        """X'X coef / n for coef (r, m, p) of the replicates `part`, in the cheaper order."""
        one = self.X.shape[0] == 1
        rows = coef.reshape(1, -1, self.p) if one else coef
        part = slice(0, 1) if one else part
        through_gram = rows.shape[1] * self.p
        through_gram += 0 if "gram" in self.__dict__ else self.n * self.p // 2
        if through_gram <= 2 * rows.shape[1] * self.n:
            product = rows @ self.gram[part]
        else:
            product = (rows @ self.X[part].transpose(0, 2, 1)) @ self.X[part]
            product /= self.n
        return np.asarray(product.reshape(coef.shape))


class Centered:
    """A design and targets y (R, n), centered where an intercept is fitted."""

    def __init__(self, design: Design, y: Array) -> None:
        self.design = design
        if design.fit_intercept:
            columns, mean = center(y[:, :, None])
            self.y, self.y_mean = columns[:, :, 0], mean[:, 0]
        else:
            self.y, self.y_mean = y, np.zeros(y.shape[0])
        self.correlation = design.times(self.y[:, None, :])[:, 0] / design.n  # X'y / n, (R, p)
        self.largest: Array = np.abs(self.correlation).max(axis=1)  # (R,)

    def of(self, r: int) -> tuple[Array, Array]:
        """X (n, p) and y (n,) of replicate r."""
        return self.design.X[0 if self.design.X.shape[0] == 1 else r], self.y[r]

    def gram_of(self, r: int) -> Array:
        """X'X / n of replicate r, (1, p, p)."""
        return self.design.gram[[0 if len(self.design.gram) == 1 else r]]

    def intercept(self, coef: Array) -> Array:
        """For coef (R, L, p), (R, L)."""
        return np.asarray(self.y_mean[:, None] - (coef @ self.design.mean[:, :, None])[:, :, 0])

    def certify(self, coef: Array, l1: Array, l2: Array) -> tuple[Array, Array]:
        """Largest violation (R,) of the optimality conditions of coef (R, L, p), and the number of nonzeros (R, L).

        Stationarity: X'(y - X theta) / n - 2 l2 theta = l1 s, with s the sign of a nonzero coefficient and anything in
        [-1, 1] for a zero one; l1, l2 (R, L). Relative to max |X'y| / n. In blocks that stay in the cache.
        """
        R, L, p = coef.shape
        block = max(1, BLOCK // (L * p))
        violation, size, smooth = np.empty(R), np.empty((R, L)), bool(l2.any())
        for first in range(0, R, block):
            part = slice(first, first + block)
            theta, bound = coef[part], l1[part, :, None]
            excess = self.design.curve(theta, part)
            np.subtract(self.correlation[part, None, :], excess, out=excess)
            if smooth:
                excess -= (2.0 * l2[part])[:, :, None] * theta
            on = (theta != 0).astype(np.float64)
            size[part] = (on.reshape(-1, p) @ np.ones(p)).reshape(-1, L)
            on *= bound
            excess -= np.copysign(on, theta)  # numpy's sign is slow
            np.abs(excess, out=excess)
            excess += on
            excess -= bound  # a zero coefficient may have any correlation up to l1
            violation[part] = excess.reshape(excess.shape[0], -1).max(axis=1)
        scale = np.where(self.largest > 0, self.largest, 1.0)
        return np.maximum(violation, 0.0) / scale, size


def center(X: Array) -> tuple[Array, Array]:
    """X (R, n, p) minus its column means, and the means (R, p); a constant column gives exact zeros.

    Rounding would leave 1e-17 there, to which a fit without a penalty gives any coefficient at all.
    """
    n = X.shape[1]
    mean = np.asarray((np.full((1, n), 1.0 / n) @ X)[:, 0])
    first = X[:, 0]
    r, j = np.nonzero(np.abs(first - mean) <= 1e-12 * np.abs(first))  # constant ones are among these
    if r.size:
        constant = np.ptp(X[r, :, j], axis=1) == 0
        mean[r[constant], j[constant]] = first[r[constant], j[constant]]
    return X - mean[:, None, :], mean
