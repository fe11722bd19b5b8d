"""The definition chapter's experiments against closed forms, identities and independent solvers."""

import numpy as np
import pytest

from regutils.datasets import standardize
from regutils.experiments import definition
from regutils.experiments.definition import errors, outliers, priors, ridge_risk
from regutils.experiments.intervals import interval
from regutils.penalties import L1


def test_each_weight_solves_its_own_problem():
    found = definition.handful(0.5)
    grid = np.linspace(-3, 3, 60_001)
    for b, l1, l2 in zip(found.before, found.l1, found.l2, strict=True):
        loss = (grid - b) ** 2 / 2
        assert grid[np.argmin(loss + 0.5 * np.abs(grid))] == pytest.approx(l1, abs=1e-4)
        assert grid[np.argmin(loss + 0.5 * grid**2)] == pytest.approx(l2, abs=1e-4)


def test_the_maps_are_soft_threshold_and_proportion():
    found = definition.threshold(0.3, b=0.2)
    inside = np.abs(found.grid) <= 0.3
    np.testing.assert_array_equal(found.l1_map[inside], 0.0)
    np.testing.assert_allclose(np.abs(found.grid - found.l1_map)[~inside], 0.3, atol=1e-15)
    np.testing.assert_allclose(found.l2_map, found.grid / 1.6, atol=1e-15)
    assert found.l1.min() >= found.loss.min()


def test_the_unsquared_norm_keeps_proportions_until_it_drops_all():
    found = definition.norms()
    kept = found.lambdas < found.threshold
    np.testing.assert_allclose(
        found.unsquared[kept] / found.vector, (1 - found.lambdas[kept] / found.threshold)[:, None] + 0 * found.vector
    )
    assert not found.unsquared[~kept].any()
    assert np.all(found.squared != 0)


def test_interval_covers_the_mean_of_independent_draws():
    draws = np.random.default_rng(0).standard_normal((400, 30))
    covered = [found.low <= 0 <= found.high for found in map(interval, draws)]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.035)  # more than three standard errors
    plain, widened = interval(draws[0]), interval(draws[0], test_share=1 / 3)
    assert (widened.high - widened.low) / (plain.high - plain.low) == pytest.approx(np.sqrt(1 + 30 / 3))


@pytest.mark.parametrize("kind", ["l1", "l2"])
def test_simulated_curves_end_at_least_squares_and_bend(kind):
    curves = errors.simulated_errors(kind, replicates=40, n_lambdas=12, seed=5)
    again = errors.simulated_errors.__wrapped__(kind, replicates=40, n_lambdas=12, seed=5)
    np.testing.assert_array_equal(curves.test, again.test)
    assert np.all(np.diff(curves.train, axis=1) <= 1e-9)  # lambdas decrease: training error rises with lambda
    assert np.all(curves.train >= curves.least_squares_train[:, None] - 1e-9)
    np.testing.assert_allclose(curves.train[:, -1], curves.least_squares_train, rtol=0.02)
    assert 0 < curves.best < len(curves.lambdas) - 1
    assert np.all(curves.test >= curves.floor)
    null = errors.simulated_errors(kind, penalized=False, replicates=40, n_lambdas=12, seed=5)
    assert null.gain.mean == pytest.approx(0, abs=1e-12)


def test_least_squares_is_least_squares():
    rng = np.random.default_rng(1)
    X, y = rng.standard_normal((3, 20, 4)), rng.standard_normal((3, 20))
    coef, intercept = errors._least_squares(X, y)
    for r in range(3):
        expected = np.linalg.lstsq(np.column_stack([X[r], np.ones(20)]), y[r], rcond=None)[0]
        np.testing.assert_allclose([*coef[r], intercept[r]], expected, atol=1e-12)


