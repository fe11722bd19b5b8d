"""Optimizers follow their papers, tell L2 from decay, and change nothing that they are given."""

import copy

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from regutils import L1, L2, GroupL2, SquaredLoss, solve
from regutils.optimizers import adam, adamw, constant, cosine, sgd, step_decay, warmup, weights_only

STEPS = 60
OPTIMIZERS = {
    "sgd": sgd(0.05, l2=0.1),
    "momentum": sgd(0.05, momentum=0.9, weight_decay=0.1),
    "nesterov": sgd(0.05, momentum=0.9, nesterov=True, l1=0.02),
    "adam": adam(0.05, l2=0.1, prox_l1=0.01),
    "adamw": adamw(0.05, weight_decay=0.1, prox_l1=0.01, prox_metric="adaptive"),
    "groups": adamw(0.05, prox_group=0.1),
}
STRENGTHS = ("l2", "l1", "weight_decay", "prox_l1")


def tree(seed=0, models=3, dtype=np.float64):
    rng = np.random.default_rng(seed)
    draw = lambda *shape: rng.normal(size=(models, *shape)).astype(dtype)  # noqa: E731
    return {
        "layer1": {"weight": draw(4, 5), "bias": draw(5)},
        "norm1": {"gain": draw(5)},
        "deep": {"er": {"weight": draw(3, 2)}},
    }


def leaves(values, path=""):
    if isinstance(values, np.ndarray):
        return {path: values}
    return {name: leaf for key, branch in values.items() for name, leaf in leaves(branch, f"{path}/{key}").items()}


def mapped(function, values):
    return (
        {key: mapped(function, branch) for key, branch in values.items()}
        if isinstance(values, dict)
        else function(values)
    )


def noisy(params, step):
    """Gradients of a quadratic with noise, the same for everybody."""
    rng = np.random.default_rng(step)
    return mapped(lambda leaf: np.asarray(0.3 * leaf + rng.normal(size=leaf.shape), leaf.dtype), params)


def run(optimizer, params, gradient=noisy, steps=STEPS):
    state = optimizer.init(params)
    for step in range(steps):
        params, state = optimizer.update(gradient(params, step), state, params)
    return params


def textbook_sgd(theta, g, memory, t, *, rate, momentum=0.0, nesterov=False, l2=0.0, weight_decay=0.0, l1=0.0):
    g = g + 2 * l2 * theta + l1 * np.sign(theta)
    memory["v"] = momentum * memory.get("v", 0.0) + g
    return theta - rate * (g + momentum * memory["v"] if nesterov else memory["v"]) - rate * weight_decay * theta


def textbook_adam(theta, g, memory, t, *, rate, b1=0.9, b2=0.999, eps=1e-8, l2=0.0, weight_decay=0.0, l1=0.0):
    g = g + 2 * l2 * theta + l1 * np.sign(theta)
    memory["m"] = b1 * memory.get("m", 0.0) + (1 - b1) * g
    memory["v"] = b2 * memory.get("v", 0.0) + (1 - b2) * g**2
    m_hat, v_hat = memory["m"] / (1 - b1**t), memory["v"] / (1 - b2**t)
    return theta - rate * m_hat / (np.sqrt(v_hat) + eps) - rate * weight_decay * theta


@pytest.mark.parametrize(
    ("make", "textbook", "options"),
    [
        (sgd, textbook_sgd, {}),
        (sgd, textbook_sgd, {"momentum": 0.9}),
        (sgd, textbook_sgd, {"momentum": 0.9, "nesterov": True, "l2": 0.05}),
        (sgd, textbook_sgd, {"momentum": 0.5, "weight_decay": 0.1, "l1": 0.02}),
        (adam, textbook_adam, {}),
        (adam, textbook_adam, {"l2": 0.1, "l1": 0.02, "b1": 0.8, "b2": 0.95, "eps": 1e-4}),
        (adamw, textbook_adam, {"weight_decay": 0.3}),
        (adamw, textbook_adam, {"weight_decay": 0.3, "b1": 0.0, "b2": 0.9, "l1": 0.02}),
    ],
)
def test_updates_are_the_papers(make, textbook, options):
    start = np.random.default_rng(0).normal(size=40)
    theta, memory = start, {}
    for step in range(STEPS):
        theta = textbook(theta, noisy(theta, step), memory, step + 1, rate=0.05, **options)
    assert_allclose(run(make(0.05, **options), start), theta, rtol=1e-11, atol=1e-12)


