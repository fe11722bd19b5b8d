"""The experiments of the chapter sparse_recovery: against closed forms, linear programs and published thresholds."""

import importlib
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import linprog

from regutils.datasets import load_diabetes, standardize
from regutils.experiments import sparse_recovery as experiments
from regutils.experiments.sparse_recovery import corpus, denoising, documents, photograph, shrinkage, trails
from regutils.experiments.sparse_recovery.phase import (
    half_point,
    minimax_risk,
    recovery,
    sparse_problems,
    threshold_risk,
    weak_threshold,
)
from regutils.experiments.sparse_recovery.wainwright import signed_recovery, strength, threshold, witness
from regutils.losses import SquaredLoss
from regutils.montecarlo import monte_carlo
from regutils.paths import elastic_net_path, lasso_path, ridge_path
from regutils.penalties import L1
from regutils.solvers import solve

uniqueness = importlib.import_module("regutils.experiments.sparse_recovery.uniqueness")


def seeds(count, entropy=0):
    return np.random.SeedSequence(entropy).spawn(count)


# The curve of Donoho and Tanner, and basis pursuit.


@pytest.mark.parametrize("t", [0.0, 0.5, 1.5, 3.0])
def test_threshold_risk_is_the_integral(t):
    integral, _ = quad(lambda z: 2 * (z - t) ** 2 * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi), t, np.inf)
    assert threshold_risk(t) == pytest.approx(integral, abs=1e-10)


def test_the_published_thresholds():
    """Donoho and Tanner's weak threshold, to the digits in which it is usually quoted."""
    assert weak_threshold([0.1, 0.25, 0.5]) == pytest.approx([0.1894, 0.2674, 0.3857], abs=1e-4)


@given(st.floats(0.01, 0.99))
@settings(max_examples=30)
def test_the_curve_solves_its_equation_and_no_grid_does_better(delta):
    rho = float(weak_threshold(delta))
    assert minimax_risk(rho * delta) == pytest.approx(delta, abs=1e-7)
    risks = [rho * delta * (1 + t**2) + (1 - rho * delta) * threshold_risk(t) for t in np.linspace(0, 8, 400)]
    assert min(risks) >= delta - 1e-7


def test_the_curve_rises_to_one_and_refuses_what_is_no_share():
    curve = weak_threshold(np.linspace(0.05, 1.0, 12).reshape(3, 4))
    assert curve.shape == (3, 4)
    assert np.all(np.diff(curve.ravel()) > 0)
    assert curve[-1, -1] == 1.0
    with pytest.raises(ValueError, match=r"delta must be in \(0, 1\], got"):
        weak_threshold([0.5, 1.2])


def test_basis_pursuit_solves_the_linear_program():
    X, theta = sparse_problems(seeds(6), 20, 40, 9)  # on both sides of the threshold
    y = np.einsum("rnp,rp->rn", X, theta)
    found = experiments.basis_pursuit(X, y)
    for r in range(6):
        program = linprog(np.ones(80), A_eq=np.hstack([X[r], -X[r]]), b_eq=y[r], bounds=(0, None))
        assert found[r] == pytest.approx(program.x[:40] - program.x[40:], abs=1e-4)
        assert np.abs(found[r]).sum() == pytest.approx(program.fun, rel=1e-5)


def test_minimum_l2_is_ridges_limit_and_the_pseudoinverse():
    X, theta = sparse_problems(seeds(3), 10, 30, 4)
    y = np.einsum("rnp,rp->rn", X, theta)
    found = experiments.minimum_l2(X, y)
    for r in range(3):
        assert found[r] == pytest.approx(np.linalg.pinv(X[r]) @ y[r], abs=1e-10)
        assert found[r] == pytest.approx(ridge_path(X[r], y[r], [1e-9], fit_intercept=False).coef[0], abs=1e-6)


def test_recovery_is_reproducible_whatever_the_chunks():
    settings = {"batched": True, "n_jobs": 1, "n": 30, "p": 60, "k": 10}
    one = monte_carlo(recovery, 12, seed=3, chunk_size=12, **settings)
    other = monte_carlo(recovery, 12, seed=3, chunk_size=5, **settings)
    assert np.array_equal(one["success"], other["success"])
    assert one["error"] == pytest.approx(other["error"], abs=1e-9)