def test_splits_use_the_training_rows_alone_and_share_no_row():
    X, y, X_test, y_test = errors._split("diabetes", 100, 3, seed=2)
    np.testing.assert_allclose(X.mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(X.std(axis=1), 1, atol=1e-12)
    np.testing.assert_allclose(y.std(axis=1), 1, atol=1e-12)
    assert X.shape == (3, 100, 10)
    assert X_test.shape == (3, 342, 10)
    assert np.abs(X_test.mean(axis=1)).max() > 1e-3  # standardized with other rows' mean
    rows = {tuple(row) for row in np.round(X[0], 9)}
    assert len(rows) == 100
    assert not rows & {tuple(row) for row in np.round(X_test[0], 9)}
    assert y_test.shape == (3, 342)


def test_real_errors_agree_with_scikit_learn_on_one_split():
    from sklearn.linear_model import Lasso, Ridge

    X, y, X_test, y_test = errors._split("hitters", 150, 2, seed=4)
    for kind, model in (
        ("l1", lambda lam: Lasso(alpha=lam, tol=1e-12, max_iter=200_000)),
        ("l2", lambda lam: Ridge(2 * 150 * lam)),
    ):
        curves = errors.real_errors(kind=kind, name="hitters", n_train=150, splits=2, n_lambdas=6, seed=4)
        fitted = model(curves.lambdas[2]).fit(X[1], y[1])
        assert np.mean((y_test[1] - fitted.predict(X_test[1])) ** 2) == pytest.approx(curves.test[1, 2], rel=1e-7)
        assert np.mean((y[1] - fitted.predict(X[1])) ** 2) == pytest.approx(curves.train[1, 2], rel=1e-7)


def test_what_the_chapter_says_of_real_data():
    """Penalties tie with least squares where rows are many, and with each other at every size."""
    for name in ("diabetes", "hitters"):
        for kind in ("l1", "l2"):
            gain = errors.real_errors(name, kind).gain
            assert gain.low < 0 < gain.high
        sizes = definition.sample_sizes(name)
        assert np.all(sizes.ratio[:, 1] < 1)
        assert np.all(sizes.ratio[:, 2] > 1)
        assert np.sum(sizes.ratio[:, 0] > 1) >= 4  # of five: ridge is ahead in most of the means
        for found in (sizes.l1, sizes.l2):
            assert np.all(np.diff(found[:, 0]) > 0)  # the fewer rows, the more a penalty helps
            assert np.all(found[:, 0] < 1)


@pytest.mark.parametrize(
    ("name", "kind", "message"), [("boston", "l1", "name must be one of"), ("diabetes", "l3", "kind must be one of")]
)
def test_unknown_names_are_refused(name, kind, message):
    with pytest.raises(ValueError, match=message):
        errors.real_errors(name, kind)


def test_hoerl_and_kennard_as_published():
    """Closed form on diabetes, columns of length one: 409736 at 0, 328836 at k = .0026, plug-in .0154 worse, 576745."""
    truth = ridge_risk.diabetes_truth()
    assert truth.sigma == pytest.approx(54.154, abs=1e-3)
    assert truth.error(0.0) == pytest.approx(409736, abs=1)
    assert truth.error(0.0026) == pytest.approx(328836, abs=1)
    assert truth.bound == pytest.approx(0.00254, abs=5e-6)
    assert truth.plug_in == pytest.approx(0.0154, abs=5e-5)
    assert truth.error(truth.plug_in) == pytest.approx(576745, abs=1)
    assert np.all(np.diff(truth.error(np.linspace(0, truth.bound, 500))) < 0)


def test_hoerl_and_kennard_by_matrices_and_by_monte_carlo():
    truth = ridge_risk.diabetes_truth()
    k = 0.01
    gram = truth.X.T @ truth.X
    inverse = np.linalg.inv(gram + k * np.eye(10))
    variance = truth.sigma**2 * np.trace(inverse @ gram @ inverse)
    bias = k * inverse @ truth.theta
    assert truth.error(k) == pytest.approx(variance + bias @ bias, rel=1e-9)
    grid = np.array([0.05, 0.002])
    mean, standard_error = ridge_risk.simulate(truth, grid, replicates=500, seed=11)
    assert np.all(np.abs(mean - truth.error(grid)) < 3 * standard_error)


def test_constrained_solutions_carry_the_multiplier():
    for kind in ("l1", "l2"):
        found = definition.radius(kind)
        at_lambda = np.interp(found.multiplier[::-1], found.lambdas[::-1], found.radius[::-1])[::-1]
        np.testing.assert_allclose(at_lambda, found.at, rtol=1e-3)
        assert found.distance < 1e-6
        assert np.all(found.radius <= found.least_squares)


def test_features_enter_in_the_published_order():
    """Efron et al. 2004 on the same data: 3 9 4 7 2 10 5 8 6 1, counted from one."""
    order = [j + 1 for j in definition.balance().order]
    assert order[:6] == [3, 9, 4, 7, 2, 10]
    assert sorted(order) == sorted(set(order))


def test_the_path_is_told_as_it_is():
    """Body mass, a blood value, blood pressure, HDL; and HDL alone leaves again and returns."""
    found = definition.balance()
    assert [found.names[j] for j in found.order[:4]] == ["bmi", "s5", "bp", "s3"]
    inside = found.coef != 0
    leaves = np.sum(inside[:-1] & ~inside[1:], axis=0)
    assert {found.names[j] for j in np.flatnonzero(leaves)} == {"s3"}
    assert inside[-1, found.names.index("s3")]


def test_every_library_agrees_only_after_conversion():
    found = definition.agreement()
    assert {row.penalty.split(",")[0] for row in found.rows} == {"L1", "L2", "elastic net"}
    for row in found.rows:
        assert row.difference < 1e-8, row.call
        if row.number != found.lam:
            assert row.unconverted > 1e-2, row.call


def test_only_least_squares_ignores_units():
    found = definition.units()
    np.testing.assert_allclose(found.least_squares, found.least_squares[0], rtol=1e-9)
    assert np.all(np.diff(found.l2) >= -1e-9)
    assert found.l1[0] == 0
    assert found.l1[-1] > found.least_squares[0]


def test_penalized_intercept_is_a_fit_with_a_column_of_ones():
    from sklearn.linear_model import Ridge

    found = definition.origin(lam=0.1)
    rng = np.random.default_rng(0)
    X = standardize(rng.standard_normal((60, 3)))
    y = X[:, 0] + standardize(rng.standard_normal((60, 1)))[:, 0]
    y += found.shift[20] - y.mean()
    ones = np.column_stack([X, np.ones(60)])
    fitted = Ridge(alpha=2 * 60 * 0.1, fit_intercept=False).fit(ones, y)
    assert np.mean(y - fitted.predict(ones)) == pytest.approx(found.l2[20], rel=1e-9)
    np.testing.assert_array_equal(found.free, 0.0)


def test_reference_level_matters_under_a_penalty_alone():
    found = definition.levels()
    assert min(found.spread) > 0.05
    none = definition.levels(lam_l1=1e-9, lam_l2=1e-9)
    for fitted in (none.l1, none.l2):
        np.testing.assert_allclose(fitted, np.tile(found.means, (4, 1)), atol=1e-5)


def test_the_lasso_merges_a_level_with_the_reference():
    found = definition.levels()
    second = found.l1[found.codings.index("reference 2")]
    assert 0 < second[2] - second[1] < 0.005 * (found.means[2] - found.means[1])
    larger = definition.levels(lam_l1=0.11).l1[1]
    assert larger[1] == pytest.approx(larger[2], abs=1e-12)


def test_a_ridge_coefficient_is_zero_only_in_passing():
    from regutils.datasets import load_diabetes
    from regutils.paths import ridge_path

    bunch = load_diabetes()
    lambdas = np.geomspace(1e4, 1e-6, 200)
    coef = ridge_path(standardize(bunch.data), bunch.target, lambdas).coef
    assert np.all(coef != 0)
    assert np.any(np.sign(coef[0]) != np.sign(coef[-1]))  # some change their sign on the way


def test_posterior_mean_agrees_with_adaptive_quadrature():
    from scipy.integrate import quad

    prior = priors._laplace(1.0)
    for b in (0.3, -1.7, 3.0):
        moments = [
            quad(lambda t, b=b, m=m: t**m * np.exp(-((t - b) ** 2) / 2) * prior.pdf(t), -12, 12, points=[0])[0]
            for m in (0, 1)
        ]
        assert priors.posterior_mean(np.array([b]), prior)[0] == pytest.approx(moments[1] / moments[0], abs=1e-8)


def test_posterior_of_normals_is_closed_form():
    found = definition.posterior(prior_sd=1.0)
    np.testing.assert_allclose(found.gaussian_mean, found.b / 2, atol=1e-9)
    np.testing.assert_allclose(found.gaussian_mode, found.b / 2, atol=1e-12)
    assert np.all(np.diff(found.laplace_mean) > 0)


def test_mode_found_by_search_is_the_soft_threshold():
    b = np.linspace(-3, 3, 25)
    found = priors.posterior_mode(b, priors._laplace(1.0))
    np.testing.assert_allclose(found, L1(np.sqrt(2)).prox(b, 1.0), atol=1e-7)


def test_densities_have_equal_variance_and_cross_twice():
    found = definition.densities()
    wide = np.linspace(-40, 40, 400_001)
    for prior in (priors._laplace(), priors._gaussian()):
        assert np.trapezoid(wide**2 * prior.pdf(wide), wide) == pytest.approx(1.0, abs=1e-6)
    np.testing.assert_allclose(found.crossings, np.sqrt(2) + np.array([-1, 1]) * np.sqrt(2 - np.log(np.pi)), atol=1e-10)


@pytest.mark.parametrize(("loss", "kind"), outliers.CORNERS)
def test_no_nearby_point_improves_on_a_fit(loss, kind):
    X, y = outliers._data(3, 8)
    theta = outliers.fit(X, y, loss, kind, 0.05)

    def objective(at):
        residual = y - X @ at
        if loss == "squared":
            data = np.mean((residual - residual.mean()) ** 2) / 2
        else:
            data = np.mean(np.abs(residual - np.median(residual)))
        return data + 0.05 * (np.abs(at).sum() if kind == "l1" else at @ at)

    directions = np.random.default_rng(0).standard_normal((300, theta.size))
    for size in (1e-3, 1e-1):
        assert min(objective(theta + size * direction) for direction in directions) >= objective(theta) - 1e-7


def test_absolute_ridge_is_certified():
    X, y = outliers._data(1, 8)
    theta, gap = outliers.absolute_ridge(X, y, 0.05)
    assert abs(gap) < 1e-5
    assert np.all(theta != 0)


def test_zeros_of_the_four_fits_are_where_the_chapter_sees_them():
    zeros = dict(zip(outliers.CORNERS, definition.four_fits().zeros, strict=True))
    assert zeros.pop(("absolute", "l1")) > 0
    assert not any(zeros.values())


def test_without_outliers_the_squared_loss_is_the_better_one():
    X, y = outliers._data(2, 0)
    truth = np.array(outliers.TRUTH)
    squared, absolute = (
        np.sum((outliers.fit(X, y, loss, "l1", 0.05) - truth) ** 2) for loss in ("squared", "absolute")
    )
    assert squared < absolute
