"""What everybody trains: stacks of perceptrons on digits-like data, AdamW, minibatches of 32."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from regutils.networks import MLP, minibatches, take

ROWS, BATCH, RATE = 1437, 32, 1e-3


@dataclass(frozen=True)
class Regime:
    """How many networks of which widths."""

    networks: int
    sizes: tuple[int, ...] = (64, 32, 32, 10)

    @property
    def name(self) -> str:
        return f"{self.networks} of {'-'.join(map(str, self.sizes))}"


REGIMES = [
    *(Regime(networks) for networks in (1, 10, 200, 1000)),
    *(Regime(200, sizes) for sizes in ((16, 32, 32, 2), (64, 10), (64, 100, 10))),
]
QUICK = [Regime(10)]


@dataclass(frozen=True)
class Problem:
    """Networks as they start, data, and the rows (S, 32) of each step's minibatch."""

    regime: Regime
    params: Any
    X: npt.NDArray[np.float32]
    y: npt.NDArray[np.intp]
    batches: npt.NDArray[np.intp]
    seed: int  # of the batches

    def some(self, networks: int, steps: int) -> Problem:
        """The first networks, the first steps."""
        regime = replace(self.regime, networks=networks)
        return Problem(regime, take(self.params, range(networks)), self.X, self.y, self.batches[:steps], self.seed)


def simulate(regime: Regime, steps: int, seed: int) -> Problem:
    """Gaussian inputs around a mean for each class."""
    rng = np.random.default_rng(seed)
    inputs, classes = regime.sizes[0], regime.sizes[-1]
    y = rng.integers(classes, size=ROWS)
    X = (rng.normal(size=(classes, inputs))[y] + 2.0 * rng.normal(size=(ROWS, inputs))).astype(np.float32)
    batches = np.array(list(islice(minibatches(ROWS, BATCH, seeds=seed), steps)))
    return Problem(regime, MLP(regime.sizes).init(range(regime.networks)), X, y, batches, seed)
