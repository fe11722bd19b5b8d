"""One protocol, proved for all penalties at once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose, assert_array_equal

from regutils.penalties import (
    L1,
    L2,
    ElasticNet,
    GroupL2,
    HuberL1,
    L1Ball,
    L2Ball,
    L2Norm,
    Lq,
    NoPenalty,
)

P = 5
SIZES = st.floats(0.05, 4.0)
SHARES = st.floats(0.05, 0.95)
PENALTIES = {
    "none": st.builds(NoPenalty),
    "l1": st.builds(L1, SIZES),
    "l2": st.builds(L2, SIZES),
    "elastic_net": st.builds(ElasticNet, SIZES, SHARES),
    "groups": st.builds(GroupL2, SIZES, st.just([0, 1, 0, 2, 1])),
    "l2_norm": st.builds(L2Norm, SIZES),
    "huber": st.builds(HuberL1, SIZES, st.floats(0.05, 2.0)),
    "lq_0.3": st.builds(Lq, SIZES, st.just(0.3)),
    "lq_half": st.builds(Lq, SIZES, st.just(0.5)),
    "lq_1": st.builds(Lq, SIZES, st.just(1.0)),
    "lq_1.5": st.builds(Lq, SIZES, st.floats(1.1, 1.9)),
    "lq_2": st.builds(Lq, SIZES, st.just(2.0)),
    "lq_4": st.builds(Lq, SIZES, st.floats(2.1, 6.0)),
    "l1_ball": st.builds(L1Ball, SIZES),
    "l2_ball": st.builds(L2Ball, SIZES),
}
CONVEX = {name: strategy for name, strategy in PENALTIES.items() if name not in ("lq_0.3", "lq_half")}
SEPARABLE = {name: s for name, s in PENALTIES.items() if name not in ("groups", "l2_norm", "l1_ball", "l2_ball")}
FINITE = {name: s for name, s in PENALTIES.items() if "ball" not in name}
# multiples of 1/64: zeros and ties happen, numbers so small that their squares vanish do not
VECTORS = arrays(np.float64, P, elements=st.integers(-320, 320).map(lambda k: k / 64))
STEPS = st.floats(0.1, 3.0)
fewer = settings(max_examples=30, deadline=None, derandomize=True)


def each(strategies):
    """The test below, once per penalty, with many strengths, vectors and steps."""
    return pytest.mark.parametrize("strategy", strategies.values(), ids=strategies)


@each(PENALTIES)
@given(data=st.data())
@fewer
def test_prox_beats_every_competitor(strategy, data):
    penalty, x, step = data.draw(strategy), data.draw(VECTORS), data.draw(STEPS)
    found = penalty.prox(x, step)

    def goal(points):
        return penalty.value(points) + np.sum((points - x) ** 2, axis=-1) / (2 * step)

    noise = np.random.default_rng(0).standard_normal((300, P))
    rivals = np.concatenate([found + size * noise for size in (1e-3, 0.1, 2.0)] + [x * np.linspace(0, 1, 21)[:, None]])
    if "Ball" in type(penalty).__name__:
        rivals = penalty.project(rivals)
    assert np.isfinite(goal(found))
    assert goal(found) <= goal(rivals).min() + 1e-9


@each(SEPARABLE)
@given(data=st.data())
@fewer
def test_prox_agrees_with_a_grid_search(strategy, data):
    penalty, x, step = data.draw(strategy), data.draw(st.floats(-5, 5)), data.draw(STEPS)
    grid = np.union1d(np.linspace(-5, 5, 20_001), [0.0])
    goal = penalty.value(grid[:, None]) + (grid - x) ** 2 / (2 * step)
    found = penalty.prox(np.array([x]), step)
    value = penalty.value(found) + float((found[0] - x) ** 2) / (2 * step)
    assert value <= goal.min() + 1e-12
    best = grid[np.isclose(goal, goal.min(), rtol=0, atol=1e-6)]  # two of them where a jump ties
    assert np.min(np.abs(best - found[0])) < 2e-3


@each(PENALTIES)
@given(data=st.data())
@fewer
def test_prox_is_a_fixed_point_of_the_optimality_condition(strategy, data):
    penalty, x, step = data.draw(strategy), data.draw(VECTORS), data.draw(STEPS)
    found = penalty.prox(x, step)
    distance = penalty.subdiff_distance(found, (found - x) / step)
    assert distance.shape == found.shape
    assert_allclose(distance, 0, atol=1e-9)


@each(CONVEX)
@given(data=st.data())
@fewer
def test_moreau_identity(strategy, data):
    """x = prox of P at x + prox of P* at x (unit step): the rest x - prox minimizes P*(u) + ||u - x||^2 / 2."""
    penalty, x = data.draw(strategy), data.draw(VECTORS)
    rest = x - penalty.prox(x, 1.0)
    assert penalty.fenchel_gap(x - rest, rest) == pytest.approx(0, abs=1e-9)  # rest is a subgradient there

    def goal(points):
        return penalty.conjugate(points) + np.sum((points - x) ** 2, axis=-1) / 2

    inside = rest * (1 - 1e-14)  # the rest may lie on the edge of the conjugate's domain
    noise = np.random.default_rng(1).standard_normal((200, P))
    rivals = np.concatenate(
        [rest + size * noise for size in (1e-2, 0.3, 2.0)] + [rest * np.linspace(0, 1, 11)[:, None]]
    )
    if not isinstance(penalty, NoPenalty):
        assert goal(inside) <= goal(rivals).min() + 1e-9
    else:
        assert_array_equal(rest, 0)


CONJUGATE_PROX = {
    "l1": (L1(0.7), lambda x: np.clip(x, -0.7, 0.7)),
    "l2": (L2(0.7), lambda x: x / (1 + 1 / 1.4)),
    "l2_norm": (L2Norm(0.7), lambda x: x * min(1.0, 0.7 / max(np.linalg.norm(x), 1e-300))),
    "none": (NoPenalty(), np.zeros_like),
    "l2_ball": (L2Ball(0.7), lambda x: x * max(0.0, 1 - 0.7 / max(np.linalg.norm(x), 1e-300))),
}


@pytest.mark.parametrize(("penalty", "conjugate_prox"), CONJUGATE_PROX.values(), ids=CONJUGATE_PROX)
@given(x=VECTORS)
@fewer
def test_moreau_identity_against_textbook_conjugates(penalty, conjugate_prox, x):
    assert_allclose(penalty.prox(x, 1.0) + conjugate_prox(x), x, atol=1e-12)


@each(CONVEX)
@given(data=st.data())
@fewer
def test_fenchel_young(strategy, data):
    penalty, x, u = data.draw(strategy), data.draw(VECTORS), data.draw(VECTORS)
    if "Ball" in type(penalty).__name__:
        x = penalty.project(x)
    u = penalty.dual_scale(u) * u
    gap = penalty.fenchel_gap(x, u)
    plain = penalty.value(x) + penalty.conjugate(u) - u @ x
    assert gap >= -1e-9
    assert gap == pytest.approx(plain, rel=1e-9, abs=1e-9)
    if not penalty.unpenalized:
        assert np.isfinite(penalty.conjugate(u))


@each(CONVEX)
@given(data=st.data())
@fewer
def test_conjugate_is_the_largest_of_linear_minus_penalty(strategy, data):
    penalty = data.draw(strategy)
    u = data.draw(VECTORS) / 8
    points = np.random.default_rng(2).uniform(-6, 6, (2_000, P))
    if "Ball" in type(penalty).__name__:
        points = penalty.project(points)
    assert penalty.conjugate(u) >= np.max(points @ u - penalty.value(points)) - 1e-9
    if np.isfinite(penalty.conjugate(u)) and not isinstance(penalty, (L1Ball, L2Ball)):
        maximizer = penalty.prox(1e6 * u, 1e6)  # solves argmin P - <u, .> up to the vanishing quadratic
        assert penalty.conjugate(u) == pytest.approx(maximizer @ u - penalty.value(maximizer), rel=1e-3, abs=1e-3)


@each(FINITE)
@given(data=st.data())
@fewer
def test_gradient_is_the_least_subgradient(strategy, data):
    penalty, x = data.draw(strategy), data.draw(VECTORS)
    gradient = penalty.gradient(x)
    if penalty.convex:
        points = np.random.default_rng(3).uniform(-6, 6, (500, P))
        slack = penalty.value(points) - penalty.value(x) - (points - x) @ gradient
        assert slack.min() >= -1e-9
    assert_allclose(penalty.subdiff_distance(x, -gradient), 0, atol=1e-9)
    assert np.linalg.norm(penalty.subdiff_distance(x, np.zeros(P))) <= np.linalg.norm(gradient) + 1e-12


@each({name: s for name, s in FINITE.items() if not name.startswith("lq_0")})
@given(data=st.data())
@fewer
def test_gradient_agrees_with_differences(strategy, data):
    penalty = data.draw(strategy)
    x = data.draw(VECTORS.map(lambda v: np.where(v == 0, 1.0, v)))
    h = 1e-6
    differences = [(penalty.value(x + h * e) - penalty.value(x - h * e)) / (2 * h) for e in np.eye(P)]
    assert_allclose(penalty.gradient(x), differences, rtol=2e-4, atol=2e-4)


@each(CONVEX)
@given(data=st.data())
@fewer
def test_subdiff_distance_is_a_distance(strategy, data):
    """Moving -gradient by the distance, coordinate by coordinate, reaches a subgradient, and none lies nearer."""
    penalty, gradient = data.draw(strategy), data.draw(VECTORS)
    x = penalty.prox(data.draw(VECTORS), 1.0)
    distance = penalty.subdiff_distance(x, gradient)
    signs = np.array(np.meshgrid(*[[-1, 1]] * P)).reshape(P, -1).T
    reached = -gradient + signs * distance
    # v is a subgradient at x exactly when prox(x + v) = x
    missed = np.abs(penalty.prox(x + reached, 1.0) - x).max(axis=1)
    assert missed.min() < 1e-9
    tries = np.random.default_rng(4).uniform(-4, 4, (200, P))
    others = x + tries - penalty.prox(x + tries, 1.0)  # subgradients, some of them at x
    others = others[np.abs(penalty.prox(x + others, 1.0) - x).max(axis=1) < 1e-12]
    nearest = np.linalg.norm(others + gradient, axis=1).min(initial=np.inf)
    assert np.linalg.norm(distance) <= nearest + 1e-9


@each(PENALTIES)
@given(data=st.data())
@fewer
def test_leading_axes(strategy, data):
    penalty, step = data.draw(strategy), data.draw(STEPS)
    stack = data.draw(arrays(np.float64, (2, 3, P), elements=st.integers(-9, 9).map(float)))
    stack = penalty.prox(stack, step)
    gradients = stack - 1.0
    assert penalty.value(stack).shape == (2, 3)
    assert isinstance(float(penalty.value(stack[0, 0])), float)
    for index in np.ndindex(2, 3):
        one = stack[index]
        assert_allclose(penalty.value(stack)[index], penalty.value(one), rtol=1e-12)
        assert_allclose(penalty.prox(stack, step)[index], penalty.prox(one, step), rtol=1e-12, atol=1e-15)
        assert_allclose(penalty.gradient(stack)[index], penalty.gradient(one), rtol=1e-12)
        whole = penalty.subdiff_distance(stack, gradients)[index]
        assert_allclose(whole, penalty.subdiff_distance(one, gradients[index]), rtol=1e-12, atol=1e-12)


@each(PENALTIES)
@given(data=st.data())
@fewer
def test_smoothness_and_strong_convexity(strategy, data):
    penalty, x, z = data.draw(strategy), data.draw(VECTORS), data.draw(VECTORS)
    m, L = penalty.strong_convexity, penalty.smoothness
    if penalty.constraint or not penalty.convex:
        assert m == L == 0
        return
    difference = penalty.gradient(x) - penalty.gradient(z)
    assert difference @ (x - z) >= m * np.sum((x - z) ** 2) - 1e-9
    if isinstance(penalty, (L2, HuberL1)):
        assert np.linalg.norm(difference) <= L * np.linalg.norm(x - z) + 1e-9


SIBLINGS = [
    (ElasticNet(0.6, 1.0), L1(0.6)),
    (ElasticNet(0.6, 0.0), L2(0.6)),
    (Lq(0.6, 1.0), L1(0.6)),
    (Lq(0.6, 2.0), L2(0.6)),
    (GroupL2(0.6, range(P)), L1(0.6)),
    (GroupL2(0.6, [7] * P), L2Norm(0.6)),
    (HuberL1(0.6, 1e-12), L1(0.6)),
    (L1(0.0), NoPenalty()),
    (L2(0.0), NoPenalty()),
    (Lq(0.0, 0.5), NoPenalty()),
]


@pytest.mark.parametrize(("special", "simple"), SIBLINGS, ids=repr)
def test_special_cases_equal_their_simpler_sibling(special, simple):
    x = np.array([-2.0, -0.3, 0.0, 0.7, 5.0])
    assert_allclose(special.value(x), simple.value(x), atol=1e-11)
    assert_allclose(special.prox(x, 0.9), simple.prox(x, 0.9), atol=1e-11)
    assert_allclose(special.gradient(x), simple.gradient(x), atol=1e-11)
    if not isinstance(special, HuberL1):
        assert_allclose(special.subdiff_distance(x, x + 0.1), simple.subdiff_distance(x, x + 0.1), atol=1e-11)


def test_l1_prox_gives_exact_zeros_and_l2_never():
    x = np.array([-0.5, 0.2, 0.5, 2.0])
    assert_array_equal(L1(0.5).prox(x, 1.0), [0, 0, 0, 1.5])
    assert not np.signbit(L1(0.5).prox(x, 1.0)).any()
    assert_array_equal(L2(0.5).prox(x, 1.0), x / 2)


def test_lq_below_one_jumps_to_its_global_minimizer():
    penalty = Lq(1.0, 0.5)
    threshold = 1.5  # (3/2) (lam step)^(2/3): half thresholding, Xu et al. 2012
    below, above = penalty.prox([threshold - 1e-6, threshold + 1e-6], 1.0)
    assert below == 0
    assert above == pytest.approx(1.0, abs=1e-5)


def test_scalars_are_allowed_where_the_penalty_is_a_sum():
    assert L1(1.0).prox(3.0, 0.5) == 2.5
    assert L1(1.0).value(-3.0) == 3.0


def test_penalties_are_values():
    assert L1(1) == L1(1.0)
    assert hash(ElasticNet(1, 0.5)) == hash(ElasticNet(1.0, 0.5))
    assert repr(GroupL2(1.0, [0, 0, 1])) == "GroupL2(lam=1.0, groups=(0, 0, 1))"


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: L1(-1.0), ValueError, "lam must be a finite number >= 0, got -1.0"),
        (lambda: L2(np.nan), ValueError, "lam must be a finite number"),
        (lambda: L1("1"), TypeError, "lam must be a real number"),
        (lambda: ElasticNet(1.0, 1.5), ValueError, "rho must be a finite number >= 0 and <= 1, got 1.5"),
        (lambda: GroupL2(-1.0, [0, 1]), ValueError, "lam must"),
        (lambda: GroupL2(1.0, []), ValueError, "groups must not be empty"),
        (lambda: GroupL2(1.0, [0.5, 1]), ValueError, "groups must hold one integer label per coordinate"),
        (lambda: GroupL2(1.0, ["a", "b"]), TypeError, "groups must hold real numbers"),
        (lambda: GroupL2(1.0, [0, 0]).value([1.0, 2.0, 3.0]), ValueError, "theta must have 2 coordinates"),
        (lambda: Lq(1.0, 0.0), ValueError, "q must be a finite number > 0"),
        (lambda: HuberL1(1.0, 0.0), ValueError, "delta must be a finite number > 0"),
        (lambda: L1Ball(0.0), ValueError, "radius must be a finite number > 0"),
        (lambda: L2Ball(-1.0), ValueError, "radius must be a finite number > 0"),
        (lambda: L1Ball(1.0).gradient([2.0, 0.0]), ValueError, "theta must lie in the ball"),
        (lambda: Lq(1.0, 0.5).conjugate([1.0]), NotImplementedError, "no tractable conjugate"),
    ],
)
def test_bad_parameters(make, error, message):
    with pytest.raises(error, match=message):
        make()


@each(PENALTIES)
@given(data=st.data())
@settings(max_examples=2, deadline=None, derandomize=True)
def test_bad_input(strategy, data):
    penalty = data.draw(strategy)
    x = np.ones(P)
    for step in (0.0, -1.0, np.inf):
        with pytest.raises(ValueError, match="step must be a finite number > 0"):
            penalty.prox(x, step)
    for method in (penalty.value, penalty.gradient, lambda theta: penalty.prox(theta, 1.0)):
        with pytest.raises(ValueError, match="theta must be finite"):
            method([np.nan] * P)
        with pytest.raises(TypeError, match="theta must hold real numbers"):
            method(["a"] * P)
    with pytest.raises(ValueError, match="gradient must have shape"):
        penalty.subdiff_distance(x, np.ones(P + 1))


@each(PENALTIES)
@given(data=st.data())
@settings(max_examples=1, deadline=None, derandomize=True)
def test_a_number_is_one_coefficient(strategy, data):
    penalty = data.draw(strategy)
    if isinstance(penalty, GroupL2):
        penalty = GroupL2(penalty.lam, [0])
    vector = np.array([0.3])
    step = 0.5
    assert penalty.prox(0.3, step).shape == ()
    assert penalty.prox(0.3, step) == penalty.prox(vector, step)[0]
    inside = float(penalty.prox(0.3, step))
    assert penalty.gradient(inside) == penalty.gradient([inside])[0]
    assert penalty.subdiff_distance(inside, 0.1) == penalty.subdiff_distance([inside], [0.1])[0]


@pytest.mark.parametrize("q", [1 + 1e-12, 1 + 1e-6, 1.001, 1.01, 1.3])
@pytest.mark.parametrize("ratio", [0.5, 1 - 1e-9, 1.0, 1 + 1e-9, 1.3, 1.9, 30.0])
def test_lq_close_to_the_lasso(q, ratio):
    """x between c and 2c is where t^(q-1), almost a jump, used to hide the root."""
    c, x = 2.0, 2.0 * ratio
    found = float(Lq(c, q).prox(x, 1.0))
    grid = np.concatenate([[0.0], np.geomspace(1e-300, x, 200_001), np.linspace(0.0, x, 200_001)])
    least = np.min(c * grid**q + (grid - x) ** 2 / 2)
    assert c * found**q + (found - x) ** 2 / 2 <= least * (1 + 1e-13)
    assert 0 <= found <= x
