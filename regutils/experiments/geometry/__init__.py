"""Experiments of the chapter on geometry: regions, contacts, corners, kinks, and what equivalent norms do not share."""

from regutils.experiments.geometry.contact import (
    constrained_minimizer,
    contact,
    correlated_hessian,
    shrinking,
    touching,
    two_feature_loss,
)
from regutils.experiments.geometry.corners import (
    corner_frequency,
    corner_probability,
    corner_probability_correlated,
    correlation_effect,
    frequency,
    normal_cones,
    optimum_lands_on_corners,
)
from regutils.experiments.geometry.dimension import dimension_effect
from regutils.experiments.geometry.kinks import (
    PENALTIES,
    responses,
    sparse_problem,
    the_kink_gives_the_zeros,
    zero_counts,
)
from regutils.experiments.geometry.norms import equivalent_norms_differ, norm_ratio, rotation
from regutils.experiments.geometry.patients import real_corner
from regutils.experiments.geometry.shapes import (
    ball_family,
    level_curve,
    regions_are_cross_polytope_and_sphere,
    solids,
)
from regutils.experiments.geometry.smooth import (
    aligned_exception,
    random_losses,
    round_boundary_gives_no_zeros,
    smallest_coordinate,
)

__all__ = [
    "PENALTIES",
    "aligned_exception",
    "ball_family",
    "constrained_minimizer",
    "contact",
    "corner_frequency",
    "corner_probability",
    "corner_probability_correlated",
    "correlated_hessian",
    "correlation_effect",
    "dimension_effect",
    "equivalent_norms_differ",
    "frequency",
    "level_curve",
    "norm_ratio",
    "normal_cones",
    "optimum_lands_on_corners",
    "random_losses",
    "real_corner",
    "regions_are_cross_polytope_and_sphere",
    "responses",
    "rotation",
    "round_boundary_gives_no_zeros",
    "shrinking",
    "smallest_coordinate",
    "solids",
    "sparse_problem",
    "the_kink_gives_the_zeros",
    "touching",
    "two_feature_loss",
    "zero_counts",
]