def test_recovery_depends_on_signs_alone():
    """What the exercise says: without noise the sizes of the nonzeros do not matter."""
    X, theta = sparse_problems(seeds(30, 5), 25, 50, 8)

    def success(truth):
        found = experiments.basis_pursuit(X, np.einsum("rnp,rp->rn", X, truth))
        return np.max(np.abs(found - truth), axis=1) < 1e-3

    assert np.array_equal(success(np.sign(theta)), success(2.0 * np.sign(theta)))
    assert np.array_equal(success(np.sign(theta)), success(np.sign(theta) * (0.5 + np.abs(theta))))


def test_half_point_of_a_known_curve():
    k = np.arange(2, 20, 2.0)
    success = np.tile((k <= 10)[:, None], (1, 50)).astype(float)
    point = half_point(success, k, n=20, p=40)
    assert point.ratio == pytest.approx(11 / 20)
    assert point.error == 0


def test_the_diagram_says_what_the_page_says():
    l1, l2 = experiments.phase_diagram(), experiments.phase_diagram(experiments.minimum_l2)
    assert l1.problems == l2.problems
    assert l2.recovered == 0
    assert l2.dense == 1.0
    assert l1.share(0.0, 0.6) > 0.97
    assert l1.share(1.4, 9.0) < 0.02
    assert np.mean([point.ratio - point.theory for point in l1.half]) > 0  # biased high
    assert all(abs(point.ratio - point.theory) < 0.06 for point in l1.half)


def test_the_example_is_recovered_by_one_norm_alone():
    one = experiments.example()
    assert one.error(one.l1) < 1e-4
    assert one.error(one.l2) > 0.5
    assert np.count_nonzero(one.l2) == one.truth.size


# Wainwright's threshold.


def test_the_witness_tells_when_the_lasso_succeeds():
    rng = np.random.default_rng(0)
    n, p, k = 60, 40, 4
    agreed = 0
    for _ in range(25):
        X, theta = rng.standard_normal((n, p)), np.r_[0.5 * rng.choice([-1.0, 1.0], k), np.zeros(p - k)]
        noise = 0.5 * rng.standard_normal(n)
        lam = strength(n, p, k)
        coef = lasso_path(X, X @ theta + noise, [lam], fit_intercept=False).coef[0]
        kept, residual = witness(X[None, :, :k], theta[None, :k], noise[None], lam)
        success = kept[0] and np.max(np.abs(X[:, k:].T @ residual[0])) < n * lam
        assert success == np.array_equal(np.sign(coef), np.sign(theta))
        agreed += success
    assert 0 < agreed < 25  # both outcomes were seen


def test_drawing_correlations_is_drawing_features():
    """The shortcut (normal correlations given the residual) has the lasso's success rate on complete designs."""
    p, k, control, count = 32, 3, 1.1, 300
    n = int(np.ceil(control * threshold(p, k)))
    run = monte_carlo(signed_recovery, count, seed=1, batched=True, n_jobs=1, p=p, k=k, control=control)
    rng = np.random.default_rng(2)
    X = rng.standard_normal((count, n, p))
    theta = np.concatenate([0.5 * rng.choice([-1.0, 1.0], (count, k)), np.zeros((count, p - k))], axis=1)
    y = np.einsum("rnp,rp->rn", X, theta) + 0.5 * rng.standard_normal((count, n))
    coef = lasso_path(X, y, [strength(n, p, k)], fit_intercept=False).coef[:, 0]
    full = np.all(np.sign(coef) == np.sign(theta), axis=1).mean()
    assert run["success"].mean() == pytest.approx(full, abs=3 * np.sqrt(0.5 / count))
    assert 0.05 < full < 0.95


def test_the_threshold_says_what_the_page_says():
    sharp = experiments.wainwright_threshold()
    assert sharp.at(0.5).max() < 0.1
    assert sharp.at(2.0)[-1] > 0.9
    assert np.all((sharp.half > 1.0) & (sharp.half < 1.3))
    assert sharp.width[1] < sharp.width[0]  # steeper with p


