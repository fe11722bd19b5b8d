"""Solvers for  minimize over theta  loss(theta) + penalty(theta): any loss with any penalty under any solver.

    subgradient_descent   theta - step_k (gradient + subgradient)       needs nothing, slow
    ista                  prox(theta - step gradient)                   error O(1/k), linear when strongly convex
    fista                 the same, with momentum                       error O(1/k^2)
    projected_gradient    the same onto the L1 or L2 ball
    coordinate_descent    one coefficient (or group) at a time          in regutils._coordinate
    admm                  loss and penalty in turns, made to agree
    solve                 the sensible choice, to high accuracy         in regutils._newton for smooth penalties

Each takes (loss, penalty, *, theta0, max_iter, tol, callback, record_iterates) and returns a Result with its History.
tol is on the duality gap, in the units of the objective. callback(k, theta) is called for every iterate; a true return
value stops the run. Invalid arguments raise ValueError or TypeError.
"""

from __future__ import annotations

import warnings

import numpy as np

from regutils._coordinate import SEPARABLE, coordinate_descent
from regutils._history import Callback, History, Recorder, Result
from regutils._newton import LossProx, newton, polish
from regutils._penalty import Penalty
from regutils._validation import check_integer, check_scalar
from regutils.losses import LogisticLoss, Loss
from regutils.metrics import check_problem
from regutils.penalties import L1, L2, ElasticNet, L1Ball, L2Ball, L2Norm, NoPenalty

__all__ = [
    "History", "Result", "admm", "coordinate_descent", "fista", "ista", "projected_gradient", "solve",
    "subgradient_descent",
]  # fmt: skip


def subgradient_descent(
    loss: Loss,
    penalty: Penalty,
    *,
    theta0: object = None,
    max_iter: int = 1_000,
    tol: float = 1e-10,
    step: float | None = None,
    callback: Callback | None = None,
    record_iterates: bool = True,
) -> Result:
    """theta <- theta - step_k (gradient of the loss + subgradient of the penalty), a method that does not descend.

    step: a constant, or None for step_k = 1 / (L sqrt(k + 1)), L the Lipschitz constant of the whole smooth part.
    A constant step ends in oscillations of its own size. With steps like 1/sqrt(k) the best objective so far
    approaches the minimum at the rate O(1/sqrt(k)), up to a logarithm, and no method that sees subgradients alone does
    better on all problems (Nesterov 2004, theorems 3.2.2 and 3.2.1). So it does not reach small gaps, and its
    coefficients are not exactly zero. coef is the best iterate; history holds all of them.
    """
    recorder = Recorder(loss, penalty, tol, max_iter, callback, record_iterates)
    if penalty.constraint:
        raise ValueError(f"penalty must be finite everywhere for subgradient_descent, got {penalty!r}")
    constant = None if step is None else _check_step(step)
    longest = 1.0 / _positive(loss.lipschitz + penalty.smoothness)
    theta = recorder.start(theta0)
    best, best_value = theta, np.inf
    iteration = 0
    while True:
        stop = recorder.done(theta)
        if len(recorder.objectives) > iteration and recorder.objectives[-1] < best_value:
            best, best_value = theta, recorder.objectives[-1]
        if stop:
            return recorder.result(best)
        iteration += 1
        length = longest / np.sqrt(iteration) if constant is None else constant
        theta = theta - length * (loss.gradient(theta) + penalty.gradient(theta))


def ista(
    loss: Loss,
    penalty: Penalty,
    *,
    theta0: object = None,
    max_iter: int = 100_000,
    tol: float = 1e-10,
    step: float | None = None,
    callback: Callback | None = None,
    record_iterates: bool = True,
) -> Result:
    """Proximal gradient: theta <- prox(theta - step gradient, step), with step = 1 / loss.lipschitz by default.

    It descends for every step < 2 / L. The error falls at least like 1/k (Beck and Teboulle 2009, theorem 3.1), and
    where the objective is strongly convex by a constant factor a step: about condition_number iterations per factor e.
    """
    recorder = Recorder(loss, penalty, tol, max_iter, callback, record_iterates)
    length = 1.0 / _positive(loss.lipschitz) if step is None else _check_step(step)
    theta = recorder.start(theta0)
    while not recorder.done(theta):
        theta = penalty.prox(theta - length * loss.gradient(theta), length)
    return recorder.result()


def fista(
    loss: Loss,
    penalty: Penalty,
    *,
    theta0: object = None,
    max_iter: int = 50_000,
    tol: float = 1e-10,
    step: float | None = None,
    restart: bool = True,
    callback: Callback | None = None,
    record_iterates: bool = True,
) -> Result:
    """ISTA from a point that runs ahead of the iterate (Beck and Teboulle 2009, section 4). step: 1 / loss.lipschitz.

    The error falls at least like 1/k^2. restart=True forgets the momentum whenever it points uphill (O'Donoghue and
    Candes 2015, the gradient scheme), which turns the ripples of the original into linear convergence, about
    sqrt(condition_number) iterations per factor e; restart=False is the method of 2009.
    """
    recorder = Recorder(loss, penalty, tol, max_iter, callback, record_iterates)
    length = 1.0 / _positive(loss.lipschitz) if step is None else _check_step(step)
    theta = recorder.start(theta0)
    ahead, momentum = theta, 1.0
    while not recorder.done(theta):
        previous = theta
        theta = penalty.prox(ahead - length * loss.gradient(ahead), length)
        if restart and (ahead - theta) @ (theta - previous) > 0:
            ahead, momentum = theta, 1.0
            continue
        following = (1.0 + np.sqrt(1.0 + 4.0 * momentum**2)) / 2.0
        ahead = theta + (momentum - 1.0) / following * (theta - previous)
        momentum = following
    return recorder.result()


