"""Minibatches: which rows, in which order, for one or all of the stacked models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from regutils._validation import check_integer

Index = npt.NDArray[np.intp]
Seeds = int | Sequence[int] | npt.NDArray[np.integer]


def minibatches(n: int, batch_size: int, *, seeds: Seeds = 0) -> Iterator[Index]:
    """Row indices of one minibatch after the other, forever: (batch_size,), or (R, batch_size) for a list of R seeds.

    Each epoch is a new random order of the n rows, cut into floor(n / batch_size) batches; what is left over waits for
    another epoch's order (PyTorch's drop_last=True). One seed: one order, shared by all models. A list: one order for
    each model, the same that its seed gives alone. 1 <= batch_size <= n; seeds >= 0.
    """
    n = check_integer(n, "n", low=1)
    size = check_integer(batch_size, "batch_size", low=1, high=n)
    generators = [generator(seed, "batches") for seed in check_seeds(seeds)]
    shared = np.ndim(seeds) == 0
    return _forever(n, size, generators, shared)


def check_seeds(seeds: Seeds, name: str = "seeds") -> list[int]:
    """A list of integers >= 0."""
    listed = [seeds] if np.ndim(seeds) == 0 else list(seeds)  # type: ignore[arg-type]
    if not listed:
        raise ValueError(f"{name} must hold at least one integer, got none")
    return [check_integer(seed, name, low=0) for seed in listed]


def generator(seed: int, purpose: str) -> np.random.Generator:
    """Independent streams of one seed for what is random in a training run."""
    return np.random.default_rng([seed, {"weights": 0, "batches": 1, "dropout": 2}[purpose]])


def _forever(n: int, size: int, generators: list[np.random.Generator], shared: bool) -> Iterator[Index]:
    while True:
        orders = np.stack([generator.permutation(n) for generator in generators])
        for start in range(0, n - size + 1, size):
            batch = orders[:, start : start + size]
            yield batch[0] if shared else batch
