"""Does the lasso find the true features? The irrepresentable condition, where it holds and where it fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.claims import Finding, evidence
from regutils.experiments.caching import once
from regutils.experiments.core_difference.near_twins import pairs
from regutils.experiments.core_difference.traces import PathFunction
from regutils.montecarlo import mean_and_error, monte_carlo
from regutils.paths import lasso_path, ridge_path


def mixed(correlation: float, false: int) -> Array:
    """Covariance (2 + false, 2 + false) of two true features and `false` mixtures c (x1 + x2) + noise of their own.

    The first two are independent; each mixture has variance 1 and the correlation c with either of them.
    """
    loading = np.hstack([np.eye(2), np.zeros((2, false))])
    mixture = np.hstack([np.full((false, 2), correlation), np.sqrt(1 - 2 * correlation**2) * np.eye(false)])
    root = np.vstack([loading, mixture])
    return np.asarray(root @ root.T)


def irrepresentable(covariance: Array, theta: Array) -> float:
    """The condition's number: max |Sigma_NA Sigma_AA^-1 sign(theta_A)| over the false features N; A the true ones.

    Below 1 the condition holds (Zhao and Yu 2006).
    """
    on = theta != 0
    solved = np.linalg.solve(covariance[np.ix_(on, on)], np.sign(theta[on]))
    return float(np.max(np.abs(covariance[np.ix_(~on, on)] @ solved)))


def limiting_probability(number: float, false: int) -> float:
    """Probability, as n grows, that some strength gives the true signs, in the design of `mixed` with like signs.

    1 where number < 1. Otherwise the correlations of the mixtures with the noise have to be of the right sign, all of
    them, and the largest at most (number + 1)/(number - 1) times the smallest (derived in the chapter).
    """
    from scipy.integrate import quad
    from scipy.special import erf

    if number < 1:
        return 1.0
    reach = (number + 1) / (number - 1) if number > 1 else np.inf

    def density(x: float) -> float:
        within = erf(reach * x / np.sqrt(2)) - erf(x / np.sqrt(2))
        return float(false * np.sqrt(2 / np.pi) * np.exp(-(x**2) / 2) * within ** (false - 1))

    return float(0.5**false * quad(density, 0, 12)[0])


def moments(seeds: Sequence[np.random.SeedSequence], *, n: int, columns: int) -> dict[str, Array]:
    """Covariances (R, columns, columns) of n rows of independent standard normal columns, one data set a seed."""
    found = np.empty((len(seeds), columns, columns))
    for k, seed in enumerate(seeds):
        z = np.random.default_rng(seed).standard_normal((n, columns))
        mean = z.mean(axis=0)
        found[k] = z.T @ z / n - np.outer(mean, mean)
    return {"covariance": found}


@once
def drawn(n: int, columns: int, replicates: int) -> Array:
    """The same draws for every design of that size: designs are compared on common random numbers."""
    return monte_carlo(moments, replicates, batched=True, progress=False, n=n, columns=columns)["covariance"]


def recovered(
    covariance: Array, theta: tuple[float, ...], *, correlation: float, sigma: float, path: PathFunction = lasso_path
) -> Array:
    """Whether some strength of the path gives exactly the true signs (and so the true support), 0 or 1, (R,).

    covariance (R, p + 1, p + 1): of the normal columns that the features are mixed from, and of the noise. The lasso
    sees data through X'X/n and X'y/n alone, so the path is run on a square root of those, whatever n is.
    """
    truth = np.asarray(theta)
    root = np.linalg.cholesky(mixed(correlation, truth.size - 2) + 1e-14 * np.eye(truth.size))
    mixing = np.zeros((truth.size + 1, truth.size + 1))  # (features, target) = (columns, noise) @ mixing
    mixing[:-1, :-1], mixing[:-1, -1], mixing[-1, -1] = root.T, root.T @ truth, sigma
    both = np.linalg.cholesky(mixing.T @ covariance @ mixing)
    rows = np.swapaxes(both, 1, 2) * np.sqrt(truth.size + 1)
    coef = path(rows[..., :-1], rows[..., -1], n_lambdas=240, lambda_min_ratio=1e-4, fit_intercept=False).coef
    return np.asarray(np.any(np.all(np.sign(coef) == np.sign(truth), axis=2), axis=1), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Recovery:
    """Share of data sets in which the true features are found somewhere on the path, with its standard error."""

    sizes: tuple[int, ...]
    settings: tuple[str, ...]
    numbers: Array  # (s,) the condition's number
    share: Array  # (s, m)
    error: Array
    limit: Array  # (s,)
    sweep_sizes: tuple[int, ...]
    sweep_numbers: Array  # (k,)
    sweep: Array  # (len(sweep_sizes), k)
    sweep_error: Array
    sweep_limit: Array
    replicates: int


SETTINGS = (  # name, first coefficient (the second is 1), number of mixtures
    ("unlike signs, 4 mixtures", -1.0, 4),
    ("like signs, 1 mixture", 1.0, 1),
    ("like signs, 4 mixtures", 1.0, 4),
)


@once
def _share(
    n: int, first: float, false: int, number: float, *, replicates: int, path: PathFunction
) -> tuple[float, float]:
    """Share of data sets in which the truth is found, with its standard error; mixtures of correlation number / 2."""
    theta = (first, 1.0, *([0.0] * false))
    covariance = drawn(n, len(theta) + 1, replicates)
    mean, error = mean_and_error(recovered(covariance, theta, correlation=number / 2, sigma=4.0, path=path))
    return float(mean), float(error)


@once
def recovery(
    *, sizes: tuple[int, ...] = (20, 50, 100, 200, 500, 1000, 2000), sweep_sizes: tuple[int, ...] = (100, 1000),
    replicates: int = 300, path: PathFunction = lasso_path,
) -> Recovery:  # fmt: skip
    """Two true features with coefficients 1, noise of variance 16: by n with c = 2/3, and by c for two n."""
    limit, number = [], []
    shares = np.empty((len(SETTINGS), len(sizes), 2))
    for s, (_, first, false) in enumerate(SETTINGS):
        truth = np.array([first, 1.0, *([0.0] * false)])
        number.append(irrepresentable(mixed(2 / 3, false), truth))
        limit.append(limiting_probability(number[-1], false))
        shares[s] = [_share(n, first, false, 4 / 3, replicates=replicates, path=path) for n in sizes]
    sweep_numbers = np.array([0.2, 0.6, 0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 1.3])
    sweep = np.array([
        [_share(n, 1.0, 4, float(value), replicates=replicates, path=path) for value in sweep_numbers]
        for n in sweep_sizes
    ])  # fmt: skip
    return Recovery(
        sizes=sizes,
        settings=tuple(name for name, _, _ in SETTINGS),
        numbers=np.array(number),
        share=shares[..., 0],
        error=shares[..., 1],
        limit=np.array(limit),
        sweep_sizes=sweep_sizes,
        sweep_numbers=sweep_numbers,
        sweep=sweep[..., 0],
        sweep_error=sweep[..., 1],
        sweep_limit=np.array([limiting_probability(float(value), 4) for value in sweep_numbers]),
        replicates=replicates,
    )


@evidence("A-core-2", sabotage={"l1": ridge_path})
def selection_has_a_condition(*, l1: PathFunction = lasso_path, l2: PathFunction = ridge_path) -> list[Finding]:
    """Two true features and four false ones, 500 rows: in how many of 300 data sets some strength gives exactly the
    true signs, with coefficients of unlike signs (the irrepresentable condition holds) and like signs (it fails).
    And two nearly identical features in 1,000 data sets: whom the lasso keeps.
    """
    holds, _ = _share(500, -1.0, 4, 4 / 3, replicates=300, path=l1)
    fails, _ = _share(500, 1.0, 4, 4 / 3, replicates=300, path=l1)
    ridge, _ = _share(500, -1.0, 4, 4 / 3, replicates=300, path=l2)
    near = pairs()
    truth = np.array([1.0, 1.0, 0.0, 0.0, 0.0, 0.0])
    return [
        Finding("for", "share of data sets in which the lasso finds the truth, condition met", holds, ">=", 0.95),
        Finding("for", "the same for ridge, which keeps every feature", ridge, "==", 0.0),
        Finding("against", "the condition's number with like signs (it would have to be below 1)",
                irrepresentable(mixed(2 / 3, 4), truth), ">=", 1.0),
        Finding("against", "share of data sets in which the lasso finds the truth, condition failed",
                fails, "<=", 0.10),
        Finding("against", "share in which it keeps one of two features of correlation 0.99, both of which matter",
                near.one_only("lasso")[0], ">=", 0.3),
        Finding("against", "of those, the share in which it is the first", near.first_kept("lasso")[0],
                "==", 0.5, 0.1),
    ]  # fmt: skip
