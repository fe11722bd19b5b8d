"""All solvers of the course on one lasso problem, from one start, to one duality gap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.claims import Finding, evidence
from regutils.datasets import load_diabetes, load_hitters, standardize
from regutils.experiments.caching import once
from regutils.experiments.optimization.slopes import one_sided_slopes
from regutils.losses import SquaredLoss
from regutils.metrics import lambda_max, objective, support
from regutils.penalties import L1, L2, L1Ball, L2Ball, Penalty
from regutils.solvers import (
    Result,
    admm,
    coordinate_descent,
    fista,
    ista,
    projected_gradient,
    solve,
    subgradient_descent,
)

GAP = 1e-8


@once
def diabetes_loss() -> SquaredLoss:
    """Squared loss of the diabetes data (442 patients, 10 standardized features)."""
    data = load_diabetes()
    return SquaredLoss(standardize(data.data), data.target)


@once
def hitters_loss() -> SquaredLoss:
    """Squared loss of the Hitters data (263 players, 19 standardized features)."""
    data = load_hitters()
    return SquaredLoss(standardize(data.data), data.target)


@dataclass(frozen=True)
class Run:
    """One solver's way: duality gap and seconds after each iteration (k + 1,), and where it ended."""

    name: str
    gap: Array
    seconds: Array
    coef: Array
    converged: bool

    @property
    def iterations(self) -> int:
        """Iterations until the gap was reached, or all that were allowed."""
        return self.gap.size - 1


@dataclass(frozen=True)
class Race:
    """Every solver on the same problem from the same start."""

    runs: tuple[Run, ...]
    lam: float
    zeros: int  # exact zeros of the optimum
    n_features: int
    tol: float

    def __getitem__(self, name: str) -> Run:
        return next(run for run in self.runs if run.name == name)

    @property
    def finishers(self) -> tuple[Run, ...]:
        """All but the subgradient method."""
        return tuple(run for run in self.runs if run.name != "subgradient")

    @property
    def disagreement(self) -> float:
        """Largest difference in any coefficient between two finishers."""
        coefs = np.array([run.coef for run in self.finishers])
        return float(np.max(np.ptp(coefs, axis=0)))


def ball_of(penalty: Penalty, coef: Array) -> Penalty:
    """The ball whose constrained problem has the same solution: its radius is the solution's own norm."""
    if isinstance(penalty, L1):
        return L1Ball(float(np.sum(np.abs(coef))))
    return L2Ball(float(np.linalg.norm(coef)))


@once
def race(
    penalty: Callable[[float], Penalty] = L1, *, share: float = 0.02, tol: float = GAP, subgradient_steps: int = 2_000
) -> Race:
    """Diabetes, lam = share * lambda_max, started at zero, until the duality gap is at most tol.

    Projected gradient solves the constrained form, in the ball that the penalized solution touches. The subgradient
    method with steps like 1/sqrt(k) is stopped after subgradient_steps.
    """
    loss = diabetes_loss()
    lam = share * lambda_max(loss)
    problem = penalty(lam)
    optimum = solve(loss, problem, tol=1e-12)
    ball = ball_of(problem, optimum.coef)
    results: dict[str, Result] = {
        "subgradient": subgradient_descent(loss, problem, max_iter=subgradient_steps, tol=tol, record_iterates=False),
        "ISTA": ista(loss, problem, tol=tol, record_iterates=False),
        "FISTA": fista(loss, problem, tol=tol, record_iterates=False),
        "projected gradient": projected_gradient(loss, ball, tol=tol, record_iterates=False),
        "ADMM": admm(loss, problem, tol=tol, record_iterates=False),
        "coordinate descent": coordinate_descent(loss, problem, tol=tol, record_iterates=False),
    }
    runs = tuple(
        Run(name, result.history.gap, result.history.seconds, result.coef, result.converged)
        for name, result in results.items()
    )
    zeros = int(np.sum(~support(optimum.coef)))
    return Race(runs, lam, zeros, loss.n_features, tol)


@dataclass(frozen=True)
class Rates:
    """Error of the objective after k steps beside the guarantees of Beck and Teboulle (2009)."""

    k: Array  # (m,), from 1
    ista: Array
    fista: Array
    ista_bound: Array  # L ||theta_0 - theta*||^2 / (2k), theorem 3.1
    fista_bound: Array  # 2 L ||theta_0 - theta*||^2 / (k + 1)^2, theorem 4.4


