"""Time the path engine against other libraries, at equal accuracy, on one core: `make bench`.

Writes results/paths.json and, from it, results/paths.md and the plots.
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

import regutils
from benchmarks import measure, ours, report
from benchmarks.peers import MODULES, Route, quiet, routes
from benchmarks.problems import QUICK, RATIO, REGIMES, STRENGTHS, Batch, Problem, Regime, simulate, violation

RESULTS = Path(__file__).parent / "results"


def main(arguments: list[str] | None = None) -> None:
    options = _options(arguments)
    measure.one_core()
    quiet()
    wanted = QUICK if options.quick else REGIMES
    regimes = [regime for regime in wanted if re.search(options.regimes, regime.name)]
    peers = [peer for peer in options.peers if importlib.util.find_spec(MODULES[peer])]
    repetitions = options.repetitions or (3 if options.quick else 9)
    with threadpool_limits(1):
        results: dict[str, Any] = {
            "machine": measure.machine(measure.product_speed()),
            "versions": _versions(peers),
            "settings": {
                "strengths": STRENGTHS, "ratio": RATIO, "level": measure.LEVEL, "repetitions": repetitions,
                "seed": options.seed,
            },
            "regimes": [],
        }  # fmt: skip
        speed = results["machine"]["product_gflops"] * 1e9
        with tqdm(total=len(regimes) * (len(peers) + repetitions), unit="step", disable=options.silent) as bar:
            for regime in regimes:
                bar.set_description(regime.name)
                found = _regime(regime, peers, repetitions, options.seed, bar.update)
                designs = 1 / regime.replicates if regime.shared else 1
                limit = 1e6 * regime.n * regime.p**2 * designs / speed
                results["regimes"].append({**found, "gram_limit_microseconds": float(f"{limit:.3g}")})
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "paths.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    report.write(options.output)
    if not options.silent:
        print((options.output / "paths.md").read_text(encoding="utf-8"))


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.paths", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few regimes, three repetitions")
    parser.add_argument("--regimes", default="", metavar="PATTERN", help="only those whose name has this pattern")
    parser.add_argument("--peers", nargs="*", default=list(MODULES), choices=list(MODULES))
    parser.add_argument("--repetitions", type=int, help="of every measurement (9)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder for the results")
    parser.add_argument("--silent", action="store_true", help="no progress bar, no table")
    return parser.parse_args(arguments)


def _regime(
    regime: Regime, peers: list[str], repetitions: int, seed: int, done: Callable[[], object]
) -> dict[str, Any]:
    batch = simulate(regime, seed)
    some = np.random.default_rng(seed + 1).permutation(regime.replicates)[:50]
    problems = [batch.problem(r) for r in some]
    accuracy = {route: _accuracy(batch, route, problems, some) for route in ours.ROUTES}
    settings: dict[str, measure.Setting] = {}
    for peer in peers:
        choices = routes(peer, regime.penalty)
        if choices:
            settings[peer] = measure.settle(choices, problems[: measure.PILOTS])
        done()
    sizes = {peer: measure.count(setting, len(problems)) for peer, setting in settings.items()}
    contestants: dict[str, Callable[[int], float]] = {route: _our_clock(batch, route) for route in accuracy}
    for peer, setting in settings.items():
        route = routes(peer, regime.penalty)[setting.route]
        contestants[peer] = _their_clock(route, setting, problems, sizes[peer])
    rng = np.random.default_rng(seed + 2)
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for repetition in range(repetitions):
        for name, seconds in measure.interleaved(contestants, repetition, rng).items():
            times[name].append(seconds)
        done()
    micro = {name: measure.spread([1e6 * s for s in values]) for name, values in times.items()}
    answers = 8 * regime.replicates * STRENGTHS * regime.p
    return {
        "name": regime.name,
        **{key: getattr(regime, key) for key in ("penalty", "shared", "replicates", "n", "p")},
        "ours": {
            route: {
                "microseconds": micro[route],
                "violation": accuracy[route],
                "peak_bytes": measure.peak_memory(lambda route=route: ours.solve(batch, route)),
            }
            for route in accuracy
        },
        "peers": {
            peer: {
                "route": setting.route,
                "tolerance": setting.tolerance,
                "violation": setting.violation,
                "equal_accuracy": setting.violation <= measure.LEVEL,
                "microseconds": micro[peer],
                "problems_timed": sizes[peer],
                "peak_bytes": _their_memory(routes(peer, regime.penalty)[setting.route], setting, problems[0], answers),
                "ratio": {route: measure.spread(list(np.divide(times[peer], times[route]))) for route in accuracy},
            }
            for peer, setting in settings.items()
        },
    }


def _accuracy(batch: Batch, route: str, problems: list[Problem], some: np.ndarray[Any, Any]) -> float:
    """Warm-up, and the largest violation on the problems that peers are measured on."""
    coef = ours.solve(batch, route).coef
    return max(violation(problem, coef[r]) for problem, r in zip(problems, some, strict=False))


def _our_clock(batch: Batch, route: str) -> Callable[[int], float]:
    """Seconds per problem. A call on few problems is short: it is repeated until the clock can tell."""
    calls = int(np.clip(0.02 / measure.clock(lambda: ours.solve(batch, route)), 1, 50))

    def run(repetition: int) -> float:
        work = lambda: [ours.solve(batch, route) for _ in range(calls)]  # noqa: E731
        return measure.clock(work) / (calls * batch.regime.replicates)

    return run


def _their_clock(route: Route, setting: measure.Setting, problems: list[Problem], size: int) -> Callable[[int], float]:
    """Seconds per problem, other problems in each repetition."""
    tolerance = setting.tolerance or 0.0
    calls = int(np.clip(0.02 / max(setting.seconds * size, 1e-6), 1, 50))

    def run(repetition: int) -> float:
        mine = [problems[(repetition * size + k) % len(problems)] for k in range(size)]
        return measure.clock(lambda: [route(problem, tolerance) for _ in range(calls) for problem in mine]) / (
            calls * size
        )

    return run


def _their_memory(route: Route, setting: measure.Setting, problem: Problem, answers: int) -> int | None:
    """For one problem at a time, and room for everybody's answers."""
    peak = measure.peak_memory(lambda: route(problem, setting.tolerance or 0.0))
    return None if peak is None else peak + answers


def _versions(peers: list[str]) -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    names = {"glmnet": "python-glmnet"}
    found = {"regutils": regutils.__version__}
    for name in ["numpy", "scipy", "numba", *peers]:
        try:
            found[name] = version(names.get(name, name))
        except PackageNotFoundError:
            continue
    return found


if __name__ == "__main__":
    sys.exit(main())
