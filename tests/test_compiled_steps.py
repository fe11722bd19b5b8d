"""What is compiled of a training step gives NumPy's numbers, to the last bit."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from regutils import _routes, _training
from regutils._trees import leaves
from regutils.networks import MLP, train
from regutils.optimizers import adam, adamw, sgd, warmup, weights_only

steps = pytest.importorskip("regutils._compiled_steps")

RATES = np.array([0.01, 0.03, 0.1])
OPTIMIZERS = {
    "adam": adam(0.01),
    "l2": adam(warmup(RATES, steps=9), l2=[0.0, 0.1, 0.5], mask=weights_only),
    "decay": adamw(RATES, weight_decay=0.3, b1=[0.0, 0.5, 0.9], eps=[1e-8, 1e-3, 1e-5]),
    "masked": adamw(RATES, weight_decay=[0.0, 0.1, 0.3], prox_l1=0.01, mask=weights_only),
    "biases": adamw(0.01, weight_decay=0.3, mask=lambda path: path == "layer1/bias"),
    "none": adamw(0.01, weight_decay=0.3, mask=lambda path: False),
    "adaptive": adamw(0.01, prox_l1=0.1, prox_metric="adaptive"),
    "groups": adamw(0.01, prox_group=0.1),
    "sgd": sgd(RATES, momentum=0.9, weight_decay=0.1),
}
NETWORKS = {
    "relu": MLP((5, 7, 6, 3)),
    "without biases": MLP((5, 7, 3), layer_norm="plain", bias=False),
    "squares": MLP((5, 7, 3), "tanh", "squared", "learned"),
}


def runs(monkeypatch, network, optimizer, dtype, **options):
    """The same run on both routes."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 5))
    y = rng.integers(3, size=40) if network.loss == "cross_entropy" else rng.normal(size=(40, 3))
    monkeypatch.setattr(_training, "WORTH", 0)
    found = []
    for route in ("numpy", None):
        monkeypatch.setattr(_routes, "ROUTE", route)
        used = _routes.compiled("_compiled_steps")
        assert (used is None) == (route == "numpy")
        found.append(train(network, network.init(range(3), dtype=dtype), X, y, optimizer, steps=60, **options))
    return found


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_same_numbers(network, optimizer, dtype, monkeypatch):
    plain, compiled = runs(monkeypatch, network, optimizer, dtype, batch_size=16, dropout=0.1)
    for trees in ((plain.params, compiled.params), (plain.state.first, compiled.state.first)):
        for path, leaf in leaves(trees[0], "plain").items():
            assert_array_equal(leaf, leaves(trees[1], "compiled")[path], err_msg=path)
    assert_array_equal(plain.loss, compiled.loss)


def test_divergence_is_seen_alike(monkeypatch):
    optimizer = adamw([0.01, 1e30, 0.02])
    plain, compiled = runs(monkeypatch, MLP((5, 7, 3)), optimizer, np.float32, on_divergence="mark")
    assert plain.diverged.tolist() == [False, True, False]
    assert_array_equal(plain.diverged_at, compiled.diverged_at)
    assert_array_equal(plain.loss, compiled.loss)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nan_and_infinity_go_through(dtype):
    units = np.array([np.nan, np.inf, -np.inf, -1.0, 0.0, 2.0], dtype)
    with np.errstate(invalid="ignore"):
        expected = units * (units > 0)
    steps.rectify(units)
    assert_array_equal(units, expected)
    assert np.isnan(units[0])


def test_small_runs_do_without(monkeypatch):
    """Nobody waits for a compiler for a run that is over in a moment."""
    asked = []
    monkeypatch.setattr(_training, "compiled", asked.append)
    network = MLP((5, 3))
    options = {"X": np.ones((4, 5)), "y": np.zeros(4), "optimizer": sgd(0.1)}
    train(network, network.init(0), steps=10, **options)
    assert not asked
    monkeypatch.setattr(_training, "WORTH", 100)
    train(network, network.init(0), steps=10, **options)
    assert asked == ["_compiled_steps"]
