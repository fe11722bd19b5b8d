"""Whatever route finds a path, it is right: ten thousand random and degenerate problems, judged by this file's own sums."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from regutils import _routes
from regutils.paths import elastic_net_path, lasso_path, ridge_path

ROUTES = ["numpy", pytest.param("compiled", marks=pytest.mark.filterwarnings("ignore::Warning:numba"))]
DEGENERACIES = [
    "binary", "ties", "twins", "constant", "bootstrap", "collinear", "scales", "no noise", "some y zero", "far down",
]  # fmt: skip
REPLICATES = 50


@pytest.fixture(params=ROUTES)
def route(request, monkeypatch):
    if request.param == "compiled":
        pytest.importorskip("numba")
    monkeypatch.setattr(_routes, "ROUTE", request.param)
    return request.param


def problems(seed, n, p, flags, replicates=REPLICATES):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(replicates, n, p))
    if "collinear" in flags:  # correlations of .9999
        X = np.sqrt(0.9999) * rng.normal(size=(replicates, n, 1)) + np.sqrt(0.0001) * X
    if "binary" in flags:
        X = (X > 0.5).astype(float)
    if "ties" in flags:
        X = np.round(X)
    if "twins" in flags:
        some = rng.integers(p, size=(2, max(1, p // 3)))
        X[:, :, some[0]] = X[:, :, some[1]] * rng.choice([-1.0, 1.0])
    if "constant" in flags:
        X[:, :, rng.integers(p)] = 3.3
    y = X[:, :, : min(3, p)].sum(axis=2) + (0 if "no noise" in flags else 1) * rng.normal(size=(replicates, n))
    if "ties" in flags:
        y = np.round(y)
    if "some y zero" in flags:
        y[::2] = 0.0
        y[1::4] = 1.7
    if "bootstrap" in flags:
        rows = rng.integers(n, size=(replicates, n))
        X, y = np.take_along_axis(X, rows[:, :, None], axis=1), np.take_along_axis(y, rows, axis=1)
    if "scales" in flags:
        X = X * 10.0 ** rng.uniform(-4, 4, size=p)
    return X, y


def violation(X, y, coef, l1, l2, fit_intercept=True):
    """Largest violation (R,) of stationarity, and max |X'y| / n (R,), from the raw data."""
    n = y.shape[1]
    if fit_intercept:
        X, y = X - X.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    residual = y[:, None, :] - coef @ X.transpose(0, 2, 1)
    pull = residual @ X / n - 2 * l2[:, :, None] * coef
    bound = np.broadcast_to(l1[:, :, None], pull.shape)
    inside = np.maximum(np.abs(pull) - bound, 0)
    worst = np.where(coef == 0, inside, np.abs(pull - bound * np.sign(coef))).max(axis=(1, 2))
    return worst, np.abs(y[:, None, :] @ X).max(axis=(1, 2)) / n


def rounding(X, y):
    """Where y is constant, or nearly: what its centering leaves."""
    return 1e-14 * np.abs(X).max(axis=(1, 2)) * np.abs(y).max(axis=1)


cases = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2**32 - 1),
        "n": st.integers(1, 40),
        "p": st.integers(1, 60),
        "flags": st.lists(st.sampled_from(DEGENERACIES), max_size=3, unique=True),
    }
)
relaxed = settings(
    max_examples=230, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def test_ten_thousand_problems(route):
    seen = {"problems": 0}

    @relaxed
    @given(
        case=cases,
        n_lambdas=st.integers(1, 12),
        fit_intercept=st.booleans(),
        l2=st.sampled_from([None, None, 1e-3, 0.3]),
    )
    def check(case, n_lambdas, fit_intercept, l2):
        X, y = problems(**case)
        options = {
            "n_lambdas": n_lambdas,
            "lambda_min_ratio": 1e-9 if "far down" in case["flags"] else 1e-2,
            "fit_intercept": fit_intercept,
        }
        path = lasso_path(X, y, **options) if l2 is None else elastic_net_path(X, y, l2=l2, **options)
        penalty = np.full_like(path.lambdas, l2 or 0.0)
        worst, scale = violation(X, y, path.coef, path.lambdas, penalty, fit_intercept)
        assert np.all(worst <= 1e-9 * scale + rounding(X, y))
        assert np.all(path.kkt <= 1e-9)
        assert np.all(path.df <= np.minimum(X.shape[1] - fit_intercept, X.shape[2]) + 1e-6)
        seen["problems"] += len(X)

    check()
    assert seen["problems"] >= 10_000
