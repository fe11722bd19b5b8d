"""Intervals of a mean over repetitions: one formula for every chapter."""

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array


@dataclass(frozen=True)
class Interval:
    """A mean with its 95 % interval."""

    mean: float
    low: float
    high: float


def interval(values: Array, *, test_share: float = 0.0) -> Interval:
    """Mean over repetitions (R,), with a 95 % interval of that mean.

    Repeated splits of one data set overlap, and so are not independent. test_share = test rows / training rows adds
    the variance that this hides (Nadeau and Bengio 2003): s^2 (1/R + test_share) in place of s^2 / R.
    """
    from scipy.special import stdtrit

    count = values.size
    half = float(stdtrit(count - 1, 0.975) * values.std(ddof=1) * np.sqrt(1 / count + test_share))
    mean = float(values.mean())
    return Interval(mean, mean - half, mean + half)
