"""Xu, Caramanis and Mannor (2010): the lasso's penalty is the worst that a disturbance of the features can do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.experiments.caching import once
from regutils.experiments.replications.record import Replication

SOURCE = "xu2010"


@dataclass(frozen=True, eq=False)
class RobustLasso:
    """||y - (X + D) theta||_2 over disturbances D whose columns are no longer than c_j, over random problems (R,)."""

    penalized: Array  # ||y - X theta||_2 + sum c_j |theta_j|
    worst: Array  # under the disturbance that the proof constructs
    random: Array  # (R, m), under random ones of full length


@once
def robust_lasso(*, problems: int = 50, draws: int = 200, columns: bool = True, seed: int = 2010) -> RobustLasso:
    """columns=False bounds D as a whole by its Frobenius norm instead: its worst case is the penalty ||theta||_2."""
    n, p = 30, 8
    rng = np.random.default_rng(seed)
    penalized, worst, random = np.empty(problems), np.empty(problems), np.empty((problems, draws))
    for r in range(problems):
        X, y, theta = rng.standard_normal((n, p)), rng.standard_normal(n), rng.standard_normal(p)
        theta[rng.random(p) < 0.3] = 0.0
        length = rng.uniform(0.1, 2.0, p)
        residual = y - X @ theta
        direction = residual / np.linalg.norm(residual)
        penalized[r] = np.linalg.norm(residual) + np.sum(length * np.abs(theta))
        shape = length * np.sign(theta) if columns else np.linalg.norm(length) * theta / np.linalg.norm(theta)
        disturbance = -np.outer(direction, shape)
        worst[r] = np.linalg.norm(y - (X + disturbance) @ theta)
        D = rng.standard_normal((draws, n, p))
        D *= length / np.linalg.norm(D, axis=1, keepdims=True)
        random[r] = np.linalg.norm(residual - D @ theta, axis=1)
    return RobustLasso(penalized, worst, random)


def xu2010(*, columns: bool = True) -> tuple[Replication, ...]:
    """The worst case equals the penalized objective, and nothing exceeds it."""
    found = robust_lasso(columns=columns)
    return (
        Replication(SOURCE, "robust formulation", "worst case less the penalized objective, largest of 50 problems",
                    0.0, float(np.max(np.abs(found.worst - found.penalized))), "exact", 1e-10),
        Replication(SOURCE, "robust formulation", "largest of 10,000 random disturbances, over the worst case",
                    1.0, float(np.max(found.random / found.worst[:, None])), "bound", 0.0, relation="<="),
    )  # fmt: skip
