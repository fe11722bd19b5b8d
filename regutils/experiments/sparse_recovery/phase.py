"""From how few measurements does L1 find the sparse truth? The theory's curve, and the experiment without noise.

p unknowns, k of them not zero, n < p measurements y = X theta with Gaussian X. Basis pursuit takes, of all solutions
of X theta = y, the one of least ||theta||_1 (Chen, Donoho and Saunders 1998).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import ndtr

from regutils._validation import Array, check_array, check_integer, check_scalar
from regutils.claims import Finding, evidence
from regutils.experiments.caching import once
from regutils.montecarlo import monte_carlo
from regutils.paths import lasso_path

Solver = Callable[[Array, Array], Array]  # X (R, n, p), y (R, n) -> coefficients (R, p)

TOLERANCE = 1e-3  # relative error below which a signal counts as recovered


def threshold_risk(threshold: float) -> float:
    """E (|z| - threshold)_+^2 for a standard normal z: what a soft threshold leaves of pure noise of variance 1."""
    t = check_scalar(threshold, "threshold", low=0.0)
    density = np.exp(-0.5 * t**2) / np.sqrt(2.0 * np.pi)
    return float(2.0 * ((1.0 + t**2) * ndtr(-t) - t * density))


def minimax_risk(share: float) -> float:
    """min over t of share (1 + t^2) + (1 - share) E (|z| - t)_+^2, with share = k/p of the unknowns not zero.

    The risk of the best soft threshold at the worst sparse signal in noise of variance 1 (Donoho and Johnstone 1994),
    and, as p grows, the statistical dimension per unknown of the descent cone of ||.||_1 at a vector with k nonzeros
    (Amelunxen, Lotz, McCoy and Tropp 2014).
    """
    share = check_scalar(share, "share", low=0.0, high=1.0)
    if share in (0.0, 1.0):
        return share
    best = minimize_scalar(
        lambda t: share * (1.0 + t**2) + (1.0 - share) * threshold_risk(t), bounds=(0.0, 12.0), method="bounded",
        options={"xatol": 1e-10},
    )  # fmt: skip
    return float(best.fun)


def weak_threshold(delta: object) -> Array:
    """The largest k/n at which basis pursuit still finds most k-sparse signals, by delta = n/p in (0, 1], as p grows.

    The weak threshold rho(delta) of Donoho and Tanner (2009): the root of minimax_risk(rho delta) = delta. Has the
    shape of delta. Raises ValueError for a delta outside (0, 1].
    """
    values = check_array(delta, "delta")
    if np.any(values <= 0) or np.any(values > 1):
        raise ValueError(f"delta must be in (0, 1], got values from {values.min():g} to {values.max():g}")

    def root(d: float) -> float:
        return 1.0 if d == 1 else float(brentq(lambda rho: minimax_risk(rho * d) - d, 1e-9, 1.0, xtol=1e-10))

    return np.reshape([root(float(d)) for d in values.ravel()], values.shape)


def basis_pursuit(X: Array, y: Array) -> Array:
    """min ||theta||_1 subject to X theta = y, for R problems at once: (R, n, p) and (R, n) give (R, p).

    The end of the lasso path: its solution at a millionth of lambda_max, which differs from the limit by as little.
    """
    largest = np.max(np.abs(np.einsum("rnp,rn->rp", X, y)), axis=1) / X.shape[1]
    return lasso_path(X, y, 1e-6 * largest[:, None], fit_intercept=False).coef[:, 0]


def minimum_l2(X: Array, y: Array) -> Array:
    """min ||theta||_2 subject to X theta = y: X' (X X')^-1 y, the limit of ridge as lam -> 0. Shapes as above."""
    weights = np.linalg.solve(X @ np.swapaxes(X, -1, -2), y[..., None])
    return np.asarray((np.swapaxes(X, -1, -2) @ weights)[..., 0])


def sparse_problems(seeds: Sequence[np.random.SeedSequence], n: int, p: int, k: int) -> tuple[Array, Array]:
    """One problem per seed: Gaussian X (R, n, p), and theta (R, p) with k nonzeros at random places, normal values."""
    n, p = check_integer(n, "n", low=1), check_integer(p, "p", low=1)
    k = check_integer(k, "k", low=1, high=p)
    X, theta = np.empty((len(seeds), n, p)), np.zeros((len(seeds), p))
    for r, seed in enumerate(seeds):
        rng = np.random.default_rng(seed)
        X[r] = rng.standard_normal((n, p))
        theta[r, rng.choice(p, size=k, replace=False)] = rng.standard_normal(k)
    return X, theta


def recovery(
    seeds: Sequence[np.random.SeedSequence], *, n: int, p: int, k: int, solver: Solver = basis_pursuit
) -> dict[str, Array]:
    """A batched experiment for monte_carlo: one noiseless problem per seed.

    success (R,): 1 where the solution is within a relative error of TOLERANCE of the truth; error (R,): that error in
    ||.||_2; nonzero (R,): share of the p coefficients that are not zero.
    """
    return _measure(*sparse_problems(seeds, n, p, k), solver)


def _measure(X: Array, theta: Array, solver: Solver) -> dict[str, Array]:
    found = solver(X, np.einsum("rnp,rp->rn", X, theta))
    error = np.linalg.norm(found - theta, axis=1) / np.linalg.norm(theta, axis=1)
    return {"success": (error <= TOLERANCE).astype(float), "error": error, "nonzero": np.mean(found != 0, axis=1)}


def recovery_by_level(
    seeds: Sequence[np.random.SeedSequence], *, n: int, p: int, k: tuple[int, ...], solver: Solver = basis_pursuit
) -> dict[str, Array]:
    """The same for every number of nonzeros in k, (R, levels) each: one call of the solver for all of them."""
    own = zip(*(seed.spawn(len(k)) for seed in seeds), strict=True)
    problems = [sparse_problems(level, n, p, size) for level, size in zip(own, k, strict=True)]
    X, theta = (np.concatenate(parts) for parts in zip(*problems, strict=True))
    measured = _measure(X, theta, solver)
    return {name: values.reshape(len(k), len(seeds)).T for name, values in measured.items()}


@dataclass(frozen=True)
class Example:
    """One sparse truth and both solutions of X theta = y, (p,) each."""

    n: int
    k: int
    truth: Array
    l1: Array
    l2: Array

    def error(self, found: Array) -> float:
        """||found - truth||_2 / ||truth||_2."""
        return float(np.linalg.norm(found - self.truth) / np.linalg.norm(self.truth))


@once
def example(*, n: int = 40, p: int = 100, k: int = 8, seed: int = 4) -> Example:
    """k nonzeros among p unknowns, from n noiseless measurements."""
    X, theta = sparse_problems([np.random.SeedSequence(seed)], n, p, k)
    y = np.einsum("rnp,rp->rn", X, theta)
    return Example(n, k, theta[0], basis_pursuit(X, y)[0], minimum_l2(X, y)[0])


@dataclass(frozen=True)
class HalfPoint:
    """Where the chance of success falls through one half, with its standard error."""

    delta: float
    ratio: float  # k/n
    error: float
    theory: float  # the weak threshold

    @property
    def z(self) -> float:
        """Distance to the theory in standard errors."""
        return (self.ratio - self.theory) / self.error


def half_point(success: Array, k: Array, *, n: int, p: int) -> HalfPoint:
    """From success (levels, R) at equally spaced k (levels,), the lowest nearly always and the highest hardly ever won.

    The step with the same area as the success curve: with spacing h it stands at k = k_1 - h/2 + h (sum of the
    shares), which for a symmetric curve is its 50% point. (The estimator of Spearman and Karber.)
    """
    share, spacing = success.mean(axis=1), float(k[1] - k[0])
    where = k[0] - spacing / 2 + spacing * share.sum()
    error = spacing * np.sqrt(np.sum(share * (1.0 - share)) / (success.shape[1] - 1))
    return HalfPoint(n / p, float(where / n), float(error / n), float(weak_threshold(n / p)))


@dataclass(frozen=True)
class PhaseDiagram:
    """Shares of recovered signals by n (columns) and k (cells of a column), and each column's 50% point."""

    p: int
    n: tuple[int, ...]
    k: tuple[Array, ...]  # per column, its levels
    success: tuple[Array, ...]  # per column (levels, R)
    dense: float  # smallest share of nonzero coefficients in any solution
    half: tuple[HalfPoint, ...]
    curve: tuple[Array, Array]  # n/p and the weak threshold

    @property
    def problems(self) -> int:
        """How many were solved."""
        return sum(column.size for column in self.success)

    @property
    def recovered(self) -> int:
        """In how many of them the truth came out."""
        return int(sum(column.sum() for column in self.success))

    def share(self, low: float, high: float) -> float:
        """Share recovered among cells whose k/n is between `low` and `high` times the weak threshold."""
        shares = []
        for n, k, success, half in zip(self.n, self.k, self.success, self.half, strict=True):
            inside = (k / n >= low * half.theory) & (k / n <= high * half.theory)
            shares.append(success[inside].ravel())
        return float(np.concatenate(shares).mean())


