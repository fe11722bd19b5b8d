"""Figures of the chapter on the core difference."""

from regutils.figures.core_difference.rare import levels, rare
from regutils.figures.core_difference.recovery import recovery
from regutils.figures.core_difference.shrinkage import proportions, wanderers
from regutils.figures.core_difference.single import film, survivors
from regutils.figures.core_difference.traces import fading, zeros
from regutils.figures.core_difference.twins import pairs, resamples, splits

__all__ = [
    "fading", "film", "levels", "pairs", "proportions", "rare", "recovery", "resamples", "splits", "survivors",
    "wanderers", "zeros",
]  # fmt: skip
