"""Penalty against loss: squared or absolute errors, with an L1 or an L2 penalty, where some targets are wrong."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from regutils._validation import Array, check_choice, check_scalar
from regutils.claims import Finding, evidence
from regutils.datasets import simulate_linear
from regutils.experiments.caching import once
from regutils.experiments.definition.errors import Kind
from regutils.experiments.intervals import Interval, interval
from regutils.paths import lasso_path, ridge_path

LossName = Literal["squared", "absolute"]
TRUTH = (3.0, -2.0, 1.5, 1.0, *(0.0,) * 8)
CORNERS: tuple[tuple[LossName, Kind], ...] = (
    ("squared", "l1"),
    ("squared", "l2"),
    ("absolute", "l1"),
    ("absolute", "l2"),
)


@dataclass(frozen=True, eq=False)
class FourFits:
    """One data set with outliers under the four objectives."""

    objectives: tuple[tuple[LossName, Kind], ...]
    truth: Array  # (p,)
    coef: Array  # (4, p)
    lam: float
    outliers: int
    n_samples: int
    best: Array  # (4,) the least squared distance to the truth over a grid of lambdas
    zeros: Array  # (4,) coefficients at zero


def _data(seed: int, outliers: int) -> tuple[Array, Array]:
    """80 rows, 12 features, noise 1; the first `outliers` targets are off by 30 in a random direction."""
    data = simulate_linear(80, len(TRUTH), theta=TRUTH, sigma=1.0, seed=seed)
    sign = np.random.default_rng(seed + 1_000_000).choice([-1.0, 1.0], outliers)
    y = data.y.copy()
    y[:outliers] += 30.0 * sign
    return data.X, y


def fit(X: Array, y: Array, loss: LossName, kind: Kind, lam: float) -> Array:
    """argmin of the data loss plus lam ||theta||_1 or lam ||theta||_2^2, intercept free; returns theta (p,).

    squared: (1/(2n)) sum r^2. absolute: (1/n) sum |r|, solved exactly: a linear program with the L1 penalty
    (median regression), a box-constrained quadratic dual with the L2 one (support vector regression with epsilon 0).
    """
    check_choice(loss, "loss", ("squared", "absolute"))
    check_choice(kind, "kind", ("l1", "l2"))
    lam = check_scalar(lam, "lam", low=0.0, inclusive="neither")
    if loss == "squared":
        return np.asarray((lasso_path if kind == "l1" else ridge_path)(X, y, np.array([lam])).coef[0])
    if kind == "l1":
        from sklearn.linear_model import QuantileRegressor

        # the pinball loss at the median is half the absolute error
        median = QuantileRegressor(quantile=0.5, alpha=lam / 2, solver="highs").fit(X, y)
        return np.asarray(median.coef_)
    return absolute_ridge(X, y, lam)[0]


def absolute_ridge(X: Array, y: Array, lam: float) -> tuple[Array, float]:
    """argmin of (1/n) sum |y - X theta - b| + lam ||theta||_2^2: theta (p,), and its duality gap as a certificate.

    Support vector regression with epsilon 0 is this problem divided by 2 lam, with C = 1 / (2 lam n).
    Dual: maximize u'y - ||X'u||^2 / (4 lam) over |u_i| <= 1/n, sum u_i = 0, where theta = X'u / (2 lam).
    """
    from sklearn.svm import SVR

    n = y.size
    vector = SVR(kernel="linear", epsilon=0.0, C=1 / (2 * lam * n), tol=1e-8).fit(X, y)
    theta = np.asarray(vector.coef_).ravel()
    u = np.zeros(n)
    u[vector.support_] = 2 * lam * vector.dual_coef_.ravel()
    residual = y - X @ theta - np.median(y - X @ theta)
    primal = np.mean(np.abs(residual)) + lam * theta @ theta
    dual = u @ (y - y.mean()) - np.sum((X.T @ u) ** 2) / (4 * lam)  # y centered: rounding in sum u costs nothing
    return theta, float(primal - dual)


@once
def four_fits(lam: float = 0.05, *, outliers: int = 8, seed: int = 0) -> FourFits:
    """All four objectives on one data set at the same lam, and how close each gets to the truth at its best lam."""
    X, y = _data(seed, outliers)
    truth = np.array(TRUTH)
    coef = np.array([fit(X, y, loss, kind, lam) for loss, kind in CORNERS])
    grid = np.geomspace(0.005, 5.0, 16)
    best = [
        min(float(np.sum((fit(X, y, loss, kind, float(at)) - truth) ** 2)) for at in grid) for loss, kind in CORNERS
    ]
    return FourFits(
        objectives=CORNERS,
        truth=truth,
        coef=coef,
        lam=lam,
        outliers=outliers,
        n_samples=y.size,
        best=np.array(best),
        zeros=np.sum(np.abs(coef) < 1e-9, axis=1),
    )


@once
def damage(loss: LossName, *, lam: float = 0.05, replicates: int = 30) -> Interval:
    """||theta - truth||^2 of the L1-penalized fit with 8 outliers in 80 rows, averaged over data sets."""
    errors = [np.sum((fit(*_data(seed, 8), loss, "l1", lam) - np.array(TRUTH)) ** 2) for seed in range(replicates)]
    return interval(np.array(errors))


@evidence("B-def-6", sabotage={"loss": "absolute"})
def penalty_is_not_the_loss(*, loss: LossName = "squared") -> list[Finding]:
    """The lasso (squared loss, L1 penalty) against least absolute deviations, on data in which 8 of 80 targets are
    off by 30: does it minimize the sum of absolute errors, and does it resist the outliers?"""
    X, y = _data(0, 8)
    lam = 0.05
    theta, deviations = fit(X, y, loss, "l1", lam), fit(X, y, "absolute", "l1", 1e-12)
    sums = [np.sum(np.abs(y - X @ coef - np.median(y - X @ coef))) for coef in (theta, deviations)]
    robust, gap = absolute_ridge(X, y, lam)
    return [
        Finding(
            "against",
            "sum of absolute errors of the lasso over the least possible",
            measured=float(sums[0] / sums[1]),
            relation=">=",
            expected=1.05,
            unit="times",
        ),
        Finding(
            "against",
            "squared error of the coefficients over 30 data sets, lasso over absolute loss with the same penalty",
            measured=damage(loss).mean / damage("absolute").mean,
            relation=">=",
            expected=5,
            unit="times",
        ),
        Finding(
            "against",
            "coefficients at zero under the absolute loss with an L1 penalty",
            measured=float(np.sum(np.abs(fit(X, y, "absolute", "l1", lam)) < 1e-9)),
            relation=">=",
            expected=1,
        ),
        Finding(
            "against",
            "coefficients at zero under the absolute loss with an L2 penalty",
            measured=float(np.sum(np.abs(robust) < 1e-9)),
            relation="==",
            expected=0,
        ),
        Finding(
            "against",
            "duality gap of that fit, relative to the loss without features",
            measured=gap / float(np.mean(np.abs(y - np.median(y)))),
            relation="<=",
            expected=0,
            tolerance=1e-6,
        ),
    ]
