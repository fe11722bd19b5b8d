"""Drawers of the chapter on deep learning."""

from regutils.figures.deep_learning.double_descent import double_descent
from regutils.figures.deep_learning.implicit import diagonal, landings, plane
from regutils.figures.deep_learning.memorizing import memorizing
from regutils.figures.deep_learning.stopping import stopping

__all__ = ["diagonal", "double_descent", "landings", "memorizing", "plane", "stopping"]
