"""Losses at the outputs of a stack of networks, and their derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np

Values = Any  # arrays of one float type


class Softmax:
    """Mean cross-entropy, -log softmax(outputs)[label]; labels (n,) or (R, n).

    Classes are the outer axis in memory: the sum over them is then a sum of long rows.
    """

    def __init__(self, lengths: tuple[int, int], classes: int, dtype: Any, engine: Any) -> None:
        """lengths: models and rows; `engine` is `_compiled_steps`, or None for NumPy."""
        models, rows = lengths
        self.engine = engine
        self.by_class, self.slope = (np.empty((classes, models, rows), dtype) for _ in range(2))
        self.outputs = self.by_class.transpose(1, 2, 0)  # (R, n, k)
        self.back = self.slope.transpose(1, 2, 0)
        self.top, self.total = (np.empty((models, rows), dtype) for _ in range(2))
        self.first = np.arange(models * rows).reshape(models, rows)  # place of class 0
        self.place = np.empty((models, rows), np.intp)
        columns = (classes, models * rows)
        flat = (array.reshape(-1) for array in (self.place, self.top, self.total))
        self.flat = (self.by_class.reshape(columns), self.slope.reshape(columns), *flat)
        self.rows = self.top.dtype.type(rows), self.top.dtype.type(1.0 / rows)

    def loss(self, labels: Values, *, derivative: bool = False) -> Values:
        """The losses (R,) at `outputs`, which are overwritten; `back` then holds the derivative."""
        z, rows = self.by_class, self.first.shape[1]
        np.add(self.first, labels * self.first.size, out=self.place)
        if self.engine is not None and derivative:
            return self._compiled_loss()
        np.maximum.reduce(z, axis=0, out=self.top)
        np.subtract(z, self.top, out=z)
        picked = z.reshape(-1)[self.place]
        np.exp(z, out=self.slope)
        np.add.reduce(self.slope, axis=0, out=self.total)
        np.log(self.total, out=self.top)
        np.subtract(self.top, picked, out=self.top)
        if derivative:
            np.multiply(self.total, rows, out=self.total)
            np.divide(self.slope, self.total, out=self.slope)
            self.slope.reshape(-1)[self.place] -= self.rows[1]
        return np.add.reduce(self.top, axis=1) / rows

    def _compiled_loss(self) -> Values:
        z, slope, place, picked, total = self.flat
        self.engine.shift(z, place, picked)
        np.exp(z, out=slope)
        self.engine.share(slope, place, total, *self.rows)
        np.log(total, out=total)
        np.subtract(total, picked, out=total)
        return np.add.reduce(self.total, axis=1) / self.first.shape[1]

    def correct(self, labels: Values) -> Values:
        """How many rows (R,) have their largest output at the label."""
        return np.sum(self.by_class.argmax(axis=0) == labels, axis=1)


class Squares:
    """(1/(2n)) sum over rows of ||outputs - target||_2^2; targets (n, k) or (R, n, k)."""

    def __init__(self, lengths: tuple[int, int], width: int, dtype: Any, engine: Any) -> None:
        """lengths: models and rows."""
        self.outputs, self.back, self.scratch = (np.empty((*lengths, width), dtype) for _ in range(3))

    def loss(self, targets: Values, *, derivative: bool = False) -> Values:
        """The losses (R,) at `outputs`; `back` then holds the derivative."""
        rows = self.back.shape[1]
        np.subtract(self.outputs, targets, out=self.back)
        np.multiply(self.back, self.back, out=self.scratch)
        losses = self.scratch.reshape(len(self.scratch), -1).sum(axis=1) / (2 * rows)
        if derivative:
            np.multiply(self.back, 1.0 / rows, out=self.back)
        return losses

    def correct(self, targets: Values) -> Values:
        """There are no classes: NaN (R,)."""
        return np.full(len(self.outputs), np.nan)
