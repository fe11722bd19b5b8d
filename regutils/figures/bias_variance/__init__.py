"""Figures of the chapter on bias and variance."""

from regutils.figures.bias_variance.collinearity import patients, twins
from regutils.figures.bias_variance.curves import learning_curve, selection, validation_curve
from regutils.figures.bias_variance.decomposition import decomposition, estimates
from regutils.figures.bias_variance.freedom import freedom
from regutils.figures.bias_variance.grouping import combination, near_copies
from regutils.figures.bias_variance.real_data import real_comparisons
from regutils.figures.bias_variance.sample_complexity import examples_needed, fixed_examples
from regutils.figures.bias_variance.sizes import bias_and_variance, bias_by_size
from regutils.figures.bias_variance.winners import winners

__all__ = [
    "bias_and_variance",
    "bias_by_size",
    "combination",
    "decomposition",
    "estimates",
    "examples_needed",
    "fixed_examples",
    "freedom",
    "learning_curve",
    "near_copies",
    "patients",
    "real_comparisons",
    "selection",
    "twins",
    "validation_curve",
    "winners",
]
