"""The harness runs and measures everybody by the same measure; what is recorded is whole. No test looks at a clock."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

ROOT = Path(__file__).parents[2]
RECORDED = ROOT / "benchmarks" / "results" / "paths.json"
if not (ROOT / "benchmarks" / "paths.py").is_file():
    pytest.skip("benchmarks/ is part of the repository, not of the package", allow_module_level=True)

from benchmarks import measure, ours, peers, report  # noqa: E402
from benchmarks.paths import main  # noqa: E402
from benchmarks.problems import QUICK, REGIMES, Regime, simulate, violation  # noqa: E402
from regutils.experiments.performance import load_performance  # noqa: E402
from regutils.figures.performance import speed  # noqa: E402

TINY = [Regime(3, 20, 5), Regime(2, 12, 30), Regime(3, 20, 5, "elastic net"), Regime(2, 20, 5, "ridge")]
TINY += [Regime(3, 20, 5, shared=True)]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    arguments = ["--quick", "--silent", "--repetitions", "2", "--regimes", "lasso: 1 of"]
    main([*arguments, "--peers", "scikit-learn", "--output", str(folder)])
    return folder


def check(content):
    assert set(content) == {"machine", "versions", "settings", "regimes"}
    assert content["regimes"]
    for regime in content["regimes"]:
        assert regime["gram_limit_microseconds"] > 0
        for mine in regime["ours"].values():
            assert mine["violation"] <= 1e-9
            assert 0 < mine["microseconds"]["low"] <= mine["microseconds"]["median"] <= mine["microseconds"]["high"]
        for peer in regime["peers"].values():
            assert peer["equal_accuracy"] == (peer["violation"] <= content["settings"]["level"])
            assert 1 <= peer["problems_timed"] <= regime["replicates"]
            assert set(peer["ratio"]) == set(regime["ours"])
            for ratio in peer["ratio"].values():
                assert 0 < ratio["low"] <= ratio["median"] <= ratio["high"]


def test_the_harness_runs(results):
    content = json.loads((results / "paths.json").read_text(encoding="utf-8"))
    check(content)
    assert [regime["name"] for regime in content["regimes"]] == ["lasso: 1 of 50 x 20"]
    assert content["regimes"][0]["peers"]["scikit-learn"]["equal_accuracy"]


def test_table_and_plots_come_from_the_results(results):
    text = (results / "paths.md").read_text(encoding="utf-8")
    content = json.loads((results / "paths.json").read_text(encoding="utf-8"))
    assert text == report.table(content)
    assert "| lasso: 1 of 50 x 20 |" in text
    for route in content["regimes"][0]["ours"]:
        for mode in ("light", "dark"):
            assert (results / f"paths-{route}-{mode}.svg").read_text(encoding="utf-8").endswith("</svg>\n")
        result = load_performance(results / "paths.json", route)
        assert "scikit-learn" in speed.alt(result)
    with pytest.raises(ValueError, match="route must be one of"):
        load_performance(results / "paths.json", "gpu")


@pytest.mark.parametrize("regime", TINY, ids=lambda regime: regime.name)
def test_scikit_learn_solves_the_same_problems(regime):
    batch = simulate(regime, seed=0)
    for r in range(regime.replicates):
        problem = batch.problem(r)
        mine = ours.solve(batch, "numpy").coef[r]
        assert violation(problem, mine) < 1e-9
        for name, route in peers.routes("scikit-learn", regime.penalty).items():
            if name.startswith("lars") and regime.p > regime.n:
                continue  # may lose its way once as many columns are in as there are rows
            theirs = route(problem, 1e-12)
            assert_allclose(theirs, mine, atol=1e-4, err_msg=name)
            assert violation(problem, theirs) < 1e-5, name


def test_violation_sees_what_is_wrong():
    problem = simulate(Regime(1, 20, 5), seed=0).problem(0)
    coef = ours.solve(simulate(Regime(1, 20, 5), seed=0), "numpy").coef[0]
    assert violation(problem, 1.01 * coef) > 1e-3
    assert violation(problem, np.zeros_like(coef)) > 0.5


def test_the_loosest_tolerance_that_is_good_enough_is_taken():
    problems = [simulate(Regime(1, 20, 5), seed=0).problem(0)]
    exact = ours.solve(simulate(Regime(1, 20, 5), seed=0), "numpy").coef[0]
    tried = []

    def route(problem, tolerance):
        tried.append(tolerance)
        return exact * (1 + 1e-3 * tolerance)

    setting = measure.settle({"scaled": route}, problems)
    assert setting.violation <= measure.LEVEL
    looser = [tolerance for tolerance in tried if tolerance > setting.tolerance]
    assert all(violation(problems[0], exact * (1 + 1e-3 * tolerance)) > measure.LEVEL for tolerance in looser)
    assert measure.settle({"never": lambda *_: 2 * exact}, problems).violation > measure.LEVEL


def test_regimes_have_names_of_their_own():
    names = [regime.name for regime in REGIMES]
    assert len(set(names)) == len(names)
    assert {regime.penalty for regime in QUICK} == {regime.penalty for regime in REGIMES}


@pytest.mark.skipif(not RECORDED.is_file(), reason="nothing recorded")
def test_what_is_recorded_is_whole():
    content = json.loads(RECORDED.read_text(encoding="utf-8"))
    check(content)
    assert [regime["name"] for regime in content["regimes"]] == [regime.name for regime in REGIMES]
    assert (RECORDED.parent / "paths.md").read_text(encoding="utf-8") == report.table(content)
    assert not re.search(r"/home|/work|/tmp|\.local\b", json.dumps(content))


@pytest.mark.skipif(not RECORDED.is_file(), reason="nothing recorded")
def test_the_readme_says_what_was_measured():
    """A sentence with a number and "times as fast as" names a library, and a number that its ratios reach."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    result = load_performance(RECORDED, "compiled")
    for low, high, library in re.findall(r"(\d+) to (\d+) times as fast as ([\w-]+)", text):
        medians = [regime.ratios[library].median for regime in result.regimes if library in regime.ratios]
        assert int(low) <= min(medians)
        assert max(medians) >= int(high)
