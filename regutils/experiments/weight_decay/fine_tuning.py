"""Fine-tuning: decay pulls toward zero, away from what was learned before; a penalty can pull toward the start."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.datasets import load_digits
from regutils.experiments.caching import once
from regutils.experiments.intervals import Interval, interval
from regutils.networks import MLP, take, train
from regutils.optimizers import adam, sgd

ANCHORS = ("zero", "start")


@dataclass(frozen=True, eq=False)
class FineTuning:
    """Networks taught on digits as they are, then on a few shifted ones; errors on both kinds after that."""

    lam: Array  # (m,) the first is 0
    rows: int  # of the new task
    seeds: int
    new: dict[str, Array]  # by what the penalty pulls to, (seeds, m) error on shifted digits
    old: dict[str, Array]  # (seeds, m) error on digits as they are
    moved: dict[str, Array]  # (seeds, m) distance of the weights from the start, over the start's norm
    before: Array  # (seeds,) error on shifted digits before fine-tuning
    before_old: Array  # (seeds,)

    def chosen(self, anchor: str) -> Array:
        """(seeds,) error on shifted digits, lam chosen on the other seeds."""
        found = self.new[anchor]
        places = [int(np.argmin(np.delete(found, seed, axis=0).mean(axis=0))) for seed in range(len(found))]
        return np.array([found[seed, place] for seed, place in enumerate(places)])

    def gain(self, anchor: str, *, over: str | None = None) -> Interval:
        """By how much `anchor` is better than `over`, or than no penalty, on shifted digits; with a 95 % interval."""
        other = self.new[anchor][:, 0] if over is None else self.chosen(over)
        return interval(other - self.chosen(anchor))


@once
def fine_tuning(
    *, strengths: tuple[float, ...] = (0.0, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1), rows: int = 40, seeds: int = 12,
    shift: int = 1, steps: int = 150, rate: float = 0.05,
) -> FineTuning:  # fmt: skip
    """First 1,000 digits, then `rows` of another 797, moved right by `shift` pixels; 500 of these are the test.

    lam ||w||^2 pulls to zero, lam ||w - start||^2 to the start (L2-SP, Li, Grandvalet and Davoine 2018).
    """
    bunch = load_digits()
    images = (bunch.data / 16.0).astype(np.float32)
    moved = np.roll(images.reshape(-1, 8, 8), shift, axis=2)
    moved[:, :, :shift] = 0.0
    moved = moved.reshape(images.shape)
    labels = bunch.target
    lam = np.array(strengths)
    network = MLP((64, 32, 10))
    order = np.random.default_rng(0).permutation(labels.size)
    first, rest = order[:1000], order[1000:]
    taught = train(
        network, network.init(range(seeds)), images[first], labels[first], adam(3e-3), steps=400, batch_size=100,
        seeds=list(range(seeds)), record_every=400, progress=False,
    ).params  # fmt: skip
    few = np.stack([np.random.default_rng([seed, 1]).permutation(rest) for seed in range(seeds)])
    test = few[:, -500:]
    models = np.repeat(np.arange(seeds), lam.size)
    X, y = moved[few[models, :rows]], labels[few[models, :rows]]
    strength = np.tile(lam, seeds)
    start = take(taught, models)  # type: ignore[arg-type]
    new, old, distance = {}, {}, {}
    for anchor in ANCHORS:
        params, optimizer = start, sgd(rate, momentum=0.9)
        state = optimizer.init(params)
        for _ in range(steps):
            _, slope = network.loss_and_gradient(params, X, y)
            pulled = {
                layer: {
                    name: slope[layer][name]
                    + _wide(2.0 * strength, leaf) * (leaf - start[layer][name] if anchor == "start" else leaf)
                    for name, leaf in leaves.items()
                }
                for layer, leaves in params.items()
            }
            params, state = optimizer.update(pulled, state, params)
        shape = (seeds, lam.size)
        new[anchor] = 1.0 - network.accuracy(params, moved[test[models]], labels[test[models]]).reshape(shape)
        old[anchor] = 1.0 - network.accuracy(params, images[test[models]], labels[test[models]]).reshape(shape)
        far = sum(
            np.sum((leaf - start[layer][name]) ** 2, axis=tuple(range(1, leaf.ndim)))
            for layer, leaves in params.items() for name, leaf in leaves.items()
        )  # fmt: skip
        size = sum(
            np.sum(leaf**2, axis=tuple(range(1, leaf.ndim))) for leaves in start.values() for leaf in leaves.values()
        )
        distance[anchor] = np.sqrt(far / size).reshape(shape)
    before = 1.0 - network.accuracy(taught, moved[test], labels[test])
    before_old = 1.0 - network.accuracy(taught, images[test], labels[test])
    return FineTuning(lam, rows, seeds, new, old, distance, before, before_old)


def _wide(value: Array, leaf: Array) -> Array:
    return value.reshape((-1,) + (1,) * (leaf.ndim - 1)).astype(leaf.dtype)
