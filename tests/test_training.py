"""A training loop that says what happens, and in which a model's numbers do not depend on who is stacked with it."""

import itertools

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from regutils import _chunks, _training
from regutils._trees import leaves
from regutils.networks import MLP, minibatches, take, train
from regutils.optimizers import adam, adamw, sgd, warmup, weights_only

LOSSES = ("cross_entropy", "squared")


def data(loss="cross_entropy", n=30, d=5, k=3, models=None, seed=0):
    rng = np.random.default_rng(seed)
    lead = () if models is None else (models,)
    X = rng.normal(size=(*lead, n, d))
    return X, rng.integers(k, size=(*lead, n)) if loss == "cross_entropy" else rng.normal(size=(*lead, n, k))


def same(a, b):
    a, b = leaves(a, "a"), leaves(b, "b")
    return a.keys() == b.keys() and all(np.array_equal(a[path], b[path], equal_nan=True) for path in a)


def largest_difference(a, b):
    a, b = leaves(a, "a"), leaves(b, "b")
    return max(np.abs(a[path] - b[path]).max() for path in a)


RATES = np.array([0.01, 0.03, 0.1, 0.02, 0.005])
TRAINERS = {
    "sgd": sgd(RATES, momentum=0.9, nesterov=True, l2=[0.0, 0.1, 0.0, 0.2, 0.1], mask=weights_only),
    "adam": adam(warmup(0.1 * RATES, steps=5), l2=0.01, prox_l1=[0.0, 0.1, 0.3, 0.0, 0.0]),
    "adamw": adamw(0.01, weight_decay=[0.0, 0.1, 0.0, 1.0, 0.1], mask=weights_only),
    "groups": adamw(0.1 * RATES, prox_group=0.05, mask=weights_only),
}
SEEDS = [3, 1, 4, 1, 5]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("optimizer", TRAINERS.values(), ids=TRAINERS)
@pytest.mark.parametrize(("activation", "norm", "dropout"), [
    ("relu", "none", 0.0), ("tanh", "learned", [0.0, 0.1, 0.5, 0.2, 0.3]), ("quadratic", "plain", 0.2),
])  # fmt: skip
def test_a_model_of_a_stack_is_the_model_alone(activation, norm, dropout, optimizer, dtype):
    """To the last bit."""
    network = MLP((5, 6, 4, 3), activation, layer_norm=norm)
    params, (X, y) = network.init(SEEDS, dtype=dtype), data()
    options = {"steps": 40, "batch_size": 8, "record_every": 7}
    together = train(network, params, X, y, optimizer, seeds=SEEDS, dropout=dropout, **options)
    for r in (0, 3):
        own = dropout if np.ndim(dropout) == 0 else dropout[r]
        alone = train(
            network, take(params, r), X, y, optimizer.take([r]), seeds=SEEDS[r : r + 1], dropout=own, **options
        )
        assert same(alone.params, take(together.params, r))
        assert_array_equal(alone.loss[:, 0], together.loss[:, r])


@pytest.mark.parametrize("optimizer", TRAINERS.values(), ids=TRAINERS)
def test_training_is_the_loop_one_would_write(optimizer):
    network = MLP((5, 6, 3), layer_norm="learned")
    params, (X, y) = network.init(SEEDS, dtype=np.float64), data()
    result = train(network, params, X, y, optimizer, steps=30, batch_size=8, seeds=2, record_every=10)
    state, losses = optimizer.init(params), []
    for rows in itertools.islice(minibatches(30, 8, seeds=2), 30):
        loss, gradient = network.loss_and_gradient(params, X[rows], y[rows])
        params, state = optimizer.update(gradient, state, params)
        losses.append(loss)
    assert largest_difference(result.params, params) < 1e-13
    assert result.state.step == state.step == 30
    if state.first is not None:
        assert largest_difference(result.state.first, state.first) < 1e-13
    assert_array_equal(result.steps, [0, 10, 20, 30])
    assert_allclose(result.loss[0], losses[0])
    assert_allclose(result.loss[1:], np.reshape(losses, (3, 10, 5)).mean(axis=1))


