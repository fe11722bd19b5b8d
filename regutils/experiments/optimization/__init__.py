"""Chapter optimization: slopes, flows, a race of solvers, stability, and the price of exact sparsity."""

from regutils.experiments.optimization.flows import arrivals, flows, proximal_steps
from regutils.experiments.optimization.slopes import measured_slopes, prox_maps, supports
