"""Every conversion, both ways, by solving the same problem twice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from sklearn.linear_model import ElasticNet as SklearnElasticNet
from sklearn.linear_model import Lasso, LogisticRegression, Ridge

from regutils import conventions as c
from regutils.losses import LogisticLoss, SquaredLoss
from regutils.penalties import L1, L2, ElasticNet
from regutils.solvers import solve

N = 60
rng = np.random.default_rng(3)
X = rng.normal(size=(N, 4)) @ rng.normal(size=(4, 4)) * [1.0, 3.0, 0.5, 1.0] + 2
Y = X @ [1.0, 0.0, -2.0, 0.5] + 7 + 3 * rng.normal(size=N)
LABELS = (np.median(Y) < Y).astype(float)
TIGHT = {"tol": 1e-14, "max_iter": 1_000_000}
RHOS = [1.0, 0.6, 0.1, 0.0]


def agrees(result, estimator):
    assert_allclose(result.coef, np.ravel(estimator.coef_), atol=1e-6)
    assert result.intercept == pytest.approx(np.ravel(estimator.intercept_)[0], abs=1e-5)


def test_lasso():
    agrees(solve(SquaredLoss(X, Y), L1(0.3)), Lasso(**c.to_sklearn_lasso(0.3), **TIGHT).fit(X, Y))
    agrees(solve(SquaredLoss(X, Y), L1(**c.from_sklearn_lasso(0.7))), Lasso(alpha=0.7, **TIGHT).fit(X, Y))


def test_ridge():
    agrees(solve(SquaredLoss(X, Y), L2(0.3)), Ridge(**c.to_sklearn_ridge(0.3, n_samples=N)).fit(X, Y))
    agrees(solve(SquaredLoss(X, Y), L2(**c.from_sklearn_ridge(20.0, n_samples=N))), Ridge(alpha=20.0).fit(X, Y))


@pytest.mark.parametrize("rho", [1.0, 0.6, 0.1])
def test_elastic_net(rho):
    theirs = SklearnElasticNet(**c.to_sklearn_elastic_net(0.3, rho), **TIGHT).fit(X, Y)
    agrees(solve(SquaredLoss(X, Y), ElasticNet(0.3, rho)), theirs)
    ours = solve(SquaredLoss(X, Y), ElasticNet(**c.from_sklearn_elastic_net(0.4, rho)))
    agrees(ours, SklearnElasticNet(alpha=0.4, l1_ratio=rho, **TIGHT).fit(X, Y))


@pytest.mark.parametrize("rho", RHOS)
def test_logistic(rho):
    def theirs(C, l1_ratio):
        solver = "lbfgs" if l1_ratio == 0 else "saga"
        model = LogisticRegression(C=C, l1_ratio=l1_ratio, solver=solver, tol=1e-12, max_iter=200_000, random_state=0)
        return model.fit(Z, LABELS)

    Z = (X - X.mean(axis=0)) / X.std(axis=0)  # saga is slow on anything else
    loss = LogisticLoss(Z, LABELS)
    agrees(solve(loss, ElasticNet(0.02, rho)), theirs(**c.to_sklearn_logistic(0.02, rho, n_samples=N)))
    agrees(solve(loss, ElasticNet(**c.from_sklearn_logistic(0.9, rho, n_samples=N))), theirs(0.9, rho))


def glmnet_gaussian(lambda_, alpha):
    """What glmnet documents and does for family = "gaussian", step by step, in scikit-learn's elastic net."""
    mean, sd, sd_y = X.mean(axis=0), X.std(axis=0), Y.std()
    Z, target = (X - mean) / sd, (Y - Y.mean()) / sd_y
    strength = lambda_ / sd_y
    if alpha > 0:  # scikit-learn's elastic net has glmnet's objective, (1 - alpha) / 2 included
        beta = SklearnElasticNet(alpha=strength, l1_ratio=alpha, **TIGHT).fit(Z, target).coef_
    else:
        beta = Ridge(alpha=N * strength).fit(Z, target).coef_
    coef = beta * sd_y / sd
    return coef, Y.mean() - coef @ mean


@pytest.mark.parametrize("rho", RHOS)
def test_glmnet(rho):
    mean, sd, sd_y = X.mean(axis=0), X.std(axis=0), Y.std()
    standardized = SquaredLoss((X - mean) / sd, Y)

    def check(lam, share, lambda_, alpha):
        ours = solve(standardized, ElasticNet(lam, share))
        coef, intercept = c.from_standardized(ours.coef, ours.intercept, mean=mean, sd=sd)
        expected_coef, expected_intercept = glmnet_gaussian(lambda_, alpha)
        assert_allclose(coef, expected_coef, atol=1e-6)
        assert intercept == pytest.approx(expected_intercept, abs=1e-5)

    there = c.to_glmnet(0.3, rho, sd_y=sd_y)
    check(0.3, rho, **there)
    back = c.from_glmnet(0.5, rho, sd_y=sd_y)
    check(back["lam"], back["rho"], 0.5, rho)


