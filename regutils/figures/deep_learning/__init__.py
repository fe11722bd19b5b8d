"""Figures of the chapter on deep learning."""

from regutils.figures.deep_learning.chatter import chatter
from regutils.figures.deep_learning.double_descent import double_descent
from regutils.figures.deep_learning.dropout import dropout
from regutils.figures.deep_learning.few_rows import decay, tools
from regutils.figures.deep_learning.implicit import diagonal, landings, plane
from regutils.figures.deep_learning.memorizing import memorizing
from regutils.figures.deep_learning.stopping import stopping
from regutils.figures.deep_learning.tables import settings
from regutils.figures.deep_learning.zeros import sizes, zeros

__all__ = [
    "chatter", "decay", "diagonal", "double_descent", "dropout", "landings", "memorizing", "plane", "settings", "sizes",
    "stopping", "tools", "zeros",
]  # fmt: skip
