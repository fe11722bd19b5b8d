"""A linear model with a normalized weight, theta = gain * w / ||w||: decay on w, and decay on the gain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.experiments.caching import once
from regutils.experiments.weight_decay.fixed_points import quadratic, ridge

COLUMNS = ("age", "sex", "bmi", "bp", "s6")  # nearly uncorrelated, so that gradient descent is soon done


@dataclass(frozen=True, eq=False)
class Gains:
    """What gradient descent reaches at each strength, decay on one part or on the other."""

    lam: Array  # (m,)
    least_squares: Array  # (p,)
    ridge: Array  # (m, p)
    on_weight: Array  # (m, p) theta after the run, decay on w
    on_gain: Array  # (m, p) decay on the gain
    norm: Array  # (m,) of w at the end of the run, decay on w
    start: float  # norm of w at the start


@once
def gains(
    *, strengths: tuple[float, ...] = (0.0, 0.02, 0.05, 0.1, 0.2, 0.5), rate: float = 0.02, steps: int = 3000,
    start: float = 1.0, seed: int = 0,
) -> Gains:  # fmt: skip
    """Five nearly uncorrelated features of diabetes, full gradients, lam times the square of w or of the gain."""
    X, y, hessian, _, names = quadratic("diabetes")
    keep = [names.index(name) for name in COLUMNS]
    hessian = hessian[np.ix_(keep, keep)]
    pull = X[:, keep].T @ y / y.size
    target = np.asarray(np.linalg.solve(hessian, pull), dtype=np.float64)
    lam = np.array(strengths)
    first = np.random.default_rng(seed).standard_normal(len(keep))
    thetas, norms = [], []
    for on_weight, on_gain in ((1.0, 0.0), (0.0, 1.0)):
        w = np.repeat(start * first[None] / np.linalg.norm(first), lam.size, axis=0)
        gain = np.full(lam.size, 0.5)
        for _ in range(steps):
            size = np.linalg.norm(w, axis=1)
            unit = w / size[:, None]
            slope = (gain[:, None] * unit) @ hessian - pull  # gradient in theta
            along = np.einsum("mp,mp->m", slope, unit)
            to_w = (gain / size)[:, None] * (slope - along[:, None] * unit)
            w = w - rate * (to_w + 2.0 * on_weight * lam[:, None] * w)
            gain = gain - rate * (along + 2.0 * on_gain * lam * gain)
        size = np.linalg.norm(w, axis=1)
        thetas.append(gain[:, None] * w / size[:, None])
        norms.append(size)
    return Gains(
        lam,
        target,
        np.array([ridge(hessian, target, 2.0 * each) for each in lam]),
        thetas[0],
        thetas[1],
        norms[0],
        start,
    )
