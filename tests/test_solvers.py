"""All solvers reach the same optimum, certified by a duality gap, and it is scikit-learn's."""

from functools import cache

import numpy as np
import pytest
import scipy.sparse
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_diabetes
from sklearn.linear_model import ElasticNet as SklearnElasticNet
from sklearn.linear_model import Lasso, LogisticRegression, Ridge

from regutils.conventions import to_sklearn_elastic_net, to_sklearn_logistic, to_sklearn_ridge
from regutils.datasets import load_hitters
from regutils.losses import LogisticLoss, SquaredLoss
from regutils.metrics import duality_gap, kkt_violation, lambda_max, objective
from regutils.penalties import L1, L2, ElasticNet, GroupL2, HuberL1, L1Ball, L2Ball, L2Norm, Lq, NoPenalty
from regutils.solvers import (
    admm,
    coordinate_descent,
    fista,
    ista,
    projected_gradient,
    solve,
    subgradient_descent,
)

SOLVERS = [ista, fista, coordinate_descent, admm]
LOSSES = [SquaredLoss, LogisticLoss]
every_solver = pytest.mark.parametrize("solver", SOLVERS, ids=lambda s: s.__name__)
every_loss = pytest.mark.parametrize("kind", LOSSES, ids=lambda k: k.__name__)


def standardized(X):
    return (X - X.mean(axis=0)) / X.std(axis=0)


@cache
def real_data(name):
    """Design and target: standardized, as it comes with unit-norm columns, or in raw units (condition number 8e4)."""
    if name == "hitters":
        hitters = load_hitters()
        return standardized(hitters.data), hitters.target
    X, y = load_diabetes(return_X_y=True, scaled=name != "diabetes raw")
    return (standardized(X) if name == "diabetes standardized" else X), y


def real_loss(kind, name):
    X, y = real_data(name)
    return kind(X, y if kind is SquaredLoss else (y > np.median(y)).astype(float))


@cache
def simulated(kind, n, p):
    rng = np.random.default_rng(n + p)
    X = rng.normal(size=(n, p)) + 0.5 * rng.normal(size=(n, 1)) + 1
    z = X[:, :4] @ [2.0, -1.0, 1.0, 0.5] - 2
    noise = rng.normal(size=n) if kind is SquaredLoss else rng.logistic(size=n)
    return kind(X, z + noise if kind is SquaredLoss else (z + noise > 0).astype(float))


