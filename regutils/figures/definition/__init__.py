"""The figures of the chapter on what regularization is."""

from regutils.figures.definition.errors import hoerl_kennard, real_errors, sample_sizes, simulated_errors
from regutils.figures.definition.optimality import balance, radius
from regutils.figures.definition.outliers import four_fits
from regutils.figures.definition.preparation import levels, origin, units
from regutils.figures.definition.priors import densities, posterior
from regutils.figures.definition.shrinkage import norms, threshold, weights
from regutils.figures.definition.tables import strengths

__all__ = [
    "balance",
    "densities",
    "four_fits",
    "hoerl_kennard",
    "levels",
    "norms",
    "origin",
    "posterior",
    "radius",
    "real_errors",
    "sample_sizes",
    "simulated_errors",
    "strengths",
    "threshold",
    "units",
    "weights",
]
