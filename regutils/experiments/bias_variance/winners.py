"""Lasso or ridge? A map over sparsity, noise and correlation, with the line where the winner changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.claims import Finding, evidence
from regutils.experiments.bias_variance.decomposition import PATHS, Kind
from regutils.experiments.caching import once
from regutils.montecarlo import monte_carlo
from regutils.paths import Path
from regutils.simulators import Structure, simulate_linear

NONZERO = (1, 2, 4, 7, 12, 20, 30)  # of thirty features
RATIOS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)  # signal-to-noise
CORRELATIONS = (0.0, 0.5, 0.9)
REACH = 2e-5  # of the grids: the best strength must not lie beyond them, where data are clean and correlated


@dataclass(frozen=True, eq=False)
class Comparison:
    """Excess risk over the noise variance, of lasso and ridge on the same data sets (last axis)."""

    lasso: Array  # (..., R)
    ridge: Array

    @property
    def advantage(self) -> Array:
        """log2 of ridge's mean risk over the lasso's, (...): 1 where ridge's is twice as large, -1 where it is half."""
        return np.asarray(np.log2(self.ridge.mean(axis=-1) / self.lasso.mean(axis=-1)))

    @property
    def error(self) -> Array:
        """Standard error of the advantage from the paired data sets (delta method), (...)."""
        paired = self.ridge / self.ridge.mean(axis=-1, keepdims=True)
        paired = paired - self.lasso / self.lasso.mean(axis=-1, keepdims=True)
        return np.asarray(paired.std(axis=-1, ddof=1) / np.sqrt(paired.shape[-1]) / np.log(2.0))

    @property
    def winner(self) -> Array:
        """1 where the lasso wins, -1 where ridge does, 0 for a tie: less than two standard errors apart, (...)."""
        return np.asarray(np.where(np.abs(self.advantage) < 2.0 * self.error, 0.0, np.sign(self.advantage)))


@dataclass(frozen=True, eq=False)
class Map(Comparison):
    """The comparison over correlation, number of nonzero coefficients and signal-to-noise ratio, (c, k, s, R)."""

    correlation: tuple[float, ...]
    nonzero: tuple[int, ...]
    snr: tuple[float, ...]
    features: int
    rows: int

    @property
    def boundary(self) -> Array:
        """The number of nonzero coefficients at which the advantage passes zero, (c, s), by interpolation of its log.

        The last passing from lasso to ridge; nan where there is none.
        """
        found = np.full((len(self.correlation), len(self.snr)), np.nan)
        log_k = np.log(self.nonzero)
        for c, s in np.ndindex(found.shape):
            gain = self.advantage[c, :, s]
            passing = np.flatnonzero((gain[:-1] > 0) & (gain[1:] <= 0))
            if passing.size:
                i = passing[-1]
                share = gain[i] / (gain[i] - gain[i + 1])
                found[c, s] = np.exp(log_k[i] + share * (log_k[i + 1] - log_k[i]))
        return found

    def share(self, who: float, *, nonzero: Sequence[int]) -> float:
        """Share of cells with these numbers of nonzero coefficients that go to the lasso (1), to ridge (-1), or tie."""
        return float(np.mean(self.winner[:, [self.nonzero.index(k) for k in nonzero]] == who))


def compete(
    seeds: Sequence[np.random.SeedSequence],
    *,
    lasso: Kind,
    nonzero: tuple[int, ...],
    snr: tuple[float, ...],
    n: int,
    p: int,
    correlation: float,
    structure: Structure,
) -> dict[str, Array]:
    """Excess risk of both (R, k, s), tuned on a validation set as large as the training set.

    One design and one noise vector a seed serve all cells, so that cells differ by their truth and not by luck.
    """
    cells = [simulate_linear(1, p, n_nonzero=k, correlation=correlation, structure=structure, snr=ratio, seed=0)
             for k in nonzero for ratio in snr]  # fmt: skip
    theta = np.stack([cell.theta / cell.sigma for cell in cells])  # noise of variance one in every cell
    covariance = cells[0].covariance
    draws = [
        simulate_linear(2 * n, p, theta=np.zeros(p), correlation=correlation, structure=structure, seed=seed)
        for seed in seeds
    ]
    risks = {}
    for name, path in (("lasso", PATHS[lasso]), ("ridge", PATHS["l2"])):
        if len(cells) == 1:  # all data sets in one call
            X, noise = np.stack([draw.X for draw in draws]), np.stack([draw.y for draw in draws])
            found = tuned_risk(path, X, X @ theta[0] + noise, theta, covariance)
        else:  # all cells that share a design in one call
            found = np.stack([tuned_risk(path, d.X, theta @ d.X.T + d.y, theta, covariance) for d in draws])
        risks[name] = found.reshape(len(seeds), len(nonzero), len(snr))
    return risks


