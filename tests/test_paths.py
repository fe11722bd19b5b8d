"""Paths are right at every strength (their own certificate, scikit-learn, our solvers), for one data set or many."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_diabetes
from sklearn.linear_model import ElasticNet as SklearnElasticNet
from sklearn.linear_model import Lasso, LinearRegression, Ridge

from regutils.conventions import to_sklearn_elastic_net, to_sklearn_ridge
from regutils.datasets import load_hitters, load_khan
from regutils.losses import SquaredLoss
from regutils.metrics import kkt_violation, lambda_max
from regutils.paths import elastic_net_path, lasso_path, ridge_path
from regutils.penalties import L1, L2, ElasticNet

RHO = 0.4


def net_path(*args, **options):
    return elastic_net_path(*args, rho=RHO, **options)


PATHS = {
    "lasso": (lasso_path, L1, lambda lam, n: Lasso(alpha=lam, tol=1e-14, max_iter=10**6)),
    "ridge": (ridge_path, L2, lambda lam, n: Ridge(**to_sklearn_ridge(lam, n_samples=n), solver="svd")),
    "elastic_net": (
        net_path,
        lambda lam: ElasticNet(lam, RHO),
        lambda lam, n: SklearnElasticNet(**to_sklearn_elastic_net(lam, RHO), tol=1e-14, max_iter=10**6),
    ),
}
every_path = pytest.mark.parametrize(("path_of", "penalty_of", "estimator_of"), PATHS.values(), ids=PATHS)
every_function = pytest.mark.parametrize("path_of", [lasso_path, ridge_path, net_path])
every_intercept = pytest.mark.parametrize("fit_intercept", [True, False])
every_shape = pytest.mark.parametrize("shape", [(3, 40, 6), (2, 15, 30), (1, 12, 12)])


def simulate(shape, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=shape) + rng.normal(size=(*shape[:-1], 1)) + 1
    return X, X[..., :3] @ [2.0, -1.0, 0.5] + 3 + rng.normal(size=shape[:-1])


@every_path
@every_shape
@every_intercept
def test_against_scikit_learn(path_of, penalty_of, estimator_of, shape, fit_intercept):
    X, y = simulate(shape)
    path = path_of(X, y, n_lambdas=6, fit_intercept=fit_intercept)
    assert path.kkt.max() <= 1e-9
    for r, (design, target) in enumerate(zip(X, y, strict=True)):
        loss = SquaredLoss(design, target, fit_intercept=fit_intercept)
        for k, lam in enumerate(path.lambdas[r]):
            theirs = estimator_of(lam, shape[1]).set_params(fit_intercept=fit_intercept).fit(design, target)
            assert_allclose(path.coef[r, k], theirs.coef_, atol=1e-6)
            assert path.intercept[r, k] == pytest.approx(theirs.intercept_, abs=1e-6)
            ours = kkt_violation(loss, penalty_of(lam), path.coef[r, k], relative=True)
            assert ours <= path.kkt[r] + 1e-13


@every_function
def test_replicates_are_independent_of_their_company(path_of):
    X, y = simulate((3, 40, 6))
    together = path_of(X, y, n_lambdas=5)
    assert together.coef.shape == (3, 5, 6)
    assert together.lambdas.shape == together.intercept.shape == together.df.shape == (3, 5)
    assert together.kkt.shape == (3,)
    for r in range(3):
        alone = path_of(X[r], y[r], n_lambdas=5)
        assert alone.coef.shape == (5, 6)
        assert alone.lambdas.shape == (5,)
        assert alone.kkt.shape == ()
        for name in ("lambdas", "coef", "intercept", "df"):
            assert_allclose(getattr(together, name)[r], getattr(alone, name), atol=1e-10)
            assert getattr(alone, name).dtype == np.float64


@every_function
@pytest.mark.parametrize("name", ["diabetes", "diabetes raw", "hitters", "khan"])
def test_real_data(path_of, name):
    if name.startswith("diabetes"):
        X, y = load_diabetes(return_X_y=True, scaled=name == "diabetes")
    else:
        bunch = load_hitters() if name == "hitters" else load_khan()
        X, y = bunch.data, bunch.target
    path = path_of(X, y, n_lambdas=30)
    assert path.kkt <= 1e-9
    predictions = path.coef @ X.T + path.intercept[:, None]
    training_error = np.mean((y - predictions) ** 2, axis=1)
    assert np.all(np.diff(training_error) < 0)


@every_function
@every_intercept
def test_lambda_zero_is_least_squares(path_of, fit_intercept):
    for shape in ((1, 40, 6), (1, 10, 30)):
        X, y = simulate(shape)
        path = path_of(X[0], y[0], [0.1, 0.0], fit_intercept=fit_intercept)
        exact = LinearRegression(fit_intercept=fit_intercept).fit(X[0], y[0])
        assert_allclose(path.coef[-1], exact.coef_, atol=1e-8)
        if path_of is ridge_path:
            assert path.df[-1] == pytest.approx(6 if shape[1] == 40 else 10 - fit_intercept, abs=1e-8)


def test_default_grids():
    X, y = simulate((2, 40, 6))
    lasso = lasso_path(X, y)
    assert lasso.lambdas.shape == (2, 50)
    for r in range(2):
        largest = lambda_max(SquaredLoss(X[r], y[r]))
        assert lasso.lambdas[r, 0] == pytest.approx(largest, rel=1e-14)
        assert lasso.lambdas[r, -1] == pytest.approx(largest / 100, rel=1e-12)
    assert_array_equal(lasso.coef[:, 0], 0)
    assert np.all(np.any(lasso.coef[:, 1] != 0, axis=1))
    assert_allclose(np.diff(np.log(lasso.lambdas)), np.log(0.01) / 49, rtol=1e-9)
    assert_allclose(net_path(X, y).lambdas, lasso.lambdas / RHO)
    ridge = ridge_path(X, y)
    assert np.all(ridge.coef != 0)
    for r in range(2):
        largest = np.linalg.eigvalsh(np.cov(X[r].T, bias=True))[-1]
        assert_allclose(ridge.lambdas[r, [0, -1]], [5 * largest, 5e-4 * largest], rtol=1e-12)


def test_ends_of_the_mixing_share():
    X, y = simulate((2, 40, 6))
    grid = [0.5, 0.1, 0.02]
    for rho, path_of in ((1.0, lasso_path), (0.0, ridge_path)):
        mixed, pure = elastic_net_path(X, y, grid, rho=rho), path_of(X, y, grid)
        assert_allclose(mixed.coef, pure.coef, atol=1e-12)
        assert_allclose(mixed.df, pure.df, atol=1e-10)


def hat_trace(X, y, path_of, lam):
    """The divergence of the fit, sum of d fitted_i / d y_i, by differences: what df estimates without bias."""
    h = 1e-6
    total = 0.0
    for i in range(len(y)):
        up, down = y.copy(), y.copy()
        up[i] += h
        down[i] -= h
        paths = [path_of(X, target, [lam]) for target in (up, down)]
        fits = [X[i] @ path.coef[0] + path.intercept[0] for path in paths]
        total += (fits[0] - fits[1]) / (2 * h)
    return total - 1  # the intercept's own


@every_function
def test_degrees_of_freedom(path_of):
    X, y = simulate((25, 5))
    assert path_of(X, y, [0.3]).df[0] == pytest.approx(hat_trace(X, y, path_of, 0.3), abs=1e-5)


def test_lasso_df_counts_the_nonzeros():
    X, y = simulate((25, 5))
    path = lasso_path(X, y)
    assert_array_equal(path.df, np.count_nonzero(path.coef, axis=1))


def test_shared_and_own_grids():
    X, y = simulate((2, 40, 6))
    shared = lasso_path(X, y, [0.5, 0.1])
    own = lasso_path(X, y, [[0.5, 0.1], [0.3, 0.1]])
    assert_array_equal(shared.lambdas, [[0.5, 0.1], [0.5, 0.1]])
    assert_allclose(own.coef[1, 1], shared.coef[1, 1], atol=1e-10)
    assert_allclose(own.coef[0], shared.coef[0], atol=1e-12)


@every_function
def test_constant_target_and_constant_column(path_of):
    X, y = simulate((20, 4))
    flat = path_of(X, np.full(20, 3.0), n_lambdas=4)
    assert_allclose(flat.coef, 0, atol=1e-15)
    assert_allclose(flat.intercept, 3.0)
    X[:, 2] = 5.0
    path = path_of(X, y, n_lambdas=4)
    assert_allclose(path.coef[:, 2], 0, atol=1e-12)
    assert path.kkt <= 1e-9


@every_function
def test_twin_columns(path_of):
    X, y = simulate((30, 3))
    path = path_of(np.column_stack([X, X[:, 0]]), y, n_lambdas=8)
    assert path.kkt <= 1e-9


def test_integer_and_single_precision_input():
    X, y = simulate((20, 3))
    path = lasso_path(X.astype(np.float32), np.round(y).astype(int), n_lambdas=3)
    assert path.coef.dtype == np.float64


@every_function
@pytest.mark.parametrize("scale", [1e-90, 1e-12, 1e12, 1e90])
def test_units_do_not_matter(path_of, scale):
    X, y = simulate((20, 3))
    for design, target in ((X * scale, y), (X, y * scale), (X * scale, y / scale)):
        path = path_of(design, target)
        assert path.kkt <= 1e-12
        if path_of is not net_path:  # whose L2 part alone knows units
            expected = path_of(X, y)
            assert_allclose(
                path.coef * np.ptp(design) / np.ptp(target), expected.coef * np.ptp(X) / np.ptp(y), rtol=1e-9
            )
            assert_allclose(path.df, expected.df, atol=1e-9)


@every_function
def test_input_of_any_layout_is_left_as_it_was(path_of):
    X, y = simulate((20, 3))
    expected = path_of(X, y, fit_intercept=False)
    for data in ((X, y), (np.asfortranarray(X), np.repeat(y, 2)[::2]), (X.astype(">f8"), y.astype(">f8"))):
        before = [values.copy() for values in data]
        for values in data:
            values.flags.writeable = False
        assert_allclose(path_of(*data, fit_intercept=False).coef, expected.coef, atol=1e-13)
        for values, old in zip(data, before, strict=True):
            assert_array_equal(values, old)


X_GOOD, Y_GOOD = simulate((20, 3))


@every_function
@pytest.mark.parametrize(
    ("X", "y", "options", "error", "message"),
    [
        (X_GOOD[0], Y_GOOD, {}, ValueError, r"X must have 2 or 3 dimension"),
        (X_GOOD, Y_GOOD[:-1], {}, ValueError, r"y must have shape \(20\), got \(19,\)"),
        (np.stack([X_GOOD] * 2), Y_GOOD, {}, ValueError, r"y must have shape \(2, 20\)"),
        (X_GOOD * np.nan, Y_GOOD, {}, ValueError, "X must be finite"),
        (X_GOOD.astype(str), Y_GOOD, {}, TypeError, "X must hold real numbers"),
        (X_GOOD[:0], Y_GOOD[:0], {}, ValueError, "X must not be empty"),
        (X_GOOD * 1e-200, Y_GOOD, {}, ValueError, "X must be zero or in units that put its largest entry between"),
        (X_GOOD, Y_GOOD * -1e200, {}, ValueError, "y must be zero or in units"),
        (X_GOOD, Y_GOOD, {"lambdas": [0.1, 0.2]}, ValueError, "lambdas must be strictly decreasing"),
        (X_GOOD, Y_GOOD, {"lambdas": [0.1, 0.1]}, ValueError, "lambdas must be strictly decreasing"),
        (X_GOOD, Y_GOOD, {"lambdas": [0.1, -0.1]}, ValueError, "lambdas must be >= 0, got -0.1"),
        (X_GOOD, Y_GOOD, {"lambdas": []}, ValueError, "lambdas must not be empty"),
        (X_GOOD, Y_GOOD, {"lambdas": [[0.1]]}, ValueError, "lambdas must have 1 dimension"),
        (X_GOOD[None], Y_GOOD[None], {"lambdas": [[0.1], [0.2]]}, ValueError, "lambdas must have 1 rows"),
        (X_GOOD, Y_GOOD, {"n_lambdas": 0}, ValueError, "n_lambdas must be an integer >= 1"),
        (X_GOOD, Y_GOOD, {"lambda_min_ratio": 1.0}, ValueError, "lambda_min_ratio must be"),
    ],
)
def test_bad_input(path_of, X, y, options, error, message):
    with pytest.raises(error, match=message):
        path_of(X, y, **options)


@pytest.mark.parametrize("rho", [-0.1, 1.1, np.nan])
def test_bad_share(rho):
    with pytest.raises(ValueError, match="rho must be a finite number >= 0 and <= 1"):
        elastic_net_path(X_GOOD, Y_GOOD, rho=rho)


def test_a_constant_column_that_has_no_exact_mean_counts_for_nothing():
    generator = np.random.default_rng(1)
    for n in (29, 30, 49):  # where one constant's mean is exact, that of another is not
        X = generator.normal(size=(n, 13))
        X[:, :10] = np.linspace(0.1, 33.3, 10)
        y = X[:, 10] + generator.normal(size=n)
        for path_of in (lasso_path, ridge_path):
            path = path_of(X, y, [0.1, 0.0])
            assert np.all(path.coef[:, :10] == 0)
            assert_allclose(path.df[-1], 3)


def test_the_intercept_is_fitted_or_not():
    with pytest.raises(TypeError, match="fit_intercept must be True or False, got 'no'"):
        lasso_path(np.eye(3), np.arange(3.0), fit_intercept="no")
