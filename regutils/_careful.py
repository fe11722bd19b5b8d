"""One problem solved without hurry: for what the homotopy cannot follow (ties, dependent columns, lost digits).

(1/(2n)) ||y - X theta||_2^2 + l1 ||theta||_1 + l2 ||theta||_2^2,    X (n, p), y (n,), l1 and l2 (L,)
"""

from __future__ import annotations

import warnings

import numpy as np

from regutils._validation import Array

BEST, GOOD, LIMIT = 1e-12, 1e-10, 1e-9  # violations, relative to max |X'y| / n


def resolve(X: Array, y: Array, coef: Array, l1: Array, l2: Array) -> Array:
    """Better coefficients (L, p) than `coef` wherever these can be improved.

    Linear algebra on the support mends lost digits. A wrong support is mended by an active-set method, by coordinate
    descent, or in the end by the solver of solvers.py, which stops at a small duality gap.
    """
    unit = float(np.abs(X.T @ y).max()) / y.size
    coef = coef.copy()
    for k in np.flatnonzero(l1 == 0).tolist():
        coef[k] = _least_squares(X, y, l2[k])

    def above(share: float) -> list[int]:
        found: list[int] = np.flatnonzero((violations(X, y, coef, l1, l2) > share * unit) & (l1 > 0)).tolist()
        return found

    for k in above(BEST):
        coef[k] = _polish(X, y, coef[k], l1[k], l2[k])
    for k in above(GOOD):
        start = _better(X, y, (coef[k], coef[max(k - 1, 0)]), l1[k], l2[k])
        coef[k] = _better(X, y, (coef[k], _active_set(X, y, start, l1[k], l2[k])), l1[k], l2[k])
    for k in above(GOOD):  # a start with the signs of elsewhere can end where rounding hides the way
        coef[k] = _better(X, y, (coef[k], _active_set(X, y, np.zeros(X.shape[1]), l1[k], l2[k])), l1[k], l2[k])
    for tol in (1e-10, 1e-16):
        left = above(LIMIT)
        for k, theta in zip(left, coordinates(X, y, l1[left], l2[left], tol), strict=True):
            coef[k] = _better(X, y, (coef[k], _polish(X, y, theta, l1[k], l2[k])), l1[k], l2[k])
    for k in above(LIMIT):
        coef[k] = _better(X, y, (coef[k], _solve(X, y, coef[k], l1[k], l2[k])), l1[k], l2[k])
    return coef


def _least_squares(X: Array, y: Array, l2: float) -> Array:
    """Ridge, or least squares of least norm."""
    left, singular, right = np.linalg.svd(X, full_matrices=False)
    kept = singular > max(X.shape) * np.finfo(float).eps * singular[0]
    scale = np.where(kept, singular, 0.0) / np.where(kept, singular**2 + 2.0 * y.size * l2, 1.0)
    return np.asarray((scale * (y @ left)) @ right)


def _active_set(X: Array, y: Array, theta: Array, l1: float, l2: float) -> Array:
    """Feature-sign search (Lee, Battle, Raina and Ng 2007, algorithm 1) from theta: exact but for rounding.

    On the support the smooth problem with the present signs is solved; the step towards its solution ends where the
    objective is least among the end and the places where a coefficient changes sign. Then the column that violates
    its condition most joins the support.
    """
    n, p = X.shape
    q = X.T @ y / n
    slack = 1e-13 * float(np.abs(q).max())
    sign = np.sign(theta)
    for _ in range(10 * (n + p)):
        on = np.flatnonzero(sign)
        slope = X[:, on].T @ (y - X @ theta) / n - 2.0 * l2 * theta[on] - l1 * sign[on]
        step, flat = _newton_step(X[:, on], slope, sign[on], l2)
        bounded = on.size == 0 or np.abs(flat).max() <= 1e-9  # else the columns depend, and 0 stops the way
        step = step if bounded else flat
        with np.errstate(all="ignore"):
            crossings = -theta[on] / step
        reach = crossings[np.isfinite(crossings) & (crossings > 0) & ((crossings < 1) | (not bounded))]
        ends = np.append(reach, 1.0) if bounded else reach
        if on.size and ends.size:
            points = np.tile(theta, (ends.size, 1))
            points[:, on] += ends[:, None] * step
            points[:, on] = np.where(crossings == ends[:, None], 0.0, points[:, on])
            misfit = np.sum((y - points @ X.T) ** 2, axis=1) / (2 * n)
            value = misfit + l1 * np.abs(points).sum(axis=1) + l2 * np.sum(points**2, axis=1)
            best = int(value.argmin())
            theta, whole = points[best], bool(bounded and best == ends.size - 1)
            sign = np.sign(theta)
            if not whole:
                continue
        pull = q - X.T @ (X @ theta) / n - 2.0 * l2 * theta
        excess = np.where(sign == 0, np.abs(pull), 0.0)
        j = int(excess.argmax())
        if excess[j] <= l1 + slack:
            break
        sign[j] = np.sign(pull[j])
    return theta


