"""How fast each weight decays, against the scale of its gradients: the penalty inside Adam, beside it, and in SGD."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.claims import Finding, evidence
from regutils.experiments.caching import once
from regutils.optimizers import adam, adamw, sgd

METHODS = ("SGD with L2", "Adam with L2", "AdamW")


@dataclass(frozen=True, eq=False)
class Effective:
    """Share of a weight that the decay takes a step, in units of learning rate times 2 lambda."""

    lam: float
    scale: Array  # (m,) standard deviation of each coordinate's gradient noise
    rate: dict[str, Array]  # by method, (m,) mean over the chains
    error: dict[str, Array]  # by method, (m,) its standard error
    theory: Array  # (m,) for Adam with L2: 1 over the root of the second moment of gradient plus penalty

    def slope(self, method: str, *, above: float = 3.0) -> float:
        """Of the logarithm of the rate against that of the scale, where the noise outweighs the penalty's gradient."""
        far = self.scale >= above
        return float(np.polyfit(np.log(self.scale[far]), np.log(self.rate[method][far]), 1)[0])


@once
def effective(
    *, lam: float = 0.5, learning_rate: float = 1e-4, steps: int = 200, chains: int = 256, decoupled: bool = False,
    seed: int = 0,
) -> Effective:  # fmt: skip
    """All weights start at 1, all gradients are noise: what is lost is decay.

    A run with the penalty and one without see the same noise, so that their difference is free of its random walk.
    decoupled=True puts AdamW in the place of Adam with L2.
    """
    scale = np.geomspace(0.1, 100.0, 13)
    coupled = adamw(learning_rate, weight_decay=2.0 * lam) if decoupled else adam(learning_rate, l2=lam)
    pairs = {
        "SGD with L2": (sgd(learning_rate, l2=lam), sgd(learning_rate)),
        "Adam with L2": (coupled, adam(learning_rate)),
        "AdamW": (adamw(learning_rate, weight_decay=2.0 * lam), adam(learning_rate)),
    }
    start = np.ones((chains, scale.size))
    states = {name: [(start, optimizer.init(start)) for optimizer in pair] for name, pair in pairs.items()}
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        noise = scale * rng.standard_normal(start.shape)
        for name, pair in pairs.items():
            states[name] = [o.update(noise, s, w) for o, (w, s) in zip(pair, states[name], strict=True)]
    rate, error = {}, {}
    for name, ((with_decay, _), (without, _)) in states.items():
        lost = (without - with_decay) / (steps * learning_rate * 2.0 * lam)
        rate[name] = lost.mean(axis=0)
        error[name] = lost.std(axis=0, ddof=1) / np.sqrt(chains)
    return Effective(lam, scale, rate, error, 1.0 / np.hypot(scale, 2.0 * lam))


@evidence("A-wd-2", sabotage={"decoupled": True})
def adam_decays_least_where_gradients_are_large(*, decoupled: bool = False) -> list[Finding]:
    """256 chains of 13 weights that see nothing but gradient noise, of standard deviations from 0.1 to 100: the share
    of each weight that Adam with L2 takes a step, against 1/sqrt(v), and the same for SGD with L2 and for AdamW.
    """
    found = effective(decoupled=decoupled)
    inside = found.rate["Adam with L2"]
    return [
        Finding("for", "slope of log decay against log gradient scale, Adam with L2", found.slope("Adam with L2"),
                "==", -1.0, 0.05),
        Finding("for", "distance from the penalty's gradient over the root of the second moment, relative, largest",
                float(np.max(np.abs(inside / found.theory - 1.0))), "<=", 0.0, 0.1),
        Finding("for", "decay of the weight with the smallest gradients over that with the largest, Adam with L2",
                float(inside[0] / inside[-1]), ">=", 50.0),
        Finding("for", "the same for SGD with L2", float(found.rate["SGD with L2"][0] / found.rate["SGD with L2"][-1]),
                "==", 1.0, 0.1),
    ]  # fmt: skip
