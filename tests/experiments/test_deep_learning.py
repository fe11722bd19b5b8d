"""The experiments of the chapter deep_learning: exact statements, and what the prose says in words."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from regutils.experiments import deep_learning as experiments
from regutils.experiments.deep_learning.digits import split
from regutils.experiments.deep_learning.dropout import expected_minimizer
from regutils.experiments.deep_learning.few_rows import DECAYS, published_networks_decay_their_weights
from regutils.experiments.deep_learning.settings import SETTINGS, without_decay
from regutils.experiments.deep_learning.zeros import RATES
from regutils.figures import deep_learning as figures

BIBLIOGRAPHY = (Path(__file__).parents[2] / "book" / "references.bib").read_text(encoding="utf-8")


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.model)
def test_a_published_setting_can_be_looked_up(setting):
    assert re.search(rf"^@\w+\{{{setting.citation},$", BIBLIOGRAPHY, flags=re.M)
    assert setting.documented
    assert setting.decay is None or isinstance(setting.decay, str) or 0 < setting.decay <= 0.1


def test_the_table_shows_every_setting_with_its_source():
    lines = figures.settings(SETTINGS).markdown.splitlines()[2:]
    assert len(lines) == len(SETTINGS) == len({setting.model for setting in SETTINGS})
    for line, setting in zip(lines, SETTINGS, strict=True):
        assert f"{setting.model} {{cite:p}}`{setting.citation}`" in line
        assert setting.place in line
        assert ("as others report it" in line) == (setting.source == "secondary")
        if isinstance(setting.decay, float):
            assert f"| {setting.decay:g} |" in line


def test_a_setting_without_a_place_counts_against_the_claim():
    homeless = (replace(SETTINGS[0], place=""), *SETTINGS[1:])
    failing = [finding for finding in published_networks_decay_their_weights(settings=homeless) if not finding.passes]
    assert [finding.measured for finding in failing] == [1.0]
    assert not any(setting.decayed for setting in without_decay())
    assert sum(setting.decayed for setting in SETTINGS) == len(SETTINGS) - 1  # as told: all but the first transformer


def test_a_split_depends_on_its_seed_alone():
    together, alone = split((3, 5), train=50, validation=20, wrong=0.2), split((5,), train=50, validation=20, wrong=0.2)
    for part, single in zip(vars(together).values(), vars(alone).values(), strict=True):
        assert np.array_equal(part[1:], single)
    assert together.repeated(3).X.shape == (6, 50, 64)
    assert np.array_equal(together.repeated(2).y[2:], together.y)


def test_labels_are_wrong_as_often_as_asked_and_in_the_test_rows_never():
    right, wrong = split(range(20), train=400, validation=200), split(range(20), train=400, validation=200, wrong=0.2)
    assert np.array_equal(right.X, wrong.X)
    assert np.array_equal(right.y_test, wrong.y_test)
    for part in ("y", "y_validation"):
        assert np.mean(getattr(right, part) != getattr(wrong, part)) == pytest.approx(0.2, abs=0.02)
    assert right.X.mean(axis=1) == pytest.approx(0, abs=1e-5)


def test_the_chatter_is_as_wide_as_derived_and_the_proximal_step_stays():
    found = experiments.chatter()
    assert found.visits("SGD, subgradient") == found.visits("Adam, subgradient") == 0
    assert found.width("SGD, subgradient") <= found.rate * (found.lam + found.pull)
    assert found.width("Adam, subgradient") <= found.rate
    proximal = found.traces["SGD, proximal"]
    assert not np.any(proximal[np.flatnonzero(proximal == 0)[0] :])
    narrow = experiments.chatter(rate=0.00125, steps=2000)  # the exercise
    assert narrow.width("SGD, subgradient") < 0.001
    reached = np.flatnonzero(narrow.traces["SGD, subgradient"] < 0.001)[0]
    assert reached == pytest.approx(np.log(3) / 0.00125, rel=0.02)


def test_the_chatter_stays_between_the_bounds_of_the_exercise():
    found = experiments.chatter(steps=400)
    late = found.traces["SGD, subgradient"][200:]
    assert late.min() > -0.2 * found.rate * 1.1
    assert late.max() < 0.8 * found.rate * 1.1


def test_zeros_as_told():
    found = experiments.zeros()
    for optimizer in RATES:
        for kind in ("none", "L2", "L1, subgradient"):
            assert not found.zeros[optimizer, kind].any()
        shares = [found.found(optimizer, "L1, proximal", k).mean for k in range(3)]
        assert shares == sorted(shares)
        for k in range(3):
            two = (found.accuracy[optimizer, kind][k] for kind in ("L1, subgradient", "L1, proximal"))
            assert abs(np.subtract(*two).mean()) < 0.005  # the same accuracy
            values = [found.objective[optimizer, kind][k].mean() for kind in ("L1, subgradient", "L1, proximal")]
            assert values[0] == pytest.approx(values[1], rel=0.03)  # and the same value
    tie, loss = found.change("Adam", "L1, proximal", 1), found.change("Adam", "L1, proximal", 2)
    assert tie.low < 0 < tie.high
    assert loss.high < 0
    assert found.found("SGD", "L1, proximal", 1).mean < 0.25 < found.found("Adam", "L1, proximal", 1).mean
    size = found.sizes["Adam", "L1, subgradient"]
    assert np.mean(size < 0.01) > 2 * np.mean(size < 0.001)


def test_the_smallest_weights_under_l2_are_those_of_dark_pixels():
    found, problem = experiments.zeros(), split(range(5), train=600)
    dark = np.ptp(problem.X, axis=1) == 0  # (seeds, pixels)
    first = found.sizes["Adam", "L2"].reshape(5, -1)[:, : 64 * 24].reshape(5, 64, 24)
    assert np.mean(first[dark] < 1e-6) > 0.95
    assert np.mean(first[~dark] < 1e-6) < 0.01


def test_the_proximal_step_is_what_makes_the_zeros():
    sabotaged = experiments.zeros(last_step="subgradient", seeds=2, steps=100)
    assert not any(share.any() for share in sabotaged.zeros.values())
    with pytest.raises(ValueError, match="last_step must be one of .* got 'none'"):
        experiments.zeros(last_step="none")


def test_few_rows_as_told():
    found = experiments.few_rows()
    right, wrong = found.labels[0.0], found.labels[0.2]
    assert right.fitted == 1.0
    assert wrong.fitted > 0.98
    assert all(abs(right.chosen_gain(name).mean) < 0.01 for name in right.chosen)
    assert all(wrong.chosen_gain(name).low > 0 for name in wrong.chosen)
    assert wrong.difference("weight decay", "early stopping").low > 0
    close = wrong.difference("early stopping", "dropout")
    assert close.low < 0 < close.high
    tie = right.gain(DECAYS.index(1.0))
    assert tie.low < 0 < tie.high
    assert wrong.gain(DECAYS.index(1.0)).low > 0
    assert right.gain(len(DECAYS) - 1).high < 0
    assert wrong.trace.max() > wrong.trace[-1] + 0.02
    assert right.trace.max() < right.trace[-1] + 0.005


def test_dropout_is_ridge_in_expectation():
    found = experiments.dropout()
    assert found.exact == pytest.approx(found.ridge, abs=1e-12)
    at = [int(np.argmin(np.abs(found.rates - rate))) for rate in found.trained_rates]
    assert found.rates[at] == pytest.approx(found.trained_rates)
    assert np.all(np.abs(found.trained - found.ridge[at]) < 4 * found.errors)
    assert np.ptp(found.dropout_effect) < 1e-12
    assert np.all(np.diff(found.ridge_effect) > 0)
    assert experiments.strength(0.5) == 0.5
    assert 2 * 442 * experiments.strength(0.9) == pytest.approx(3978)


def test_the_penalty_of_dropout_holds_the_mean_square_of_each_column():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((30, 5)) * [1, 2, 3, 0.5, 10]
    X, y = X - X.mean(axis=0), rng.standard_normal(30)
    penalty = 0.3 / 0.7 * np.diag(np.mean(X**2, axis=0))
    expected = np.linalg.solve(X.T @ X / 30 + penalty, X.T @ y / 30)
    assert expected_minimizer(X, y, 0.3) == pytest.approx(expected, abs=1e-12)