def _newton_step(X: Array, slope: Array, sign: Array, l2: float) -> tuple[Array, Array]:
    """The step of least norm that removes `slope`, and the direction within the null space of X in which only the
    L1 norm changes, downhill; the signs tell it more exactly than the slope.
    """
    _, singular, right = np.linalg.svd(X / np.sqrt(X.shape[0]))
    singular = np.append(singular, np.zeros(X.shape[1] - singular.size))  # with an L2 part every direction counts
    kept = singular**2 + 2.0 * l2 > (max(X.shape) * np.finfo(float).eps) ** 2 * singular[:1] ** 2
    right, curvature = right[kept], singular[kept] ** 2 + 2.0 * l2
    flat = right.T @ (right @ sign) - sign if l2 == 0 else np.zeros_like(sign)
    return np.asarray(right.T @ ((right @ slope) / curvature)), flat


def coordinates(
    X: Array, y: Array, l1: Array, l2: Array, tol: float, *, gram: Array | None = None, max_iter: int = 20_000
) -> Array:
    """Coordinate descent (L, p), the answer for one strength the start for the next; gram is X'X (p, p), if known."""
    from sklearn import config_context
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import enet_path

    n, p = X.shape
    found = np.zeros((l1.size, p))
    if l1.size == 0:
        return found
    if gram is None and p <= n:
        gram = X.T @ X
    if gram is None:
        X = np.asfortranarray(X)  # as it is wanted: their own check costs more than the answer
    correlation = X.T @ y
    share = l1 / (l1 + 2.0 * l2)
    alike = np.allclose(share, share[0], rtol=1e-14, atol=0.0)
    groups = [np.arange(l1.size)] if alike else [np.array([k]) for k in range(l1.size)]
    with config_context(skip_parameter_validation=True), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the certificate tells what did not converge
        for group in groups:
            start = found[max(int(group[0]) - 1, 0)].copy()
            found[group] = enet_path(
                X, y, l1_ratio=float(share[group[0]]), alphas=l1[group] + 2.0 * l2[group],
                precompute=False if gram is None else gram, Xy=correlation, coef_init=start, tol=tol,
                max_iter=max_iter, check_input=False, copy_X=False,
            )[1].T  # fmt: skip
    return found


def _polish(X: Array, y: Array, theta: Array, l1: float, l2: float) -> Array:
    """Solve the optimality conditions on the support of theta with its signs, if that is better."""
    on = np.flatnonzero(theta)
    if on.size == 0:
        return theta
    n = X.shape[0]
    gram = X[:, on].T @ X[:, on] / n + 2.0 * l2 * np.eye(on.size)
    moved = theta.copy()
    for _ in range(2):  # the second round removes the rounding of the first
        slope = X[:, on].T @ (y - X @ moved) / n - 2.0 * l2 * moved[on] - l1 * np.sign(theta[on])
        moved[on] += np.linalg.lstsq(gram, slope, rcond=None)[0]
    return _better(X, y, (theta, moved), l1, l2) if np.array_equal(np.sign(moved), np.sign(theta)) else theta


def _better(X: Array, y: Array, pair: tuple[Array, Array], l1: float, l2: float) -> Array:
    worst = violations(X, y, np.stack(pair), np.full(2, l1), np.full(2, l2))
    return pair[int(worst[1] < worst[0])]


def _solve(X: Array, y: Array, theta: Array, l1: float, l2: float) -> Array:
    from regutils.losses import SquaredLoss
    from regutils.penalties import ElasticNet
    from regutils.solvers import solve

    total = l1 + l2
    loss, penalty = SquaredLoss(X, y, fit_intercept=False), ElasticNet(total, l1 / total)
    tolerance = 1e-14 * float(y @ y) / (2 * y.size)
    # what is not there after so many steps costs minutes, if it comes at all
    return solve(loss, penalty, theta0=theta, tol=tolerance, max_iter=5_000).coef


def violations(X: Array, y: Array, coef: Array, l1: Array, l2: Array) -> Array:
    """How far each row of coef (L, p) is from meeting its optimality conditions, (L,)."""
    pull = (y - coef @ X.T) @ X / y.size - 2.0 * l2[:, None] * coef
    bound = l1[:, None]
    at_zero = np.maximum(np.abs(pull) - bound, 0.0)
    return np.asarray(np.max(np.where(coef == 0, at_zero, np.abs(pull - bound * np.sign(coef))), axis=1))
