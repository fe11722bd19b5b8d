"""What a solver returns, and the bookkeeping that all solvers share."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from regutils._penalty import Penalty
from regutils._validation import Array, check_array, check_integer, check_scalar
from regutils.losses import Loss
from regutils.metrics import check_problem, duality_gap, objective

Callback = Callable[[int, Array], object]


@dataclass(frozen=True)
class History:
    """One entry per iterate, the starting point included: k = n_iter + 1 entries.

    objective (k,): loss + penalty. gap (k,): duality gap, an upper bound on objective - minimum (NaN where there is no
    duality). seconds (k,): wall clock since the start, the measuring itself included, which costs every solver the
    same. iterates (k, p), or None when they were not recorded.
    """

    objective: Array
    gap: Array
    seconds: Array
    iterates: Array | None


@dataclass(frozen=True)
class Result:
    """A solution: coef (p,), the intercept that goes with it, objective and duality gap there, and how it was found.

    converged: whether the gap reached tol within max_iter iterations.
    """

    coef: Array
    intercept: float
    objective: float
    gap: float
    n_iter: int
    converged: bool
    history: History


@dataclass
class Recorder:
    """Measures every iterate of one run and says when to stop.

    Stops at a duality gap of tol, after max_iter iterations, when the callback returns something true, or when the
    iterates run off to infinity. Without convexity there is no gap: then it stops when no coefficient moved by more
    than tol.
    """

    loss: Loss
    penalty: Penalty
    tol: float
    max_iter: int
    callback: Callback | None
    record_iterates: bool
    objectives: list[float] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    iterates: list[Array] = field(default_factory=list)
    converged: bool = False

    def __post_init__(self) -> None:
        check_problem(self.loss, self.penalty)
        self.tol = check_scalar(self.tol, "tol", low=0.0)
        self.max_iter = check_integer(self.max_iter, "max_iter", low=1)
        if self.callback is not None and not callable(self.callback):
            raise TypeError(f"callback must be callable or None, got {type(self.callback).__name__}")
        self._started = time.perf_counter()

    def start(self, theta0: object) -> Array:
        """The checked starting point: zero when None."""
        size = self.loss.n_features
        return np.zeros(size) if theta0 is None else check_array(theta0, "theta0", shape=(size,)).copy()

    def done(self, theta: Array) -> bool:
        """Record theta, and say whether to stop here."""
        value = objective(self.loss, self.penalty, theta) if np.isfinite(theta).all() else np.inf
        if self.objectives and value > 1e20 * (1.0 + self.objectives[0]):
            warnings.warn("the iterates diverged: the step is too large", RuntimeWarning, stacklevel=3)
            return True
        gap = duality_gap(self.loss, self.penalty, theta) if self.penalty.convex else float("nan")
        if self.penalty.convex:
            self.converged = gap <= self.tol
        elif self.iterates:
            self.converged = bool(np.max(np.abs(theta - self.iterates[-1])) <= self.tol)
        self.objectives.append(value)
        self.gaps.append(gap)
        self.seconds.append(time.perf_counter() - self._started)
        if not self.record_iterates:
            self.iterates.clear()
        self.iterates.append(theta.copy())
        stop = self.callback is not None and bool(self.callback(len(self.gaps) - 1, theta))
        return self.converged or stop or len(self.gaps) > self.max_iter

    def result(self, coef: Array | None = None) -> Result:
        """The result at `coef`, the last iterate when None."""
        theta = self.iterates[-1] if coef is None else coef
        return Result(
            coef=theta,
            intercept=self.loss.intercept(theta),
            objective=objective(self.loss, self.penalty, theta),
            gap=duality_gap(self.loss, self.penalty, theta) if self.penalty.convex else float("nan"),
            n_iter=len(self.gaps) - 1,
            converged=self.converged,
            history=History(
                objective=np.array(self.objectives),
                gap=np.array(self.gaps),
                seconds=np.array(self.seconds),
                iterates=np.array(self.iterates) if self.record_iterates else None,
            ),
        )