def test_the_state_holds_the_moments_as_the_paper_has_them():
    theta, g = np.array([1.0, -2.0]), np.array([0.5, 3.0])
    _, state = adam(0.1, b1=0.9, b2=0.99).update(g, adam(0.1).init(theta), theta)
    assert state.step == 1
    assert_allclose(state.first, 0.1 * g, rtol=1e-14)
    assert_allclose(state.second, 0.01 * g**2, rtol=1e-14)
    assert sgd(0.1).init(theta).first is None
    assert sgd(0.1, momentum=0.9).init(theta).second is None


def test_nesterov_is_that_of_sutskever_in_shifted_parameters():
    """v <- mu v - eta grad(theta + mu v), theta <- theta + v: ours are theta + mu v, for a constant rate."""
    rate, mu, curvature = 0.1, 0.8, np.array([1.0, 3.0])
    theta, v = np.array([1.0, -1.0]), np.zeros(2)
    for _ in range(20):
        v = mu * v - rate * curvature * (theta + mu * v)
        theta = theta + v
    ours = run(sgd(rate, momentum=mu, nesterov=True), np.array([1.0, -1.0]), lambda x, _: curvature * x, steps=20)
    assert_allclose(ours, theta + mu * v, rtol=1e-12)


def test_l2_is_decay_for_plain_gradient_descent_only():
    start, rate, lam = np.random.default_rng(1).normal(size=30), 0.05, 0.2
    apart = lambda a, b: np.abs(run(a, start) - run(b, start)).max()  # noqa: E731
    assert apart(sgd(rate, l2=lam), sgd(rate, weight_decay=2 * lam)) < 1e-14
    assert apart(sgd(rate, l2=lam, momentum=0.9), sgd(rate, weight_decay=2 * lam, momentum=0.9)) > 1e-3
    assert apart(adam(rate, l2=lam), adamw(rate, weight_decay=2 * lam)) > 1e-1
    assert apart(adam(rate), adamw(rate, weight_decay=0.0)) == 0


def test_adam_does_not_see_the_gradients_scale():
    start = np.random.default_rng(2).normal(size=20)
    scaled = run(
        adam(0.1, eps=1e-30),
        start,
        lambda theta, step: 1000.0 * noisy(theta, step).round(12) * 0 + 1000.0 * (step % 3 - 0.5) * np.ones(20),
    )
    plain = run(adam(0.1, eps=1e-30), start, lambda theta, step: (step % 3 - 0.5) * np.ones(20))
    assert_allclose(scaled, plain, rtol=1e-12)


def least_squares():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(60, 6)) * [1.0, 1.0, 0.5, 2.0, 1.0, 1.0]
    return SquaredLoss(X, X @ [1.0, -1.0, 0.0, 0.5, 0.0, 0.0] + 0.3 * rng.normal(size=60))


def test_gradient_descent_with_l2_reaches_ridge():
    loss = least_squares()
    theta = run(sgd(0.1, l2=0.2), np.zeros(6), lambda theta, _: loss.gradient(theta), steps=2000)
    assert_allclose(theta, solve(loss, L2(0.2)).coef, atol=1e-10)


def test_proximal_steps_reach_the_lasso_and_its_zeros():
    loss, lam = least_squares(), 0.25
    lasso = solve(loss, L1(lam)).coef
    gradient = lambda theta, _: loss.gradient(theta)  # noqa: E731
    assert 0 < np.count_nonzero(lasso) < 6
    found = run(sgd(0.1, prox_l1=lam), np.zeros(6), gradient, steps=2000)
    assert_allclose(found, lasso, atol=1e-10)
    assert_array_equal(found != 0, lasso != 0)
    by_subgradient = run(sgd(cosine(0.1, steps=2000), l1=lam), np.full(6, 0.5), gradient, steps=2000)
    assert np.count_nonzero(by_subgradient) == 6


def test_adaptive_proximal_steps_rest_at_the_lasso_and_euclidean_ones_do_not():
    loss, lam = least_squares(), 0.25
    lasso = solve(loss, L1(lam)).coef
    rate = cosine(0.02, steps=6000)
    gradient = lambda theta, _: loss.gradient(theta)  # noqa: E731
    adaptive = run(adam(rate, prox_l1=lam, prox_metric="adaptive"), np.zeros(6), gradient, steps=6000)
    assert_allclose(adaptive, lasso, atol=1e-3)
    assert_array_equal(adaptive != 0, lasso != 0)
    euclidean = run(adam(rate, prox_l1=lam), np.zeros(6), gradient, steps=6000)
    assert np.abs(euclidean - lasso).max() > 0.05


