"""Loshchilov and Hutter (2019): an L2 penalty and weight decay are the same for gradient descent, not for Adam."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.datasets import load_diabetes, standardize
from regutils.experiments.caching import once
from regutils.experiments.replications.record import Replication
from regutils.optimizers import Optimizer, adam, adamw, sgd

SOURCE = "loshchilov2019"


@dataclass(frozen=True, eq=False)
class Decay:
    """How far decay and the L2 penalty are apart after the same minibatches, relative to the weights."""

    l2: Array  # strengths tried for Adam, (m,)
    sgd: float  # at lambda' = lambda / alpha
    adam: Array  # (m,)
    best: float  # least of them


def batches(steps: int, seed: int, *, rows: int = 32) -> list[tuple[Array, Array]]:
    """Random minibatches of the standardized diabetes data, targets in standard deviations."""
    bunch = load_diabetes()
    X, y = standardize(bunch.data), standardize(bunch.target[:, None])[:, 0]
    rng = np.random.default_rng(seed)
    chosen = (rng.choice(len(y), size=rows, replace=False) for _ in range(steps))
    return [(X[rows], y[rows]) for rows in chosen]


def follow(optimizer: Optimizer, data: list[tuple[Array, Array]]) -> Array:
    """Weights (m, p) after one step of the optimizer on each minibatch; m of them, for as many strengths, or one."""
    sizes = [value.size for value in optimizer.hyperparameters.values() if isinstance(value, np.ndarray)]
    w = np.full((max(sizes, default=1), data[0][0].shape[1]), 0.5)
    state = optimizer.init(w)
    for X, y in data:
        w, state = optimizer.update((w @ X.T - y) @ X / y.size, state, w)
    return w


@once
def decay_against_l2(
    *,
    steps: int = 600,
    rate: float = 0.01,
    decay: float = 1e-3,
    calibrated: bool = True,
    adaptive: bool = True,
) -> Decay:
    """Propositions 1 and 2 on the same minibatches. calibrated=False takes lambda' = lambda, not lambda/alpha.

    adaptive=False takes gradient descent in Adam's place.
    """
    data = batches(steps, seed=2019)
    # The paper's decay w <- (1 - decay) w is not multiplied by the rate, and its L2 term l2 w has no 2.
    plain = follow(sgd(rate, weight_decay=decay / rate), data)
    penalized = follow(sgd(rate, l2=(decay / rate if calibrated else decay) / 2.0), data)
    l2 = np.unique(np.append(np.geomspace(1e-3, 10.0, 200), [0.0, decay / rate]))
    decayed = follow((adamw if adaptive else sgd)(rate, weight_decay=decay / rate), data)
    apart = np.linalg.norm(follow((adam if adaptive else sgd)(rate, l2=l2 / 2.0), data) - decayed, axis=1)
    apart /= np.linalg.norm(decayed)
    gap = float(np.linalg.norm(penalized - plain) / np.linalg.norm(plain))
    return Decay(l2=l2, sgd=gap, adam=apart, best=float(apart.min()))


@once
def capped(*, decay: float = 2.0, decoupled: bool = True) -> float:
    """Largest |w| where AdamW comes to rest on a quadratic whose minimum lies outside the cube |w| <= 1/decay.

    Full gradients, w <- w - rate (m / (sqrt(v) + eps) + decay w), rate falling to zero. A gradient that keeps its
    sign moves Adam by one rate a step, whatever its size, and decay balances that at |w| = 1/decay.
    decoupled=False puts the decay into the gradient.
    """
    target, curvature = np.array([3.0, -2.0, 0.1, 1.5]), np.array([1.0, 4.0, 2.0, 0.3])
    steps = 8000

    def falling(step: int) -> float:
        return 0.01 * (1.0 - (step + 1) / (steps + 1))

    optimizer = adamw(falling, weight_decay=decay) if decoupled else adam(falling, l2=decay / 2.0)
    w = np.zeros(4)
    state = optimizer.init(w)
    for _ in range(steps):
        w, state = optimizer.update(curvature * (w - target), state, w)
    return float(np.abs(w).max())


def loshchilov2019(
    *, calibrated: bool = True, adaptive: bool = True, decoupled: bool = True
) -> tuple[Replication, ...]:
    """Propositions 1 and 2, and where AdamW rests."""
    found, decay = decay_against_l2(calibrated=calibrated, adaptive=adaptive), 2.0
    return (
        Replication(SOURCE, "Proposition 1", "SGD with decay and with L2, λ′ = λ/α: relative distance after 600 steps",
                    0.0, found.sgd, "exact", 1e-12),
        Replication(SOURCE, "Proposition 2", "Adam with decay and with L2: least relative distance over 202 strengths",
                    1e-3, found.best, "bound", 0.0, relation=">="),
        Replication(SOURCE, "fixed point", "largest weight of AdamW at rest, where the cap 1/λ binds",
                    1.0 / decay, capped(decay=decay, decoupled=decoupled), "exact", 1e-3),
    )  # fmt: skip