@once
def rates(*, share: float = 0.02, steps: int = 500) -> Rates:
    """Both methods as published (no restart) on the diabetes lasso, from zero."""
    loss = diabetes_loss()
    penalty = L1(share * lambda_max(loss))
    optimum = solve(loss, penalty, tol=1e-12)
    k = np.arange(1.0, steps + 1.0)
    scale = loss.lipschitz * float(optimum.coef @ optimum.coef)

    def error(result: Result) -> Array:
        excess = np.full(steps + 1, np.nan)
        excess[: result.n_iter + 1] = result.history.objective - optimum.objective
        return excess[1:]

    return Rates(
        k=k,
        ista=error(ista(loss, penalty, max_iter=steps, tol=0.0, record_iterates=False)),
        fista=error(fista(loss, penalty, max_iter=steps, tol=0.0, restart=False, record_iterates=False)),
        ista_bound=np.asarray(scale / (2.0 * k)),
        fista_bound=np.asarray(2.0 * scale / (k + 1.0) ** 2),
    )


@dataclass(frozen=True)
class Tolerances:
    """What scikit-learn's Lasso returns at ever tighter tolerances, against the exact optimum."""

    tol: Array  # (m,), decreasing
    objective_error: Array  # share of the optimal objective
    coef_error: Array  # largest error of a coefficient, as a share of the largest coefficient
    support_errors: Array  # features wrongly in or out
    iterations: Array
    default: float  # scikit-learn's own

    def at(self, tol: float) -> int:
        """The index of a tolerance."""
        return int(np.argmin(np.abs(np.log(self.tol / tol))))


def tolerances(*, share: float = 0.01) -> Tolerances:
    """The lasso on Hitters (19 standardized features, strongly correlated), lam = share * lambda_max."""
    from sklearn.linear_model import Lasso

    loss = hitters_loss()
    penalty = L1(share * lambda_max(loss))
    optimum = solve(loss, penalty, tol=1e-10)
    tol = 10.0 ** -np.arange(1.0, 9.0)
    fits = [Lasso(alpha=penalty.lam, tol=float(t), max_iter=1_000_000).fit(loss.X, loss.y) for t in tol]
    coefs = np.array([fit.coef_ for fit in fits])
    values = np.array([objective(loss, penalty, coef) for coef in coefs])
    return Tolerances(
        tol=tol,
        objective_error=values / optimum.objective - 1.0,
        coef_error=np.max(np.abs(coefs - optimum.coef), axis=1) / np.max(np.abs(optimum.coef)),
        support_errors=np.sum(support(coefs) != support(optimum.coef), axis=1),
        iterations=np.array([fit.n_iter_ for fit in fits]),
        default=float(Lasso().tol),
    )


@evidence("B-opt-1", sabotage={"penalty": L2})
def every_solver_reaches_the_optimum(*, penalty: Callable[[float], Penalty] = L1) -> list[Finding]:
    """Five first-order methods on the diabetes data, all started at zero: the largest duality gap at which they stop,
    and the largest difference between their coefficients. The penalty's slope does jump at zero, and the solution does
    lie on that corner; the plain subgradient method, stopped after 2,000 steps, is on its way.
    """
    run = race(penalty)
    left, right = one_sided_slopes(penalty(run.lam), 0.0)
    subgradient = run["subgradient"].gap
    return [
        Finding("against", "largest duality gap at which the five solvers stopped",
                max(float(finisher.gap[-1]) for finisher in run.finishers), "<=", run.tol),
        Finding("against", "largest difference between two solvers in any coefficient",
                run.disagreement, "<=", 0.0, 1e-3),
        Finding("against", "jump of the penalty's slope at zero, in units of lambda",
                (right - left) / run.lam, "==", 2.0, 1e-6),
        Finding("against", "coefficients of the optimum that lie exactly on the corner", run.zeros, ">=", 1),
        Finding("against", "share of the initial gap that even the subgradient method leaves",
                float(subgradient.min() / subgradient[0]), "<=", 0.1),
    ]  # fmt: skip
