"""Training and test error against lambda, where the truth is known and on real data."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from regutils._validation import Array, check_choice, check_integer
from regutils.datasets import load_diabetes, load_hitters, simulate_linear, standardize
from regutils.experiments.caching import once
from regutils.experiments.intervals import Interval, interval
from regutils.paths import lasso_path, ridge_path

Kind = Literal["l1", "l2"]
Dataset = Literal["diabetes", "hitters"]
SIZES = (30, 45, 70, 110, 180)
_LOADERS = {"diabetes": load_diabetes, "hitters": load_hitters}
_ROWS = {"diabetes": 442, "hitters": 263}


@dataclass(frozen=True, eq=False)
class ErrorCurves:
    """Mean squared errors of R fits at L strengths, and of least squares on the same R training sets."""

    name: str
    kind: Kind
    lambdas: Array  # (L,) decreasing
    train: Array  # (R, L)
    test: Array  # (R, L)
    least_squares_train: Array  # (R,)
    least_squares_test: Array  # (R,)
    floor: float  # the test error of the truth; NaN where nobody knows it
    test_share: float  # rows of the test set per row of the training set; 0 for an exact expectation

    @property
    def best(self) -> int:
        """Index of the lambda with the least mean test error, known with hindsight."""
        return int(np.argmin(self.test.mean(axis=0)))

    @property
    def gain(self) -> Interval:
        """Paired difference, least squares minus penalized test error on the same split, at the best lambda."""
        return interval(self.least_squares_test - self.test[:, self.best], test_share=self.test_share)


@dataclass(frozen=True, eq=False)
class SampleSizes:
    """Test error of each penalty at its best lambda as a ratio of that of least squares, by training rows."""

    name: str
    splits: int
    sizes: Array  # (S,)
    l1: Array  # (S, 3): mean ratio, low and high end of its 95 % interval
    l2: Array
    ratio: Array  # (S, 3): the lasso's test error over ridge's, paired by split, its interval widened for the overlap


def _fit(X: Array, y: Array, kind: Kind, lambdas: Array) -> tuple[Array, Array]:
    """Coefficients (R, L, p) and intercepts (R, L); the lasso's curve comes from lasso fits, ridge's from ridge."""
    path = (lasso_path if kind == "l1" else ridge_path)(X, y, lambdas)
    return path.coef, path.intercept


def _least_squares(X: Array, y: Array) -> tuple[Array, Array]:
    means = X.mean(axis=1)
    coef = np.einsum("rpn,rn->rp", np.linalg.pinv(X - means[:, None, :]), y - y.mean(axis=1, keepdims=True))
    return coef, y.mean(axis=1) - np.sum(means * coef, axis=1)


def _mean_squares(X: Array, y: Array, coef: Array, intercept: Array) -> Array:
    fitted = np.einsum("rnp,rlp->rln", X, coef) + intercept[..., None]
    return np.asarray(np.mean((y[:, None, :] - fitted) ** 2, axis=-1))


@once
def simulated_errors(
    kind: Kind, *, penalized: bool = True, replicates: int = 400, n_lambdas: int = 24, seed: int = 0
) -> ErrorCurves:
    """50 rows, 30 correlated features, 10 of which matter, as much noise as signal; test error is exact.

    penalized=False is the null model: least squares in place of every penalized fit.
    """
    check_choice(kind, "kind", ("l1", "l2"))
    data = simulate_linear(
        50, 30, n_nonzero=10, correlation=0.5, snr=1.0, replicates=check_integer(replicates, "replicates", low=2),
        seed=seed,
    )  # fmt: skip
    lambdas = np.geomspace(30.0 if kind == "l2" else 6.0, 1e-3, n_lambdas)
    coef, intercept = _least_squares(data.X, data.y)
    plain = coef[:, None, :], intercept[:, None]
    if penalized:
        fits = _fit(data.X, data.y, kind, lambdas)
    else:
        fits = np.repeat(plain[0], n_lambdas, axis=1), np.repeat(plain[1], n_lambdas, axis=1)
    return ErrorCurves(
        name="simulated",
        kind=kind,
        lambdas=lambdas,
        train=_mean_squares(data.X, data.y, *fits) / data.sigma**2,
        test=1 + data.excess_risk(*fits) / data.sigma**2,
        least_squares_train=_mean_squares(data.X, data.y, *plain)[:, 0] / data.sigma**2,
        least_squares_test=1 + data.excess_risk(*plain)[:, 0] / data.sigma**2,
        floor=1.0,
        test_share=0.0,
    )


def _split(name: Dataset, n_train: int, splits: int, seed: int) -> tuple[Array, Array, Array, Array]:
    """R random splits; features and target are standardized with the training rows' mean and deviation alone."""
    bunch = _LOADERS[name]()
    X, y = bunch.data, np.asarray(bunch.target, dtype=np.float64)
    rng = np.random.default_rng(seed)
    order = np.array([rng.permutation(y.size) for _ in range(splits)])
    train, test = order[:, :n_train], order[:, n_train:]
    mean, deviation = y[train].mean(axis=1, keepdims=True), y[train].std(axis=1, keepdims=True)
    return (
        standardize(X[train]),
        (y[train] - mean) / deviation,
        standardize(X[test], reference=X[train]),
        (y[test] - mean) / deviation,
    )


