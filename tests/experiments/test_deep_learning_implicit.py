"""Implicit regularization: where descent lands, stopping early beside ridge, and the model of two layers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from regutils.experiments.deep_learning.implicit import (
    Problem,
    descend,
    descend_diagonal,
    diagonal,
    flow_limit,
    landings,
    optimization_regularizes,
    plane,
    problem,
)
from regutils.experiments.deep_learning.stopping import (
    gradient_descent,
    gradient_flow,
    held_out,
    matching_strength,
    stopping,
)
from regutils.paths import ridge_path


def test_the_special_solutions_are_what_they_are_called():
    given_ = problem()
    for theta in (given_.l1, given_.l2, given_.truth):
        assert given_.X @ theta == pytest.approx(given_.y, abs=1e-5)
    assert given_.l2 == pytest.approx(np.linalg.pinv(given_.X) @ given_.y)
    p = given_.truth.size
    split = linprog(np.ones(2 * p), A_eq=np.hstack([given_.X, -given_.X]), b_eq=given_.y)
    assert np.abs(given_.l1).sum() == pytest.approx(split.fun, rel=1e-5)
    assert given_.l1 == pytest.approx(split.x[:p] - split.x[p:], abs=1e-4)


@given(st.integers(0, 1000))
@settings(max_examples=10)
def test_descent_ends_at_the_projection_of_its_start(seed):
    rng = np.random.default_rng(seed)
    X, y, start = rng.standard_normal((4, 12)), rng.standard_normal(4), rng.standard_normal(12)
    small = Problem(X, y, start, start, start)
    end = descend(small, start, 3000)[-1]
    assert end == pytest.approx(small.projected(start), abs=1e-6)
    off = np.eye(12) - np.linalg.pinv(X) @ X
    assert off @ end == pytest.approx(off @ start, abs=1e-9)


def test_landings_as_told():
    found = landings()
    assert found.zero_to_least[-1] < 1e-12
    assert found.elsewhere_to_projected[-1] < 1e-12
    assert found.elsewhere_to_least[-1] == pytest.approx(found.off_rows)
    assert found.elsewhere_to_least[-1] > 1
    assert found.zero_to_l1[-1] > 0.5


def test_both_ways_in_the_plane():
    found = plane()
    assert found.l2 == pytest.approx([0.4, 0.8])
    for path in (*found.straight, *found.bent):
        assert path[-1] @ found.row == pytest.approx(found.right, abs=1e-2)
    for path in found.straight:  # along the row, at a right angle to the line of solutions
        move = path[-1] - path[0]
        assert abs(move[0] * found.row[1] - move[1] * found.row[0]) < 1e-9
    ends = np.array([path[-1] for path in found.bent])
    assert ends[0] == pytest.approx(found.l2, abs=0.02)
    assert ends[-1] == pytest.approx(found.l1, abs=0.02)
    assert np.all(np.diff(ends[:, 0]) < 0)


def test_the_limit_of_the_flow_solves_its_problem():
    """Gradient of sum q(theta_j / scale^2), arcsinh(theta / (2 scale^2)), lies in the rows' span."""
    given_ = problem()
    for scale in (1.0, 0.3, 0.1):
        theta, _ = flow_limit(given_.X, given_.y, scale)
        assert given_.X @ theta == pytest.approx(given_.y, abs=1e-8)
        gradient = np.arcsinh(theta / (2 * scale**2))
        assert gradient == pytest.approx(np.linalg.pinv(given_.X) @ given_.X @ gradient, abs=1e-6)


def test_flow_limit_needs_a_scale():
    with pytest.raises(ValueError, match="scale must be a finite number > 0"):
        flow_limit(np.eye(2), np.ones(2), 0.0)


def test_two_layers_as_told():
    found = diagonal()
    assert np.all(np.diff(found.to_l1) < 1e-3)
    assert np.all(np.diff(found.to_l2) > -1e-3)
    assert found.to_l2[0] < 1e-5
    assert found.to_l1[-1] < 0.01
    assert found.flow_to_l1[-1] < 0.005
    assert found.norm_l1[-1] == pytest.approx(1, abs=0.01)
    assert found.norm_l1[0] > 2
    assert found.truth_found < 1e-4
    near = found.scales >= 0.02  # where the slow directions have had the time
    assert found.to_l1[near] == pytest.approx(found.flow_to_l1[near], abs=0.01)


def test_a_smaller_start_needs_more_steps():
    given_ = problem()
    scales = np.array([0.1, 0.001])
    found = descend_diagonal(given_.X, given_.y, scales, steps=4000, largest=2.0)
    assert np.all(found != 0)  # small is not zero
    residual = np.linalg.norm(given_.y - found @ given_.X.T, axis=1)
    assert residual[1] > 3 * residual[0]


def test_flow_is_ridge_with_the_matching_strength_to_first_order():
    """For small t both are t X'y/n; and matching_strength is 1/(2t) for a penalty without 1/2."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((30, 4)), rng.standard_normal(30)
    X, y = X - X.mean(axis=0), y - y.mean()
    time = np.array([1e-4, 1e-3])
    flow, ridge = gradient_flow(X, y, time), ridge_path(X, y, matching_strength(time), fit_intercept=False).coef
    assert flow == pytest.approx(time[:, None] * (X.T @ y / 30), rel=5e-3)
    assert ridge == pytest.approx(flow, rel=5e-3)
    assert gradient_flow(X, y, np.array([1e6]))[0] == pytest.approx(np.linalg.lstsq(X, y, rcond=None)[0])
    by_steps = gradient_descent(X, y, 1e-3, np.array([0, 500, 2000]))
    assert by_steps == pytest.approx(gradient_flow(X, y, np.array([0.0, 0.5, 2.0])), abs=1e-3)


def test_flow_of_singular_data_is_finite():
    X = np.array([[1.0, 1.0], [-1.0, -1.0], [0.0, 0.0]])
    flow = gradient_flow(X, np.array([1.0, -1.0, 0.0]), np.array([0.0, 1.0, 1e6]))
    assert flow == pytest.approx(np.array([[0, 0], [0.5 * -np.expm1(-4 / 3)] * 2, [0.5, 0.5]]))


def test_stopping_as_told():
    found = stopping()
    assert found.largest_gap < 0.25
    assert found.descent_gap < 0.02
    assert 0.75 < found.risk_ratio.min() < 1 < found.risk_ratio.max() < 1.6862
    assert found.best_ratio == pytest.approx(1, abs=0.02)
    assert found.risk_ratio[found.risk_best] > 1.1  # the matching time is not the best one
    assert found.flow[-1] == pytest.approx(found.ridge[-1], abs=0.02)


def test_stopping_and_ridge_tie_on_held_out_patients():
    found = held_out()
    assert found.difference.low < 0 < found.difference.high
    assert found.difference.high - found.difference.low < 0.06
    early, matched = found.best
    assert found.time[early] < found.time[matched]
    assert 0.5 < found.flow.mean(axis=0)[early] < 0.56
    again = held_out.__wrapped__(splits=3)
    assert again.flow == pytest.approx(found.flow[:3])


def test_every_part_of_the_evidence_can_fail():
    whole = optimization_regularizes()
    assert all(finding.passes and finding.role == "for" for finding in whole)

    def failing(**sabotage):
        return {k for k, finding in enumerate(optimization_regularizes(**sabotage)) if not finding.passes}

    assert failing(start=1.0) == {0}
    assert failing(smallest=3.0) == {4}
    assert failing(calibration=30.0) == {3}
