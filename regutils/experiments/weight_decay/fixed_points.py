"""Where the optimizers come to rest on a quadratic: the ridge solution, a cube, and something between the two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.claims import Finding, evidence
from regutils.datasets import load_diabetes, load_hitters, standardize
from regutils.experiments.caching import once
from regutils.experiments.weight_decay.effective import effective
from regutils.optimizers import adam, adamw

# The picture's quadratic: a correlated pair, and a minimum outside of the square |w| <= 1.
HESSIAN = np.array([[1.0, 0.4], [0.4, 0.5]])
TARGET = np.array([1.7, 0.2])
DECAYS = (0.1, 1.0, 3.0, 5.0, 10.0)
B2 = 0.9  # a shorter memory than the usual 0.999, so that full gradients come to rest in thousands of steps


def descend(
    hessian: Array, target: Array, decay: Array, *, decoupled: bool, rate: float, steps: int, start: float = 0.0,
    every: int = 0,
) -> tuple[Array, Array]:  # fmt: skip
    """Adam on (w - target)' hessian (w - target) / 2 with full gradients and a rate falling to zero.

    decay (m,): numbers as typed into PyTorch's weight_decay, all at once; twice our lambda. decoupled: AdamW, or Adam
    with L2. Returns the last weights (m, p), and every `every`-th (0: none).
    """

    def falling(step: int) -> float:
        return rate * (1.0 - step / steps) ** 2

    optimizer = adamw(falling, weight_decay=decay, b2=B2) if decoupled else adam(falling, l2=decay / 2.0, b2=B2)
    w = np.full((decay.shape[0], target.size), start)
    state = optimizer.init(w)
    path = [w]
    for step in range(steps):
        w, state = optimizer.update((w - target) @ hessian, state, w)
        if every and (step + 1) % every == 0:
            path.append(w)
    return w, np.array(path)


@dataclass(frozen=True, eq=False)
class Destinations:
    """Two weights: where everybody comes to rest, and on which way."""

    hessian: Array  # (2, 2)
    target: Array  # (2,) least squares
    decay: float
    ridge: Array  # (2,) at lambda = decay / 2
    boxed: Array  # (2,) the loss's minimum within |w| <= 1/decay
    coupled: Array  # (k, 2) path of Adam with L2
    decoupled: Array  # (k, 2) path of AdamW


@once
def destinations(*, decay: float = 1.0, rate: float = 0.02, steps: int = 1200) -> Destinations:
    """The chapter's picture."""
    paths = [
        descend(HESSIAN, TARGET, np.array([decay]), decoupled=kind, rate=rate, steps=steps, every=10)[1][:, 0]
        for kind in (False, True)
    ]
    return Destinations(
        HESSIAN, TARGET, decay, ridge(HESSIAN, TARGET, decay), boxed(HESSIAN, TARGET, 1.0 / decay), *paths
    )


def ridge(hessian: Array, target: Array, decay: float | Array) -> Array:
    """The minimum of the quadratic plus sum_j decay_j w_j^2 / 2."""
    strength = np.broadcast_to(np.asarray(decay, dtype=np.float64), target.shape)
    return np.asarray(np.linalg.solve(hessian + np.diag(strength), hessian @ target), dtype=np.float64)


def boxed(hessian: Array, target: Array, radius: float) -> Array:
    """The minimum of the quadratic in the cube max |w| <= radius, by bounded least squares."""
    from scipy.optimize import lsq_linear

    root = np.linalg.cholesky(hessian).T
    return np.asarray(lsq_linear(root, root @ target, bounds=(-radius, radius), tol=1e-14, method="bvls").x)


def quadratic(name: str) -> tuple[Array, Array, Array, Array, tuple[str, ...]]:
    """Standardized data with the target in standard deviations: X, y, X'X/n, least squares, names of the features.

    Raises ValueError for a name other than "diabetes" and "Hitters".
    """
    if name not in ("diabetes", "Hitters"):
        raise ValueError(f"name must be one of diabetes, Hitters; got {name!r}")
    bunch = load_diabetes() if name == "diabetes" else load_hitters()
    X, y = standardize(bunch.data), standardize(np.asarray(bunch.target, dtype=np.float64)[:, None])[:, 0]
    hessian = X.T @ X / y.size
    target = np.asarray(np.linalg.solve(hessian, X.T @ y / y.size), dtype=np.float64)
    return X, y, hessian, target, tuple(bunch.feature_names)


@dataclass(frozen=True, eq=False)
class Rests:
    """Full gradients on real data: the point of rest at each number typed in as weight_decay."""

    features: tuple[str, ...]
    decays: Array  # (m,)
    least_squares: Array  # (p,)
    ridge: Array  # (m, p)
    boxed: Array  # (m, p)
    coupled: Array  # (m, p) Adam with L2
    decoupled: Array  # (m, p) AdamW

    def at(self, decay: float) -> int:
        """Index of a number of the grid."""
        return int(np.argmin(np.abs(self.decays - decay)))


