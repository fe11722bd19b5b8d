"""Hastie, Tibshirani and Friedman (2009), Table 3.4: three estimators in the case of orthonormal columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.datasets import simulate_orthonormal
from regutils.experiments.caching import once
from regutils.experiments.optimization.subsets import best_subsets
from regutils.experiments.replications.record import Replication
from regutils.paths import lasso_path, ridge_path

SOURCE = "hastie2009"


@dataclass(frozen=True, eq=False)
class Orthonormal:
    """Least squares and what each method makes of it, found by solving and by the table's formula, (R p,) each."""

    least_squares: Array
    solved: dict[str, Array]
    formula: dict[str, Array]

    def difference(self, method: str) -> float:
        """Largest absolute difference of solution and formula."""
        return float(np.max(np.abs(self.solved[method] - self.formula[method])))


@once
def orthonormal(
    *, strength: float = 1.2, size: int = 4, replicates: int = 20, orthonormal_columns: bool = True, seed: int = 34
) -> Orthonormal:
    """Random designs with X'X = I; lambda of (1/2)||y - X b||^2 + lambda ||b||_1, ||y - X b||^2 + lambda ||b||_2^2.

    orthonormal_columns=False keeps the formulas and correlates the columns, to see that they need the condition.
    """
    n, p = 40, 10
    drawn = simulate_orthonormal(n, p, theta=np.linspace(-0.6, 0.6, p), sigma=1.0, replicates=replicates, seed=seed)
    X, y = drawn.X / np.sqrt(n), drawn.y - drawn.y.mean(axis=1, keepdims=True)
    if not orthonormal_columns:
        X = X @ np.linalg.cholesky(0.5 * np.eye(p) + 0.5).T
    full = np.linalg.solve(np.swapaxes(X, 1, 2) @ X, np.einsum("rnp,rn->rp", X, y)[..., None])[..., 0]
    cut = np.sort(np.abs(full), axis=1)[:, -size]
    solved = {
        "best subset": best_subsets(X, y).coef[:, size],
        "ridge": ridge_path(X, y, [strength / (2 * n)], fit_intercept=False).coef[:, 0],
        "lasso": lasso_path(X, y, [strength / n], fit_intercept=False).coef[:, 0],
    }
    formula = {
        "best subset": full * (np.abs(full) >= cut[:, None]),
        "ridge": full / (1.0 + strength),
        "lasso": np.sign(full) * np.maximum(np.abs(full) - strength, 0.0),
    }
    return Orthonormal(
        full.ravel(), {m: v.ravel() for m, v in solved.items()}, {m: v.ravel() for m, v in formula.items()}
    )


def esl_shrinkage(*, orthonormal_columns: bool = True) -> tuple[Replication, ...]:
    """Table 3.4: hard threshold, proportional shrinkage, soft threshold."""
    found = orthonormal(orthonormal_columns=orthonormal_columns)
    names = {"best subset": "hard threshold", "ridge": "proportional shrinkage", "lasso": "soft threshold"}
    return tuple(
        Replication(
            SOURCE, "Table 3.4", f"{method} less its formula, the {rule}; largest difference",
            0.0, found.difference(method), "exact", 1e-12,
        )
        for method, rule in names.items()
    )  # fmt: skip
