"""The chapter on deep learning: what is set, what optimization does by itself, and where a penalty decides."""

from regutils.experiments.deep_learning.double_descent import double_descent, random_features
from regutils.experiments.deep_learning.implicit import diagonal, landings, optimization_regularizes, plane
from regutils.experiments.deep_learning.memorizing import memorize, recorded
from regutils.experiments.deep_learning.stopping import held_out, stopping

__all__ = [
    "diagonal",
    "double_descent",
    "held_out",
    "landings",
    "memorize",
    "optimization_regularizes",
    "plane",
    "random_features",
    "recorded",
    "stopping",
]