def penalties(loss):
    lam, p = 0.1 * lambda_max(loss), loss.n_features
    return [
        L1(lam),
        L2(lam),
        ElasticNet(lam, 0.5),
        GroupL2(lam, np.arange(p) // 3),
        L2Norm(lam),
        HuberL1(lam, 0.1),
        Lq(lam, 1.5),
    ]


@every_solver
@every_loss
@pytest.mark.parametrize("shape", [(60, 8), (20, 45)])
@pytest.mark.parametrize("index", range(7), ids=["l1", "l2", "elastic_net", "groups", "l2_norm", "huber", "lq"])
def test_any_loss_with_any_penalty_under_any_solver(solver, kind, shape, index):
    loss = simulated(kind, *shape)
    penalty = penalties(loss)[index]
    result = solver(loss, penalty, tol=1e-9, record_iterates=False)
    assert result.converged
    assert result.gap <= 1e-8
    assert result.gap == duality_gap(loss, penalty, result.coef)
    assert result.objective == objective(loss, penalty, result.coef)
    best = solve(loss, penalty, tol=1e-11)
    assert abs(result.objective - best.objective) <= 1e-8
    assert_allclose(result.coef, best.coef, atol=1e-3)


@pytest.mark.parametrize("name", ["diabetes standardized", "diabetes", "diabetes raw", "hitters"])
@pytest.mark.parametrize("solver", [fista, coordinate_descent, admm], ids=lambda s: s.__name__)
@every_loss
@pytest.mark.parametrize("share", [0.5, 0.01])
def test_badly_conditioned_real_data(name, solver, kind, share):
    loss = real_loss(kind, name)
    lam = share * lambda_max(loss)
    for penalty in (L1(lam), ElasticNet(lam, 0.9)):
        result = solver(loss, penalty, tol=1e-9, record_iterates=False)
        assert result.converged
        assert result.gap <= 1e-8
        assert result.objective <= solve(loss, penalty).objective + 1e-8


@pytest.mark.parametrize("name", ["diabetes standardized", "diabetes", "hitters"])
def test_ista_gets_there_too_in_more_iterations(name):
    loss = real_loss(SquaredLoss, name)
    penalty = L1(0.1 * lambda_max(loss))
    slow = ista(loss, penalty, tol=1e-8, record_iterates=False)
    fast = fista(loss, penalty, tol=1e-8, record_iterates=False)
    assert slow.converged
    assert fast.converged
    assert fast.n_iter < slow.n_iter / 2


@pytest.mark.parametrize("name", ["diabetes standardized", "diabetes", "diabetes raw", "hitters"])
@pytest.mark.parametrize("penalty", [L2(0.01), NoPenalty()], ids=repr)
@every_loss
def test_newton_on_real_data(name, penalty, kind):
    result = solve(real_loss(kind, name), penalty)
    assert result.converged
    assert result.gap <= 1e-8


def test_no_penalty_is_least_squares_and_of_least_norm_when_there_are_many():
    for shape in ((60, 8), (20, 45)):
        loss = simulated(SquaredLoss, *shape)
        expected = np.linalg.pinv(loss.centered) @ (loss.y - loss.y.mean())
        assert_allclose(solve(loss, NoPenalty()).coef, expected, atol=1e-9)


@pytest.mark.parametrize("ball", [L1Ball(1.5), L2Ball(0.8)], ids=repr)
@pytest.mark.parametrize("accelerated", [True, False])
@every_loss
@pytest.mark.parametrize("shape", [(60, 8), (20, 45)])
def test_projected_gradient_matches_the_penalized_solution(ball, accelerated, kind, shape):
    loss = simulated(kind, *shape)
    inside = projected_gradient(loss, ball, accelerated=accelerated, tol=1e-11, record_iterates=False)
    assert inside.converged
    assert ball.norm(inside.coef) <= ball.radius * (1 + 1e-12)
    assert kkt_violation(loss, ball, inside.coef) < 1e-4
    # the multiplier of the constraint is the strength that gives the same solution
    gradient = loss.gradient(inside.coef)
    assert ball.norm(inside.coef) == pytest.approx(ball.radius)
    penalty = L1(np.abs(gradient).max()) if isinstance(ball, L1Ball) else L2(np.linalg.norm(gradient) / 2 / ball.radius)
    assert_allclose(solve(loss, penalty).coef, inside.coef, atol=1e-4)


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("sparse", [True, False])
@pytest.mark.parametrize("shape", [(60, 8), (20, 45)])
@pytest.mark.parametrize("solver", [*SOLVERS, solve], ids=lambda s: s.__name__)
def test_scikit_learn_regression(fit_intercept, sparse, shape, solver):
    rng = np.random.default_rng(sum(shape))
    X = rng.normal(size=shape) * (rng.random(shape) < 0.5)
    y = X[:, :3] @ [3.0, -2.0, 1.0] + 5 + rng.normal(size=shape[0])
    loss = SquaredLoss(scipy.sparse.csr_matrix(X) if sparse else X, y, fit_intercept=fit_intercept)
    options = {"fit_intercept": fit_intercept}
    tight = {"tol": 1e-14, "max_iter": 1_000_000, **options}
    pairs = [
        (L1(0.2), Lasso(alpha=0.2, **tight)),
        (L2(0.2), Ridge(**to_sklearn_ridge(0.2, n_samples=shape[0]), **options)),
        (ElasticNet(0.2, 0.4), SklearnElasticNet(**to_sklearn_elastic_net(0.2, 0.4), **tight)),
    ]
    for penalty, estimator in pairs:
        result = solver(loss, penalty, tol=1e-13)
        estimator.fit(X, y)
        assert_allclose(result.coef, estimator.coef_, atol=1e-6)
        assert result.intercept == pytest.approx(estimator.intercept_, abs=1e-6)


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("sparse", [True, False])
@pytest.mark.parametrize("shape", [(60, 8), (20, 45)])
@pytest.mark.parametrize("rho", [1.0, 0.0])
def test_scikit_learn_logistic(fit_intercept, sparse, shape, rho):
    rng = np.random.default_rng(sum(shape) + 1)
    X = rng.normal(size=shape) * (rng.random(shape) < 0.5)
    y = (X[:, :3] @ [3.0, -2.0, 1.0] + 0.5 + rng.logistic(size=shape[0]) > 0).astype(float)
    loss = LogisticLoss(scipy.sparse.csr_matrix(X) if sparse else X, y, fit_intercept=fit_intercept)
    theirs = LogisticRegression(
        **to_sklearn_logistic(0.05, rho, n_samples=shape[0]),
        solver="saga" if rho else "newton-cg",
        tol=1e-12,
        max_iter=200_000,
        fit_intercept=fit_intercept,
        random_state=0,
    ).fit(X, y)
    penalty = L1(0.05) if rho else L2(0.05)
    for solver in (*SOLVERS, solve):
        result = solver(loss, penalty, tol=1e-15, **({} if solver is solve else {"max_iter": 5_000}))
        assert_allclose(result.coef, theirs.coef_[0], atol=1e-6)
        assert result.intercept == pytest.approx(float(np.ravel(theirs.intercept_)[0]), abs=1e-6)


def test_exact_zeros_and_the_same_support():
    loss = real_loss(SquaredLoss, "diabetes standardized")
    supports = [solver(loss, L1(10.0)).coef != 0 for solver in (*SOLVERS, solve)]
    assert 0 < supports[0].sum() < 10
    for other in supports[1:]:
        assert_array_equal(other, supports[0])


def test_subgradient_descent_closes_in_slowly_and_without_zeros():
    loss = real_loss(SquaredLoss, "diabetes standardized")
    penalty = L1(10.0)
    best = solve(loss, penalty).objective
    few, many = (subgradient_descent(loss, penalty, max_iter=k).objective - best for k in (100, 3_000))
    assert 0 <= many < few / 3
    result = subgradient_descent(loss, penalty, max_iter=3_000)
    assert not result.converged
    assert np.all(result.coef != 0)
    assert result.objective == result.history.objective.min()
    assert np.any(np.diff(result.history.objective) > 0)  # it does not descend


def test_a_constant_subgradient_step_oscillates_at_its_own_size():
    loss = real_loss(SquaredLoss, "diabetes standardized")
    penalty = L1(10.0)
    best = solve(loss, penalty).objective
    coarse, fine = (
        subgradient_descent(loss, penalty, step=step, max_iter=4_000).history.objective[-500:].mean() - best
        for step in (0.1, 0.01)
    )
    assert fine < coarse / 5


def test_ista_descends_and_obeys_its_bound():
    loss = real_loss(SquaredLoss, "diabetes standardized")
    penalty = L1(1.0)
    best = solve(loss, penalty)
    errors = ista(loss, penalty, max_iter=500).history.objective - best.objective
    assert np.all(np.diff(errors) <= 1e-9)
    k = np.arange(1, errors.size)
    distance = loss.lipschitz * best.coef @ best.coef / 2
    assert np.all(errors[1:] <= distance / k)
    accelerated = fista(loss, penalty, max_iter=500, restart=False).history.objective[1:] - best.objective
    assert np.all(accelerated <= 4 * distance / (np.arange(accelerated.size) + 2) ** 2 + 1e-9)


def test_histories():
    loss = simulated(SquaredLoss, 60, 8)
    seen = []
    result = ista(loss, L1(0.1), max_iter=7, callback=lambda k, theta: seen.append((k, theta.copy())))
    history = result.history
    assert result.n_iter == 7
    assert not result.converged
    assert history.objective.shape == history.gap.shape == history.seconds.shape == (8,)
    assert history.iterates.shape == (8, 8)
    assert [k for k, _ in seen] == list(range(8))
    assert_array_equal(history.iterates, [theta for _, theta in seen])
    assert_array_equal(history.iterates[0], 0)
    assert_array_equal(history.iterates[-1], result.coef)
    assert np.all(np.diff(history.seconds) >= 0)
    for theta, value, gap in zip(history.iterates, history.objective, history.gap, strict=True):
        assert value == objective(loss, L1(0.1), theta)
        assert gap == duality_gap(loss, L1(0.1), theta)
    assert ista(loss, L1(0.1), max_iter=7, record_iterates=False).history.iterates is None


@every_solver
def test_start_and_stop(solver):
    loss = simulated(SquaredLoss, 60, 8)
    best = solve(loss, L1(0.1)).coef
    warm = solver(loss, L1(0.1), theta0=best, tol=1e-10)
    assert warm.n_iter == 0
    assert warm.converged
    stopped = solver(loss, L1(0.1), callback=lambda k, theta: k == 3)
    assert stopped.n_iter == 3


@every_solver
def test_zero_is_the_solution_from_lambda_max_on(solver):
    loss = real_loss(SquaredLoss, "diabetes")
    at, below = (solver(loss, L1(f * lambda_max(loss)), tol=1e-12).coef for f in (1.0, 0.999))
    assert_array_equal(at, 0)
    assert np.count_nonzero(below) == 1


@pytest.mark.parametrize("solver", [*SOLVERS, solve], ids=lambda s: s.__name__)
def test_constant_column_and_constant_target(solver):
    X = np.column_stack([np.ones(9), np.arange(9.0)])
    assert_array_equal(solver(SquaredLoss(X, np.full(9, 4.0)), L1(0.1)).coef, 0)
    result = solver(SquaredLoss(X, np.arange(9.0)), L1(0.1))
    assert result.coef[0] == 0
    assert result.gap < 1e-9


def test_nonconvex_penalties_stop_at_a_stationary_point():
    loss = simulated(SquaredLoss, 60, 8)
    penalty = Lq(0.1, 0.5)
    for solver in (ista, coordinate_descent):
        result = solver(loss, penalty, tol=1e-12)
        assert result.converged
        assert np.isnan(result.gap)
        assert kkt_violation(loss, penalty, result.coef) < 1e-6


def test_too_long_a_step_says_so():
    loss = simulated(SquaredLoss, 60, 8)
    with pytest.warns(RuntimeWarning, match="the iterates diverged: the step is too large"):
        result = ista(loss, L1(0.1), step=10.0 / loss.lipschitz)
    assert not result.converged
    assert np.isfinite(result.coef).all()


BAD = [
    ({"theta0": np.ones(3)}, ValueError, r"theta0 must have shape \(8\), got \(3,\)"),
    ({"theta0": [np.nan] * 8}, ValueError, "theta0 must be finite"),
    ({"max_iter": 0}, ValueError, "max_iter must be an integer >= 1, got 0"),
    ({"max_iter": 1.5}, TypeError, "max_iter must be an integer"),
    ({"tol": -1.0}, ValueError, "tol must be a finite number >= 0"),
    ({"callback": 3}, TypeError, "callback must be callable or None, got int"),
]


@every_solver
@pytest.mark.parametrize(("options", "error", "message"), BAD)
def test_bad_options(solver, options, error, message):
    with pytest.raises(error, match=message):
        solver(simulated(SquaredLoss, 60, 8), L1(0.1), **options)


@pytest.mark.parametrize("solver", [ista, fista, admm, subgradient_descent], ids=lambda s: s.__name__)
@pytest.mark.parametrize("step", [0.0, -1.0, np.nan])
def test_bad_steps(solver, step):
    with pytest.raises(ValueError, match="step must be a finite number > 0"):
        solver(simulated(SquaredLoss, 60, 8), L1(0.1), step=step)


def test_bad_combinations():
    loss = simulated(SquaredLoss, 60, 8)
    with pytest.raises(ValueError, match="penalty must be a sum over coordinates or groups"):
        coordinate_descent(loss, L1Ball(1.0))
    with pytest.raises(ValueError, match="penalty must be finite everywhere"):
        subgradient_descent(loss, L2Ball(1.0))
    with pytest.raises(TypeError, match="ball must be an L1Ball or an L2Ball, got L1"):
        projected_gradient(loss, L1(1.0))
    for solver in (*SOLVERS, subgradient_descent, solve):
        with pytest.raises(TypeError, match="loss must be SquaredLoss or LogisticLoss, got list"):
            solver([1.0], L1(1.0))
        with pytest.raises(TypeError, match="penalty must be one of regutils.penalties, got float"):
            solver(loss, 1.0)


@pytest.mark.parametrize("value", [0.1, 3.3, 1e-9, 1e8 + 0.1])
@pytest.mark.parametrize("penalty", [NoPenalty(), L1(0.0)], ids=repr)
@pytest.mark.parametrize("solver", [solve, coordinate_descent])
def test_a_constant_column_without_a_penalty_stays_out(solver, penalty, value):
    """Rounding in the column's mean must not be taken for a direction of its own."""
    generator = np.random.default_rng(5)
    X = generator.normal(size=(30, 4))
    X[:, 0] = value
    y = X[:, 1] + generator.normal(size=30)
    result = solver(SquaredLoss(X, y), penalty)
    assert result.converged
    assert abs(result.coef[0] * value) < 1e-12
    assert_allclose(result.coef[1:], solve(SquaredLoss(X[:, 1:], y), NoPenalty()).coef, atol=1e-5)


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("penalty", [NoPenalty(), L1(0.0), L2(0.0)], ids=repr)
@pytest.mark.parametrize("solver", [solve, coordinate_descent])
def test_separable_classes_without_a_penalty_have_no_minimizer(solver, penalty, fit_intercept):
    X = np.random.default_rng(1).normal(size=(30, 6))
    loss = LogisticLoss(X, X[:, 0] > 0, fit_intercept=fit_intercept)
    with pytest.warns(RuntimeWarning, match="the classes are separable"):
        result = solver(loss, penalty)
    assert not result.converged
    assert loss.separates(result.coef)
    assert result.n_iter <= 200
    assert not loss.separates(-result.coef)


def test_fista_without_restarts_is_the_method_of_2009():
    """It ripples, and obeys the bound of Beck and Teboulle's theorem 4.4; restarts need fewer iterations."""
    X = np.random.default_rng(3).normal(size=(60, 8)) * np.geomspace(1.0, 0.05, 8)
    loss, penalty = SquaredLoss(X, X @ np.ones(8)), L1(1e-4)
    best = solve(loss, penalty, tol=1e-13)
    original = fista(loss, penalty, restart=False, tol=1e-9)
    error = original.history.objective - best.objective
    rounds = np.arange(1, error.size)
    assert np.max(np.diff(original.history.objective)) > 1e-9
    assert np.all(error[1:] <= 2 * loss.lipschitz * (best.coef @ best.coef) / (rounds + 1) ** 2 + 1e-12)
    restarted = fista(loss, penalty, tol=1e-9)
    assert restarted.converged
    assert 2 * restarted.n_iter < original.n_iter
