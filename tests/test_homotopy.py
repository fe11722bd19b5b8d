"""Whatever route finds a path, it is right: ten thousand random and degenerate problems, judged from X and y."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.linear_model import enet_path

from regutils import _routes, paths
from regutils._careful import resolve
from regutils._centered import Data
from regutils._gram import Gram, WideGram
from regutils._homotopy import homotopy, tableau_path
from regutils.paths import elastic_net_path, lasso_path, ridge_path

ROUTES = ["numpy", "descent", "compiled"]
DEGENERACIES = [
    "binary", "ties", "twins", "constant", "bootstrap", "collinear", "scales", "no noise", "some y zero", "far down",
]  # fmt: skip
REPLICATES = 50


@pytest.fixture(params=ROUTES)
def route(request, monkeypatch):
    if request.param == "compiled":
        pytest.importorskip("numba")
    if request.param == "descent":  # whether it pays or not
        monkeypatch.setattr(_routes, "_descent_pays", lambda *_: True)
    monkeypatch.setattr(_routes, "ROUTE", "compiled" if request.param == "compiled" else "numpy")
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
    max_examples=300, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def test_ten_thousand_problems(route):
    seen = {"problems": 0}

    @relaxed
    @given(
        case=cases,
        n_lambdas=st.integers(1, 10),
        fit_intercept=st.booleans(),
        penalty=st.sampled_from(["lasso", "lasso", "lasso", 0.9, 0.2, "ridge", "l2 = 0.001", "l2 = 0.3"]),
    )
    def check(case, n_lambdas, fit_intercept, penalty):
        X, y = problems(**case)
        options = {
            "n_lambdas": n_lambdas,
            "lambda_min_ratio": 1e-9 if "far down" in case["flags"] else 1e-2,
            "fit_intercept": fit_intercept,
        }
        if penalty == "lasso":
            path = lasso_path(X, y, **options)
            l1, l2 = path.lambdas, np.zeros_like(path.lambdas)
        elif penalty == "ridge":
            path = ridge_path(X, y, **options)
            l1, l2 = np.zeros_like(path.lambdas), path.lambdas
        elif isinstance(penalty, float):
            path = elastic_net_path(X, y, rho=penalty, **options)
            l1, l2 = penalty * path.lambdas, (1 - penalty) * path.lambdas
        else:
            path = elastic_net_path(X, y, l2=float(penalty[5:]), **options)
            l1, l2 = path.lambdas, np.full_like(path.lambdas, float(penalty[5:]))
        worst, scale = violation(X, y, path.coef, l1, l2, fit_intercept)
        assert np.all(worst <= 1e-9 * scale + rounding(X, y))
        assert np.all(path.kkt <= 1e-9)
        assert np.all(path.df >= 0)
        assert np.all(path.df <= np.minimum(X.shape[1] - fit_intercept, X.shape[2]) + 1e-6)
        seen["problems"] += len(X)

    check()
    assert seen["problems"] >= 10_000


def test_few_problems_are_as_right_as_many(route):
    @settings(relaxed, max_examples=120)
    @given(case=cases, replicates=st.integers(1, 4), n_lambdas=st.integers(1, 30), rho=st.sampled_from([0.9, 0.5, 0.1]))
    def check(case, replicates, n_lambdas, rho):
        X, y = problems(**case, replicates=replicates)
        path = elastic_net_path(X, y, rho=rho, n_lambdas=n_lambdas)
        worst, scale = violation(X, y, path.coef, rho * path.lambdas, (1 - rho) * path.lambdas)
        assert np.all(worst <= 1e-9 * scale + rounding(X, y))
        again = elastic_net_path(np.repeat(X, 5, axis=0), np.repeat(y, 5, axis=0), rho=rho, n_lambdas=n_lambdas)
        assert_allclose(path.df, again.df[::5], atol=1e-6)

    check()


@settings(relaxed, max_examples=25)
@given(
    seed=st.integers(0, 2**32 - 1),
    p=st.integers(1, 12),
    flags=st.lists(st.sampled_from(["binary", "bootstrap", "ties", "no noise"]), max_size=2, unique=True),
    rho=st.sampled_from([1.0, 0.5]),
)
def test_equals_scikit_learn_where_the_solution_is_unique(seed, p, flags, rho):
    X, y = problems(seed, 40, p, flags, replicates=3)
    path = lasso_path(X, y, n_lambdas=5) if rho == 1 else elastic_net_path(X, y, rho=rho, n_lambdas=5)
    X, y = X - X.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    for r, (design, target) in enumerate(zip(X, y, strict=True)):
        if np.linalg.matrix_rank(design) < p or not target.any():
            continue
        strength = path.lambdas[r] * (2 - rho)
        _, theirs, _ = enet_path(design, target, l1_ratio=rho / (2 - rho), alphas=strength, tol=1e-15, max_iter=10**6)
        assert_allclose(path.coef[r], theirs.T, atol=1e-6)


@pytest.mark.parametrize("shape", [(2, 60, 90), (1, 40, 300), (2, 150, 120), (5, 12, 200)])
@pytest.mark.parametrize("fixed", [{}, {"l2": 0.1}])
def test_large_problems(route, shape, fixed):
    rng = np.random.default_rng(1)
    X = rng.normal(size=shape) + rng.normal(size=(*shape[:2], 1))
    y = X[:, :, :5].sum(axis=2) + rng.normal(size=shape[:2])
    path = elastic_net_path(X, y, **fixed) if fixed else lasso_path(X, y)
    worst, scale = violation(X, y, path.coef, path.lambdas, np.full_like(path.lambdas, fixed.get("l2", 0.0)))
    assert np.all(worst <= 1e-10 * scale)


@pytest.mark.parametrize("shared", [True, False])
def test_rows_of_the_gram_matrix_need_no_matrix(shared):
    rng = np.random.default_rng(15)
    X = rng.normal(size=(1 if shared else 4, 6, 90))
    matrix, rows = Gram(X.transpose(0, 2, 1) @ X), WideGram(X)
    scale = rng.uniform(1, 2, size=(len(X), 90))
    for one, other in ((matrix, rows), (matrix.part(slice(0, 3)), rows.part(slice(0, 3))),
                       (matrix.scaled(scale), rows.scaled(scale))):  # fmt: skip
        assert_allclose(one.diagonal, other.diagonal)
        for problems in (np.arange(3), np.array([0, 2])):
            j = rng.integers(90, size=problems.size)
            assert_allclose(one.rows(problems, j), other.rows(problems, j), atol=1e-12)


@pytest.mark.parametrize("flag", [None, "binary", "twins", "constant", "scales", "no noise"])
@pytest.mark.parametrize("l2", [0.0, 0.05])
def test_wide_problems(route, monkeypatch, flag, l2):
    """The same with and without the Gram matrix, for problems with a design of their own and on one design."""
    X, y = problems(16, 6, 100, [flag] if flag else [], replicates=5)
    for design in (X, X[0]):
        wide = elastic_net_path(design, y, l2=l2, n_lambdas=12)
        worst, scale = violation(np.broadcast_to(design, X.shape), y, wide.coef, wide.lambdas, np.full((5, 12), l2))
        assert np.all(worst <= 1e-9 * scale)
        with monkeypatch.context() as patch:
            patch.setattr(_routes, "WIDE", 1e9)
            assert_allclose(elastic_net_path(design, y, l2=l2, n_lambdas=12).df, wide.df, atol=1e-7)


@pytest.mark.parametrize("share", [{}, {"rho": 0.5}, {"l2": 0.1}, {"rho": 0.0}])
def test_many_targets_on_one_design(route, share):
    rng = np.random.default_rng(0)
    for n, p in ((30, 8), (12, 70)):
        X, y = rng.normal(size=(n, p)) + 2, rng.normal(size=(6, n)) + 5
        path_of = elastic_net_path if share else lasso_path
        shared = path_of(X, y, n_lambdas=7, **share)
        apart = path_of(np.stack([X] * 6), y, n_lambdas=7, **share)
        for name in ("lambdas", "coef", "intercept", "df"):
            assert_allclose(getattr(shared, name), getattr(apart, name), rtol=1e-9, atol=1e-10)
        own = path_of(X, y, [[0.3 + r, 0.1] for r in range(6)], **share)
        assert own.coef.shape == (6, 2, p)


def test_shared_design_wants_targets_of_its_length():
    with pytest.raises(ValueError, match=r"y must have shape \(any, 20\), got \(3, 21\)"):
        lasso_path(np.ones((20, 2)), np.ones((3, 21)))


def test_routes_agree(monkeypatch):
    pytest.importorskip("numba")
    X, y = problems(5, 30, 80, [], replicates=4)
    found = {}
    for name in ("numpy", "compiled"):
        monkeypatch.setattr(_routes, "ROUTE", name)
        found[name] = [lasso_path(X, y), elastic_net_path(X, y, rho=0.5), elastic_net_path(X, y, l2=0.2)]
    for one, other in zip(found["numpy"], found["compiled"], strict=True):
        assert_allclose(one.coef, other.coef, atol=1e-11)
        assert_allclose(one.df, other.df, atol=1e-9)


def test_chunks_do_not_show(route, monkeypatch):
    X, y = problems(6, 20, 10, ["twins"], replicates=9)
    whole = lasso_path(X, y)
    monkeypatch.setattr(paths, "chunk_size", lambda *shape: 2)
    assert_array_equal(lasso_path(X, y).coef, whole.coef)


def test_certificate_is_the_violation():
    """Of whatever coefficients: wrong signs, coefficients that should be zero, zeros that should not."""
    rng = np.random.default_rng(2)
    X, y = problems(7, 25, 9, [], replicates=5)
    for design, R in ((X, 5), (X[0], 5)):
        for _, data in Data(design, y, True).chunks(R):
            coef = rng.normal(size=(R, 4, 9)) * rng.integers(0, 2, size=(R, 4, 9))
            l1, l2 = rng.uniform(size=(2, R, 4))
            kkt, size = data.certify(coef, l1, l2)
            full = np.broadcast_to(design, (R, 25, 9))
            worst, scale = violation(full, y, coef, l1, l2)
            assert_allclose(kkt, worst / scale, rtol=1e-10)
            assert_array_equal(size, np.count_nonzero(coef, axis=2))


@pytest.mark.parametrize("flag", [None, *DEGENERACIES])
@pytest.mark.parametrize("shape", [(25, 10), (15, 30)])
def test_the_homotopy_needs_no_help(flag, shape):
    """What is solved again is right too, but slow: the exception, not the rule."""
    X, y = problems(11, *shape, [flag] if flag else [])
    X, y = X - X.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    scale = np.abs(y[:, None, :] @ X).max(axis=(1, 2)) / shape[0]
    real = scale > 1e-10  # a constant y is zero but for rounding
    X, y, scale = X[real], y[real], scale[real]
    l1 = scale[:, None] * 1e-2 ** np.linspace(0, 1, 12)
    for l2 in (0.0, 0.01):
        coef = homotopy(X, y, l1, np.full(len(X), l2))
        worst, _ = violation(X, y, coef, l1, np.full_like(l1, l2), False)
        assert np.mean(worst <= 1e-11 * scale) >= 0.95
        if l2 == 0:  # no column that depends on others is let in
            ranks = [np.linalg.matrix_rank(x[:, c[-1] != 0]) for x, c in zip(X, coef, strict=True)]
            assert_array_equal(ranks, np.count_nonzero(coef[:, -1], axis=1))


def sabotaged(G, q, l1, l2, coef):
    df = tableau_path(G, q, l1, l2, coef)
    if len(coef) % 2:
        coef[-1] *= 1 + 1e-6
    return df


def test_what_fails_the_certificate_is_solved_again(monkeypatch):
    X, y = problems(8, 30, 6, [], replicates=3)
    monkeypatch.setattr(_routes, "ROUTE", "numpy")
    right = lasso_path(X, y)
    monkeypatch.setattr(_routes, "tableau_path", sabotaged)
    again = lasso_path(X, y)
    assert_allclose(again.coef, right.coef, atol=1e-11)
    assert again.kkt.max() <= 1e-11


def test_degrees_of_freedom_where_another_answer_shares_among_twins(monkeypatch):
    """The homotopy takes one of two equal columns, others may take both: the rank is what counts."""
    X, y = problems(8, 30, 6, [], replicates=3)
    X[:, :, 5] = X[:, :, 0]
    monkeypatch.setattr(_routes, "ROUTE", "numpy")
    right = lasso_path(X, y, n_lambdas=8)

    def shared(X, y, coef, l1, l2):
        coef = resolve(X, y, coef, l1, l2)
        coef[:, [0, 5]] = coef[:, [0, 5]].sum(axis=1, keepdims=True) / 2
        return coef

    monkeypatch.setattr(_routes, "tableau_path", sabotaged)
    monkeypatch.setattr(_routes, "resolve", shared)
    again = lasso_path(X, y, n_lambdas=8)
    assert np.count_nonzero(again.coef[-1, -1]) == np.count_nonzero(right.coef[-1, -1]) + 1
    assert_allclose(again.df, right.df, atol=1e-9)


@pytest.mark.parametrize("l2", [1e-18, 1e-15, 1e-12])
def test_degrees_of_freedom_with_hardly_an_l2_part(route, l2):
    X, y = problems(12, 30, 6, [], replicates=3)
    X[:, :, 5] = X[:, :, 0]
    path = elastic_net_path(X, y, l2=l2, n_lambdas=8)
    assert_allclose(path.df, lasso_path(X, y, n_lambdas=8).df, atol=1e-6)


def test_every_target_may_have_its_l2_part(route, monkeypatch):
    """On one design, in any units, and without being solved again."""
    X, y = problems(13, 30, 6, [], replicates=4)
    X, l2 = X[0] * 10.0 ** np.arange(-2, 4), np.array([0.0, 1e-3, 0.1, 10.0])
    monkeypatch.setattr(_routes, "resolve", lambda *problem: pytest.fail("solved again"))
    monkeypatch.setattr(paths, "chunk_size", lambda *shape: 3)
    together = elastic_net_path(X, y, l2=l2)
    for r in range(4):
        assert_allclose(together.coef[r], elastic_net_path(X, y[r], l2=l2[r]).coef, rtol=1e-7, atol=1e-11)


def test_what_cannot_be_solved_names_the_replicate(monkeypatch):
    X, y = problems(8, 30, 6, [], replicates=3)
    monkeypatch.setattr(_routes, "ROUTE", "numpy")
    monkeypatch.setattr(_routes, "tableau_path", sabotaged)
    monkeypatch.setattr(_routes, "resolve", lambda X, y, coef, l1, l2: coef)
    monkeypatch.setattr(paths, "chunk_size", lambda *shape: 2)
    with pytest.raises(RuntimeError, match=r"replicate 2: no solution found .* best [1-9]\.\de-0[67]"):
        lasso_path(X, y)


@pytest.mark.parametrize("l1", [0.0, 0.05])
def test_resolving_from_nothing(l1):
    """The careful route by itself: twins, fewer rows than columns, no first guess."""
    X, y = problems(9, 12, 20, ["twins", "ties"], replicates=8)
    X, y = X - X.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    strengths, none = np.array([l1 + 0.3 * (l1 > 0), l1]), np.zeros(2)
    for design, target in zip(X, y, strict=True):
        scale = np.abs(design.T @ target).max() / 12
        coef = resolve(design, target, np.zeros((2, 20)), scale * strengths, none)
        worst, _ = violation(design[None], target[None], coef[None], scale * strengths[None], none[None], False)
        assert worst <= 1e-11 * scale


def test_powers_of_one_variable(route):
    """Powers up to 20, nearly dependent: the worst design that is often met."""
    rng = np.random.default_rng(14)
    x = rng.uniform(size=(30, 50, 1))
    y = x[:, :, 0] * 3 - 2 * x[:, :, 0] ** 2 + rng.normal(size=(30, 50))
    path = lasso_path(x ** np.arange(1, 21), y, lambda_min_ratio=1e-6)
    worst, scale = violation(x ** np.arange(1, 21), y, path.coef, path.lambdas, np.zeros_like(path.lambdas))
    assert np.all(worst <= 1e-9 * scale)


def test_fixed_l2_part():
    """(1/(2n)) ||y - X theta||^2 + l1 ||theta||_1 + l2 ||theta||^2 is a lasso on rows added below X."""
    X, y = problems(10, 20, 6, [], replicates=4)
    l2 = np.array([0.0, 0.1, 0.5, 2.0])
    path = elastic_net_path(X, y, [0.4, 0.1, 0.0], l2=l2, fit_intercept=False)
    below = np.sqrt(2 * 20 * l2)[:, None, None] * np.eye(6)
    taller, longer = np.concatenate([X, below], axis=1), np.concatenate([y, np.zeros((4, 6))], axis=1)
    lasso = lasso_path(taller, longer, np.array([0.4, 0.1, 0.0]) * 20 / 26, fit_intercept=False)
    assert_allclose(path.coef, lasso.coef, atol=1e-10)
    alone = elastic_net_path(X[1], y[1], [0.4, 0.1, 0.0], l2=0.1, fit_intercept=False)
    assert_allclose(alone.coef, path.coef[1], atol=1e-12)
    for r in range(4):
        for k in range(3):
            on = path.coef[r, k] != 0
            gram = X[r][:, on].T @ X[r][:, on]
            hat = np.linalg.solve(gram + 2 * 20 * l2[r] * np.eye(on.sum()), gram)
            assert path.df[r, k] == pytest.approx(np.trace(hat), abs=1e-9)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({}, ValueError, "either rho or l2 must be given"),
        ({"rho": 0.5, "l2": 0.1}, ValueError, "either rho or l2 must be given"),
        ({"l2": -0.1}, ValueError, "l2 must be >= 0, got -0.1"),
        ({"l2": [0.1, 0.2]}, ValueError, "l2 must be a number or have 3 entries"),
        ({"l2": "much"}, TypeError, "l2 must hold real numbers"),
    ],
)
def test_bad_l2(options, error, message):
    X, y = problems(10, 20, 6, [], replicates=3)
    with pytest.raises(error, match=message):
        elastic_net_path(X, y, **options)


def test_ridge_with_hardly_a_penalty():
    """Where the eigenvectors of X'X would lose the digits, the SVD is called."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(30, 5)) @ np.diag([1, 1, 1, 1, 1e-6])
    y = X @ np.ones(5)
    path = ridge_path(X, y, [1e-3, 1e-20], fit_intercept=False)
    assert_allclose(path.coef[1], np.ones(5), atol=1e-4)
    left, singular, right = np.linalg.svd(X)
    for k, lam in enumerate(path.lambdas):
        exact = right.T @ (singular / (singular**2 + 60 * lam) * (left.T @ y)[:5])
        assert_allclose(path.coef[k], exact, rtol=1e-8)
