"""The geometry experiments against closed forms, optimality conditions and slower ways to the same answer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import erfc
from scipy.stats import binomtest

from regutils.experiments import geometry
from regutils.metrics import kkt_violation
from regutils.penalties import L1, L2, ElasticNet, HuberL1, L1Ball, L2Ball, Lq
from regutils.solvers import projected_gradient

coordinates = st.floats(-3.0, 3.0)
correlations = st.floats(-0.95, 0.95)


@pytest.mark.parametrize("ball", [L1Ball(0.7), L2Ball(0.7)])
def test_constrained_minimizers_meet_the_optimality_conditions(ball):
    hessian, least_squares = geometry.random_losses(500, seed=1)
    theta = geometry.constrained_minimizer(hessian, least_squares, ball)
    assert np.all(ball.norm(theta) <= ball.radius * (1 + 1e-12))
    gradient = np.einsum("kij,kj->ki", hessian, theta - least_squares)
    scale = 1.0 + np.abs(gradient).max(axis=1, keepdims=True)
    assert np.max(ball.subdiff_distance(theta, gradient) / scale) < 1e-9


@pytest.mark.parametrize("ball", [L1Ball(1.0), L2Ball(1.0)])
def test_constrained_minimizer_agrees_with_the_solver(ball):
    for hessian, z in zip(*geometry.random_losses(8, seed=2), strict=True):
        found = projected_gradient(geometry.two_feature_loss(hessian, z), ball, tol=1e-13, max_iter=20_000)
        np.testing.assert_allclose(geometry.constrained_minimizer(hessian, z, ball), found.coef, atol=1e-5)


def test_round_contours_give_the_projection():
    z = np.random.default_rng(3).standard_normal((200, 2)) * 2.0
    for ball in (L1Ball(0.5), L2Ball(0.5)):
        np.testing.assert_allclose(geometry.constrained_minimizer(np.eye(2), z, ball), ball.project(z), atol=1e-12)


def test_sphere_works_in_more_dimensions_and_diamond_says_that_it_does_not():
    z = np.array([[3.0, 1.0, -2.0]])
    theta = geometry.constrained_minimizer(np.diag([1.0, 2.0, 5.0]), z, L2Ball(1.0))
    assert np.linalg.norm(theta) == pytest.approx(1.0, abs=1e-12)
    with pytest.raises(ValueError, match="least_squares must have 2 coordinates"):
        geometry.constrained_minimizer(np.eye(3), z, L1Ball(1.0))


def test_two_feature_loss_has_the_hessian_and_the_minimizer_asked_for():
    hessian, z = np.array([[2.0, -0.3], [-0.3, 0.5]]), np.array([1.0, -4.0])
    loss = geometry.two_feature_loss(hessian, z)
    np.testing.assert_allclose(loss.hessian(z), hessian, atol=1e-12)
    np.testing.assert_allclose(loss.gradient(z), 0.0, atol=1e-12)


@settings(deadline=None, max_examples=60)
@given(coordinates, coordinates, correlations)
def test_the_wedge_is_the_same_for_every_correlation(first, second, r):
    radius, margin = 1.0, abs(abs(first) - abs(second)) - 1.0
    if abs(margin) < 1e-6:
        return
    hessian, z = geometry.correlated_hessian(r), np.array([first, second])
    zero = np.any(geometry.constrained_minimizer(hessian, z, L1Ball(radius)) == 0.0)
    inside_with_zero = abs(first) + abs(second) <= radius and 0.0 in (first, second)
    assert zero == (margin > 0 or inside_with_zero)


def test_contacts_touch():
    l1, l2 = geometry.touching(radius=1.0)
    assert l1.solution[0] == 0.0
    assert np.all(l2.solution != 0.0)
    for contact, ball in ((l1, L1Ball(1.0)), (l2, L2Ball(1.0))):
        assert ball.norm(contact.solution) == pytest.approx(1.0, abs=1e-9)
        assert np.min(ball.norm(contact.touching)) >= 1.0 - 1e-6  # the contour stays outside the ball
        np.testing.assert_allclose(contact.path[-1], contact.solution, atol=1e-5)
        np.testing.assert_allclose(contact.path[0], contact.least_squares, atol=1e-9)


@pytest.mark.parametrize("penalty", [L1(1.0), L2(2.0), ElasticNet(1.0, 0.3), HuberL1(1.0, 0.1), Lq(1.0, 0.5)])
def test_level_curves_lie_on_one_level(penalty):
    curve = geometry.level_curve(penalty, np.linspace(0.0, 6.0, 50))
    np.testing.assert_allclose(penalty.value(curve), penalty.value(np.array([1.0, 0.0])), rtol=1e-9)


def test_tips_are_corners_only_with_a_kink():
    family = geometry.ball_family()
    angles = dict(zip(family.names, family.angles_at_corner, strict=True))
    assert angles["L1"] == pytest.approx(90.0, abs=1e-3)
    slope = 0.5 / 1.5  # of the elastic net's region at (1, 0): its slopes are 1/2 and 3/2 there
    assert angles["elastic net"] == pytest.approx(180.0 - 2.0 * np.degrees(np.arctan(slope)), abs=1e-3)
    assert min(angles["L2"], angles["Huber-smoothed L1"]) > 179.9


def test_solids_are_closed_surfaces_on_their_level_with_normals_outward():
    solids = geometry.solids((0.5, 1.0, 2.0))
    for q, triangles in zip(solids.exponents, solids.triangles, strict=True):
        np.testing.assert_allclose(np.sum(np.abs(triangles) ** q, axis=-1), 1.0, atol=1e-9)
        normals = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
        volume = np.einsum("ki,ki->k", triangles[:, 0], normals) / 6.0
        assert np.all(volume > 0)
        exact = {0.5: 8.0 / 90.0, 1.0: 4.0 / 3.0, 2.0: 4.0 / 3.0 * np.pi}[q]
        assert volume.sum() == pytest.approx(exact, rel=0.3 if q == 0.5 else 0.03)  # a coarse mesh


def test_cones_hold_exactly_the_points_that_go_to_corners():
    cones = geometry.normal_cones()
    in_wedge = np.abs(np.abs(cones.points[:, 0]) - np.abs(cones.points[:, 1])) >= cones.radius
    np.testing.assert_array_equal(cones.to_corner, in_wedge)
    assert not np.any(cones.on_circle == 0.0)


def test_corner_probability_closed_forms_agree():
    radii = np.linspace(0.0, 4.0, 9)
    expected = erfc(radii / 3.0) ** 2  # s = 1.5
    np.testing.assert_allclose(geometry.corner_probability(radii, 1.5), expected)
    both = geometry.corner_probability_correlated(radii, 0.0, np.zeros(2), 1.5)
    np.testing.assert_allclose(both, expected, atol=1e-15)


@given(st.floats(0.05, 4.0), correlations)
def test_without_effects_correlation_of_either_sign_raises_the_probability(radius, r):
    probability = geometry.corner_probability_correlated(radius, np.array([r, -r, 0.0]), np.zeros(2))
    assert probability[0] == pytest.approx(probability[1], rel=1e-9)
    assert probability[0] >= probability[2] * (1 - 1e-9)


def test_effects_of_opposite_sign_mirror_the_correlation():
    same = geometry.corner_probability_correlated(1.0, 0.6, np.array([2.0, 1.0]))
    mirrored = geometry.corner_probability_correlated(1.0, -0.6, np.array([2.0, -1.0]))
    assert same == pytest.approx(mirrored)


def test_corner_frequency_adds_up_and_does_not_depend_on_the_unit():
    result = geometry.corner_frequency(replicates=4000, seed=5)
    total = result.corner.share + result.edge.share + result.interior.share
    np.testing.assert_allclose(total, 1.0)
    np.testing.assert_allclose(result.corner_theory + result.edge_theory + result.interior_theory, 1.0)
    larger = geometry.corner_frequency(sd=3.0, replicates=4000, seed=5)
    np.testing.assert_array_equal(result.corner.share, larger.corner.share)
    assert np.all((result.corner.low <= result.corner.share) & (result.corner.share <= result.corner.high))


def test_seeds_decide():
    first = geometry.correlation_effect(replicates=500, seed=1).signal_frequency.share
    again = geometry.correlation_effect.__wrapped__(replicates=500, seed=1).signal_frequency.share
    other = geometry.correlation_effect(replicates=500, seed=2).signal_frequency.share
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


def test_intervals_are_those_of_scipy():
    interval = geometry.frequency([0, 5, 10], 10)
    for k, low, high in zip((0, 5, 10), interval.low, interval.high, strict=True):
        expected = binomtest(k, 10).proportion_ci(method="wilson")
        assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_dimension_two_is_the_plane_and_large_dimensions_reach_the_limit():
    result = geometry.dimension_effect(dimensions=(2, 400), fractions=(0.5,), replicates=2000, seed=3)
    plane = float(geometry.corner_probability(0.5 * 2 * np.sqrt(2 / np.pi)))
    assert result.any_zero[0].share[0] == pytest.approx(plane, abs=4 * np.sqrt(plane * (1 - plane) / 2000))
    assert result.zero_share[0][1] == pytest.approx(result.limits[0], abs=0.005)
    none = geometry.dimension_effect(dimensions=(2, 10), fractions=(0.5,), ball=L2Ball, replicates=500, seed=3)
    assert np.all(none.zero_share[0] == 0.0)


def test_smallest_coordinate_has_a_plateau_for_l1_only():
    result = geometry.smallest_coordinate(count=5000, seed=4)
    assert result.exact_zeros["L2"] == 0
    assert result.share_within["L1"][0] == pytest.approx(result.exact_zeros["L1"] / 5000)
    assert result.share_within["L2"][0] == 0.0


def test_the_aligned_exception_is_exact_and_fragile():
    aligned = geometry.aligned_exception()
    assert aligned.untilted == 0.0
    np.testing.assert_allclose(aligned.second / aligned.tilts, aligned.second[0] / aligned.tilts[0], rtol=0.05)


def test_zero_counts_are_certified_and_comparable():
    counts = geometry.zero_counts()
    assert counts.violation.max() < 1e-6
    assert np.all((counts.zeros > 0) == counts.kinked)
    loss = geometry.sparse_problem()
    start, best = loss.value(np.zeros(12)), loss.value(np.linalg.lstsq(loss.centered, loss.y, rcond=None)[0])
    kept = [(start - loss.value(coef)) / (start - best) for coef in counts.coefficients]
    np.testing.assert_allclose(kept[1:], 0.7, atol=0.005)  # L0.5 jumps, and may step over the target
    for name, coef, lam in zip(counts.names, counts.coefficients, counts.strengths, strict=True):
        assert kkt_violation(loss, geometry.PENALTIES[name][0](lam), coef, relative=True) < 1e-6


def test_the_group_penalty_drops_whole_groups():
    counts = geometry.zero_counts()
    groups = counts.coefficients[counts.names.index("group L2")].reshape(4, 3)
    assert set(np.sum(groups == 0, axis=1)) == {0, 3}


def test_the_smoothed_diamond_looks_like_one():
    curve = geometry.level_curve(HuberL1(1.0, 0.01), np.linspace(0.0, 2.0 * np.pi, 721))
    assert np.max(np.abs(np.abs(curve).sum(axis=1) - 1.0)) < 0.01


def test_equal_effects_compete_when_features_agree():
    found = geometry.correlation_effect(radius=1.0, signal=2.0)
    assert np.all(np.diff(found.signal_frequency.share) > 0)


def test_flat_pieces_are_twice_the_slope_at_zero():
    flat = geometry.responses().flat
    assert flat["L1"] == pytest.approx(2.0)
    assert flat["elastic net"] == pytest.approx(1.0)
    assert flat["L2"] == flat["L1.2"] == flat["Huber-smoothed L1"] == 0.0


def test_norm_ratio_stays_in_its_bounds():
    ratio = geometry.norm_ratio(vectors=40, seed=6)
    assert ratio.gaussian.min() >= 1.0
    assert np.all(ratio.gaussian[:, 2] <= np.sqrt(ratio.dimensions) * (1 + 1e-12))
    assert ratio.sparse.max() <= np.sqrt(ratio.nonzeros) * (1 + 1e-12)
    assert ratio.gaussian[-1, 1] == pytest.approx(ratio.asymptote[-1], rel=0.01)


def test_rotation_moves_l1_and_not_l2():
    turned = geometry.rotation(angles=(0, 45, 90))
    assert turned.l2_change.max() < 1e-10
    assert turned.l1_change[1] > 0.01
    assert turned.l1_change[2] < 1e-8  # a quarter turn swaps features and changes signs, which L1 does not see
    assert turned.l1_zeros[0] == turned.l1_zeros[2]


def test_real_corner_follows_the_closed_form():
    real = geometry.real_corner(replicates=1000, seed=7)
    assert real.l1.solution[1] == 0.0
    assert np.all(real.l2.solution != 0.0)
    assert real.l2_zeros == 0
    theory = np.interp(real.radii, real.grid, real.theory)
    assert np.max(np.abs(real.corner.share - theory)) < 0.06


def test_the_largest_difference_from_the_closed_form_is_real():
    real = geometry.real_corner(radius=0.2)
    theory = np.interp(real.radii, real.grid, real.theory)
    assert np.argmax(np.abs(real.corner.share - theory)) == 3  # the radius that the chapter quotes
    assert not real.corner.low[3] <= theory[3] <= real.corner.high[3]
