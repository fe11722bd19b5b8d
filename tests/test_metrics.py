"""Measures of optimality: bounds that hold, and vanish at the optimum alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from regutils.losses import LogisticLoss, SquaredLoss
from regutils.metrics import condition_number, duality_gap, kkt_violation, lambda_max, objective, support
from regutils.penalties import L1, L2, ElasticNet, GroupL2, HuberL1, L1Ball, L2Ball, L2Norm, Lq, NoPenalty
from regutils.solvers import solve

rng = np.random.default_rng(11)
X = rng.normal(size=(40, 6)) + 1
Y = X @ [2.0, -1.0, 0.0, 0.0, 1.0, 0.0] + rng.normal(size=40)
SQUARED, LOGISTIC = SquaredLoss(X, Y), LogisticLoss(X, (Y + 2 * rng.logistic(size=40) > Y.mean()))
PENALTIES = [
    NoPenalty(), L1(0.1), L2(0.1), ElasticNet(0.1, 0.5), GroupL2(0.1, [0, 0, 0, 1, 1, 1]), L2Norm(0.1),
    HuberL1(0.1, 0.2), Lq(0.1, 1.5), Lq(0.1, 3.0), L1Ball(1.0), L2Ball(1.0), L1(0.0), L2(0.0),
]  # fmt: skip


@pytest.mark.parametrize("penalty", PENALTIES, ids=repr)
@pytest.mark.parametrize("loss", [SQUARED, LOGISTIC], ids=repr)
def test_the_gap_bounds_the_error_and_vanishes_at_the_optimum(loss, penalty):
    best = solve(loss, penalty, tol=1e-12)
    assert best.gap <= 1e-11

    @given(seed=st.integers(0, 10**6), size=st.sampled_from([1e-4, 0.01, 0.3, 3.0]))
    @settings(max_examples=25, deadline=None, derandomize=True)
    def bounds(seed, size):
        theta = best.coef + size * np.random.default_rng(seed).normal(size=6)
        theta = penalty.prox(theta, 1e-3)
        error = objective(loss, penalty, theta) - best.objective
        assert duality_gap(loss, penalty, theta) >= error - 1e-12
        assert kkt_violation(loss, penalty, theta) >= 0

    bounds()
    assert kkt_violation(loss, penalty, best.coef) < 1e-5


def test_the_gap_without_penalty_is_exact_for_the_squared_loss():
    theta = np.ones(6)
    best = solve(SQUARED, NoPenalty()).objective
    assert duality_gap(SQUARED, NoPenalty(), theta) == pytest.approx(SQUARED.value(theta) - best, rel=1e-10)


def test_no_gap_without_convexity():
    with pytest.raises(ValueError, match="penalty must be convex for a duality gap"):
        duality_gap(SQUARED, Lq(0.1, 0.5), np.zeros(6))


def test_lambda_max():
    largest = lambda_max(SQUARED)
    assert largest == pytest.approx(np.abs((X - X.mean(axis=0)).T @ (Y - Y.mean())).max() / 40, rel=1e-14)
    assert kkt_violation(SQUARED, L1(largest), np.zeros(6)) == 0
    assert kkt_violation(SQUARED, L1(0.9 * largest), np.zeros(6), relative=True) == pytest.approx(0.1)
    assert kkt_violation(SQUARED, L1(0.9 * largest), np.zeros(6)) == pytest.approx(0.1 * largest)


def test_kkt_violation_sees_a_wrong_sign_a_wrong_zero_and_a_wrong_size():
    best = solve(SQUARED, L1(0.1)).coef
    for wrong in (np.where(np.arange(6) == 0, 0.0, best), best * 1.01, -best):
        assert kkt_violation(SQUARED, L1(0.1), wrong) > 1e-3


def test_relative_violation_without_any_signal():
    flat = SquaredLoss(X, np.ones(40))
    assert kkt_violation(flat, L1(0.1), np.zeros(6), relative=True) == 0


def test_support():
    assert_array_equal(support([0.0, -0.1, 2.0]), [False, True, True])
    assert_array_equal(support([[0.0, -0.1], [2.0, 0.0]], tol=0.1), [[False, False], [True, False]])
    with pytest.raises(ValueError, match="tol must be a finite number >= 0"):
        support([1.0], tol=-1.0)


def test_condition_number():
    eigenvalues = np.linalg.eigvalsh(np.cov(X.T, bias=True))
    assert condition_number(SQUARED, NoPenalty()) == pytest.approx(eigenvalues[-1] / eigenvalues[0])
    assert condition_number(SQUARED, L2(0.5)) == pytest.approx((eigenvalues[-1] + 1) / (eigenvalues[0] + 1))
    assert condition_number(SQUARED, L1(0.5)) == condition_number(SQUARED, NoPenalty())
    wide = SquaredLoss(X[:4], Y[:4])
    assert condition_number(wide, NoPenalty()) == np.inf
    assert np.isfinite(condition_number(wide, L2(0.1)))
    assert condition_number(LOGISTIC, L1(0.1)) == np.inf


@pytest.mark.parametrize("measure", [kkt_violation, duality_gap])
def test_a_loss_and_a_penalty_are_needed(measure):
    loss = SquaredLoss(np.eye(3), np.arange(3.0))
    with pytest.raises(TypeError, match="loss must be SquaredLoss or LogisticLoss, got int"):
        measure(1, L1(1.0), np.zeros(3))
    with pytest.raises(TypeError, match="penalty must be one of regutils.penalties, got float"):
        measure(loss, 0.1, np.zeros(3))
    with pytest.raises(TypeError, match="penalty must be"):
        condition_number(loss, None)
    with pytest.raises(TypeError, match="loss must be"):
        lambda_max(np.eye(3))
