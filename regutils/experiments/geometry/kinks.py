"""Which penalties give exact zeros: one regression problem, nine penalties, certified optima."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regutils.claims import Finding, evidence
from regutils.datasets import simulate_linear
from regutils.experiments.caching import once
from regutils.experiments.geometry.shapes import level_curve
from regutils.losses import Loss, SquaredLoss
from regutils.metrics import kkt_violation
from regutils.penalties import L1, L2, ElasticNet, GroupL2, HuberL1, L2Norm, Lq, Penalty
from regutils.solvers import solve

Array = NDArray[np.float64]
PenaltyAt = Callable[[float], Penalty]

GROUPS = np.repeat(np.arange(4), 3)

# Every penalty as a function of its strength. True: it has a kink at zero.
PENALTIES: dict[str, tuple[PenaltyAt, bool]] = {
    "L0.5": (lambda lam: Lq(lam, 0.5), True),
    "L1": (L1, True),
    "elastic net": (lambda lam: ElasticNet(lam, 0.5), True),
    "group L2": (lambda lam: GroupL2(lam, GROUPS), True),
    "Huber-smoothed L1": (lambda lam: HuberL1(lam, 0.01), False),
    "L1.2": (lambda lam: Lq(lam, 1.2), False),
    "L2": (L2, False),
    "L4": (lambda lam: Lq(lam, 4.0), False),
}


def sparse_problem(seed: int = 7) -> SquaredLoss:
    """60 samples, 12 features in 4 groups of 3; five true coefficients, all in the first two groups."""
    theta = np.array([2.0, -1.5, 1.0, 0.0, 1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    data = simulate_linear(60, 12, theta=theta, correlation=0.3, snr=2.0, seed=seed)
    return SquaredLoss(data.X, data.y)


@dataclass(frozen=True)
class ZeroCounts:
    """Coefficients of one problem under several penalties, all with the same training loss."""

    names: tuple[str, ...]
    kinked: NDArray[np.bool_]
    coefficients: Array  # (penalties, p)
    zeros: NDArray[np.int64]  # exact ones
    strengths: Array
    violation: Array  # largest distance from the optimality conditions, relative to lambda_max


@once
def zero_counts(*, l1: PenaltyAt = L1, kept: float = 0.7, seed: int = 7) -> ZeroCounts:
    """Fit one problem with each penalty, as strong as leaves `kept` of the loss reduction of least squares.

    Zeros are counted as theta_j == 0.0 at an optimum whose distance from the first-order conditions is reported.
    """
    loss = sparse_problem(seed)
    start = loss.value(np.zeros(loss.n_features))
    best = loss.value(solve(loss, L1(0.0)).coef)
    target = start - kept * (start - best)
    coefficients, strengths, violations = [], [], []
    for name, (make, _) in PENALTIES.items():
        penalty_at = l1 if name == "L1" else make
        lam, coef = _strength_for(loss, penalty_at, target)
        coefficients.append(coef)
        strengths.append(lam)
        violations.append(kkt_violation(loss, penalty_at(lam), coef, relative=True))
    return ZeroCounts(
        names=tuple(PENALTIES),
        kinked=np.array([kinked for _, kinked in PENALTIES.values()]),
        coefficients=np.array(coefficients),
        zeros=np.sum(np.array(coefficients) == 0.0, axis=1),
        strengths=np.array(strengths),
        violation=np.array(violations),
    )


def _strength_for(loss: Loss, make: PenaltyAt, target: float, steps: int = 14) -> tuple[float, Array]:
    """Bisect the strength, on a log scale, until the training loss at the optimum is `target`."""
    low, high = -4.0, 3.0
    coef = np.zeros(loss.n_features)
    for _ in range(steps):
        middle = 0.5 * (low + high)
        coef = solve(loss, make(10.0**middle), theta0=coef, tol=1e-7).coef
        low, high = (middle, high) if loss.value(coef) < target else (low, middle)
    return 10.0**low, solve(loss, make(10.0**low), tol=1e-14).coef


@dataclass(frozen=True)
class Responses:
    """The one-dimensional minimizer against the data b, for several penalties of strength 1."""

    b: Array
    minimizers: dict[str, Array]
    kinked: dict[str, bool]
    flat: dict[str, float]  # length of the interval of b whose minimizer is exactly zero


def responses(delta: float = 0.25) -> Responses:
    """argmin over x of (x - b)^2 / 2 + P(x) on a grid of b in [-2, 2]: the prox with step 1."""
    b = np.linspace(-2.0, 2.0, 401)
    penalties: dict[str, tuple[Penalty, bool]] = {
        "L1": (L1(1.0), True),
        "elastic net": (ElasticNet(1.0, 0.5), True),
        "Huber-smoothed L1": (HuberL1(1.0, delta), False),
        "L1.2": (Lq(1.0, 1.2), False),
        "L2": (L2(1.0), False),
    }
    minimizers = {name: penalty.prox(b[:, None], 1.0)[:, 0] for name, (penalty, _) in penalties.items()}
    return Responses(
        b=b,
        minimizers=minimizers,
        kinked={name: kinked for name, (_, kinked) in penalties.items()},
        flat={name: float(np.ptp(b[x == 0.0])) for name, x in minimizers.items()},
    )


def zeros_over_strengths(make: PenaltyAt, strengths: Sequence[float] = (1e-3, 1e-2, 0.1, 1.0, 10.0)) -> int:
    """Exact zeros of the solutions of `sparse_problem` at all of the given strengths together."""
    loss = sparse_problem()
    return sum(int(np.sum(solve(loss, make(lam)).coef == 0.0)) for lam in strengths)


@evidence("A-geo-4", sabotage={"l1": L2})
def the_kink_gives_the_zeros(*, l1: PenaltyAt = L1, seed: int = 7) -> list[Finding]:
    """One problem with 12 features, fitted with eight penalties at the same training loss: exact zeros are counted.
    Counter-evidence: a region that looks like a diamond and gives no zero, and a round one that gives twelve.
    """
    counts = zero_counts(l1=l1, seed=seed)
    zeros = dict(zip(counts.names, counts.zeros.tolist(), strict=True))
    smooth = [name for name, kinked in zip(counts.names, counts.kinked, strict=True) if not kinked]
    others = [name for name, kinked in zip(counts.names, counts.kinked, strict=True) if kinked and name != "L1"]
    anywhere = sum(zeros_over_strengths(PENALTIES[name][0]) for name in smooth)
    loss = sparse_problem(seed)
    pull = float(np.linalg.norm(loss.gradient(np.zeros(loss.n_features))))
    round_zeros = int(np.sum(solve(loss, L2Norm(1.01 * pull)).coef == 0.0))
    angles = np.linspace(0.0, np.pi / 2.0, 91)
    apart = np.linalg.norm(level_curve(HuberL1(1.0, 0.01), angles) - level_curve(L1(1.0), angles), axis=1)
    return [
        Finding("for", "exact zeros among 12 coefficients, L1", zeros["L1"], ">=", 1),
        Finding("for", "fewest zeros among L0.5, elastic net and group L2", min(zeros[n] for n in others), ">=", 1),
        Finding("for", "zeros under L2 and L4", zeros["L2"] + zeros["L4"], "==", 0),
        Finding("against", "distance of the Huber-smoothed diamond from the diamond", float(apart.max()), "<=", 0.01),
        Finding(
            "against", "zeros under Huber-smoothed L1 and L1.2", zeros["Huber-smoothed L1"] + zeros["L1.2"], "==", 0
        ),
        Finding("against", "zeros under four smooth penalties at five strengths each", anywhere, "==", 0),
        Finding("against", "zeros under the unsquared L2 norm, whose ball is round", round_zeros, "==", 12),
    ]
