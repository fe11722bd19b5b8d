"""Stacked networks: gradients, what a stack shares and what it does not, and a training loop that says what happens."""

import itertools

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from regutils import LogisticLoss, SquaredLoss, _evaluation
from regutils._trees import leaves
from regutils.networks import MLP, minibatches, take

LOSSES = ("cross_entropy", "squared")
ACTIVATIONS = ("relu", "tanh", "quadratic", "identity")
NORMS = ("none", "plain", "learned")


def data(loss="cross_entropy", n=30, d=5, k=3, models=None, seed=0):
    rng = np.random.default_rng(seed)
    lead = () if models is None else (models,)
    X = rng.normal(size=(*lead, n, d))
    return X, rng.integers(k, size=(*lead, n)) if loss == "cross_entropy" else rng.normal(size=(*lead, n, k))


def jittered(network, models=3, dtype=np.float64):
    """Parameters none of which is at a special value."""
    params = network.init(range(models), dtype=dtype)
    rng = np.random.default_rng(9)
    for leaf in leaves(params, "params").values():
        np.add(leaf, 0.1 * rng.normal(size=leaf.shape).astype(dtype), out=leaf)
    return params


def same(a, b):
    a, b = leaves(a, "a"), leaves(b, "b")
    return a.keys() == b.keys() and all(np.array_equal(a[path], b[path], equal_nan=True) for path in a)


def largest_difference(a, b):
    a, b = leaves(a, "a"), leaves(b, "b")
    return max(np.abs(a[path] - b[path]).max() for path in a)


@pytest.mark.parametrize(("loss", "activation", "norm"), list(itertools.product(LOSSES, ACTIVATIONS, NORMS)))
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("own", [False, True])
def test_gradients_are_those_of_finite_differences(loss, activation, norm, bias, own):
    network = MLP((5, 4, 6, 3), activation, loss, norm, bias)
    params = jittered(network)
    X, y = data(loss, models=3 if own else None)
    losses, gradient = network.loss_and_gradient(params, X, y)
    assert_allclose(losses, network.mean_loss(params, X, y), rtol=1e-13)
    rng = np.random.default_rng(1)
    step = 1e-6
    for path, leaf in leaves(params, "params").items():
        for _ in range(3):
            place = (slice(None), *(rng.integers(size) for size in leaf.shape[1:]))  # the models do not meet
            middle = leaf[place].copy()
            leaf[place] = middle + step
            above = network.mean_loss(params, X, y)
            leaf[place] = middle - step
            below = network.mean_loss(params, X, y)
            leaf[place] = middle
            slope = (above - below) / (2 * step)
            assert_allclose(leaves(gradient, "gradient")[path][place], slope, atol=5e-8, err_msg=path)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_passes_are_the_formulas(loss):
    """One network, written out."""
    network = MLP((5, 4, 3), "relu", loss, "learned")
    params = jittered(network, models=1)
    X, y = data(loss)
    one = {path: leaf[0] for path, leaf in leaves(params, "params").items()}
    z = X @ one["layer1/weight"] + one["layer1/bias"]
    z = (z - z.mean(axis=1, keepdims=True)) / np.sqrt(z.var(axis=1, keepdims=True) + 1e-5)
    h = np.maximum(z * one["norm1/gain"] + one["norm1/bias"], 0.0)
    outputs = h @ one["layer2/weight"] + one["layer2/bias"]
    assert_allclose(network.predict(params, X)[0], outputs, rtol=1e-12, atol=1e-13)
    if loss == "squared":
        expected = np.sum((outputs - y) ** 2) / (2 * len(X))
    else:
        shares = np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True)
        expected = -np.mean(np.log(shares[np.arange(len(X)), y]))
        assert_allclose(network.accuracy(params, X, y), [np.mean(outputs.argmax(axis=1) == y)])
    assert_allclose(network.mean_loss(params, X, y), [expected], rtol=1e-12)


