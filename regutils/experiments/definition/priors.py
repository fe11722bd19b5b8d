"""Penalties as priors: what the posterior mode and the posterior mean have to do with them, and two densities."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from regutils._validation import Array, check_scalar
from regutils.claims import Finding, evidence
from regutils.datasets import simulate_orthonormal
from regutils.experiments.caching import once
from regutils.paths import lasso_path, ridge_path
from regutils.penalties import L1, L2

SD = 1.0  # of the priors that are compared


@dataclass(frozen=True, eq=False)
class Posterior:
    """One observation b ~ N(theta, 1) and a prior of standard deviation 1 on theta: mode and mean as b moves."""

    b: Array  # (k,)
    laplace_mode: Array
    laplace_mean: Array
    gaussian_mode: Array
    gaussian_mean: Array
    threshold: float  # the mode is zero for |b| up to here


@dataclass(frozen=True, eq=False)
class Densities:
    """Laplace and Gaussian density of standard deviation 1, where they cross, and how much lies outside."""

    x: Array
    laplace: Array
    gaussian: Array
    crossings: Array  # positive ones
    laplace_inside: float  # probability within the inner crossing
    gaussian_inside: float
    laplace_outside: float  # probability beyond the outer crossing
    gaussian_outside: float


def _laplace(sd: float = SD) -> Any:
    from scipy.stats import laplace

    return laplace(scale=sd / np.sqrt(2))  # variance 2 scale^2


def _gaussian(sd: float = SD) -> Any:
    from scipy.stats import norm

    return norm(scale=sd)


def posterior_mean(b: Array, prior: Any, *, noise: float = 1.0) -> Array:
    """E[theta | b] for b ~ N(theta, noise^2), by Simpson's rule on either side of the prior's kink.

    b (k,); the grid spans 12 noise standard deviations beyond the largest |b|, with about 100 nodes to each.
    """
    half = float(np.max(np.abs(b))) + 12 * noise
    nodes = 2 * int(np.ceil(half / noise * 50))  # even, so that a panel ends at zero
    theta = np.linspace(-half, half, 2 * nodes + 1)
    simpson = np.where(np.arange(theta.size) % 2 == 1, 4.0, 2.0)  # at the far ends the weight is zero anyway
    logs = -((b[:, None] - theta) ** 2) / (2 * noise**2) + prior.logpdf(theta)
    weight = simpson * np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(weight @ theta / weight.sum(axis=1))


def posterior_mode(b: Array, prior: Any, *, noise: float = 1.0) -> Array:
    """The theta of largest posterior density for each b (k,), found by a search that knows no formula.

    A grid of 401 nodes around zero and b, shrunk ten times around its best node: exact to 1e-9 of the noise.
    """
    low, high = np.minimum(b, 0.0) - noise, np.maximum(b, 0.0) + noise
    share = np.linspace(0.0, 1.0, 401)
    best = np.zeros_like(b)
    for _ in range(6):
        theta = low[:, None] + share * (high - low)[:, None]
        # Relative to the density at the middle: differences of large numbers would hide the mode.
        middle = theta[:, 200:201]
        data = (theta - middle) * (2 * b[:, None] - theta - middle) / (2 * noise**2)
        best_at = np.argmax(data + prior.logpdf(theta) - prior.logpdf(middle), axis=1)
        best = theta[np.arange(b.size), best_at]
        width = (high - low) / 100
        low, high = best - width, best + width
    return best


@once
def posterior(*, prior_sd: float = SD) -> Posterior:
    """Modes from the proximal operators (they are the penalized solutions), means by quadrature."""
    prior_sd = check_scalar(prior_sd, "prior_sd", low=0.0, inclusive="neither")
    b = np.linspace(-4.0, 4.0, 321)
    scale = prior_sd / np.sqrt(2)
    return Posterior(
        b=b,
        laplace_mode=L1(1 / scale).prox(b, 1.0),
        laplace_mean=posterior_mean(b, _laplace(prior_sd)),
        gaussian_mode=L2(1 / (2 * prior_sd**2)).prox(b, 1.0),
        gaussian_mean=posterior_mean(b, _gaussian(prior_sd)),
        threshold=1 / scale,
    )


def _crossings(first: Any, second: Any) -> Array:
    """Positive points at which two densities are equal: sign changes on a grid, then bisection (Brent)."""
    from scipy.optimize import brentq

    def difference(x: float | Array) -> Any:
        return first.logpdf(x) - second.logpdf(x)

    grid = np.linspace(1e-3, 10.0, 2001)
    change = np.flatnonzero(np.diff(np.sign(difference(grid))))
    return np.array([brentq(difference, grid[i], grid[i + 1], xtol=1e-14) for i in change])


@once
def densities() -> Densities:
    """The two priors at equal variance, with crossings found numerically."""
    laplace, gaussian = _laplace(), _gaussian()
    x = np.linspace(-5.0, 5.0, 501)
    crossings = _crossings(laplace, gaussian)
    inner, outer = crossings[0], crossings[-1]
    return Densities(
        x=x,
        laplace=laplace.pdf(x),
        gaussian=gaussian.pdf(x),
        crossings=crossings,
        laplace_inside=1 - 2 * laplace.sf(inner),
        gaussian_inside=1 - 2 * gaussian.sf(inner),
        laplace_outside=2 * laplace.sf(outer),
        gaussian_outside=2 * gaussian.sf(outer),
    )


@evidence("B-def-3", sabotage={"l1_prior": _gaussian, "l2_prior": _laplace})
def penalty_is_a_prior_of_the_mode(*, l1_prior: Any = _laplace, l2_prior: Any = _gaussian) -> list[Finding]:
    """A simulated orthonormal design, 100 rows and 20 coefficients: the posterior mode found by search against lasso
    and ridge with lambda = sigma^2 / (n scale) and sigma^2 / (2 n variance), then the posterior mean by quadrature."""
    sd = 0.1
    data = simulate_orthonormal(100, 20, theta=np.repeat([0.5, 0.0], 10), sigma=1.0, seed=3)
    n = len(data.y)
    noise = data.sigma / np.sqrt(n)  # of each least-squares coordinate
    b = data.X.T @ (data.y - data.y.mean()) / n
    lasso = lasso_path(data.X, data.y, np.array([data.sigma**2 / (n * sd / np.sqrt(2))])).coef[0]
    ridge = ridge_path(data.X, data.y, np.array([data.sigma**2 / (2 * n * sd**2)])).coef[0]
    mean = posterior_mean(b, l1_prior(sd), noise=noise)
    zeros = lasso == 0
    return [
        Finding(
            "for",
            "largest difference between the mode under a Laplace prior and the lasso",
            measured=float(np.max(np.abs(posterior_mode(b, l1_prior(sd), noise=noise) - lasso))),
            relation="<=",
            expected=0,
            tolerance=1e-6,
        ),
        Finding(
            "for",
            "largest difference between the mode under a Gaussian prior and ridge",
            measured=float(np.max(np.abs(posterior_mode(b, l2_prior(sd), noise=noise) - ridge))),
            relation="<=",
            expected=0,
            tolerance=1e-6,
        ),
        Finding(
            "for",
            "coefficients of 20 that the lasso, and so the mode, sets to zero",
            measured=float(zeros.sum()),
            relation=">=",
            expected=1,
        ),
        Finding(
            "against",
            "coefficients of 20 whose posterior mean under the Laplace prior is zero",
            measured=float(np.sum(mean == 0)),
            relation="==",
            expected=0,
        ),
        Finding(
            "against",
            "smallest absolute posterior mean where the mode is zero",
            measured=float(np.min(np.abs(mean[zeros]), initial=np.inf)),
            relation=">=",
            expected=1e-6,
        ),
    ]


@evidence("B-def-4", sabotage={"heavy": _gaussian})
def laplace_has_peak_and_tails(*, heavy: Any = _laplace) -> list[Finding]:
    """Two densities of variance one: their heights at zero, their crossing points found numerically against
    sqrt(2) -+ sqrt(2 - log pi), and the probability inside the inner and outside the outer one."""
    first, second = heavy(), _gaussian()
    crossings = _crossings(first, second)
    inner, outer = (crossings[0], crossings[-1]) if crossings.size else (0.49, 2.34)
    closed_form = np.sqrt(2) + np.array([-1, 1]) * np.sqrt(2 - np.log(np.pi))
    off = float(np.max(np.abs(crossings - closed_form))) if crossings.size == 2 else float("inf")
    return [
        Finding(
            "for",
            "probability of a coefficient beyond the outer crossing, Laplace over Gaussian",
            measured=float(first.sf(outer) / second.sf(outer)),
            relation=">=",
            expected=1.5,
            unit="times",
        ),
        Finding(
            "for",
            "probability of a coefficient within the inner crossing, Laplace over Gaussian",
            measured=float((1 - 2 * first.sf(inner)) / (1 - 2 * second.sf(inner))),
            relation=">=",
            expected=1.1,
            unit="times",
        ),
        Finding(
            "for",
            "density at zero, Laplace over Gaussian",
            measured=float(first.pdf(0.0) / second.pdf(0.0)),
            relation="==",
            expected=float(np.sqrt(np.pi)),
            tolerance=1e-12,
        ),
        Finding(
            "for",
            "largest difference between the two crossings and their closed form",
            measured=off,
            relation="<=",
            expected=0,
            tolerance=1e-10,
        ),
    ]
