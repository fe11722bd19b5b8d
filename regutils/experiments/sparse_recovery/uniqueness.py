"""More unknowns than equations: when is the penalized solution the only one?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import null_space
from scipy.optimize import linprog

from regutils._validation import Array, check_Xy
from regutils.claims import Finding, evidence
from regutils.experiments.caching import once
from regutils.losses import SquaredLoss
from regutils.metrics import objective
from regutils.paths import lasso_path
from regutils.penalties import L1, L2, ElasticNet

DESIGNS = ("normal", "duplicate", "signs")


def extreme_solutions(X: object, y: object, lam: float, direction: Array) -> tuple[Array, Array]:
    """Of all theta that minimize (1/(2n)) ||y - X theta||^2 + lam ||theta||_1, two that differ most along `direction`.

    All solutions share the fit X theta and the signs s = sign(X'residual) on the features with |X'residual| = n lam;
    the others are zero (Tibshirani 2013). So the two ends are linear programs. For a random direction they
    are the same if and only if the solution is unique. Without penalty (lam = 0) any null vector of X can be added.
    """
    design, target = check_Xy(X, y)
    n, p = design.shape
    if lam == 0:
        start = np.linalg.pinv(design) @ target
        kernel = null_space(design)
        step = kernel @ (kernel.T @ direction)
        return start - step, start + step
    theta = lasso_path(design, target, [lam], fit_intercept=False).coef[0]
    pull = design.T @ (target - design @ theta) / n
    on = np.flatnonzero(np.abs(pull) >= lam * (1.0 - 1e-8))
    signs, ends = np.sign(pull[on]), []
    for side in (1.0, -1.0):
        program = linprog(
            side * direction[on] * signs, A_eq=design[:, on] * signs, b_eq=design @ theta, bounds=(0, None)
        )
        if not program.success:
            raise RuntimeError(f"the linear program over the lasso's solutions did not end: {program.message}")
        end = np.zeros(p)
        end[on] = program.x * signs
        ends.append(end)
    return ends[0], ends[1]


def draw_design(kind: str, n: int, p: int, strength: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """X (n, p) and y (n,) with normal entries, or +-1 ("signs"), or normal ones with a column twice ("duplicate").

    Among the signs no column stands there twice, not even with its sign turned: those are drawn again. The "duplicate"
    is the column with the largest lasso coefficient; its copy replaces an unused one.
    """
    X, y = rng.standard_normal((n, p)), rng.standard_normal(n)
    if kind == "signs":
        X = np.sign(X)
        while np.any(again := np.max(np.triu(np.abs(X.T @ X), 1), axis=0) == n):
            X[:, again] = np.sign(rng.standard_normal((n, int(again.sum()))))
        return X, y
    if kind == "duplicate":
        theta = lasso_path(X, y, [max(strength, 1e-3) * np.max(np.abs(X.T @ y)) / n], fit_intercept=False).coef[0]
        X[:, int(np.argmin(np.abs(theta)))] = X[:, int(np.argmax(np.abs(theta)))]
    return X, y


@dataclass(frozen=True)
class Uniqueness:
    """For R designs of each kind: how far apart two solutions lie, and how far apart their objectives."""

    kinds: tuple[str, ...]
    distance: Array  # (kinds, R), largest difference of a coefficient, relative to the largest coefficient
    gap: Array  # (kinds, R), difference of the two lasso objectives, relative
    curvature: Array  # (kinds, R), least curvature of ridge's objective, relative to the largest

    @property
    def several(self) -> Array:
        """Share of designs with more than one lasso solution, (kinds,)."""
        return np.asarray(np.mean(self.distance > 1e-6, axis=1))


@once
def uniqueness(*, strength: float = 0.1, n: int = 10, p: int = 30, replicates: int = 30, seed: int = 0) -> Uniqueness:
    """Both penalties at `strength` times the lasso's lambda_max, no intercept."""
    rng = np.random.default_rng(seed)
    shape = (len(DESIGNS), replicates)
    distance, gap, curvature = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for row, kind in enumerate(DESIGNS):
        for r in range(replicates):
            X, y = draw_design(kind, n, p, strength, rng)
            lam = strength * float(np.max(np.abs(X.T @ y))) / n
            one, other = extreme_solutions(X, y, lam, rng.standard_normal(p))
            loss = SquaredLoss(X, y, fit_intercept=False)
            values = [objective(loss, L1(lam), theta) for theta in (one, other)]
            distance[row, r] = np.max(np.abs(one - other)) / np.max(np.abs(one))
            gap[row, r] = abs(values[0] - values[1]) / (max(values) or 1.0)
            eigenvalues = np.linalg.eigvalsh(X.T @ X / n + 2.0 * lam * np.eye(p))
            curvature[row, r] = max(eigenvalues[0], 0.0) / eigenvalues[-1]
    return Uniqueness(DESIGNS, distance, gap, curvature)


@dataclass(frozen=True)
class Twins:
    """A coefficient shared out between two identical columns: objectives above their minimum, by the first's share."""

    share: Array  # (g,)
    excess: dict[str, Array]  # by penalty, (g,), each at its own best total


@once
def twins(*, lam: float = 0.5, rho: float = 0.5) -> Twins:
    """One column of norm sqrt(n) twice, and y twice that column: theta = (share c, (1 - share) c) with the best c."""
    x = np.array([1.0, -1.0, 1.0, -1.0])
    loss = SquaredLoss(np.column_stack([x, x]), 2.0 * x, fit_intercept=False)
    share = np.linspace(0.0, 1.0, 41)
    # minimize (2 - c)^2 / 2 + lam (rho c + (1 - rho) c^2 / 2) over c, at share 1/2
    best = {
        "L1": (L1(lam), 2.0 - lam),
        "elastic net": (ElasticNet(lam, rho), (2.0 - lam * rho) / (1.0 + lam * (1.0 - rho))),
        "L2": (L2(lam), 2.0 / (1.0 + lam)),
    }
    excess = {}
    for name, (penalty, total) in best.items():
        values = np.array([objective(loss, penalty, total * np.array([s, 1.0 - s])) for s in share])
        excess[name] = values - values.min()
    return Twins(share, excess)


@evidence("B-rec-2", sabotage={"strength": 0.0})
def one_solution(*, strength: float = 0.1) -> list[Finding]:
    """Ten equations with 30 unknowns, 30 designs of each kind: the least curvature of ridge's objective, and two lasso
    solutions as far apart as a linear program over all of them can find, with normal entries and with a column that
    stands there twice.
    """
    result = uniqueness(strength=strength)
    normal, duplicate = DESIGNS.index("normal"), DESIGNS.index("duplicate")
    return [
        Finding("for", "least curvature of ridge's objective, relative to the largest, all designs",
                float(result.curvature.min()), ">=", 1e-4),
        Finding("for", "largest relative distance of two lasso solutions, normal entries",
                float(result.distance[normal].max()), "<=", 0.0, 1e-6),
        Finding("against", "share of designs with a duplicate column that have several lasso solutions",
                float(result.several[duplicate]), "==", 1.0),
        Finding("against", "least relative distance of the two lasso solutions there",
                float(result.distance[duplicate].min()), ">=", 0.1),
        Finding("against", "largest relative difference of their objectives",
                float(result.gap[duplicate].max()), "==", 0.0, 1e-9),
    ]  # fmt: skip
