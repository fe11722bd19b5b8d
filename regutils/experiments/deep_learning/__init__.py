"""The chapter on deep learning: what is set, what optimization does by itself, and where a penalty decides."""

from regutils.experiments.deep_learning.chatter import chatter
from regutils.experiments.deep_learning.double_descent import double_descent, random_features
from regutils.experiments.deep_learning.dropout import dropout, strength
from regutils.experiments.deep_learning.few_rows import few_rows
from regutils.experiments.deep_learning.implicit import diagonal, landings, optimization_regularizes, plane
from regutils.experiments.deep_learning.memorizing import memorize, recorded
from regutils.experiments.deep_learning.settings import SETTINGS
from regutils.experiments.deep_learning.stopping import held_out, stopping
from regutils.experiments.deep_learning.zeros import zeros
from regutils.experiments.sparsity_efficiency.pruning import patterns, structure_of_zeros

__all__ = [
    "SETTINGS", "chatter", "diagonal", "double_descent", "dropout", "few_rows", "held_out", "landings", "memorize",
    "optimization_regularizes", "patterns", "plane", "random_features", "recorded", "stopping", "strength",
    "structure_of_zeros", "zeros",
]  # fmt: skip
