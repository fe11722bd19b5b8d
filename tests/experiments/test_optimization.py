"""The experiments of the chapter optimization: against closed forms, brute force and published selections."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from regutils.datasets import load_hitters, simulate_linear
from regutils.experiments import optimization as experiments
from regutils.experiments.optimization.noise import contestants, noise_study, tuned
from regutils.experiments.optimization.shrinkage import arrivals, gradient_flow, l1_flow, l2_flow
from regutils.experiments.optimization.slopes import central_differences, hard_threshold, one_sided_slopes
from regutils.experiments.optimization.stability import conditioning, oscillation
from regutils.experiments.optimization.subsets import all_subsets, best_subsets, members, path_supports
from regutils.penalties import L1, L2, ElasticNet

weights = arrays(np.float64, 6, elements=st.floats(-100, 100))


@given(weights)
def test_l2_gradient_is_twice_the_weight(theta):
    assert central_differences(L2(0.7), theta, h=1e-2) == pytest.approx(1.4 * theta, abs=1e-7)


@given(weights.filter(lambda theta: np.min(np.abs(theta)) > 1e-3))
def test_l1_gradient_is_the_sign_away_from_zero(theta):
    assert central_differences(L1(0.7), theta) == pytest.approx(0.7 * np.sign(theta), abs=1e-6)


def test_elastic_net_jumps_by_its_l1_part():
    left, right = one_sided_slopes(ElasticNet(2.0, 0.25), 0.0)
    assert right - left == pytest.approx(2 * 2.0 * 0.25, abs=1e-5)


def test_hard_threshold_is_the_prox_of_l0():
    grid, x = np.linspace(-3, 3, 41), np.append(np.linspace(-3, 3, 6001), 0.0)
    lam, step = 0.8, 0.6
    objective = lam * (x != 0) + (x - grid[:, None]) ** 2 / (2 * step)
    assert hard_threshold(grid, lam, step) == pytest.approx(x[objective.argmin(axis=1)], abs=1e-3)


def test_prox_maps_share_the_dead_zone_of_l1():
    maps = experiments.prox_maps(lam=0.7, step=1.5)
    inside = np.abs(maps.grid) < maps.threshold - 1e-9
    assert np.all(maps.l1[inside] == 0)
    assert np.all(maps.l0[inside] == 0)
    outside = np.abs(maps.grid) > maps.threshold + 1e-9
    assert np.array_equal(maps.l0[outside], maps.grid[outside])


@pytest.mark.parametrize("theta0", [2.5, -0.4])
def test_flows_follow_their_closed_forms(theta0):
    times = np.linspace(0, 8, 33)
    theta, arrival = gradient_flow(L1(0.4), theta0, times)
    assert arrival == pytest.approx(abs(theta0) / 0.4, rel=1e-9)
    assert theta == pytest.approx(l1_flow(theta0, 0.4, times), abs=1e-9)
    assert np.all(theta[times > arrival] == 0)
    theta, arrival = gradient_flow(L2(0.4), theta0, times)
    assert arrival == np.inf
    assert theta == pytest.approx(l2_flow(theta0, 0.4, times), abs=1e-9)


def test_elastic_net_arrives_when_the_exercise_says():
    flow = experiments.flows(theta0=2.0, lam=0.5, rho=0.5)
    assert flow.elastic_net_arrival == pytest.approx(2 * np.log(5), rel=1e-9)


def test_arrivals_are_predicted_and_l2_never_arrives():
    for seed in (1, 2):
        runs = arrivals(seed=seed)
        assert runs.predicted.size == 540
        assert np.array_equal(runs.predicted, runs.observed)
    assert np.all(np.isinf(arrivals(L2).observed))


def test_a_tenth_arrives_one_step_late():
    steps = experiments.proximal_steps(L1(0.1), np.array([1.0]), 1.0, 12)[:, 0]
    assert np.argmax(steps == 0) == 11


def test_race_is_won_by_all_but_the_subgradient_method():
    race = experiments.race()
    assert all(run.converged and run.gap[-1] <= 1e-8 for run in race.finishers)
    assert len({run.gap[0] for run in race.runs if run.name != "projected gradient"}) == 1  # the same start
    assert not race["subgradient"].converged
    assert race["ISTA"].iterations > race["FISTA"].iterations
    assert all(np.sum(run.coef == 0) == race.zeros for run in race.finishers if run.name != "projected gradient")


def test_rates_stay_below_their_bounds():
    rates = experiments.rates()
    slack = 1e-9  # the objective is near 1,500: what rounding leaves of it
    assert np.all(rates.ista <= rates.ista_bound + slack)
    assert np.all(rates.fista <= rates.fista_bound + slack)


def test_tighter_tolerances_come_closer():
    fits = experiments.tolerances()
    assert fits.tol[fits.at(fits.default)] == pytest.approx(fits.default)
    assert fits.coef_error[-1] < 1e-6 < fits.coef_error[0]
    assert np.all(fits.objective_error > -1e-12)


def test_oscillation_is_that_of_the_corner():
    shaky, smooth = oscillation(), oscillation(L2)
    assert shaky.amplitude == pytest.approx(shaky.bound, rel=0.1)
    assert np.all(shaky.proximal_amplitude == 0)
    assert np.all(shaky.proximal_zeros == shaky.optimal_zeros)
    assert np.all(smooth.amplitude < 0.1 * smooth.bound)  # on its way, not thrown about


@pytest.mark.parametrize("name", ["diabetes", "Hitters"])
def test_conditioning_follows_theory(name):
    steady = conditioning(name=name)
    assert steady.condition == pytest.approx(steady.condition_theory, rel=1e-6)
    assert np.all(steady.iterations <= np.ceil(steady.iterations_theory))
    assert np.all(np.diff(steady.iterations) < 0)


def test_all_subsets_against_least_squares():
    data = simulate_linear(25, 5, correlation=0.6, seed=3)
    rss, _ = all_subsets(data.X, data.y)
    assert rss.shape == (32,)
    for chosen, value in zip(members(5), rss, strict=True):
        design = np.column_stack([np.ones(25), data.X[:, chosen]])
        residual = data.y - design @ np.linalg.lstsq(design, data.y, rcond=None)[0]
        assert value == pytest.approx(residual @ residual)


def test_best_subsets_are_the_best_and_batches_agree():
    data = simulate_linear(30, 6, correlation=0.5, snr=1.0, replicates=4, seed=5)
    best = best_subsets(data.X, data.y)
    assert best.fits == 64
    assert np.array_equal(best.support.sum(axis=-1), np.tile(np.arange(7), (4, 1)))
    for r in range(4):
        single = best_subsets(data.X[r], data.y[r])
        assert np.array_equal(single.support, best.support[r])
        assert single.coef == pytest.approx(best.coef[r])
        rss, _ = all_subsets(data.X[r], data.y[r])
        codes = [sum(2**j for j in subset) for subset in combinations(range(6), 3)]
        assert best.rss[r, 3] == rss[codes].min()


def test_duplicate_columns_do_no_harm():
    data = simulate_linear(30, 4, seed=6)
    doubled = np.column_stack([data.X, data.X[:, 0]])
    assert np.all(np.isfinite(all_subsets(doubled, data.y)[0]))


def test_path_supports_takes_the_last_of_each_size():
    coef = np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0], [2, 1, 0], [2, 0, 1]], dtype=float)
    found = path_supports(coef)
    assert found.astype(int).tolist() == [[0, 0, 0], [1, 0, 0], [1, 0, 1], [0, 0, 0]]


def test_hitters_has_the_published_best_subsets():
    """James, Witten, Hastie and Tibshirani (2021), section 6.5.1."""
    data = load_hitters()
    picked = experiments.hitters_selections()
    order = {name: j for j, name in enumerate(picked.features)}
    assert sorted(order) == sorted(data.feature_names)
    published = {
        1: "CRBI",
        2: "Hits CRBI",
        3: "Hits CRBI PutOuts",
        4: "Hits CRBI Division_W PutOuts",
        5: "AtBat Hits CRBI Division_W PutOuts",
        6: "AtBat Hits Walks CRBI Division_W PutOuts",
        7: "Hits Walks CAtBat CHits CHmRun Division_W PutOuts",
        8: "AtBat Hits Walks CHmRun CRuns CWalks Division_W PutOuts",
    }
    for size, names in published.items():
        assert {picked.features[j] for j in np.flatnonzero(picked.subset[size - 1])} == set(names.split())
    assert picked.fits == 2**19


def test_work_is_counted_not_timed():
    work = experiments.growth()
    assert np.array_equal(work.subset_fits, 2.0**work.subset_features)
    assert work.lasso_gap.max() <= 1e-8


def test_noise_study_is_reproducible_and_seeded():
    small = {"snrs": (0.2, 4.0), "replicates": 5}
    one, other = noise_study(seed=1, **small), noise_study.__wrapped__(seed=1, **small)
    assert np.array_equal(one.error, other.error)
    assert not np.array_equal(one.error, noise_study(seed=2, **small).error)
    assert np.all(one.error >= 1.0)
    mean, _ = one.advantage("lasso", over="best subset")
    assert mean == pytest.approx(-one.advantage("best subset", over="lasso")[0])


def test_tuned_picks_the_best_candidate():
    data = simulate_linear(60, 4, snr=2.0, replicates=3, seed=8)
    X, X_val, y, y_val = data.X[:, :30], data.X[:, 30:], data.y[:, :30], data.y[:, 30:]
    for candidates in contestants(X, y).values():
        coef, intercept = tuned(candidates, X, y, X_val, y_val)
        for r in range(3):
            errors = [
                np.mean((y_val[r] - y[r].mean() - (X_val[r] - X[r].mean(axis=0)) @ one) ** 2) for one in candidates[r]
            ]
            assert np.mean((y_val[r] - X_val[r] @ coef[r] - intercept[r]) ** 2) == pytest.approx(min(errors))


def test_relaxed_lasso_holds_both_ends():
    data = simulate_linear(40, 5, snr=2.0, replicates=2, seed=9)
    offered = contestants(data.X, data.y)
    lasso, relaxed = offered["lasso"], offered["relaxed lasso"]
    count = lasso.shape[1]
    assert relaxed[:, -count:] == pytest.approx(lasso)
    assert relaxed[:, count - 1] == pytest.approx(offered["best subset"][:, -1])  # the densest refit: least squares


def test_splits_are_tied_on_diabetes():
    splits = experiments.diabetes_splits(splits=20)
    low, high = splits.interval(splits.difference("lasso", over="best subset"))
    assert low < 0 < high
    assert np.all((splits.error > 0.2) & (splits.error < 1.0))


def test_what_the_chapter_says_of_the_selections():
    picked = experiments.hitters_selections()
    best, lasso = (
        {name: found[:, j] for j, name in enumerate(picked.features)} for found in (picked.subset, picked.lasso)
    )
    assert best["CRBI"][:6].all()
    assert not best["CRBI"][6]
    changes = np.flatnonzero(np.diff(lasso["CHmRun"].astype(int)))  # in, out near the end, in with the last size
    assert changes.size == 3
    assert changes[1] >= 14
    assert changes[2] == 17
    once = [name for name, chosen in lasso.items() if np.any(np.diff(chosen.astype(int)) < 0)]
    assert "CHmRun" in once


def test_what_the_chapter_says_of_noise():
    study = noise_study()
    assert study.snr[[1, -1]] == pytest.approx([0.14, 6.0], abs=0.005)
    winners = study.winners("lasso", over="best subset")
    assert winners[0] == 1
    assert winners[-1] == -1
    assert np.all(np.diff(winners) <= 0)  # the lasso at low ratios, best subset at high ones, ties between
    assert not np.any(study.winners("relaxed lasso", over="best subset") < 0)


def test_what_the_chapter_says_of_diabetes():
    splits = experiments.diabetes_splits()
    low, high = splits.interval(splits.difference("lasso", over="best subset"))
    assert low < 0 < high
    sizes = dict(zip(splits.methods, splits.nonzero.mean(axis=1), strict=True))
    assert sizes["best subset"] < sizes["lasso"]


def test_noiseless_best_subset_is_the_truth_and_the_lasso_is_off():
    found = experiments.noiseless()
    assert np.max(found.subset_risk) < 1e-20
    assert np.min(found.lasso_risk) > 1e-7
