"""Outputs, loss and accuracy of a stack of networks on as much data as there is, a block at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from regutils._flat import Layout
from regutils._layers import Pass, Shape
from regutils._trees import FloatArray

ROOM = 2**20  # numbers in the outputs of a block's widest layer


def blocks(shape: Shape, layout: Layout, theta: FloatArray, X: FloatArray) -> Iterator[tuple[slice, slice, Pass]]:
    """Some models, some rows of X `with_ones`, and the pass whose outputs are theirs, until the next block comes."""
    models, n = len(theta), X.shape[-2]
    widest = max(shape.sizes[1:])
    size = max(1, min(n, ROOM // widest))
    many = max(1, min(models, ROOM // (widest * size)))
    work: Pass | None = None
    for start in range(0, models, many):
        some = slice(start, min(start + many, models))
        params = layout.views(theta[some])
        for first in range(0, n, size):
            block = slice(first, min(first + size, n))
            lengths = (some.stop - some.start, block.stop - block.start)
            if work is None or work.lengths != lengths:
                work = Pass(shape, *lengths, theta.dtype)
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
                work.forward(params, X[block] if X.ndim == 2 else X[some, block])
                yield some, block, work


def evaluate_rows(
    shape: Shape, layout: Layout, theta: FloatArray, X: FloatArray, y: Any
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Mean loss (R,) and accuracy (R,), NaN where there are no classes."""
    n = X.shape[-2]
    total, right = np.zeros((2, len(theta)), theta.dtype)
    for some, block, work in blocks(shape, layout, theta, X):
        target = y if y.ndim == shape.label_ndim else y[some]
        target = target[..., block] if shape.label_ndim == 1 else target[..., block, :]
        right[some] += work.end.correct(target) / n
        total[some] += work.end.loss(target) * ((block.stop - block.start) / n)
    return total, right
