"""Zeros in a network: single weights or whole units, by a penalty or by pruning, and which of them save anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regutils._trees import Tree
from regutils._validation import Array, check_choice, check_scalar
from regutils.claims import Finding, evidence
from regutils.datasets import load_digits
from regutils.experiments.caching import once
from regutils.networks import MLP, minibatches, take, train
from regutils.optimizers import cosine, sgd, weights_only

NETWORK = MLP((64, 100, 10))  # pixels, hidden units, digits
WEIGHTS = 64 * 100 + 100 * 10
TRAIN_ROWS = 1000
PENALTIES = ("none", "l2", "l1", "group")
HOW = ("weights", "units")


@dataclass(frozen=True, eq=False)
class Splits:
    """Digits cut at random into training and test images, once for each seed: the leading axis is the seed's."""

    X: NDArray[np.float32]  # (R, 1000, 64), pixels between 0 and 1
    y: NDArray[np.int64]  # (R, 1000)
    X_test: NDArray[np.float32]  # (R, 797, 64)
    y_test: NDArray[np.int64]


def splits(seeds: list[int]) -> Splits:
    """One split for each of the seeds."""
    digits = load_digits()
    pixels, labels = (digits.data / 16.0).astype(np.float32), digits.target
    orders = np.stack([np.random.default_rng(seed).permutation(len(labels)) for seed in seeds])
    fit, rest = orders[:, :TRAIN_ROWS], orders[:, TRAIN_ROWS:]
    return Splits(pixels[fit], labels[fit], pixels[rest], labels[rest])


def fitted(data: Splits, seeds: list[int], penalty: str, strength: float | Array, *, steps: int = 1000) -> Tree:
    """Networks trained by SGD with momentum 0.9, 50 images a step, a rate that falls from 0.1 along a cosine.

    Mean cross-entropy + strength times a penalty on the weights of both layers. penalty: "none"; "l2", ||theta||_2^2;
    "l1", ||theta||_1; "group", the sum over hidden units of the 2-norm of all 74 weights into and out of the unit. L1
    and the group penalty act by a proximal step after each step of SGD, which gives exact zeros.

    strength: a number, or one for each of the networks (R,). Raises ValueError for another penalty.
    """
    check_choice(penalty, "penalty", PENALTIES)
    options: dict[str, Any] = {"none": {}, "l2": {"l2": strength}, "l1": {"prox_l1": strength}, "group": {}}[penalty]
    rate = cosine(0.1, steps=steps)
    optimizer = sgd(rate, momentum=0.9, mask=weights_only, **options)
    params = NETWORK.init(seeds)
    if penalty != "group":
        return train(
            NETWORK, params, data.X, data.y, optimizer, steps=steps, batch_size=50, seeds=seeds, record_every=steps,
            progress=False,
        ).params  # fmt: skip
    state, models = optimizer.init(params), np.arange(len(seeds))[:, None]
    batches = minibatches(TRAIN_ROWS, 50, seeds=seeds)
    for step in range(steps):
        rows = next(batches)
        _, gradient = NETWORK.loss_and_gradient(params, data.X[models, rows], data.y[models, rows])
        params, state = optimizer.update(gradient, state, params)
        shorten(params, float(rate(step)) * np.broadcast_to(strength, len(seeds)))
    return params


def shorten(params: Tree, threshold: Array) -> None:
    """The group penalty's proximal step, in place: all weights of a unit, in and out, are one vector, threshold (R,)
    shorter afterwards, and zero together if it was not longer than that (Yuan and Lin 2006)."""
    into, out = params["layer1"]["weight"], params["layer2"]["weight"]
    length = np.sqrt(np.sum(into**2, axis=1) + np.sum(out**2, axis=2))
    factor = np.maximum(1.0 - threshold[:, None] / np.maximum(length, 1e-30), 0.0).astype(into.dtype)
    into *= factor[:, None, :]
    out *= factor[:, :, None]


def pruned(params: Tree, how: str, share: float) -> Tree:
    """Keep a share of each network, the largest by magnitude, and set the rest to zero.

    how: "weights" (unstructured) keeps round(share * 7,400) single weights of both layers together, ranked by |w|;
    "units" (structured) keeps round(share * 100) hidden units, ranked by the 2-norm of the weights into the unit times
    that of the weights out of it, and everything else of a removed unit is zero, its bias included.

    Raises ValueError for another `how`, or a share outside (0, 1].
    """
    check_choice(how, "how", HOW)
    share = check_scalar(share, "share", low=0.0, high=1.0, inclusive="high")
    into, out = params["layer1"]["weight"], params["layer2"]["weight"]
    bias = params["layer1"]["bias"]
    if how == "weights":
        both = np.concatenate([into.reshape(len(into), -1), out.reshape(len(out), -1)], axis=1)
        keep = _largest(np.abs(both), max(1, round(share * WEIGHTS)))
        first, second = keep[:, : into[0].size].reshape(into.shape), keep[:, into[0].size :].reshape(out.shape)
        return _network(into * first, bias, out * second, params["layer2"]["bias"])
    importance = np.linalg.norm(into, axis=1) * np.linalg.norm(out, axis=2)
    keep = _largest(importance, max(1, round(share * into.shape[2])))
    return _network(into * keep[:, None, :], bias * keep, out * keep[:, :, None], params["layer2"]["bias"])


