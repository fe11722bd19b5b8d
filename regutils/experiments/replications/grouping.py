"""Zou and Hastie (2005), section 2.3: the elastic net gives near copies of a feature similar coefficients."""

from __future__ import annotations

import numpy as np

from regutils.experiments.bias_variance.grouping import NearCopies, near_copies
from regutils.experiments.replications.record import Replication
from regutils.experiments.replications.zou_hastie2005 import SOURCE


def grouping() -> NearCopies:
    """The experiment of the chapter on bias and variance: two hidden factors, three noisy features for each."""
    return near_copies()


def grouped(*, swapped: bool = False) -> tuple[Replication, ...]:
    """Theorem 1 in every data set, and the spread within a group. swapped=True puts the lasso in the net's place."""
    found = grouping()
    coef = found.lasso if swapped else found.net
    difference = np.abs(coef[:, [0, 0, 1]] - coef[:, [1, 2, 2]])
    spread = found.spread("lasso" if swapped else "net")
    return (
        Replication(SOURCE, "Theorem 1", f"largest difference of near copies over its bound, {len(coef)} data sets",
                    1.0, float(np.max(difference / found.bound)), "bound", 0.0, relation="<="),
        Replication(SOURCE, "Theorem 1", "spread within a group of near copies, elastic net over lasso (medians)",
                    0.5, float(np.median(spread) / np.median(found.spread("lasso"))), "bound", 0.0, relation="<="),
    )  # fmt: skip
