"""Penalized logistic regression for many data sets at once, along a grid of strengths.

    mean logistic loss + lam ||theta||_1   or   mean logistic loss + lam ||theta||_2^2,   the intercept free.

One data set at a time is what `regutils.solvers` is for. Here R of them share every matrix product, which is what
lets an experiment with thousands of fits run while a page is built. X (R, n, p), y (R, n) in {0, 1}.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from regutils._validation import Array


@dataclass(frozen=True)
class LogisticPath:
    """Fits per data set along a decreasing grid, and the worst violation of the optimality conditions.

    lambdas (R, L), coef (R, L, p), intercept (R, L). violation (R,) is in units of the strength at each point: the
    largest |gradient| beyond what the penalty holds or pulls.
    """

    lambdas: Array
    coef: Array
    intercept: Array
    violation: Array


def l1_path(X: Array, y: Array, *, n_lambdas: int, lambda_min_ratio: float, tol: float = 1e-3) -> LogisticPath:
    """From each data set's lambda_max (all coefficients zero) down to lambda_min_ratio of it, with warm starts.

    FISTA with restarts on a working set: the nonzero features and those that violate their condition most, until none
    does. At most half as many join at a time as there are observations: many of the others will not have to.
    """
    most = min(1 + X.shape[1] // 2, X.shape[2])
    intercept = _start(y)
    theta = np.zeros((X.shape[0], X.shape[2]))
    gradient = _gradient(X, y, np.broadcast_to(intercept[:, None], y.shape))
    largest = np.abs(gradient).max(axis=1)
    lambdas = _grid(largest, n_lambdas, lambda_min_ratio)
    fits, shifts, worst = [], [], np.zeros(X.shape[0])
    for lam in lambdas.T:
        work = theta != 0
        missing = np.ones(len(y), dtype=bool)
        while missing.any():
            pull = np.where(work, 0.0, np.abs(gradient))
            least = np.maximum(0.95 * lam, np.partition(pull, -most, axis=1)[:, -most])
            work |= (pull >= least[:, None]) & missing[:, None]
            columns, some = _pack(work)
            design = np.take_along_axis(X, columns[:, None, :], axis=2) * some[:, None, :]
            design = np.concatenate([design, np.ones((*y.shape, 1))], axis=2)
            start = np.concatenate([np.take_along_axis(theta, columns, axis=1) * some, intercept[:, None]], axis=1)
            found = _fista(design, y, lam, start, tol)
            intercept = found[:, -1]
            theta = np.zeros_like(theta)
            rows, places = np.nonzero(some)
            theta[rows, columns[rows, places]] = found[rows, places]
            gradient = _gradient(X, y, (design @ found[:, :, None])[:, :, 0])
            missing = ((np.abs(gradient) > (1.0 + tol) * lam[:, None]) & ~work).any(axis=1)
        pull = np.where(theta == 0, np.abs(gradient) - lam[:, None], np.abs(gradient + lam[:, None] * np.sign(theta)))
        worst = np.maximum(worst, pull.max(axis=1) / lam)
        fits.append(theta)
        shifts.append(intercept)
    return LogisticPath(lambdas, np.stack(fits, axis=1), np.stack(shifts, axis=1), worst)


def l2_path(X: Array, y: Array, *, n_lambdas: int, lambda_min_ratio: float, tol: float = 1e-4) -> LogisticPath:
    """From the largest eigenvalue of X'X / n (centered) down to lambda_min_ratio of it, by Newton's method.

    L2 does not notice a rotation of the features. So with more features than observations each data set is turned
    until n coordinates hold all of it, solved there, and turned back.
    """
    n, p = X.shape[1:]
    centered = X - X.mean(axis=1, keepdims=True)
    wide = p > n
    gram = centered @ np.swapaxes(centered, 1, 2) if wide else np.swapaxes(centered, 1, 2) @ centered
    squares, directions = np.linalg.eigh(gram)
    lambdas = _grid(squares[:, -1] / n, n_lambdas, lambda_min_ratio)
    turned = directions * np.sqrt(np.maximum(squares, 0.0))[:, None, :] if wide else centered
    size = turned.shape[2]
    design = np.concatenate([turned, np.ones((*y.shape, 1))], axis=2)
    penalized = np.r_[np.ones(size), 0.0]
    theta = np.concatenate([np.zeros((X.shape[0], size)), _start(y)[:, None]], axis=1)
    fits, worst = [], np.zeros(X.shape[0])
    for lam in lambdas.T:
        curvature = 2.0 * lam[:, None] * penalized
        for _ in range(30):
            mean = expit((design @ theta[:, :, None])[:, :, 0])
            slope = _gradient(design, y, mean, fitted=True) + curvature * theta
            violation = np.abs(slope).max(axis=1) / lam
            if np.all(violation <= tol):
                break
            weighted = design * (mean * (1.0 - mean))[:, :, None]
            hessian = np.swapaxes(weighted, 1, 2) @ design / n
            hessian[:, np.arange(size + 1), np.arange(size + 1)] += curvature
            theta = theta - np.linalg.solve(hessian, slope[:, :, None])[:, :, 0]
        worst = np.maximum(worst, violation)
        fits.append(theta)
    path = np.stack(fits, axis=1)
    coef = path[:, :, :-1]
    if wide:  # the rows of X span the last n - 1 directions: centering has used up the first
        scaled = np.where(squares > 1e-12 * squares[:, -1:], 1.0 / np.sqrt(np.maximum(squares, 1e-300)), 0.0)
        coef = (coef * scaled[:, None, :]) @ np.swapaxes(directions, 1, 2) @ centered
    intercept = path[:, :, -1] - np.einsum("rlp,rp->rl", coef, X.mean(axis=1))
    return LogisticPath(lambdas, coef, intercept, worst)


def _fista(design: Array, y: Array, lam: Array, start: Array, tol: float) -> Array:
    """All data sets in step, until most have arrived and the others go on alone.

    The last column of the design is the intercept's, and free.
    """
    n, size = design.shape[1:]
    transposed = np.ascontiguousarray(np.swapaxes(design, 1, 2))
    gram = design @ transposed if size > n else transposed @ design
    step = n / (0.25 * np.linalg.eigvalsh(gram)[:, -1:])
    threshold = step * lam[:, None] * np.r_[np.ones(size - 1), 0.0]
    enough = 0.3 * tol * lam * step[:, 0]
    theta, ahead, momentum = start, start, np.ones((len(y), 1))
    found, rows = np.empty_like(start), np.arange(len(y))
    for iteration in range(5_000):
        mean = expit((design @ ahead[:, :, None])[:, :, 0])
        moved = ahead - step / n * (transposed @ (mean - y)[:, :, None])[:, :, 0]
        new = np.sign(moved) * np.maximum(np.abs(moved) - threshold, 0.0)
        move = ahead - new
        uphill = np.sum(move * (new - theta), axis=1, keepdims=True) > 0
        following = 0.5 * (1.0 + np.sqrt(1.0 + 4.0 * momentum**2))
        ahead = new + np.where(uphill, 0.0, (momentum - 1.0) / following) * (new - theta)
        theta, momentum = new, np.where(uphill, 1.0, following)
        if iteration % 10 == 9:
            found[rows] = theta
            going = np.abs(move).max(axis=1) > enough
            if not going.any():
                break
            if going.mean() < 0.75:
                rows, y, step, threshold, enough, theta, ahead, momentum, design, transposed = (
                    each[going]
                    for each in (rows, y, step, threshold, enough, theta, ahead, momentum, design, transposed)
                )
    return found


def _pack(work: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Positions of the true entries of each row of work (R, p), filled up to a common number, and which are real."""
    count = work.sum(axis=1)
    columns = np.argsort(~work, axis=1, kind="stable")[:, : count.max()]
    return columns, np.arange(count.max()) < count[:, None]


def _gradient(X: Array, y: Array, predictor: Array, *, fitted: bool = False) -> Array:
    """Of the mean logistic loss with respect to the coefficients, (R, p)."""
    residual = (predictor if fitted else expit(predictor)) - y
    return np.asarray((residual[:, None, :] @ X)[:, 0, :] / y.shape[1])


def _start(y: Array) -> Array:
    """The intercept that fits best alone, (R,)."""
    share = y.mean(axis=1)
    if not np.all((share > 0) & (share < 1)):
        raise ValueError("y must hold both classes in every data set, got one that holds a single class")
    return np.asarray(np.log(share / (1.0 - share)))


def _grid(largest: Array, count: int, ratio: float) -> Array:
    return np.asarray(largest[:, None] * ratio ** (np.arange(count) / (count - 1)))
