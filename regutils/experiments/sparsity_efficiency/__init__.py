"""The chapter on sparsity and efficiency: what zeros save, in bytes and in time, and how a network gets them."""

from regutils.experiments.sparsity_efficiency.features import pipelines, products
from regutils.experiments.sparsity_efficiency.layers import layer, multiplications
from regutils.experiments.sparsity_efficiency.linear import classifier
from regutils.experiments.sparsity_efficiency.pruning import compact, patterns, pruned
from regutils.experiments.sparsity_efficiency.storage import break_even, decode, encode, payload, storage
from regutils.experiments.sparsity_efficiency.study import study

__all__ = [
    "break_even", "classifier", "compact", "decode", "encode", "layer", "multiplications", "patterns", "payload",
    "pipelines", "products", "pruned", "storage", "study",
]  # fmt: skip
