"""Ali, Kolter and Tibshirani (2019): gradient flow stopped at time t is nearly ridge with lambda = 1/t."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.experiments.caching import once
from regutils.experiments.definition.ridge_risk import diabetes_truth
from regutils.experiments.replications.record import Replication

SOURCE = "ali2019"
CONSTANT = 1.6862


@dataclass(frozen=True, eq=False)
class FlowAndRidge:
    """Risk of gradient flow over that of ridge: by direction, and on the diabetes data."""

    dose: Array  # time x curvature, t s, (m,)
    variance_ratio: Array  # in a direction of curvature s
    bias_ratio: Array
    time: Array  # (T,)
    flow: Array  # E ||theta_t - theta||^2 on diabetes
    ridge: Array  # at lambda = 1/t
    calibration: float

    @property
    def largest(self) -> tuple[float, float]:
        """Where the variance ratio is largest, and its value there."""
        at = int(self.variance_ratio.argmax())
        return float(self.dose[at]), float(self.variance_ratio[at])

    @property
    def best_ratio(self) -> float:
        """Least risk of flow over least risk of ridge, each at its own best time."""
        return float(self.flow.min() / self.ridge.min())


@once
def flow_and_ridge(*, calibration: float = 1.0) -> FlowAndRidge:
    """Flow of (1/(2n)) ||y - X theta||^2 from zero; ridge (1/n) ||y - X theta||^2 + (calibration/t) ||theta||^2.

    In a direction in which X'X / n is s, flow has shrunk least squares by 1 - exp(-t s), ridge by
    s / (s + calibration/t).
    """
    dose = np.geomspace(1e-3, 1e3, 2001)
    ridge_factor, flow_factor = dose / (dose + calibration), -np.expm1(-dose)
    truth = diabetes_truth()
    n = len(truth.X)
    curvature, time = truth.eigenvalues / n, np.geomspace(1e-1, 1e6, 400)
    noise = truth.sigma**2 / (n * curvature)

    def risk(kept: Array) -> Array:
        return np.asarray(np.sum(noise * kept**2 + (truth.alpha * (1.0 - kept)) ** 2, axis=1))

    along = time[:, None] * curvature
    return FlowAndRidge(
        dose=dose,
        variance_ratio=(flow_factor / ridge_factor) ** 2,
        bias_ratio=(np.exp(-dose) / (1.0 - ridge_factor)) ** 2,
        time=time,
        flow=risk(-np.expm1(-along)),
        ridge=risk(along / (along + calibration)),
        calibration=calibration,
    )


def ali2019(*, calibration: float = 1.0) -> tuple[Replication, ...]:
    """The bound on the risk relative to ridge, its constant, and one data set."""
    found = flow_and_ridge(calibration=calibration)
    return (
        Replication(SOURCE, "relative risk", "largest ratio of variances in any direction", CONSTANT, found.largest[1],
                    "exact", 1e-3),
        Replication(SOURCE, "relative risk", "largest ratio of squared biases in any direction", 1.0,
                    float(found.bias_ratio.max()), "bound", 0.0, relation="<="),
        Replication(SOURCE, "relative risk", "largest ratio of risks on diabetes, over all times", CONSTANT,
                    float(np.max(found.flow / found.ridge)), "bound", 0.0, relation="<="),
    )  # fmt: skip
