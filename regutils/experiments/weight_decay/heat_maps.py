"""Learning rate by decay, 144 small networks a map: which way does the basin of good settings lie?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources

import numpy as np

from regutils._validation import Array, check_choice
from regutils.datasets import load_digits
from regutils.experiments.caching import once
from regutils.experiments.intervals import Interval, interval
from regutils.networks import MLP, train
from regutils.optimizers import Optimizer, adam, adamw, cosine, sgd

NETWORKS = {"plain": "none", "normalized": "plain"}  # layer_norm of MLP: without, or before each activation
METHODS = ("SGD with L2", "SGD with decay", "Adam with L2", "AdamW")
FILE = "weight_decay_maps.npz"
CELLS, SEEDS = 12, 6
ROWS, WRONG, TEST = 300, 0.3, 1000  # training rows, the share of them with a label drawn anew, test rows
STEPS, BATCH, HIDDEN = 600, 50, (48, 48)  # 100 epochs


def axes_of(method: str) -> tuple[Array, Array]:
    """Learning rates (12,) and decays (12,) of a map. L2: our lambda. Decay: the paper's, the share lost in a step at
    the full learning rate, so weight_decay = decay / rate in PyTorch's terms.
    """
    check_choice(method, "method", METHODS)
    rates = np.geomspace(5e-3, 1.0, CELLS) if method.startswith("SGD") else np.geomspace(1e-3, 0.1, CELLS)
    decays = np.geomspace(1e-3, 1.0, CELLS) if method.endswith("L2") else np.geomspace(5e-4, 0.3, CELLS)
    return rates, decays


def optimizer_of(method: str, rates: Array, decays: Array, *, steps: int = STEPS) -> Optimizer:
    """For a stack of networks, one rate and decay each; the rate falls along a half cosine, and the decay with it."""
    schedule = cosine(rates, steps=steps)
    made: dict[str, Callable[[], Optimizer]] = {
        "SGD with L2": lambda: sgd(schedule, momentum=0.9, l2=decays),
        "SGD with decay": lambda: sgd(schedule, momentum=0.9, weight_decay=decays / rates),
        "Adam with L2": lambda: adam(schedule, l2=decays),
        "AdamW": lambda: adamw(schedule, weight_decay=decays / rates),
    }
    return made[check_choice(method, "method", METHODS)]()


def noisy_digits(seed: int) -> tuple[Array, Array, Array, Array]:
    """Training rows with some wrong labels, test rows with the right ones: X, y, X_test, y_test; pixels in [0, 1]."""
    bunch = load_digits()
    rng = np.random.default_rng([seed, 2019])
    order = rng.permutation(bunch.target.size)
    chosen, test = order[:ROWS], order[-TEST:]
    labels = bunch.target[chosen].copy()
    wrong = rng.random(ROWS) < WRONG
    labels[wrong] = rng.integers(10, size=int(wrong.sum()))
    X = (bunch.data / 16.0).astype(np.float32)
    return X[chosen], labels, X[test], bunch.target[test]


def errors(network: str, method: str, rates: Array, decays: Array, *, seed: int) -> Array:
    """Test errors (m,) of networks trained at these settings, one seed's data, start and minibatches for all.

    A network that diverges counts as a guess, 0.9.
    """
    X, y, X_test, y_test = noisy_digits(seed)
    model = MLP((64, *HIDDEN, 10), layer_norm=NETWORKS[check_choice(network, "network", tuple(NETWORKS))])
    result = train(
        model, model.init([seed] * rates.size), X, y, optimizer_of(method, rates, decays), steps=STEPS,
        batch_size=BATCH, seeds=seed, on_divergence="mark", record_every=STEPS, progress=False,
    )  # fmt: skip
    found = np.full(rates.size, 0.9)
    fine = ~result.diverged
    found[fine] = 1.0 - model.accuracy(result.params, X_test, y_test)[fine]
    return found


@dataclass(frozen=True, eq=False)
class Map:
    """Test errors of one network under one optimizer."""

    network: str
    method: str
    rates: Array  # (12,)
    decays: Array  # (12,)
    error: Array  # (seeds, decays, rates)

    @property
    def mean(self) -> Array:
        """(decays, rates) over the seeds."""
        return np.asarray(self.error.mean(axis=0))

    @property
    def best(self) -> tuple[int, int]:
        """Place of the least mean error: decay, rate."""
        row, column = np.unravel_index(int(np.argmin(self.mean)), self.mean.shape)
        return int(row), int(column)

    def basin(self, *, within: float = 0.02, keep: float = 0.06) -> Array:
        """(rates,) log10 of the middle of the good decays at each learning rate, NaN where there is no telling.

        Good: an error of at most `within` above the least one at that rate. No telling: the weakest or the strongest
        decay of the map is good as well, or the rate as a whole is worse than the map's best by more than `keep`.
        """
        return _middles(self.mean, self.decays, within, keep)

    def tilt(self, *, within: float = 0.02, keep: float = 0.06) -> Interval:
        """Slope of log best decay against log learning rate, with its 95 % interval over the seeds.

        The rates that count are those of the mean map; the middles are each seed's own.
        """
        told = np.isfinite(self.basin(within=within, keep=keep))
        logs = np.log10(self.rates[told])
        slopes = []
        for one in self.error:
            middles = _middles(one, self.decays, within, np.inf, edges=False)[told]
            slopes.append(np.polyfit(logs, middles, 1)[0])
        return interval(np.array(slopes))

    def chosen(self) -> Array:
        """(seeds,) error of each seed at the cell that is best for the others, so that choosing costs nothing."""
        found = []
        for seed in range(len(self.error)):
            others = np.delete(self.error, seed, axis=0).mean(axis=0)
            found.append(self.error[seed].ravel()[int(np.argmin(others))])
        return np.array(found)

    def decay_pays(self) -> Interval:
        """By how much the error at the best cell is below that without decay, over the seeds; 95 %."""
        return interval(self.without() - self.chosen())

    def without(self) -> Array:
        """(seeds,) the same with the weakest decay of the map, the learning rate alone chosen."""
        found = []
        for seed in range(len(self.error)):
            others = np.delete(self.error, seed, axis=0).mean(axis=0)[0]
            found.append(self.error[seed][0, int(np.argmin(others))])
        return np.array(found)


def _middles(error: Array, decays: Array, within: float, keep: float, *, edges: bool = True) -> Array:
    good = error <= error.min(axis=0) + within
    logs = np.log10(decays)[:, None]
    middles = np.sum(good * logs, axis=0) / good.sum(axis=0)
    untold = error.min(axis=0) > error.min() + keep
    if edges:
        untold |= good[0] | good[-1]
    return np.where(untold, np.nan, middles)


@once
def heat_map(network: str, method: str) -> Map:
    """A recorded map (regutils/experiments/weight_decay/record.py has written it)."""
    check_choice(network, "network", tuple(NETWORKS))
    check_choice(method, "method", METHODS)
    with (resources.files("regutils") / "data" / FILE).open("rb") as file, np.load(file) as kept:
        wrong = kept[f"{network}, {method}"]
    return Map(network, method, *axes_of(method), wrong / TEST)


def gain(better: Map, other: Map) -> Interval:
    """By how much the error of `better` is below that of `other`, each at its best cell, over the seeds; 95 %."""
    return interval(other.chosen() - better.chosen())


def grid(method: str) -> tuple[Array, Array]:
    """Rates and decays (144,) of a map's cells, decay by decay."""
    rates, decays = axes_of(method)
    return tuple(part.ravel() for part in np.meshgrid(rates, decays))  # type: ignore[return-value]
