"""The chapter on weight decay: L2 inside the gradient, decay beside it, and what each leads to."""

from regutils.experiments.weight_decay.effective import effective
from regutils.experiments.weight_decay.exempt import exempt, intercept
from regutils.experiments.weight_decay.fine_tuning import fine_tuning
from regutils.experiments.weight_decay.fixed_points import (
    at_rest,
    destinations,
    distance,
    noisy,
    rests,
)
from regutils.experiments.weight_decay.gains import gains
from regutils.experiments.weight_decay.heat_maps import METHODS, gain, heat_map
from regutils.experiments.weight_decay.invariance import balance
from regutils.experiments.weight_decay.moments import moments
from regutils.experiments.weight_decay.time_scale import forgetting
from regutils.experiments.weight_decay.trajectories import trajectories

__all__ = [
    "METHODS", "at_rest", "balance", "destinations", "distance",
    "effective", "exempt", "fine_tuning", "forgetting", "gain", "gains", "heat_map", "intercept", "moments", "noisy",
    "rests", "trajectories",
]  # fmt: skip
