"""Solutions for a whole grid of strengths at once, for one data set or for many replicates of an experiment.

    lasso_path         (1/(2n)) ||y - X theta - b 1||^2 + lam ||theta||_1
    ridge_path         (1/(2n)) ||y - X theta - b 1||^2 + lam ||theta||_2^2
    elastic_net_path   (1/(2n)) ||y - X theta - b 1||^2 + lam (rho ||theta||_1 + (1 - rho) ||theta||_2^2)

X: (n, p) or (R, n, p); y: (n,) or (R, n); lambdas: (L,) or (R, L), decreasing, >= 0. Everything is float64.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from regutils._validation import Array, check_array, check_flag, check_integer, check_scalar
from regutils.losses import center


@dataclass(frozen=True)
class Path:
    """Solutions along a decreasing grid of strengths; the leading axis R is there when it was there in the input.

    lambdas (..., L); coef (..., L, p); intercept (..., L); df (..., L), the degrees of freedom of the fit without
    the intercept; kkt (...), the largest violation of the optimality conditions on the path, relative to
    max |X'y| / n of the centered data: the certificate that the path is right.
    """

    lambdas: Array
    coef: Array
    intercept: Array
    df: Array
    kkt: Array


def lasso_path(
    X: object,
    y: object,
    lambdas: object = None,
    *,
    n_lambdas: int = 50,
    lambda_min_ratio: float = 1e-2,
    fit_intercept: bool = True,
) -> Path:
    """Lasso solutions of (1/(2n)) ||y - X theta - b 1||_2^2 + lam ||theta||_1 for each lam.

    lambdas=None: n_lambdas values, evenly spaced in the logarithm from each replicate's own lambda_max =
    max |X'y| / n (the least strength with all-zero coefficients) down to lambda_min_ratio times that.
    df: the number of nonzero coefficients, unbiased for the lasso's degrees of freedom when the nonzero columns are
    independent (Zou, Hastie and Tibshirani 2007). At lam = 0 with dependent columns the solution of least norm.
    """
    problem = _Problem(X, y, fit_intercept)
    grid = problem.grid(lambdas, problem.correlation_max, n_lambdas, lambda_min_ratio)
    return problem.path(grid, grid, np.zeros_like(grid))


def elastic_net_path(
    X: object,
    y: object,
    lambdas: object = None,
    *,
    rho: float,
    n_lambdas: int = 50,
    lambda_min_ratio: float = 1e-2,
    fit_intercept: bool = True,
) -> Path:
    """Elastic net solutions of (1/(2n)) ||y - X theta - b 1||_2^2 + lam (rho ||theta||_1 + (1 - rho) ||theta||_2^2).

    rho in [0, 1] is the share of the L1 part, fixed along the path: 1 gives lasso_path, 0 gives ridge_path. Default
    grid as in lasso_path, from lambda_max = max |X'y| / (n rho) (as ridge_path for rho = 0).
    df: the trace of X_A (X_A'X_A + 2 n lam (1 - rho) I)^-1 X_A', A the nonzero coefficients (Tibshirani and
    Taylor 2012).
    """
    rho = check_scalar(rho, "rho", low=0.0, high=1.0)
    if rho == 0:
        return ridge_path(
            X, y, lambdas, n_lambdas=n_lambdas, lambda_min_ratio=lambda_min_ratio, fit_intercept=fit_intercept
        )
    problem = _Problem(X, y, fit_intercept)
    grid = problem.grid(lambdas, problem.correlation_max / rho, n_lambdas, lambda_min_ratio)
    return problem.path(grid, rho * grid, (1.0 - rho) * grid)


def ridge_path(
    X: object,
    y: object,
    lambdas: object = None,
    *,
    n_lambdas: int = 50,
    lambda_min_ratio: float = 1e-4,
    fit_intercept: bool = True,
) -> Path:
    """Ridge solutions of (1/(2n)) ||y - X theta - b 1||_2^2 + lam ||theta||_2^2 for each lam (no 1/2 on the penalty).

    With the singular values d of the centered X, theta = V diag(d / (d^2 + 2 n lam)) U'y and
    df = sum d^2 / (d^2 + 2 n lam) (Hastie, Tibshirani and Friedman 2009, section 3.4.1). At lam = 0 the least-squares
    solution of least norm. No finite strength gives zero, so the default grid starts where even the leading principal
    direction is shrunk elevenfold: at 5 times the largest eigenvalue of X'X / n.
    """
    problem = _Problem(X, y, fit_intercept)
    left, singular, right = problem.svd
    grid = problem.grid(lambdas, 5.0 * singular[:, 0] ** 2 / problem.n, n_lambdas, lambda_min_ratio)
    cutoff = max(problem.X.shape[1:]) * np.finfo(float).eps * singular[:, :1]
    seen = (singular > cutoff)[:, None, :]
    squares = singular[:, None, :] ** 2
    strength = 2.0 * problem.n * grid[:, :, None]
    denominator = np.where(seen, squares + strength, 1.0)
    scores = np.einsum("rnk,rn->rk", left, problem.y)[:, None, :]
    coef = (np.where(seen, singular[:, None, :], 0.0) / denominator * scores) @ right
    df = np.sum(np.where(seen, squares, 0.0) / denominator, axis=2)
    return problem.finish(grid, coef, df, np.zeros_like(grid), grid)


class _Problem:
    """Checked, centered data with a replicate axis, (R, n, p) and (R, n), whatever came."""

    def __init__(self, X: object, y: object, fit_intercept: bool) -> None:
        design = check_array(X, "X", ndim=(2, 3))
        target = check_array(y, "y", shape=design.shape[:-1])
        fit_intercept = check_flag(fit_intercept, "fit_intercept")
        self.batched = design.ndim == 3
        design, target = (design, target) if self.batched else (design[None], target[None])
        self.X_mean = design.mean(axis=1) if fit_intercept else np.zeros((design.shape[0], design.shape[2]))
        self.y_mean = target.mean(axis=1) if fit_intercept else np.zeros(design.shape[0])
        self.X = center(design, self.X_mean) if fit_intercept else design
        self.y = target - self.y_mean[:, None]
        self.n = design.shape[1]

    @property
    def correlation(self) -> Array:
        """X'y / n per replicate, (R, p)."""
        return np.asarray(np.einsum("rnp,rn->rp", self.X, self.y) / self.n)

    @property
    def correlation_max(self) -> Array:
        """max |X'y| / n per replicate, (R,)."""
        return np.asarray(np.abs(self.correlation).max(axis=1))

    @property
    def svd(self) -> tuple[Array, Array, Array]:
        left, singular, right = np.linalg.svd(self.X, full_matrices=False)
        return left, singular, right

    def grid(self, lambdas: object, largest: Array, count: int, ratio: float) -> Array:
        """The strengths (R, L): checked ones, or a geometric grid down from `largest` (R,)."""
        replicates = self.X.shape[0]
        if lambdas is None:
            count = check_integer(count, "n_lambdas", low=1)
            ratio = check_scalar(ratio, "lambda_min_ratio", low=0.0, high=1.0, inclusive="neither")
            shape = ratio ** (np.arange(count) / max(count - 1, 1))
            return np.where(largest > 0, largest, 1.0)[:, None] * shape  # all zero: any grid shows it
        values = check_array(lambdas, "lambdas", ndim=(1, 2) if self.batched else 1)
        if values.ndim == 2 and values.shape[0] != replicates:
            raise ValueError(f"lambdas must have {replicates} rows, one per replicate, got shape {values.shape}")
        if np.any(values < 0):
            raise ValueError(f"lambdas must be >= 0, got {values.min():g}")
        if np.any(np.diff(values, axis=-1) >= 0):
            raise ValueError("lambdas must be strictly decreasing, got an increase or a repeated value")
        return np.array(np.broadcast_to(values, (replicates, values.shape[-1])))

    def path(self, grid: Array, l1: Array, l2: Array) -> Path:
        """Solve (1/(2n)) ||y - X theta||^2 + l1 ||theta||_1 + l2 ||theta||_2^2 for the rows of l1, l2 (R, L)."""
        coef = np.stack([_descend(self.X[r], self.y[r], l1[r], l2[r]) for r in range(grid.shape[0])])
        df = np.stack([_degrees_of_freedom(self.X[r], coef[r], l2[r]) for r in range(grid.shape[0])])
        return self.finish(grid, coef, df, l1, l2)

    def finish(self, grid: Array, coef: Array, df: Array, l1: Array, l2: Array) -> Path:
        """Intercepts, the certificate, and the shape that the caller's input had."""
        intercept = self.y_mean[:, None] - np.einsum("rlp,rp->rl", coef, self.X_mean)
        residual = self.y[:, None, :] - np.einsum("rnp,rlp->rln", self.X, coef)
        pull = np.einsum("rnp,rln->rlp", self.X, residual) / self.n - 2.0 * l2[:, :, None] * coef
        bound = l1[:, :, None]
        violation = np.where(coef == 0, np.maximum(np.abs(pull) - bound, 0.0), np.abs(pull - bound * np.sign(coef)))
        scale = self.correlation_max
        kkt = violation.max(axis=(1, 2)) / np.where(scale > 0, scale, 1.0)
        if self.batched:
            return Path(grid, coef, intercept, df, kkt)
        return Path(grid[0], coef[0], intercept[0], df[0], kkt[0])


def _descend(X: Array, y: Array, l1: Array, l2: Array) -> Array:
    """Coefficients (L, p) for one centered data set: a path algorithm finds the supports, linear algebra the numbers.

    Whatever does not meet the optimality conditions to rounding is solved more closely, and in the end from scratch.
    """
    correlation = X.T @ y / y.size
    largest = float(np.abs(correlation).max())
    enough = 1e-11 * largest
    coef = np.zeros((l1.size, X.shape[1]))
    if enough == 0:
        return coef
    positive = (l1 > 0) & (l1 < largest * (1.0 - 1e-15))  # from lambda_max on all are zero
    if not l1.all():
        coef[l1 == 0] = np.linalg.pinv(X) @ y
    if not positive.any():
        return coef
    coef[positive] = _first_guess(X, y, correlation, l1[positive], l2[positive])
    left = np.flatnonzero(positive & (_violations(X, y, coef, l1, l2) > 1e-3 * enough))
    for tol in (None, 1e-10, 1e-16):
        if left.size and tol is not None:
            coef[left] = _coordinates(X, y, l1[left], l2[left], tol)
        for k in left:
            coef[k] = _polish(X, y, coef[k], l1[k], l2[k])
        left = left[_violations(X, y, coef[left], l1[left], l2[left]) > enough]
    for k in left:
        coef[k] = _solve_again(X, y, coef[k], l1[k], l2[k])
    return coef


def _first_guess(X: Array, y: Array, correlation: Array, l1: Array, l2: Array) -> Array:
    """LARS for the lasso, ten times as fast where it gets through; coordinate descent where there is an L2 part."""
    n, p = X.shape
    if l2.any() or p > n:
        return _coordinates(X, y, l1, l2, 1e-10)
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import lars_path_gram

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it may stop at a tie; the caller looks at every answer
        knots, _, corners = lars_path_gram(Xy=n * correlation, Gram=X.T @ X, n_samples=n, method="lasso")
    corners[np.abs(corners) < 1e-13 * np.abs(corners).max()] = 0.0  # one that leaves at a knot leaves rounding behind
    # between knots the path is straight; l1 and knots decrease, numpy wants them to increase
    return np.stack([np.interp(l1[::-1], knots[::-1], corner[::-1])[::-1] for corner in corners], axis=1)


def _coordinates(X: Array, y: Array, l1: Array, l2: Array, tol: float) -> Array:
    """Coordinate descent along l1 (L,), decreasing, with l2 in proportion to it."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import enet_path

    n, p = X.shape
    alphas = l1 + 2.0 * l2
    gram = X.T @ X if p <= n else False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # what did not converge is solved again
        found = enet_path(
            X, y, l1_ratio=float(l1[0] / alphas[0]), alphas=alphas, precompute=gram, Xy=X.T @ y,
            tol=tol, max_iter=20_000,
        )  # fmt: skip
    return np.asarray(found[1].T)


def _polish(X: Array, y: Array, theta: Array, l1: float, l2: float) -> Array:
    """Solve the optimality conditions on the support of theta with its signs; keep the answer when it is better."""
    on = np.flatnonzero(theta)
    if on.size == 0:
        return theta
    n = X.shape[0]
    gram = X[:, on].T @ X[:, on] / n + 2.0 * l2 * np.eye(on.size)
    moved = theta.copy()
    for _ in range(2):  # the second round removes the rounding of the first
        slope = X[:, on].T @ (y - X @ moved) / n - 2.0 * l2 * moved[on] - l1 * np.sign(theta[on])
        moved[on] += np.linalg.lstsq(gram, slope, rcond=None)[0]
    same_signs = np.array_equal(np.sign(moved), np.sign(theta))
    better = _violation(X, y, moved, l1, l2) < _violation(X, y, theta, l1, l2)
    return moved if same_signs and better else theta


def _solve_again(X: Array, y: Array, theta: Array, l1: float, l2: float) -> Array:
    from regutils.losses import SquaredLoss
    from regutils.penalties import ElasticNet
    from regutils.solvers import solve

    total = l1 + l2
    loss, penalty = SquaredLoss(X, y, fit_intercept=False), ElasticNet(total, l1 / total)
    tolerance = 1e-14 * float(y @ y) / (2 * y.size)
    answer = solve(loss, penalty, theta0=theta, tol=tolerance).coef
    return answer if _violation(X, y, answer, l1, l2) < _violation(X, y, theta, l1, l2) else theta


def _violations(X: Array, y: Array, coef: Array, l1: Array, l2: Array) -> Array:
    """How far each row of coef (L, p) is from meeting its optimality conditions, (L,)."""
    pull = (y - coef @ X.T) @ X / y.size - 2.0 * l2[:, None] * coef
    bound = l1[:, None]
    at_zero = np.maximum(np.abs(pull) - bound, 0.0)
    return np.asarray(np.max(np.where(coef == 0, at_zero, np.abs(pull - bound * np.sign(coef))), axis=1))


def _violation(X: Array, y: Array, theta: Array, l1: float, l2: float) -> float:
    return float(_violations(X, y, theta[None], np.array([l1]), np.array([l2]))[0])


def _degrees_of_freedom(X: Array, coef: Array, l2: Array) -> Array:
    """trace of X_A (X_A'X_A + 2 n l2 I)^-1 X_A' per strength (L,): the number of nonzeros when l2 = 0."""
    df: Array = np.count_nonzero(coef, axis=1).astype(np.float64)
    for k in np.flatnonzero(l2 > 0):
        squares = np.linalg.svd(X[:, coef[k] != 0], compute_uv=False) ** 2
        df[k] = np.sum(squares / (squares + 2.0 * X.shape[0] * l2[k]))
    return df
