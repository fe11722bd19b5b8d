"""Profiled losses: values, gradients, constants, and the conjugate half of the duality gap."""

import numpy as np
import pytest
import scipy.optimize
import scipy.sparse
from numpy.testing import assert_allclose

from regutils.losses import LogisticLoss, SquaredLoss

rng = np.random.default_rng(7)
X = rng.normal(size=(30, 4)) * [1.0, 5.0, 0.2, 1.0] + [0.0, 3.0, 1.0, -2.0]
Y = {SquaredLoss: X @ [1.0, -0.2, 3.0, 0.0] + 4 + rng.normal(size=30), LogisticLoss: (rng.random(30) < 0.7) * 1.0}
THETA = np.array([0.3, -0.2, 1.0, 0.5])
every_loss = pytest.mark.parametrize("kind", [SquaredLoss, LogisticLoss])
every_intercept = pytest.mark.parametrize("fit_intercept", [True, False])
every_design = pytest.mark.parametrize("convert", [np.asarray, scipy.sparse.csr_array, scipy.sparse.coo_matrix])


def mean_loss(kind, theta, b):
    z = X @ theta + b
    y = Y[kind]
    if kind is SquaredLoss:
        return np.sum((y - z) ** 2) / (2 * len(y))
    return np.mean(np.log1p(np.exp(z)) - y * z)


@every_loss
@every_intercept
@every_design
def test_value_gradient_intercept(kind, fit_intercept, convert):
    loss = kind(convert(X), Y[kind], fit_intercept=fit_intercept)
    best = 0.0
    if fit_intercept:
        best = scipy.optimize.minimize_scalar(lambda b: mean_loss(kind, THETA, b), tol=1e-14).x
    assert loss.intercept(THETA) == pytest.approx(best, abs=1e-6)
    assert loss.value(THETA) == pytest.approx(mean_loss(kind, THETA, loss.intercept(THETA)), rel=1e-12)
    assert loss.value(THETA) <= mean_loss(kind, THETA, best) + 1e-14
    h = 1e-5
    slopes = [(loss.value(THETA + h * e) - loss.value(THETA - h * e)) / (2 * h) for e in np.eye(4)]
    assert_allclose(loss.gradient(THETA), slopes, rtol=1e-7, atol=1e-7)
    curves = [(loss.gradient(THETA + h * e) - loss.gradient(THETA - h * e)) / (2 * h) for e in np.eye(4)]
    assert_allclose(loss.hessian(THETA), curves, rtol=1e-6, atol=1e-6)
    if fit_intercept:
        assert loss.residual(THETA).sum() == pytest.approx(0, abs=1e-10)


@every_loss
@every_intercept
def test_lipschitz_bounds_the_hessian_and_strong_convexity_lies_below(kind, fit_intercept):
    loss = kind(X, Y[kind], fit_intercept=fit_intercept)
    for size in (0.0, 0.1, 1.0):
        eigenvalues = np.linalg.eigvalsh(loss.hessian(size * THETA))
        assert eigenvalues[-1] <= loss.lipschitz * (1 + 1e-12)
        assert eigenvalues[0] >= loss.strong_convexity * (1 - 1e-9)
        if kind is SquaredLoss:
            assert eigenvalues[-1] == pytest.approx(loss.lipschitz, rel=1e-12)
            assert eigenvalues[0] == pytest.approx(loss.strong_convexity, rel=1e-9)


def test_logistic_lipschitz_is_tight_at_probability_one_half():
    y = np.tile([0.0, 1.0], 15)
    loss = LogisticLoss(X, y, fit_intercept=False)
    assert np.linalg.eigvalsh(loss.hessian(np.zeros(4)))[-1] == pytest.approx(loss.lipschitz, rel=1e-12)


@every_loss
def test_conjugate_gap_agrees_with_the_conjugate(kind):
    loss = kind(X, Y[kind])
    z = X @ THETA + loss.intercept(THETA)
    change = -0.3 * loss.residual(THETA)  # inwards: the dual point stays in the domain
    a = -(loss.residual(THETA) + change) / 30
    if kind is SquaredLoss:
        conjugate = 15 * a @ a + a @ loss.y
    else:
        q = loss.y + 30 * a
        conjugate = np.mean(q * np.log(q) + (1 - q) * np.log(1 - q))
    assert loss.conjugate_gap(THETA, change) == pytest.approx(loss.value(THETA) + conjugate - a @ z, rel=1e-9)
    assert loss.conjugate_gap(THETA, np.zeros(30)) == pytest.approx(0, abs=1e-16)


def test_conjugate_gap_is_infinite_off_the_domain():
    assert LogisticLoss(X, Y[LogisticLoss]).conjugate_gap(THETA, np.full(30, 2.0)) == np.inf


@every_intercept
def test_bases(fit_intercept):
    wide = rng.normal(size=(5, 9))
    loss = SquaredLoss(wide, np.arange(5), fit_intercept=fit_intercept)
    assert loss.rank == 5 - fit_intercept
    assert_allclose(loss.row_basis.T @ loss.row_basis, np.eye(loss.rank), atol=1e-12)
    outside = rng.normal(size=9)
    outside -= loss.row_basis @ (loss.row_basis.T @ outside)
    assert loss.value(outside) == pytest.approx(loss.value(np.zeros(9)), rel=1e-12)
    assert loss.strong_convexity == 0


def test_labels():
    plus_minus = LogisticLoss(X, 2 * Y[LogisticLoss] - 1)
    assert plus_minus.value(THETA) == LogisticLoss(X, Y[LogisticLoss]).value(THETA)
    assert LogisticLoss(X, Y[LogisticLoss].astype(bool)).value(THETA) == plus_minus.value(THETA)


def test_extreme_predictors_stay_finite():
    loss = LogisticLoss(X, Y[LogisticLoss])
    theta = np.array([0.0, 500.0, 0.0, 0.0])
    assert np.isfinite(loss.value(theta))
    assert loss.residual(theta).sum() == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_other_dtypes_are_converted(dtype):
    loss = SquaredLoss(np.arange(6).reshape(3, 2).astype(dtype), np.array([1, 2, 4], dtype=dtype))
    assert loss.gradient([0, 1]).dtype == np.float64
    assert isinstance(loss.value([0, 1]), float)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: LogisticLoss(X, np.arange(30)), ValueError, "y must hold labels 0 and 1 .* got 0, 1, 2, 3, 4, 5"),
        (lambda: LogisticLoss(X, np.full(30, 2.0)), ValueError, "y must hold labels"),
        (lambda: LogisticLoss(X, np.ones(30)), ValueError, "y must hold both classes .* got only 1"),
        (lambda: SquaredLoss(X, np.ones(29)), ValueError, "X and y must have the same number of rows"),
        (lambda: SquaredLoss(X[:, 0], np.ones(30)), ValueError, "X must have 2 dimension"),
        (lambda: SquaredLoss(X[:0], np.ones(0)), ValueError, "X must not be empty"),
        (lambda: SquaredLoss(X + 1j, np.ones(30)), TypeError, "X must hold real numbers"),
        (lambda: SquaredLoss(X.astype(object), np.ones(30)), TypeError, "X must hold real numbers"),
        (lambda: SquaredLoss(X * np.inf, np.ones(30)), ValueError, "X must be finite"),
        (lambda: SquaredLoss(X, Y[SquaredLoss]).value(np.ones(3)), ValueError, r"theta must have shape \(4\)"),
        (lambda: SquaredLoss(X, Y[SquaredLoss]).gradient([np.nan] * 4), ValueError, "theta must be finite"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_bad_input(make, error, message):
    with pytest.raises(error, match=message):
        make()
