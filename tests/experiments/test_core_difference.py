"""The experiments of the chapter core_difference: closed forms, published facts, and what the prose says in words."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regutils.experiments import core_difference as experiments
from regutils.experiments.core_difference.near_twins import pair
from regutils.experiments.core_difference.rare import POSITIVE, ROWS, proximal_descent, rare_loss
from regutils.experiments.core_difference.recovery import (
    irrepresentable,
    limiting_probability,
    mixed,
    moments,
    recovered,
)
from regutils.experiments.core_difference.shrinkage import unpenalized_path
from regutils.experiments.core_difference.single import last_zero, searched
from regutils.experiments.core_difference.traces import standardized, traces
from regutils.experiments.core_difference.twins import copied, effective_number
from regutils.metrics import duality_gap
from regutils.paths import lasso_path, ridge_path
from regutils.penalties import L1, L2, ElasticNet, NoPenalty


@pytest.mark.parametrize("name", ["diabetes", "Hitters", "simulation"])
def test_traces_are_both_paths_of_standardized_data(name):
    X, y, features = standardized(name)
    assert X.mean(axis=0) == pytest.approx(0, abs=1e-12)
    assert X.std(axis=0) == pytest.approx(1)
    found = traces(name)
    assert found.l1.shape == found.l2.shape == (found.lambdas.size, len(features))
    at = found.at(0.1)
    assert found.l2[at] == pytest.approx(ridge_path(X, y, found.lambdas[[at]]).coef[0])
    assert np.all(found.l1_zeros[found.lambdas > found.lambda_max] == len(features))
    assert found.l1_zeros[np.flatnonzero(found.lambdas < found.lambda_max)[0]] < len(features)


def test_ridge_fades_in_proportion_to_one_over_lambda():
    found = traces("diabetes")
    assert np.abs(found.l2[0] / found.l2[found.at(100.0)]) == pytest.approx(0.1, rel=0.15)


def test_the_zeros_of_diabetes_do_not_only_grow():
    found = traces("diabetes")
    hdl = found.l1[:, found.features.index("HDL")] != 0
    assert np.sum(np.diff(hdl.astype(int)) == -1) >= 1  # toward weaker penalties it leaves
    assert np.any(np.diff(found.l1_zeros) > 0)


@given(st.floats(-5, 5), st.floats(0.05, 2))
def test_the_search_agrees_with_the_prox(b, lam):
    for penalty in (L1(lam), L2(lam), ElasticNet(lam, 0.5)):
        assert searched(penalty, b) == pytest.approx(float(penalty.prox(np.array([b]), 1.0)[0]), abs=1e-6)


def test_the_interval_of_the_elastic_net_is_that_of_its_l1_part():
    assert last_zero(ElasticNet(1.0, 0.3)) == pytest.approx(0.3, abs=1e-6)
    film = experiments.film()
    assert film.l1_interval == pytest.approx((-film.lam, film.lam), abs=1e-6)
    assert np.sum(film.l1_at == 0) == 3
    assert np.sum(film.l2_at == 0) == 1


def test_survivors_are_soft_thresholded_and_reproducible():
    found = experiments.survivors()
    soft = np.sign(found.least_squares) * np.maximum(np.abs(found.least_squares) - found.lam, 0)
    assert found.coef == pytest.approx(soft, abs=1e-9)
    assert found.true_ones.shape == (200, 10)
    again = experiments.survivors(replicates=201)
    assert again.coef.shape == (201, 20)
    assert np.unique(found.nonzero).size == found.nonzero.size


def test_directions_follow_the_formula_and_coefficients_do_not():
    for kind in ("orthonormal", "diabetes", "Hitters"):
        found = experiments.proportions(kind)
        assert found.factors == pytest.approx(found.theory, abs=1e-9)
    diabetes = experiments.proportions("diabetes")
    assert diabetes.ratios.min() < 0 < 1 < diabetes.ratios.max()
    assert np.ptp(experiments.proportions("orthonormal").ratios) < 1e-12


def test_total_cholesterol_is_the_sum_of_its_parts_in_the_worst_direction():
    found, path = experiments.proportions("diabetes"), experiments.wanderers("diabetes")
    worst = found.directions[-1] * -np.sign(found.directions[-1][path.index("total cholesterol")])
    assert path.features[int(np.argmin(worst))] == "total cholesterol"
    assert [path.features[j] for j in np.argsort(-worst)[:3]] == ["LDL", "HDL", "triglycerides (log)"]


def test_wanderers_as_told():
    path = experiments.wanderers("diabetes")
    cholesterol, sugar, hdl = (path.index(name) for name in ("total cholesterol", "blood sugar", "HDL"))
    assert path.norm_rises == experiments.wanderers("Hitters").norm_rises == 0
    assert len(path.crossings[cholesterol]) == 1
    assert path.coef[0, cholesterol] < 0 < path.coef[-1, cholesterol]
    assert not path.crossings[sugar]
    assert path.growth[sugar] > 1.5
    assert path.crossings[hdl]
    assert path.growth[hdl] > 1.5


@given(st.floats(0.05, 0.95), st.floats(0.01, 5), st.floats(-2, 2))
def test_the_smallest_example_of_a_coefficient_that_grows(r, lam, z2):
    H, z = np.array([[1, r], [r, 1]]), np.array([1.0, z2])
    ridge = np.linalg.solve(H + 2 * lam * np.eye(2), H @ z)
    plus, minus = ((1 + s * r) / (1 + s * r + 2 * lam) for s in (1, -1))
    assert ridge[1] == pytest.approx(0.5 * ((plus + minus) * z2 + (plus - minus) * z[0]))
    norm = 0.5 * (plus**2 * (1 + z2) ** 2 + minus**2 * (1 - z2) ** 2)
    assert ridge @ ridge == pytest.approx(norm)


def test_the_solution_of_the_exercise_on_growth():
    H, z = np.array([[1, 0.9], [0.9, 1]]), np.array([1, -0.3])
    assert np.linalg.solve(H + 2 * 0.0475 * np.eye(2), H @ z)[1] == pytest.approx(0, abs=1e-12)
    root = np.linalg.cholesky(H).T * np.sqrt(2)
    path = lasso_path(root, root @ z, [0.031, 0.029], fit_intercept=False).coef
    assert path[0, 1] == 0 > path[1, 1]


def test_copies_share_under_ridge_and_act_as_one_column():
    found = experiments.copies()
    for weights, expected, single in zip(found.l2, found.l2_expected, found.l1, strict=True):
        assert weights == pytest.approx(np.full(weights.size, expected / weights.size), abs=1e-12)
        assert single.sum() == pytest.approx(found.l1[0].sum(), abs=1e-10)
    assert np.all(np.diff(found.l2_expected) > 0)


def test_the_lasso_is_indifferent_and_its_solvers_are_not():
    found = experiments.splits()
    inside = (found.share >= 0) & (found.share <= 1)
    assert found.l1[inside] == pytest.approx(0, abs=1e-13)
    assert np.all(found.l1[~inside] > 1e-4)
    assert found.share[np.argmin(found.l2)] == pytest.approx(0.5)
    assert np.all(found.gap < 1e-10)
    assert found.found.sum(axis=1) == pytest.approx(found.found[0].sum(), abs=1e-5)
    shares = found.found[:, 0] / found.found.sum(axis=1)
    assert shares[[1, 2, 3]] == pytest.approx([1, 0, 0.5], abs=1e-6)
    assert 0.05 < shares[4] < 0.95


def test_ridge_rises_by_its_penalty_as_copies_part():
    found = experiments.splits()
    X, y, twins = copied(2)
    total = ridge_path(X, y, [found.lam]).coef[0, twins].sum()
    assert found.l2 == pytest.approx(found.lam * total**2 * (found.share**2 + (1 - found.share) ** 2 - 0.5), abs=1e-12)


def test_effective_number():
    assert effective_number(np.ones(7)) == pytest.approx(7)
    assert effective_number(np.array([0.0, 3.0, 0.0])) == pytest.approx(1)


def test_near_twins_as_told():
    found = experiments.pairs()
    share, error = found.first_kept("lasso")
    assert abs(share - 0.5) < 3 * error  # a coin flip
    assert found.one_only("lasso")[0] > 0.25
    assert found.one_only("elastic net")[0] == found.one_only("ridge")[0] == 0
    sums = [weights.sum(axis=1).mean() for weights in found.weights.values()]
    assert np.ptp(sums) < 0.1 * np.mean(sums)
    assert found.difference("lasso") > 10 * found.difference("elastic net")


def test_a_pair_depends_on_its_seed_alone():
    seeds = np.random.SeedSequence(3).spawn(4)
    together = pair(seeds, correlation=0.9, lambdas=(0.2, 0.2, 0.1))
    alone = pair(seeds[2:3], correlation=0.9, lambdas=(0.2, 0.2, 0.1))
    for name, weights in together.items():
        assert alone[name][0] == pytest.approx(weights[2], abs=1e-10)


def test_resamples_as_told():
    found = experiments.resamples()
    lasso, net = (dict(zip(found.features, values, strict=True)) for values in found.frequency.values())
    full = dict(zip(found.features, found.full, strict=True))
    assert full["CHits"] == 0 != full["CRuns"]
    assert found.twins_one > 0.5
    assert 0.05 < found.twins_first < 0.5
    assert lasso["PutOuts"] > 0.85
    assert min(net["CHits"], net["CRuns"]) > 0.95
    assert lasso["CAtBat"] < 0.02 < 0.3 < net["CAtBat"]


@pytest.mark.parametrize("correlation", [0.1, 0.4, 2 / 3])
def test_the_number_of_the_condition_is_twice_the_correlation_for_like_signs(correlation):
    covariance = mixed(correlation, 3)
    assert np.diag(covariance) == pytest.approx(1)
    assert irrepresentable(covariance, np.array([1, 2, 0, 0, 0])) == pytest.approx(2 * correlation)
    assert irrepresentable(covariance, np.array([-1, 2, 0, 0, 0])) == pytest.approx(0, abs=1e-12)


def test_the_limiting_probability_agrees_with_simulation():
    assert limiting_probability(0.99, 4) == 1
    assert limiting_probability(4 / 3, 1) == pytest.approx(0.5)
    assert limiting_probability(1.0, 4) == pytest.approx(1 / 16)
    noise = np.random.default_rng(0).standard_normal((200_000, 4))
    size = np.abs(noise)
    works = np.all(noise < 0, axis=1) & (size.max(axis=1) <= 7 * size.min(axis=1))
    assert limiting_probability(4 / 3, 4) == pytest.approx(works.mean(), abs=4 * np.sqrt(0.033 / 200_000))


def test_recovery_as_told():
    found = experiments.recovery()
    assert np.all(np.abs(found.share[1:, -3:] - found.limit[1:, None]) < 3.5 * np.maximum(found.error[1:, -3:], 0.005))
    assert found.share[0, 0] < 0.7
    assert np.all(found.share[0, -3:] > 0.98)
    below, above = found.sweep_numbers <= 0.8, found.sweep_numbers >= 1.1
    assert np.all(found.sweep[1, below] > found.sweep[0, below])
    assert np.all(found.sweep[:, above] < 0.12)
    assert found.numbers == pytest.approx([0, 4 / 3, 4 / 3])


def test_recovery_sees_data_through_their_gram_matrix():
    """The path of the compressed data is that of the data themselves."""
    seeds = np.random.SeedSequence(1).spawn(20)
    covariance = moments(seeds, n=60, columns=4)["covariance"]
    kept = []

    def recorded(X, y, **options):
        kept.append((X, y))
        return lasso_path(X, y, **options)

    found = recovered(covariance, (1.0, 1.0, 0.0), correlation=0.45, sigma=2.0, path=recorded)
    X, y = kept[0]
    root = np.linalg.cholesky(mixed(0.45, 1) + 1e-14 * np.eye(3))
    z = np.random.default_rng(seeds[0]).standard_normal((60, 4))
    design = z[:, :-1] @ root.T
    target = design @ np.array([1.0, 1.0, 0.0]) + 2.0 * z[:, -1]
    grid = np.array([0.5, 0.2, 0.05])
    whole = lasso_path(design, target, grid).coef
    assert lasso_path(X[0], y[0], grid, fit_intercept=False).coef == pytest.approx(whole, abs=1e-8)
    assert set(found) <= {0.0, 1.0}


def test_the_unpenalized_coefficient_grows_like_the_logarithm():
    found = experiments.rare()
    assert found.slope == pytest.approx(1, abs=0.02)
    assert np.all(np.diff(found.unpenalized) > 0)
    assert found.l1[-1] == pytest.approx(found.l1_limit, abs=1e-6)
    assert found.l2[-1] == pytest.approx(found.l2_limit, abs=1e-6)


def test_l1_drops_a_feature_that_is_too_rare():
    found = experiments.rare()
    pull = found.counts / ROWS * (1 - (POSITIVE + found.counts) / ROWS)
    assert np.array_equal(found.l1_by_count == 0, pull <= found.lam)
    assert found.l1_enters == found.counts[found.l1_by_count == 0].max()
    assert np.all(np.diff(found.l2_by_count) > 0)


@pytest.mark.parametrize("penalty", [L1(0.02), L2(0.05)])
def test_proximal_descent_ends_at_the_minimizer(penalty):
    loss = rare_loss(6)
    assert duality_gap(loss, penalty, proximal_descent(loss, penalty, 500)[-1:]) < 1e-12
    assert loss.separates(proximal_descent(loss, NoPenalty(), 50)[-1:]) is False  # the other rows overlap


def test_what_a_level_keeps_follows_the_formula():
    found = experiments.levels()
    for coding, kept in found.kept.items():
        assert kept == pytest.approx(found.theory[coding], abs=1e-10)
    raw, scaled = (found.kept[coding] for coding in ("0/1 columns", "standardized columns"))
    assert raw[-1] - raw[0] > 0.5
    assert np.ptp(scaled) < 0.06


def test_standardized_dummies_cost_the_common_levels():
    found = experiments.levels()
    none, raw, scaled = (found.error[name] for name in ("no penalty", "0/1 columns", "standardized columns"))
    assert raw[0][0] < 0.5 * none[0][0]
    assert scaled[0][2] > 2 * raw[0][2]
    assert np.all(scaled[0] - raw[0] > 3 * np.hypot(raw[1], scaled[1]))
    assert raw[0][2] < none[0][2] + 2 * np.hypot(raw[1][2], none[1][2])


def test_the_path_of_no_penalty_is_least_squares_throughout():
    X, y, _ = standardized("diabetes")
    path = unpenalized_path(X, y, np.array([1.0, 0.1]))
    assert path.coef[0] == pytest.approx(np.linalg.lstsq(X, y, rcond=None)[0])
    assert np.array_equal(path.coef[0], path.coef[1])


def test_unknown_data():
    with pytest.raises(ValueError, match="name must be one of .* got 'iris'"):
        experiments.traces("iris")