# Who finds the truth.


def test_selection_says_what_the_page_says():
    found = experiments.selection()
    strong = -1
    assert found.told["best subset"][0][strong] == 1.0
    assert found.told["lasso"][0][strong] < 1.0
    tuned = {name: mean[strong] for name, (mean, _) in found.tuned.items()}
    assert tuned["lasso"] < 0.15 < tuned["relaxed lasso"] < tuned["best subset"]
    assert max(mean[0] for mean, _ in found.tuned.values()) < 0.1  # a weak signal: nobody
    assert found.error["lasso"][0][0] < found.error["best subset"][0][0]
    assert found.error["best subset"][0][strong] < found.error["lasso"][0][strong]


# Uniqueness, the limit of n, paths that are not nested.


def test_extreme_solutions_solve_the_lasso_and_end_the_segment_of_twins():
    x = np.array([1.0, -1.0, 1.0, -1.0])
    one, other = experiments.extreme_solutions(np.column_stack([x, x]), 2 * x, 0.5, np.array([1.0, 0.3]))
    assert np.sort([one, other], axis=0) == pytest.approx(np.array([[0.0, 0.0], [1.5, 1.5]]))
    assert one + other == pytest.approx([1.5, 1.5])


def test_different_starts_find_different_lasso_solutions_of_twins():
    rng = np.random.default_rng(3)
    X = rng.standard_normal((30, 5))
    X[:, 1] = X[:, 0]
    y = 2 * X[:, 0] + rng.standard_normal(30)
    loss, penalty = SquaredLoss(X, y), L1(0.1)
    starts = [np.array([2.0, 0, 0, 0, 0]), np.array([0, 2.0, 0, 0, 0])]
    ends = [solve(loss, penalty, theta0=start).coef for start in starts]
    values = [loss.value(end) + penalty.value(end) for end in ends]
    assert np.max(np.abs(ends[0] - ends[1])) > 1.0
    assert values[0] == pytest.approx(values[1], abs=1e-9)
    assert X @ ends[0] == pytest.approx(X @ ends[1], abs=1e-6)


def test_uniqueness_says_what_the_page_says():
    many = dict(zip(uniqueness.DESIGNS, experiments.uniqueness().several, strict=True))
    assert many["normal"] == 0.0
    assert many["duplicate"] == 1.0
    assert many["signs"] > 0.3


def test_twins_are_at_their_best_where_the_formulas_say():
    result = experiments.twins()
    assert np.ptp(result.excess["L1"]) < 1e-12
    for name in ("L2", "elastic net"):
        assert result.share[np.argmin(result.excess[name])] == pytest.approx(0.5)
        assert result.excess[name] == pytest.approx(result.excess[name][::-1])


@given(st.integers(3, 12), st.integers(13, 40), st.integers(0, 100))
@settings(max_examples=20, deadline=None)
def test_the_lasso_selects_at_most_n(n, p, seed):
    rng = np.random.default_rng(seed)
    X, y = rng.standard_normal((n, p)), rng.standard_normal(n)
    assert np.count_nonzero(lasso_path(X, y, lambda_min_ratio=1e-4, fit_intercept=False).coef, axis=1).max() <= n
    assert np.count_nonzero(lasso_path(X, y, lambda_min_ratio=1e-4).coef, axis=1).max() <= n - 1


def test_the_elastic_net_is_a_lasso_on_more_rows():
    """What the exercise says."""
    rng = np.random.default_rng(0)
    X, y, lam, rho = rng.standard_normal((8, 15)), rng.standard_normal(8), 0.2, 0.4
    rows = np.vstack([X, np.sqrt(2 * 8 * lam * (1 - rho)) * np.eye(15)])
    more = lasso_path(rows, np.r_[y, np.zeros(15)], [lam * rho * 8 / 23], fit_intercept=False).coef[0]
    assert more == pytest.approx(elastic_net_path(X, y, [lam], rho=rho, fit_intercept=False).coef[0], abs=1e-8)