@once
def at_rest(name: str, decays: tuple[float, ...], *, decoupled: bool, rate: float = 0.003, steps: int = 3000) -> Array:
    """Weights (m, p) where AdamW, or Adam with L2, comes to rest on real data with full gradients."""
    _, _, hessian, target, _ = quadratic(name)
    return descend(hessian, target, np.array(decays), decoupled=decoupled, rate=rate, steps=steps)[0]


@once
def rests(name: str = "diabetes", *, decays: tuple[float, ...] = DECAYS) -> Rests:
    """Everybody's point of rest, beside ridge and beside the minimum in the cube."""
    _, _, hessian, target, features = quadratic(name)
    return Rests(
        features, np.array(decays), target,
        np.array([ridge(hessian, target, decay) for decay in decays]),
        np.array([boxed(hessian, target, 1.0 / decay) for decay in decays]),
        at_rest(name, decays, decoupled=False), at_rest(name, decays, decoupled=True),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Noisy:
    """Minibatch gradients on diabetes: mean weights over the second half of the run, and what they should be."""

    decay: float
    batch: int
    ridge: Array  # (p,) at lambda = decay / 2
    coupled: Array  # (p,) Adam with L2, mean over chains and steps
    decoupled: Array  # (p,) AdamW
    error: Array  # (2, p) standard errors of the two, over chains
    scale: Array  # (p,) root mean square of a coordinate's gradient along AdamW's second half
    predicted: Array  # (p,) ridge with the strength decay * scale_j / 2 for each coordinate


@once
def noisy(
    *, decay: float = 1.0, batch: int = 8, rate: float = 0.002, steps: int = 2000, chains: int = 64, seed: int = 0
) -> Noisy:
    """All chains at once, each with its own minibatches (drawn with replacement), the same ones for both optimizers."""
    X, y, hessian, target, _ = quadratic("diabetes")
    rng = np.random.default_rng(seed)
    pair = adam(rate, l2=decay / 2.0), adamw(rate, weight_decay=decay)
    w = np.zeros((2, chains, target.size))
    states = [optimizer.init(w[k]) for k, optimizer in enumerate(pair)]
    total, square = np.zeros_like(w), np.zeros(target.size)
    for step in range(steps):
        rows = rng.integers(y.size, size=(chains, batch))
        drawn, wanted = X[rows], y[rows]
        for k, optimizer in enumerate(pair):
            residual = np.einsum("cbp,cp->cb", drawn, w[k]) - wanted
            gradient = np.einsum("cbp,cb->cp", drawn, residual) / batch
            if k == 1 and 2 * step >= steps:
                square += np.mean(gradient**2, axis=0)
            w[k], states[k] = optimizer.update(gradient, states[k], w[k])
        if 2 * step >= steps:
            total += w
    half = steps - (steps + 1) // 2
    mean = total / half
    scale = np.sqrt(square / half)
    return Noisy(
        decay, batch, ridge(hessian, target, decay), mean[0].mean(axis=0), mean[1].mean(axis=0),
        mean.std(axis=1, ddof=1) / np.sqrt(chains), scale, ridge(hessian, target, decay * scale),
    )  # fmt: skip


def distance(found: Array, wanted: Array) -> float:
    """Largest difference of a weight, over the largest weight."""
    return float(np.max(np.abs(found - wanted)) / np.max(np.abs(wanted)))


@evidence("A-wd-3", sabotage={"decoupled": False}, misleading=True)
def adamw_restores_uniform_decay_and_not_ridge(*, decoupled: bool = True) -> list[Finding]:
    """How fast weights with small and with large gradients decay under AdamW; and where AdamW and Adam with L2 come to
    rest on the diabetes data with full gradients, beside ridge and beside the loss's minimum in the cube
    max |w| <= 1 / decay.
    """
    uniform = effective().rate["AdamW" if decoupled else "Adam with L2"]
    found = at_rest("diabetes", DECAYS, decoupled=decoupled)
    _, _, hessian, target, _ = quadratic("diabetes")
    weak, strong = found[DECAYS.index(0.1)], found[DECAYS.index(5.0)]
    return [
        Finding("for", "decay of the weight with the smallest gradients over that with the largest",
                float(uniform[0] / uniform[-1]), "==", 1.0, 0.05),
        Finding("against", "distance from ridge at weight decay 0.1, relative",
                distance(weak, ridge(hessian, target, 0.1)), ">=", 0.2),
        Finding("against", "there, distance from least squares without any penalty", distance(weak, target),
                "<=", 0.0, 1e-3),
        Finding("against", "largest weight at weight decay 5, over 1/5", float(np.max(np.abs(strong)) * 5.0),
                "==", 1.0, 1e-3),
        Finding("against", "there, distance from the minimum in the cube",
                distance(strong, boxed(hessian, target, 0.2)), "<=", 0.0, 5e-3),
    ]  # fmt: skip
