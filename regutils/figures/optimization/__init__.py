"""Figures of the chapter on optimization."""

from regutils.figures.optimization.noise import noise
from regutils.figures.optimization.racing import race, rates
from regutils.figures.optimization.shrinkage import flows
from regutils.figures.optimization.slopes import measured_slopes, prox, supports
from regutils.figures.optimization.stability import conditioning, oscillation
from regutils.figures.optimization.tractability import search, selections

__all__ = [
    "conditioning",
    "flows",
    "measured_slopes",
    "noise",
    "oscillation",
    "prox",
    "race",
    "rates",
    "search",
    "selections",
    "supports",
]
