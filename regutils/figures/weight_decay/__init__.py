"""Figures of the chapter on weight decay."""

from regutils.figures.weight_decay.decays import effective, moments, trajectories
from regutils.figures.weight_decay.maps import maps
from regutils.figures.weight_decay.practice import exempt, fine_tuning
from regutils.figures.weight_decay.rests import destinations, noisy, rests
from regutils.figures.weight_decay.scales import balance, forgetting, gains

__all__ = [
    "balance", "destinations", "effective", "exempt", "fine_tuning", "forgetting", "gains", "maps", "moments", "noisy",
    "rests", "trajectories",
]  # fmt: skip