def test_a_group_step_is_the_prox_of_the_group_penalty():
    weight = np.random.default_rng(4).normal(size=(2, 4, 3))
    for axis, labels in ((-2, np.tile(np.arange(3), 4)), (-1, np.repeat(np.arange(4), 3))):
        optimizer = sgd(0.5, prox_group=[2.0, 4.0], group_axis=axis)
        params = {"weight": weight, "bias": np.ones((2, 3))}
        new, _ = optimizer.update(mapped(np.zeros_like, params), optimizer.init(params), params)
        for r, lam in enumerate((2.0, 4.0)):
            expected = GroupL2(lam, labels).prox(weight[r].ravel(), 0.5).reshape(4, 3)
            assert_allclose(new["weight"][r], expected, atol=1e-14)
        assert_array_equal(new["bias"], 1.0)
        assert (new["weight"] == 0).any()


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_pure(optimizer):
    params, gradients = tree(), noisy(tree(), 0)
    _, state = optimizer.update(gradients, optimizer.init(params), params)
    before = copy.deepcopy((params, gradients, state))
    new, then = optimizer.update(gradients, state, params)
    for old, now in zip(before[:2], (params, gradients), strict=True):
        for path, leaf in leaves(old).items():
            assert_array_equal(leaf, leaves(now)[path])
    given = [*leaves(params).values(), *leaves(gradients).values()]
    for name in ("first", "second"):
        if getattr(state, name) is not None:
            given += leaves(getattr(state, name)).values()
            for path, leaf in leaves(getattr(before[2], name)).items():
                assert_array_equal(leaf, leaves(getattr(state, name))[path])
    returned = [*leaves(new).values()]
    returned += [leaf for values in (then.first, then.second) if values is not None for leaf in leaves(values).values()]
    assert not any(np.shares_memory(a, b) for a in given for b in returned)
    again, _ = optimizer.update(gradients, state, params)
    for path, leaf in leaves(again).items():
        assert_array_equal(leaf, leaves(new)[path])


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_stays(optimizer, dtype):
    params = tree(dtype=dtype)
    stacked = optimizer.take(slice(None))
    wide = noisy(tree(), 0)  # of float64
    new, state = stacked.update(wide, stacked.init(params), params)
    for values in (new, state.first, state.second):
        assert values is None or all(leaf.dtype == dtype for leaf in leaves(values).values())


def test_one_array_is_a_tree_too():
    start = np.random.default_rng(5).normal(size=(3, 4))
    alone = run(adamw(0.1, weight_decay=0.2), start)
    assert isinstance(alone, np.ndarray)
    assert_array_equal(alone, run(adamw(0.1, weight_decay=0.2), {"a": {"b": start}})["a"]["b"])
    assert run(adam(0.1), np.array(1.0)).shape == ()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("make", "options"),
    [
        (sgd, {"momentum": [0.0, 0.5, 0.9], "l2": [0.1, 0.0, 0.2], "l1": [0.0, 0.1, 0.0]}),
        (sgd, {"momentum": [0.3, 0.5, 0.9], "nesterov": True, "weight_decay": [0.0, 0.1, 0.3]}),
        (adam, {"l2": [0.0, 0.1, 1.0], "b1": [0.0, 0.9, 0.5], "prox_l1": [0.0, 0.1, 0.2]}),
        (adamw, {"weight_decay": [0.0, 0.1, 1.0], "b2": [0.9, 0.99, 0.999], "eps": [1e-8, 1e-3, 1e-5]}),
        (adamw, {"prox_l1": [0.0, 0.1, 1.0], "prox_metric": "adaptive"}),
        (adamw, {"prox_group": [0.0, 0.1, 1.0]}),
    ],
)
def test_a_model_of_a_stack_is_the_model_alone(make, options, dtype):
    """To the last bit, each hyperparameter a number there and an entry of an array here."""
    rates = np.array([0.1, 0.01, 0.3])
    params = tree(dtype=dtype)
    stacked = make(rates, **options)
    together = run(stacked, params)
    for r in range(3):
        own = {name: value[r] if isinstance(value, list) else value for name, value in options.items()}
        gradient = lambda theta, step, r=r: mapped(lambda g: g[r : r + 1], noisy_stack(theta, step, r))  # noqa: E731
        start = mapped(lambda leaf, r=r: leaf[r : r + 1], params)
        for optimizer in (make(float(rates[r]), **own), stacked.take(slice(r, r + 1))):
            alone = run(optimizer, start, gradient)
            for path, leaf in leaves(alone).items():
                assert_array_equal(leaf[0], leaves(together)[path][r], err_msg=f"{path} of model {r}")


