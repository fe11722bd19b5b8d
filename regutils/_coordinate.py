"""Coordinate descent: minimize over one coefficient (or one group) at a time, and go round."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from regutils._history import Callback, Recorder, Result
from regutils._penalty import Index, Penalty
from regutils._validation import Array
from regutils.losses import LogisticLoss, Loss, SquaredLoss
from regutils.metrics import objective
from regutils.penalties import L1, L2, ElasticNet, NoPenalty

SEPARABLE = "the classes are separable: without a penalty the coefficients grow forever, and there is no minimizer"


def coordinate_descent(
    loss: Loss,
    penalty: Penalty,
    *,
    theta0: object = None,
    max_iter: int = 50_000,
    tol: float = 1e-10,
    callback: Callback | None = None,
    record_iterates: bool = True,
) -> Result:
    """Cyclic coordinate descent, for penalties that are sums over coordinates or groups. It has no step to choose.

    Squared loss: one iteration is one sweep over all coordinates, each minimized exactly (Friedman, Hastie, Hoefling
    and Tibshirani 2007), each group by a proximal gradient step of its own. Logistic loss: one iteration is a Newton
    step for the penalized problem, whose quadratic model is minimized by sweeps (Friedman, Hastie and Tibshirani 2010,
    section 3), with a line search (Lee, Sun and Saunders 2014). A sparse X is made dense.

    Raises ValueError for a penalty that does not split (the balls).
    """
    recorder = Recorder(loss, penalty, tol, max_iter, callback, record_iterates)
    blocks = penalty.blocks(loss.n_features)
    if blocks is None or penalty.constraint:
        raise ValueError(f"penalty must be a sum over coordinates or groups for coordinate_descent, got {penalty!r}")
    theta = recorder.start(theta0)
    if isinstance(loss, SquaredLoss):
        sweep = _Sweep(loss.hessian_root(theta), penalty, blocks)
        while not recorder.done(theta):
            theta = sweep(theta, loss.gradient(theta))
    else:
        while not recorder.done(theta):
            if penalty.unpenalized and isinstance(loss, LogisticLoss) and loss.separates(theta):
                warnings.warn(SEPARABLE, RuntimeWarning, stacklevel=2)
                break
            moved = _newton_step(loss, penalty, blocks, theta)
            if np.array_equal(moved, theta):
                break  # nothing left that rounding would let us see
            theta = moved
    return recorder.result()


def _newton_step(loss: Loss, penalty: Penalty, blocks: list[Index], theta: Array) -> Array:
    """Minimize the quadratic model of the loss plus the penalty by sweeps, then go there as far as it helps."""
    gradient = loss.gradient(theta)
    sweep = _Sweep(loss.hessian_root(theta), penalty, blocks)
    target, first = theta, 0.0
    for _ in range(1_000):
        before = target
        target = sweep(before, gradient + sweep.hessian_times(before - theta))
        change = float(np.max(np.abs(target - before) * sweep.scale))
        first = max(first, change)
        if change <= 1e-4 * first:
            break
    direction = target - theta
    now = objective(loss, penalty, theta)
    promised = float(gradient @ direction) + float(penalty.value(target)) - float(penalty.value(theta))
    length = 1.0
    while length > 1e-10:
        trial = theta + length * direction
        # The slack lets full steps through when the promise is below what the objective can resolve.
        if objective(loss, penalty, trial) <= now + 1e-3 * length * promised + 1e-15 * abs(now):
            return trial
        length *= 0.5
    return theta


class _Sweep:
    """One pass over all blocks for the quadratic with Hessian A'A plus the penalty, A: (n, p).

    For p <= n the gradient is kept up to date with the columns of A'A (the covariance updates of Friedman et al. 2010,
    section 2.2); for p > n with A times the change so far, so that no (p, p) matrix is formed.
    """

    def __init__(self, root: Array, penalty: Penalty, blocks: list[Index]) -> None:
        self.root = np.asfortranarray(root)
        self.gram = root.T @ root if root.shape[1] <= root.shape[0] else None
        self.blocks = blocks
        squares = np.einsum("ij,ij->j", root, root)
        self.scale = np.sqrt(squares)
        self.singles = all(block.size == 1 for block in blocks)
        if self.singles:
            self.curvature = squares
            self.prox: Callable[..., Any] = _scalar_prox(penalty)
        else:
            self.curvature = np.array([np.linalg.norm(root[:, block], 2) ** 2 for block in blocks])
            self.prox = penalty.block_prox

    def hessian_times(self, change: Array) -> Array:
        """A'A change."""
        return self.gram @ change if self.gram is not None else self.root.T @ (self.root @ change)

    def __call__(self, theta: Array, gradient: Array) -> Array:
        """theta after one pass; gradient (p,) is that of the quadratic at theta."""
        theta = theta.copy()
        moving = gradient.copy() if self.gram is not None else np.zeros(self.root.shape[0])
        for index, block in enumerate(self.blocks):
            curvature = self.curvature[index]
            if curvature <= 1e-300:  # a constant column: only the penalty speaks
                theta[block] = 0.0
                continue
            j = block[0] if self.singles else block
            old = theta[j]
            slope = moving[j] if self.gram is not None else gradient[j] + self.root[:, j].T @ moving
            new = self.prox(old - slope / curvature, 1.0 / curvature)
            if self.singles and new == old:
                continue
            change = new - old
            theta[j] = new
            columns = self.gram[:, j] if self.gram is not None else self.root[:, j]
            moving += columns * change if self.singles else columns @ change
        return theta


def _scalar_prox(penalty: Penalty) -> Callable[[float, float], float]:
    """The prox for one number at a time: for the common penalties without the overhead of an array call."""
    match penalty:
        case NoPenalty():
            l1, l2 = 0.0, 0.0
        case L1():
            l1, l2 = penalty.lam, 0.0
        case L2():
            l1, l2 = 0.0, penalty.lam
        case ElasticNet():
            l1, l2 = (part.lam for part in penalty.parts)
        case _:
            return lambda x, step: float(penalty.block_prox(np.array([x]), step)[0])

    def prox(x: float, step: float) -> float:
        threshold = step * l1
        if x > threshold:
            return (x - threshold) / (1.0 + 2.0 * step * l2)
        if x < -threshold:
            return (x + threshold) / (1.0 + 2.0 * step * l2)
        return 0.0

    return prox
