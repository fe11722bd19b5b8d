"""Tibshirani (1996), Example 1: eight correlated predictors, three that matter, twenty observations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from regutils._validation import Array
from regutils.datasets import simulate_linear, standardize
from regutils.experiments.caching import once
from regutils.experiments.optimization.subsets import best_subsets
from regutils.experiments.replications.record import LIMIT, Replication
from regutils.montecarlo import mean_and_error, median_and_error, monte_carlo
from regutils.paths import lasso_path, ridge_path

SOURCE = "tibshirani1996"
THETA = (3.0, 1.5, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0)
SHARES = np.linspace(0.04, 1.0, 25)  # s = sum |theta_j| over that of least squares, the tuning parameter of the paper
RIDGE = np.geomspace(1e3, 1e-3, 61)  # k in ||y - X theta||^2 + k ||theta||^2, columns of variance one
FOLDS = 5
DATA_SETS = 200


@dataclass(frozen=True, eq=False)
class Example1:
    """What the methods of the table do on simulated data: median error, mean number of zeros and of s, with errors."""

    data_sets: int
    error: Mapping[str, tuple[float, float]]  # median of the model error over data sets, and its standard error
    zeros: Mapping[str, tuple[float, float]]  # mean, standard error
    share: Mapping[str, tuple[float, float]]
    ridge_strengths: Array  # decreasing
    ridge_error: Array  # median error of ridge at each fixed strength


@once
def example_1(*, data_sets: int = 600, sigma: float = 2.0, with_intercept: bool = True, seed: int = 1996) -> Example1:
    """Example 1 on many data sets. sigma=3 and with_intercept=False leave the conventions of the published table."""
    measured = monte_carlo(
        _replicates, data_sets, seed=seed, batched=True, chunk_size=250, n_jobs=1, progress=False,
        sigma=sigma, with_intercept=with_intercept,
    )  # fmt: skip

    def summary(kind: str, average: Any) -> dict[str, tuple[float, float]]:
        names = [name for name in measured if name.startswith(kind)]
        return {name.removeprefix(f"{kind} "): _pair(average(measured[name])) for name in names}

    return Example1(
        data_sets=data_sets,
        error=summary("error", median_and_error),
        zeros=summary("zeros", mean_and_error),
        share=summary("share", mean_and_error),
        ridge_strengths=RIDGE,
        ridge_error=np.median(measured["ridge curve"], axis=0),
    )


def _pair(values: tuple[Array, Array]) -> tuple[float, float]:
    return float(values[0]), float(values[1])


def _replicates(seeds: list[np.random.SeedSequence], *, sigma: float, with_intercept: bool) -> dict[str, Array]:
    """Every method on one data set a seed, (R,) each."""
    draws = [simulate_linear(20, len(THETA), theta=THETA, correlation=0.5, sigma=sigma, seed=s) for s in seeds]
    X, y = np.stack([d.X for d in draws]), np.stack([d.y for d in draws])
    rows = np.arange(len(seeds))

    def model_error(coef: Array) -> Array:
        intercept = y.mean(axis=1)[:, None] - np.einsum("rlp,rp->rl", coef, X.mean(axis=1))
        return draws[0].excess_risk(coef, intercept if with_intercept else None)

    lasso, strength = lasso_shares(X, y)
    ridge = _unscaled(ridge_path(standardize(X), y, RIDGE / (2 * X.shape[1])).coef, X)
    subset = best_subsets(X, y).coef
    held_out = _cross_validated(X, y)
    ridge_error = model_error(ridge)
    chosen = {
        "least squares": lasso[:, -1],
        "lasso, GCV": lasso[rows, (at_gcv := gcv(X, y, lasso, strength).argmin(axis=1))],
        "lasso, cross-validation": lasso[rows, (at_cv := held_out["lasso"].argmin(axis=1))],
        "best subset": subset[rows, held_out["subset"].argmin(axis=1)],
        "ridge": ridge[rows, held_out["ridge"].argmin(axis=1)],
    }
    measured = {f"error {name}": model_error(coef[:, None])[:, 0] for name, coef in chosen.items()}
    measured |= {f"zeros {name}": (coef == 0).sum(axis=1) for name, coef in chosen.items()}
    measured |= {"share lasso, GCV": SHARES[at_gcv], "share lasso, cross-validation": SHARES[at_cv]}
    return measured | {"ridge curve": ridge_error}


def lasso_shares(X: Array, y: Array) -> tuple[Array, Array]:
    """Lasso coefficients (R, S, p) at sum |theta_j| = s times that of least squares, and the lambda of each (R, S).

    X (R, n, p) is standardized, as in the paper; s and lambda are on that scale, coefficients on the original one.
    The path is linear between its knots, so a fine grid of lambda is interpolated along the norm.
    """
    scaled = standardize(X)
    largest = np.abs(np.einsum("rnp,rn->rp", scaled, y - y.mean(axis=1, keepdims=True))).max(axis=1) / X.shape[1]
    grid = largest[:, None] * np.append(np.geomspace(1.0, 1e-3, 80), 0.0)
    path = lasso_path(scaled, y, grid)
    norm = np.abs(path.coef).sum(axis=2)
    wanted = SHARES * norm[:, -1:]
    above = np.clip((norm[:, None, :] < wanted[:, :, None]).sum(axis=2), 1, grid.shape[1] - 1)
    low, high = np.take_along_axis(norm, above - 1, axis=1), np.take_along_axis(norm, above, axis=1)
    part = np.clip((wanted - low) / np.where(high > low, high - low, 1.0), 0.0, 1.0)

    def between(values: Array, part: Array) -> Array:
        index = above.reshape(above.shape + (1,) * (values.ndim - 2))
        before, after = np.take_along_axis(values, index - 1, axis=1), np.take_along_axis(values, index, axis=1)
        return np.asarray((1.0 - part) * before + part * after)

    return _unscaled(between(path.coef, part[..., None]), X), between(grid, part)


def _unscaled(coef: Array, X: Array) -> Array:
    return np.asarray(coef / X.std(axis=1)[:, None, :])


def gcv(X: Array, y: Array, coef: Array, strength: Array) -> Array:
    """Generalized cross-validation RSS / (1 - d/n)^2, (R, S), with the d of Tibshirani's ridge approximation.

    d = trace of X (X'X + n lambda W^-1)^-1 X' over the nonzero coefficients, W = diag |theta| (section 4). The same
    trace is that of M (M + n lambda)^-1 with M = W^(1/2) X'X W^(1/2), where zeros take care of themselves.
    """
    n = X.shape[1]
    centered = X - X.mean(axis=1, keepdims=True)
    residual = (y - y.mean(axis=1, keepdims=True))[:, None, :] - coef @ np.swapaxes(centered, 1, 2)
    scaled = standardize(X)
    root = np.sqrt(np.abs(coef) * X.std(axis=1)[:, None, :])
    gram = np.einsum("rnp,rnq->rpq", scaled, scaled)
    spectrum = np.linalg.eigvalsh(root[..., :, None] * gram[:, None] * root[..., None, :]).clip(min=0.0)
    penalty = n * strength[..., None]
    share = np.divide(spectrum, spectrum + penalty, out=np.ones_like(spectrum), where=spectrum + penalty > 0)
    used = np.where(spectrum > 0, share, 0.0).sum(axis=2)
    return np.asarray(np.sum(residual**2, axis=2) / (1.0 - used / n) ** 2)


def _cross_validated(X: Array, y: Array) -> dict[str, Array]:
    """Squared error of five-fold cross-validation per tuning value, (R, m). Rows are independent: any folds do."""
    n = X.shape[1]
    total = {"lasso": 0.0, "ridge": 0.0, "subset": 0.0}
    for fold in range(FOLDS):
        test = np.arange(n) % FOLDS == fold
        inside, target = X[:, ~test], y[:, ~test]
        fits = {
            "lasso": lasso_shares(inside, target)[0],
            "ridge": _unscaled(ridge_path(standardize(inside), target, RIDGE / (2 * inside.shape[1])).coef, inside),
            "subset": best_subsets(inside, target).coef,
        }
        new = X[:, test] - inside.mean(axis=1, keepdims=True)
        truth = y[:, test] - target.mean(axis=1, keepdims=True)
        for name, coef in fits.items():
            error = truth[:, None, :] - coef @ np.swapaxes(new, 1, 2)
            total[name] = total[name] + np.sum(error**2, axis=2)
    return {name: np.asarray(value) for name, value in total.items()}


def tibshirani1996(**conventions: Any) -> tuple[Replication, ...]:
    """Table 2: median model error, mean number of zeros, mean s. Keywords as in example_1."""
    found = example_1(**conventions)

    def error(method: str, published: float, published_error: float, reason: str = "") -> Replication:
        ours, ours_error = found.error[method]
        return Replication(
            SOURCE, "Table 2", f"median error, {method}", published, ours, "statistical", LIMIT,
            published_error=published_error, error=ours_error, reason=reason,
        )  # fmt: skip

    def average(what: str, pair: tuple[float, float], published: float, tolerance: float) -> Replication:
        return Replication(SOURCE, "Table 2", what, published, pair[0], "margin", tolerance, error=pair[1])

    return (
        error("lasso, GCV", 1.93, 0.09),
        error("least squares", 2.79, 0.12),
        error("best subset", 2.44, 0.16),
        average("mean zeros, lasso, GCV", found.zeros["lasso, GCV"], 2.4, 0.3),
        average("mean zeros, lasso, cross-validation", found.zeros["lasso, cross-validation"], 3.3, 0.3),
        average("mean zeros, best subset", found.zeros["best subset"], 4.8, 0.3),
        average("mean s, lasso, GCV", found.share["lasso, GCV"], 0.73, 0.03),
        average("mean s, lasso, cross-validation", found.share["lasso, cross-validation"], 0.63, 0.03),
        error("ridge", 3.21, 0.12, reason=_RIDGE),
    )


_RIDGE = (
    "A ridge tuned by cross-validation does better than least squares here, as it should; the published one does worse "
    "than least squares. It takes far too strong a penalty to get there."
)
