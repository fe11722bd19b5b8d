"""One weight: the objective (x - b)^2 / 2 + penalty, minimized by search, without the formula."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.claims import Finding, evidence
from regutils.experiments.caching import once
from regutils.penalties import L1, L2, Penalty

TOO_SMALL = 1e-7  # the square of this is lost beside 1: nothing nearer to zero can be told from zero by its objective


def searched(penalty: Penalty, b: float) -> float:
    """The x that minimizes (x - b)^2 / 2 + penalty(x), by bracketing alone; 0 where nothing found is better than 0."""
    from scipy.optimize import minimize_scalar

    def objective(x: float) -> float:
        return 0.5 * (x - b) ** 2 + float(penalty.value(np.array([x])))

    reach = abs(b) + 1.0
    found = float(minimize_scalar(objective, bounds=(-reach, reach), method="bounded", options={"xatol": 1e-9}).x)
    return found if objective(found) < objective(0.0) else 0.0


def last_zero(penalty: Penalty, *, sign: float = 1.0, high: float = 10.0) -> float:
    """How far b can go from zero, toward `sign`, with the minimizer still at zero: by bisection."""
    low = 0.0
    while high - low > 1e-9:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if abs(searched(penalty, sign * middle)) <= TOO_SMALL else (low, middle)
    return low


@dataclass(frozen=True, eq=False)
class Film:
    """The objective for several b, with its minimizer found by search; and the interval of b that gives zero."""

    lam: float
    b: Array  # (m,)
    x: Array  # (k,)
    l1: Array  # (m, k) objective
    l2: Array
    l1_at: Array  # (m,) minimizers
    l2_at: Array
    l1_interval: tuple[float, float]
    l2_interval: tuple[float, float]


@once
def film(*, lam: float = 0.5, top: float = 1.0, frames: int = 6) -> Film:
    """b goes from 0 to `top` in `frames` steps."""
    b, x = np.linspace(0.0, top, frames), np.linspace(-0.75, 1.25, 161)
    loss = 0.5 * (x - b[:, None]) ** 2
    curves, minima, intervals = [], [], []
    for penalty in (L1(lam), L2(lam)):
        curves.append(loss + penalty.value(x[:, None]))
        minima.append(np.array([searched(penalty, float(value)) for value in b]))
        intervals.append((-last_zero(penalty, sign=-1.0), last_zero(penalty)))
    return Film(lam, b, x, curves[0], curves[1], minima[0], minima[1], intervals[0], intervals[1])


@evidence("B-core-3", sabotage={"absolute": L2})
def an_interval_against_a_point(
    *, absolute: Callable[[float], Penalty] = L1, square: Callable[[float], Penalty] = L2
) -> list[Finding]:
    """(x - b)^2/2 plus the penalty is minimized by a bracketing search that does not know the formula, and bisection
    finds the values of b whose minimizer is zero: for five strengths, and on both sides of zero.
    """
    lambdas = (0.1, 0.25, 0.5, 1.0, 2.0)
    off = [abs(last_zero(absolute(lam), sign=sign) - lam) for lam in lambdas for sign in (-1.0, 1.0)]
    width = [last_zero(square(lam), sign=sign) for lam in lambdas for sign in (-1.0, 1.0)]
    grid = np.linspace(-3.0, 3.0, 41)
    soft = np.sign(grid) * np.maximum(np.abs(grid) - 0.5, 0.0)
    found = np.array([searched(absolute(0.5), float(b)) for b in grid])
    return [
        Finding("for", "distance of the ends of L1's interval of zeros from -lambda and lambda, largest",
                max(off), "<=", 0.0, 1e-6),
        Finding("for", "values of b that give zero under L2: distance from 0, largest", max(width), "<=", 0.0, 1e-6),
        Finding("for", "distance of L1's minimizer from the soft threshold, at 41 values of b",
                float(np.max(np.abs(found - soft))), "<=", 0.0, 1e-6),
    ]  # fmt: skip
