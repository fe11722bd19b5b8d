"""The chapter on bias and variance: what a penalty costs and buys, and which one wins where."""

from regutils.experiments.bias_variance.collinearity import patients, twins
from regutils.experiments.bias_variance.curves import criteria, learning_curve, selection, validation_curve
from regutils.experiments.bias_variance.decomposition import course_data, decomposition, estimates
from regutils.experiments.bias_variance.freedom import freedom
from regutils.experiments.bias_variance.grouping import combination, near_copies
from regutils.experiments.bias_variance.real_data import real_comparisons, sparse_comparison
from regutils.experiments.bias_variance.sample_complexity import examples_needed, fixed_examples
from regutils.experiments.bias_variance.sizes import sizes
from regutils.experiments.bias_variance.winners import single, winners

__all__ = [
    "combination",
    "course_data",
    "criteria",
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
    "single",
    "sizes",
    "sparse_comparison",
    "twins",
    "validation_curve",
    "winners",
]
