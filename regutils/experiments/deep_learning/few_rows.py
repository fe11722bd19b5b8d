"""A small network with few rows, all labels right or a fifth of them wrong: weight decay, dropout, early stopping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.claims import Finding, evidence
from regutils.experiments.caching import once
from regutils.experiments.deep_learning.digits import split
from regutils.experiments.deep_learning.settings import SETTINGS, Setting, without_decay
from regutils.experiments.intervals import Interval, interval
from regutils.networks import MLP, train
from regutils.optimizers import adamw, weights_only

NETWORK = MLP((64, 24, 10))
DECAYS = (0.1, 0.3, 1.0, 2.0, 4.0)
DROPOUTS = (0.2, 0.5)
WRONG = (0.0, 0.2)
RATE = 0.01


@dataclass(frozen=True, eq=False)
class Labels:
    """R networks a setting, for one share of wrong labels. Accuracies are those on 1,000 test rows, labelled right."""

    plain: Array  # (R,) trained to the end, nothing added
    decay: Array  # (decays, R)
    fitted: float  # mean training accuracy without decay, wrong labels counted as they stand
    trace: Array  # (K,) mean test accuracy of the plain networks during training
    stopped: float  # median step at which early stopping stops
    chosen: dict[str, Array]  # (R,) by method, the setting chosen on validation rows

    def gain(self, strength: int) -> Interval:
        """Accuracy gained by a strength of decay, paired over the seeds."""
        return interval(self.decay[strength] - self.plain)

    def chosen_gain(self, method: str) -> Interval:
        """Accuracy gained by "weight decay", "dropout" or "early stopping", as chosen on the validation rows."""
        return interval(self.chosen[method] - self.plain)

    def difference(self, method: str, other: str) -> Interval:
        """Accuracy of one chosen method minus that of another."""
        return interval(self.chosen[method] - self.chosen[other])


@dataclass(frozen=True, eq=False)
class FewRows:
    """The same networks with right and with partly wrong training labels."""

    decays: tuple[float, ...]
    steps: Array  # (K,) at which the plain networks were looked at
    labels: dict[float, Labels]  # by share of wrong labels


@once
def few_rows(*, decays: tuple[float, ...] = DECAYS, seeds: int = 10, steps: int = 160) -> FewRows:
    """AdamW on 100 digits, minibatches of 25. Decay, of weights alone, multiplies the rate of 0.01, as in PyTorch.

    A method's setting, or its moment to stop, is the one with the smallest loss on 200 validation rows, for each seed
    on its own. Validation labels are as wrong as those of training, as they would be.
    """
    return FewRows(decays, np.arange(0.0, steps + 1, 10), {w: _trained(w, decays, seeds, steps) for w in WRONG})


def _trained(wrong: float, decays: Sequence[float], seeds: int, steps: int) -> Labels:
    each, one = list(range(seeds)), split(range(seeds), train=100, validation=200, wrong=wrong)
    plain = train(
        NETWORK, NETWORK.init(each, scheme="he_normal"), one.X, one.y, adamw(RATE, weight_decay=0.0), steps=steps,
        batch_size=25, seeds=each, record_every=10,
        evaluate={"validation": (one.X_validation, one.y_validation), "test": (one.X_test, one.y_test)},
    )  # fmt: skip
    loss, accuracy = plain.evaluated["validation"].loss, plain.evaluated["test"].accuracy.astype(np.float64)
    count = len(decays) + len(DROPOUTS)
    problem = one.repeated(count)
    ended = train(
        NETWORK, NETWORK.init(each * count, scheme="he_normal"), problem.X, problem.y,
        adamw(RATE, weight_decay=np.repeat([*decays, *np.zeros(len(DROPOUTS))], seeds), mask=weights_only),
        steps=steps, batch_size=25, seeds=each * count,
        dropout=np.repeat([*np.zeros(len(decays)), *DROPOUTS], seeds), record_every=steps,
    ).params  # fmt: skip
    losses = NETWORK.mean_loss(ended, problem.X_validation, problem.y_validation).reshape(count, seeds)
    accuracies = NETWORK.accuracy(ended, problem.X_test, problem.y_test).astype(np.float64).reshape(count, seeds)
    chosen = {}
    for name, rows in (("weight decay", slice(len(decays))), ("dropout", slice(len(decays), count))):
        best = np.vstack([loss[-1], losses[rows]]).argmin(axis=0)
        chosen[name] = np.vstack([accuracy[-1], accuracies[rows]])[best, each]
    stop = loss.argmin(axis=0)
    chosen["early stopping"] = accuracy[stop, each]
    return Labels(
        plain=accuracy[-1],
        decay=accuracies[: len(decays)],
        fitted=float(NETWORK.accuracy(plain.params, one.X, one.y).mean()),
        trace=accuracy.mean(axis=1),
        stopped=float(np.median(plain.steps[stop])),
        chosen=chosen,
    )


@evidence("A-dl-1", cited=True, sabotage={"settings": without_decay(), "decays": (0.0,) * len(DECAYS)})
def published_networks_decay_their_weights(
    *, settings: Sequence[Setting] = SETTINGS, decays: tuple[float, ...] = DECAYS
) -> list[Finding]:
    """Published settings of twelve well-known networks, each with its paper and the place in it. Beside them a network
    of 64, 24 and 10 units on 100 digits, with and without decay: ten seeds, accuracy on 1,000 others.
    """
    result = few_rows(decays=decays)
    strength = DECAYS.index(1.0)
    right, wrong = (result.labels[share].gain(strength) for share in WRONG)
    transformers = [setting for setting in settings if setting.kind == "transformer"]
    return [
        Finding("for", "share of the listed networks with weight decay", _share(settings), ">=", 0.75),
        Finding("for", "the same among the transformers", _share(transformers), ">=", 0.75),
        Finding("for", "rows without a paper, or without the place in it",
                float(sum(not setting.documented for setting in settings)), "==", 0),
        Finding("for", "accuracy gained by decay 1 with a fifth of the labels wrong, lower end of the interval",
                wrong.low, ">=", 0.01),
        Finding("for", "accuracy gained by decay 1 with right labels, lower end of the interval", right.low, ">=",
                -0.01),
    ]  # fmt: skip


def _share(settings: Sequence[Setting]) -> float:
    return float(np.mean([setting.decayed for setting in settings]))
