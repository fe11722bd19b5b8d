"""Newton's method, where the objective or a piece of it is smooth.

The loss changes only along the row space of the (centered) design. In an orthonormal basis V of it, (p, r) with
r <= min(n, p), every problem here has r unknowns, however large p is.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.linalg

from regutils._history import Recorder, Result
from regutils._penalty import Penalty
from regutils._validation import Array
from regutils.losses import Loss, SquaredLoss
from regutils.metrics import kkt_violation, objective


def newton(loss: Loss, penalty: Penalty, *, theta0: object = None, max_iter: int = 200, tol: float = 1e-10) -> Result:
    """minimize loss(theta) + lam ||theta||_2^2 (lam = 0 for no penalty) by Newton's method with a line search.

    For the squared loss the first step lands on the closed form. The minimizer lies in the row space (when there are
    many, the one of least norm does), so only that space is searched.
    """
    recorder = Recorder(loss, penalty, tol, max_iter, None, False)
    curvature = penalty.smoothness  # of a quadratic: its second derivative
    basis = loss.row_basis
    theta = basis @ (basis.T @ recorder.start(theta0))
    while not recorder.done(theta):
        root = loss.hessian_root(theta) @ basis
        slope = basis.T @ (loss.gradient(theta) + curvature * theta)
        direction = basis @ _solve_regularized(root, curvature, -slope)
        moved = _line_search(loss, penalty, theta, direction)
        if np.array_equal(moved, theta):
            break
        theta = moved
    return recorder.result()


class LossProx:
    """x = argmin of loss(x) + ||x - v||^2 / (2 step): the first half of an ADMM step.

    Off the row space x equals v. On it, the squared loss is diagonal in the basis of right singular vectors; the
    logistic loss takes Newton steps from the last answer.
    """

    def __init__(self, loss: Loss) -> None:
        self.loss = loss
        self.basis = loss.row_basis
        self.start: Array | None = None
        if isinstance(loss, SquaredLoss):
            self.eigenvalues = loss.spectrum[: loss.rank]

    def __call__(self, v: Array, step: float) -> Array:
        if isinstance(self.loss, SquaredLoss):
            # One Newton step from v, which forgets the rounding of the steps before.
            shrink = step / (1.0 + step * self.eigenvalues)
            return v - self.basis @ (shrink * (self.basis.T @ self.loss.gradient(v)))
        inside = self.basis.T @ v
        x = v if self.start is None else v + self.basis @ (self.basis.T @ self.start - inside)
        for _ in range(50):
            slope = self.basis.T @ (self.loss.gradient(x) + (x - v) / step)
            if np.linalg.norm(slope) <= 1e-14 * (1.0 + np.linalg.norm(inside) / step):
                break
            root = self.loss.hessian_root(x) @ self.basis
            # 1/step makes the problem strongly convex and the start is warm: plain steps, halved if they overshoot.
            direction = self.basis @ _solve_regularized(root, 1.0 / step, -slope)
            value = self._objective(x, v, step)
            length = 1.0
            while length > 1e-8 and self._objective(x + length * direction, v, step) > value * (1 + 1e-14):
                length *= 0.5
            x = x + length * direction
        self.start = x
        return x

    def _objective(self, x: Array, v: Array, step: float) -> float:
        return self.loss.value(x) + float((x - v) @ (x - v)) / (2.0 * step)


def polish(loss: Loss, penalty: Penalty, result: Result) -> Result:
    """Solve the optimality conditions on the support exactly, and keep the answer when it is better.

    With the support and the signs known, loss + L1 (or elastic net) is smooth in the nonzero coefficients, and Newton's
    method ends where coordinate descent would only approach.
    """
    theta = result.coef
    on = np.flatnonzero(theta)
    curvature = penalty.smoothness
    for _ in range(5):
        slope = (loss.gradient(theta) + penalty.gradient(theta))[on]
        direction = np.zeros_like(theta)
        if on.size:
            direction[on] = _solve_regularized(loss.hessian_root(theta)[:, on], curvature, -slope)
        moved = theta + direction
        kept_signs = np.array_equal(np.sign(moved), np.sign(theta))
        if not kept_signs or kkt_violation(loss, penalty, moved) >= kkt_violation(loss, penalty, theta):
            break
        theta = moved
    polished = Recorder(loss, penalty, 0.0, 1, None, False)
    polished.done(theta)
    better = polished.result()
    if better.gap > result.gap:
        return result
    return replace(result, coef=theta, intercept=better.intercept, objective=better.objective, gap=better.gap)


def _solve_regularized(root: Array, curvature: float, target: Array) -> Array:
    """(A'A + curvature I)^-1 target by the singular values of A, which does not square its condition number."""
    _, singular, right = scipy.linalg.svd(root, full_matrices=False)
    eigenvalues = singular**2 + curvature
    seen = eigenvalues > np.finfo(float).eps ** 2 * max(float(eigenvalues.max(initial=0.0)), 1e-300)
    inside = right[seen] @ target
    answer: Array = right[seen].T @ (inside / eigenvalues[seen])
    return answer


def _line_search(loss: Loss, penalty: Penalty, theta: Array, direction: Array) -> Array:
    """theta + length * direction for the first length of 1, 1/2, 1/4, ... that lowers the objective."""
    now = objective(loss, penalty, theta)
    length = 1.0
    while length > 1e-10:
        trial = theta + length * direction
        if objective(loss, penalty, trial) <= now + 1e-15 * abs(now):
            return trial
        length *= 0.5
    return theta
