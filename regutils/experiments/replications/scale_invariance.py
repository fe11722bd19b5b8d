"""Van Laarhoven (2017): under weight decay, weights whose scale does not matter settle at a norm of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.experiments.caching import once
from regutils.experiments.replications.record import Replication
from regutils.optimizers import sgd

SOURCE = "vanlaarhoven2017"
SETTINGS = ((0.1, 0.01), (0.1, 0.04), (0.05, 0.04))  # learning rate, decay


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """Norms of scale-invariant weights under stochastic gradient steps with decay."""

    learning_rate: float
    decay: float
    steps: Array  # (T,) at which the norm was written down
    norm: Array  # (T,) root mean fourth power over the chains
    fourth: float  # mean of ||w||^4 over the second half of the run
    predicted: float  # learning rate times E ||g||^2 at norm one, over twice the decay
    misalignment: float  # mean squared distance of w/||w|| from the true direction over the second half


@once
def equilibrium(
    learning_rate: float, decay: float, *, chains: int = 32, invariant: bool = True, seed: int = 2017
) -> Equilibrium:
    """w <- w - lr (g + decay w), g the gradient of (y - x'w/||w||)^2 / 2 for one new random row a step and chain.

    The prediction needs E ||g||^2 at ||w|| = 1, which is measured along the way. invariant=False drops the norm from
    the model, so that the scale of w matters.
    """
    p = 10
    length = int(10 / (learning_rate * decay))  # many times the norm's relaxation time, 1 / (4 lr decay)
    rng = np.random.default_rng(seed)
    truth = np.ones(p) / np.sqrt(p)
    w = rng.standard_normal((chains, p))
    w /= np.linalg.norm(w, axis=1, keepdims=True)
    optimizer = sgd(learning_rate, l2=decay / 2.0)
    state = optimizer.init(w)
    steps, norms = [], []
    fourth = unit_square = apart = 0.0
    for step in range(length):
        x = rng.standard_normal((chains, p))
        size2 = np.einsum("cp,cp->c", w, w)
        size = np.sqrt(size2) if invariant else np.ones(chains)
        fitted = np.einsum("cp,cp->c", x, w) / size
        residual = x @ truth + rng.standard_normal(chains) - fitted
        across = x - (fitted / size)[:, None] * w if invariant else x
        gradient = -(residual / size)[:, None] * across
        if 2 * step >= length:
            fourth += float(np.mean(size2**2))
            unit_square += float(np.mean(size2 * np.einsum("cp,cp->c", gradient, gradient)))
            apart += float(np.mean(np.sum((w / np.sqrt(size2)[:, None] - truth) ** 2, axis=1)))
        if step % max(length // 200, 1) == 0:
            steps.append(step)
            norms.append(float(np.mean(size2**2) ** 0.25))
        w, state = optimizer.update(gradient, state, w)
    half = length - (length + 1) // 2
    return Equilibrium(
        learning_rate,
        decay,
        np.array(steps, dtype=np.float64),
        np.array(norms),
        fourth / half,
        learning_rate * unit_square / half / (2.0 * decay),
        apart / half,
    )


def vanlaarhoven2017(*, invariant: bool = True) -> tuple[Replication, ...]:
    """The norm at which the weights settle, at three settings."""
    rows = []
    for learning_rate, decay in SETTINGS:
        found = equilibrium(learning_rate, decay, invariant=invariant)
        what = f"‖w‖⁴ over what is predicted, learning rate {learning_rate:g}, decay {decay:g}"
        rows.append(Replication(SOURCE, "equilibrium", what, 1.0, found.fourth / found.predicted, "exact", 0.03))
    return tuple(rows)
