"""The simulators keep their promises: covariance, signal, risk, reproducibility, and clear refusals."""

import numpy as np
import pytest

from regutils.datasets import (
    LinearData,
    LogisticData,
    add_outliers,
    simulate_linear,
    simulate_logistic,
    simulate_orthonormal,
)

SIMULATORS = [simulate_linear, simulate_orthonormal, simulate_logistic]


@pytest.mark.parametrize("structure", ["toeplitz", "equicorrelated"])
@pytest.mark.parametrize("correlation", [-0.2, 0.0, 0.7])
def test_features_have_the_stated_covariance(structure, correlation):
    n, p = 20_000, 4
    data = simulate_linear(n, p, correlation=correlation, structure=structure, seed=0)
    distance = np.abs(np.subtract.outer(np.arange(p), np.arange(p)))
    expected = correlation ** (distance if structure == "toeplitz" else np.minimum(distance, 1))
    np.testing.assert_allclose(data.covariance, expected)
    # Standard error of an entry is at most sqrt(2 / n).
    np.testing.assert_allclose(data.X.T @ data.X / n, expected, atol=5 * np.sqrt(2 / n))
    np.testing.assert_allclose(data.X.mean(axis=0), 0.0, atol=5 / np.sqrt(n))


def test_a_covariance_of_one_s_own():
    covariance = np.array([[4.0, 1.0], [1.0, 0.5]])
    n = 20_000
    data = simulate_linear(n, 2, covariance=covariance, seed=1)
    np.testing.assert_allclose(np.cov(data.X.T), covariance, atol=5 * 4 * np.sqrt(2 / n))


@pytest.mark.parametrize("snr", [0.05, 1.0, 6.0])
def test_linear_signal_to_noise_ratio(snr):
    n = 20_000
    data = simulate_linear(n, 10, n_nonzero=4, correlation=0.5, snr=snr, intercept=3.0, seed=2)
    assert data.snr == pytest.approx(snr)
    signal = data.X @ data.theta
    noise = data.y - 3.0 - signal
    assert noise.var() == pytest.approx(data.sigma**2, rel=5 * np.sqrt(2 / n))
    assert signal.var() / noise.var() == pytest.approx(snr, rel=5 * np.sqrt(4 / n))


def test_truth_by_theta_support_or_number():
    by_number = simulate_linear(5, 9, n_nonzero=3, seed=0)
    assert np.flatnonzero(by_number.support).tolist() == [0, 4, 8]
    by_support = simulate_linear(5, 9, support=[1, 2], seed=0)
    assert np.flatnonzero(by_support.theta).tolist() == [1, 2]
    theta = np.array([0.0, -2.0, 0.5])
    by_theta = simulate_linear(5, 3, theta=theta, seed=0)
    np.testing.assert_array_equal(by_theta.theta, theta)
    theta[0] = 9.0  # the truth is a copy
    assert by_theta.theta[0] == 0.0
    assert all(
        simulate_linear(3, p, n_nonzero=s, seed=0).support.sum() == s for p in range(1, 30) for s in range(p + 1)
    )
    assert simulate_linear(5, 3, seed=0).sigma == 1.0
    noiseless = simulate_linear(5, 3, theta=[0.0, -2.0, 0.5], sigma=0.0, seed=0)
    assert noiseless.snr == np.inf
    np.testing.assert_allclose(noiseless.y, noiseless.X @ noiseless.theta)


@pytest.mark.parametrize("replicates", [None, 3])
def test_orthonormal_design(replicates):
    n, p = 30, 29
    data = simulate_orthonormal(n, p, n_nonzero=4, snr=2.0, replicates=replicates, seed=3)
    gram = np.swapaxes(data.X, -1, -2) @ data.X
    np.testing.assert_allclose(gram, np.broadcast_to(n * np.eye(p), gram.shape), atol=1e-10)
    np.testing.assert_allclose(data.X.sum(axis=-2), 0.0, atol=1e-10)
    assert data.snr == pytest.approx(2.0)


def test_linear_excess_risk_is_the_error_on_new_data():
    data = simulate_linear(50, 5, correlation=0.6, sigma=0.7, intercept=1.0, seed=4)
    coefs = data.theta + np.random.default_rng(0).normal(size=(3, 5))
    intercepts = np.array([1.0, 0.0, 2.5])
    n = 200_000
    X, y = data.draw(n, seed=5)
    squared = (y[:, None] - X @ coefs.T - intercepts) ** 2
    standard_error = squared.std(axis=0) / np.sqrt(n)
    risk = data.excess_risk(coefs, intercepts)
    assert risk.shape == (3,)
    assert np.all(np.abs(squared.mean(axis=0) - data.sigma**2 - risk) < 5 * standard_error)
    assert data.excess_risk(data.theta) == 0.0


