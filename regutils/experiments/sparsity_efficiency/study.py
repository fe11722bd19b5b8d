"""Accuracy of pruned networks against the share of weights kept: a longer run, recorded in regutils/data/pruning.npz.

    python -c "from regutils.experiments.sparsity_efficiency.study import record; record('regutils/data/pruning.npz')"

makes the file again (one to two minutes); a test repeats a part of it.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np

from regutils._trees import Tree
from regutils._validation import Array
from regutils.experiments.caching import once
from regutils.experiments.intervals import Interval, interval
from regutils.experiments.sparsity_efficiency.pruning import (
    NETWORK,
    TRAIN_ROWS,
    Splits,
    fitted,
    kept_share,
    pruned,
    splits,
)
from regutils.networks import take, train
from regutils.optimizers import cosine, sgd

SHARES = (0.5, 0.25, 0.1, 0.05, 0.03)
# name: penalty in training, its strengths (the one that fits the share is taken), what is pruned
METHODS: dict[str, tuple[str, tuple[float, ...], str]] = {
    "no penalty, weights": ("none", (0.0,), "weights"),
    "L2, weights": ("l2", (1e-3,), "weights"),
    "L1, weights": ("l1", (1e-3, 3e-3, 8e-3, 0.02, 0.035, 0.045), "weights"),
    "no penalty, units": ("none", (0.0,), "units"),
    "L2, units": ("l2", (1e-3,), "units"),
    "group penalty, units": ("group", (0.01, 0.03, 0.07, 0.15, 0.2, 0.25, 0.3, 0.35), "units"),
}
SEEDS = 12
STEPS = 1000
TUNING = 400  # further steps, with what was pruned held at zero and no penalty


@dataclass(frozen=True, eq=False)
class Study:
    """Accuracy on test images by method, share kept and seed, before and after fine-tuning."""

    before: Array  # (methods, shares, R)
    after: Array  # (methods, shares, R)
    dense: Array  # (R,) no penalty, nothing pruned, trained for the same number of further steps

    @property
    def methods(self) -> tuple[str, ...]:
        """In the order of the first axis."""
        return tuple(METHODS)

    @property
    def shares(self) -> tuple[float, ...]:
        """In the order of the second axis."""
        return SHARES

    def accuracy(self, method: str, share: float, *, tuned: bool) -> Array:
        """Of each seed, (R,)."""
        values = self.after if tuned else self.before
        return np.asarray(values[self.methods.index(method), SHARES.index(share)])

    def interval(self, method: str, share: float, *, tuned: bool) -> Interval:
        """Mean with its 95% interval, widened because the splits share images (Nadeau and Bengio 2003)."""
        return interval(self.accuracy(method, share, tuned=tuned), test_share=797 / TRAIN_ROWS)

    def difference(self, one: str, other: str, share: float, *, tuned: bool) -> Interval:
        """Of the first method minus the second, paired by seed."""
        pair = (self.accuracy(name, share, tuned=tuned) for name in (one, other))
        return interval(np.subtract(*pair), test_share=797 / TRAIN_ROWS)


def run(seeds: list[int], *, methods: tuple[str, ...] = tuple(METHODS), shares: tuple[float, ...] = SHARES) -> Study:
    """Some methods and shares; what is left out is NaN. A seed's result does not depend on the other seeds."""
    data = splits(seeds)
    trained = {
        (penalty, strength): fitted(data, seeds, penalty, strength, steps=STEPS)
        for penalty, strengths, _ in (METHODS["no penalty, weights"], *(METHODS[method] for method in methods))
        for strength in strengths
    }
    before, after = (np.full((len(METHODS), len(SHARES), len(seeds)), np.nan) for _ in range(2))
    for method in methods:
        row, (penalty, strengths, how) = list(METHODS).index(method), METHODS[method]
        for share in shares:
            column = SHARES.index(share)
            # the strongest penalty that leaves at least this share: pruning has the least to do
            ladder = np.stack([kept_share(trained[penalty, strength]) for strength in strengths])
            rung = np.maximum(np.sum(ladder >= share, axis=0) - 1, 0)
            start = _stack([take(trained[penalty, strengths[r]], model) for model, r in enumerate(rung)])
            small = pruned(start, how, share)
            before[row, column] = NETWORK.accuracy(small, data.X_test, data.y_test)
            after[row, column] = NETWORK.accuracy(tuned(small, data, seeds), data.X_test, data.y_test)
    plain = tuned(trained["none", 0.0], data, seeds)
    return Study(before, after, np.asarray(NETWORK.accuracy(plain, data.X_test, data.y_test), dtype=np.float64))


def tuned(params: Tree, data: Splits, seeds: list[int]) -> Tree:
    """Fine-tuning: TUNING further steps of the same descent from half the rate, zero weights staying zero."""
    keep = {
        layer: {"weight": part["weight"] != 0, "bias": np.ones(part["bias"].shape, dtype=bool)}
        for layer, part in params.items()
    }
    return train(
        NETWORK, params, data.X, data.y, sgd(cosine(0.05, steps=TUNING), momentum=0.9), steps=TUNING, batch_size=50,
        seeds=seeds, keep=keep, record_every=TUNING, progress=False,
    ).params  # fmt: skip


def record(path: str | Path) -> None:
    """Run everything and write the file."""
    study = run(list(range(SEEDS)))
    np.savez_compressed(path, before=study.before, after=study.after, dense=study.dense)


@once
def study() -> Study:
    """The recorded run."""
    content = files("regutils").joinpath("data", "pruning.npz").read_bytes()
    with np.load(io.BytesIO(content)) as arrays:
        return Study(arrays["before"], arrays["after"], arrays["dense"])


def _stack(models: list[Tree]) -> Tree:
    return {
        layer: {name: np.concatenate([model[layer][name] for model in models]) for name in ("weight", "bias")}
        for layer in models[0]
    }
