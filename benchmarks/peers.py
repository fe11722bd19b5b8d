"""The libraries measured against, each through its fastest routes for a given path of strengths.

A route takes a problem and a tolerance and returns coefficients (L, p). What a caller could prepare once (the data in
the order a library likes, compiled classes) is prepared outside the clock, and private checks are skipped where a
library offers that.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from benchmarks.problems import Array, Penalty, Problem

Route = Callable[[Problem, float], Array]
MANY = 10**6  # iterations: the tolerance decides when to stop


def routes(peer: str, penalty: Penalty) -> dict[str, Route]:
    """The routes of a peer for a penalty, by name; empty where it has none."""
    return ROUTES[peer].get(penalty, {})


def _gram(problem: Problem) -> Array:
    return problem.X.T @ problem.X if problem.gram is None else problem.gram


def _interpolate(problem: Problem, knots: Array, corners: Array) -> Array:
    """Between knots the path is straight: corners (p, knots) at the problem's strengths, (L, p)."""
    at = np.clip(np.searchsorted(-knots, -problem.lambdas), 1, knots.size - 1)
    share = np.clip((knots[at - 1] - problem.lambdas) / (knots[at - 1] - knots[at]), 0.0, 1.0)
    return np.asarray((corners[:, at - 1] * (1.0 - share) + corners[:, at] * share).T)


def lars_path_gram(problem: Problem, tolerance: float) -> Array:
    from sklearn.linear_model import lars_path_gram as lars

    knots, _, corners = lars(
        Xy=problem.X.T @ problem.y, Gram=_gram(problem), n_samples=problem.y.size, method="lasso",
        alpha_min=problem.lambdas[-1],
    )  # fmt: skip
    return _interpolate(problem, knots, corners)


def lars_path(problem: Problem, tolerance: float) -> Array:
    from sklearn.linear_model import lars_path as lars

    knots, _, corners = lars(problem.X_fortran, problem.y, Gram=None, method="lasso", alpha_min=problem.lambdas[-1])
    return _interpolate(problem, knots, corners)


def _enet_path(problem: Problem, **options: Any) -> Array:
    from sklearn.linear_model import enet_path as path

    share = problem.rho / (2.0 - problem.rho)  # their L2 part is halved
    return np.asarray(
        path(
            problem.X_fortran, problem.y, alphas=problem.lambdas * (2.0 - problem.rho), l1_ratio=share, max_iter=MANY,
            check_input=False, copy_X=False, **options,
        )[1].T
    )  # fmt: skip


def enet_path(problem: Problem, tolerance: float) -> Array:
    return _enet_path(problem, precompute=False, tol=tolerance)


def enet_path_gram(problem: Problem, tolerance: float) -> Array:
    return _enet_path(problem, precompute=_gram(problem), Xy=problem.X.T @ problem.y, tol=tolerance)


def ridge_regression(solver: str) -> Route:
    def solve(problem: Problem, tolerance: float) -> Array:
        """All strengths in one call: as many copies of the target, each with its own."""
        from sklearn.linear_model import ridge_regression as ridge

        strengths = 2.0 * problem.y.size * problem.lambdas
        targets = np.repeat(problem.y[:, None], strengths.size, axis=1)
        return np.asarray(ridge(problem.X, targets, strengths, solver=solver, check_input=False))

    return solve


def elnet(algorithm: int) -> Route:
    def solve(problem: Problem, tolerance: float) -> Array:
        """glmnet's own routine below its Python class; it scales y inside, so the L2 part wants y of unit variance."""
        from glmnet._glmnet import elnet as fit
        from glmnet._glmnet import solns

        n, p = problem.X.shape
        scale = np.sqrt(problem.y @ problem.y / n)
        l1, l2 = problem.rho / scale, 2.0 * (1.0 - problem.rho)
        bounds = np.full((2, p), 9.9e35, order="F")
        bounds[0] *= -1.0
        found = fit(
            algorithm, l1 / (l1 + l2), problem.X_fortran.copy(order="F"), problem.y / scale, np.ones(n), 0, np.ones(p),
            bounds, p + 1, 1.0, problem.lambdas * (l1 + l2), tolerance, p, problem.lambdas.size, 0, 0, MANY,
        )  # fmt: skip
        count, coef, where, sizes = found[0], found[2], found[3], found[4]
        answer = np.full((problem.lambdas.size, p), np.nan)
        answer[:count] = scale * solns(p, coef[:, :count], where, sizes[:count]).T
        return answer

    return solve


