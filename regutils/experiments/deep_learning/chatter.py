"""One weight that belongs at zero: what three ways of treating the L1 penalty do with it, step by step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.experiments.caching import once
from regutils.optimizers import Optimizer, adam, sgd


@dataclass(frozen=True, eq=False)
class Chatter:
    """The minimizer of (w - pull)^2 / 2 + lam |w| is exactly zero, because |pull| <= lam."""

    pull: float
    lam: float
    rate: float
    traces: dict[str, Array]  # by method, (steps + 1,)

    @property
    def steps(self) -> int:
        """Number of steps."""
        return next(iter(self.traces.values())).size - 1

    def visits(self, method: str) -> int:
        """At how many of the steps the weight is exactly zero."""
        return int(np.sum(self.traces[method] == 0))

    def width(self, method: str) -> float:
        """Largest size of the weight over the second half of the steps."""
        trace = self.traces[method]
        return float(np.abs(trace[trace.size // 2 :]).max())


@once
def chatter(
    *, pull: float = 0.3, lam: float = 0.5, rate: float = 0.05, start: float = 0.4, steps: int = 80
) -> Chatter:  # fmt: skip
    """Plain subgradient steps, the same gradient handed to Adam, and proximal steps."""
    methods = {
        "SGD, subgradient": sgd(rate, l1=lam),
        "Adam, subgradient": adam(rate, l1=lam),
        "SGD, proximal": sgd(rate, prox_l1=lam),
    }
    return Chatter(pull, lam, rate, {name: _trace(method, pull, start, steps) for name, method in methods.items()})


def _trace(optimizer: Optimizer, pull: float, start: float, steps: int) -> Array:
    weight = np.array([start])
    state, trace = optimizer.init(weight), [start]
    for _ in range(steps):
        weight, state = optimizer.update(weight - pull, state, weight)
        trace.append(float(weight[0]))
    return np.array(trace)
