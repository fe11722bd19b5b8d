"""The experiments of the replications against closed forms, other algorithms and other routes."""

import numpy as np
import pytest

from regutils.datasets import load_diabetes, simulate_linear, standardize
from regutils.experiments import replications as experiments
from regutils.experiments.replications.decoupled_decay import batches, follow
from regutils.experiments.replications.degrees_of_freedom import subset_freedom
from regutils.experiments.replications.record import Replication
from regutils.experiments.replications.scale_invariance import equilibrium
from regutils.experiments.replications.tibshirani1996 import SHARES, THETA, example_1, gcv, lasso_shares
from regutils.experiments.replications.zou_hastie2005 import comparison, example, naive_elastic_net
from regutils.optimizers import adam, sgd
from regutils.paths import elastic_net_path


def replication(**changes):
    usual = {"published": 2.0, "ours": 2.3, "kind": "statistical", "tolerance": 2.5, "error": 0.3}
    return Replication("key", "Table 1", "a number", **{**usual, **changes})


def test_z_combines_both_errors():
    assert replication(published_error=0.4).z == pytest.approx(0.6)
    assert replication().z == pytest.approx(1.0)
    assert not replication(ours=2.8).reproduced
    assert replication(ours=2.8, published_error=0.4).reproduced


@pytest.mark.parametrize(
    ("kind", "relation", "ours", "reproduced"),
    [
        ("exact", "==", 2.09, True),
        ("exact", "==", 2.11, False),
        ("margin", "==", 1.91, True),
        ("margin", "==", 1.89, False),
        ("bound", "<=", 2.09, True),
        ("bound", "<=", 2.11, False),
        ("bound", ">=", 1.91, True),
        ("bound", ">=", 1.89, False),
        ("exact", "==", np.nan, False),
        ("bound", "<=", np.nan, False),
    ],
)
def test_limits(kind, relation, ours, reproduced):
    row = replication(kind=kind, relation=relation, ours=ours, tolerance=0.1)
    assert row.z is None
    assert row.reproduced is reproduced
    assert row.verdict == ("reproduced" if reproduced else "not reproduced")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "bayesian"}, "kind must be one of"),
        ({"relation": "<"}, "relation must be one of"),
        ({"relation": "<="}, "relation must be <= or >= for a bound and == otherwise, got '<='"),
        ({"kind": "bound"}, "relation must be <= or >= for a bound and == otherwise, got '=='"),
        ({"error": None}, "error must be positive for a statistical comparison, got None"),
        ({"tolerance": -1.0}, "tolerance must be zero or more, got -1.0"),
    ],
)
def test_rows_that_make_no_sense(changes, said):
    with pytest.raises(ValueError, match=said.replace("<=", "<=")):
        replication(**changes)


def test_diabetes_path_is_that_of_lars():
    from sklearn.linear_model import lars_path

    bunch = load_diabetes(scaled=True)
    knots, order, coef = lars_path(bunch.data, bunch.target - bunch.target.mean(), method="lasso")
    path = experiments.diabetes_path()
    assert path.correlation == pytest.approx(442 * knots)
    assert path.coef == pytest.approx(coef.T, abs=1e-6)
    assert sorted(j - 1 for j in path.moves[:10]) == sorted(order)


def test_ridge_error_is_that_of_another_implementation():
    ridge = experiments.ridge_error()
    assert ridge.least_squares == pytest.approx(409_736.257, rel=1e-6)
    assert ridge.best_error == pytest.approx(328_835.914, rel=1e-6)
    assert ridge.plug_in_error == pytest.approx(576_744.940, rel=1e-6)


@pytest.fixture(scope="module")
def small():
    return simulate_linear(20, 8, theta=THETA, correlation=0.5, sigma=2.0, replicates=4, seed=3)


def test_lasso_at_a_share_of_the_norm(small):
    coef, strength = lasso_shares(small.X, small.y)
    size = np.sum(np.abs(coef) * small.X.std(axis=1)[:, None, :], axis=2)
    assert size / size[:, -1:] == pytest.approx(np.broadcast_to(SHARES, size.shape), abs=1e-9)
    full = np.linalg.lstsq(small.X[0] - small.X[0].mean(axis=0), small.y[0] - small.y[0].mean())[0]
    assert coef[0, -1] == pytest.approx(full)
    path = elastic_net_path(standardize(small.X[0]), small.y[0], strength[0], rho=1.0)
    assert coef[0] * small.X[0].std(axis=0) == pytest.approx(path.coef, abs=0.02)