def celer_path(problem: Problem, tolerance: float) -> Array:
    from celer import celer_path as path

    share = problem.rho / (2.0 - problem.rho)
    found = path(
        problem.X_fortran, problem.y, "lasso", alphas=problem.lambdas * (2.0 - problem.rho), l1_ratio=share,
        tol=max(tolerance, 1e-14), max_iter=50,  # a smaller gap drowns in rounding, and it would turn for minutes
    )  # fmt: skip
    return np.asarray(found[1].T)


@cache
def _skglm(rho: float) -> tuple[Any, Any]:
    """Compiled once: the data fit and the penalty."""
    from skglm.datafits import Quadratic
    from skglm.penalties import L1, L1_plus_L2
    from skglm.utils.jit_compilation import compiled_clone

    penalty = L1(1.0) if rho == 1.0 else L1_plus_L2(1.0, rho / (2.0 - rho))
    return compiled_clone(Quadratic()), compiled_clone(penalty)


def anderson(problem: Problem, tolerance: float) -> Array:
    from skglm.solvers import AndersonCD

    fit, penalty = _skglm(problem.rho)
    scaled = tolerance * float(problem.lambdas[0])
    solver = AndersonCD(tol=scaled, fit_intercept=False, max_iter=1000)
    alphas = problem.lambdas * (2.0 - problem.rho)
    return np.asarray(solver.path(problem.X_fortran, problem.y, fit, penalty, alphas)[1].T)


def gram_cd(problem: Problem, tolerance: float) -> Array:
    from skglm.solvers import GramCD

    penalty = _skglm(problem.rho)[1]
    scaled = tolerance * float(problem.lambdas[0])
    solver = GramCD(tol=scaled, fit_intercept=False, max_iter=MANY)
    coef, answer = np.zeros(problem.X.shape[1]), []
    for alpha in problem.lambdas * (2.0 - problem.rho):
        penalty.alpha = alpha
        coef = solver.solve(problem.X_fortran, problem.y, None, penalty, coef.copy())[0]
        answer.append(coef)
    return np.array(answer)


SKLEARN_DESCENT: dict[str, Route] = {"enet_path": enet_path, "enet_path with Gram": enet_path_gram}
GLMNET: dict[str, Route] = {"elnet, covariance updates": elnet(1), "elnet, naive updates": elnet(2)}
SKGLM: dict[str, Route] = {"AndersonCD.path": anderson, "GramCD": gram_cd}
ROUTES: dict[str, dict[Penalty, dict[str, Route]]] = {
    "scikit-learn": {
        "lasso": {"lars_path_gram": lars_path_gram, "lars_path": lars_path, **SKLEARN_DESCENT},
        "elastic net": SKLEARN_DESCENT,
        "ridge": {f"ridge_regression, {name}": ridge_regression(name) for name in ("svd", "cholesky")},
    },
    "glmnet": {"lasso": GLMNET, "elastic net": GLMNET, "ridge": GLMNET},
    "celer": {"lasso": {"celer_path": celer_path}, "elastic net": {"celer_path": celer_path}},
    "skglm": {"lasso": SKGLM, "elastic net": SKGLM},
}
MODULES = {"scikit-learn": "sklearn", "glmnet": "glmnet", "celer": "celer", "skglm": "skglm"}


def quiet() -> None:
    """Warnings about convergence are no news here: every answer is looked at."""
    warnings.simplefilter("ignore")