@pytest.mark.parametrize("loss", LOSSES)
def test_all_rows_and_own_data(loss):
    network = MLP((5, 4, 3), loss=loss)
    X, y = data(loss, models=3)
    result = train(network, network.init([0, 1, 2], dtype=np.float64), X, y, sgd(0.1), steps=5, record_every=1)
    for r in range(3):
        params = network.init(r, dtype=np.float64)
        for _ in range(5):
            _, gradient = network.loss_and_gradient(params, X[r], y[r])
            params, _ = sgd(0.1).update(gradient, sgd(0.1).init(params), params)
        assert largest_difference(params, take(result.params, r)) < 1e-14
    for seeds in (0, [4, 5, 6]):  # minibatches of own data, in one order and in several
        result = train(network, network.init([0, 1, 2]), X, y, sgd(0.1), steps=9, batch_size=7, seeds=seeds)
        alone = train(
            network, network.init([1]), X[1], y[1], sgd(0.1), steps=9, batch_size=7, seeds=seeds if seeds == 0 else 5
        )
        assert same(alone.params, take(result.params, 1))


@pytest.mark.parametrize("optimizer", TRAINERS.values(), ids=TRAINERS)
def test_neither_chunks_nor_records_show(optimizer, monkeypatch):
    network = MLP((5, 6, 4, 3))
    params, (X, y) = network.init(SEEDS), data()
    one = train(network, params, X, y, optimizer, steps=50, batch_size=8, dropout=0.3)
    monkeypatch.setattr(_chunks, "CACHE", 20_000)
    monkeypatch.setattr(_training, "BLOCK", 3)
    other = train(network, params, X, y, optimizer, steps=50, batch_size=8, dropout=0.3, record_every=50)
    assert same(one.params, other.params)


@pytest.mark.parametrize("optimizer", TRAINERS.values(), ids=TRAINERS)
def test_going_on_is_as_if_it_had_not_ended(optimizer):
    network = MLP((5, 6, 3))
    params, (X, y) = network.init(SEEDS, dtype=np.float64), data()
    options = {"batch_size": 8, "seeds": SEEDS, "dropout": 0.2}
    whole = train(network, params, X, y, optimizer, steps=30, **options)
    half = train(network, params, X, y, optimizer, steps=13, **options)
    rest = train(network, half.params, X, y, optimizer, steps=17, state=half.state, **options)
    assert largest_difference(rest.params, whole.params) < 1e-12
    assert rest.state.step == 30


def test_records_and_what_they_hold():
    network = MLP((5, 6, 3))
    params, (X, y) = network.init([0, 1]), data()
    before = network.init([0, 1])
    seen = []

    def callback(step, now):
        seen.append((step, network.accuracy(now, X, y)))
        now["layer1"]["weight"][:] = 0.0  # a copy

    result = train(
        network, params, X, y, sgd(0.5), steps=25, record_every=10, evaluate={"all": (X, y)}, callback=callback
    )
    assert [step for step, _ in seen] == [0, 10, 20, 25]
    assert_array_equal(result.steps, [0, 10, 20, 25])
    assert same(params, before)
    assert_array_equal(result.evaluated["all"].accuracy, [accuracy for _, accuracy in seen])
    assert_array_equal(result.evaluated["all"].loss[-1], network.mean_loss(result.params, X, y))
    assert_array_equal(result.evaluated["all"].loss[0], network.mean_loss(params, X, y))
    assert result.loss.shape == result.evaluated["all"].loss.shape == (4, 2)
    assert result.loss.dtype == np.float32
    assert (result.loss[-1] < result.loss[0]).all()
    squares = train(MLP((5, 3), loss="squared"), MLP((5, 3)).init(0), *data("squared"), sgd(0.1), steps=2,
                    evaluate={"all": data("squared")})  # fmt: skip
    assert np.isnan(squares.evaluated["all"].accuracy).all()


def test_a_callback_ends_training():
    network = MLP((5, 6, 3))
    X, y = data()
    result = train(
        network, network.init(0), X, y, sgd(0.5), steps=100, record_every=10, callback=lambda step, _: step == 30
    )
    assert_array_equal(result.steps, [0, 10, 20, 30])
    assert result.state.step == 30
    assert same(result.params, train(network, network.init(0), X, y, sgd(0.5), steps=30).params)
    at_once = train(network, network.init(0), X, y, sgd(0.5), steps=100, callback=lambda *_: True)
    assert same(at_once.params, network.init(0))
    assert np.isnan(at_once.loss).all()


def test_diverging_models_are_named():
    network = MLP((5, 6, 3), "quadratic", "squared")
    params, (X, y) = network.init(range(4)), data("squared")
    with pytest.raises(FloatingPointError, match=r"for 2 of 4 models: 1 \(step \d+\), 3 \(step \d+\); lower the"):
        train(network, params, X, y, sgd([0.001, 5.0, 0.001, 9.0]), steps=200)