@once
def phase_diagram(
    solver: Solver = basis_pursuit,
    *,
    p: int = 100,
    columns: tuple[int, ...] = tuple(range(10, 100, 10)),
    replicates: int = 12,
    seed: int = 0,
) -> PhaseDiagram:
    """For each n, k from s to n in steps of s = n/20 rounded up, every cell with `replicates` problems of its own."""
    levels, shares, dense, half = [], [], 1.0, []
    for n in columns:
        step = -(-n // 20)
        k = tuple(range(step, n, step))
        run = monte_carlo(recovery_by_level, replicates, seed=np.random.SeedSequence([seed, n]), batched=True, n_jobs=1,
                          n=n, p=p, k=k, solver=solver)  # fmt: skip
        success = run["success"].T
        dense = min(dense, float(run["nonzero"].min()))
        levels.append(np.array(k, dtype=np.float64))
        shares.append(success)
        half.append(half_point(success, levels[-1], n=n, p=p))
    delta = np.linspace(0.02, 1.0, 50)
    curve = (delta, weak_threshold(delta))
    return PhaseDiagram(p, columns, tuple(levels), tuple(shares), dense, tuple(half), curve)


@evidence("B-rec-1", sabotage={"solver": minimum_l2})
def l1_recovers(*, solver: Solver = basis_pursuit) -> list[Finding]:
    """Basis pursuit without noise, 100 unknowns and 10 to 90 Gaussian measurements: the share recovered to a
    relative error of 1/1000 well below the curve of Donoho and Tanner, and where half are. The same problems solved
    with the least L2 norm.
    """
    l1, l2 = phase_diagram(solver), phase_diagram(minimum_l2)
    distance = np.array([point.ratio - point.theory for point in l1.half])
    return [
        Finding("for", "share recovered by L1 where k/n is at most 0.6 of the curve", l1.share(0.0, 0.6), ">=", 0.97),
        Finding("for", "mean distance of the 50% points from the curve", float(distance.mean()), "==", 0.0, 0.04),
        Finding("for", f"recovered by least L2 norm, of {l2.problems:,} problems", l2.recovered, "==", 0.0),
        Finding("for", "least share of nonzero coefficients in a solution of least L2 norm", l2.dense, "==", 1.0),
    ]  # fmt: skip
