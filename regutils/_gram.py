"""Rows of X'X / n: read off the matrix, or computed when they are asked for where the whole matrix costs more."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from regutils._validation import Array

Indices = npt.NDArray[np.intp]

WIDE = 12  # columns per row of X above which a path needs so few rows of X'X that the matrix does not pay


class Gram:
    """The matrices of R problems, (R, p, p), or the one that they share, (1, p, p)."""

    def __init__(self, matrix: Array) -> None:
        self.matrix = matrix
        self.shared, self.p = len(matrix) == 1, matrix.shape[2]
        self.rank = self.p  # at most

    @property
    def diagonal(self) -> Array:
        """(R, p) or (1, p)."""
        return np.diagonal(self.matrix, axis1=1, axis2=2)

    def rows(self, problems: Indices, j: Indices) -> Array:
        """A new array with row j of each of the `problems`, (r, p)."""
        return self.matrix.reshape(-1, self.p).take(j if self.shared else problems * self.p + j, axis=0)

    def part(self, part: slice) -> Gram:
        """For some of the problems."""
        return self if self.shared else Gram(self.matrix[part])

    def scaled(self, scale: Array) -> Gram:
        """For columns of X times `scale`, (R, p) or (1, p)."""
        return Gram(self.matrix * scale[:, :, None] * scale[:, None, :])


class WideGram(Gram):
    """The same without the matrices, from X over the root of n, (R, n, p) or (1, n, p)."""

    def __init__(self, X: Array) -> None:
        self.X = X
        self.shared, self.p = len(X) == 1, X.shape[2]
        self.rank = min(X.shape[1:])

    @property
    def diagonal(self) -> Array:
        return np.asarray(np.sum(self.X**2, axis=1))

    def rows(self, problems: Indices, j: Indices) -> Array:
        if self.shared:
            return np.asarray(self.X[0].take(j, axis=1).T @ self.X[0])
        return np.stack([self.X[r][:, k] @ self.X[r] for r, k in zip(problems, j, strict=True)])

    def part(self, part: slice) -> Gram:
        return self if self.shared else WideGram(self.X[part])

    def scaled(self, scale: Array) -> Gram:
        return WideGram(self.X * scale[:, None, :])