def test_limit_says_what_the_page_says():
    full = experiments.limit()
    assert full.most("L1") == full.n < full.most("elastic net") < full.most("L2") == full.p
    assert full.true["L1"][-1] < full.true["elastic net"][-1]


def test_departures_are_counted():
    coef = np.array([[0, 0, 0], [1, 0, 0], [1, 2, 0], [0, 2, 0], [-1, 2, 3]], dtype=float)
    assert trails.departures(coef).tolist() == [1, 0, 0]


def test_the_seventh_feature_of_diabetes_leaves_and_returns_with_another_sign():
    trail = experiments.leaving()
    assert trail.left == (load_diabetes().feature_names[6],) == ("s3",)
    column = trail.coef[:, 6]
    assert column[trail.relative > trail.gone[0] * 1.1].min() < 0
    assert column[-1] > 0
    data = load_diabetes()
    middle = np.sqrt(trail.gone[0] * trail.gone[1])
    path = lasso_path(standardize(data.data), data.target)
    coef = lasso_path(standardize(data.data), data.target, [middle * path.lambdas[0]]).coef[0]
    assert coef[6] == 0
    assert np.count_nonzero(coef) == 9
    assert np.all(np.diff(trail.share) > 0)


# Bases and shrinkage.


def test_the_soft_threshold_is_the_lasso_in_an_orthonormal_basis():
    rng = np.random.default_rng(1)
    W, lam = np.linalg.qr(rng.standard_normal((12, 12)))[0], 0.05
    y = rng.standard_normal(12)
    coef = lasso_path(W, y, [lam], fit_intercept=False).coef[0]
    v = W.T @ y
    assert coef == pytest.approx(np.sign(v) * np.maximum(np.abs(v) - 12 * lam, 0), abs=1e-10)
    assert ridge_path(W, y, [lam], fit_intercept=False).coef[0] == pytest.approx(v / (1 + 24 * lam), abs=1e-10)


def test_the_risk_estimates_are_unbiased_and_minimized():
    rng = np.random.default_rng(2)
    theta, sigma = np.r_[np.full(20, 4.0), np.zeros(180)], 1.0
    y = theta + sigma * rng.standard_normal((2000, 200))
    t = 1.3
    loss = np.sum((np.sign(y) * np.maximum(np.abs(y) - t, 0) - theta) ** 2, axis=1)
    estimate = 200 * sigma**2 + np.sum(np.minimum(y**2, t**2), axis=1) - 2 * sigma**2 * np.sum(np.abs(y) <= t, axis=1)
    assert np.mean(loss - estimate) == pytest.approx(0, abs=4 * np.std(loss - estimate) / np.sqrt(2000))

    def risk(t):
        return np.sum(np.minimum(y[0] ** 2, t**2)) - 2 * sigma**2 * np.sum(np.abs(y[0]) <= t)

    best = shrinkage.threshold_by_risk(y[0], sigma)
    assert all(risk(best) <= risk(other) + 1e-9 for other in np.abs(y[0]))


@pytest.mark.parametrize("wavelet", ["haar", denoising.SMOOTH, "bior4.4", None])
def test_transforms_are_inverted_and_keep_energy_where_orthonormal(wavelet):
    image = photograph.photograph("china", crop=denoising.CROP)
    coefficients, slices = photograph.transform(image, wavelet)
    assert coefficients.shape == image.shape
    assert photograph.restore(coefficients, slices, wavelet) == pytest.approx(image, abs=1e-9)
    if wavelet != "bior4.4":
        assert np.sum(coefficients**2) == pytest.approx(np.sum(image**2))


def test_bands_cover_every_coefficient_once():
    for truth in denoising.photograph_truths().values():
        assert truth.bands[0].start == 0
        assert truth.bands[-1].stop == truth.coefficients.size
        assert all(one.stop == other.start for one, other in zip(truth.bands[:-1], truth.bands[1:], strict=True))
        assert truth.coefficients.size == 256 * 256


