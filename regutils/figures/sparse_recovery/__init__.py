"""Figures of the chapter on sparse recovery."""

from regutils.figures.sparse_recovery.documents import documents
from regutils.figures.sparse_recovery.pictures import compression, denoised, denoising
from regutils.figures.sparse_recovery.recovery import example, phase_diagram
from regutils.figures.sparse_recovery.thresholds import selection, threshold
from regutils.figures.sparse_recovery.trails import leaving, limit
from regutils.figures.sparse_recovery.uniqueness import twins

__all__ = [
    "compression", "denoised", "denoising", "documents", "example", "leaving", "limit", "phase_diagram", "selection",
    "threshold", "twins",
]  # fmt: skip
