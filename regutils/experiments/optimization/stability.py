"""Steady or shaky: oscillation of subgradient steps at the corner, and what L2 does for the condition number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.claims import Finding, evidence
from regutils.datasets import load_diabetes
from regutils.experiments.caching import once
from regutils.experiments.optimization.racing import diabetes_loss, hitters_loss
from regutils.losses import Loss
from regutils.metrics import lambda_max, support
from regutils.penalties import L1, L2, Penalty
from regutils.solvers import Result, ista, solve, subgradient_descent


@dataclass(frozen=True)
class Oscillation:
    """Constant steps on the diabetes lasso: how far weights that should be zero are thrown about in the end."""

    step: Array  # (m,), constant step sizes
    amplitude: Array  # (m,), half the distance between the extremes of the last iterates, worst such weight
    proximal_amplitude: Array  # (m,), the same under proximal steps
    zeros: Array  # (m,), exact zeros in the last subgradient iterate
    proximal_zeros: Array  # (m,)
    optimal_zeros: int
    trace: Array  # (k,), the first iterates of one such weight at the largest step
    proximal_trace: Array
    feature: str
    lam: float

    @property
    def bound(self) -> Array:
        """step * lam, (m,): the half-width of the band in which a weight keeps crossing zero."""
        return self.step * self.lam

    @property
    def exponent(self) -> float:
        """Slope of log amplitude against log step; NaN when nothing oscillates."""
        if not np.all(self.amplitude > 1e-9 * self.bound):
            return float("nan")
        return float(np.polyfit(np.log(self.step), np.log(self.amplitude), 1)[0])


@once
def oscillation(
    penalty: Callable[[float], Penalty] = L1, *, share: float = 0.2, steps: int = 400, last: int = 150
) -> Oscillation:
    """Constant steps of four sizes, started one unit off the optimum in every coefficient.

    The last iterates are looked at, for the features whose coefficient is exactly zero in the lasso of the same lam.
    """
    loss = diabetes_loss()
    lam = share * lambda_max(loss)
    off = ~support(solve(loss, L1(lam), tol=1e-12).coef)
    start = solve(loss, penalty(lam), tol=1e-12).coef + 1.0
    sizes = np.array([1 / 4, 1 / 8, 1 / 16, 1 / 32]) / (loss.lipschitz + penalty(lam).smoothness)
    plain, proximal = (
        [_iterates(method(loss, penalty(lam), theta0=start, step=size, max_iter=steps, tol=0.0)) for size in sizes]
        for method in (subgradient_descent, ista)
    )
    shown = int(np.flatnonzero(off)[0])
    return Oscillation(
        step=sizes,
        amplitude=np.array([_swing(run[-last:, off]) for run in plain]),
        proximal_amplitude=np.array([_swing(run[-last:, off]) for run in proximal]),
        zeros=np.array([np.sum(run[-1] == 0) for run in plain]),
        proximal_zeros=np.array([np.sum(run[-1] == 0) for run in proximal]),
        optimal_zeros=int(off.sum()),
        trace=plain[0][:60, shown],
        proximal_trace=proximal[0][:60, shown],
        feature=load_diabetes().feature_names[shown],
        lam=lam,
    )


def _iterates(result: Result) -> Array:
    assert result.history.iterates is not None
    return result.history.iterates


def _swing(iterates: Array) -> float:
    return float(np.max(np.ptp(iterates, axis=0)) / 2.0)


@dataclass(frozen=True)
class Conditioning:
    """Gradient descent on squared loss + lam ||theta||^2: condition number and iterations, as lam grows."""

    lam: Array  # (m,), increasing
    condition: Array  # measured: extreme eigenvalues of the second derivative
    condition_theory: Array  # (L + 2 lam) / (mu + 2 lam)
    iterations: Array  # until the error is tol times the initial one
    iterations_theory: Array  # an upper bound
    name: str
    tol: float


def gradient_descent_steps(loss: Loss, penalty: Penalty, *, tol: float, max_iter: int = 100_000) -> int:
    """Steps of plain gradient descent from zero until ||theta - theta*|| <= tol ||theta*||; its step is 2 / (L + mu).

    L and mu are the extreme curvatures of loss + penalty. That step is the best constant one: the error then falls by
    at least the factor (kappa - 1) / (kappa + 1) a step (Nesterov 2004, theorem 2.1.15).
    """
    optimum = solve(loss, penalty).coef
    steepest = loss.lipschitz + penalty.smoothness
    step = 2.0 / (steepest + loss.strong_convexity + penalty.strong_convexity)
    target = tol * float(np.linalg.norm(optimum))
    theta = np.zeros_like(optimum)
    for k in range(max_iter):
        if np.linalg.norm(theta - optimum) <= target:
            return k
        theta = theta - step * (loss.gradient(theta) + penalty.gradient(theta))
    return max_iter


def numerical_condition(loss: Loss, penalty: Penalty, theta: Array, h: float = 1e-4) -> float:
    """Largest over smallest eigenvalue of the second derivative, by differences of the gradient at theta."""

    def gradient(point: Array) -> Array:
        return loss.gradient(point) + penalty.gradient(point)

    columns = [(gradient(theta + h * e) - gradient(theta - h * e)) / (2 * h) for e in np.eye(theta.size)]
    curvature = np.linalg.eigvalsh((np.array(columns) + np.array(columns).T) / 2.0)
    return float(curvature[-1] / curvature[0])


@once
def conditioning(
    penalty: Callable[[float], Penalty] = L2, *, name: str = "diabetes", tol: float = 1e-6
) -> Conditioning:
    """Nine strengths, from one five-hundredth of the largest curvature L of the loss to L itself."""
    loss = {"diabetes": diabetes_loss, "Hitters": hitters_loss}[name]()
    lams = loss.lipschitz * np.geomspace(2e-3, 1.0, 9)
    theta = np.full(loss.n_features, 1.0)
    theory = (loss.lipschitz + 2.0 * lams) / (loss.strong_convexity + 2.0 * lams)
    return Conditioning(
        lam=lams,
        condition=np.array([numerical_condition(loss, penalty(lam), theta) for lam in lams]),
        condition_theory=theory,
        iterations=np.array([gradient_descent_steps(loss, penalty(lam), tol=tol, max_iter=20_000) for lam in lams]),
        iterations_theory=np.log(1.0 / tol) / np.log((theory + 1.0) / (theory - 1.0)),
        name=name,
        tol=tol,
    )


@evidence("A-opt-4", sabotage={"absolute": L2})
def subgradient_steps_are_shaky(
    *, absolute: Callable[[float], Penalty] = L1, square: Callable[[float], Penalty] = L2
) -> list[Finding]:
    """Constant subgradient steps of four sizes on the diabetes lasso, started near its optimum: how far the weights
    that belong at zero are thrown about. The same with proximal steps. Condition number and iterations of gradient
    descent under L2, against (L + 2 lambda)/(mu + 2 lambda).
    """
    shaky, steady = oscillation(absolute), conditioning(square)
    improvement = steady.iterations[0] / steady.iterations[-1]
    return [
        Finding("for", "exponent of amplitude against step size under subgradient steps",
                shaky.exponent, "==", 1.0, 0.15),
        Finding("for", "largest amplitude, in units of step times lambda",
                float(np.max(shaky.amplitude / shaky.bound)), "<=", 1.0, 0.25),
        Finding("for", "exact zeros after subgradient steps, of those of the optimum",
                float(np.max(shaky.zeros)), "==", 0.0),
        Finding("for", "largest relative error of (L + 2 lambda)/(mu + 2 lambda)",
                float(np.max(np.abs(steady.condition / steady.condition_theory - 1.0))), "<=", 0.0, 1e-5),
        Finding("for", "times fewer iterations under a strong L2 than under a weak one",
                float(improvement), ">=", 10.0),
        Finding("against", "largest amplitude under proximal steps",
                float(np.max(shaky.proximal_amplitude)), "==", 0.0),
        Finding("against", "exact zeros of the optimum missed after proximal steps",
                float(shaky.optimal_zeros - np.min(shaky.proximal_zeros)), "==", 0.0),
    ]  # fmt: skip
