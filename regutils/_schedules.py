"""Learning rates as functions of the number of steps already taken: 0 at the first update, as in PyTorch."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from regutils._validation import Array, check_array, check_integer, check_scalar

Schedule = Callable[[int], "float | Array"]
Rate = float | Array | Schedule  # a number, one for each stacked model (R,), or a function of the step


def constant(rate: float | Array) -> Schedule:
    """The same learning rate at every step: a number, or (R,), one for each stacked model."""
    peak = check_rate(rate, "rate")
    return lambda step: peak


def step_decay(rate: float | Array, *, every: int, factor: float = 0.1) -> Schedule:
    """rate * factor^floor(step / every), as torch.optim.lr_scheduler.StepLR counts; 0 <= factor <= 1."""
    peak = check_rate(rate, "rate")
    every = check_integer(every, "every", low=1)
    factor = check_scalar(factor, "factor", low=0.0, high=1.0)
    return lambda step: peak * factor ** (step // every)


def cosine(rate: float | Array, *, steps: int, final: float = 0.0) -> Schedule:
    """From rate down to final * rate over half a cosine: rate (final + (1 - final) (1 + cos(pi step / steps)) / 2).

    Constant after `steps`. The schedule of SGDR (Loshchilov and Hutter 2017) without its restarts; 0 <= final <= 1.
    """
    peak = check_rate(rate, "rate")
    steps = check_integer(steps, "steps", low=1)
    final = check_scalar(final, "final", low=0.0, high=1.0)
    return lambda step: peak * (final + (1.0 - final) * 0.5 * (1.0 + math.cos(math.pi * min(step / steps, 1.0))))


def warmup(rate: Rate, *, steps: int) -> Schedule:
    """The rate or schedule times (step + 1) / steps in the first `steps` steps: the first step is not lost on zero."""
    steps = check_integer(steps, "steps", low=1)
    schedule = rate if callable(rate) else constant(rate)
    return lambda step: schedule(step) * min((step + 1) / steps, 1.0)


def check_rate(value: object, name: str) -> float | Array:
    """A finite number >= 0, or an array (R,) of them."""
    if isinstance(value, (np.ndarray, list, tuple)) and np.ndim(value) > 0:
        rates = check_array(value, name, ndim=1)
        if (rates < 0).any():
            raise ValueError(f"{name} must be >= 0 for every model, got {rates.min():g}")
        return rates
    return check_scalar(value, name, low=0.0)