def noisy_stack(theta, step, r):
    """What `noisy` gives a stack of three of which theta is model r."""
    return noisy(mapped(lambda leaf: np.repeat(leaf, 3, axis=0), theta), step)


def test_schedules():
    assert [constant(0.3)(step) for step in (0, 100)] == [0.3, 0.3]
    assert_allclose([step_decay(1.0, every=3, factor=0.1)(s) for s in range(7)], [1, 1, 1, 0.1, 0.1, 0.1, 0.01])
    half = cosine(2.0, steps=10, final=0.1)
    assert_allclose([half(0), half(5), half(10), half(99)], [2.0, 1.1, 0.2, 0.2])
    rising = warmup(half, steps=4)
    assert_allclose(
        [rising(s) for s in range(5)],
        [0.5 * half(0), half(1), 1.5 * half(2) / 2 * 1.0, half(3), half(4)] * np.array([0.5, 0.5, 1, 1, 1]),
    )
    assert_allclose(warmup(np.array([1.0, 2.0]), steps=2)(0), [0.5, 1.0])


def test_the_schedule_is_asked_for_the_number_of_updates_made():
    asked = []

    def rate(step):
        asked.append(step)
        return 0.1 * (step + 1)

    theta = run(sgd(rate), np.zeros(1), lambda theta, _: -np.ones(1), steps=3)
    assert asked == [0, 1, 2]
    assert_allclose(theta, [0.6])


def test_a_schedule_for_each_model():
    rates = np.array([0.1, 0.2, 0.4])
    stacked = sgd(step_decay(rates, every=2), momentum=0.5)
    together = run(stacked, np.ones((3, 2)), lambda theta, _: theta, steps=5)
    for r in range(3):
        alone = run(
            sgd(step_decay(float(rates[r]), every=2), momentum=0.5), np.ones((1, 2)), lambda theta, _: theta, steps=5
        )
        assert_array_equal(alone[0], together[r])
        assert_array_equal(alone, run(stacked.take([r]), np.ones((1, 2)), lambda theta, _: theta, steps=5))


