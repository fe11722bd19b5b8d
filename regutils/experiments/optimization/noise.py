"""Which sparse fit predicts best? Best subset, lasso and relaxed lasso against the signal-to-noise ratio."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from regutils._validation import Array
from regutils.claims import Finding, evidence
from regutils.datasets import load_diabetes, simulate_linear, standardize
from regutils.experiments.caching import once
from regutils.experiments.intervals import interval
from regutils.experiments.optimization.subsets import best_subsets, path_supports, restricted_fit
from regutils.metrics import support
from regutils.paths import lasso_path

Fits = Callable[[Array, Array], Array]  # X (R, n, p), y (R, n) -> candidate coefficients (R, m, p)

METHODS = ("best subset", "lasso", "relaxed lasso")


def lasso_fits(X: Array, y: Array) -> Array:
    """Fifty points of the lasso path, (R, 50, p)."""
    return np.asarray(lasso_path(X, y, n_lambdas=50, lambda_min_ratio=1e-3).coef)


def unpenalized_fits(X: Array, y: Array) -> Array:
    """Least squares on all features, (R, 1, p): what is left of the lasso without its penalty."""
    return restricted_fit(_products(X, y), np.ones((*X.shape[:-2], 1, X.shape[-1]), dtype=bool))


def relax(X: Array, y: Array, coef: Array) -> Array:
    """gamma times a fit plus 1 - gamma times least squares on its support, for six gamma from 0 to 1, (R, 6 m, p).

    The simplified relaxed lasso of Hastie, Tibshirani and Tibshirani (2020).
    """
    refit = restricted_fit(_products(X, y), support(coef))
    mixed = [gamma * coef + (1.0 - gamma) * refit for gamma in np.linspace(0.0, 1.0, 6)]
    return np.concatenate(mixed, axis=-2)


def contestants(X: Array, y: Array, lasso: Fits = lasso_fits) -> dict[str, Array]:
    """What every method offers to choose from: the best subset of each size, the lasso's path, that path relaxed."""
    path = lasso(X, y)
    return dict(zip(METHODS, (best_subsets(X, y).coef, path, relax(X, y, path)), strict=True))


def _products(X: Array, y: Array) -> Array:
    table = np.concatenate([X, y[..., None]], axis=-1)
    table = table - table.mean(axis=-2, keepdims=True)
    return np.asarray(np.swapaxes(table, -1, -2) @ table)


def tuned(coef: Array, X: Array, y: Array, X_val: Array, y_val: Array) -> tuple[Array, Array]:
    """Of the candidates coef (R, m, p), the one with the least squared error on validation data: (R, p) and (R,)."""
    intercept = y.mean(axis=-1)[:, None] - np.einsum("rp,rmp->rm", X.mean(axis=-2), coef)
    ones = np.ones_like(intercept)[..., None]
    table = np.concatenate([X_val, np.ones_like(y_val)[..., None], y_val[..., None]], axis=-1)
    weights = np.concatenate([coef, intercept[..., None], -ones], axis=-1)  # (table @ weights)_i = prediction - y_i
    error = np.sum(weights @ (np.swapaxes(table, -1, -2) @ table) * weights, axis=-1)
    best = np.argmin(error, axis=-1)
    rows = np.arange(best.size)
    return coef[rows, best], intercept[rows, best]


@dataclass(frozen=True)
class NoiseStudy:
    """Relative test error, 1 for the true model, by method (rows in the order of `methods`) and replicate."""

    snr: Array  # (s,)
    error: Array  # (methods, s, R)
    nonzero: Array  # (methods, s), mean number of selected features
    methods: tuple[str, ...]
    null: Array  # (s,), the relative test error of predicting the mean: snr + 1

    @property
    def mean(self) -> Array:
        """Mean relative test error, (methods, s)."""
        return np.asarray(self.error.mean(axis=-1))

    @property
    def half_width(self) -> Array:
        """Of the 95% interval of the mean, (methods, s)."""
        return _half_width(self.error)

    def advantage(self, method: str, over: str) -> tuple[Array, Array]:
        """Mean paired difference in error, `over` minus `method`, and the half-width of its 95% interval, (s,) each."""
        difference = self.error[self.methods.index(over)] - self.error[self.methods.index(method)]
        return difference.mean(axis=-1), _half_width(difference)

    def winners(self, method: str, over: str) -> Array:
        """Per ratio: 1 where `method` has the smaller error, -1 where `over` has, 0 for a tie, (s,)."""
        mean, half = self.advantage(method, over)
        return np.asarray(np.where(np.abs(mean) <= half, 0.0, np.sign(mean)))


def _half_width(sample: Array) -> Array:
    count = sample.shape[-1]
    return np.asarray(stdtrit(count - 1, 0.975) * sample.std(axis=-1, ddof=1) / np.sqrt(count))


@once
def noise_study(
    lasso: Fits = lasso_fits,
    *,
    snrs: tuple[float, ...] = (0.05, 0.14, 0.25, 0.42, 0.71, 1.22, 2.07, 6.0),
    n: int = 100,
    p: int = 10,
    correlation: float = 0.35,
    replicates: int = 200,
    seed: int = 0,
) -> NoiseStudy:
    """The "low" setting of Hastie, Tibshirani and Tibshirani (2020): five features of ten matter equally.

    Training and validation sets of n observations each; the error on new data is exact, not sampled. Every ratio sees
    the same features and the same noise, scaled, so that ratios do not differ by their samples.
    """
    errors = np.zeros((len(METHODS), len(snrs), replicates))
    nonzero = np.zeros((len(METHODS), len(snrs)))
    for column, snr in enumerate(snrs):
        data = simulate_linear(2 * n, p, correlation=correlation, snr=snr, replicates=replicates, seed=seed)
        X, X_val, y, y_val = data.X[:, :n], data.X[:, n:], data.y[:, :n], data.y[:, n:]
        for row, candidates in enumerate(contestants(X, y, lasso).values()):
            coef, intercept = tuned(candidates, X, y, X_val, y_val)
            errors[row, column] = 1.0 + data.excess_risk(coef, intercept) / data.sigma**2
            nonzero[row, column] = np.mean(np.sum(coef != 0, axis=-1))
    return NoiseStudy(np.array(snrs), errors, nonzero, METHODS, 1.0 + np.array(snrs))