def test_logistic_probabilities_and_signal():
    data = simulate_logistic(40_000, 6, n_nonzero=3, correlation=0.4, snr=1.5, intercept=-0.8, seed=6)
    assert set(np.unique(data.y)) == {0.0, 1.0}
    linear = data.X @ data.theta
    assert data.snr == pytest.approx(1.5)
    assert linear.var() / (np.pi**2 / 3) == pytest.approx(1.5, rel=5 * np.sqrt(2 / 40_000))
    probability = data.probability(data.X)
    np.testing.assert_allclose(probability, 1 / (1 + np.exp(0.8 - linear)))
    z = (data.y - probability) / np.sqrt(probability * (1 - probability))
    for among in (probability < 0.3, np.abs(probability - 0.5) <= 0.2, probability > 0.7):
        assert abs(z[among].mean()) < 5 / np.sqrt(among.sum())
    np.testing.assert_array_equal(data.probability([[1e6] * 6, [-1e6] * 6]), [1.0, 0.0])


def test_logistic_excess_risk_is_the_loss_on_new_data():
    data = simulate_logistic(50, 4, correlation=0.5, intercept=0.5, seed=7)
    coefs = np.array([data.theta, 3 * data.theta, [0.0, 0.0, 0.0, 0.0], [1.0, -2.0, 0.0, 0.5]])
    intercepts = np.array([0.0, 0.5, 0.2, 1.0])
    n = 200_000
    X, y = data.draw(n, seed=8)

    def loss(eta):
        return np.logaddexp(0.0, eta) - y[:, None] * eta

    excess = loss(X @ coefs.T + intercepts) - loss((X @ data.theta)[:, None] + 0.5)
    standard_error = excess.std(axis=0) / np.sqrt(n)
    assert np.all(np.abs(excess.mean(axis=0) - data.excess_risk(coefs, intercepts)) < 5 * standard_error)
    assert data.excess_risk(data.theta) == 0.0
    null = simulate_logistic(50, 2, theta=[0.0, 0.0], seed=9)
    assert null.excess_risk([0.0, 0.0]) == 0.0
    assert null.excess_risk([1.0, 0.0]) > 0.01


@pytest.mark.parametrize("simulate", SIMULATORS)
def test_same_seed_same_data(simulate):
    first = simulate(20, 6, seed=11)
    np.random.seed(0)  # noqa: NPY002 - the global state must not matter
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    for seed in (11, np.int64(11), np.random.SeedSequence(11), np.random.default_rng(11)):
        again = simulate(20, 6, seed=seed)
        np.testing.assert_array_equal(again.X, first.X)
        np.testing.assert_array_equal(again.y, first.y)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002
    assert not np.array_equal(simulate(20, 6, seed=12).X, first.X)
    fresh = [first.draw(20, seed=1)[0], first.draw(20, seed=1)[0], first.draw(20, seed=2)[0]]
    np.testing.assert_array_equal(fresh[0], fresh[1])
    assert not np.array_equal(fresh[0], fresh[2])


@pytest.mark.parametrize("simulate", SIMULATORS)
def test_replicates_differ_and_share_the_truth(simulate):
    data = simulate(12, 5, replicates=4, seed=13)
    assert isinstance(data, LinearData | LogisticData)
    assert data.X.shape == (4, 12, 5)
    assert data.y.shape == (4, 12)
    assert data.theta.shape == (5,)
    assert len(np.unique(data.X[:, 0, 0])) == 4
    assert data.X.dtype == data.y.dtype == np.float64


def test_outliers():
    y = np.random.default_rng(0).normal(10.0, 2.0, 50)
    original = y.copy()
    moved, shifted = add_outliers(y, share=0.1, size=8.0, seed=1)
    np.testing.assert_array_equal(y, original)
    assert shifted.sum() == 5
    np.testing.assert_array_equal(moved[~shifted], y[~shifted])
    np.testing.assert_allclose(np.abs(moved - y)[shifted], 8.0 * y.std())
    np.testing.assert_array_equal(add_outliers(y, share=0.1, size=8.0, seed=1)[0], moved)
    upward = [np.sum(out > y) for out in (add_outliers(y, share=1.0, size=1.0, seed=s)[0] for s in range(40))]
    assert np.mean(upward) == pytest.approx(25.0, abs=5 * np.sqrt(12.5 / 40))
    assert not add_outliers(y, share=0.0, size=8.0, seed=1)[1].any()