def test_gcv_is_tibshiranis(small):
    """Its trace by matrix inversion on the nonzero coefficients, as the paper has it."""
    coef, strength = lasso_shares(small.X, small.y)
    fast = gcv(small.X, small.y, coef, strength)
    X, y = standardize(small.X[1]), small.y[1] - small.y[1].mean()
    for index in (0, 10, 23):
        theta = coef[1, index] * small.X[1].std(axis=0)
        on = theta != 0
        inner = X[:, on].T @ X[:, on] + 20 * strength[1, index] * np.diag(1 / np.abs(theta[on]))
        d = np.trace(X[:, on] @ np.linalg.solve(inner, X[:, on].T))
        assert fast[1, index] == pytest.approx(np.sum((y - X @ theta) ** 2) / (1 - d / 20) ** 2)


def test_naive_elastic_net_is_a_lasso_on_longer_data():
    """Lemma 1 of Zou and Hastie, against the path engine's own L2 part."""
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((3, 15, 6)), rng.standard_normal((3, 15))
    for strength in (0.0, 0.3, 10.0):
        coef = naive_elastic_net(X, y, strength, n_lambdas=12)
        direct = elastic_net_path(X, y, l2=strength / 30, n_lambdas=12, lambda_min_ratio=1e-3, fit_intercept=False)
        assert coef == pytest.approx(direct.coef, abs=1e-8)


def test_designs_of_the_examples():
    for number, rows in ((1, 20), (2, 20), (3, 100), (4, 50)):
        design = example(number)
        assert design.n_train == design.n_validation == rows
        assert design.covariance.shape == (len(design.theta),) * 2
    assert example(3).covariance[0, :2] == pytest.approx([2.0, 1.0])
    assert example(4).covariance[4, 3:6] == pytest.approx([1.0, 1.01, 0.0])
    assert example(4).covariance[39, 38:] == pytest.approx([0.0, 1.0])
    with pytest.raises(ValueError, match="number must be an integer >= 1 and <= 4, got 5"):
        example(5)


def test_same_seed_same_numbers():
    assert example_1(data_sets=30).error == example_1.__wrapped__(data_sets=30).error
    assert comparison(2, data_sets=20).error == comparison.__wrapped__(2, data_sets=20).error
    assert comparison(2, data_sets=20, seed=1).error != comparison(2, data_sets=20).error


def test_freedom_of_the_best_subset():
    assert subset_freedom(20, 20) == pytest.approx(20)
    assert subset_freedom(20, 5) == pytest.approx(13.97, abs=0.01)
    assert all(subset_freedom(20, size) > size for size in range(1, 20))


def test_flow_is_gradient_descent_in_small_steps():
    found = experiments.flow_and_ridge()
    dose = 1.7
    kept = 1.0 - (1.0 - dose / 100_000) ** 100_000
    ridge = dose / (1.0 + dose)
    assert np.interp(dose, found.dose, found.variance_ratio) == pytest.approx((kept / ridge) ** 2, rel=1e-4)
    assert np.interp(dose, found.dose, found.bias_ratio) == pytest.approx(((1 - kept) / (1 - ridge)) ** 2, rel=1e-4)


def test_norm_settles_whatever_the_seed():
    for seed in (0, 1):
        run = equilibrium(0.1, 0.02, chains=16, seed=seed)
        assert run.fourth == pytest.approx(run.predicted, rel=0.05)
        assert run.norm[0] == pytest.approx(1.0)


def test_first_step_of_adam_is_the_sign():
    data = batches(1, seed=0)
    start = np.full(10, 0.5)
    X, y = data[0]
    gradient = X.T @ (X @ start - y) / y.size
    moved = follow(adam(0.01), data)[0]
    assert moved == pytest.approx(start - 0.01 * np.sign(gradient), abs=1e-6)
    assert follow(sgd(0.01, weight_decay=10.0), data)[0] == pytest.approx(0.9 * start - 0.01 * gradient)


def test_divergence_of_the_best_of_n_is_the_published_formula():
    best = experiments.best_of_n()
    assert best.divergence == pytest.approx(np.log(best.sizes) - (best.sizes - 1) / best.sizes, abs=1e-9)
