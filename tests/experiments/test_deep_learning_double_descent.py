"""Double descent: the formulas against simulation, leave-one-out against leaving out, and what the prose says."""

import numpy as np
import pytest

from regutils.experiments.deep_learning.double_descent import (
    LAMBDAS,
    Shared,
    double_descent,
    growing,
    least_norm_risk,
    random_features,
    ridge_risk,
)
from regutils.paths import ridge_path


@pytest.mark.parametrize("shape", [(12, 5), (12, 30)])
def test_shared_solutions_are_least_norm_and_ridge(shape):
    rng = np.random.default_rng(0)
    X, Y = rng.standard_normal(shape), rng.standard_normal((shape[0], 2))
    shared = Shared(X, Y)
    assert shared.least_norm() == pytest.approx(np.linalg.pinv(X) @ Y)
    for lam in (1.0, 0.01):
        for k in range(2):
            single = ridge_path(X, Y[:, k], np.array([lam]), fit_intercept=False).coef[0]
            assert shared.ridge(lam)[:, k] == pytest.approx(single, abs=1e-9)


@pytest.mark.parametrize("shape", [(12, 5), (12, 30)])
@pytest.mark.parametrize("centered", [False, True])
def test_leaving_one_out_is_done_without_leaving_out(shape, centered):
    rng = np.random.default_rng(1)
    X, Y = rng.standard_normal(shape), rng.standard_normal((shape[0], 2))
    Y += 2 * X[:, :2]
    lambdas = np.geomspace(3, 1e-3, 7)
    errors = []
    for lam in lambdas:
        total = 0.0
        for i in range(len(X)):
            rest = np.arange(len(X)) != i
            rows, answers = X[rest], Y[rest]
            mean, offset = (rows.mean(axis=0), answers.mean(axis=0)) if centered else (0.0, 0.0)
            # the penalty's weight against the sum of squares stays that of all rows
            same = lam * len(X) / (len(X) - 1)
            coef = Shared(rows - mean, answers - offset).ridge(same)
            total += np.sum((Y[i] - offset - (X[i] - mean) @ coef) ** 2)
        errors.append(total)
    best = lambdas[int(np.argmin(errors))]
    shift = (X.mean(axis=0), Y.mean(axis=0)) if centered else (0.0, 0.0)
    whole = Shared(X - shift[0], Y - shift[1])
    assert whole.tuned(lambdas, centered=centered) == pytest.approx(whole.ridge(best))
    assert np.unique(errors).size == 7


@pytest.mark.parametrize("gamma", [0.5, 2.0])
def test_the_limits_are_those_of_large_problems(gamma):
    n, signal, noise = 400, 2.0, 0.7
    p, rng = round(gamma * n), np.random.default_rng(3)
    errors = np.empty((6, 2))
    for row in errors:
        X, theta = rng.standard_normal((n, p)), rng.standard_normal(p)
        theta *= np.sqrt(signal) / np.linalg.norm(theta)
        shared = Shared(X, (X @ theta + np.sqrt(noise) * rng.standard_normal(n))[:, None])
        fits = (shared.least_norm(), shared.ridge(noise * p / (2 * n * signal)))
        row[:] = [np.sum((fit[:, 0] - theta) ** 2) for fit in fits]
    mean, error = errors.mean(axis=0), errors.std(axis=0, ddof=1) / np.sqrt(len(errors))
    theory = [least_norm_risk(gamma, signal, noise), ridge_risk(gamma, signal, noise)]
    assert np.all(np.abs(mean - theory) < 4 * error + 0.02 * np.array(theory))
    assert theory[1] < theory[0]


def test_the_risk_of_ridge_is_least_at_its_strength():
    n, p, signal, noise = 300, 450, 1.0, 0.5
    rng = np.random.default_rng(5)
    best = noise * p / (2 * n * signal)
    errors = np.zeros(3)
    for _ in range(8):
        X, theta = rng.standard_normal((n, p)), rng.standard_normal(p) * np.sqrt(signal / p)
        shared = Shared(X, (X @ theta + np.sqrt(noise) * rng.standard_normal(n))[:, None])
        errors += [np.sum((shared.ridge(lam)[:, 0] - theta) ** 2) for lam in (best / 4, best, best * 4)]
    assert errors.argmin() == 1


def test_no_feature_is_no_fit_and_p_equal_n_has_no_mean():
    assert least_norm_risk(1.0, 1.0, 1.0) == np.inf
    assert least_norm_risk(1e9, 3.0, 1.0) == pytest.approx(3.0)
    assert ridge_risk(1e-6, 1.0, 1.0) == pytest.approx(0, abs=1e-5)


def test_double_descent_as_told():
    found = double_descent()
    least, tuned, best = (found.median[name] for name in ("least_norm", "tuned", "best"))
    at = int(np.flatnonzero(found.widths == found.n)[0])
    assert least.argmax() == at
    assert least[at] > 20 * tuned[at]
    assert np.all(np.diff(least[: at + 1]) > 0)
    assert np.all(np.diff(least[at:]) < 0)
    away = np.abs(found.widths - found.n) >= 10
    assert least[away] == pytest.approx(found.at_widths["least_norm"][away], rel=0.1)
    assert best == pytest.approx(found.at_widths["best"], rel=0.02)
    assert np.all(np.diff(found.at_widths["best"]) < 0)  # in theory the best ridge never gets worse
    assert tuned.max() < 1.03 * tuned[0]  # tuned on the data, it is level up to the errors
    assert np.all(tuned < least + 2 * found.error["least_norm"] + 2 * found.error["tuned"])
    assert found.at_widths["best"] == pytest.approx(tuned, rel=0.06)


def test_more_replicates_continue_a_run():
    few = double_descent(replicates=5)
    seed = np.random.SeedSequence(0, spawn_key=(3,))
    alone = growing(seed, n=few.n, widths=tuple(few.widths), features=few.features, sigma=few.sigma)
    assert np.median(alone["tuned"]) < np.median(alone["least_norm"])
    assert LAMBDAS[0] > LAMBDAS[-1]


def test_random_features_as_told():
    found = random_features()
    least, tuned = found.mean["least_norm"], found.mean["tuned"]
    peak = int(least.argmax())
    assert found.widths[peak] == found.n - 1
    valley = int(least[:peak].argmin())
    assert least[peak] > 3 * least[valley]
    assert least[-1] < least[valley] - 2 * found.error["least_norm"][valley]  # the second descent goes deeper
    assert np.all(np.diff(tuned) < 0.005)
    assert found.peak_drop[0] > 10 * found.peak_drop[1]
    assert 0 <= found.last_drop[0] < 0.02
