"""How different the gradients' scales are in a network, and so how unevenly Adam with L2 decays its weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.datasets import load_digits
from regutils.experiments.caching import once
from regutils.networks import MLP, train
from regutils.optimizers import adam


@dataclass(frozen=True, eq=False)
class Moments:
    """Roots of Adam's second moments at the end of a training, by layer."""

    scale: dict[str, Array]  # sorted
    silent: int  # weights of pixels that are the same in all images: their gradient is zero
    rare: float  # median in the first layer, pixels that are inked in less than 5 percent of the images
    common: float  # the same for pixels inked in more than half of them

    @property
    def spread(self) -> float:
        """The 95th over the 5th percentile, all weights together: by how much the decay of single weights differs."""
        low, high = np.quantile(np.concatenate(list(self.scale.values())), [0.05, 0.95])
        return float(high / low)


@once
def moments(*, rate: float = 1e-3, steps: int = 400, seed: int = 0) -> Moments:
    """64-32-10 units on 1,000 digits, minibatches of 50."""
    bunch = load_digits()
    chosen = np.random.default_rng(seed).permutation(bunch.target.size)[:1000]
    X, y = (bunch.data[chosen] / 16.0).astype(np.float32), bunch.target[chosen]
    network = MLP((64, 32, 10))
    result = train(network, network.init([seed]), X, y, adam(rate), steps=steps, batch_size=50, seeds=seed,
                   record_every=steps, progress=False)  # fmt: skip
    second = result.state.second
    assert second is not None
    found, silent = {}, 0
    for layer in ("layer1", "layer2"):
        root = np.sqrt(np.asarray(second[layer]["weight"], dtype=np.float64).ravel() / (1.0 - 0.999**steps))
        silent += int(np.sum(root < 1e-7))
        found[layer] = np.sort(root[root >= 1e-7])
    inked = np.mean(X > 0, axis=0)
    first = np.sqrt(np.asarray(second["layer1"]["weight"][0], dtype=np.float64) / (1.0 - 0.999**steps))
    rare, common = (float(np.median(first[some])) for some in ((inked > 0) & (inked < 0.05), inked > 0.5))
    return Moments(found, silent, rare, common)
