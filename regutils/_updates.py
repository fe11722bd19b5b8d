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


class Columns:
    """Adam compiled, for parameters (R, P) of which some columns are decayed."""

    def __init__(self, engine: Any, parts: tuple[Any, ...], columns: int) -> None:
        """parts: as those of `Strengths`, (rows, columns), or everything."""
        self.engine = engine
        flags = np.zeros(columns, np.bool_)
        for part in parts:
            flags[part if part is ... else part[1]] = True
        self.ends = np.append(np.flatnonzero(flags[1:] != flags[:-1]) + 1, columns)
        self.decayed = flags[self.ends - 1]

    def adam(self, theta: Values, gradient: Values, first: Values, second: Values, factors: Any) -> None:
        """factors: b1, b2, floor, scale and what decay multiplies by, each a number or (R, 1)."""
        rows = np.empty((len(factors), len(theta), 1), theta.dtype)
        for row, factor in zip(rows, factors, strict=True):
            row[:] = factor
        self.engine.adam(theta, gradient, first, second, rows[..., 0], self.ends, self.decayed)


def advance(
    rule: str, theta: Values, gradient: Values, moments: tuple[Values | None, Values | None], scratch: Values, *,
    step: int, rate: Number, values: dict[str, Number], nesterov: bool, strengths: Strengths,
    columns: Columns | None = None,
) -> None:  # fmt: skip
    """Step number `step`, counted from 1, of "sgd" or "adam"; values holds the rule's own hyperparameters by name.

    With `columns`, Adam is compiled; theta is then (R, P) and contiguous.
    """
    first, second = moments
    if rule == "sgd":
        sgd(theta, gradient, first, scratch, rate=rate, momentum=values["momentum"], nesterov=nesterov,
            strengths=strengths)  # fmt: skip
    else:
        adam(theta, gradient, first, second, scratch, step=step, rate=rate, b1=values["b1"], b2=values["b2"],
             eps=values["eps"], strengths=strengths, columns=columns)  # fmt: skip


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
    _move(theta, scratch, strengths, rate)


def adam(
    theta: Values, gradient: Values, first: Values, second: Values, scratch: Values, *,
    step: int, rate: Number, b1: Number, b2: Number, eps: Number, strengths: Strengths,
    columns: Columns | None = None,
) -> None:  # fmt: skip
    """Adam's step number `step`, counted from 1."""
    penalize(theta, gradient, scratch, strengths)
    scale, floor, root = adam_scales(step, rate, b1, b2, eps)
    adaptive = strengths.adaptive and strengths.prox_l1 is not None
    if columns is not None and not adaptive:
        keep = 1.0 if strengths.weight_decay is None else 1.0 - rate * strengths.weight_decay
        columns.adam(theta, gradient, first, second, (b1, b2, floor, scale, keep))
        if strengths.prox_l1 is not None:
            _shrink(theta, scratch, fit(rate * strengths.prox_l1, theta), strengths.parts)
        return
    np.multiply(first, fit(b1, theta), out=first)
    np.add(first, gradient, out=first)
    np.multiply(second, fit(b2, theta), out=second)
    np.multiply(gradient, gradient, out=scratch)
    np.add(second, scratch, out=second)
    np.sqrt(second, out=scratch)
    np.add(scratch, fit(floor, theta), out=scratch)
    threshold = fit(rate * root * strengths.prox_l1, theta) / scratch if adaptive else None
    np.divide(first, scratch, out=scratch)
    np.multiply(scratch, fit(scale, theta), out=scratch)
    _move(theta, scratch, strengths, rate, threshold)


def adam_scales(step: int, rate: Number, b1: Number, b2: Number, eps: Number) -> tuple[Number, Number, Number]:
    """Numbers s, e, r: rate m_hat / (sqrt(v_hat) + eps) = s M / (sqrt(V) + e), sqrt(v_hat) + eps = (sqrt(V) + e) / r.

    The scales of M and V and both corrections for the start at zero are gathered in them.
    """
    root = np.sqrt((1.0 - _power(b2, step)) / (1.0 - b2))
    return rate * root * (1.0 - b1) / (1.0 - _power(b1, step)), eps * root, root


def _power(base: Number, exponent: int) -> Number:
    """One entry at a time: NumPy's powers of an array and of a number may differ in the last bit."""
    if not isinstance(base, np.ndarray):
        return base**exponent
    return np.array([one**exponent for one in base.ravel().tolist()]).reshape(base.shape)


def _move(theta: Values, change: Values, strengths: Strengths, rate: Number, threshold: Values = None) -> None:
    """theta <- (1 - rate weight_decay) theta - change, then L1's proximal step; change is consumed."""
    if strengths.weight_decay is not None:
        for part in strengths.parts:
            np.multiply(theta[part], fit(1.0 - rate * strengths.weight_decay, theta), out=theta[part])
    np.subtract(theta, change, out=theta)
    if strengths.prox_l1 is not None:
        limit = fit(rate * strengths.prox_l1, theta) if threshold is None else threshold
        _shrink(theta, change, limit, strengths.parts)


def _shrink(theta: Values, scratch: Values, threshold: Values, parts: tuple[Any, ...]) -> None:
    """theta <- sign(theta) max(|theta| - threshold, 0); the threshold as large as theta, or broadcast against it."""
    for part in parts:
        limit = threshold[part] if np.shape(threshold) == theta.shape else threshold
        np.clip(theta[part], -limit, limit, out=scratch[part])
        np.subtract(theta[part], scratch[part], out=theta[part])


def shrink_groups(theta: Values, threshold: Number, axis: int) -> None:
    """theta_g <- max(1 - threshold / ||theta_g||, 0) theta_g for the groups along `axis`."""
    norms = np.sqrt(np.sum(theta * theta, axis=axis, keepdims=True))
    theta *= np.maximum(1.0 - fit(threshold, theta) / np.where(norms > 0, norms, 1.0), 0.0)


def fit(value: Number, like: Values) -> Number:
    """A hyperparameter in the parameters' dtype, which a number takes by itself and an array has to be told."""
    return value.astype(like.dtype) if isinstance(value, np.ndarray) else like.dtype.type(value)
