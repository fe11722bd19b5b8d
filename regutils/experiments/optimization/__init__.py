"""Chapter optimization: slopes and flows, a race of solvers, stability, and the price of exact sparsity."""

from regutils.experiments.optimization.noise import diabetes_splits, noise_study, noiseless
from regutils.experiments.optimization.racing import race, rates, tolerances
from regutils.experiments.optimization.shrinkage import arrivals, flows, proximal_steps
from regutils.experiments.optimization.slopes import measured_slopes, prox_maps, supports
from regutils.experiments.optimization.stability import conditioning, oscillation
from regutils.experiments.optimization.tractability import agreement, growth, hitters_selections

__all__ = [
    "agreement", "arrivals", "conditioning", "diabetes_splits", "flows", "growth", "hitters_selections",
    "measured_slopes", "noise_study", "noiseless", "oscillation", "prox_maps", "proximal_steps", "race", "rates",
    "supports", "tolerances",
]  # fmt: skip
