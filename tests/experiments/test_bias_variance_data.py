"""The chapter on bias and variance, from irrelevant features to real data."""

import numpy as np
import pytest

from regutils import L1, L2, LogisticLoss
from regutils.datasets import load_diabetes
from regutils.experiments import bias_variance as experiments
from regutils.experiments.bias_variance.curves import scores
from regutils.experiments.bias_variance.grouping import six_features, three_groups
from regutils.experiments.bias_variance.logistic import l1_path, l2_path
from regutils.experiments.bias_variance.nested import compare, folds, scaled
from regutils.experiments.bias_variance.real_data import real_data, with_products
from regutils.experiments.bias_variance.sample_complexity import bayes_error, exact_error, trial, truth
from regutils.experiments.intervals import interval
from regutils.solvers import solve


def logistic_data(replicates, n, p, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((replicates, n, p)) + 0.3
    return X, (rng.random((replicates, n)) < 1 / (1 + np.exp(-3 * X[:, :, 0]))).astype(float)


@pytest.mark.parametrize("p", [4, 60])
@pytest.mark.parametrize(("fit", "penalty", "ratio"), [(l1_path, L1, 0.1), (l2_path, L2, 0.001)])
def test_batched_logistic_paths_agree_with_the_solvers(p, fit, penalty, ratio):
    X, y = logistic_data(3, 40, p)
    path = fit(X, y, n_lambdas=4, lambda_min_ratio=ratio)
    assert np.all(path.violation < 2e-3)
    for r in range(3):
        for k in (1, 3):
            loss = LogisticLoss(X[r], y[r])
            reference = solve(loss, penalty(path.lambdas[r, k])).coef
            assert path.coef[r, k] == pytest.approx(reference, abs=2e-3 * (1 + np.abs(reference).max()))
    if fit is l1_path:
        assert np.abs(path.coef[:, 0]).max() < 1e-12  # at lambda_max


def test_logistic_paths_refuse_a_single_class():
    X, y = logistic_data(2, 20, 3)
    y[1] = 1.0
    with pytest.raises(ValueError, match="both classes"):
        l1_path(X, y, n_lambdas=3, lambda_min_ratio=0.1)


def test_exact_error_is_what_new_data_show():
    rng = np.random.default_rng(0)
    theta, coef, intercept = truth(5, relevant=2, steepness=4.0), np.array([1.0, 0.3, -0.5, 0.2, 0.0]), 0.4
    X = rng.standard_normal((400_000, 5))
    y = rng.random(len(X)) < 1 / (1 + np.exp(-X @ theta))
    drawn = np.mean((X @ coef + intercept > 0) != y)
    assert float(exact_error(coef, np.array(intercept), theta)) == pytest.approx(drawn, abs=0.003)


def test_nothing_beats_the_bayes_error_and_it_is_the_published_one():
    theta = truth(3)
    best = bayes_error(theta)
    assert best == pytest.approx(0.055, abs=0.0005)
    rng = np.random.default_rng(1)
    assert np.all(exact_error(rng.standard_normal((50, 3)), np.zeros(50), theta) >= best)
    assert float(exact_error(np.zeros(3), np.array(1.0), theta)) == pytest.approx(0.5)


def test_trials_depend_on_their_seed_alone():
    seeds = np.random.SeedSequence(3).spawn(4)
    all_four = trial(seeds, examples=40, features=6, penalty="L1")["error"]
    assert trial(seeds[2:3], examples=40, features=6, penalty="L1")["error"] == pytest.approx(all_four[2:3], abs=1e-3)


def test_ng_as_published():
    found = experiments.fixed_examples()
    assert found.at("L1", 1000).high < 0.16
    assert found.at("L2", 1000).low > 0.38
    assert np.all(np.diff(found.error["L2"].mean(axis=1)) > 0)
    assert found.nonzero["L1"][-1].mean() > 10  # "among a thousand it takes many where one would do"


def test_what_the_chapter_says_of_growth():
    steep, flat = (experiments.examples_needed().growth[penalty] for penalty in ("L2", "L1"))
    assert steep.exponent().low < 1.1
    assert steep.exponent().high > 0.9
    assert flat.explained(np.log(flat.features)) > flat.explained(flat.features)
    assert np.all(np.diff(flat.needed) > 0)


def test_l2_does_not_notice_a_rotation():
    X, y = logistic_data(3, 30, 12)
    turn = np.linalg.qr(np.random.default_rng(0).standard_normal((12, 12)))[0]
    options = {"n_lambdas": 4, "lambda_min_ratio": 0.05}
    assert l2_path(X @ turn, y, **options).coef @ turn.T == pytest.approx(l2_path(X, y, **options).coef, abs=1e-4)
    assert np.abs(l1_path(X @ turn, y, **options).coef @ turn.T - l1_path(X, y, **options).coef).max() > 0.05


def test_l2_fits_lie_in_the_span_of_the_rows():
    X, y = logistic_data(1, 10, 40)
    coef = l2_path(X, y, n_lambdas=3, lambda_min_ratio=0.01).coef[0]
    centered = X[0] - X[0].mean(axis=0)
    kernel = np.linalg.svd(centered)[2][9:]
    assert np.abs(coef @ kernel.T).max() < 1e-8


def test_folds_partition_the_rows_and_deal_out_the_classes():
    labels = np.repeat([0, 1, 2], [11, 23, 7])
    pairs = list(folds(41, labels, np.random.default_rng(0)))
    tests = np.concatenate([test for _, test in pairs])
    assert len(np.unique(tests)) == tests.size == 40
    for train, test in pairs:
        assert np.array_equal(np.sort(np.concatenate([train, test])), np.arange(41))
        assert {1, 2} >= {np.sum(labels[test] == 2)} - {0}
        assert set(labels[train]) == {0, 1, 2}


def test_scaling_uses_training_rows_only_and_leaves_out_rare_columns():
    rng = np.random.default_rng(0)
    train, test = rng.standard_normal((2, 40, 3)), rng.standard_normal((2, 9, 3))
    train[:, :, 2] = 0.0
    train[:, 0, 2] = 1.0  # black but once
    one, other = scaled(train, test)[0], scaled(train, 100.0 * test)[0]
    assert np.array_equal(one, other)
    assert one[..., :2].mean(axis=1) == pytest.approx(0.0)
    assert one[..., :2].std(axis=1) == pytest.approx(1.0)
    assert not one[..., 2].any()


def test_products_are_products():
    X = np.array([[0.0, 1.0], [1.0, 2.0], [1.0, 6.0]])
    centered = X - X.mean(axis=0)
    expected = np.column_stack([X, centered[:, 0] * centered[:, 1], centered[:, 1] ** 2])
    assert with_products(X) == pytest.approx(expected)
    assert with_products(load_diabetes().data).shape == (442, 64)  # ten, 45 products, nine squares


def test_what_the_chapter_says_of_real_data():
    found = experiments.real_comparisons()
    calls = {one.name: one.better("lasso", over="ridge") for one in found}
    assert len(calls) == 7
    assert [name for name, call in calls.items() if call] in ([], ["breast cancer"])  # the others are ties
    by_name = {one.name: one for one in found}
    products = by_name["diabetes with products"]
    assert products.better("ridge", over="no penalty") == 1
    assert products.mean("lasso") < products.mean("ridge")
    assert all(not by_name["Khan"].mistakes[method].any() for method in ("lasso", "ridge"))
    assert by_name["Khan"].used["lasso"].mean() < 400 < by_name["Khan"].used["ridge"].mean()


def test_other_folds_do_not_repeat_the_win_on_breast_cancer():
    data = next(one for one in real_data() if one.name == "breast cancer")
    calls = [compare(data, ("lasso", "ridge"), seed=seed).better("lasso", over="ridge") for seed in (1, 2)]
    assert calls == [0, 0]


def test_the_sparse_example_does_not_hang_on_its_seed():
    for seed in (1, 2):
        found = experiments.sparse_comparison(seed=seed)
        assert found.better("lasso", over="ridge") == 1
        assert found.better("ridge", over="lasso") == -1


def test_criteria_charge_for_degrees_of_freedom():
    X, y = with_products(load_diabetes().data)[None], load_diabetes().target[None].astype(float)
    honest, blind = (scores(X, y, seed=0, honest=flag) for flag in (True, False))
    assert np.all(honest.bic >= honest.cp)
    assert np.all(honest.cp >= honest.training)
    assert np.array_equal(blind.cp, blind.training)
    last = honest.training.shape[1] - 1
    assert blind.picks()["Cp"][0] == blind.picks()["cross-validation"][0] == last  # always the weakest penalty
    picks = honest.picks()
    assert picks["one standard error"][0] < picks["cross-validation"][0]
    assert picks["BIC"][0] < picks["Cp"][0]


def test_what_the_chapter_says_of_learning():
    curve = experiments.learning_curve()
    gaps = {
        name: curve.quartiles("test", name)[1] - curve.quartiles("training", name)[1]
        for name in ("least squares", "lasso")
    }
    assert np.all(gaps["least squares"] > gaps["lasso"])
    assert np.all(np.diff(gaps["least squares"]) < 0)
    assert curve.quartiles("test", "least squares")[1, 0] > 1.0  # worse than predicting the mean


def test_what_the_chapter_says_of_criteria():
    found = experiments.criteria()
    used = {name: values.mean() for name, values in found.used.items()}
    error = {name: values.mean() for name, values in found.error.items()}
    assert max(used["one standard error"], used["BIC"]) < min(used["cross-validation"], used["Cp"])
    assert max(error["cross-validation"], error["Cp"]) < min(error["one standard error"], error["BIC"])
    assert all(np.all(found.error[name] >= found.error["best"]) for name in found.used)


def test_what_the_chapter_says_of_selection():
    found = experiments.selection()
    assert found.at("best prediction", "missed").mean == 0
    assert found.at("best prediction", "false").low > 5
    for name in ("one standard error", "BIC"):
        assert found.at(name, "false").high < found.at("cross-validation", "false").low
        rows = np.arange(len(found.risk))
        paid = found.risk[rows, found.picks[name]] - found.risk[rows, found.picks["cross-validation"]]
        assert interval(paid).low > 0
    assert found.at("fewest mistakes", "risk").low > 4 * found.at("best prediction", "risk").high


def test_six_features_are_near_copies():
    X, y = six_features(np.random.default_rng(0), 400)
    correlation = np.corrcoef(X.T)
    assert np.all(correlation[:3, :3] > 0.99)
    assert np.all(correlation[3:, 3:] > 0.99)
    assert np.abs(correlation[:3, 3:]).max() < 0.2
    assert y.mean() == pytest.approx(0.0, abs=1e-12)


def test_groups_have_their_covariance():
    data = three_groups(5, 0, snr=2.0)
    assert data.snr == pytest.approx(2.0)
    assert data.covariance[0, 9] == data.covariance[10, 19] == 0.7
    assert data.covariance[9, 10] == data.covariance[40, 41] == 0.0
    assert data.support.sum() == 30


def test_the_bound_follows_l2():
    some, more = (experiments.near_copies(l2=l2, replicates=20) for l2 in (0.25, 0.5))
    assert np.all(some.difference <= some.bound)
    assert np.all(more.difference <= more.bound)
    assert more.bound == pytest.approx(some.bound / 2)
    assert some.dropped("net") == 0


def test_what_the_chapter_says_of_the_combination():
    found = experiments.combination()
    assert all(found.advantage("lasso", float(ratio)).low > 0 for ratio in found.snr)
    assert found.advantage("ridge", 0.5).high < 0
    assert found.advantage("ridge", 15.0).low > 0.1
    at = int(np.flatnonzero(found.snr == 5.0)[0])
    assert found.used["lasso"][at].mean() < 30 < found.used["elastic net"][at].mean() < 100


def test_experiments_are_reproducible():
    one, other = (experiments.selection.__wrapped__(replicates=4, seed=seed) for seed in (0, 1))
    assert np.array_equal(one.risk, experiments.selection.__wrapped__(replicates=4, seed=0).risk)
    assert not np.array_equal(one.risk, other.risk)