def _largest(values: Any, count: int) -> NDArray[np.bool_]:
    """The `count` largest of each row, (R, m)."""
    keep = np.zeros(values.shape, dtype=bool)
    np.put_along_axis(keep, np.argsort(-values, axis=1, kind="stable")[:, :count], True, axis=1)
    return keep


def _network(into: Any, bias: Any, out: Any, last: Any) -> Tree:
    return {"layer1": {"weight": into, "bias": bias}, "layer2": {"weight": out, "bias": last}}


def kept_share(params: Tree) -> Array:
    """Share of the 7,400 weights that are not zero, (R,)."""
    count = sum(np.count_nonzero(params[layer]["weight"], axis=(1, 2)) for layer in ("layer1", "layer2"))
    return np.asarray(count / WEIGHTS, dtype=np.float64)


def compact(params: Tree, model: int) -> tuple[Tree, NDArray[np.intp]]:
    """One network without what does nothing, and the inputs that it still needs: dense, smaller, the same predictions.

    A unit without weights out of it goes. One without weights into it is a constant, max(bias, 0), which the biases of
    the outputs take over. An input without weights goes.
    """
    one = take(params, model)
    into, bias, out = one["layer1"]["weight"][0], one["layer1"]["bias"][0], one["layer2"]["weight"][0]
    alive = np.flatnonzero(into.any(axis=0) & out.any(axis=1))
    constant = ~into.any(axis=0)
    last = one["layer2"]["bias"][0] + np.maximum(bias[constant], 0.0) @ out[constant]
    inputs = np.flatnonzero(into[:, alive].any(axis=1))
    return _network(into[np.ix_(inputs, alive)][None], bias[alive][None], out[alive][None], last[None]), inputs


@dataclass(frozen=True, eq=False)
class Pattern:
    """Where the zeros of one way of making them are, over several networks."""

    name: str
    first: Array  # (64, 100) weights of the first layer of the first network
    accuracy: Array  # (R,) on test images
    kept: Array  # (R,) share of the weights that are not zero
    units: Array  # (R,) hidden units that are left in the compact network
    inputs: Array  # (R,) pixels that it still needs
    dense: Array  # (R,) its weights, zero or not, as a share of the 7,400

    nonzero: Array  # (R,) those of the compact network that are not zero, as a share of the 7,400

    @property
    def inside(self) -> Array:
        """Share of zeros among the weights of the compact network, (R,): those that a dense product cannot skip."""
        return np.asarray(1.0 - self.nonzero / self.dense)


def pattern(name: str, params: Tree, data: Splits) -> Pattern:
    """Count what is zero, and what falls away as a whole."""
    small = [compact(params, model) for model in range(len(data.y))]
    sizes = [part["layer1"]["weight"][0].shape for part, _ in small]
    alive = [sum(np.count_nonzero(part[layer]["weight"]) for layer in ("layer1", "layer2")) for part, _ in small]
    return Pattern(
        name=name,
        first=params["layer1"]["weight"][0].astype(np.float64),
        accuracy=np.asarray(NETWORK.accuracy(params, data.X_test, data.y_test), dtype=np.float64),
        kept=kept_share(params),
        units=np.array([size[1] for size in sizes], dtype=np.float64),
        inputs=np.array([size[0] for size in sizes], dtype=np.float64),
        dense=np.array([(size[0] + 10) * size[1] / WEIGHTS for size in sizes]),
        nonzero=np.array(alive) / WEIGHTS,
    )


@once
def patterns(
    *, alone: str = "l1", strength: float = 0.02, group_strength: float = 0.2, seeds: int = 3, steps: int = 500
) -> dict[str, Pattern]:  # fmt: skip
    """Four ways to about a tenth of the weights, none of them fine-tuned: L1 alone; a network trained without penalty
    and pruned to the share that L1 left, by single weights and by whole units; and the group penalty alone.
    """
    which = list(range(seeds))
    data = splits(which)
    by_penalty = fitted(data, which, alone, strength, steps=steps)
    plain = fitted(data, which, "none", 0.0, steps=steps)
    share = float(kept_share(by_penalty).mean())
    ways = {
        "L1 alone": by_penalty,
        "weights pruned": pruned(plain, "weights", share),
        "units pruned": pruned(plain, "units", share),
        "group penalty": fitted(data, which, "group", group_strength, steps=steps),
    }
    return {name: pattern(name, params, data) for name, params in ways.items()}


@evidence("A-dl-3", sabotage={"alone": "group"})
def structure_of_zeros(*, alone: str = "l1") -> list[Finding]:
    """Networks with 100 hidden units, trained on digits, brought to about a tenth of their weights by L1 alone, by
    pruning whole units, and by a group penalty. All units and pixels without a weight are then taken out: how many
    zeros are left among the weights that remain, and how many units are gone?
    """
    found = patterns(alone=alone)
    l1, units, group = (found[name] for name in ("L1 alone", "units pruned", "group penalty"))
    return [
        Finding("for", "zeros left inside the compact network: L1 alone, least", l1.inside.min(), ">=", 0.3),
        Finding("for", "the same after pruning units, most", units.inside.max(), "<=", 0.0),
        Finding("against", "the same under the group penalty, most", group.inside.max(), "<=", 0.05),
        Finding("against", "units gone under the group penalty, without pruning, of 100, least",
                100.0 - group.units.max(), ">=", 50.0),
        Finding("against", "units gone under L1 alone, of 100, least", 100.0 - l1.units.max(), ">=", 30.0),
    ]  # fmt: skip
