"""Bias and variance where the truth is known: against closed forms, and what the chapter says in words."""

import numpy as np
import pytest
from scipy import integrate, stats

from regutils.experiments import bias_variance as experiments
from regutils.experiments.bias_variance.collinearity import LASSO, RIDGE, ROWS, SIGMA, ridge_variance, twin_design
from regutils.experiments.bias_variance.decomposition import parts, refits, ridge_parts, strengths
from regutils.experiments.bias_variance.freedom import followed_noise, project
from regutils.experiments.bias_variance.sizes import FREEDOM, SCATTER, moments, sized_data, strength
from regutils.experiments.bias_variance.winners import RATIOS, REACH, Comparison, compete, tuned_risk
from regutils.paths import lasso_path, ridge_path
from regutils.simulators import simulate_linear

KINDS = ("l1", "l2")


# bias and variance


def test_parts_of_normal_estimates_are_unbiased():
    rng = np.random.default_rng(0)
    truth, covariance = np.array([1.0, 0.0, -2.0]), np.array([[2.0, 0.5, 0.0], [0.5, 1.0, 0.2], [0.0, 0.2, 1.0]])
    shift, spread = np.array([0.1, 0.0, 0.3]), np.array([[0.4, 0.1, 0.0], [0.1, 0.3, 0.0], [0.0, 0.0, 0.2]])
    bias, variance = shift @ covariance @ shift, np.trace(covariance @ spread)
    found = [
        parts(rng.multivariate_normal(truth + shift, spread, size=50)[:, None], truth, covariance) for _ in range(400)
    ]
    squared_bias, measured, bias_error, variance_error = np.concatenate(found, axis=1)
    root = np.sqrt(len(squared_bias))
    assert abs(squared_bias.mean() - bias) < 3 * squared_bias.std() / root
    assert abs(measured.mean() - variance) < 3 * measured.std() / root
    assert bias_error.mean() == pytest.approx(squared_bias.std(), rel=0.15)
    assert variance_error.mean() == pytest.approx(measured.std(), rel=0.15)


def test_ridge_parts_are_those_of_the_matrices():
    rng = np.random.default_rng(1)
    X, truth = rng.standard_normal((30, 4)), rng.standard_normal(4)
    covariance = np.cov(rng.standard_normal((9, 4)).T)
    lam, sigma = 0.3, 1.7
    W = np.linalg.inv(X.T @ X + 2 * 30 * lam * np.eye(4))
    shift, spread = -2 * 30 * lam * W @ truth, sigma**2 * W @ X.T @ X @ W
    bias, variance = ridge_parts(X, truth, sigma, covariance, np.array([lam]))
    assert bias[0] == pytest.approx(shift @ covariance @ shift)
    assert variance[0] == pytest.approx(np.trace(spread @ covariance))


@pytest.mark.parametrize("kind", KINDS)
def test_strengths_end_at_least_squares_and_start_where_nearly_nothing_is_left(kind):
    drawn = refits(kind)
    assert np.all(np.diff(drawn.lambdas) < 0)
    assert drawn.lambdas[-1] == 0
    assert drawn.coef[:, -1] == pytest.approx(refits("l2").coef[:, -1], abs=1e-8)
    found = experiments.decomposition(kind)
    assert found.variance[0] < 0.01 * found.least_squares


def test_draws_do_not_depend_on_how_many_there_are():
    few = refits("l1", replicates=120)
    assert np.array_equal(few.noise, refits("l1").noise[:120])
    assert few.coef == pytest.approx(refits("l1").coef[:120], abs=1e-10)
    assert np.array_equal(strengths("l1"), few.lambdas)


