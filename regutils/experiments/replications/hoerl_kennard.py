"""Hoerl and Kennard (1970): some ridge penalty has a smaller mean squared error than least squares, always."""

from __future__ import annotations

import numpy as np

from regutils.experiments.caching import once
from regutils.experiments.definition.ridge_risk import HoerlKennard, diabetes_truth, hoerl_kennard
from regutils.experiments.replications.record import LIMIT, Replication

SOURCE = "hoerl1970"


@once
def ridge_error() -> HoerlKennard:
    """Exact and simulated E ||theta_k - theta||^2 on the diabetes data, with more replicates than the chapter draws."""
    return hoerl_kennard(replicates=1000, seed=1970)


def hoerl_kennard1970(*, wrong_scale: float = 1.0) -> tuple[Replication, ...]:
    """Theorem 4.3 on the diabetes data. wrong_scale multiplies k in the exact formula."""
    found, truth = ridge_error(), diabetes_truth()
    inside = np.linspace(0.0, truth.bound, 2001) * wrong_scale
    exact = truth.error(inside)
    rows = [
        Replication(
            SOURCE, "Theorem 4.3", "error at k = σ²/α²max over that of least squares",
            1.0, float(exact[-1] / exact[0]), "bound", 0.0, relation="<=",
        ),
        Replication(
            SOURCE, "Theorem 4.3", "largest rise of the error from one k to the next on (0, σ²/α²max), relative",
            0.0, float(np.max(np.diff(exact)) / exact[0]), "bound", 0.0, relation="<=",
        ),
    ]  # fmt: skip
    rows += [
        Replication(
            SOURCE, "equation 4.4", f"simulated error at k = {k:g} over the exact one", 1.0,
            float(mean / truth.error(k * wrong_scale)), "statistical", LIMIT,
            error=float(error / truth.error(k * wrong_scale)),
        )
        for k, mean, error in zip(found.simulated_k, found.simulated, found.simulated_error, strict=True)
    ]  # fmt: skip
    return tuple(rows)