@dataclass(frozen=True)
class Noiseless:
    """Excess risk without noise at the true size, per data set (R,), and residual sums of squares at that size."""

    subset_risk: Array
    lasso_risk: Array
    subset_rss: Array
    refit_rss: Array  # least squares on the lasso's support


@once
def noiseless(lasso: Fits = lasso_fits, *, n: int = 100, p: int = 10, replicates: int = 50, seed: int = 0) -> Noiseless:
    """Data without noise: the best subset of the true size, and the best of the lasso's fits."""
    data = simulate_linear(n, p, correlation=0.35, sigma=0.0, replicates=replicates, seed=seed)
    k = int(data.support.sum())
    best, path = best_subsets(data.X, data.y), lasso(data.X, data.y)
    refit = restricted_fit(_products(data.X, data.y), path_supports(path)[:, [k]])[:, 0]
    residual = data.y - data.y.mean(axis=-1, keepdims=True)
    residual = residual - np.einsum("rnp,rp->rn", data.X - data.X.mean(axis=-2, keepdims=True), refit)
    return Noiseless(
        subset_risk=data.excess_risk(best.coef[:, k]),
        lasso_risk=data.excess_risk(path).min(axis=-1),
        subset_rss=best.rss[:, k],
        refit_rss=np.sum(residual**2, axis=-1),
    )


@dataclass(frozen=True)
class Splits:
    """Test error on real data over repeated random splits, tuned on validation data in each, (methods, R)."""

    error: Array  # mean squared error relative to that of predicting the mean
    nonzero: Array  # (methods, R)
    methods: tuple[str, ...]
    test_share: float  # test observations per training observation

    def interval(self, sample: Array) -> tuple[float, float]:
        """95% interval of the mean over splits, widened because the splits share data (Nadeau and Bengio 2003)."""
        found = interval(sample, test_share=self.test_share)
        return found.low, found.high

    def difference(self, method: str, over: str) -> Array:
        """Error of `over` minus error of `method` on each split, (R,)."""
        return np.asarray(self.error[self.methods.index(over)] - self.error[self.methods.index(method)])


@once
def diabetes_splits(*, splits: int = 100, seed: int = 0) -> Splits:
    """Diabetes, cut at random into 50% training (which standardizes), 25% validation and 25% test, `splits` times."""
    data = load_diabetes()
    rng = np.random.default_rng(seed)
    n = data.target.size
    cuts = np.array([rng.permutation(n) for _ in range(splits)])
    train, val, test = cuts[:, : n // 2], cuts[:, n // 2 : n // 2 + n // 4], cuts[:, n // 2 + n // 4 :]
    X = np.stack([standardize(data.data, reference=data.data[rows]) for rows in train])
    pick = np.arange(splits)[:, None]
    error, nonzero = [], []
    X_train, y_train = X[pick, train], data.target[train]
    for candidates in contestants(X_train, y_train).values():
        coef, intercept = tuned(candidates, X_train, y_train, X[pick, val], data.target[val])
        predicted = np.einsum("rnp,rp->rn", X[pick, test], coef) + intercept[:, None]
        null = data.target[test] - data.target[train].mean(axis=1, keepdims=True)
        error.append(np.mean((data.target[test] - predicted) ** 2, axis=1) / np.mean(null**2, axis=1))
        nonzero.append(np.sum(coef != 0, axis=1))
    return Splits(np.array(error), np.array(nonzero), METHODS, test.shape[1] / train.shape[1])


@evidence("B-opt-3", sabotage={"lasso": unpenalized_fits})
def noise_decides(*, lasso: Fits = lasso_fits) -> list[Finding]:
    """Without noise: the best subset of the true size on 50 data sets. With noise: the paired difference in relative
    test error between best subset and lasso, both tuned on validation data, over 200 data sets per signal-to-noise
    ratio; given is the lower end of its 95% interval.
    """
    clean, study = noiseless(lasso), noise_study(lasso)
    mean, half = study.advantage("best subset", over="lasso")
    return [
        Finding("for", "share of noiseless data sets in which the best subset of the true size is the truth",
                float(np.mean(clean.subset_risk <= 1e-20)), "==", 1.0),
        Finding("for", "share in which its residual sum of squares is the least of that size",
                float(np.mean(clean.subset_rss <= clean.refit_rss + 1e-9)), "==", 1.0),
        Finding("for", f"advantage of best subset over the lasso at a ratio of {study.snr[-1]:g}, lower end",
                float(mean[-1] - half[-1]), ">=", 0.0),
        Finding("against", f"advantage of the lasso over best subset at a ratio of {study.snr[1]:g}, lower end",
                float(-mean[1] - half[1]), ">=", 0.0),
        Finding("against", "ratios, of eight, at which the lasso predicts better",
                float(np.sum(study.winners("lasso", over="best subset") > 0)), ">=", 3),
    ]  # fmt: skip
