"""A feature that is active in a few rows, all of one class: what its logistic coefficient does without a penalty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.claims import Finding, evidence
from regutils.experiments.caching import once
from regutils.losses import LogisticLoss
from regutils.penalties import L1, L2, NoPenalty, Penalty
from regutils.solvers import solve

ROWS, POSITIVE = 200, 78  # the other rows are of both classes


def rare_loss(active: int, *, rows: int = ROWS, positive: int = POSITIVE) -> LogisticLoss:
    """`rows` rows, of which the first `active` have the indicator and are of class 1, and `positive` more are."""
    indicator = (np.arange(rows) < active).astype(np.float64)
    return LogisticLoss(indicator[:, None], (np.arange(rows) < active + positive).astype(np.float64))


def proximal_descent(loss: LogisticLoss, penalty: Penalty, steps: int) -> Array:
    """The one coefficient, (steps + 1,), from zero by proximal gradient steps of size 1/L.

    The intercept is optimal at each step. Stops where a step changes nothing; the value reached stands for the rest.
    """
    step = 1.0 / loss.lipschitz
    theta, trace = np.zeros(1), np.zeros(steps + 1)
    for k in range(1, steps + 1):
        moved = penalty.prox(theta - step * loss.gradient(theta), step)
        if moved[0] == theta[0]:
            trace[k:] = moved[0]
            break
        theta, trace[k] = moved, moved[0]
    return trace


@dataclass(frozen=True, eq=False)
class Rare:
    """The coefficient of the rare indicator by iterations, and by how often it is active."""

    lam: float
    active: int
    steps: Array  # (k,) iterations, logarithmically spaced
    unpenalized: Array  # (k,)
    l1: Array
    l2: Array
    slope: float  # of the unpenalized coefficient against log(iterations), over the last decade
    l1_limit: float  # from the solver
    l2_limit: float
    counts: Array  # (m,) numbers of active rows
    l1_by_count: Array  # (m,)
    l2_by_count: Array
    l1_enters: float  # the L1 coefficient is zero up to here: n lam / (1 - mean of y)


@once
def rare(
    *, lam: float = 0.01, active: int = 4, steps: int = 1500, l1: Callable[[float], Penalty] = L1,
    l2: Callable[[float], Penalty] = L2,
) -> Rare:  # fmt: skip
    """200 rows, the indicator active in four of them; then in one to 20."""
    loss, shown = rare_loss(active), np.unique(np.geomspace(1, steps, 120).astype(int))
    runs = [proximal_descent(loss, penalty, steps) for penalty in (NoPenalty(), l1(lam), l2(lam))]
    last = shown >= steps / 10
    counts = np.arange(1.0, 21.0)
    by_count = [np.array([solve(rare_loss(int(count)), kind(lam)).coef[0] for count in counts]) for kind in (L1, L2)]
    means = (POSITIVE + counts) / ROWS
    held = counts / ROWS * (1.0 - means) <= lam
    return Rare(
        lam=lam,
        active=active,
        steps=shown,
        unpenalized=runs[0][shown],
        l1=runs[1][shown],
        l2=runs[2][shown],
        slope=float(np.polyfit(np.log(shown[last]), runs[0][shown][last], 1)[0]),
        l1_limit=float(solve(loss, L1(lam)).coef[0]),
        l2_limit=float(solve(loss, L2(lam)).coef[0]),
        counts=counts,
        l1_by_count=by_count[0],
        l2_by_count=by_count[1],
        l1_enters=float(counts[held].max()),
    )


@evidence("B-core-4", sabotage={"l1": lambda _: NoPenalty(), "l2": lambda _: NoPenalty()})
def penalties_hold_rare_features(
    *, l1: Callable[[float], Penalty] = L1, l2: Callable[[float], Penalty] = L2
) -> list[Finding]:
    """Logistic regression on 200 rows with an indicator active in four, all of class 1. Its coefficient over 1,500
    steps of gradient descent, without a penalty and with each, lambda = 0.01.
    """
    found = rare(l1=l1, l2=l2)
    middle = found.steps >= found.steps[-1] / 2
    return [
        Finding("for", "without a penalty: growth for each unit of log(iterations)", found.slope, "==", 1.0, 0.05),
        Finding("for", "growth over the last 750 steps under L1", float(np.ptp(found.l1[middle])), "<=", 0.0, 1e-9),
        Finding("for", "growth over the last 750 steps under L2", float(np.ptp(found.l2[middle])), "<=", 0.0, 1e-9),
        Finding("for", "largest distance of the end from the certified minimizer, L1 and L2",
                max(abs(found.l1[-1] - found.l1_limit), abs(found.l2[-1] - found.l2_limit)), "<=", 0.0, 1e-5),
        Finding("for", "coefficient without a penalty over the larger of both, at the end",
                float(found.unpenalized[-1] / max(found.l1[-1], found.l2[-1])), ">=", 5.0),
    ]  # fmt: skip
