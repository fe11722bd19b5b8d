"""The problems that everybody solves: Gaussian designs, a sparse truth, noise; centered, so no intercept is needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Penalty = Literal["lasso", "elastic net", "ridge"]

STRENGTHS = 50
RATIO = 1e-2  # smallest strength, as a share of the largest
SHARE = {"lasso": 1.0, "elastic net": 0.5, "ridge": 0.0}  # of the L1 part


@dataclass(frozen=True)
class Regime:
    """How many problems of which size; `shared` means one design with many targets."""

    replicates: int
    n: int
    p: int
    penalty: Penalty = "lasso"
    shared: bool = False

    @property
    def name(self) -> str:
        return f"{self.penalty}{', one design' if self.shared else ''}: {self.replicates} of {self.n} x {self.p}"


def _all(penalty: Penalty, *sizes: tuple[int, int, int], shared: bool = False) -> list[Regime]:
    return [Regime(*size, penalty, shared) for size in sizes]


REGIMES = [
    *_all("lasso", (1000, 20, 8), (1000, 50, 20), (500, 100, 40), (500, 200, 100), (200, 100, 200), (50, 100, 500)),
    *_all("lasso", (1, 50, 20), (4, 50, 20), (16, 50, 20), (1, 200, 100), (4, 200, 100), (16, 200, 100)),
    *_all("lasso", (64, 800, 400), (16, 800, 400), (16, 100, 2000), (1, 100, 2000)),
    *_all("lasso", (1000, 50, 20), (500, 200, 100), shared=True),
    *_all("elastic net", (1000, 50, 20), (1, 50, 20), (500, 200, 100), (200, 100, 200)),
    *_all("ridge", (1000, 50, 20), (1, 50, 20), (500, 200, 100), (200, 100, 200)),
]
QUICK = [REGIMES[1], REGIMES[6], Regime(1000, 50, 20, "elastic net"), Regime(1000, 50, 20, "ridge")]


@dataclass(frozen=True)
class Problem:
    """One of them, for a library that solves one at a time.

    Objective (1/(2n)) ||y - X theta||^2 + lam (rho ||theta||_1 + (1 - rho) ||theta||_2^2) for lam in lambdas.
    """

    X: Array
    X_fortran: Array  # the same in column order, which some ask for
    y: Array
    lambdas: Array
    rho: float
    gram: Array | None  # X'X where the design is shared, so that nobody makes it again


@dataclass(frozen=True)
class Batch:
    """All problems of a regime."""

    regime: Regime
    X: Array  # (R, n, p), or (n, p) where it is shared
    y: Array  # (R, n)
    lambdas: Array  # (R, L)

    @property
    def rho(self) -> float:
        return SHARE[self.regime.penalty]

    def problem(self, r: int) -> Problem:
        X = self.X if self.regime.shared else self.X[r]
        gram = X.T @ X if self.regime.shared else None
        return Problem(X, np.asfortranarray(X), self.y[r], self.lambdas[r], self.rho, gram)


def simulate(regime: Regime, seed: int) -> Batch:
    """A fifth of the coefficients, at most ten, are 1; the noise has standard deviation 1."""
    rng = np.random.default_rng(seed)
    R, n, p = regime.replicates, regime.n, regime.p
    X = rng.normal(size=(n, p) if regime.shared else (R, n, p))
    X -= X.mean(axis=-2, keepdims=True)
    theta = np.zeros(p)
    theta[: max(1, min(p // 5, 10))] = 1.0
    y = X @ theta + rng.normal(size=(R, n))
    y -= y.mean(axis=1, keepdims=True)
    correlation = y @ X if regime.shared else (y[:, None, :] @ X)[:, 0]
    largest = np.abs(correlation).max(axis=1) / n
    shape = RATIO ** (np.arange(STRENGTHS) / (STRENGTHS - 1))
    return Batch(regime, X, y, largest[:, None] * shape / max(SHARE[regime.penalty], 0.5))


def violation(problem: Problem, coef: Array) -> float:
    """Largest violation of the optimality conditions of coef (L, p), relative to max |X'y| / n: one measure for all."""
    n = problem.y.size
    l1, l2 = problem.rho * problem.lambdas[:, None], (1.0 - problem.rho) * problem.lambdas[:, None]
    pull = (problem.y - coef @ problem.X.T) @ problem.X / n - 2.0 * l2 * coef
    excess = np.where(coef == 0, np.maximum(np.abs(pull) - l1, 0.0), np.abs(pull - l1 * np.sign(coef)))
    return float(excess.max() / (np.abs(problem.X.T @ problem.y).max() / n))
