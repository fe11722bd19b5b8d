"""L1 on the weights of a network: which optimizers leave exact zeros, and what they cost in accuracy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from regutils._validation import Array, check_choice
from regutils.claims import Finding, evidence
from regutils.experiments.caching import once
from regutils.experiments.deep_learning.digits import split
from regutils.experiments.intervals import Interval, interval
from regutils.networks import MLP, train
from regutils.optimizers import Optimizer, adam, sgd, weights_only

Treatment = Literal["proximal", "subgradient"]

NETWORK = MLP((64, 24, 10))
LAMBDAS = (3e-4, 1e-3, 3e-3)
RATES = {"SGD": 0.2, "Adam": 0.01}
TREATMENTS = ("none", "L2", "L1, subgradient", "L1, proximal")


@dataclass(frozen=True, eq=False)
class Zeros:
    """By optimizer and treatment of the penalty: S strengths (one for "none") and R seeds, each pair a network."""

    lambdas: tuple[float, ...]
    accuracy: dict[tuple[str, str], Array]  # (S, R) on 1,000 test rows
    zeros: dict[tuple[str, str], Array]  # (S, R) share of the weights that are exactly 0.0
    small: dict[tuple[str, str], Array]  # (S, R) share of the weights below 0.001 in size, zeros included
    objective: dict[tuple[str, str], Array]  # (S, R) training loss + lam ||weights||_1
    sizes: dict[tuple[str, str], Array]  # (R * p,) sizes of the weights at the middle strength

    def change(self, optimizer: str, treatment: str, strength: int) -> Interval:
        """Accuracy beside that of the same network without a penalty, paired over the seeds."""
        plain = self.accuracy[optimizer, "none"][0]
        return interval(self.accuracy[optimizer, treatment][strength] - plain)

    def found(self, optimizer: str, treatment: str, strength: int) -> Interval:
        """Share of exact zeros over the seeds."""
        return interval(self.zeros[optimizer, treatment][strength])


@once
def zeros(*, last_step: Treatment = "proximal", seeds: int = 5, steps: int = 400) -> Zeros:
    """Networks of 64, 24 and 10 units on 600 digits, minibatches of 50; the penalty acts on weights, never on biases.

    L2 has three times the L1 strength, which brings its accuracy into the same range. last_step: what follows the
    gradient step in "L1, proximal"; "subgradient" takes the soft threshold away again. Adam's threshold is the
    adaptive one, divided by the same root as its step, so that both of Adam's L1 treatments have the same objective.
    """
    check_choice(last_step, "last_step", ("proximal", "subgradient"))
    problem, strengths = split(range(seeds), train=600), np.repeat(LAMBDAS, seeds)
    results: list[dict[tuple[str, str], Array]] = [{}, {}, {}, {}, {}]
    for optimizer in RATES:
        l1, l2, prox = (np.zeros((len(TREATMENTS), strengths.size)) for _ in range(3))
        l2[1], l1[2] = 3 * strengths, strengths
        (prox if last_step == "proximal" else l1)[3] = strengths
        kept = np.r_[0:seeds, strengths.size : l1.size]  # without a penalty one strength is enough
        data = problem.repeated(kept.size // seeds)
        each = np.tile(np.arange(seeds), kept.size // seeds).tolist()
        fitted = train(
            NETWORK, NETWORK.init(each, scheme="he_normal"), data.X, data.y,
            _optimizer(optimizer, *(values.ravel()[kept] for values in (l1, l2, prox))), steps=steps, batch_size=50,
            seeds=each, record_every=steps,
        ).params  # fmt: skip
        weights = np.concatenate([fitted[f"layer{k}"]["weight"].reshape(kept.size, -1) for k in (1, 2)], axis=1)
        size = np.abs(weights)
        measured: Sequence[Array] = (
            NETWORK.accuracy(fitted, data.X_test, data.y_test).astype(np.float64),
            np.mean(size == 0, axis=1),
            np.mean(size < 1e-3, axis=1),
            NETWORK.mean_loss(fitted, data.X, data.y) + np.tile(strengths, 4)[kept] * size.sum(axis=1),
        )
        for result, values in zip(results, measured, strict=False):
            result |= {(optimizer, name): part for name, part in _by_treatment(values, seeds)}
        results[4] |= {(optimizer, name): part[len(part) // 2].ravel() for name, part in _by_treatment(size, seeds)}
    return Zeros(LAMBDAS, *results)


def _optimizer(name: str, l1: Array, l2: Array, prox_l1: Array) -> Optimizer:
    build: Callable[..., Optimizer] = sgd if name == "SGD" else adam
    options = {"prox_metric": "adaptive"} if name == "Adam" else {}
    return build(RATES[name], l1=l1, l2=l2, prox_l1=prox_l1, mask=weights_only, **options)


def _by_treatment(values: Array, seeds: int) -> list[tuple[str, Array]]:
    """Rows (1 + 3 S) * R as one array (S, R, ...) a treatment."""
    rows = values.reshape(-1, seeds, *values.shape[1:])
    count = len(LAMBDAS)
    return [("none", rows[:1])] + [
        (name, rows[1 + k * count : 1 + (k + 1) * count]) for k, name in enumerate(TREATMENTS[1:])
    ]


@evidence("A-dl-2", sabotage={"last_step": "subgradient"})
def subgradients_leave_no_zeros(*, last_step: Treatment = "proximal") -> list[Finding]:
    """Networks of 64, 24 and 10 units on 600 digits, five seeds, three strengths of L1 each: the share of weights that
    are exactly zero after subgradient and after proximal steps, by SGD and by Adam, and the accuracy on 1,000 others.
    """
    result = zeros(last_step=last_step)
    findings = [
        Finding("for", f"exact zeros in 15 networks under L1 by subgradient steps, {optimizer}",
                float(np.sum(result.zeros[optimizer, "L1, subgradient"]) * _weights()), "==", 0)
        for optimizer in RATES
    ]  # fmt: skip
    middle = LAMBDAS.index(1e-3)
    gained = [result.found(name, "L1, proximal", middle).low for name in RATES]
    apart = [
        interval(result.accuracy[name, "L1, proximal"][middle] - result.accuracy[name, "L1, subgradient"][middle])
        for name in RATES
    ]
    findings += [
        Finding("against", "share of exact zeros by proximal Adam steps, lambda = 0.001, lower end of the interval",
                gained[1], ">=", 0.5),
        Finding("against", "the same by proximal SGD steps", gained[0], ">=", 0.05),
        Finding("against", "accuracy lost by proximal against subgradient Adam steps, upper end of the interval",
                -apart[1].low, "<=", 0.01),
        Finding("against", "the same for SGD", -apart[0].low, "<=", 0.01),
    ]  # fmt: skip
    return findings


def _weights() -> int:
    return sum(before * after for before, after in zip(NETWORK.sizes, NETWORK.sizes[1:], strict=False))
