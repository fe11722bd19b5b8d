"""Along the path: at most n features, and features that leave again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.datasets import load_diabetes, simulate_linear, standardize
from regutils.experiments.caching import once
from regutils.montecarlo import mean_and_error
from regutils.paths import elastic_net_path, lasso_path, ridge_path


@dataclass(frozen=True)
class Limit:
    """Number of nonzero coefficients along three paths, (L,) each, against lam / lambda_max."""

    n: int
    p: int
    k: int  # true features
    relative: Array  # (L,)
    nonzero: dict[str, Array]
    true: dict[str, Array]  # of them, true features

    def most(self, name: str) -> int:
        """The largest number on any path of this name."""
        return int(self.nonzero[name].max())


@once
def limit(*, n: int = 20, p: int = 100, k: int = 30, rho: float = 0.5, seed: int = 0) -> Limit:
    """More true features than observations; no intercept, so that n is the bound."""
    data = simulate_linear(n, p, n_nonzero=k, snr=10.0, seed=seed)
    relative = np.geomspace(1.0, 1e-4, 24)
    lambdas = np.max(np.abs(data.X.T @ data.y)) / n * relative
    paths = {
        "L1": lasso_path(data.X, data.y, lambdas, fit_intercept=False),
        "elastic net": elastic_net_path(data.X, data.y, lambdas / rho, rho=rho, fit_intercept=False),
        "L2": ridge_path(data.X, data.y, lambdas, fit_intercept=False),
    }
    nonzero = {name: np.count_nonzero(path.coef, axis=-1).astype(float) for name, path in paths.items()}
    true = {name: np.count_nonzero(path.coef[..., data.support], axis=-1).astype(float) for name, path in paths.items()}
    return Limit(n, p, k, relative, nonzero, true)


def departures(coef: Array) -> Array:
    """Along paths (..., L, p), largest lam first: how often each coefficient goes back to zero, (..., p)."""
    active = coef != 0
    return np.asarray(np.sum(active[..., :-1, :] & ~active[..., 1:, :], axis=-2))


@dataclass(frozen=True)
class Departures:
    """The lasso path of the diabetes data, and how often random paths lose a feature, by correlation."""

    relative: Array  # (L,), lam / lambda_max
    coef: Array  # (L, p), standardized features
    features: tuple[str, ...]
    left: tuple[str, ...]  # features that leave
    gone: tuple[float, float]  # between which lam / lambda_max the first of them is out
    correlation: Array  # (c,)
    share: Array  # (c,), share of random paths on which a feature leaves
    error: Array  # (c,), its standard error
    replicates: int


@once
def leaving(
    *,
    correlations: tuple[float, ...] = (0.0, 0.3, 0.6, 0.9),
    n: int = 50,
    p: int = 10,
    replicates: int = 200,
    seed: int = 0,
) -> Departures:
    """Diabetes on 400 strengths; and simulated data, neighbors correlated, five true features of ten, ratio 2."""
    data = load_diabetes()
    path = lasso_path(standardize(data.data), data.target, n_lambdas=400, lambda_min_ratio=1e-4)
    count = departures(path.coef)
    relative = path.lambdas / path.lambdas[0]
    first = int(np.argmax(count > 0))
    entered = int(np.argmax(path.coef[:, first] != 0))
    out = relative[entered:][path.coef[entered:, first] == 0]
    shares = []
    for correlation in correlations:
        sample = simulate_linear(n, p, correlation=correlation, snr=2.0, replicates=replicates, seed=seed)
        coef = lasso_path(sample.X, sample.y, n_lambdas=150, lambda_min_ratio=1e-3).coef
        shares.append(mean_and_error(np.any(departures(coef) > 0, axis=-1).astype(float)))
    share, error = np.transpose(shares)
    names = tuple(data.feature_names)
    left = tuple(name for name, times in zip(names, count, strict=True) if times)
    return Departures(relative, path.coef, names, left, (float(out.max()), float(out.min())),
                      np.array(correlations), share, error, replicates)  # fmt: skip
