"""One step of an optimizer on arrays, in place, as a handful of passes over memory.

Gradients are consumed: they are written to. Moments are kept divided by 1 - beta, which saves two passes a step:
with M = m / (1 - b1) and V = v / (1 - b2), M <- b1 M + g and V <- b2 V + g^2. Hyperparameters are numbers, or float64
arrays that broadcast against the parameters; what is made of them is rounded to the parameters' dtype last, so that a
model's numbers do not depend on whether its hyperparameters came alone or in an array.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Number = Any  # float, or a float64 array that broadcasts against the parameters
Values = Any
EVERYTHING = (...,)


@dataclass(frozen=True)
class Strengths:
    """Of decay and penalties, None where there is none, and the parts of the parameters that they act on."""

    l2: Number | None = None
    l1: Number | None = None
    weight_decay: Number | None = None
    prox_l1: Number | None = None
    adaptive: bool = False  # the threshold of prox_l1 in Adam's own metric
    parts: tuple[Any, ...] = EVERYTHING


def advance(
    rule: str, theta: Values, gradient: Values, moments: tuple[Values | None, Values | None], scratch: Values, *,
    step: int, rate: Number, values: dict[str, Number], nesterov: bool, strengths: Strengths,
) -> None:  # fmt: skip
    """Step number `step`, counted from 1, of "sgd" or "adam"; values holds the rule's own hyperparameters by name."""
    first, second = moments
    if rule == "sgd":
        sgd(theta, gradient, first, scratch, rate=rate, momentum=values["momentum"], nesterov=nesterov,
            strengths=strengths)  # fmt: skip
    else:
        adam(theta, gradient, first, second, scratch, step=step, rate=rate, b1=values["b1"], b2=values["b2"],
             eps=values["eps"], strengths=strengths)  # fmt: skip


def penalize(theta: Values, gradient: Values, scratch: Values, strengths: Strengths) -> None:
    """Add 2 l2 theta + l1 sign(theta) to the gradient."""
    for part in strengths.parts:
        if strengths.l2 is not None:
            np.multiply(theta[part], fit(2.0 * strengths.l2, theta), out=scratch[part])
            np.add(gradient[part], scratch[part], out=gradient[part])
        if strengths.l1 is not None:
            np.sign(theta[part], out=scratch[part])
            np.multiply(scratch[part], fit(strengths.l1, theta), out=scratch[part])
            np.add(gradient[part], scratch[part], out=gradient[part])


def sgd(
    theta: Values, gradient: Values, velocity: Values | None, scratch: Values, *,
    rate: Number, momentum: Number, nesterov: bool, strengths: Strengths,
) -> None:  # fmt: skip
    """Gradient descent with momentum; velocity is None where there is none."""
    penalize(theta, gradient, scratch, strengths)
    direction = gradient
    if velocity is not None:
        momentum = fit(momentum, theta)
        np.multiply(velocity, momentum, out=velocity)
        np.add(velocity, gradient, out=velocity)
        direction = velocity
        if nesterov:
            np.multiply(velocity, momentum, out=scratch)
            np.add(gradient, scratch, out=gradient)
            direction = gradient
    np.multiply(direction, fit(rate, theta), out=scratch)
    _move(theta, scratch, strengths, rate, rate)


def adam(
    theta: Values, gradient: Values, first: Values, second: Values, scratch: Values, *,
    step: int, rate: Number, b1: Number, b2: Number, eps: Number, strengths: Strengths,
) -> None:  # fmt: skip
    """Adam's step number `step`, counted from 1."""
    penalize(theta, gradient, scratch, strengths)
    np.multiply(first, fit(b1, theta), out=first)
    np.add(first, gradient, out=first)
    np.multiply(second, fit(b2, theta), out=second)
    np.multiply(gradient, gradient, out=scratch)
    np.add(second, scratch, out=second)
    scale, floor, root = adam_scales(step, rate, b1, b2, eps)
    np.sqrt(second, out=scratch)
    np.add(scratch, fit(floor, theta), out=scratch)
    adaptive = strengths.adaptive and strengths.prox_l1 is not None
    lengths = fit(rate * root, theta) / scratch if adaptive else rate
    np.divide(first, scratch, out=scratch)
    np.multiply(scratch, fit(scale, theta), out=scratch)
    _move(theta, scratch, strengths, rate, lengths)


def adam_scales(step: int, rate: Number, b1: Number, b2: Number, eps: Number) -> tuple[Number, Number, Number]:
    """Numbers s, e, r: rate m_hat / (sqrt(v_hat) + eps) = s M / (sqrt(V) + e), sqrt(v_hat) + eps = (sqrt(V) + e) / r.

    The scales of M and V and both corrections for the start at zero are gathered in them.
    """
    root = ((1.0 - b2**step) / (1.0 - b2)) ** 0.5
    return rate * root * (1.0 - b1) / (1.0 - b1**step), eps * root, root


def _move(theta: Values, change: Values, strengths: Strengths, rate: Number, lengths: Number) -> None:
    """theta <- (1 - rate weight_decay) theta - change, then L1's proximal step of these lengths; change is consumed."""
    if strengths.weight_decay is not None:
        for part in strengths.parts:
            np.multiply(theta[part], fit(1.0 - rate * strengths.weight_decay, theta), out=theta[part])
    np.subtract(theta, change, out=theta)
    if strengths.prox_l1 is not None:
        threshold = fit(lengths * strengths.prox_l1, theta)
        for part in strengths.parts:
            limit = threshold[part] if strengths.adaptive else threshold
            np.clip(theta[part], -limit, limit, out=change[part])
            np.subtract(theta[part], change[part], out=theta[part])


def shrink_groups(theta: Values, threshold: Number, axis: int) -> None:
    """theta_g <- max(1 - threshold / ||theta_g||, 0) theta_g for the groups along `axis`."""
    norms = np.sqrt(np.sum(theta * theta, axis=axis, keepdims=True))
    theta *= np.maximum(1.0 - fit(threshold, theta) / np.where(norms > 0, norms, 1.0), 0.0)


def fit(value: Number, like: Values) -> Number:
    """A hyperparameter in the parameters' dtype, which a number takes by itself and an array has to be told."""
    return value.astype(like.dtype) if isinstance(value, np.ndarray) else value