@pytest.mark.parametrize("chunk", [8e6, 5000])
def test_marked_models_do_not_disturb_the_others(chunk, monkeypatch):
    monkeypatch.setattr(_chunks, "CACHE", chunk)
    network = MLP((5, 6, 3), "quadratic", "squared")
    params, (X, y) = network.init(range(4)), data("squared")
    make = lambda rates: sgd(rates, momentum=0.9)  # noqa: E731
    options = {"steps": 100, "record_every": 10, "evaluate": {"all": (X, y)}, "on_divergence": "mark"}
    result = train(network, params, X, y, make([0.001, 5.0, 0.002, 9.0]), **options)
    assert result.diverged.tolist() == [False, True, False, True]
    assert result.diverged_at[[0, 2]].tolist() == [-1, -1]
    fine = train(network, take(params, [0, 2]), X, y, make([0.001, 0.002]), **options)
    assert same(fine.params, take(result.params, [0, 2]))
    assert_array_equal(fine.evaluated["all"].loss, result.evaluated["all"].loss[:, [0, 2]])
    for r in (1, 3):
        step = result.diverged_at[r]
        late = result.steps >= step
        assert np.isnan(result.loss[late, r]).all()
        assert np.isfinite(result.loss[result.steps < step - 10, r]).all()
        assert np.isnan(result.evaluated["all"].loss[late, r]).all()
        assert all(np.isnan(leaf[r]).all() for leaf in leaves(result.params, "params").values())
        with pytest.raises(FloatingPointError, match=rf"0 \(step {step}\)"):
            train(network, take(params, int(r)), X, y, make([0.001, 5.0, 0.002, 9.0][r]), steps=100, record_every=10)


def test_pruned_weights_stay_zero():
    network = MLP((5, 6, 3))
    params, (X, y) = network.init(range(3)), data()
    rng = np.random.default_rng(0)
    keep = {
        layer: {name: rng.random(leaf.shape) < 0.5 for name, leaf in branch.items()} for layer, branch in params.items()
    }
    seen = []
    result = train(network, params, X, y, adamw(0.01), steps=20, keep=keep, callback=lambda _, now: seen.append(now))
    for now in [*seen, result.params]:
        for path, leaf in leaves(now, "params").items():
            layer, name = path.split("/")
            assert_array_equal(leaf != 0, keep[layer][name])


def test_dropout_is_right_on_average_and_seeded():
    """Of a linear network, the mean output over many masks is the output without."""
    network = MLP((5, 400, 2), "identity", "squared")
    params, (X, y) = network.init(0, dtype=np.float64), data("squared", k=2)
    losses = lambda **options: train(network, params, X, y, sgd(0.0), steps=400, record_every=1, **options).loss[1:, 0]  # noqa: E731
    plain, dropped = losses(), losses(dropout=0.5)
    hidden = X @ params["layer1"]["weight"][0] + params["layer1"]["bias"][0]
    spread = hidden**2 @ (params["layer2"]["weight"][0] ** 2)  # of the outputs, for a rate of one half
    excess = dropped - plain
    assert abs(excess.mean() - spread.sum(axis=1).mean() / 2) < 4 * excess.std() / np.sqrt(400)
    assert_array_equal(dropped, losses(dropout=0.5))
    assert not np.array_equal(dropped, losses(dropout=0.5, seeds=1))
    assert_array_equal(plain, losses(dropout=0.0, seeds=1))


def test_proximal_steps_leave_exact_zeros():
    network = MLP((5, 30, 3))
    X, y = data()
    options = {"steps": 300, "batch_size": 10}
    strengths = [0.0, 0.02, 0.1]
    zeros = lambda result: (result.params["layer1"]["weight"] == 0).mean(axis=(1, 2))  # noqa: E731
    shares = zeros(
        train(network, network.init([0] * 3), X, y, sgd(0.1, prox_l1=strengths, mask=weights_only), **options)
    )
    assert shares[0] == 0 < shares[1] < shares[2]
    assert not zeros(train(network, network.init([0] * 3), X, y, sgd(0.1, l1=strengths), **options)).any()
    groups = train(network, network.init(0), X, y, adamw(0.01, prox_group=0.3, mask=weights_only), **options)
    columns = groups.params["layer1"]["weight"][0]
    gone = (columns == 0).all(axis=0)
    assert 0 < gone.sum() < 30
    assert (columns[:, ~gone] != 0).all()


