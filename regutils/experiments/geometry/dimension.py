"""What becomes of the corner when there are more than two features: faces, and how many zeros they bring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr

from regutils.experiments.caching import once
from regutils.experiments.geometry.corners import BallType, Frequency, frequency
from regutils.penalties import L1Ball

Array = NDArray[np.float64]


@dataclass(frozen=True)
class DimensionEffect:
    """Zeros of the projection of z ~ N(0, I_p) onto the L1 ball, by dimension and by radius."""

    dimensions: tuple[int, ...]
    fractions: tuple[float, ...]  # radius as a fraction of E||z||_1 = p sqrt(2/pi)
    any_zero: tuple[Frequency, ...]  # one for each fraction, over dimensions: at least one zero
    corner: tuple[Frequency, ...]  # all coordinates zero but one
    zero_share: tuple[Array, ...]  # mean share of coordinates that are zero
    limits: tuple[float, ...]  # what that share tends to as p grows
    examples: dict[int, Array]  # number of zeros in each replicate, at the first fraction


@once
def dimension_effect(
    *,
    dimensions: tuple[int, ...] = (2, 3, 5, 10, 20, 50, 100),
    fractions: tuple[float, ...] = (0.5, 0.25),
    ball: BallType = L1Ball,
    replicates: int = 4000,
    seed: int = 0,
) -> DimensionEffect:
    """Project draws of N(0, I_p) onto balls whose radius is a fixed fraction of the expected L1 norm.

    The limit: a projection is a soft threshold tau with 2 (phi(tau) - tau (1 - Phi(tau))) = fraction 2 phi(0) as
    p grows, and it zeroes a share 2 Phi(tau) - 1 of the coordinates.
    """
    rng = np.random.default_rng(seed)
    draws = {p: rng.standard_normal((replicates, p)) for p in dimensions}
    any_zero, corner, share = [], [], []
    examples: dict[int, Array] = {}
    for fraction in fractions:
        zeros = {}
        for p, z in draws.items():
            region = ball(fraction * p * float(np.sqrt(2.0 / np.pi)))
            zeros[p] = np.sum(region.project(z) == 0.0, axis=1)
        any_zero.append(frequency([np.sum(zeros[p] > 0) for p in dimensions], replicates))
        corner.append(frequency([np.sum(zeros[p] == p - 1) for p in dimensions], replicates))
        share.append(np.array([np.mean(zeros[p]) / p for p in dimensions]))
        examples = examples or zeros
    return DimensionEffect(
        dimensions=dimensions,
        fractions=fractions,
        any_zero=tuple(any_zero),
        corner=tuple(corner),
        zero_share=tuple(share),
        limits=tuple(_limiting_share(fraction) for fraction in fractions),
        examples=examples,
    )


def _limiting_share(fraction: float) -> float:
    def excess(tau: float) -> float:
        peak = 1.0 / np.sqrt(2.0 * np.pi)
        return float(peak * np.exp(-(tau**2) / 2.0) - tau * ndtr(-tau) - fraction * peak)

    return float(2.0 * ndtr(brentq(excess, 0.0, 10.0)) - 1.0)