def test_a_linear_network_has_the_losses_of_the_course():
    X, y = data("squared", k=1)
    theta = np.random.default_rng(2).normal(size=(1, 5, 1))
    _, gradient = MLP((5, 1), loss="squared", bias=False).loss_and_gradient({"layer1": {"weight": theta}}, X, y)
    loss = SquaredLoss(X, y[:, 0], fit_intercept=False)
    assert_allclose(gradient["layer1"]["weight"][0, :, 0], loss.gradient(theta[0, :, 0]), rtol=1e-12)
    X, labels = data(k=2)
    both = np.concatenate([np.zeros_like(theta), theta], axis=2)  # the softmax of (0, z) is the logistic function
    network = MLP((5, 2), bias=False)
    losses, gradient = network.loss_and_gradient({"layer1": {"weight": both}}, X, labels)
    loss = LogisticLoss(X, labels, fit_intercept=False)
    assert_allclose(losses, [loss.value(theta[0, :, 0])], rtol=1e-12)
    assert_allclose(gradient["layer1"]["weight"][0, :, 1], loss.gradient(theta[0, :, 0]), rtol=1e-12)


def test_cross_entropy_does_not_overflow():
    network = MLP((1, 2), bias=False)
    params = {"layer1": {"weight": np.array([[[0.0, 1e4]]])}}
    losses, gradient = network.loss_and_gradient(params, [[1.0]], [0])
    assert_allclose(losses, [1e4])
    assert_allclose(gradient["layer1"]["weight"], [[[-1.0, 1.0]]])


def test_shared_and_own_data_are_the_same_data():
    network = MLP((5, 4, 3))
    params = jittered(network)
    X, y = data()
    shared = network.loss_and_gradient(params, X, y)
    own = network.loss_and_gradient(params, np.stack([X] * 3), np.stack([y] * 3))
    assert_array_equal(shared[0], own[0])
    assert same(shared[1], own[1])


def test_targets_of_one_output_may_be_flat():
    network = MLP((5, 4, 1), loss="squared")
    params = jittered(network)
    X, y = data("squared", k=1)
    losses = network.mean_loss(params, X, y)
    assert_array_equal(network.mean_loss(params, X, y[:, 0]), losses)
    assert_array_equal(network.mean_loss(params, X, np.stack([y[:, 0]] * 3)), losses)
    assert_array_equal(network.mean_loss(params, X, np.stack([y] * 3)), losses)


@pytest.mark.parametrize("loss", LOSSES)
def test_blocks_do_not_show(loss, monkeypatch):
    network = MLP((5, 4, 3), loss=loss)
    params, (X, y) = jittered(network, models=7), data(loss)
    whole = network.predict(params, X), network.evaluate(params, X, y)
    monkeypatch.setattr(_evaluation, "ROOM", 40)
    assert_array_equal(network.predict(params, X), whole[0])
    assert_allclose(network.evaluate(params, X, y)[0], whole[1][0], rtol=1e-12)
    assert_allclose(network.evaluate(params, X, y)[1], whole[1][1], rtol=1e-12)


# Initialization


def test_the_uniform_scheme_is_that_of_torch_linear():
    params = MLP((100, 50, 10)).init(range(40), dtype=np.float64)
    for layer, bound in (("layer1", 0.1), ("layer2", 1 / np.sqrt(50))):
        for leaf in params[layer].values():
            assert np.abs(leaf).max() <= bound
            assert_allclose(leaf.std(), bound / np.sqrt(3), rtol=0.05)


def test_he_normal():
    params = MLP((100, 50, 10), layer_norm="learned").init(range(40), scheme="he_normal", dtype=np.float64)
    for layer, inputs in (("layer1", 100), ("layer2", 50)):
        assert_allclose(params[layer]["weight"].std(), np.sqrt(2 / inputs), rtol=0.02)
        assert not params[layer]["bias"].any()
    assert (params["norm1"]["gain"] == 1).all()
    assert not params["norm1"]["bias"].any()