def test_progress(capsys):
    network = MLP((5, 3))
    X, y = data()
    train(network, network.init(0), X, y, sgd(0.1), steps=3, progress=True)
    assert "0/3" in capsys.readouterr().err
    train(network, network.init(0), X, y, sgd(0.1), steps=3)
    assert not capsys.readouterr().err


def layer(weight=(3, 5, 3), bias=(3, 3), kinds=(np.float64, np.float64)):
    """A tree with arrays of ones of these shapes and types."""
    return {"layer1": {"weight": np.ones(weight, kinds[0]), "bias": np.ones(bias, kinds[1])}}


WEIGHT = {"layer1": {"weight": np.ones((3, 5, 3), bool)}}


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"X": np.ones((30, 4))}, ValueError, r"X must have shape \(n, 5\) or \(3, n, 5\), got \(30, 4\)"),
        ({"X": np.ones((2, 30, 5))}, ValueError, r"X must have shape \(n, 5\) or \(3, n, 5\), got \(2, 30, 5\)"),
        ({"X": np.full((30, 5), np.nan)}, ValueError, "X must be finite, got 150 NaN"),
        ({"X": [["a"] * 5] * 30}, TypeError, "X must hold real numbers"),
        ({"y": np.zeros(29)}, ValueError, r"y must have shape \(30,\) or \(3, 30\), got \(29,\)"),
        ({"y": np.full(30, 3)}, ValueError, "y must hold labels 0 to 2, got 3"),
        ({"y": np.full(30, 0.5)}, ValueError, "y must hold labels 0 to 2, got 0.5"),
        ({"params": {"layer1": {"weight": np.ones((3, 5, 3))}}}, ValueError, "layer1/bias, got layer1/weight"),
        ({"params": layer((3, 5, 2))}, ValueError, r"must have shape \(3, 5, 3\), got \(3, 5, 2\)"),
        ({"params": layer(bias=(2, 3))}, ValueError, r"'layer1/bias'\] must have shape \(3, 3\), got \(2, 3\)"),
        ({"params": layer(kinds=(np.float64, np.float32))}, ValueError, "params must have one dtype"),
        ({"steps": 0}, ValueError, "steps must be an integer >= 1, got 0"),
        ({"batch_size": 31}, ValueError, "batch_size must be an integer >= 1 and <= 30, got 31"),
        ({"seeds": [0, 1]}, ValueError, "seeds must be an integer or one for each of 3 models, got 2"),
        ({"dropout": 1.0}, ValueError, "dropout must be >= 0 and < 1"),
        ({"dropout": [0.1, 0.2]}, ValueError, "dropout must be .* one for each of 3 models"),
        ({"keep": WEIGHT}, ValueError, "keep must have the arrays"),
        ({"keep": layer(kinds=(float, bool))}, ValueError, "must be an array of bools"),
        ({"keep": True}, TypeError, "keep must be a nested dictionary"),
        ({"record_every": 0}, ValueError, "record_every must"),
        ({"on_divergence": "ignore"}, ValueError, "on_divergence must be one of"),
        ({"progress": 1}, TypeError, "progress must be True or False"),
        ({"evaluate": [np.ones(3)]}, TypeError, "evaluate must be a dictionary of pairs"),
        ({"callback": 3}, TypeError, "callback must be a function of step and params, got int"),
        ({"optimizer": 0.1}, TypeError, "optimizer must be made by sgd, adam or adamw, got float"),
        ({"evaluate": {"test": np.ones(3)}}, ValueError, r"evaluate\['test'\] must be a pair \(X, y\)"),
        ({"evaluate": {"test": (np.ones((4, 6)), np.zeros(4))}}, ValueError, r"evaluate\['test'\] X must have shape"),
        ({"optimizer": sgd([0.1, 0.2])}, ValueError, "learning_rate must be a number or have one entry for each model"),
        ({"optimizer": sgd(lambda step: np.ones(2))}, ValueError, "learning_rate must be a number or have one entry"),
        ({"optimizer": sgd(lambda step: np.nan)}, ValueError, r"learning_rate\(0\) must be a finite number"),
        ({"optimizer": adam(0.1), "state": sgd(0.1).init(layer())}, ValueError, "state must come from"),
    ],
)  # fmt: skip
def test_bad_training(changes, error, message):
    network = MLP((5, 3))
    X, y = data()
    arguments = {"params": network.init(range(3)), "X": X, "y": y, "optimizer": sgd(0.1), "steps": 2, **changes}
    with pytest.raises(error, match=message):
        train(network, **arguments)
