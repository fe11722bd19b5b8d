"""Stopping gradient descent early, beside ridge with the matching strength, on the diabetes data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.datasets import load_diabetes, standardize
from regutils.experiments.caching import once
from regutils.experiments.core_difference.traces import standardized
from regutils.experiments.intervals import Interval, interval
from regutils.experiments.replications.gradient_flow import flow_and_ridge
from regutils.paths import ridge_path


def matching_strength(time: Array) -> Array:
    """Our lambda that belongs to the time t of gradient flow: 1/(2t), because lambda ||theta||^2 has no 1/2.

    Ali, Kolter and Tibshirani (2019) write ridge as (1/n) ||y - X theta||^2 + (1/t) ||theta||^2.
    """
    return 1.0 / (2.0 * np.asarray(time))


def gradient_flow(X: Array, y: Array, time: Array) -> Array:
    """Coefficients (T, p) of the flow of (1/(2n)) ||y - X theta||^2 from zero, at times (T,); centered data."""
    curvature, directions = np.linalg.eigh(X.T @ X / len(y))
    pull = directions.T @ (X.T @ y / len(y))
    # (1 - exp(-t s)) / s, which is t where s is zero
    along = np.maximum(curvature, 0.0) * time[:, None]
    share = np.where(along > 0, -np.expm1(-along) / np.where(along > 0, along, 1.0), 1.0) * time[:, None]
    return np.asarray((share * pull) @ directions.T)


def gradient_descent(X: Array, y: Array, rate: float, counts: Array) -> Array:
    """Coefficients (K, p) of plain gradient descent from zero after the given numbers of steps (increasing)."""
    theta, found, done = np.zeros(X.shape[1]), [], 0
    gram, pull = X.T @ X / len(y), X.T @ y / len(y)
    for count in counts:
        for _ in range(int(count) - done):
            theta = theta + rate * (pull - gram @ theta)
        found.append(theta)
        done = int(count)
    return np.array(found)


@dataclass(frozen=True, eq=False)
class Stopping:
    """Paths of flow and of ridge with the matching strength on standardized diabetes."""

    features: tuple[str, ...]
    time: Array  # (T,)
    flow: Array  # (T, p)
    ridge: Array  # (T, p) at lambda = 1/(2t)
    rate: float
    counts: Array  # (K,) steps of gradient descent
    descent: Array  # (K, p) after them, at time rate * counts
    largest_gap: float  # of a coefficient between flow and ridge, over the largest coefficient of least squares
    relative_gap: float  # largest ||flow - ridge|| / ||ridge|| over all times
    descent_gap: float  # largest difference of a coefficient between descent and flow
    risk_time: Array  # (M,) times of the next two, in the units of `time`
    risk_ratio: Array  # E ||theta_hat - theta||^2 of flow over that of ridge at lambda = 1/(2t)
    risk_best: int  # where the risk of ridge is least
    best_ratio: float  # least risk of flow over least risk of ridge


@once
def stopping(*, rate: float = 0.05, count: int = 161) -> Stopping:
    """Times from 0.01 to 10,000; gradient descent at a step size of `rate`, up to 10,000 steps."""
    X, y, features = standardized("diabetes")
    time = np.geomspace(1e-2, 1e4, count)
    flow = gradient_flow(X, y, time)
    ridge = ridge_path(X, y, matching_strength(time)).coef
    counts = np.unique(np.geomspace(1, 10000, 13).astype(int))
    descent = gradient_descent(X, y, rate, counts)
    risks = flow_and_ridge()
    least_squares = np.linalg.lstsq(X, y, rcond=None)[0]
    return Stopping(
        features=features,
        time=time,
        flow=flow,
        ridge=ridge,
        rate=rate,
        counts=counts,
        descent=descent,
        largest_gap=float(np.max(np.abs(flow - ridge)) / np.max(np.abs(least_squares))),
        relative_gap=float(np.max(np.linalg.norm(flow - ridge, axis=1) / np.linalg.norm(ridge, axis=1))),
        descent_gap=float(np.max(np.abs(descent - gradient_flow(X, y, rate * counts)))),
        risk_time=risks.time / len(y),  # there columns have length 1, here variance 1
        risk_ratio=risks.flow / risks.ridge,
        risk_best=int(risks.ridge.argmin()),
        best_ratio=risks.best_ratio,
    )


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Errors on held-out patients, in units of the error of predicting the mean; (S, T) over splits and times."""

    time: Array
    flow: Array
    ridge: Array  # at lambda = 1/(2t)
    rows: int

    @property
    def best(self) -> tuple[int, int]:
        """Positions of the times of least mean error, flow and ridge."""
        return int(self.flow.mean(axis=0).argmin()), int(self.ridge.mean(axis=0).argmin())

    @property
    def difference(self) -> Interval:
        """Flow minus ridge, each at its own best time, with an interval that knows that splits overlap."""
        flow, ridge = self.best
        test_share = (442 - self.rows) / self.rows
        return interval(self.flow[:, flow] - self.ridge[:, ridge], test_share=test_share)

    @property
    def gain(self) -> Interval:
        """Flow at the last time, which is least squares, minus flow at its best."""
        flow, _ = self.best
        return interval(self.flow[:, -1] - self.flow[:, flow], test_share=(442 - self.rows) / self.rows)


@once
def held_out(*, rows: int = 100, splits: int = 200, seed: int = 0) -> HeldOut:
    """`rows` patients to fit, the others to test, many times over; standardized by the training rows."""
    bunch = load_diabetes()
    X, y = np.asarray(bunch.data), np.asarray(bunch.target, dtype=np.float64)
    time = np.geomspace(1e-1, 1e5, 49)
    flow, ridge = np.empty((splits, time.size)), np.empty((splits, time.size))
    for s, child in enumerate(np.random.SeedSequence(seed).spawn(splits)):
        order = np.random.default_rng(child).permutation(len(y))
        fit, test = order[:rows], order[rows:]
        features, unseen = standardize(X[fit]), standardize(X[test], reference=X[fit])
        target, mean = y[fit] - y[fit].mean(), y[fit].mean()
        scale = np.mean((y[test] - mean) ** 2)
        for errors, coef in (
            (flow, gradient_flow(features, target, time)),
            (ridge, ridge_path(features, target, matching_strength(time), fit_intercept=False).coef),
        ):
            errors[s] = np.mean((y[test] - mean - coef @ unseen.T) ** 2, axis=1) / scale
    return HeldOut(time, flow, ridge, rows)
