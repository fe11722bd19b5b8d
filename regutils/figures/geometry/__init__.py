"""Figures of the chapter on geometry."""

from regutils.figures.geometry.corners import (
    corner_frequency,
    correlation,
    dimension,
    normal_cones,
    real_corner,
    smallest_coordinate,
)
from regutils.figures.geometry.kinks import norms, zero_counts
from regutils.figures.geometry.regions import family, shrinking, solids, touching

__all__ = [
    "corner_frequency",
    "correlation",
    "dimension",
    "family",
    "normal_cones",
    "norms",
    "real_corner",
    "shrinking",
    "smallest_coordinate",
    "solids",
    "touching",
    "zero_counts",
]
