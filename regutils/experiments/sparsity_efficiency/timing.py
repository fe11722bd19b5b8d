"""Times that can be compared: taken in turns, on one core, reported as ratios."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import numpy as np

from regutils._validation import Array, check_integer
from regutils.experiments.performance import Spread


def interleaved(
    contestants: Mapping[str, Callable[[], object]], *, repetitions: int = 15, least: float = 3e-4, seed: int = 0
) -> dict[str, Array]:
    """Seconds of one call of each contestant, (repetitions,), all of them once a round and in random order.

    What slows the machine down for a while slows all of them. A call that is shorter than `least` seconds is repeated
    within its turn, and the turn's time divided. Linear algebra is held to one thread.
    """
    from threadpoolctl import threadpool_limits

    repetitions = check_integer(repetitions, "repetitions", low=1)
    rng = np.random.default_rng(seed)
    names = list(contestants)
    found = {name: np.empty(repetitions) for name in names}
    with threadpool_limits(limits=1, user_api="blas"):
        calls = {}
        for name, work in contestants.items():
            work()  # fills caches
            calls[name] = max(1, round(least / max(_seconds(work, 1), 1e-9)))
        for turn in range(repetitions):
            for k in rng.permutation(len(names)):
                name = names[k]
                found[name][turn] = _seconds(contestants[name], calls[name])
    return found


def _seconds(work: Callable[[], object], calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        work()
    return (time.perf_counter() - start) / calls


def ratio(times: Mapping[str, Array], one: str, other: str) -> Spread:
    """Time of one over that of the other, round by round: median and quartiles."""
    low, median, high = np.quantile(times[one] / times[other], [0.25, 0.5, 0.75])
    return Spread(float(median), float(low), float(high))
