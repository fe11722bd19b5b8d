"""How many noisy observations does the lasso need to find the support with its signs? A threshold at 2 k log(p - k).

Independent standard normal features, k coefficients of +-1/2, the others zero, noise of standard deviation 1/2, and
n = control * 2 k log(p - k) observations: with more than control = 1 the lasso finds support and signs with a
probability that tends to one as p grows, with less to zero (Wainwright 2009).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regutils._validation import Array, check_integer, check_scalar
from regutils.experiments.caching import once
from regutils.montecarlo import mean_and_error, monte_carlo

SIZE, SIGMA = 0.5, 0.5  # of the nonzero coefficients; of the noise


def threshold(p: int, k: int) -> float:
    """2 k log(p - k): the number of observations at which the chance of success jumps, as p grows."""
    k = check_integer(k, "k", low=1)
    return float(2.0 * k * np.log(check_integer(p, "p", low=k + 1) - k))


def strength(n: int, p: int, k: int, *, sigma: float = SIGMA) -> float:
    """lam = sqrt(2 sigma^2 log(k) log(p - k) / n): shrinks with n, yet more slowly than the noise."""
    return float(np.sqrt(2.0 * sigma**2 * np.log(k) * np.log(p - k) / n))


def witness(X: Array, theta: Array, noise: Array, lam: float) -> tuple[Array, Array]:
    """Lasso restricted to the true support with the true signs: is it a solution there, and what is left to explain?

    X (R, n, k) holds the true features, theta (R, k) their coefficients, noise (R, n). Returns whether the signs come
    out as they went in, (R,), and the residual y - X theta_hat, (R, n), with

        theta_hat = theta + (X'X/n)^-1 (X'noise/n - lam sign(theta)).

    This is the lasso's solution, and the only one, exactly if the signs agree and no other feature x has
    |x'residual| / n >= lam: the conditions of Karush, Kuhn and Tucker (the witness of Wainwright 2009).
    """
    n = X.shape[1]
    gram = np.swapaxes(X, -1, -2) @ X / n
    pull = np.einsum("rnk,rn->rk", X, noise) / n - lam * np.sign(theta)
    shift = np.linalg.solve(gram, pull[..., None])[..., 0]
    signs_agree = np.all(np.sign(theta + shift) == np.sign(theta), axis=1)
    return np.asarray(signs_agree), noise - np.einsum("rnk,rk->rn", X, shift)


def signed_recovery(seeds: Sequence[np.random.SeedSequence], *, p: int, k: int, control: float) -> dict[str, Array]:
    """A batched experiment for monte_carlo: one data set per seed, n = control * 2 k log(p - k) rounded up.

    success (R,): 1 where the lasso's support is the true one, with the true signs. kept (R,): 1 where the true features
    come out with their signs if left alone; loudest (R,): the largest |x'residual| / (n lam) of a false feature, which
    has to stay below 1.

    Given the true features and the noise, the residual is fixed and the p - k false features are independent of it,
    so that x'residual is normal with standard deviation ||residual||: drawn as such, no p x n matrix is needed.
    """
    control = check_scalar(control, "control", low=0.0, inclusive="neither")
    n = int(np.ceil(control * threshold(p, k)))
    check_integer(n, "control * 2 k log(p - k)", low=k)
    X, theta = np.empty((len(seeds), n, k)), np.empty((len(seeds), k))
    noise, false = np.empty((len(seeds), n)), np.empty((len(seeds), p - k))
    for r, seed in enumerate(seeds):
        rng = np.random.default_rng(seed)
        X[r] = rng.standard_normal((n, k))
        theta[r] = SIZE * rng.choice([-1.0, 1.0], size=k)
        noise[r], false[r] = SIGMA * rng.standard_normal(n), rng.standard_normal(p - k)
    lam = strength(n, p, k)
    kept, residual = witness(X, theta, noise, lam)
    loudest = np.abs(false).max(axis=1) * np.linalg.norm(residual, axis=1) / (n * lam)
    return {"success": (kept & (loudest < 1.0)).astype(float), "kept": kept.astype(float), "loudest": loudest}


@dataclass(frozen=True)
class Threshold:
    """Chance of finding the signed support against n / (2 k log(p - k)), for several p."""

    control: Array  # (c,)
    p: tuple[int, ...]
    k: tuple[int, ...]
    share: Array  # (p, c)
    error: Array  # (p, c), standard errors
    replicates: int

    @property
    def half(self) -> Array:
        """Where each curve passes one half (interpolated), (p,)."""
        return np.array([self._crossing(row, 0.5) for row in range(len(self.p))])

    @property
    def width(self) -> Array:
        """From 10% to 90%, in units of control, (p,): the smaller, the steeper."""
        return np.array([self._crossing(row, 0.9) - self._crossing(row, 0.1) for row in range(len(self.p))])

    def at(self, control: float) -> Array:
        """Shares at one value of control, (p,)."""
        return np.asarray(self.share[:, int(np.argmin(np.abs(self.control - control)))])

    def _crossing(self, row: int, level: float) -> float:
        rising = np.maximum.accumulate(self.share[row])
        if not rising[0] < level <= rising[-1]:
            return float("nan")
        above = int(np.argmax(rising >= level))
        x, y = self.control[above - 1 : above + 1], rising[above - 1 : above + 1]
        return float(x[0] + (level - y[0]) / (y[1] - y[0]) * (x[1] - x[0]))


@once
def wainwright_threshold(
    *,
    p: tuple[int, ...] = (128, 512),
    control: tuple[float, ...] = (0.5, 0.75, 1.0, 1.15, 1.3, 1.5, 1.75, 2.0, 2.5),
    replicates: int = 100,
    seed: int = 0,
) -> Threshold:
    """k = 0.4 p^0.75 rounded up: more features matter as p grows, but a smaller share of them."""
    k = tuple(int(np.ceil(0.4 * size**0.75)) for size in p)
    share, error = np.zeros((len(p), len(control))), np.zeros((len(p), len(control)))
    for row, (size, nonzero) in enumerate(zip(p, k, strict=True)):
        for column, value in enumerate(control):
            run = monte_carlo(signed_recovery, replicates, seed=np.random.SeedSequence([seed, size, column]),
                              batched=True, n_jobs=1, p=size, k=nonzero, control=value)  # fmt: skip
            share[row, column], error[row, column] = mean_and_error(run["success"])
    return Threshold(np.array(control), p, k, share, error, replicates)
