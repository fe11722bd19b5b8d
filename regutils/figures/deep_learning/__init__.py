"""Figures of the chapter on deep learning."""

from regutils.figures.deep_learning.chatter import chatter
from regutils.figures.deep_learning.dropout import dropout
from regutils.figures.deep_learning.few_rows import decay, tools
from regutils.figures.deep_learning.tables import settings
from regutils.figures.deep_learning.zeros import sizes, zeros

__all__ = ["chatter", "decay", "dropout", "settings", "sizes", "tools", "zeros"]
