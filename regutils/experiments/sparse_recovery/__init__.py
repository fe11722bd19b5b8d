"""Chapter sparse_recovery: when L1 finds the truth, and what it does with pictures and words."""

from regutils.experiments.sparse_recovery.phase import basis_pursuit, minimum_l2, phase_diagram, weak_threshold
from regutils.experiments.sparse_recovery.wainwright import wainwright_threshold

__all__ = ["basis_pursuit", "minimum_l2", "phase_diagram", "wainwright_threshold", "weak_threshold"]