def tuned_risk(path: Callable[..., Path], X: Array, y: Array, theta: Array, covariance: Array) -> Array:
    """Excess risk (m,) of m fits to the first half of the rows, at the strength with the least error on the second.

    X (2 n, p) for all or (m, 2 n, p), y (m, 2 n); true coefficients theta (1, p) or (m, p), and no intercept.
    """
    half = y.shape[-1] // 2
    fits = path(X[..., :half, :], y[:, :half], n_lambdas=36, lambda_min_ratio=REACH)
    residual = fits.coef @ np.swapaxes(X[..., half:, :], -1, -2)  # (m, L, n), in place: new memory costs more
    residual += fits.intercept[..., None]
    residual -= y[:, None, half:]
    pick = np.arange(len(y)), np.argmin(np.einsum("mln,mln->ml", residual, residual), axis=-1)
    off = fits.coef[pick] - theta
    return np.asarray(np.sum(off @ covariance * off, axis=-1) + fits.intercept[pick] ** 2)


@once
def winners(*, lasso: Kind = "l1", n: int = 60, p: int = 30, replicates: int = 40, seed: int = 0) -> Map:
    """All nonzero coefficients are equal and evenly spaced; features have correlation r^|j - k|."""
    found = [
        monte_carlo(compete, replicates, seed=seed, batched=True, lasso=lasso, nonzero=NONZERO, snr=RATIOS, n=n, p=p,
                    correlation=correlation, structure="toeplitz")
        for correlation in CORRELATIONS
    ]  # fmt: skip
    stacked = {name: np.moveaxis(np.stack([run[name] for run in found]), 1, -1) for name in ("lasso", "ridge")}
    return Map(**stacked, correlation=CORRELATIONS, nonzero=NONZERO, snr=RATIOS, features=p, rows=n)


@once
def single(
    *, nonzero: int, p: int = 30, snr: float = 2.0, correlation: float = 0.5, structure: Structure = "toeplitz",
    lasso: Kind = "l1", n: int = 60, replicates: int = 40, seed: int = 0,
) -> Comparison:  # fmt: skip
    """One cell off the map: more features than rows, say, or the same correlation for every pair."""
    run = monte_carlo(compete, replicates, seed=seed, batched=True, lasso=lasso, nonzero=(nonzero,), snr=(snr,), n=n,
                      p=p, correlation=correlation, structure=structure)  # fmt: skip
    return Comparison(run["lasso"][:, 0, 0], run["ridge"][:, 0, 0])


@evidence("A-bv-3", sabotage={"lasso": "l2"})
def sparsity_decides(*, lasso: Kind = "l1") -> list[Finding]:
    """Lasso and ridge on the same data, tuned on a validation set: 147 settings of sparsity, noise and correlation with
    60 rows and 30 features, 40 data sets each, ties within two standard errors; and 200 features with 60 rows."""
    chart = winners(lasso=lasso)
    sparse, dense = single(nonzero=4, p=200, lasso=lasso), single(nonzero=200, p=200, lasso=lasso)
    strong = [chart.snr.index(ratio) for ratio in chart.snr if ratio >= 0.5]
    return [
        Finding("for", "risk of ridge over the lasso's, 4 of 200 features matter, 60 rows, lower end",
                float(2.0 ** (sparse.advantage - 2 * sparse.error)), ">=", 1.5),
        Finding("for", "the same where all 200 matter, upper end",
                float(2.0 ** (dense.advantage + 2 * dense.error)), "<=", 0.98),
        Finding("for", "share of settings with 1 or 2 of 30 features and a ratio of 0.5 or more that the lasso wins",
                float(np.mean(chart.winner[:, :2, strong] == 1)), ">=", 0.9),
        Finding("for", "share of settings in which all 30 matter that ridge wins",
                chart.share(-1, nonzero=[30]), ">=", 0.9),
        Finding("for", "share of correlations and ratios of 0.5 or more at which the winner changes in between",
                float(np.mean(np.isfinite(chart.boundary[:, strong]))), ">=", 0.9),
    ]  # fmt: skip


@evidence("B-bv-2", sabotage={"lasso": "l2"})
def correlation_and_noise_move_the_line(*, lasso: Kind = "l1") -> list[Finding]:
    """The same map, read at both ends and in between; and one feature of 30 that matters, all pairs correlated by 0.5,
    so that every feature is related to the target."""
    chart = winners(lasso=lasso)
    alike = single(nonzero=1, structure="equicorrelated", lasso=lasso)
    few, all_matter = [1, 2], [30]
    partial_cells = chart.winner[:, [i for i, k in enumerate(chart.nonzero) if 7 <= k < 30]]
    line = chart.boundary
    return [
        Finding("for", "settings in which all features matter: won by ridge less won by the lasso, as a share",
                chart.share(-1, nonzero=all_matter) - chart.share(1, nonzero=all_matter), ">=", 0.9),
        Finding("for", "settings in which 1 or 2 of 30 matter: won by the lasso less won by ridge, as a share",
                chart.share(1, nonzero=few) - chart.share(-1, nonzero=few), ">=", 0.8),
        Finding("against", "settings in which only a subset matters, 7 to 20 of 30, and ridge wins",
                float(np.sum(partial_cells == -1)), ">=", 10),
        Finding("against", "line at a ratio of 2: features at correlation 0, over those at 0.9",
                float(line[0, 4] / line[2, 4]), ">=", 1.3),
        Finding("against", "line at correlation 0: features at a ratio of 8, over those at 0.25",
                float(line[0, 6] / line[0, 1]), ">=", 1.3),
        Finding("against", "all features related to the target, one matters: risk of ridge over the lasso's, lower end",
                float(2.0 ** (alike.advantage - 2 * alike.error)), ">=", 1.5),
    ]  # fmt: skip
