"""Time, accuracy and memory, measured the same way for everybody."""

from __future__ import annotations

import ctypes
import gc
import os
import platform
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers import Route
from benchmarks.problems import Problem, violation

LEVEL = 1e-9  # the accuracy that counts as equal: what the engine certifies, relative to max |X'y| / n
LADDER = [10.0**-k for k in range(6, 20)]  # tolerances tried, loosest first
PATIENCE = 2.0  # seconds after which a route gives up on one problem
PILOTS = 3  # problems on which routes and tolerances are chosen
SHARE = 0.1  # seconds of work of a peer in one repetition


@dataclass(frozen=True)
class Setting:
    """The route and tolerance at which a peer is timed."""

    route: str
    tolerance: float | None  # None where the method is exact
    violation: float
    seconds: float  # per problem, in the pilot


def clock(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def settle(routes: Mapping[str, Route], problems: list[Problem]) -> Setting:
    """The fastest route at its loosest tolerance that reaches LEVEL on all problems; else the most accurate."""
    found: list[Setting] = []
    limit = PATIENCE
    for name, route in routes.items():
        setting = _loosest(name, route, problems, limit)
        found.append(setting)
        if setting.violation <= LEVEL:
            limit = min(limit, 2.0 * setting.seconds)  # a route slower than that has lost already
    good = [setting for setting in found if setting.violation <= LEVEL]
    return min(good, key=lambda s: s.seconds) if good else min(found, key=lambda s: s.violation)


def _loosest(name: str, route: Route, problems: list[Problem], limit: float) -> Setting:
    exact = name.startswith(("lars", "ridge"))
    best: Setting | None = None
    failures = 0
    route(problems[0], LADDER[0])  # compiles, fills caches
    rung = 0
    while rung < len(LADDER):
        tolerance = LADDER[rung]
        seconds, worst = [], 0.0
        for problem in problems:
            start = time.perf_counter()
            coef = route(problem, tolerance)
            seconds.append(time.perf_counter() - start)
            worst = max(worst, violation(problem, coef) if np.isfinite(coef).all() else np.inf)
            if worst > LEVEL or sum(seconds) > PATIENCE / 4:
                break
        setting = Setting(name, None if exact else tolerance, worst, float(np.median(seconds)))
        failures = failures + 1 if best is not None and worst >= best.violation else 0
        best = setting if best is None or worst < best.violation else best
        if best.violation <= LEVEL or exact or failures == 3 or min(seconds) > limit:
            break
        # a violation falls at most as fast as the tolerance, so that rungs that cannot suffice are skipped
        rung += max(1, int(np.log10(worst / LEVEL))) if np.isfinite(worst) else 1
    assert best is not None
    return best


def count(setting: Setting, most: int) -> int:
    """How many problems a peer solves in one repetition; its time is scaled to one problem."""
    return int(np.clip(SHARE / max(setting.seconds, 1e-6), 1, most))


def interleaved(
    contestants: Mapping[str, Callable[[int], float]], repetition: int, rng: np.random.Generator
) -> dict[str, float]:
    """Seconds per problem of all of them, one after the other in random order: what slows one slows its rivals."""
    names = list(contestants)
    times = {}
    for k in rng.permutation(len(names)):
        gc.collect()
        times[names[k]] = contestants[names[k]](repetition)
    return times


def peak_memory(work: Callable[[], object]) -> int | None:
    """Bytes of memory at the peak of `work` beyond those before it, of the whole process; None where unknown."""
    status = Path("/proc/self/status")
    try:
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forget the peak so far
        before = _kilobytes(status, "VmRSS")
    except (OSError, AttributeError):
        return None
    work()
    return max(0, _kilobytes(status, "VmHWM") - before) * 1024


def _kilobytes(status: Path, field: str) -> int:
    found = re.search(rf"^{field}:\s+(\d+) kB", status.read_text(encoding="ascii"), flags=re.M)
    if found is None:
        raise OSError(field)
    return int(found[1])


def product_speed(size: int = 800) -> float:
    """Floating-point operations per second of a matrix product on this core."""
    left, right = np.random.default_rng(0).normal(size=(2, size, size))
    best = min(clock(lambda: left @ right) for _ in range(5))
    return float(2.0 * size**3 / best)


def one_core() -> None:
    """Everything on the core where this runs first."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def spread(values: list[float]) -> dict[str, float]:
    """Median and quartiles, to four digits."""
    low, median, high = np.quantile(values, [0.25, 0.5, 0.75])
    return {"median": float(f"{median:.4g}"), "low": float(f"{low:.4g}"), "high": float(f"{high:.4g}")}


def machine(speed: float) -> dict[str, Any]:
    """What kind of machine, not which one."""
    model = platform.processor() or platform.machine()
    description = Path("/proc/cpuinfo")
    if description.is_file():
        found = re.search(r"^model name\s*: (.*)$", description.read_text(encoding="utf-8"), flags=re.M)
        model = found[1] if found else model
    return {
        "processor": model, "system": f"{platform.system()} {platform.machine()}", "cores": 1,
        "python": platform.python_version(), "product_gflops": float(f"{speed / 1e9:.3g}"),
    }  # fmt: skip
