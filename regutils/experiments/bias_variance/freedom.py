"""Degrees of freedom, measured from their definition: how much each fit follows its own noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regutils._validation import Array
from regutils.claims import Finding, evidence
from regutils.experiments.bias_variance.decomposition import Kind, course_data, decomposition, refits
from regutils.experiments.caching import once
from regutils.losses import center
from regutils.metrics import support
from regutils.montecarlo import mean_and_error


@dataclass(frozen=True, eq=False)
class Freedom:
    """Degrees of freedom along a path, without the intercept's one, by the covariance formula and by the short cut."""

    kind: Kind
    lambdas: Array  # (L,), the last one zero
    covariance: Array  # (L,), sum_i cov(fit_i, y_i) / sigma^2 by Monte Carlo
    covariance_error: Array
    formula: Array  # (L,), sum d^2 / (d^2 + 2 n lam), or the expected number of nonzero coefficients
    formula_error: Array  # zero for ridge
    difference: Array  # (L,), the first minus the second, from the same replicates
    difference_error: Array
    refitted: Array | None  # (L,), covariance formula for least squares on the features that the lasso selected
    refitted_error: Array | None

    @property
    def largest_z(self) -> float:
        """Largest distance between the two, in standard errors, over the strengths above zero where there is a fit."""
        there = self.difference_error[:-1] > 1e-9
        return float(np.max(np.abs(self.difference[:-1] / np.maximum(self.difference_error[:-1], 1e-9))[there]))


def followed_noise(fitted: Array, noise: Array, sigma: float) -> Array:
    """fit'noise / sigma^2 per replicate, whose expectation is sum_i cov(fit_i, y_i) / sigma^2: (R, L) from (R, L, n).

    The mean fit, which no single replicate moves much, is taken off first: it only adds scatter. What the replicate
    does to that mean is made up for by the factor R / (R - 1).
    """
    replicates = len(noise)
    apart = (fitted - fitted.mean(axis=0)) * (replicates / (replicates - 1.0))
    return np.asarray(np.einsum("rln,rn->rl", apart, noise) / sigma**2)


@once
def freedom(kind: Kind, *, penalized: bool = True, refit: bool = False, seed: int = 0) -> Freedom:
    """Both sides of the identity on the targets of the chapter's decomposition. refit: also without the shrinkage."""
    data, drawn = course_data(), refits(kind, penalized=penalized, seed=seed)
    X = center(data.X, data.X.mean(axis=0))
    noise = drawn.noise - drawn.noise.mean(axis=1, keepdims=True)  # the intercept's share
    followed = followed_noise(drawn.coef @ X.T, noise, data.sigma)
    if kind == "l2":
        squares = np.linalg.svd(X, compute_uv=False) ** 2
        shrunk = squares / (squares + 2.0 * len(X) * drawn.lambdas[:, None] * (1.0 if penalized else 1e-9))
        counted = np.broadcast_to(shrunk.sum(axis=1), followed.shape)
    else:
        counted = np.count_nonzero(drawn.coef, axis=-1).astype(np.float64)
    refitted = None
    if refit:
        some = slice(400)  # least squares for each support takes its time
        projected = project(X, support(drawn.coef[some]), X @ data.theta + noise[some])
        refitted = mean_and_error(followed_noise(projected, noise[some], data.sigma))
    return Freedom(
        kind,
        drawn.lambdas,
        *mean_and_error(followed),
        *mean_and_error(counted),
        *mean_and_error(followed - counted),
        *(refitted or (None, None)),
    )


def project(X: Array, chosen: NDArray[np.bool_], y: Array) -> Array:
    """Least-squares fits (R, L, n) of y (R, n) on the chosen columns (R, L, p) of X (n, p)."""
    # Columns that are not chosen are set to zero, and get an identity in their place of the normal equations.
    gram = X.T @ X * (chosen[..., :, None] & chosen[..., None, :])
    gram[..., np.arange(X.shape[1]), np.arange(X.shape[1])] += ~chosen
    coef = np.linalg.solve(gram, ((y @ X)[:, None, :] * chosen)[..., None])[..., 0]
    return np.asarray((coef * chosen) @ X.T)


@evidence("A-bv-1", sabotage={"penalized": False})
def penalties_reduce_variance(*, penalized: bool = True) -> list[Finding]:
    """One design with 1,000 draws of the noise: variance of the predictions at the best strength against least squares,
    ridge's also by its exact formula; degrees of freedom by the covariance formula against the closed form (ridge) and
    the mean number of nonzero coefficients (lasso), in standard errors over 24 strengths; and how far they fall."""
    findings = []
    names: dict[Kind, str] = {"l1": "lasso", "l2": "ridge"}
    for kind, name in names.items():
        found, df = decomposition(kind, penalized=penalized), freedom(kind, penalized=penalized)
        findings += [
            Finding("for", f"variance at the best strength, as a share of that of least squares, {name}",
                    float(found.variance[found.best] / found.least_squares), "<=", 0.5),
            Finding("for", f"largest rise of the variance from one strength to the next larger one, {name}",
                    float(np.max(found.variance[:-1] - found.variance[1:])), "<=", 0.0, 1e-3, "noise variances"),
            Finding("for", f"degrees of freedom at the largest strength, of 20, {name}",
                    float(df.covariance[0]), "<=", 2.0),
            Finding("for", f"largest difference of covariance formula and short cut, {name}",
                    df.largest_z, "<=", 3.5, unit="standard errors"),
        ]  # fmt: skip
        if kind == "l2":
            findings.append(
                Finding("for", "largest difference of Monte Carlo and exact formula, bias and variance, ridge",
                        found.largest_z, "<=", 3.5, unit="standard errors")
            )  # fmt: skip
    return findings
