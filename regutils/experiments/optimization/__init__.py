"""Chapter optimization: slopes, flows, a race of solvers, stability, and the price of exact sparsity."""

from regutils.experiments.optimization.flows import arrivals, flows, proximal_steps
from regutils.experiments.optimization.race import race, rates, tolerances
from regutils.experiments.optimization.slopes import measured_slopes, prox_maps, supports
from regutils.experiments.optimization.stability import conditioning, oscillation
from regutils.experiments.optimization.noise import diabetes_splits, noise_study, noiseless
from regutils.experiments.optimization.tractability import agreement, growth, hitters_selections
