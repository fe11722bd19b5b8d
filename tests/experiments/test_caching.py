"""Figures and evidence share their computations, however each writes its call."""

from pathlib import Path

import pytest

from regutils import experiments
from regutils.experiments.caching import once


@pytest.fixture
def counted():
    calls = []

    @once
    def experiment(kind="l1", *, lam=0.5, seed=0):
        """Says what it is."""
        calls.append((kind, lam, seed))
        return calls[-1]

    return experiment, calls


def test_defaults_written_out_or_not_are_the_same_call(counted):
    experiment, calls = counted
    results = [experiment(), experiment("l1"), experiment(kind="l1"), experiment(seed=0, lam=0.5)]
    assert all(result is results[0] for result in results)
    assert calls == [("l1", 0.5, 0)]


def test_other_values_are_other_calls(counted):
    experiment, calls = counted
    assert experiment("l2") != experiment("l1", seed=1) != experiment()
    assert calls == [("l2", 0.5, 0), ("l1", 0.5, 1), ("l1", 0.5, 0)]


def test_looks_like_the_experiment_and_refuses_what_it_refuses(counted):
    experiment, calls = counted
    assert experiment.__name__ == "experiment"
    assert experiment.__doc__ == "Says what it is."
    assert experiment.__wrapped__(seed=3) == ("l1", 0.5, 3)
    with pytest.raises(TypeError, match="lambd"):
        experiment(lambd=1.0)
    assert len(calls) == 1


def test_experiments_have_one_way_to_remember():
    """functools.cache would compute f() and f(default) separately."""
    (folder,) = experiments.__path__
    modules = {path.name: path.read_text(encoding="utf-8") for path in Path(folder).rglob("*.py")}
    assert [name for name, text in modules.items() if "functools" in text and "cache" in text] == ["caching.py"]
