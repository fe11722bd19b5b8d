"""Efron, Hastie, Johnstone and Tibshirani (2004): the lasso path on the diabetes data, knot by knot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.datasets import load_diabetes, standardize
from regutils.experiments.caching import once
from regutils.experiments.replications.record import Replication
from regutils.paths import lasso_path

SOURCE = "efron2004"
MOVES = (3, 9, 4, 7, 2, 10, 5, 8, 6, 1, -7, 7)  # the variable that enters at each step, or leaves (negative)
CP = (453.726, 418.032, 143.801, 86.741, 33.696, 21.505, 18.327, 8.877, 9.131)  # steps 0 to 8
CORRELATIONS = (949.44, 889.31, 452.90, 316.07)
SIGMA = 54.154


@dataclass(frozen=True, eq=False)
class DiabetesPath:
    """The lasso path at its knots; step 0 is the empty model, the last one least squares."""

    names: tuple[str, ...]
    correlation: Array  # (K,) the largest |X'residual| when the path arrives at a knot, n times our lambda
    coef: Array  # (K, p)
    moves: tuple[int, ...]  # as MOVES
    sigma: float  # of the residuals of the full least-squares fit
    cp: Array  # (K,) estimated prediction error in units of sigma^2
    published_cp: Array  # of the first steps

    @property
    def best(self) -> int:
        """The step of least C_p."""
        return int(self.cp.argmin())

    @property
    def share(self) -> Array:
        """sum |theta_j| as a share of that of least squares, (K,)."""
        size = np.abs(self.coef).sum(axis=1)
        return np.asarray(size / size[-1])


@once
def diabetes_path(*, centered: bool = True) -> DiabetesPath:
    """Knots by LARS (scikit-learn), coefficients at and between them by our path; C_p = RSS/sigma^2 - n + 2(m + 1).

    Columns have mean zero and a sum of squares of one, m features are in the model on the way to the step.
    centered=False leaves the mean of y in, to see what that convention does.
    """
    from sklearn.linear_model import lars_path

    bunch = load_diabetes(scaled=True)
    X = bunch.data - bunch.data.mean(axis=0)
    y = np.asarray(bunch.target, dtype=np.float64)
    y = y - y.mean() if centered else y
    n, p = X.shape
    knots = lars_path(X, y, method="lasso", return_path=True)[0]
    between = (knots[:-1] + knots[1:]) / 2  # on a straight piece: its support is that of the whole piece
    coef = lasso_path(X, y, knots, fit_intercept=False).coef
    active = lasso_path(X, y, between, fit_intercept=False).coef != 0
    change = np.diff(np.vstack([np.zeros(p), active]).astype(int), axis=0)
    moves = tuple(int(sign * (j + 1)) for row in change for j, sign in enumerate(row) if sign)
    rss = np.sum((y - coef @ X.T) ** 2, axis=1)
    variance = rss[-1] / (n - p - 1)
    used = np.concatenate([[0], active.sum(axis=1)])
    return DiabetesPath(
        names=tuple(bunch.feature_names),
        correlation=n * knots,
        coef=coef,
        moves=moves,
        sigma=float(np.sqrt(variance)),
        cp=rss / variance - n + 2.0 * (used + 1),
        published_cp=np.array(CP),
    )


@once
def rounding_effect(*, half_unit: float = 5e-5, draws: int = 20, seed: int = 2004) -> Array:
    """Standard deviation of C_p at each step when s5, which is given to four decimals, changes within its rounding."""
    bunch = load_diabetes()
    X, y = bunch.data, bunch.target - bunch.target.mean()
    knots = diabetes_path().correlation / len(y)
    rng = np.random.default_rng(seed)
    cp = []
    for _ in range(draws):
        moved = X.copy()
        moved[:, bunch.feature_names.index("s5")] += rng.uniform(-half_unit, half_unit, len(y))
        moved = standardize(moved) / np.sqrt(len(y))
        rss = np.sum((y - lasso_path(moved, y, knots, fit_intercept=False).coef @ moved.T) ** 2, axis=1)
        full = y - moved @ np.linalg.lstsq(moved, y)[0]
        cp.append(rss / (full @ full) * (len(y) - X.shape[1] - 1))
    return np.asarray(np.std(cp, axis=0, ddof=1))


def lars_diabetes(*, centered: bool = True) -> tuple[Replication, ...]:
    """Order of entry, C_p, correlations at the knots, and the residual standard deviation."""
    path = diabetes_path(centered=centered)
    agree = sum(ours == theirs for ours, theirs in zip(path.moves, MOVES, strict=False))

    # scikit-learn's columns are computed from measurements rounded to a few digits, the published ones were not
    def exact(what: str, published: float, ours: float, tolerance: float = 1e-3) -> Replication:
        return Replication(SOURCE, "R package lars", what, published, ours, "exact", tolerance)

    return (
        exact("variables that enter or leave where published, of 12 moves", len(MOVES), agree, 0.0),
        exact("number of steps", len(MOVES), len(path.moves), 0.0),
        exact("residual standard deviation", SIGMA, path.sigma),
        *(exact(f"Cp at step {k}", cp, float(path.cp[k]), 5e-3) for k, cp in enumerate(CP)),
        exact("step of least Cp", 7, path.best, 0.0),
        *(
            exact(f"largest correlation at step {k}", value, float(path.correlation[k]), 1e-2)
            for k, value in enumerate(CORRELATIONS)
        ),
    )
