"""What the L2 part does inside the elastic net: near copies share their weight, and prediction can gain.

After Zou and Hastie (2005). The elastic net is their naive one throughout: what minimizes the objective, not rescaled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from regutils._validation import Array
from regutils.claims import Finding, evidence
from regutils.datasets import standardize
from regutils.experiments.caching import once
from regutils.experiments.intervals import Interval, interval
from regutils.montecarlo import monte_carlo
from regutils.paths import elastic_net_path, lasso_path, ridge_path
from regutils.simulators import LinearData, Seed, simulate_linear

L2_PARTS = (0.05, 0.5)  # of the elastic net, chosen among together with the L1 part
SIGNS = np.array([1.0, -1.0, 1.0, 1.0, -1.0, 1.0])  # of the six features' share in their factor


def six_features(rng: np.random.Generator, n: int) -> tuple[Array, Array]:
    """The example of Zou and Hastie (2005), section 2.3: X (n, 6) standardized, y (n,) centered.

    Two hidden factors, uniform on (0, 20), the first worth ten times the second; three features measure each of them
    with little noise, the middle one with its sign turned. Here it is turned back: a group holds three near copies.
    """
    factors = rng.uniform(0.0, 20.0, size=(n, 2))
    y = factors[:, 0] + 0.1 * factors[:, 1] + rng.standard_normal(n)
    X = factors[:, [0, 0, 0, 1, 1, 1]] * SIGNS + 0.25 * rng.standard_normal((n, 6))
    return standardize(X * SIGNS), y - y.mean()


@dataclass(frozen=True, eq=False)
class NearCopies:
    """Coefficients of the six features over data sets, lasso and net (R, 6), at one strength of the L1 part.

    correlation (R, 3) and difference (R, 3) are of the pairs within the first group, for the net; size (R,) is the
    root mean square of y.
    """

    lasso: Array
    net: Array
    correlation: Array
    difference: Array
    size: Array
    l2: float

    @property
    def bound(self) -> Array:
        """What the difference of a pair cannot exceed, by its correlation, (R, 3)."""
        return np.asarray(self.size[:, None] / (2.0 * self.l2) * np.sqrt(2.0 * np.maximum(1.0 - self.correlation, 0.0)))

    def spread(self, which: str) -> Array:
        """Largest less smallest coefficient of the first group, over the group's sum, per data set (R,)."""
        group = getattr(self, which)[:, :3]
        return np.asarray(np.ptp(group, axis=1) / group.sum(axis=1))

    def dropped(self, which: str) -> float:
        """Share of the data sets in which at least one of the first group has a coefficient of zero."""
        return float(np.mean(np.any(getattr(self, which)[:, :3] == 0, axis=1)))


def _near_copies(seeds: Sequence[np.random.SeedSequence], *, n: int, l2: float, share: float) -> Mapping[str, Array]:
    data = [six_features(np.random.default_rng(seed), n) for seed in seeds]
    X, y = np.stack([X for X, _ in data]), np.stack([y for _, y in data])
    strength = share * np.abs(np.einsum("rnp,rn->rp", X, y)).max(axis=1)[:, None] / n
    copies = np.einsum("rni,rnj->rij", X, X)[:, [0, 0, 1], [1, 2, 2]] / n
    return {
        "lasso": lasso_path(X, y, strength).coef[:, 0],
        "net": elastic_net_path(X, y, strength, l2=l2).coef[:, 0],
        "correlation": copies,
        "size": np.sqrt(np.mean(y**2, axis=1)),
    }


@once
def near_copies(
    *, l2: float = 0.25, share: float = 0.05, n: int = 100, replicates: int = 200, seed: int = 0
) -> NearCopies:
    """Lasso and elastic net on many draws of the example, with the L1 strength at `share` of lambda_max.

    l2 = 0.25 is lambda_2 = 0.5 on the scale of Zou and Hastie. The bound is their Theorem 1, with the Euclidean norm
    of y: |theta_i - theta_j| <= ||y|| sqrt(2 (1 - r)) / (2 l2 sqrt(n)) for two coefficients of one sign.
    """
    run = monte_carlo(_near_copies, replicates, seed=seed, batched=True, n_jobs=1, n=n, l2=l2, share=share)
    net = run["net"]
    difference = np.abs(net[:, [0, 0, 1]] - net[:, [1, 2, 2]])
    return NearCopies(run["lasso"], net, run["correlation"], difference, run["size"], l2)


