"""The chapter on the core difference: exact zeros against small weights, and what follows."""

from regutils.experiments.core_difference.levels import levels
from regutils.experiments.core_difference.near_twins import pairs, resamples
from regutils.experiments.core_difference.rare import rare
from regutils.experiments.core_difference.recovery import irrepresentable, mixed, recovery
from regutils.experiments.core_difference.shrinkage import proportions, wanderers
from regutils.experiments.core_difference.single import film
from regutils.experiments.core_difference.survivors import survivors
from regutils.experiments.core_difference.traces import traces
from regutils.experiments.core_difference.twins import copies, splits, spread_at

__all__ = [
    "copies", "film", "irrepresentable", "levels", "mixed", "pairs", "proportions", "rare", "recovery", "resamples",
    "splits", "spread_at", "survivors", "traces", "wanderers",
]  # fmt: skip
