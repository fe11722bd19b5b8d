"""Figures of the chapter on bias and variance."""

from regutils.figures.bias_variance.collinearity import patients, twins
from regutils.figures.bias_variance.decomposition import decomposition, estimates
from regutils.figures.bias_variance.freedom import freedom
from regutils.figures.bias_variance.sizes import bias_and_variance, bias_by_size
from regutils.figures.bias_variance.winners import winners

__all__ = [
    "bias_and_variance",
    "bias_by_size",
    "decomposition",
    "estimates",
    "freedom",
    "patients",
    "twins",
    "winners",
]