def test_glmnet_without_sd_y_would_be_wrong_for_ridge():
    assert c.to_glmnet(0.3, 0.0, sd_y=Y.std())["lambda_"] != c.to_glmnet(0.3, 0.0)["lambda_"]
    assert c.to_glmnet(0.3, 1.0, sd_y=Y.std()) == c.to_glmnet(0.3, 1.0)


def test_standardized_coefficients_predict_the_same():
    mean, sd = X.mean(axis=0), X.std(axis=0)
    coef, intercept = np.array([1.0, -2.0, 0.0, 3.0]), 0.5
    inside, shift = c.to_standardized(coef, intercept, mean=mean, sd=sd)
    assert_allclose((X - mean) / sd @ inside + shift, X @ coef + intercept, rtol=1e-12)
    again, again_intercept = c.from_standardized(inside, shift, mean=mean, sd=sd)
    assert_allclose(again, coef, atol=1e-12)
    assert again_intercept == pytest.approx(intercept)


def sgd(weight_decay):
    """torch.optim.SGD's update for full batches, intercept in a group without decay."""
    theta, b = np.zeros(4), 0.0
    Z = X - X.mean(axis=0)
    rate = 1 / (np.linalg.norm(Z, 2) ** 2 / N + weight_decay)
    for _ in range(20_000):
        residual = Z @ theta + b - Y
        theta = theta - rate * (Z.T @ residual / N + weight_decay * theta)
        b -= 0.5 * residual.mean()
    return theta


def test_torch_weight_decay():
    assert_allclose(solve(SquaredLoss(X, Y), L2(0.3)).coef, sgd(**c.to_torch_weight_decay(0.3)), atol=1e-6)
    assert_allclose(solve(SquaredLoss(X, Y), L2(**c.from_torch_weight_decay(0.3))).coef, sgd(0.3), atol=1e-6)


@given(lam=st.floats(1e-6, 1e6), rho=st.floats(0, 1), n_samples=st.integers(1, 10**6), sd_y=st.floats(1e-3, 1e3))
def test_round_trips(lam, rho, n_samples, sd_y):
    n = {"n_samples": n_samples}
    close = {"rel": 1e-9, "abs": 1e-12}
    both = {"lam": lam, "rho": rho}
    assert c.from_sklearn_lasso(**c.to_sklearn_lasso(lam)) == {"lam": lam}
    assert c.from_sklearn_ridge(**c.to_sklearn_ridge(lam, **n), **n) == pytest.approx({"lam": lam}, **close)
    assert c.from_torch_weight_decay(**c.to_torch_weight_decay(lam)) == pytest.approx({"lam": lam}, **close)
    assert c.from_sklearn_elastic_net(**c.to_sklearn_elastic_net(lam, rho)) == pytest.approx(both, **close)
    assert c.from_sklearn_logistic(**c.to_sklearn_logistic(lam, rho, **n), **n) == pytest.approx(both, **close)
    assert c.from_glmnet(**c.to_glmnet(lam, rho, sd_y=sd_y), sd_y=sd_y) == pytest.approx(both, **close)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: c.to_sklearn_lasso(-1.0), ValueError, "lam must be a finite number >= 0, got -1.0"),
        (lambda: c.from_sklearn_lasso("1"), TypeError, "alpha must be a real number"),
        (lambda: c.to_sklearn_ridge(1.0, n_samples=0), ValueError, "n_samples must be an integer >= 1, got 0"),
        (lambda: c.to_sklearn_ridge(1.0, n_samples=1.5), TypeError, "n_samples must be an integer"),
        (lambda: c.to_sklearn_elastic_net(1.0, 2.0), ValueError, "rho must"),
        (lambda: c.from_sklearn_elastic_net(1.0, -0.1), ValueError, "l1_ratio must"),
        (lambda: c.to_sklearn_logistic(0.0, n_samples=3), ValueError, "lam must be a finite number > 0"),
        (lambda: c.from_sklearn_logistic(0.0, n_samples=3), ValueError, "C must be a finite number > 0"),
        (lambda: c.to_glmnet(1.0, sd_y=0.0), ValueError, "sd_y must"),
        (lambda: c.from_glmnet(-1.0), ValueError, "lambda_ must"),
        (lambda: c.to_torch_weight_decay(np.nan), ValueError, "lam must"),
        (lambda: c.from_standardized([1.0], 0.0, mean=[1.0], sd=[0.0]), ValueError, "sd must be > 0"),
        (lambda: c.from_standardized([1.0], 0.0, mean=[1.0, 2.0], sd=[1.0]), ValueError, "mean must have shape"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
