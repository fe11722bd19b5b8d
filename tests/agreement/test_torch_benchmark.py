"""What benchmarks/networks.py times of PyTorch is the training that ours is."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

pytestmark = pytest.mark.torch


@pytest.mark.parametrize("form", ["loop", "vmap", "bmm"])
@pytest.mark.parametrize("sizes", [(8, 6, 5, 3), (8, 3)])
def test_the_same_losses_after_the_same_steps(torch, form, sizes):
    from benchmarks.network_problems import BATCH, RATE, Regime, simulate
    from benchmarks.torch_peers import PEERS
    from regutils.networks import MLP, train
    from regutils.optimizers import adamw

    problem = simulate(Regime(4, sizes), steps=50, seed=1)
    result = train(
        MLP(sizes),
        problem.params,
        problem.X,
        problem.y,
        adamw(RATE),
        steps=50,
        batch_size=BATCH,
        seeds=1,
        record_every=1,
    )
    seconds, losses = PEERS[form](problem, lambda work: work() or 1.0)
    assert seconds == 1.0
    assert_allclose(losses, result.loss[-1], rtol=1e-4)
    assert np.all(result.loss[-1] != result.loss[1])
