"""Which parameters to decay: all of them, or the weights alone."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

import numpy as np

from regutils._validation import Array, check_choice
from regutils.experiments.caching import once
from regutils.experiments.intervals import Interval, interval
from regutils.experiments.weight_decay.fixed_points import quadratic
from regutils.experiments.weight_decay.heat_maps import TEST, noisy_digits
from regutils.networks import MLP, train
from regutils.optimizers import adamw, cosine, sgd, weights_only

KINDS = ("none", "learned")  # layer_norm of MLP: without, or with gains and biases of its own
WHAT = ("everything", "weights")
EXEMPT_FILE = "weight_decay_exempt.npz"
DECAYS, SEEDS, STEPS, RATE = (0.3, 1.0, 3.0, 10.0), 12, 300, 0.01


@dataclass(frozen=True, eq=False)
class Exempt:
    """Test errors of digit networks, with decay on everything and on the weights alone."""

    decays: Array  # (m,) weight_decay of AdamW
    everything: dict[str, Array]  # by kind of network, (seeds, m)
    weights: dict[str, Array]  # (seeds, m)

    def difference(self, kind: str, place: int) -> Interval:
        """Error with decay on everything less that with biases and gains exempt, over the seeds."""
        return interval(self.everything[kind][:, place] - self.weights[kind][:, place])

    def best(self, kind: str) -> Interval:
        """The same with each at its best decay, chosen on the other seeds."""
        found = []
        for errors in (self.everything[kind], self.weights[kind]):
            places = [int(np.argmin(np.delete(errors, seed, axis=0).mean(axis=0))) for seed in range(len(errors))]
            found.append(np.array([errors[seed, place] for seed, place in enumerate(places)]))
        return interval(found[0] - found[1])


def exempt_errors(kind: str, *, everything: bool, seeds: int = SEEDS) -> Array:
    """Test errors (seeds, m) on the noisy digits of the heat maps: AdamW with a cosine schedule, 32 hidden units."""
    data = [noisy_digits(seed) for seed in range(seeds)]
    X, y, X_test, y_test = (np.repeat(np.stack(part), len(DECAYS), axis=0) for part in zip(*data, strict=True))
    models = np.repeat(np.arange(seeds), len(DECAYS)).tolist()
    network = MLP((64, 32, 10), layer_norm=check_choice(kind, "kind", tuple(KINDS)))
    optimizer = adamw(
        cosine(RATE, steps=STEPS), weight_decay=np.tile(DECAYS, seeds), mask=None if everything else weights_only
    )
    result = train(network, network.init(models), X, y, optimizer, steps=STEPS, batch_size=50, seeds=models,
                   record_every=STEPS, progress=False)  # fmt: skip
    found = 1.0 - network.accuracy(result.params, X_test, y_test)
    return np.asarray(found, dtype=np.float64).reshape(seeds, len(DECAYS))


@once
def exempt() -> Exempt:
    """As recorded (regutils/experiments/weight_decay/record.py)."""
    with (resources.files("regutils") / "data" / EXEMPT_FILE).open("rb") as file, np.load(file) as kept:
        everything, weights = ({kind: kept[f"{kind}, {what}"] / TEST for kind in KINDS} for what in WHAT)
    return Exempt(np.array(DECAYS), everything, weights)


@dataclass(frozen=True, eq=False)
class Intercept:
    """A linear model whose intercept is decayed like its weights, on diabetes with the target's mean left in."""

    lam: float
    mean: float  # of the target, in its standard deviations
    found: float  # mean prediction
    predicted: float  # mean / (1 + 2 lam)
    error: tuple[float, float]  # mean squared error with the intercept decayed, and with it exempt


@once
def intercept(*, lam: float = 0.1, steps: int = 400, rate: float = 0.3) -> Intercept:
    """Gradient descent on all rows; the design is centered, so that the intercept is a problem of its own."""
    from regutils.datasets import load_diabetes

    X, y, _, _, _ = quadratic("diabetes")
    raw = np.asarray(load_diabetes().target, dtype=np.float64)
    mean = float(raw.mean() / raw.std())
    target = (y + mean)[:, None]
    network = MLP((X.shape[1], 1), loss="squared")
    predicted = []
    for mask in (None, weights_only):
        result = train(network, network.init([0], dtype=np.float64), X, target, sgd(rate, l2=lam, mask=mask),
                       steps=steps, record_every=steps, progress=False)  # fmt: skip
        predicted.append(network.predict(result.params, X)[0])
    errors = tuple(float(np.mean((found - target) ** 2)) for found in predicted)
    return Intercept(lam, mean, float(predicted[0].mean()), mean / (1.0 + 2.0 * lam), (errors[0], errors[1]))
