"""The ten-minute tour: the strength of a penalty, chosen by cross-validation on the salaries of baseball players."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from regutils._validation import Array, check_array, check_integer, check_Xy
from regutils.datasets import standardize
from regutils.paths import Path


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """Prediction errors of a path on K held-out folds."""

    lambdas: Array  # (L,) decreasing
    errors: Array  # (K, L) mean squared error of each fold

    @property
    def mean(self) -> Array:
        """Mean over the folds, (L,)."""
        return np.asarray(self.errors.mean(axis=0))

    @property
    def standard_error(self) -> Array:
        """Standard error of that mean, (L,), as if the folds were independent."""
        return np.asarray(self.errors.std(axis=0, ddof=1) / np.sqrt(len(self.errors)))

    @property
    def best(self) -> int:
        """Index of the strength with the least mean error."""
        return int(np.argmin(self.mean))

    @property
    def simplest(self) -> int:
        """Index of the largest strength whose mean error is within one standard error of the best."""
        return int(np.argmax(self.mean <= self.mean[self.best] + self.standard_error[self.best]))


def cross_validate(
    path: Callable[..., Path],
    X: object,
    y: object,
    lambdas: object,
    *,
    folds: int = 10,
    seed: int | np.random.SeedSequence | np.random.Generator = 0,
) -> CrossValidation:
    """Errors of `path` (lasso_path or ridge_path) on each fold, fitted on the others, for each strength.

    X (n, p), y (n,), lambdas (L,) decreasing. Features are standardized with the mean and deviation of the fitted rows
    alone, so that nothing about a held-out row is used. The same seed gives the same folds to every path.
    Raises ValueError where there are fewer than 2 folds or more folds than rows.
    """
    design, target = check_array(X, "X", ndim=2), check_array(y, "y", ndim=1)
    check_Xy(design, target)
    grid = check_array(lambdas, "lambdas", ndim=1)
    folds = check_integer(folds, "folds", low=2, high=len(target))
    errors = []
    for held_out in np.array_split(np.random.default_rng(seed).permutation(len(target)), folds):
        rest = np.setdiff1d(np.arange(len(target)), held_out)
        fitted = path(standardize(design[rest]), target[rest], grid)
        new = standardize(design[held_out], reference=design[rest])
        predicted = np.einsum("lp,np->ln", fitted.coef, new) + fitted.intercept[:, None]
        errors.append(np.mean((target[held_out] - predicted) ** 2, axis=1))
    return CrossValidation(grid, np.array(errors))
