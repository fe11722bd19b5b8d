"""Replicates do not depend on how they are cut, and who computes them; their errors are the textbook's."""

import numpy as np
import pytest

from regutils.montecarlo import monte_carlo


def draw(seed, scale=1.0):
    rng = np.random.default_rng(seed)
    return {"one": rng.normal(), "many": scale * rng.normal(size=(2, 3))}


def draw_batch(seeds, scale=1.0):
    each = [draw(seed, scale) for seed in seeds]
    return {name: np.array([values[name] for values in each]) for name in each[0]}


def equal(a, b):
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize("how", [{"chunk_size": 1}, {"chunk_size": 7}, {"chunk_size": 500}, {"n_jobs": 2}])
@pytest.mark.parametrize("batched", [False, True])
def test_the_same_numbers_however_they_are_computed(how, batched):
    expected = monte_carlo(draw, 23, seed=5, scale=2.0, n_jobs=1)
    assert expected["one"].shape == (23,)
    assert expected["many"].shape == (23, 2, 3)
    assert equal(expected, monte_carlo(draw_batch if batched else draw, 23, seed=5, batched=batched, scale=2.0, **how))
