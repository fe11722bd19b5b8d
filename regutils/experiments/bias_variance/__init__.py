"""The chapter on bias and variance: what a penalty costs and buys, and which one wins where."""

from regutils.experiments.bias_variance.collinearity import patients, twins
from regutils.experiments.bias_variance.decomposition import course_data, decomposition, estimates
from regutils.experiments.bias_variance.freedom import freedom
from regutils.experiments.bias_variance.sizes import sizes
from regutils.experiments.bias_variance.winners import single, winners

__all__ = [
    "course_data",
    "decomposition",
    "estimates",
    "freedom",
    "patients",
    "single",
    "sizes",
    "twins",
    "winners",
]
