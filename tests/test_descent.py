"""Single problems without numba: guessed supports, one factor for all of them, and the homotopy where that fails."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from regutils import _routes
from regutils._descent import LEFT, descent_path, guess, on_one_factor
from regutils._gram import Gram
from regutils._homotopy import tableau_path
from regutils.datasets import load_hitters, standardize
from regutils.paths import elastic_net_path, lasso_path


def one_problem(seed=0, n=60, p=20):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p))
    y = X[:, :4].sum(axis=1) + rng.normal(size=n)
    X, y = X - X.mean(axis=0), y - y.mean()
    q = X.T @ y / n
    return X, y, X.T @ X / n, q, np.abs(q).max() * np.geomspace(1, 1e-2, 30)


def by_supports(G, right, l2, on):
    """Each system on its own."""
    theta = np.zeros(on.shape)
    for row, (support, side) in enumerate(zip(on, right, strict=True)):
        system = G[np.ix_(support, support)] + 2 * l2 * np.eye(support.sum())
        theta[row, support] = np.linalg.solve(system, side[support])
    return theta


@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize("leaving", [0, 1, LEFT])
def test_one_factor_solves_every_support(leaving, l2):
    """Also where columns have left again, up to the number that the factor is shared for."""
    _, _, G, q, _ = one_problem()
    rng = np.random.default_rng(1)
    on = rng.permutation(20)[None, :] < np.repeat(np.arange(0, 20, 2), 2)[:, None]
    for row in range(12, 20):
        on[row, rng.choice(np.flatnonzero(on[row]), leaving, replace=False)] = False
    right = q + rng.normal(size=on.shape)
    theta = on_one_factor(G, right, l2, on)
    assert_allclose(theta, by_supports(G, right, l2, on), atol=1e-12)
    assert_array_equal(theta != 0, on)


def test_one_factor_declines_what_it_cannot_do():
    _, _, G, q, _ = one_problem()
    on = np.ones((3, 20), dtype=bool)
    on[2, : LEFT + 1] = False
    assert on_one_factor(G, np.tile(q, (3, 1)), 0.0, on) is None  # too many have left
    G[:, 19], G[19] = G[:, 3], G[3]  # twins
    assert on_one_factor(G, np.tile(q, (2, 1)), 0.0, on[:2]) is None
    assert_array_equal(on_one_factor(G, np.tile(q, (2, 1)), 0.0, np.zeros((2, 20), dtype=bool)), 0)


def test_guess_is_nearly_right():
    X, y, G, q, l1 = one_problem()
    right = np.sign(lasso_path(X, y, l1, fit_intercept=False).coef)
    found = guess(X, y, G, q, l1, np.zeros_like(l1))
    assert np.mean(found != right) < 0.01


@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_descent_is_exact_and_says_so(l2):
    X, y, G, q, l1 = one_problem(seed=3)
    coef = np.zeros((l1.size, 20))
    assert descent_path(X, y, G, q, l1, l2, coef)
    known = np.zeros((1, l1.size, 20))
    tableau_path(Gram(G[None]), q[None], l1[None], np.array([l2]), known)
    assert_allclose(coef, known[0], atol=1e-12)


def test_a_wrong_guess_is_corrected(monkeypatch):
    """The signs of another problem are no harm: supports are changed until they confirm themselves."""
    X, y, G, q, l1 = one_problem(seed=4)
    other = one_problem(seed=5)
    monkeypatch.setattr("regutils._descent.guess", lambda *_: guess(*other, np.zeros_like(l1)))
    coef = np.zeros((l1.size, 20))
    assert descent_path(X, y, G, q, l1, 0.0, coef)
    assert_allclose(coef, lasso_path(X, y, l1, fit_intercept=False).coef, atol=1e-12)


def test_where_descent_gives_up_the_homotopy_takes_over(monkeypatch):
    X, y, _, _, l1 = one_problem(seed=6)
    monkeypatch.setattr(_routes, "ROUTE", "numpy")
    right = lasso_path(X, y, l1)

    def gives_up(X, y, G, q, l1, l2, coef):
        coef[:] = 7.0
        return False

    monkeypatch.setattr(_routes, "descent_path", gives_up)
    monkeypatch.setattr(_routes, "_descent_pays", lambda *_: True)
    monkeypatch.setattr(_routes, "resolve", lambda *problem: pytest.fail("solved again"))
    assert_allclose(lasso_path(X, y, l1).coef, right.coef, atol=1e-12)


@pytest.mark.parametrize("fixed", [{}, {"l2": 0.05}])
def test_single_problems_need_no_help(monkeypatch, fixed):
    """Real, correlated data and simulated ones: certified at once, and the same as among many."""
    monkeypatch.setattr(_routes, "ROUTE", "numpy")
    monkeypatch.setattr(_routes, "resolve", lambda *problem: pytest.fail("solved again"))
    hitters = load_hitters()
    problems = [one_problem(seed)[:2] for seed in range(5)] + [(standardize(hitters.data), hitters.target)]
    for X, y in problems:
        path_of = elastic_net_path if fixed else lasso_path
        alone = path_of(X, y, **fixed)
        among = path_of(np.stack([X] * 100), np.stack([y] * 100), **fixed)
        assert alone.kkt < 1e-12
        assert_allclose(alone.coef, among.coef[50], atol=1e-9 * np.abs(alone.coef).max())
        assert_allclose(alone.df, among.df[50], atol=1e-6)


@pytest.mark.parametrize(
    ("replicates", "n", "p", "pays"),
    [
        (1, 50, 20, True), (1000, 50, 20, False), (1, 200, 100, True), (500, 200, 100, False), (16, 800, 400, True),
        (64, 800, 400, True), (1, 100, 2000, False), (16, 300, 250, False), (1, 1, 1, False),
    ],
)  # fmt: skip
def test_which_route_is_taken(replicates, n, p, pays):
    """By what was measured, for 50 strengths."""
    assert _routes._descent_pays(replicates, 50, n, p) is pays