LINEAR_REFUSALS = [
    ({"n": 0}, ValueError, "n must be an integer >= 1, got 0"),
    ({"p": 2.5}, TypeError, "p must be an integer"),
    ({"theta": [1.0, 2.0]}, ValueError, "theta must have shape"),
    ({"theta": [1.0, np.inf, 0.0]}, ValueError, "theta must be finite"),
    ({"support": [3]}, ValueError, "support must be an integer .*<= 2, got 3"),
    ({"n_nonzero": 4}, ValueError, "n_nonzero must be an integer .*<= 3, got 4"),
    ({"support": [0], "n_nonzero": 1}, ValueError, "exclude each other, got support and n_nonzero"),
    ({"correlation": 1.0}, ValueError, "correlation must be a finite number > -1 and < 1, got 1.0"),
    ({"correlation": -0.5, "structure": "equicorrelated"}, ValueError, "correlation must be > -0.5 for 3"),
    ({"structure": "block"}, ValueError, "structure must be one of"),
    ({"covariance": np.ones((3, 3))}, ValueError, "covariance must be symmetric and positive definite"),
    ({"covariance": np.eye(2)}, ValueError, "covariance must have shape"),
    ({"covariance": np.eye(3), "correlation": 0.1}, ValueError, "correlation and covariance exclude"),
    ({"snr": 0.0}, ValueError, "snr must be a finite number > 0"),
    ({"snr": 1.0, "theta": [0.0, 0.0, 0.0]}, ValueError, "snr needs a signal"),
    ({"replicates": 0}, ValueError, "replicates must be an integer >= 1"),
    ({"intercept": "1"}, TypeError, "intercept must be a real number"),
    ({"seed": None}, TypeError, "seed must be an integer, a SeedSequence or a Generator"),
    ({"seed": -1}, ValueError, "seed must be an integer >= 0, got -1"),
]


@pytest.mark.parametrize("simulate", [simulate_linear, simulate_logistic])
@pytest.mark.parametrize(("arguments", "error", "message"), LINEAR_REFUSALS)
def test_simulators_refuse(simulate, arguments, error, message):
    with pytest.raises(error, match=message):
        simulate(**({"n": 10, "p": 3, "seed": 0} | arguments))


def test_other_refusals():
    with pytest.raises(ValueError, match="snr and sigma exclude each other"):
        simulate_linear(10, 3, snr=1.0, sigma=1.0, seed=0)
    with pytest.raises(ValueError, match=r"sigma must be a finite number >= 0, got -1\.0"):
        simulate_linear(10, 3, sigma=-1, seed=0)
    with pytest.raises(ValueError, match=r"n must be greater than p .* got n=3, p=3"):
        simulate_orthonormal(3, 3, seed=0)
    linear, logistic = simulate_linear(10, 3, seed=0), simulate_logistic(10, 3, seed=0)
    for data in (linear, logistic):
        with pytest.raises(ValueError, match=r"coef must have shape \(\.\.\., 3\), got \(2,\)"):
            data.excess_risk([1.0, 2.0])
        with pytest.raises(ValueError, match="n must be an integer >= 1, got 0"):
            data.draw(0, seed=0)
    with pytest.raises(ValueError, match=r"X must have shape \(\.\.\., 3\)"):
        logistic.probability([[1.0]])
    with pytest.raises(ValueError, match=r"share must be a finite number >= 0 and <= 1, got 1\.5"):
        add_outliers([1.0, 2.0], share=1.5, size=1.0, seed=0)
    with pytest.raises(ValueError, match="size must be a finite number >= 0"):
        add_outliers([1.0, 2.0], share=0.5, size=-1.0, seed=0)
    with pytest.raises(ValueError, match="y must vary"):
        add_outliers([2.0, 2.0], share=0.5, size=1.0, seed=0)


@pytest.mark.parametrize("support", [3, "012", np.array(1), np.ones((1, 2), int), {0: 1}])
def test_support_is_a_sequence_of_positions(support):
    with pytest.raises(TypeError, match="support must be a sequence of positions, got"):
        simulate_linear(5, 3, support=support, seed=0)


def test_positions_are_integers():
    for support in ([[0, 1], [2]], [0.0], ["0"]):
        with pytest.raises(TypeError, match="support must be an integer, got"):
            simulate_linear(5, 3, support=support, seed=0)
