"""Weights whose scale does not matter: decay sets their norm, and through it the learning rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.experiments.caching import once
from regutils.experiments.replications.scale_invariance import Equilibrium, equilibrium

# Learning rate and decay: three products, each twice.
PAIRS = ((0.1, 0.04), (0.05, 0.08), (0.1, 0.08), (0.2, 0.04), (0.2, 0.08), (0.4, 0.04))


@dataclass(frozen=True, eq=False)
class Balance:
    """Runs to equilibrium, by learning rate and decay."""

    runs: tuple[Equilibrium, ...]

    @property
    def product(self) -> Array:
        """(m,) learning rate times decay."""
        return np.array([run.learning_rate * run.decay for run in self.runs])

    @property
    def norm(self) -> Array:
        """(m,) at which the weights settle."""
        return np.array([run.fourth**0.25 for run in self.runs])

    @property
    def effective(self) -> Array:
        """(m,) learning rate over the squared norm: what a step turns the weights by, up to the gradient."""
        return np.array([run.learning_rate / run.fourth**0.5 for run in self.runs])

    @property
    def misalignment(self) -> Array:
        """(m,) mean squared distance of the direction from the true one."""
        return np.array([run.misalignment for run in self.runs])


@once
def balance(pairs: tuple[tuple[float, float], ...] = PAIRS) -> Balance:
    """Van Laarhoven's experiment, as the page of replications runs it, for pairs with equal products."""
    return Balance(tuple(equilibrium(learning_rate, decay) for learning_rate, decay in pairs))