def test_a_band_limited_signal_has_its_band_and_variance():
    signals = [denoising.band_limited(seed) for seed in seeds(60)]
    truth = denoising.signal_in(signals[0], "cosine")
    assert truth.coefficients[128:] == pytest.approx(0, abs=1e-10)
    assert np.mean(np.square(signals)) == pytest.approx(1.0, abs=0.08)


def test_denoising_says_what_the_page_says():
    photo, signal = experiments.denoise_photograph(), experiments.denoise_signal()
    ahead = photo.ahead("L1", over="L2 by band")
    assert np.all(ahead[photo.sigma <= 0.35] == 1)
    assert np.all(ahead[photo.sigma >= 0.6] == -1)
    assert np.all(photo.ahead("L1", over="L2")[photo.sigma <= 1.0] == 1)
    assert np.all(photo.ahead("ideal", over="L1") == 1)
    assert photo.ratio("L1", over="L1, Haar")[0] == pytest.approx(1.0, abs=0.05)
    assert np.all(photo.ahead("L1 by band", over="L1") == 1)
    assert np.all(signal.ahead("L2 by band", over="L1") == 1)
    assert np.all(signal.ratio("L2 by band", over="L1 by band")[0] > 1)
    assert np.all(signal.ahead("L1", over="L2")[:-1] == 1)  # one factor is worse than one threshold
    error = experiments.denoised().error
    assert error["L1"] < error["L2 by band"] < error["L2"] < error["noisy"]


def test_pictures_are_compressible():
    for name in photograph.PHOTOGRAPHS:
        result = experiments.compression(name)
        for shares in result.share.values():
            assert np.all(np.diff(shares) > 0)
        assert result.at("CDF 9/7") > result.at("Haar") > 0.95 > 0.35 > result.at("pixels")


def test_without_pywavelets_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pywt", None)
    with pytest.raises(ImportError, match=r"PyWavelets is needed .* pip install 'regutils\[book\]'"):
        photograph.wavelets()


def test_an_unknown_photograph_is_named():
    with pytest.raises(ValueError, match=r"name must be one of \['china', 'flower'\], got 'cat'"):
        photograph.photograph("cat")


# Documents.


def test_what_gives_the_answer_away_is_taken_out():
    text = """Sum over NumPy arrays, see https://scipy.org/x and :func:`numpy.sum`.

    Read more in the :ref:`User Guide <svm>`.

    .. versionadded:: 1.2
    >>> import numpy as np
    >>> np.sum(vector)
    Learnable scikit-learn models stay."""
    words = corpus.plain_words(text)
    assert words == ["sum", "over", "arrays", "see", "and", "learnable", "models", "stay"]


def test_the_corpus_has_no_library_names_and_is_mostly_zero():
    found = experiments.docstrings()
    assert not [word for word in found.words if any(name in word for name in ("numpy", "scipy", "sklearn", "scikit"))]
    assert found.counts.shape == (found.library.size, len(found.words))
    assert set(np.unique(found.library)) == {0, 1, 2}
    assert found.sizes.min() > 200
    assert 0.9 < found.zero_share < 1.0
    assert np.asarray(found.features.multiply(found.features).sum(axis=1)).ravel() == pytest.approx(1.0)


def test_classifiers_say_what_the_page_says():
    result = experiments.classify()
    assert result.gain.low < 0 < result.gain.high  # a tie
    assert result.accuracy["L1"].min() > 0.9 > result.baseline
    assert result.word_share < 0.15
    assert result.words["L2"].mean() > 0.99 * result.vocabulary
    assert result.top_energy < 0.75 < experiments.compression("china").at("CDF 9/7")
    assert np.all(np.diff(result.path_words.mean(axis=0)) > 0)


def test_the_intercept_is_next_to_free():
    """With a strong penalty all weights are zero and the intercepts are those of the class shares."""
    found = experiments.docstrings()
    theta, b = documents.fit(found.features, found.library, 0.4, 1.0)
    assert np.count_nonzero(theta) == 0
    share = found.sizes / found.sizes.sum()
    assert b == pytest.approx(np.log(share / (1 - share)), abs=0.05)
