"""The chapter on deep learning: what networks are trained with, exact zeros, dropout, and what optimization adds."""

from regutils.experiments.deep_learning.chatter import chatter
from regutils.experiments.deep_learning.dropout import dropout, strength
from regutils.experiments.deep_learning.few_rows import few_rows
from regutils.experiments.deep_learning.settings import SETTINGS
from regutils.experiments.deep_learning.zeros import zeros

__all__ = ["SETTINGS", "chatter", "dropout", "few_rows", "strength", "zeros"]
