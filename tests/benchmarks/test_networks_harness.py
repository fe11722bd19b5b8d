"""The harness for networks runs and measures everybody by the same measure; what is recorded is whole."""

import json
import re
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

ROOT = Path(__file__).parents[2]
RECORDED = ROOT / "benchmarks" / "results" / "networks.json"
if not (ROOT / "benchmarks" / "networks.py").is_file():
    pytest.skip("benchmarks/ is part of the repository, not of the package", allow_module_level=True)

from benchmarks import networks, networks_report  # noqa: E402
from benchmarks.network_problems import BATCH, QUICK, REGIMES, ROWS, Regime, simulate  # noqa: E402
from regutils import _routes, _training  # noqa: E402
from regutils.experiments.performance import load_network_performance  # noqa: E402
from regutils.figures.performance import network_speed  # noqa: E402
from regutils.networks import minibatches  # noqa: E402


@pytest.fixture
def unchanged(monkeypatch):
    """What the harness sets for itself is undone."""
    monkeypatch.setattr(_routes, "ROUTE", _routes.ROUTE)
    monkeypatch.setattr(_training, "WORTH", _training.WORTH)
    monkeypatch.setattr(networks.measure, "one_core", lambda: None)


def check(content):
    assert set(content) == {"machine", "versions", "settings", "regimes"}
    assert content["regimes"]
    for regime in content["regimes"]:
        for one in [*regime["ours"].values(), *regime["peers"].values()]:
            assert 0 < one["microseconds"]["low"] <= one["microseconds"]["median"] <= one["microseconds"]["high"]
            assert one["steps_timed"] >= 10
            assert one["difference"] < 1e-3  # rounding of float32, after 50 steps
        for route in regime["ours"].values():
            assert route["difference"] == 0
        for peer in regime["peers"].values():
            assert 1 <= peer["networks_timed"] <= regime["networks"]
            assert set(peer["ratio"]) == set(regime["ours"])
            for ratio in peer["ratio"].values():
                assert 0 < ratio["low"] <= ratio["median"] <= ratio["high"]


def test_the_harness_runs(tmp_path, monkeypatch, unchanged):
    monkeypatch.setattr(networks, "SHARE", 0.01)
    networks.main(["--quick", "--silent", "--no-peers", "--repetitions", "2", "--output", str(tmp_path)])
    content = json.loads((tmp_path / "networks.json").read_text(encoding="utf-8"))
    check(content)
    assert [regime["name"] for regime in content["regimes"]] == [regime.name for regime in QUICK]
    text = (tmp_path / "networks.md").read_text(encoding="utf-8")
    assert text == networks_report.table(content)
    assert "| 10 of 64-32-32-10 |" in text
    with pytest.raises(ValueError, match="route must be one of"):
        load_network_performance(tmp_path / "networks.json", "gpu")


def test_everybody_sees_the_minibatches_of_train():
    problem = simulate(Regime(3, (5, 4, 3)), steps=60, seed=2)
    assert_array_equal(problem.batches, list(islice(minibatches(ROWS, BATCH, seeds=2), 60)))
    assert set(problem.y) == {0, 1, 2}
    some = problem.some(2, 7)
    assert len(some.batches) == 7
    assert_array_equal(some.params["layer1"]["weight"], problem.params["layer1"]["weight"][:2])


def test_our_losses_are_those_of_the_last_minibatch(unchanged):
    from regutils.networks import MLP, train
    from regutils.optimizers import adamw

    problem = simulate(Regime(3, (5, 4, 3)), steps=20, seed=2)
    network = MLP((5, 4, 3))
    before = train(network, problem.params, problem.X, problem.y, adamw(1e-3), steps=19, batch_size=BATCH, seeds=2)
    rows = problem.batches[-1]
    expected = network.mean_loss(before.params, problem.X[rows], problem.y[rows])
    for route in networks.ROUTES:
        _, losses = networks.ours(problem, route, lambda work: work() or 0.0)
        np.testing.assert_allclose(losses, expected, rtol=1e-5)


def recorded():
    return json.loads(RECORDED.read_text(encoding="utf-8"))


def test_what_is_recorded_is_whole():
    content = recorded()
    check(content)
    assert [regime["name"] for regime in content["regimes"]] == [regime.name for regime in REGIMES]
    assert all(set(regime["peers"]) == {"loop", "vmap", "bmm"} for regime in content["regimes"])
    assert (RECORDED.parent / "networks.md").read_text(encoding="utf-8") == networks_report.table(content)
    assert not re.search(r"/home|/work|/tmp|\.local\b", json.dumps(content))
    for route in content["regimes"][0]["ours"]:
        result = load_network_performance(RECORDED, route)
        alt = network_speed.alt(result)
        assert f"200 × 64-32-32-10: loop {result.regimes[2].ratios['loop'].median:.3g}" in alt
        for mode in ("light", "dark"):
            assert (RECORDED.parent / f"networks-{route}-{mode}.svg").read_text(encoding="utf-8").endswith("</svg>\n")
