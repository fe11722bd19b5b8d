"""The chapter on what regularization is: penalties, errors, balance, conventions, preparation, priors, losses."""

from regutils.experiments.definition.errors import real_errors, sample_sizes, simulated_errors
from regutils.experiments.definition.libraries import agreement
from regutils.experiments.definition.optimality import balance, radius
from regutils.experiments.definition.outliers import four_fits
from regutils.experiments.definition.preparation import levels, origin, units
from regutils.experiments.definition.priors import densities, posterior
from regutils.experiments.definition.ridge_risk import hoerl_kennard
from regutils.experiments.definition.shrinkage import handful, norms, threshold

__all__ = [
    "agreement",
    "balance",
    "densities",
    "four_fits",
    "handful",
    "hoerl_kennard",
    "levels",
    "norms",
    "origin",
    "posterior",
    "radius",
    "real_errors",
    "sample_sizes",
    "simulated_errors",
    "threshold",
    "units",
]
