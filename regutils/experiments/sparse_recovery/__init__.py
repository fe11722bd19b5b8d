"""Chapter sparse_recovery: when L1 finds the truth, and what it does with pictures and words."""

from regutils.experiments.sparse_recovery.corpus import docstrings, plain_words
from regutils.experiments.sparse_recovery.denoising import denoise_photograph, denoise_signal, denoised
from regutils.experiments.sparse_recovery.documents import classify
from regutils.experiments.sparse_recovery.phase import (
    basis_pursuit,
    example,
    minimum_l2,
    phase_diagram,
    weak_threshold,
)
from regutils.experiments.sparse_recovery.photograph import compression
from regutils.experiments.sparse_recovery.selection import selection
from regutils.experiments.sparse_recovery.trails import leaving, limit
from regutils.experiments.sparse_recovery.uniqueness import extreme_solutions, twins, uniqueness
from regutils.experiments.sparse_recovery.wainwright import wainwright_threshold

__all__ = [
    "basis_pursuit", "classify", "compression", "denoise_photograph", "denoise_signal", "denoised", "docstrings",
    "example", "extreme_solutions", "leaving", "limit", "minimum_l2", "phase_diagram", "plain_words", "selection",
    "twins", "uniqueness", "wainwright_threshold", "weak_threshold",
]  # fmt: skip