def test_monte_carlo_agrees_with_the_formulas_for_least_squares_too():
    found = experiments.decomposition("l2")
    assert found.largest_z < 3.5
    assert found.exact[1][-1] == pytest.approx(found.least_squares, rel=0.02)
    with pytest.raises(ValueError, match="kind must be 'l2'"):
        _ = experiments.decomposition("l1").largest_z


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_bit_of_penalty_is_nearly_free(kind):
    """Where the variance has fallen by a tenth, the squared bias is still a hundredth of it."""
    found = experiments.decomposition(kind)
    at = np.flatnonzero(found.variance < 0.9 * found.least_squares)[-1]
    assert found.squared_bias[at] < 0.02 * found.least_squares
    assert found.error[found.best] + 3 * found.variance_error[found.best] < found.least_squares


def test_standard_errors_are_smaller_than_the_effects_shown():
    for kind in KINDS:
        found = experiments.decomposition(kind)
        assert max(found.variance_error.max(), found.squared_bias_error.max()) < 0.01


def test_the_picture_shows_bias_zeros_and_less_scatter():
    found = experiments.estimates()
    plain = found.values["least squares"]
    assert np.all(np.abs(plain.mean(axis=0) - found.truth) < 3 * plain.std(axis=0) / np.sqrt(len(plain)))
    for name in ("ridge", "lasso"):
        assert np.all(found.values[name].std(axis=0) < plain.std(axis=0))
        assert found.values[name][:, 0].mean() < 0.9
    assert found.zeros("lasso")[1] > 0.5
    assert found.zeros("ridge") == (0, 0)
    error = {name: np.mean((values - found.truth) ** 2, axis=0) for name, values in found.values.items()}
    for name in ("ridge", "lasso"):  # the true zero gains much, the true one nothing
        gain = error[name] / error["least squares"]
        assert gain[0] == pytest.approx(1.0, abs=0.1)
        assert gain[1] < 0.25


# degrees of freedom


def test_followed_noise_of_a_projection_is_its_rank():
    rng = np.random.default_rng(2)
    X, noise = rng.standard_normal((25, 6)), 0.7 * rng.standard_normal((4000, 25))
    hat = X @ np.linalg.pinv(X)
    followed = followed_noise((noise @ hat)[:, None] + 5.0, noise, 0.7)[:, 0]
    assert abs(followed.mean() - 6) < 3 * followed.std() / np.sqrt(4000)


def test_projection_on_chosen_columns_is_least_squares():
    rng = np.random.default_rng(3)
    X, y = rng.standard_normal((20, 5)), rng.standard_normal((2, 20))
    chosen = rng.random((2, 3, 5)) < 0.5
    chosen[0, 0] = False
    fitted = project(X, chosen, y)
    for at in np.ndindex(2, 3):
        some = X[:, chosen[at]]
        assert fitted[at] == pytest.approx(some @ np.linalg.lstsq(some, y[at[0]], rcond=None)[0])


def test_shrinkage_gives_back_what_the_search_took():
    found = experiments.freedom("l1", refit=True)
    at = int(np.argmax(found.formula > 1))
    assert found.refitted[at] - 3 * found.refitted_error[at] > 3 * found.formula[at]
    assert found.largest_z < 3.5
    assert found.covariance[-1] == pytest.approx(20, abs=3 * found.covariance_error[-1])


@pytest.mark.parametrize("kind", KINDS)
def test_degrees_of_freedom_fall_with_the_strength(kind):
    found = experiments.freedom(kind)
    assert np.all(np.diff(found.formula) > 0)
    assert np.all(np.diff(found.covariance) > 0)


def test_best_of_twenty_spends_five():
    """What the exercise says: E max z^2 of twenty standard normal numbers."""
    exact = integrate.quad(lambda m: 1 - (stats.norm.cdf(np.sqrt(m)) - stats.norm.cdf(-np.sqrt(m))) ** 20, 0, 60)[0]
    assert exact == pytest.approx(4.9, abs=0.05)


