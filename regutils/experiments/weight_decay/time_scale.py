"""How decay and learning rate couple: their product is a rate of forgetting, their ratio sets a size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.experiments.caching import once
from regutils.optimizers import adamw

SETTINGS = ((0.01, 0.1), (0.02, 0.2), (0.01, 0.4), (0.04, 0.025))  # learning rate, weight decay


@dataclass(frozen=True, eq=False)
class Forgetting:
    """Weights that start at 1 and see gradient noise alone, under AdamW at one learning rate and weight decay."""

    learning_rate: float
    decay: float
    step: Array  # (T,)
    mean: Array  # (T,) over the chains: what is left of the start
    size: Array  # (T,) root mean square of the weights around that mean
    final: float  # root mean square over the chains and the last quarter of the run
    error: float  # its standard error

    @property
    def product(self) -> float:
        """The share that one step forgets; its inverse is the time scale in steps."""
        return self.learning_rate * self.decay

    @property
    def predicted(self) -> float:
        """Size at rest: steps of one learning rate each, forgotten at the rate `product`."""
        return float(np.sqrt(self.learning_rate / (2.0 * self.decay)))


@once
def forgetting(
    settings: tuple[tuple[float, float], ...] = SETTINGS, *, chains: int = 400, spans: float = 4.0, seed: int = 0
) -> tuple[Forgetting, ...]:
    """All settings at once, for `spans` of the longest time scale, which is 1 / (learning rate * decay) steps."""
    rates, decays = np.array(settings).T
    steps = round(float(spans / np.min(rates * decays)))
    rng = np.random.default_rng(seed)
    optimizer = adamw(rates, weight_decay=decays)
    w = np.ones((rates.size, chains))
    state = optimizer.init(w)
    runs = np.empty((steps, rates.size, chains))
    for step in range(steps):
        w, state = optimizer.update(rng.standard_normal(w.shape), state, w)
        runs[step] = w
    found = []
    for number, (learning_rate, decay) in enumerate(settings):
        own = runs[:, number]
        mean = own.mean(axis=1)
        late = np.mean(own[-steps // 4 :] ** 2, axis=0)
        final = float(np.sqrt(late.mean()))
        found.append(
            Forgetting(
                learning_rate, decay, np.arange(1.0, steps + 1), mean,
                np.sqrt(np.mean((own - mean[:, None]) ** 2, axis=1)), final,
                float(late.std(ddof=1) / np.sqrt(chains) / (2.0 * final)),
            )
        )  # fmt: skip
    return tuple(found)
