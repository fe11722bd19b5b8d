"""Estimates of a signal's coefficients from noisy ones: soft thresholds, linear shrinkage, and what they may cost.

In an orthonormal basis W (W'W = I, n x n) of the signal, the penalized fits separate into coefficients y = W'signal +
noise. With the loss (1/(2n)) ||signal - W theta||^2 the lasso soft-thresholds y at n lam, and ridge multiplies y by
1 / (1 + 2 n lam). Ridge with a strength of its own for each band of coefficients is a Wiener filter.
All strengths are chosen from the noisy data by Stein's unbiased risk estimate (Donoho and Johnstone 1995), knowing the
noise's standard deviation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from regutils._validation import Array

Shrink = Callable[[Array, float], Array]  # noisy coefficients (m,), noise's standard deviation -> estimate (m,)


def threshold_by_risk(y: Array, sigma: float) -> float:
    """The t in {|y_j|} with the least m sigma^2 - 2 sigma^2 #{|y_j| <= t} + sum min(y_j^2, t^2).

    This is unbiased for the risk of the soft threshold (Donoho and Johnstone 1995).
    """
    size = np.sort(np.abs(y))
    below = np.arange(1, size.size + 1)
    risk = np.cumsum(size**2) + (size.size - below) * size**2 - 2.0 * sigma**2 * below
    return float(size[np.argmin(risk)])


def soft(y: Array, sigma: float) -> Array:
    """L1: the soft threshold, at the strength of least estimated risk."""
    return np.asarray(np.sign(y) * np.maximum(np.abs(y) - threshold_by_risk(y, sigma), 0.0))


def linear(y: Array, sigma: float) -> Array:
    """L2: one factor for all, 1 - m sigma^2 / ||y||^2 or 0, which has the least estimated risk."""
    return np.asarray(max(0.0, 1.0 - y.size * sigma**2 / float(y @ y)) * y)


def nothing(y: Array, sigma: float) -> Array:
    """No penalty: the data as they are."""
    return y


@dataclass(frozen=True)
class Truth:
    """A signal in an orthonormal basis: coefficients in bands; the first band is never shrunk, like an intercept."""

    coefficients: Array  # (n,)
    bands: tuple[slice, ...]

    def estimate(self, y: Array, sigma: float, shrink: Shrink, *, by_band: bool) -> Array:
        """Shrink noisy coefficients y (n,), all but the first band together, or each band by itself."""
        found = y.copy()
        rest = self.bands[1:] if by_band else (slice(self.bands[0].stop, y.size),)
        for band in rest:
            found[band] = shrink(y[band], sigma)
        return found

    def ideal(self, sigma: float) -> float:
        """Mean squared error of an oracle that keeps exactly the coefficients larger than the noise."""
        first = self.bands[0].stop
        rest = np.minimum(self.coefficients[first:] ** 2, sigma**2)
        return float((first * sigma**2 + rest.sum()) / self.coefficients.size)