@pytest.mark.parametrize("name", [*STRENGTHS, "prox_group"])
@pytest.mark.parametrize("kind", ["predicate", "tree"])
def test_a_mask_says_what_is_penalized(name, kind):
    params = tree()
    mask = weights_only
    if kind == "tree":
        mask = mapped(lambda leaf: leaf.ndim == 3, params)
    make = adamw if name == "weight_decay" else adam
    masked = run(make(0.1, mask=mask, **{name: 0.3}), params)
    without = run(make(0.1, **{name: 0.0}), params)
    everywhere = run(make(0.1, **{name: 0.3}), params)
    for path, leaf in leaves(masked).items():
        weight = path.endswith("weight")
        assert_array_equal(leaf, leaves(everywhere if weight else without)[path])
        assert weight != np.array_equal(leaf, leaves(without)[path])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: sgd(-0.1), ValueError, "learning_rate must be a finite number >= 0, got -0.1"),
        (lambda: adam(np.nan), ValueError, "learning_rate must be a finite number"),
        (lambda: adam([0.1, -0.1]), ValueError, "learning_rate must be >= 0 for every model, got -0.1"),
        (lambda: sgd("fast"), TypeError, "learning_rate must be a real number"),
        (lambda: sgd(0.1, momentum=1.0), ValueError, "momentum must be a finite number >= 0 and < 1, got 1.0"),
        (lambda: sgd(0.1, momentum=[0.5, 1.0]), ValueError, "momentum must be >= 0 and < 1 for every model"),
        (lambda: sgd(0.1, nesterov=True), ValueError, "momentum must be > 0 for nesterov=True, got 0.0"),
        (lambda: sgd(0.1, nesterov=1), TypeError, "nesterov must be True or False"),
        (lambda: sgd(0.1, l2=-1.0), ValueError, "l2 must be a finite number >= 0, got -1.0"),
        (lambda: sgd(0.1, l1=[np.nan]), ValueError, "l1 must be finite, got 1 NaN"),
        (lambda: adamw(0.1, weight_decay=-1.0), ValueError, "weight_decay must"),
        (lambda: adamw(0.1, weight_decay=[[1.0]]), ValueError, "weight_decay must have 1 dimension"),
        (lambda: adam(0.1, b1=1.0), ValueError, "b1 must be a finite number >= 0 and < 1, got 1.0"),
        (lambda: adam(0.1, b2=-0.1), ValueError, "b2 must"),
        (lambda: adam(0.1, eps=0.0), ValueError, "eps must be > 0, got 0.0"),
        (lambda: adam(0.1, prox_metric="mine"), ValueError, "prox_metric must be one of"),
        (lambda: adam(0.1, prox_metric="adaptive", prox_group=1.0), ValueError, "prox_metric must be 'euclidean' with"),
        (lambda: sgd(0.1, group_axis=0), ValueError, "group_axis must be -2 or -1, got 0"),
        (lambda: sgd([0.1, 0.2], l2=[0.1, 0.2, 0.3]), ValueError, "got: l2 has 3, learning_rate has 2"),
        (lambda: cosine(0.1, steps=0), ValueError, "steps must be an integer >= 1"),
        (lambda: step_decay(0.1, every=3, factor=2.0), ValueError, "factor must"),
        (lambda: warmup(-1.0, steps=3), ValueError, "rate must be a finite number >= 0"),
        (lambda: sgd(0.1).init([1.0]), TypeError, "params must be a float32 or float64 array, got list"),
        (lambda: sgd(0.1).init({"a": np.arange(3)}), TypeError, r"params\['a'\] must be .* got an array of int64"),
        (lambda: sgd(0.1).init({}), ValueError, "params must hold at least one array"),
        (lambda: sgd(0.1).init({"a/b": np.ones(2)}), ValueError, "names without '/'"),
        (lambda: sgd(0.1, l2=[1.0, 2.0]).init({"a": np.ones(3)}), ValueError, "l2 must be a number or have one entry"),
        (lambda: sgd([0.1, 0.2]).init(np.array(1.0)), ValueError, "learning_rate must be a number or have one entry"),
        (lambda: sgd(0.1, mask={"b": True}).init({"a": np.ones(3)}), ValueError, "mask must have the structure"),
        (lambda: sgd(0.1, mask=lambda path: 1).init({"a": np.ones(3)}), TypeError, "must be True or False, got 1"),
    ],
)  # fmt: skip
def test_bad_arguments(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_bad_updates():
    params = {"a": np.ones((2, 3)), "b": np.ones(2)}
    optimizer = adam(lambda step: [0.1, -1.0][step])
    state = optimizer.init(params)
    with pytest.raises(ValueError, match="grads must have the structure of params, got 'a', allowed 'a', 'b'"):
        optimizer.update({"a": np.ones((2, 3))}, state, params)
    with pytest.raises(ValueError, match=r"grads\['a'\] must have shape \(2, 3\) as in params, got \(3, 2\)"):
        optimizer.update({"a": np.ones((3, 2)), "b": np.ones(2)}, state, params)
    with pytest.raises(TypeError, match="state must be what init or update returned, got dict"):
        optimizer.update(params, {}, params)
    with pytest.raises(ValueError, match="state must come from this optimizer's init, got one without a first moment"):
        optimizer.update(params, sgd(0.1).init(params), params)
    _, state = optimizer.update(params, state, params)
    with pytest.raises(ValueError, match=r"learning_rate\(1\) must be a finite number >= 0, got -1.0"):
        optimizer.update(params, state, params)
    with pytest.raises(ValueError, match="learning_rate must be a number or have one entry for each model"):
        sgd(lambda step: np.ones(5)).update(params, sgd(0.1).init(params), params)


def test_a_gradient_that_is_nan_stays_with_its_model():
    params = np.ones((3, 2))
    gradient = np.ones((3, 2))
    gradient[1] = np.nan
    for optimizer in OPTIMIZERS.values():
        new, _ = optimizer.update(gradient, optimizer.init(params), params)
        assert np.isnan(new).all(axis=1).tolist() == [False, True, False]
