"""Figures of the chapter on sparsity and efficiency."""

from regutils.figures.sparsity_efficiency.files import classifiers, storage
from regutils.figures.sparsity_efficiency.networks import patterns, study
from regutils.figures.sparsity_efficiency.times import layers, pipelines

__all__ = ["classifiers", "layers", "patterns", "pipelines", "storage", "study"]