# sizes


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("theta", [0.0, 0.15, -0.6])
def test_moments_are_those_of_the_prox(kind, theta):
    from regutils.penalties import L1, L2

    penalty = L1(0.25) if kind == "l1" else L2(0.25)
    z = theta + 0.2 * np.linspace(-9, 9, 200_001)
    weight = stats.norm.pdf(z, theta, 0.2)
    weight /= weight.sum()
    x = penalty.prox(z[:, None], 1.0)[:, 0]
    bias, variance, freedom = moments(kind, np.array([theta]), 0.25, 0.2)
    assert bias[0] == pytest.approx(weight @ x - theta, abs=1e-5)
    assert variance[0] == pytest.approx(weight @ x**2 - (weight @ x) ** 2, abs=1e-5)
    assert freedom[0] == pytest.approx(weight @ (x * (z - theta)) / 0.2**2, abs=1e-4)


@pytest.mark.parametrize("truth", ["sparse", "dense"])
def test_sizes_agree_with_the_formulas(truth):
    found = experiments.sizes(truth)
    assert found.freedom[:, 0] == pytest.approx([FREEDOM, FREEDOM], abs=1e-6)
    assert np.all(np.abs(found.squared_bias - found.exact_squared_bias) < 4 * found.squared_bias_error)
    assert np.all(np.abs(found.variance - found.exact_variance) < 4 * found.variance_error)


def test_both_truths_have_about_the_same_signal():
    signals = [np.sum(sized_data(truth).theta ** 2) for truth in ("sparse", "dense")]
    assert signals[0] == pytest.approx(signals[1], rel=0.1)


def test_nothing_has_less_variance_than_ridge_at_equal_degrees_of_freedom():
    """The theorem of the folded box: ridge attains df^2 / p, the lasso does not."""
    for truth in ("sparse", "dense"):
        found = experiments.sizes(truth)
        bound = FREEDOM**2 / found.truth.size
        assert found.exact_variance[1, 0] == pytest.approx(bound)
        assert found.exact_variance[0, 0] > 1.5 * bound


def test_what_the_chapter_says_of_the_four_situations():
    sparse, dense = experiments.sizes("sparse"), experiments.sizes("dense")
    assert np.all(sparse.exact_squared_bias[0] < sparse.exact_squared_bias[1])
    assert sparse.exact_variance[0, 1] < sparse.exact_variance[1, 1]
    assert np.all(np.abs(dense.curve_bias[0, 0]) >= np.abs(dense.curve_bias[1, 0]), where=dense.curve <= 0.6)
    assert dense.lambdas[0, 0] == pytest.approx(2 * sparse.lambdas[0, 0], rel=0.1)
    assert dense.exact_squared_bias[0, 1] < dense.exact_squared_bias[1, 1]
    assert dense.exact_variance[0, 1] > dense.exact_variance[1, 1]


def test_the_best_strength_is_the_best():
    truth = sized_data("sparse").theta
    for kind in KINDS:
        best = strength(kind, truth, "best strength")
        error = [
            sum(np.sum(m) for m in (b**2, v))
            for b, v, _ in (moments(kind, truth, best * f, SCATTER) for f in (0.98, 1, 1.02))
        ]
        assert error[1] == min(error)


# twins


@pytest.mark.parametrize("r", [0.0, 0.7, 0.999])
def test_twins_have_their_correlation(r):
    X = twin_design(r)
    assert X.mean(axis=0) == pytest.approx([0, 0], abs=1e-12)
    gram = X.T @ X / ROWS
    assert gram == pytest.approx(np.array([[1, r], [r, 1]]), abs=1e-9)


def test_twins_follow_their_formulas():
    found = experiments.twins()
    assert np.all(np.abs(found.variance[:2] - found.exact) < 4 * found.error[:2])
    assert np.all(found.exact[1] <= found.bound)
    finer = ridge_variance(np.linspace(0, 1, 2001), RIDGE)
    assert finer.max() <= found.bound
    assert found.variance[1, -1] < found.variance[1, 0]  # ridge is steadier than without any correlation
    assert LASSO > 0


def test_predictions_do_not_suffer_from_collinearity():
    found = experiments.twins()
    assert found.prediction == pytest.approx(found.prediction[0], rel=1e-6)
    assert found.prediction[0] == pytest.approx(2 * SIGMA**2 / ROWS, rel=0.1)