def projected_gradient(
    loss: Loss,
    ball: Penalty,
    *,
    theta0: object = None,
    max_iter: int = 50_000,
    tol: float = 1e-10,
    step: float | None = None,
    accelerated: bool = True,
    callback: Callback | None = None,
    record_iterates: bool = True,
) -> Result:
    """minimize loss(theta) over ||theta||_1 <= radius or ||theta||_2 <= radius: a gradient step, then the projection.

    The projection is the prox of the ball's indicator, so this is fista with that penalty, ista for accelerated=False.
    The gap is the largest of <gradient, theta - s> over s in the ball.
    """
    if not isinstance(ball, (L1Ball, L2Ball)):
        raise TypeError(f"ball must be an L1Ball or an L2Ball, got {type(ball).__name__}")
    method = fista if accelerated else ista
    return method(
        loss, ball, theta0=theta0, max_iter=max_iter, tol=tol, step=step, callback=callback,
        record_iterates=record_iterates,
    )  # fmt: skip


def admm(
    loss: Loss,
    penalty: Penalty,
    *,
    theta0: object = None,
    max_iter: int = 20_000,
    tol: float = 1e-10,
    step: float | None = None,
    callback: Callback | None = None,
    record_iterates: bool = True,
) -> Result:
    """Alternating direction method of multipliers (Boyd, Parikh, Chu, Peleato and Eckstein 2011, section 3.1.1).

        x <- argmin loss(x) + ||x - (theta - u)||^2 / (2 step)
        theta <- prox of the penalty at x + u
        u <- u + x - theta

    theta is the estimate (exact zeros included). step is 1/rho in the paper; None starts between the extreme
    curvatures of the loss and balances the two residuals (section 3.4.1). For the squared loss the x-update is solved
    with one eigendecomposition of X'X; unlike the factorization kept in section 4.2 it serves every step. For the
    logistic loss with Newton's method in the same coordinates.
    """
    recorder = Recorder(loss, penalty, tol, max_iter, callback, record_iterates)
    adaptive = step is None
    flattest = float(loss.spectrum[loss.rank - 1]) * loss.curvature if loss.rank else 1.0
    length = 1.0 / _positive(float(np.sqrt(loss.lipschitz * flattest))) if step is None else _check_step(step)
    loss_prox = LossProx(loss)
    theta = recorder.start(theta0)
    u = np.zeros_like(theta)
    iteration = 0
    while not recorder.done(theta):
        iteration += 1
        previous = theta
        x = loss_prox(theta - u, length)
        theta = penalty.prox(x + u, length)
        u = u + x - theta
        if adaptive and iteration % 10 == 0 and iteration <= 1_000:
            # Both relative to the sizes of what they compare (Wohlberg 2017).
            disagreement = float(np.linalg.norm(x - theta) / _positive(float(np.linalg.norm(theta))))
            movement = float(np.linalg.norm(theta - previous) / _positive(float(np.linalg.norm(u))))
            factor = 0.5 if disagreement > 5 * movement else 2.0 if movement > 5 * disagreement else 1.0
            length, u = length * factor, u * factor
    return recorder.result()


def solve(
    loss: Loss,
    penalty: Penalty,
    *,
    theta0: object = None,
    max_iter: int = 50_000,
    tol: float = 1e-10,
) -> Result:
    """The minimizer of loss + penalty to high accuracy, by the method that suits the penalty.

    Ridge and no penalty: Newton's method (for the squared loss that is the closed form; where the minimizer is not
    unique, the one of least norm). L1, elastic net, groups, Huber and Lq: coordinate descent, ended for L1 and the
    elastic net by an exact solve on the support. The balls and the unsquared norm: FISTA. History without iterates.
    Warns when a line separates the classes and there is no penalty: then no minimizer exists.
    """
    check_problem(loss, penalty)
    plain = penalty.unpenalized and penalty.convex
    if plain or isinstance(penalty, (L2, NoPenalty)) or (isinstance(penalty, ElasticNet) and penalty.rho == 0):
        rounds = min(check_integer(max_iter, "max_iter", low=1), 200)
        result = newton(loss, penalty, theta0=theta0, max_iter=rounds, tol=tol)
        if plain and isinstance(loss, LogisticLoss) and loss.separates(result.coef):
            warnings.warn(SEPARABLE, RuntimeWarning, stacklevel=2)
        return result
    method = fista if penalty.constraint or isinstance(penalty, L2Norm) else coordinate_descent
    result = method(loss, penalty, theta0=theta0, max_iter=max_iter, tol=tol, record_iterates=False)
    return polish(loss, penalty, result) if isinstance(penalty, (L1, ElasticNet)) else result


def _check_step(step: object) -> float:
    return check_scalar(step, "step", low=0.0, inclusive="neither")


def _positive(number: float) -> float:
    """The number, or 1 where it is zero (a design or a vector of zeros)."""
    return number if number > 0 else 1.0
