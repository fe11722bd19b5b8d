"""An L2 penalty and weight decay on the same minibatches: where the two are the same steps, and where they part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from regutils._validation import Array
from regutils.claims import Finding, evidence
from regutils.experiments.caching import once
from regutils.experiments.replications.decoupled_decay import batches
from regutils.optimizers import adam, adamw, cosine, sgd

Method = Literal["sgd", "adam"]
MOMENTUM = 0.9
CASES = (
    "plain", "schedule, decay times rate", "schedule, same decay each step", "momentum",
    "momentum, decay over 1 - momentum",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Trajectories:
    """Two runs a case, one with an L2 penalty and one with decay: how far apart their weights are."""

    lam: float
    rate: float
    step: Array  # (T,) 1 to T
    apart: dict[str, Array]  # by case, (T,) distance of the two weight vectors over the norm of the first


@once
def trajectories(
    *, lam: float = 0.05, rate: float = 0.02, steps: int = 400, method: Method = "sgd", seed: int = 2019
) -> Trajectories:
    """Minibatches of 32 rows of standardized diabetes; lam is the factor of lam ||w||^2.

    Decay is given as in PyTorch: a step subtracts rate * weight_decay * w, here with weight_decay = 2 lam. "same decay
    each step" subtracts 2 lam * (first rate) * w whatever the rate has become. method="adam" puts Adam and AdamW in
    the place of gradient descent (momentum is theirs, then).
    """
    data = batches(steps, seed)
    penalized, decayed = (_run(data, kind, lam, rate, method) for kind in ("l2", "decay"))
    size = np.linalg.norm(penalized, axis=2)
    apart = np.linalg.norm(penalized - decayed, axis=2) / size
    return Trajectories(
        lam, rate, np.arange(1, steps + 1, dtype=np.float64), dict(zip(CASES, apart.T, strict=True)),
    )  # fmt: skip


def _run(data: list[tuple[Array, Array]], kind: str, lam: float, rate: float, method: Method) -> Array:
    """Weights after each step, (T, cases, p): the cases are stacked, and each step has an optimizer of its own."""
    schedule = cosine(rate, steps=len(data) + 1)
    scheduled, held, heavy, matched = (
        np.array([case.startswith(start) for case in CASES])
        for start in ("schedule", "schedule, same", "momentum", "momentum, decay")
    )
    momentum = np.where(heavy, MOMENTUM, 0.0)
    w = np.full((len(CASES), data[0][0].shape[1]), 0.5)
    state, path = None, []
    for step, (X, y) in enumerate(data):
        now = np.where(scheduled, schedule(step), rate)
        decay = 2.0 * lam * np.where(held, rate / now, 1.0) / np.where(matched, 1.0 - MOMENTUM, 1.0)
        if method == "adam":
            optimizer = adam(now, l2=lam) if kind == "l2" else adamw(now, weight_decay=decay)
        elif kind == "l2":
            optimizer = sgd(now, momentum=momentum, l2=lam)
        else:
            optimizer = sgd(now, momentum=momentum, weight_decay=decay)
        state = optimizer.init(w) if state is None else state
        w, state = optimizer.update((w @ X.T - y) @ X / y.size, state, w)
        path.append(w)
    return np.array(path)


@evidence("A-wd-1", sabotage={"method": "adam"})
def l2_is_decay_for_plain_steps(*, method: Method = "sgd") -> list[Finding]:
    """The same 400 minibatches of diabetes twice, once with the penalty's gradient 2 lambda w in the step and once with
    w multiplied by 1 - 2 (learning rate) lambda: plain steps, a cosine schedule with and without the decay in it, and
    momentum.
    """
    found = trajectories(method=method).apart
    plain, scheduled, fixed, momentum, matched = (found[case] for case in CASES)
    return [
        Finding("for", "relative distance of the weights, plain steps, largest over the run", float(plain.max()),
                "<=", 0.0, 1e-12),
        Finding("for", "the same under a schedule that multiplies the decay too", float(scheduled.max()),
                "<=", 0.0, 1e-12),
        Finding("against", "relative distance with momentum 0.9, largest over the run", float(momentum.max()),
                ">=", 0.05),
        Finding("against", "with momentum, and the decay divided by 1 - 0.9", float(matched.max()), ">=", 0.005),
        Finding("against", "under a schedule of the learning rate alone, the same decay each step", float(fixed.max()),
                ">=", 0.05),
    ]  # fmt: skip