def test_patients_collinear_coefficients_are_steadied_and_others_hardly_change():
    found = experiments.patients()
    assert set(found.names[:5]) == {"s1", "s2", "s3", "s4", "s5"}
    assert np.all(found.inflation[:5] > 5)
    assert np.all(found.inflation[5:] < 2)
    ratio = found.spread[1] / found.spread[0]
    assert np.all(ratio[:3] < 0.4)
    assert np.all(ratio[5:] > 0.8)


# winners


def test_tuned_risk_is_the_excess_risk_of_the_fit_that_validates_best():
    data = simulate_linear(40, 5, theta=np.arange(5.0), sigma=2.0, seed=4)
    path = lasso_path(data.X[:20], data.y[:20], n_lambdas=36, lambda_min_ratio=REACH)
    off = data.y[20:] - path.coef @ data.X[20:].T - path.intercept[:, None]
    best = np.argmin(np.mean(off**2, axis=1))
    expected = data.excess_risk(path.coef[best], path.intercept[best])
    assert tuned_risk(lasso_path, data.X, data.y[None], data.theta[None], data.covariance)[0] == pytest.approx(expected)


def test_one_cell_and_many_see_the_same_data():
    seeds = np.random.SeedSequence(0).spawn(3)
    setting = {"lasso": "l1", "n": 20, "p": 6, "correlation": 0.5, "structure": "toeplitz"}
    many = compete(seeds, nonzero=(2, 6), snr=(1.0, 4.0), **setting)
    one = compete(seeds, nonzero=(6,), snr=(4.0,), **setting)
    for name in ("lasso", "ridge"):
        assert one[name][:, 0, 0] == pytest.approx(many[name][:, 1, 1], rel=1e-7)


def test_advantage_and_its_error_are_those_of_the_ratio():
    rng = np.random.default_rng(5)
    lasso = rng.gamma(4.0, size=(300, 50))
    ridge = 2 * lasso + rng.gamma(2.0, size=(300, 50))
    many = Comparison(lasso, ridge)
    assert many.error.mean() == pytest.approx(many.advantage.std(), rel=0.15)
    assert Comparison(lasso[0], lasso[0]).winner == 0
    assert np.all(Comparison(ridge, lasso).winner == -many.winner)


def test_the_map_says_what_the_chapter_says():
    chart = experiments.winners()
    assert chart.share(-1, nonzero=[30]) == 1
    assert chart.share(-1, nonzero=[1, 2]) == 0
    line = chart.boundary
    assert np.all(np.isfinite(line))
    assert np.all(np.diff(line, axis=1) > 0)  # more signal: more features for the lasso
    assert np.all(np.diff(line, axis=0) < 0)  # more correlation: fewer
    assert chart.advantage.max() > 2 * -chart.advantage.min()  # the lasso's wins are the larger ones


def test_cells_off_the_map_go_as_the_chapter_says():
    sparse, dense = experiments.single(nonzero=4, p=200), experiments.single(nonzero=200, p=200)
    alike = experiments.single(nonzero=1, structure="equicorrelated")
    assert (sparse.winner, dense.winner, alike.winner) == (1, -1, 1)
    assert dense.ridge.mean() / 2 == pytest.approx(0.5, abs=0.1)  # about half of the signal is missed


@pytest.mark.parametrize("correlation", [0.0, 0.9])
@pytest.mark.parametrize("nonzero", [1, 30])
@pytest.mark.parametrize("solve", [lasso_path, ridge_path])
def test_the_grids_of_the_map_reach_far_enough_where_data_are_clean(solve, nonzero, correlation):
    data = simulate_linear(60, 30, n_nonzero=nonzero, correlation=correlation, snr=RATIOS[-1], replicates=40, seed=6)
    best = {}
    for reach, count in ((REACH, 36), (REACH / 100, 51)):  # the same spacing
        path = solve(data.X, data.y, n_lambdas=count, lambda_min_ratio=reach)
        best[reach] = np.min(data.excess_risk(path.coef, path.intercept), axis=1).mean()
    assert best[REACH] < 1.01 * best[REACH / 100]
