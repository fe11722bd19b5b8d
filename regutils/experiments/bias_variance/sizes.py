"""Who has the stronger bias? By the size of the coefficient, at equal degrees of freedom and at the best strength.

The design is orthonormal: each least-squares coefficient is z ~ N(truth, s^2) with s = sigma / sqrt(n), the lasso is
its soft threshold, ridge its multiple 1 / (1 + 2 lam), and everything has a closed form. The fits do not use it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from regutils._validation import Array
from regutils.claims import Finding, evidence
from regutils.datasets import simulate_orthonormal
from regutils.experiments.bias_variance.decomposition import PATHS, Kind, parts
from regutils.experiments.caching import once
from regutils.montecarlo import monte_carlo
from regutils.simulators import LinearData

Truth = Literal["sparse", "dense"]
Match = Literal["equal degrees of freedom", "best strength"]
MATCHES: tuple[Match, ...] = ("equal degrees of freedom", "best strength")
FREEDOM = 15.0  # that both spend where they are compared at equal degrees of freedom
N, P, SCATTER = 100, 40, 0.2  # rows, features, standard deviation s of a least-squares coefficient


@once
def sized_data(truth: Truth) -> LinearData:
    """Forty coefficients: six of sizes 0.25 to 1.5 and zeros, or none of them zero, with about the same signal."""
    theta = np.zeros(P)
    if truth == "sparse":
        theta[:6] = 0.25 * np.arange(1, 7)
    else:
        theta[:] = np.linspace(0.05, 0.6, P)
    return simulate_orthonormal(N, P, theta=theta, sigma=SCATTER * np.sqrt(N), seed=1)


def moments(kind: Kind, truth: Array, lam: float, scatter: float) -> tuple[Array, Array, Array]:
    """Bias, variance and degrees of freedom of each coefficient by formula, from z ~ N(truth, scatter^2).

    Lasso: moments of the soft threshold, a normal variable cut off at -lam and lam. Ridge: c z with c = 1/(1 + 2 lam).
    """
    from scipy.special import ndtr

    if kind == "l2":
        factor = 1.0 / (1.0 + 2.0 * lam)
        return (factor - 1.0) * truth, np.full_like(truth, (factor * scatter) ** 2), np.full_like(truth, factor)
    mean, square, freedom = np.zeros_like(truth), np.zeros_like(truth), np.zeros_like(truth)
    for sign in (1.0, -1.0):  # z above lam, and z below -lam, mirrored
        center = sign * truth - lam
        above = ndtr(center / scatter)
        density = scatter * np.exp(-((center / scatter) ** 2) / 2) / np.sqrt(2 * np.pi)
        mean += sign * (center * above + density)
        square += (center**2 + scatter**2) * above + center * density
        freedom += above
    return mean - truth, square - mean**2, freedom


def strength(kind: Kind, truth: Array, match: Match, scatter: float = SCATTER) -> float:
    """The strength at which the fit spends FREEDOM degrees of freedom, or has the least expected squared error."""
    from scipy.optimize import brentq, minimize_scalar

    if match == "equal degrees of freedom":
        return float(brentq(lambda lam: moments(kind, truth, lam, scatter)[2].sum() - FREEDOM, 1e-9, 1e3))

    def error(log_lam: float) -> float:
        bias, variance, _ = moments(kind, truth, float(np.exp(log_lam)), scatter)
        return float(np.sum(bias**2 + variance))

    return float(np.exp(minimize_scalar(error, bounds=(-9.0, 3.0), method="bounded").x))


def fit_sizes(seeds: Sequence[np.random.SeedSequence], *, truth: Truth, kind: Kind) -> dict[str, Array]:
    """Estimates (R, 2, p) of the coefficients, at the strengths of both MATCHES, with new noise for each seed."""
    data = sized_data(truth)
    noise = data.sigma * np.stack([np.random.default_rng(seed).standard_normal(N) for seed in seeds])
    wanted = np.array([strength(kind, data.theta, match) for match in MATCHES])
    order = np.argsort(-wanted)
    path = PATHS[kind](data.X, data.X @ data.theta + noise, wanted[order])
    return {"coef": path.coef[:, np.argsort(order)]}


@dataclass(frozen=True, eq=False)
class Sizes:
    """Bias and variance by coefficient for one truth, for lasso and ridge (in this order) at both MATCHES."""

    truth: Array  # (p,)
    lambdas: Array  # (2 methods, 2 matches)
    bias: Array  # (2, 2, p), mean estimate minus truth
    bias_error: Array
    squared_bias: Array  # (2, 2), summed over coefficients, in units of s^2, a least-squares coefficient's variance
    variance: Array  # (2, 2)
    squared_bias_error: Array
    variance_error: Array
    exact_squared_bias: Array  # (2, 2), by formula
    exact_variance: Array
    freedom: Array  # (2, 2), by formula
    curve: Array  # (m,), sizes for the curves
    curve_bias: Array  # (2, 2, m), by formula


@once
def sizes(truth: Truth, *, lasso: Kind = "l1", replicates: int = 1000, seed: int = 0) -> Sizes:
    """Monte Carlo with the path engine, beside the closed forms."""
    data = sized_data(truth)
    curve = np.linspace(0.0, 1.55, 63)
    kinds: tuple[Kind, Kind] = (lasso, "l2")
    lambdas = np.array([[strength(kind, data.theta, match) for match in MATCHES] for kind in kinds])
    coef = [monte_carlo(fit_sizes, replicates, seed=seed, batched=True, chunk_size=500, truth=truth, kind=kind)["coef"]
            for kind in kinds]  # fmt: skip
    unit = SCATTER**2
    measured = [parts(found, data.theta, np.eye(P)) for found in coef]
    exact = [[moments(kind, data.theta, lam, SCATTER) for lam in row] for kind, row in zip(kinds, lambdas, strict=True)]
    return Sizes(
        truth=data.theta,
        lambdas=lambdas,
        bias=np.stack([found.mean(axis=0) - data.theta for found in coef]),
        bias_error=np.stack([found.std(axis=0, ddof=1) / np.sqrt(replicates) for found in coef]),
        squared_bias=np.stack([row[0] for row in measured]) / unit,
        variance=np.stack([row[1] for row in measured]) / unit,
        squared_bias_error=np.stack([row[2] for row in measured]) / unit,
        variance_error=np.stack([row[3] for row in measured]) / unit,
        exact_squared_bias=np.array([[np.sum(bias**2) for bias, _, _ in row] for row in exact]) / unit,
        exact_variance=np.array([[variance.sum() for _, variance, _ in row] for row in exact]) / unit,
        freedom=np.array([[freedom.sum() for _, _, freedom in row] for row in exact]),
        curve=curve,
        curve_bias=np.array([[moments(kind, curve, lam, SCATTER)[0] for lam in row]
                             for kind, row in zip(kinds, lambdas, strict=True)]),
    )  # fmt: skip


@evidence("A-bv-2", sabotage={"lasso": "l2"})
def bias_depends_on_the_signal(*, lasso: Kind = "l1") -> list[Finding]:
    """Forty coefficients, sparse or dense, 1,000 draws of the noise: squared bias and variance of the lasso over those
    of ridge, where both spend 15 degrees of freedom and where each has its best strength; given three standard errors
    toward one."""
    sparse, dense = sizes("sparse", lasso=lasso), sizes("dense", lasso=lasso)
    at_df, at_best = 0, 1
    return [
        Finding("for", "lasso over ridge: squared bias, dense truth, equal degrees of freedom",
                _ratio(dense, "squared_bias", at_df, -3), ">=", 1.0),
        Finding("for", "lasso over ridge: variance, dense truth, equal degrees of freedom",
                _ratio(dense, "variance", at_df, -3), ">=", 1.0),
        Finding("for", "lasso over ridge: variance, sparse truth, equal degrees of freedom",
                _ratio(sparse, "variance", at_df, -3), ">=", 1.0),
        Finding("against", "lasso over ridge: squared bias, sparse truth, equal degrees of freedom",
                _ratio(sparse, "squared_bias", at_df, 3), "<=", 1.0),
        Finding("against", "lasso over ridge: variance, sparse truth, best strengths",
                _ratio(sparse, "variance", at_best, 3), "<=", 1.0),
        Finding("against", "lasso over ridge: squared bias, dense truth, best strengths",
                _ratio(dense, "squared_bias", at_best, 3), "<=", 1.0),
    ]  # fmt: skip


def _ratio(found: Sizes, part: str, match: int, errors: float) -> float:
    """Lasso over ridge, moved by some standard errors (delta method, as if the two were independent)."""
    values, spread = getattr(found, part)[:, match], getattr(found, f"{part}_error")[:, match]
    return float(values[0] / values[1] * (1.0 + errors * np.hypot(*(spread / values))))
