"""The digits, split anew for each seed, as a stack of problems for a stack of networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regutils.datasets import load_digits
from regutils.experiments.caching import once

Single = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Split:
    """Pixels between 0 and 1, minus the mean of the training rows. R seeds."""

    X: Single  # (R, n, 64)
    y: Labels  # (R, n), a share `wrong` of them replaced by another digit
    X_validation: Single  # (R, m, 64)
    y_validation: Labels  # (R, m), as wrong as the training labels
    X_test: Single  # (R, k, 64)
    y_test: Labels  # (R, k), all right

    def repeated(self, times: int) -> Split:
        """The same problems again and again, (times * R, ...): for each setting one network a seed."""
        return Split(*(np.tile(part, (times,) + (1,) * (part.ndim - 1)) for part in vars(self).values()))


def split(seeds: Sequence[int], *, train: int, validation: int = 0, test: int = 1000, wrong: float = 0.0) -> Split:
    """Rows drawn without replacement for each seed; seed 3 gives the same problem whatever the other seeds are."""
    pixels, digits = _pixels()
    parts = [_one(seed, pixels, digits, (train, validation, test), wrong) for seed in seeds]
    return Split(*(np.stack(part) for part in zip(*parts, strict=True)))


def _one(
    seed: int, pixels: Single, digits: Labels, sizes: tuple[int, int, int], wrong: float
) -> tuple[Single | Labels, ...]:
    rng = np.random.default_rng(seed)
    order, others = rng.permutation(digits.size), rng.integers(1, 10, digits.size)
    flipped = rng.random(digits.size) < wrong
    labels = np.where(flipped, (digits + others) % 10, digits)
    rows = np.split(order, np.cumsum(sizes))[:3]
    mean = pixels[rows[0]].mean(axis=0)
    X = [pixels[part] - mean for part in rows]
    return X[0], labels[rows[0]], X[1], labels[rows[1]], X[2], digits[rows[2]]


@once
def _pixels() -> tuple[Single, Labels]:
    data = load_digits()
    return (data.data / 16).astype(np.float32), data.target.astype(np.int64)
