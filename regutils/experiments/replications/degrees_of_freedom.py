"""Zou, Hastie and Tibshirani (2007): the lasso's degrees of freedom are its expected number of nonzeros."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.experiments.bias_variance.freedom import followed_noise
from regutils.experiments.caching import once
from regutils.experiments.definition.ridge_risk import diabetes_truth
from regutils.experiments.replications.record import LIMIT, Replication
from regutils.montecarlo import mean_and_error, monte_carlo
from regutils.paths import lasso_path

SOURCE = "zou2007"
BOOK = "hastie2009"
FEATURES, SIZE = 20, 5  # for the caveat: best subset of five among twenty features that mean nothing


@dataclass(frozen=True, eq=False)
class Counted:
    """Covariance formula and mean number of nonzeros along the strengths, and the same sums for a best subset."""

    lambdas: Array  # (L,)
    covariance: Array  # sum of cov(fit_i, y_i) / sigma^2
    covariance_error: Array
    nonzeros: Array
    difference_error: Array  # of covariance minus nonzeros, from the same replicates
    subset: float
    subset_error: float
    subset_exact: float


@once
def counted(*, replicates: int = 2000, centered: bool = True, seed: int = 2007) -> Counted:
    """Diabetes with new noise, around the least-squares fit. centered=False counts the products of fit and target
    themselves, without subtracting their means."""
    truth = diabetes_truth()
    largest = float(np.max(np.abs(truth.X.T @ (truth.X @ truth.theta)))) / len(truth.X)
    lambdas = largest * np.array([0.5, 0.1, 0.03, 0.003])
    rng = np.random.default_rng(seed)
    noise = truth.sigma * rng.standard_normal((replicates, len(truth.X)))
    noise -= noise.mean(axis=1, keepdims=True)
    y = truth.X @ truth.theta + noise
    coef = lasso_path(np.broadcast_to(truth.X, (replicates, *truth.X.shape)), y, lambdas, fit_intercept=False).coef
    fitted = coef @ truth.X.T
    followed = (
        followed_noise(fitted, noise, truth.sigma) if centered else np.einsum("rln,rn->rl", fitted, y) / truth.sigma**2
    )
    nonzeros = np.count_nonzero(coef, axis=2).astype(np.float64)
    drawn = monte_carlo(_subset, 20_000, seed=seed, batched=True, chunk_size=5000, n_jobs=1, progress=False)
    subset, subset_error = mean_and_error(drawn["followed"])
    return Counted(
        lambdas,
        *mean_and_error(followed),
        nonzeros.mean(axis=0),
        mean_and_error(followed - nonzeros)[1],
        float(subset),
        float(subset_error),
        subset_freedom(FEATURES, SIZE),
    )


def _subset(seeds: list[np.random.SeedSequence]) -> dict[str, Array]:
    """On orthonormal columns best subset keeps the largest |z_j|, and sum fit_i noise_i is their sum of squares."""
    squares = np.stack([np.random.default_rng(seed).standard_normal(FEATURES) for seed in seeds]) ** 2
    return {"followed": np.sort(squares, axis=1)[:, -SIZE:].sum(axis=1)}


def subset_freedom(features: int, size: int) -> float:
    """Degrees of freedom of the best subset of `size` among orthonormal features without signal, sigma = 1.

    features times E[z^2; z among the `size` largest in absolute value]: of the others, at most size - 1 are larger.
    """
    from scipy.integrate import quad
    from scipy.special import bdtr, ndtr

    def integrand(z: float) -> float:
        density = np.sqrt(2.0 / np.pi) * np.exp(-(z**2) / 2.0)
        return float(z**2 * density * bdtr(size - 1, features - 1, 2.0 * ndtr(-z)))

    return features * float(quad(integrand, 0.0, 12.0, limit=200)[0])


def zou2007(*, centered: bool = True) -> tuple[Replication, ...]:
    """Theorem 1 along the diabetes path, and the caveat of Hastie, Tibshirani and Friedman (2009)."""
    found = counted(centered=centered)
    rows = [
        Replication(
            SOURCE, "main theorem", f"degrees of freedom by covariance, against nonzeros, λ = {lam:.3g}",
            float(nonzeros), float(covariance), "statistical", LIMIT, error=float(error),
        )
        for lam, nonzeros, covariance, error in zip(
            found.lambdas, found.nonzeros, found.covariance, found.difference_error, strict=True
        )
    ]  # fmt: skip
    rows += [
        Replication(BOOK, "section 3.4.4", f"degrees of freedom of the best {SIZE} of {FEATURES} useless features",
                    SIZE, found.subset, "bound", 0.0, error=found.subset_error, relation=">="),
        Replication(BOOK, "section 3.4.4", f"the same, against order statistics, best {SIZE} of {FEATURES}",
                    found.subset_exact,
                    found.subset, "statistical", LIMIT, error=found.subset_error),
    ]  # fmt: skip
    return tuple(rows)
