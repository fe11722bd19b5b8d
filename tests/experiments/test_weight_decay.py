"""The experiments of the chapter weight_decay: closed forms, recorded runs, and what the prose says in words."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regutils.experiments import weight_decay as experiments
from regutils.experiments.weight_decay import heat_maps
from regutils.experiments.weight_decay.exempt import KINDS, exempt_errors
from regutils.experiments.weight_decay.fixed_points import DECAYS, boxed, descend, quadratic, ridge
from regutils.experiments.weight_decay.invariance import PAIRS
from regutils.experiments.weight_decay.time_scale import SETTINGS
from regutils.experiments.weight_decay.trajectories import CASES, MOMENTUM
from regutils.optimizers import adamw, sgd


@settings(max_examples=30, deadline=None)
@given(st.floats(1e-3, 0.5), st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_one_plain_step_with_l2_is_one_with_decay(rate, lam, seed):
    w, g = np.random.default_rng(seed).standard_normal((2, 5))
    steps = [
        optimizer.update(g, optimizer.init(w), w)[0]
        for optimizer in (sgd(rate, l2=lam), sgd(rate, weight_decay=2 * lam))
    ]
    assert steps[0] == pytest.approx(steps[1], abs=1e-13)
    assert steps[0] == pytest.approx((1 - 2 * rate * lam) * w - rate * g, abs=1e-13)


def test_trajectories_as_told():
    found = experiments.trajectories()
    assert tuple(found.apart) == CASES
    momentum, matched = found.apart["momentum"], found.apart["momentum, decay over 1 - momentum"]
    assert matched[-1] < 0.1 * momentum[-1]  # most of it is a matter of units
    assert matched.max() > 3 * matched[-1]  # after a detour
    assert found.apart["schedule, same decay each step"][-1] > 0.2
    assert np.argmax(matched) < 100  # early on, as the text alternative says


def test_decay_beside_momentum_rests_at_another_strength():
    """d = 2 eta lam / (1 - mu) gives the point of rest of lam."""
    _, _, hessian, target, _ = quadratic("diabetes")
    lam, rate = 0.1, 0.05
    optimizer = sgd(rate, momentum=MOMENTUM, weight_decay=2 * lam / (1 - MOMENTUM))
    w = np.zeros_like(target)
    state = optimizer.init(w)
    for _ in range(3000):
        w, state = optimizer.update(hessian @ (w - target), state, w)
    assert w == pytest.approx(ridge(hessian, target, 2 * lam), abs=1e-10)


def test_the_penalty_inside_adam_is_divided_by_the_root_of_the_second_moment():
    found = experiments.effective()
    assert found.theory == pytest.approx(1 / np.sqrt(found.scale**2 + (2 * found.lam) ** 2))
    inside = found.rate["Adam with L2"]
    assert np.all(np.diff(inside) < 0)
    for method in ("SGD with L2", "AdamW"):
        near = np.abs(found.rate[method] - 1) < np.maximum(4 * found.error[method], 0.02)
        assert near.all()


def test_least_loss_in_a_cube():
    _, _, hessian, target, _ = quadratic("Hitters")
    found = boxed(hessian, target, 0.2)
    slope, inside = hessian @ (found - target), np.abs(found) < 0.2 - 1e-9
    assert np.abs(slope[inside]).max() < 1e-8
    assert np.all(slope[~inside] * found[~inside] < 0)  # outside of the cube it would go on


def test_the_picture_as_told():
    found = experiments.destinations()
    assert found.coupled[-1] == pytest.approx(found.ridge, abs=1e-5)
    assert found.decoupled[-1] == pytest.approx(found.boxed, abs=2e-3)
    assert np.abs(found.target).max() > 1 / found.decay > np.abs(found.ridge).max()
    assert np.sum(np.isclose(np.abs(found.boxed), 1 / found.decay)) == 1  # an edge, and not a corner


@pytest.mark.parametrize("name", ["diabetes", "Hitters"])
def test_points_of_rest_on_real_data(name):
    found = experiments.rests(name)
    for at in range(len(DECAYS)):
        assert experiments.distance(found.coupled[at], found.ridge[at]) < 1e-4
    weak, strong = found.at(0.1), found.at(5.0)
    assert experiments.distance(found.decoupled[weak], found.least_squares) < 1e-3
    assert np.abs(found.decoupled[strong]).max() == pytest.approx(0.2, abs=1e-3)
    if name == "diabetes":
        assert all(experiments.distance(a, b) < 4e-3 for a, b in zip(found.decoupled, found.boxed, strict=True))


def test_adamw_shrinks_nothing_when_the_minimum_is_in_the_cube():
    hessian, target = np.diag([1.0, 10.0]), np.array([0.5, -0.8])
    found, path = descend(hessian, target, np.array([1.0]), decoupled=True, rate=0.01, steps=2000, every=1000)
    assert found[0] == pytest.approx(target, abs=1e-3)
    assert path.shape == (3, 1, 2)


def test_noise_turns_adamw_into_ridge_with_strengths_of_its_own():
    found = experiments.noisy()
    assert experiments.distance(found.coupled, found.ridge) < 0.03
    assert experiments.distance(found.decoupled, found.predicted) < 0.03
    assert experiments.distance(found.decoupled, found.ridge) > 0.3
    assert np.ptp(found.scale) < 0.25 * found.scale.mean()  # about the same for all weights


def test_unknown_data():
    with pytest.raises(ValueError, match="name must be one of diabetes, Hitters; got 'iris'"):
        quadratic("iris")


def test_four_settings_are_one_curve_on_the_clock():
    for run, (learning_rate, decay) in zip(experiments.forgetting(), SETTINGS, strict=True):
        assert run.product == pytest.approx(learning_rate * decay)
        at = round(1 / run.product) - 1
        assert run.mean[at] == pytest.approx(np.exp(-1), abs=4 * run.predicted / np.sqrt(400))
        assert run.final == pytest.approx(run.predicted, rel=0.08)


def test_equal_products_are_the_same_run():
    found = experiments.balance()
    assert len(PAIRS) == 6
    for first in (0, 2, 4):
        assert found.product[first] == pytest.approx(found.product[first + 1])
        assert found.misalignment[first] == pytest.approx(found.misalignment[first + 1], rel=1e-6)
        assert found.effective[first] == pytest.approx(found.effective[first + 1], rel=1e-6)
        assert abs(found.norm[first] / found.norm[first + 1] - 1) > 0.2
    assert np.all(np.diff(found.misalignment[::2]) > 0)
    assert found.effective[4] / found.effective[0] == pytest.approx(2.0, rel=0.12)  # the root of four


def test_decay_on_a_gain_is_ridge_and_on_a_normalized_weight_nothing():
    found = experiments.gains()
    assert found.on_gain == pytest.approx(found.ridge, abs=1e-4)
    size = np.linalg.norm(found.least_squares)
    assert np.linalg.norm(found.on_weight, axis=1) / size == pytest.approx(1, abs=0.02)
    assert found.norm[-1] < 0.1 * found.start
    assert np.linalg.norm(found.on_gain[-1]) < 0.7 * size


def test_a_decayed_intercept_is_pulled_to_zero():
    found = experiments.intercept(lam=0.1)
    assert found.found == pytest.approx(found.predicted, abs=1e-6)
    assert found.error[0] - found.error[1] == pytest.approx((found.mean - found.predicted) ** 2, abs=1e-6)


def test_exemptions_as_told():
    found = experiments.exempt()
    tie = found.difference("none", 1)
    assert tie.low < 0 < tie.high
    assert tie.high - tie.low < 0.02
    learned = found.difference("learned", 2)
    assert learned.high < 0  # decay on everything is better at 3
    assert found.difference("learned", 3).low > 0.2  # and ruins the network at 10
    assert found.best("learned").low > 0
    assert found.decays.tolist() == [0.3, 1.0, 3.0, 10.0]


def test_exemptions_are_what_the_recorded_run_says():
    kept = experiments.exempt()
    for kind in KINDS:
        again = exempt_errors(kind, everything=False, seeds=1)
        assert again[0, :3] == pytest.approx(kept.weights[kind][0, :3], abs=0.04)


def test_fine_tuning_as_told():
    found = experiments.fine_tuning(rows=40)
    duel = found.gain("start", over="zero")
    assert duel.low < 0 < duel.high  # a tie
    for anchor in ("zero", "start"):
        assert found.gain(anchor).low < 0.005  # no better than no pull, or hardly
    at = int(np.argmin(np.abs(found.lam - 0.01)))
    old = found.old["zero"][:, at] - found.old["start"][:, at]
    assert old.mean() > 5 * old.std(ddof=1) / np.sqrt(found.seeds)
    assert abs(found.new["zero"][:, at].mean() - found.new["start"][:, at].mean()) < 0.03
    assert np.all(np.diff(found.moved["start"].mean(axis=0)) < 0)
    assert np.all(np.diff(found.old["start"].mean(axis=0)) < 0)


def test_gradients_of_a_network_differ_by_orders_of_magnitude():
    found = experiments.moments()
    assert found.spread > 30
    assert np.median(found.scale["layer2"]) > np.median(found.scale["layer1"])
    assert found.silent + sum(scale.size for scale in found.scale.values()) == 64 * 32 + 32 * 10


def calm(found):
    """Ten cells at moderate learning rates: at high ones rounding decides what becomes of a network."""
    rows, columns = np.nonzero((found.error[0] < 0.4) & (np.abs(np.arange(12) - 4.5) < 2))
    some = np.linspace(0, rows.size - 1, 10).round().astype(int)
    return rows[some] * 12 + columns[some]


@pytest.mark.parametrize("network", list(heat_maps.NETWORKS))
@pytest.mark.parametrize("method", ["SGD with L2", "AdamW"])
def test_maps_are_what_the_recorded_run_says(network, method):
    """A short part of seed 0 again. Rounding differs between machines: errors are compared, and not weights."""
    found = experiments.heat_map(network, method)
    cells = calm(found)
    rates, decays = (part[cells] for part in heat_maps.grid(method))
    kept = found.error[0].ravel()[cells]
    again, other = (heat_maps.errors(network, method, rates, factor * decays, seed=0) for factor in (1.0, 4.0))
    assert np.abs(again - kept).mean() < 0.03
    assert np.median(np.abs(again - kept)) < 0.02
    assert np.abs(other - kept).mean() > 0.05  # other settings would have been seen


def test_a_map_has_the_cells_and_seeds_it_says():
    for network in heat_maps.NETWORKS:
        for method in heat_maps.METHODS:
            found = experiments.heat_map(network, method)
            assert found.error.shape == (6, 12, 12)
            assert found.mean.shape == (found.decays.size, found.rates.size)
            assert np.all((found.error > 0) & (found.error < 1))


def test_tilts_as_told():
    tilts = {
        (network, method): experiments.heat_map(network, method).tilt()
        for network in heat_maps.NETWORKS
        for method in heat_maps.METHODS
    }
    for method in ("SGD with L2", "Adam with L2"):
        assert tilts["normalized", method].high < 0  # downhill
    for method in ("SGD with decay", "AdamW"):
        assert tilts["normalized", method].low > 0  # uphill
    assert tilts["plain", "SGD with L2"].low < 0 < tilts["plain", "SGD with L2"].high  # level
    assert 0 < tilts["plain", "Adam with L2"].mean < 0.3  # nearly
    assert tilts["plain", "AdamW"].low < 1 < tilts["plain", "AdamW"].high  # in proportion; level in PyTorch's number
    assert tilts["plain", "SGD with decay"].low > 1  # more than in proportion


def test_who_wins_as_told():
    normalized, plain = (
        {method: experiments.heat_map(network, method) for method in heat_maps.METHODS}
        for network in ("normalized", "plain")
    )
    assert experiments.gain(normalized["AdamW"], normalized["Adam with L2"]).low > 0
    assert normalized["AdamW"].best[0] == 11  # the largest decay of the map
    assert normalized["Adam with L2"].best[1] == 0  # the smallest learning rate
    tie = experiments.gain(plain["AdamW"], plain["Adam with L2"])
    assert tie.low < 0 < tie.high
    pays = plain["SGD with L2"].decay_pays()
    assert pays.low < 0 < pays.high
    assert normalized["SGD with L2"].decay_pays().low > 0


@pytest.mark.parametrize("slope", [-1.0, 0.0, 0.5])
def test_the_tilt_of_a_drawn_basin_is_found(slope):
    rates, decays = np.geomspace(1e-3, 1e-1, 12), np.geomspace(1e-4, 1, 12)
    x, y = np.meshgrid(np.log10(rates) + 2, np.log10(decays) + 2)
    noise = 0.002 * np.random.default_rng(0).standard_normal((6, 12, 12))
    found = heat_maps.Map("plain", "AdamW", rates, decays, 0.1 + 0.1 * (y - slope * x) ** 2 + noise)
    tilt = found.tilt()
    assert tilt.mean == pytest.approx(slope, abs=0.1)
    assert tilt.low <= tilt.mean <= tilt.high


def test_decay_is_the_papers_share_of_a_step():
    rates, decays = np.array([0.1, 0.01]), np.array([1e-3, 1e-2])
    w = np.ones((2, 3))
    for method in ("SGD with decay", "AdamW"):
        optimizer = heat_maps.optimizer_of(method, rates, decays)
        stepped, _ = optimizer.update(np.zeros_like(w), optimizer.init(w), w)
        assert stepped == pytest.approx((1 - decays)[:, None] * w)


@pytest.mark.parametrize(("network", "method", "name"), [("deep", "AdamW", "network"), ("plain", "adamw", "method")])
def test_unknown_maps(network, method, name):
    with pytest.raises(ValueError, match=f"{name} must be one of"):
        experiments.heat_map(network, method)


def test_adamw_forgets_its_start_at_the_rate_of_the_product():
    optimizer = adamw(0.01, weight_decay=0.5)
    w = np.ones(3)
    state = optimizer.init(w)
    for _ in range(10):
        w, state = optimizer.update(np.zeros(3), state, w)
    assert w == pytest.approx((1 - 0.005) ** 10)