def three_groups(n: int, seed: Seed, *, snr: float = 5.0) -> LinearData:
    """Three groups of ten features that all matter, correlated by 0.7 within a group, and 70 irrelevant ones.

    In the manner of Example 4 of Zou and Hastie (2005), with more features and looser groups.
    """
    group = np.arange(100) // 10
    covariance = np.where((group[:, None] == group) & (group < 3), 0.7, 0.0)
    np.fill_diagonal(covariance, 1.0)
    return simulate_linear(n, 100, theta=(group < 3).astype(np.float64), covariance=covariance, snr=snr, seed=seed)


@dataclass(frozen=True, eq=False)
class Combination:
    """Excess risk on new data over the noise variance, and features in use, by method: over ratios and data, (s, R)."""

    snr: Array
    risk: dict[str, Array]
    used: dict[str, Array]

    def advantage(self, over: str, snr: float) -> Interval:
        """Mean paired difference of the risk at one ratio: `over` less the elastic net."""
        row = int(np.flatnonzero(self.snr == snr)[0])
        return interval(self.risk[over][row] - self.risk["elastic net"][row])


def _combination(
    seeds: Sequence[np.random.SeedSequence], *, l2: tuple[float, ...], n: int, snr: float
) -> Mapping[str, Array]:
    data = [three_groups(2 * n, seed, snr=snr) for seed in seeds]
    X, y = np.stack([one.X for one in data]), np.stack([one.y for one in data])
    scaled, held = standardize(X[:, :n]), standardize(X[:, n:], reference=X[:, :n])
    spread = X[:, :n].std(axis=1)
    found: dict[str, Array] = {}
    for name, paths in {
        "lasso": [lasso_path(scaled, y[:, :n], n_lambdas=24, lambda_min_ratio=1e-3)],
        "ridge": [ridge_path(scaled, y[:, :n], n_lambdas=24)],
        "elastic net": [
            elastic_net_path(scaled, y[:, :n], l2=part, n_lambdas=24, lambda_min_ratio=1e-3) for part in l2
        ],
    }.items():
        coef = np.concatenate([path.coef for path in paths], axis=1)
        intercept = np.concatenate([path.intercept for path in paths], axis=1)
        guess = held @ np.swapaxes(coef, 1, 2) + intercept[:, None, :]
        best = np.argmin(np.mean((guess - y[:, n:, None]) ** 2, axis=1), axis=1)
        rows = np.arange(len(data))
        chosen = coef[rows, best] / spread
        shift = intercept[rows, best] - np.sum(chosen * X[:, :n].mean(axis=1), axis=1)
        found[f"{name} risk"] = data[0].excess_risk(chosen, shift) / data[0].sigma ** 2
        found[f"{name} used"] = np.count_nonzero(chosen, axis=1).astype(np.float64)
    return found


@once
def combination(
    *,
    l2: tuple[float, ...] = L2_PARTS,
    snrs: tuple[float, ...] = (0.5, 5.0, 15.0),
    n: int = 50,
    replicates: int = 30,
    seed: int = 0,
) -> Combination:
    """Lasso, ridge and elastic net on the three groups: n rows to fit, n to choose the strengths, the risk exact."""
    runs = [
        monte_carlo(_combination, replicates, seed=seed, batched=True, n_jobs=1, l2=l2, n=n, snr=snr) for snr in snrs
    ]
    risk, used = (
        {name: np.stack([run[f"{name} {what}"] for run in runs]) for name in ("lasso", "ridge", "elastic net")}
        for what in ("risk", "used")
    )
    return Combination(np.array(snrs), risk, used)


@evidence("B-bv-6", sabotage={"l2": 0.0, "parts": (0.0,)})
def the_elastic_net_groups(*, l2: float = 0.25, parts: tuple[float, ...] = L2_PARTS) -> list[Finding]:
    """Zou and Hastie's example of three near copies, drawn 200 times; and three groups of ten relevant features among a
    hundred, at a signal-to-noise ratio of 5, drawn 30 times, each method tuned on data held out.
    """
    group, mix = near_copies(l2=l2), combination(l2=parts)
    bound = replace(group, l2=0.25).bound
    return [
        Finding("for", "spread of three near copies' coefficients under the elastic net, over their sum: mean",
                float(group.spread("net").mean()), "<=", 0.05),
        Finding("for", "share of the pairs that differ by no more than the bound for an L2 part of 0.25",
                float(np.mean(group.difference <= bound)), "==", 1.0),
        Finding("for", "advantage over the lasso in excess risk, in noise variances: lower end",
                mix.advantage("lasso", 5.0).low, ">=", 0.01),
        Finding("for", "advantage over ridge: lower end", mix.advantage("ridge", 5.0).low, ">=", 0.0),
        Finding("for", "features of 100 that the elastic net leaves out, mean",
                100.0 - float(mix.used["elastic net"][1].mean()), ">=", 20.0),
    ]  # fmt: skip
