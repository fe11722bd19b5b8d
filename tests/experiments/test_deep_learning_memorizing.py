"""Addition modulo a prime: the record, a part of it run again, and what the prose says."""

import numpy as np
import pytest

from regutils.experiments.deep_learning.memorizing import (
    MODULUS,
    RECORD,
    RUNS,
    SOLVED,
    memorize,
    record,
    recorded,
    table,
)


def test_the_table_adds():
    X, sums = table(5)
    assert X.shape == (25, 10)
    assert np.all(X.sum(axis=1) == 2)
    assert np.array_equal((X[:, :5].argmax(axis=1) + X[:, 5:].argmax(axis=1)) % 5, sums)
    for modulus in (5, MODULUS):  # each sum once in every row and every column of the table
        sums = table(modulus)[1].reshape(modulus, modulus)
        assert np.array_equal(np.sort(sums, axis=0)[:, 0], np.arange(modulus))
        assert np.array_equal(np.sort(sums, axis=1)[0], np.arange(modulus))


def test_a_short_part_of_the_record_run_again():
    """The first 100 steps of two networks of two strengths; later on rounding may part them."""
    again, kept = memorize((0.0, 1.0), seeds=2, steps=100), recorded()
    assert np.array_equal(again.steps, kept.steps[:3])
    for k, decay in enumerate((0.0, 1.0)):
        old = kept.at(decay)
        for part in ("train", "test"):
            difference = getattr(again, part)[k] - getattr(kept, part)[old, :2, :3]
            assert np.abs(difference).max() <= 0.02
        assert again.norm[k] == pytest.approx(kept.norm[old, :2, :3], rel=1e-2)


def test_what_is_recorded_happens_again():
    """A whole run, shortened: with decay the networks are on their way to adding, without they are not."""
    again, kept = memorize((0.0, 1.0), seeds=2, steps=800, record_every=100), recorded()
    assert np.all(again.train[..., -1] == 1)
    assert np.all(again.test[0, :, -1] < 0.1)
    assert np.all(again.test[1, :, -1] > 0.6)
    at = int(np.flatnonzero(kept.steps == 800)[0])
    assert again.test[1, :, -1] == pytest.approx(kept.test[kept.at(1.0), :2, at], abs=0.1)


def test_a_record_is_read_as_it_was_written(tmp_path, monkeypatch):
    few = {"sweep": {"decays": (0.0, 1.0), "seeds": 2, "steps": 4, "record_every": 3, "modulus": 5}}
    monkeypatch.setattr("regutils.experiments.deep_learning.memorizing.RUNS", few)
    path = record(tmp_path)
    assert path.name == RECORD
    run = memorize(**few["sweep"])
    with np.load(path) as stored:
        assert set(stored) == {"sweep_train", "sweep_test", "sweep_norm"}
        assert stored["sweep_train"] / 12 == pytest.approx(run.train)  # 12 pairs of 25 to train on
        assert stored["sweep_test"] / 13 == pytest.approx(run.test)


def test_the_record_has_the_runs():
    for name, settings in RUNS.items():
        run = recorded(name)
        assert run.test.shape == run.train.shape == run.norm.shape
        assert run.test.shape == (len(settings["decays"]), settings["seeds"], run.steps.size)
        assert run.steps[-1] == settings["steps"]
        assert 0 <= run.test.min() <= run.test.max() <= 1
        pairs = run.modulus**2 - round(run.modulus**2 / 2)
        assert run.test * pairs == pytest.approx(np.rint(run.test * pairs))
    with pytest.raises(ValueError, match="name must be one of .*, got 'short'"):
        recorded("short")
    with pytest.raises(ValueError, match="decay must be one of .* got 0.7"):
        recorded().at(0.7)


def test_decay_decides_as_told():
    run = recorded()
    none, one = run.at(0.0), run.at(1.0)
    assert np.all(run.memorized[: run.at(3.0) + 1] == run.seeds)
    assert run.solved.share[none] == 0
    assert run.solved.share[one] == 1
    assert run.solved.high[none] < 0.2 < 0.8 < run.solved.low[one]
    assert run.test[none].max() < 2 * run.chance
    assert np.all(run.train[[none, one]][..., run.steps >= 100] == 1)
    assert run.first_step(1.0, "train") <= 100 < 500 < run.first_step(1.0) < 1500
    assert run.first_step(0.0) == np.inf
    medians = np.median(run.test[..., -1], axis=1)
    top = int(medians.argmax())
    assert run.decays[top] == 1
    assert np.all(np.diff(medians[: top + 1]) > 0)
    assert np.all(np.diff(medians[top:]) < 0)
    assert np.array_equal(run.decays[run.solved.share == 1], [1, 2])
    assert np.all(run.norm[one, :, -1] < run.norm[none, :, -1])
    early = run.test[none, :, 1]  # after 50 steps: worse than guessing
    assert early.mean() + 3 * early.std(ddof=1) / np.sqrt(run.seeds) < run.chance


def test_ten_times_as_long_without_decay_is_no_help():
    run = recorded("long")
    assert np.all(run.train[0, :, -1] == 1)
    assert run.solved.share[0] == 0
    assert run.test.max() < 0.1 < SOLVED


def test_decay_is_not_the_only_way():
    """Modulo 31 the squared loss generalizes without any, and cross-entropy does not."""
    larger, squared = recorded("larger"), recorded("squared")
    assert larger.solved.share == pytest.approx([0, 1])
    assert squared.solved.share == pytest.approx([1])
    assert squared.norm[0, :, -1].mean() < 0.5 * larger.norm[0, :, -1].mean()
    assert squared.first_step(0.0) > squared.first_step(0.0, "train")