@once
def real_errors(
    name: Dataset, kind: Kind, *, n_train: int | None = None, splits: int = 100, n_lambdas: int = 24, seed: int = 0
) -> ErrorCurves:
    """Repeated random splits of diabetes or Hitters, three quarters of the rows for training unless n_train says more.

    Both errors are in units of the variance of the training target: 1 is what predicting its mean costs.
    """
    check_choice(name, "name", tuple(_LOADERS))
    check_choice(kind, "kind", ("l1", "l2"))
    rows = _ROWS[name]
    n_train = check_integer(round(0.75 * rows) if n_train is None else n_train, "n_train", low=25, high=rows - 25)
    X, y, X_test, y_test = _split(name, n_train, check_integer(splits, "splits", low=2), seed)
    lambdas = np.geomspace(10.0 if kind == "l2" else 1.0, 1e-4, n_lambdas)
    fits = _fit(X, y, kind, lambdas)
    coef, intercept = _least_squares(X, y)
    plain = coef[:, None, :], intercept[:, None]
    return ErrorCurves(
        name=name,
        kind=kind,
        lambdas=lambdas,
        train=_mean_squares(X, y, *fits),
        test=_mean_squares(X_test, y_test, *fits),
        least_squares_train=_mean_squares(X, y, *plain)[:, 0],
        least_squares_test=_mean_squares(X_test, y_test, *plain)[:, 0],
        floor=float("nan"),
        test_share=(rows - n_train) / n_train,
    )


@once
def sample_sizes(name: Dataset, *, splits: int = 40, seed: int = 1) -> SampleSizes:
    """How much the best penalty helps as the training set grows: a ratio of test errors, paired by split.

    The ratio is geometric, exp(mean log(penalized / least squares)); its interval is that of the mean over the splits.
    The ratio of the two penalties' errors is formed in the same way, with its interval widened because splits overlap.
    """
    logs: dict[str, list[Array]] = {"l1": [], "l2": []}
    for size in SIZES:
        for kind, found in logs.items():
            curves = real_errors(name, kind, n_train=size, splits=splits, n_lambdas=16, seed=seed)  # type: ignore[arg-type]
            found.append(np.log(curves.test[:, curves.best] / curves.least_squares_test))

    def ratios(values: list[Array], shares: list[float]) -> Array:
        found = [interval(value, test_share=share) for value, share in zip(values, shares, strict=True)]
        return np.exp([[one.mean, one.low, one.high] for one in found])

    plain = [0.0] * len(SIZES)
    between = [lasso - ridge for lasso, ridge in zip(logs["l1"], logs["l2"], strict=True)]
    overlap = [(_ROWS[name] - size) / size for size in SIZES]
    return SampleSizes(
        name=name,
        splits=splits,
        sizes=np.array(SIZES, dtype=np.float64),
        l1=ratios(logs["l1"], plain),
        l2=ratios(logs["l2"], plain),
        ratio=ratios(between, overlap),
    )
