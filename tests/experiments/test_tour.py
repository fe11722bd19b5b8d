"""The tour's cross-validation: scikit-learn's on the same folds, and no look at what is held out."""

import numpy as np
import pytest
from sklearn.linear_model import Lasso, Ridge
from sklearn.model_selection import PredefinedSplit, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from regutils import lasso_path, ridge_path
from regutils.datasets import simulate_linear
from regutils.experiments.tour import CrossValidation, cross_validate
from regutils.figures import tour as figures

LAMBDAS = np.array([0.5, 0.1, 0.02])


@pytest.fixture(scope="module")
def data():
    simulated = simulate_linear(40, 5, n_nonzero=2, snr=2.0, seed=0)
    return simulated.X * np.array([1.0, 10.0, 0.1, 3.0, 1.0]) + 2.0, simulated.y


@pytest.mark.parametrize("kind", ["lasso", "ridge"])
def test_agrees_with_scikit_learn_on_the_same_folds(data, kind):
    X, y = data
    fold = np.empty(len(y), dtype=int)
    for k, rows in enumerate(np.array_split(np.random.default_rng(3).permutation(len(y)), 4)):
        fold[rows] = k
    ours = cross_validate(lasso_path if kind == "lasso" else ridge_path, X, y, LAMBDAS, folds=4, seed=3)
    n = 30  # rows of each fit; scikit-learn's Ridge penalizes the sum of squares, ours the mean's half
    for column, lam in enumerate(LAMBDAS):
        model = Lasso(alpha=lam, tol=1e-12, max_iter=100_000) if kind == "lasso" else Ridge(alpha=2 * n * lam)
        theirs = -cross_val_score(
            make_pipeline(StandardScaler(), model), X, y, cv=PredefinedSplit(fold), scoring="neg_mean_squared_error"
        )
        np.testing.assert_allclose(ours.errors[:, column], theirs, rtol=1e-7)


def test_the_one_standard_error_rule_takes_the_strongest_that_is_as_good():
    errors = np.array([[9.0, 4.2, 3.0, 3.5], [9.0, 4.0, 4.0, 4.5], [9.0, 3.8, 5.0, 5.5]])
    chosen = CrossValidation(np.array([8.0, 4.0, 2.0, 1.0]), errors)
    assert chosen.lambdas[chosen.best] == 4.0
    assert chosen.lambdas[chosen.simplest] == 4.0
    errors[:, 1] += 0.3  # now the third is best, and the second within one standard error of it
    chosen = CrossValidation(np.array([8.0, 4.0, 2.0, 1.0]), errors)
    assert chosen.lambdas[chosen.best] == 2.0
    assert chosen.lambdas[chosen.simplest] == 4.0


def test_same_seed_same_folds_and_bad_input(data):
    X, y = data
    first, again = (cross_validate(lasso_path, X, y, LAMBDAS, seed=1) for _ in range(2))
    np.testing.assert_array_equal(first.errors, again.errors)
    assert (cross_validate(lasso_path, X, y, LAMBDAS, seed=2).errors != first.errors).any()
    with pytest.raises(ValueError, match="folds"):
        cross_validate(lasso_path, X, y, LAMBDAS, folds=1)
    with pytest.raises(ValueError, match="folds"):
        cross_validate(lasso_path, X, y, LAMBDAS, folds=41)
    with pytest.raises(ValueError, match="same number of rows"):
        cross_validate(lasso_path, X, y[:-1], LAMBDAS)


def test_the_figures_say_what_they_show(data):
    X, y = data
    fits = lasso_path(X, y), ridge_path(X, y)
    assert "Lasso" in figures.paths.alt(fits)
    assert "5 exact zeros at the left end" in figures.paths.alt(fits)
    assert "at most 0 exact zeros" in figures.paths.alt(fits)
    chosen = tuple(
        cross_validate(path, X, y, fit.lambdas) for path, fit in zip((lasso_path, ridge_path), fits, strict=True)
    )
    assert f"{np.sqrt(chosen[0].mean.min()):.0f}" in figures.choice.alt(chosen)
    for drawer, result in ((figures.paths, fits), (figures.choice, chosen)):
        for layout in drawer.layouts():
            assert len(drawer.render(result, mode="dark", layout=layout).axes) == 2
