"""Identical columns: how each penalty divides a weight among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.claims import Finding, evidence
from regutils.experiments.caching import once
from regutils.experiments.core_difference.traces import PathFunction, standardized
from regutils.losses import SquaredLoss
from regutils.metrics import duality_gap, objective
from regutils.paths import lasso_path, ridge_path
from regutils.penalties import L1
from regutils.solvers import fista

SOLVERS = ("path", "coordinate descent", "the same, columns reversed", "FISTA from zero", "FISTA from elsewhere")


def copied(count: int, feature: str = "body mass index") -> tuple[Array, Array, slice]:
    """Standardized diabetes with `count` identical copies of a feature in front: X, y, the copies' columns."""
    X, y, features = standardized("diabetes")
    column = features.index(feature)
    others = np.delete(X, column, axis=1)
    return np.hstack([np.repeat(X[:, [column]], count, axis=1), others]), y, slice(count)


@dataclass(frozen=True, eq=False)
class Copies:
    """The weights of k identical columns among the features of the diabetes data."""

    lam: float
    counts: tuple[int, ...]
    l1: tuple[Array, ...]  # for each k, the copies' weights (k,)
    l2: tuple[Array, ...]
    l2_expected: Array  # (len(counts),) total weight under ridge: one column with the strength lam / k

    @property
    def l2_unevenness(self) -> float:
        """Largest distance of a copy's share of the ridge weight from 1/k."""
        return max(float(np.max(np.abs(weights / weights.sum() - 1 / weights.size))) for weights in self.l2)


@once
def copies(
    *, lam: float = 0.1, counts: tuple[int, ...] = (1, 2, 3, 4, 8), l1: PathFunction = lasso_path,
    l2: PathFunction = ridge_path,
) -> Copies:  # fmt: skip
    """Body mass index k times. k columns that share a weight evenly cost ridge lam / k times its square.

    So ridge acts as if there were one column with the penalty lam / k, which is one column multiplied by sqrt(k).
    """
    grid, lasso, ridge, expected = np.array([lam]), [], [], []
    for count in counts:
        X, y, twins = copied(count)
        lasso.append(l1(X, y, grid).coef[0, twins])
        ridge.append(l2(X, y, grid).coef[0, twins])
        single, _, _ = copied(1)
        single = single * np.where(np.arange(single.shape[1]) == 0, np.sqrt(count), 1.0)
        expected.append(np.sqrt(count) * ridge_path(single, y, grid).coef[0, 0])
    return Copies(lam, counts, tuple(lasso), tuple(ridge), np.array(expected))


@dataclass(frozen=True, eq=False)
class Splits:
    """Two identical columns with a fixed total weight, divided as share : 1 - share."""

    lam: float
    share: Array  # (m,) of the first copy
    l1: Array  # (m,) objective above its minimum
    l2: Array
    solvers: tuple[str, ...]
    found: Array  # (s, 2) the lasso weights of both copies that each solver returns
    gap: Array  # (s,) duality gap, as a share of the objective


@once
def splits(*, lam: float = 0.1, seed: int = 0) -> Splits:
    """All other coefficients at the optimum; and what five ways of solving the same lasso return for the copies."""
    from regutils.penalties import L2

    X, y, twins = copied(2)
    loss, share = SquaredLoss(X, y), np.round(np.linspace(-0.4, 1.4, 73), 12)
    curves = []
    for penalty, path in ((L1(lam), lasso_path), (L2(lam), ridge_path)):
        best = path(X, y, np.array([lam])).coef[0]
        moved = np.repeat(best[None], share.size, axis=0)
        moved[:, twins] = best[twins].sum() * np.stack([share, 1 - share], axis=1)
        values = np.array([objective(loss, penalty, theta) for theta in moved])
        curves.append(values - objective(loss, penalty, best))
    weights = [lasso_path(X, y, np.array([lam])).coef[0], _descended(X, y, lam), _descended(X[:, ::-1], y, lam)[::-1]]
    start = np.random.default_rng(seed).uniform(-0.2, 0.4, X.shape[1])
    weights += [fista(loss, L1(lam), theta0=theta0, tol=1e-13, record_iterates=False).coef for theta0 in (None, start)]
    gap = np.array([duality_gap(loss, L1(lam), theta) / objective(loss, L1(lam), theta) for theta in weights])
    return Splits(lam, share, curves[0], curves[1], SOLVERS, np.array([theta[twins] for theta in weights]), gap)


def _descended(X: Array, y: Array, lam: float) -> Array:
    from sklearn.linear_model import Lasso

    return np.asarray(Lasso(alpha=lam, tol=1e-13, max_iter=100_000).fit(X, y).coef_)


def effective_number(coef: Array) -> float:
    """(sum |w|)^2 / sum w^2: p for equal weights, 1 for a single one."""
    return float(np.sum(np.abs(coef)) ** 2 / np.sum(coef**2))


def spread_at(path: PathFunction, kept: float = 0.8) -> float:
    """The effective number of Hitters weights at the strength where the fit keeps `kept` of the explained variance."""
    X, y, _ = standardized("Hitters")
    coef = path(X, y, np.geomspace(100, 1e-4, 400)).coef
    explained = 1.0 - np.mean((y - coef @ X.T) ** 2, axis=1)
    return effective_number(coef[int(np.argmax(explained >= kept * explained[-1]))])


@evidence("A-core-4", sabotage={"l2": lasso_path})
def ridge_divides_evenly(*, l1: PathFunction = lasso_path, l2: PathFunction = ridge_path) -> list[Finding]:
    """Body mass index 1, 2, 3, 4 and 8 times among the features of the diabetes data: each copy's weight. The lasso
    objective over ways of dividing the weight between two copies. And, on Hitters at an equal fit, the effective number
    of weights, (sum |w|)^2 / sum w^2.
    """
    found, divided = copies(l1=l1, l2=l2), splits()
    inside = (divided.share >= 0) & (divided.share <= 1)
    total = np.array([weights.sum() for weights in found.l2])
    ratio = spread_at(l2) / spread_at(l1)
    return [
        Finding("for", "distance of a copy's share of the ridge weight from 1/k, largest", found.l2_unevenness,
                "<=", 0.0, 1e-10),
        Finding("for", "distance of ridge's total weight from that of one column at lambda/k, largest",
                float(np.max(np.abs(total - found.l2_expected))), "<=", 0.0, 1e-10),
        Finding("for", "how much the lasso objective differs over 41 divisions between two copies",
                float(np.ptp(divided.l1[inside])), "<=", 0.0, 1e-12),
        Finding("for", "different divisions that five solvers return, all with a relative duality gap below 1e-10",
                float(_different(divided)), ">=", 3),
        Finding("for", "effective number of weights on Hitters, ridge over lasso, at 80% of the explained variance",
                ratio, ">=", 1.5),
    ]  # fmt: skip


def _different(divided: Splits) -> int:
    """How many certified solvers' divisions differ by more than a hundredth of the weight."""
    shares = (divided.found[:, 0] / divided.found.sum(axis=1))[divided.gap < 1e-10]
    return int(np.unique(np.round(shares, 2)).size)