def test_a_seed_is_a_network():
    network = MLP((5, 4, 3), layer_norm="learned")
    stack = network.init([7, 3, 7])
    assert same(take(stack, 0), take(stack, 2))
    assert same(take(stack, 1), network.init(3))
    assert not same(take(stack, 0), take(stack, 1))
    assert same(take(stack, [1, 0]), network.init([3, 7]))
    assert stack["layer1"]["weight"].dtype == np.float32
    assert largest_difference(stack, network.init([7, 3, 7], dtype=np.float64)) < 1e-7
    scaled = network.init([7, 3, 7], scale=[1.0, 2.0, 3.0])
    assert_allclose(scaled["layer2"]["bias"], stack["layer2"]["bias"] * [[1], [2], [3]], rtol=1e-6)
    assert_array_equal(scaled["norm1"]["gain"], 1.0)
    assert network.n_parameters == sum(leaf[0].size for leaf in leaves(stack, "stack").values())


# Minibatches


def test_an_epoch_visits_each_row_once():
    batches = list(itertools.islice(minibatches(12, 4, seeds=1), 6))
    for epoch in (batches[:3], batches[3:]):
        assert sorted(np.concatenate(epoch)) == list(range(12))
    assert not np.array_equal(np.concatenate(batches[:3]), np.concatenate(batches[3:]))


def test_what_is_left_over_waits():
    batches = list(itertools.islice(minibatches(10, 4, seeds=1), 20))
    for first, second in zip(batches[::2], batches[1::2], strict=True):
        assert len(set(first) | set(second)) == 8
    assert set(np.concatenate(batches)) == set(range(10))


def test_a_list_of_seeds_gives_each_its_own_order():
    stacked = list(itertools.islice(minibatches(10, 3, seeds=[4, 5]), 7))
    for r, seed in enumerate((4, 5)):
        alone = list(itertools.islice(minibatches(10, 3, seeds=seed), 7))
        assert_array_equal([batch[r] for batch in stacked], alone)
    assert not np.array_equal(stacked[0][0], stacked[0][1])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: MLP((5,)), ValueError, r"sizes must be two or more widths, from inputs to outputs, got \(5,\)"),
        (lambda: MLP(5), ValueError, "sizes must be two or more widths"),
        (lambda: MLP((5, 0, 3)), ValueError, "sizes must be an integer >= 1, got 0"),
        (lambda: MLP((5, 1)), ValueError, "sizes must end with at least 2 outputs for cross_entropy"),
        (lambda: MLP((5, 3), "swish"), ValueError, "activation must be one of"),
        (lambda: MLP((5, 3), loss="hinge"), ValueError, "loss must be one of"),
        (lambda: MLP((5, 3), layer_norm="batch"), ValueError, "layer_norm must be one of"),
        (lambda: MLP((5, 3), bias=1), TypeError, "bias must be True or False"),
        (lambda: MLP((5, 3)).init([]), ValueError, "seeds must hold at least one integer"),
        (lambda: MLP((5, 3)).init(-1), ValueError, "seeds must be an integer >= 0, got -1"),
        (lambda: MLP((5, 3)).init(0.5), TypeError, "seeds must be an integer"),
        (lambda: MLP((5, 3)).init(0, scheme="zeros"), ValueError, "scheme must be one of"),
        (lambda: MLP((5, 3)).init(0, dtype=np.float16), ValueError, "dtype must be float32 or float64, got float16"),
        (lambda: MLP((5, 3)).init(0, scale=0.0), ValueError, "scale must be a number > 0"),
        (lambda: MLP((5, 3)).init([0, 1], scale=[1.0]), ValueError, "scale must be .* one for each of 2 seeds"),
        (lambda: minibatches(5, 6), ValueError, "batch_size must be an integer >= 1 and <= 5, got 6"),
    ],
)  # fmt: skip
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_accuracy_needs_classes():
    network = MLP((5, 3), loss="squared")
    with pytest.raises(ValueError, match="accuracy needs loss='cross_entropy', got loss='squared'"):
        network.accuracy(network.init(0), *data("squared"))
    with pytest.raises(ValueError, match=r"y must have shape \(30, 3\) or \(1, 30, 3\), got \(30,\)"):
        network.mean_loss(network.init(0), *data())
