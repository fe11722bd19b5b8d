"""The proximal operator of c |x|^q, exact for every q > 0."""

from __future__ import annotations

import numpy as np

from regutils._validation import Array


def lq_prox(theta: Array, c: float, q: float) -> Array:
    """argmin over x of c |x|^q + (x - theta)^2 / 2, element by element; the global minimizer when q < 1.

    By symmetry the answer is sign(theta) t with t >= 0. Where t > 0 it solves t + c q t^(q-1) = |theta|, whose left
    side is convex or concave in t, so that Newton's method from the right side of the root never overshoots it.
    For q < 1 the answer is zero up to a threshold (Marjanovic and Solo 2012, theorem 1), then it jumps.
    """
    x = np.abs(theta)
    if c == 0:
        return theta.copy()
    if q == 1:
        return theta - np.clip(theta, -c, c)
    if q == 2:
        return theta / (1.0 + 2.0 * c)
    if q < 1:
        jump = (2.0 * c * (1.0 - q)) ** (1.0 / (2.0 - q))  # the smallest nonzero answer
        threshold = jump + c * q * jump ** (q - 1.0)
        solved, start = x > threshold, x
    else:
        with np.errstate(under="ignore", over="ignore"):
            power = 1.0 / (q - 1.0)
            # q < 2: below the root, as each term is at most half of x. q > 2: above it, as each term is at most x.
            share = 0.5 if q < 2 else 1.0
            start = np.minimum(share * x, (share * x / (c * q)) ** power)
        solved = start > 0
    t = np.where(solved, start, 1.0)
    goal = np.where(solved, x, 1.0 + c * q)
    for _ in range(100):
        slope = c * q * t ** (q - 2.0)
        change = (t + slope * t - goal) / (1.0 + (q - 1.0) * slope)
        t = np.maximum(t - change, 0.5 * t)  # the guard is for rounding alone
        if np.all(np.abs(change) <= 4e-16 * t):
            break
    return np.sign(theta) * np.where(solved, t, 0.0)
