"""One step of an optimizer on arrays, in place, as a handful of passes over memory.

Gradients are consumed: they are written to. Moments are kept divided by 1 - beta, which saves two passes a step:
with M = m / (1 - b1) and V = v / (1 - b2), M <- b1 M + g and V <- b2 V + g^2. Hyperparameters are numbers, or arrays
that broadcast against the parameters; None where there is nothing to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Number = Any  # float, or an array of the parameters' dtype that broadcasts against them
Values = Any


@dataclass(frozen=True)
class Strengths:
    """Of decay and penalties."""

    l2: Number | None = None
    l1: Number | None = None
    weight_decay: Number | None = None
    prox_l1: Number | None = None
    adaptive: bool = False  # the threshold of prox_l1 in Adam's own metric


def penalize(theta: Values, gradient: Values, scratch: Values, strengths: Strengths) -> None:
    """Add 2 l2 theta + l1 sign(theta) to the gradient."""
    if strengths.l2 is not None:
        np.multiply(theta, 2.0 * strengths.l2, out=scratch)
        np.add(gradient, scratch, out=gradient)
    if strengths.l1 is not None:
        np.sign(theta, out=scratch)
        np.multiply(scratch, strengths.l1, out=scratch)
        np.add(gradient, scratch, out=gradient)


def sgd(
    theta: Values, gradient: Values, velocity: Values | None, scratch: Values, *,
    rate: Number, momentum: Number, nesterov: bool, strengths: Strengths,
) -> None:  # fmt: skip
    """Gradient descent with momentum; velocity is None where there is none."""
    penalize(theta, gradient, scratch, strengths)
    direction = gradient
    if velocity is not None:
        np.multiply(velocity, momentum, out=velocity)
        np.add(velocity, gradient, out=velocity)
        direction = velocity
        if nesterov:
            np.multiply(velocity, momentum, out=scratch)
            np.add(gradient, scratch, out=gradient)
            direction = gradient
    np.multiply(direction, rate, out=scratch)
    _move(theta, scratch, rate, strengths, rate)


def adam(
    theta: Values, gradient: Values, first: Values, second: Values, scratch: Values, *,
    step: int, rate: Number, b1: Number, b2: Number, eps: Number, strengths: Strengths,
) -> None:  # fmt: skip
    """Adam's step number `step`, counted from 1."""
    penalize(theta, gradient, scratch, strengths)
    np.multiply(first, b1, out=first)
    np.add(first, gradient, out=first)
    np.multiply(second, b2, out=second)
    np.multiply(gradient, gradient, out=scratch)
    np.add(second, scratch, out=second)
    # rate m_hat / (sqrt(v_hat) + eps) with the scales of M and V and both corrections of bias gathered in two numbers
    root = ((1.0 - b2**step) / (1.0 - b2)) ** 0.5
    np.sqrt(second, out=scratch)
    np.add(scratch, eps * root, out=scratch)
    steps = rate * root / scratch if strengths.adaptive and strengths.prox_l1 is not None else rate
    np.divide(first, scratch, out=scratch)
    np.multiply(scratch, rate * ((1.0 - b1) / (1.0 - b1**step) * root), out=scratch)
    _move(theta, scratch, rate, strengths, steps)


def _move(theta: Values, change: Values, rate: Number, strengths: Strengths, steps: Number) -> None:
    """theta <- (1 - rate weight_decay) theta - change, then L1's proximal step of length `steps`; change is consumed."""
    if strengths.weight_decay is not None:
        np.multiply(theta, 1.0 - rate * strengths.weight_decay, out=theta)
    np.subtract(theta, change, out=theta)
    if strengths.prox_l1 is not None:
        threshold = steps * strengths.prox_l1
        np.clip(theta, -threshold, threshold, out=change)
        np.subtract(theta, change, out=theta)


def shrink_groups(theta: Values, threshold: Number, axis: int) -> None:
    """theta_g <- max(1 - threshold / ||theta_g||, 0) theta_g for the groups along `axis`."""
    norms = np.sqrt(np.sum(theta * theta, axis=axis, keepdims=True))
    theta *= np.maximum(1.0 - threshold / np.where(norms > 0, norms, 1.0), 0.0)
