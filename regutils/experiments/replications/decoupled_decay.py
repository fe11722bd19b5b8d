"""Loshchilov and Hutter (2019): an L2 penalty and weight decay are the same for gradient descent, not for Adam."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.datasets import load_diabetes, standardize
from regutils.experiments.caching import once
from regutils.experiments.replications.record import Replication

SOURCE = "loshchilov2019"
B1, B2, EPS = 0.9, 0.999, 1e-8


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


def descend(data: list[tuple[Array, Array]], *, rate: float, l2: float = 0.0, decay: float = 0.0) -> Array:
    """Gradient descent as in the paper: w <- (1 - decay) w - rate (gradient + l2 w)."""
    w = np.full(data[0][0].shape[1], 0.5)
    for X, y in data:
        gradient = X.T @ (X @ w - y) / y.size
        w = (1.0 - decay) * w - rate * (gradient + l2 * w)
    return w


def adam(
    data: list[tuple[Array, Array]], *, rate: float, l2: Array, decay: float = 0.0, adaptive: bool = True
) -> Array:
    """Adam with the L2 penalty in its gradient and decay beside it, for all strengths l2 (m,) at once: (m, p).

    adaptive=False leaves out the division by the root of the second moment: plain gradient descent.
    """
    w = np.full((l2.size, data[0][0].shape[1]), 0.5)
    first, second = np.zeros_like(w), np.zeros_like(w)
    for t, (X, y) in enumerate(data, start=1):
        gradient = (w @ X.T - y) @ X / y.size + l2[:, None] * w
        first, second = B1 * first + (1 - B1) * gradient, B2 * second + (1 - B2) * gradient**2
        step = (first / (1 - B1**t)) / (np.sqrt(second / (1 - B2**t)) + EPS) if adaptive else gradient
        w = (1.0 - decay) * w - rate * step
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
    """Propositions 1 and 2 on the same minibatches. calibrated=False takes lambda' = lambda, not lambda/alpha."""
    data = batches(steps, seed=2019)
    plain = descend(data, rate=rate, decay=decay)
    penalized = descend(data, rate=rate, l2=decay / rate if calibrated else decay)
    l2 = np.unique(np.append(np.geomspace(1e-3, 10.0, 200), [0.0, decay / rate]))
    decayed = adam(data, rate=rate, l2=np.zeros(1), decay=decay, adaptive=adaptive)[0]
    apart = np.linalg.norm(adam(data, rate=rate, l2=l2, adaptive=adaptive) - decayed, axis=1)
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
    w = np.zeros(4)
    first, second = np.zeros(4), np.zeros(4)
    steps = 8000
    for t in range(1, steps + 1):
        gradient = curvature * (w - target) + (0.0 if decoupled else decay * w)
        first, second = B1 * first + (1 - B1) * gradient, B2 * second + (1 - B2) * gradient**2
        step = (first / (1 - B1**t)) / (np.sqrt(second / (1 - B2**t)) + EPS)
        w = w - 0.01 * (1.0 - t / (steps + 1)) * (step + (decay * w if decoupled else 0.0))
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
