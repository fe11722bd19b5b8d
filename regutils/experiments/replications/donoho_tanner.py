"""Donoho and Tanner (2009): up to which sparsity L1 recovers a signal from few measurements."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.experiments.caching import once
from regutils.experiments.replications.record import Replication
from regutils.experiments.sparse_recovery.phase import (
    HalfPoint,
    Solver,
    basis_pursuit,
    half_point,
    minimum_l2,
    recovery,
    weak_threshold,
)
from regutils.montecarlo import monte_carlo

SOURCE = "donoho2009"
UNKNOWNS = 200
PUBLISHED = {0.1: 0.1894, 0.25: 0.2674, 0.5: 0.3857}  # delta: rho
SOLVERS: dict[str, Solver] = {"l1": basis_pursuit, "l2": minimum_l2}


@dataclass(frozen=True, eq=False)
class Transition:
    """Share of signals recovered at one undersampling, by number of nonzeros, and where it falls through one half."""

    delta: float
    k: Array  # (levels,)
    success: Array  # (levels,)
    error: Array  # standard errors
    half: HalfPoint

    @property
    def ratio(self) -> Array:
        """k / n."""
        return np.asarray(self.k / (self.delta * UNKNOWNS))


@once
def transition(delta: float, *, norm: str = "l1", replicates: int = 40, seed: int = 2009) -> Transition:
    """Basis pursuit on Gaussian problems with 200 unknowns. norm="l2" takes the solution of least L2 norm instead."""
    n = round(delta * UNKNOWNS)
    center, step = float(weak_threshold(delta)) * n, max(1, round(0.035 * n))
    k = np.unique(np.clip(np.round(center) + step * np.arange(-3, 4), 1, n)).astype(int)
    share = np.stack(
        [
            monte_carlo(
                recovery, replicates, seed=seed + level, batched=True, chunk_size=replicates, n_jobs=1, progress=False,
                n=n, p=UNKNOWNS, k=int(level), solver=SOLVERS[norm],
            )["success"]
            for level in k
        ]
    )  # fmt: skip
    mean = share.mean(axis=1)
    return Transition(
        delta=delta,
        k=k.astype(np.float64),
        success=mean,
        error=np.sqrt(mean * (1.0 - mean) / replicates),
        half=half_point(share, k.astype(np.float64), n=n, p=UNKNOWNS),
    )


def donoho2009(*, norm: str = "l1") -> tuple[Replication, ...]:
    """The weak threshold by its formula, and the 50% point of a simulation with 200 unknowns."""
    rows = [
        Replication(SOURCE, "weak threshold", f"threshold k/n at n/p = {delta:g}", published,
                    float(weak_threshold(delta)), "exact", 5e-4)
        for delta, published in PUBLISHED.items()
    ]  # fmt: skip
    rows += [
        Replication(SOURCE, "weak threshold", f"50% point of recovery, {UNKNOWNS} unknowns, n/p = {delta:g}", published,
                    (half := transition(delta, norm=norm).half).ratio, "margin", 0.03, error=half.error)
        for delta, published in list(PUBLISHED.items())[1:]
    ]  # fmt: skip
    return tuple(rows)
