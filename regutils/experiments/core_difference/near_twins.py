"""Two features that are almost the same: whom each penalty keeps, over data sets and over resamples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.datasets import load_hitters, standardize
from regutils.experiments.caching import once
from regutils.montecarlo import mean_and_error, monte_carlo
from regutils.paths import elastic_net_path, lasso_path, ridge_path

METHODS = ("lasso", "elastic net", "ridge")


def pair(
    seeds: Sequence[np.random.SeedSequence], *, correlation: float, lambdas: tuple[float, float, float],
    rho: float = 0.5, n: int = 50,
) -> dict[str, Array]:  # fmt: skip
    """One data set a seed: two features of that correlation, both with coefficient 1, three without effect, noise 1.

    Weights of the pair under the three methods, (R, 2) each; lambdas in the order of METHODS.
    """
    z = np.stack([np.random.default_rng(seed).standard_normal((n, 7)) for seed in seeds])
    shared = np.sqrt(correlation) * z[..., :1]
    X = np.concatenate([shared + np.sqrt(1 - correlation) * z[..., 1:3], z[..., 3:6]], axis=-1)
    y = X[..., 0] + X[..., 1] + z[..., 6]
    strong = [np.array([lam]) for lam in lambdas]
    fits = (
        lasso_path(X, y, strong[0]),
        elastic_net_path(X, y, strong[1], rho=rho),
        ridge_path(X, y, strong[2]),
    )
    return {name: path.coef[:, 0, :2] for name, path in zip(METHODS, fits, strict=True)}


@dataclass(frozen=True, eq=False)
class Pairs:
    """Weights of the pair, by method, (R, 2); each data set is a point."""

    correlation: float
    weights: dict[str, Array]

    def one_only(self, method: str) -> tuple[float, float]:
        """Share of the data sets in which exactly one of the pair has a weight, with its standard error."""
        mean, error = mean_and_error(np.sum(self.weights[method] != 0, axis=1) == 1)
        return float(mean), float(error)

    def first_kept(self, method: str) -> tuple[float, float]:
        """Of those, the share in which it is the first of the pair, with its standard error."""
        weights = self.weights[method]
        mean, error = mean_and_error(weights[np.sum(weights != 0, axis=1) == 1, 0] != 0)
        return float(mean), float(error)

    def difference(self, method: str) -> float:
        """Typical size of the difference of the two weights, root mean square, over that of their mean."""
        weights = self.weights[method]
        return float(np.sqrt(np.mean(np.ptp(weights, axis=1) ** 2) / np.mean(weights.mean(axis=1) ** 2)))


@once
def pairs(
    *, correlation: float = 0.99, replicates: int = 1000, seed: int = 0,
    lambdas: tuple[float, float, float] = (0.2, 0.2, 0.1),
) -> Pairs:  # fmt: skip
    """50 rows; a strength for each method, chosen so that the pair's total weight is about the same."""
    found = monte_carlo(pair, replicates, seed=seed, batched=True, progress=False, correlation=correlation,
                        lambdas=lambdas)  # fmt: skip
    return Pairs(correlation, found)


@dataclass(frozen=True, eq=False)
class Resamples:
    """How often each feature of Hitters is selected over bootstrap samples of the players."""

    features: tuple[str, ...]
    frequency: dict[str, Array]  # by method, (p,)
    replicates: int
    lam: float
    full: Array  # (p,) lasso coefficients on all players
    twins: tuple[str, str]
    correlation: float  # of the twins
    twins_one: float  # share of the samples in which the lasso keeps exactly one of them
    twins_first: float  # of those, the share in which it is the first

    @property
    def error(self) -> float:
        """Largest standard error of a frequency."""
        return float(0.5 / np.sqrt(self.replicates))


@once
def resamples(
    *, lam: float = 0.1, rho: float = 0.5, replicates: int = 300, seed: int = 0,
    twins: tuple[str, str] = ("CHits", "CRuns"),
) -> Resamples:  # fmt: skip
    """Players drawn with replacement, each sample standardized anew; the elastic net has the same L1 part."""
    bunch = load_hitters()
    data = np.column_stack([bunch.data, bunch.target])
    rng = np.random.default_rng(seed)
    drawn = data[rng.integers(len(data), size=(replicates, len(data)))]
    drawn = (drawn - drawn.mean(axis=1, keepdims=True)) / drawn.std(axis=1, keepdims=True)
    X, y = drawn[..., :-1], drawn[..., -1]
    lasso = lasso_path(X, y, np.array([lam])).coef[:, 0] != 0
    net = elastic_net_path(X, y, np.array([lam / rho]), rho=rho).coef[:, 0] != 0
    names = tuple(bunch.feature_names)
    whole = standardize(data)
    columns = [names.index(twin) for twin in twins]
    one = lasso[lasso[:, columns].sum(axis=1) == 1][:, columns]
    return Resamples(
        features=names,
        frequency={"lasso": lasso.mean(axis=0), "elastic net": net.mean(axis=0)},
        replicates=replicates,
        lam=lam,
        full=lasso_path(whole[:, :-1], whole[:, -1], np.array([lam])).coef[0],
        twins=twins,
        correlation=float(np.corrcoef(bunch.data[:, columns].T)[0, 1]),
        twins_one=len(one) / replicates,
        twins_first=float(one[:, 0].mean()),
    )
