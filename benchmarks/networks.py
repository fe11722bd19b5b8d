"""Time stacked networks against PyTorch, after the same steps with the same losses, on one core: `make bench-networks`.

Writes results/networks.json and, from it, results/networks.md and the plots.
"""

from __future__ import annotations

import argparse
import importlib.util
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
from benchmarks import measure, networks_report
from benchmarks.network_problems import BATCH, QUICK, RATE, REGIMES, Problem, Regime, simulate
from regutils import _routes, _training
from regutils.networks import MLP, train
from regutils.optimizers import adamw

RESULTS = Path(__file__).parent / "results"
ROUTES = ["numpy", *(["compiled"] if importlib.util.find_spec("numba") else [])]
SHARE = 0.25  # seconds of work in one repetition, roughly
CHECKED = 50  # steps after which losses are compared
MOST = 2000  # steps in one repetition


def main(arguments: list[str] | None = None) -> None:
    options = _options(arguments)
    measure.one_core()
    regimes = [regime for regime in (QUICK if options.quick else REGIMES) if re.search(options.regimes, regime.name)]
    repetitions = options.repetitions or (3 if options.quick else 9)
    peers = _peers() if options.peers else {}
    with threadpool_limits(1):
        results: dict[str, Any] = {
            "machine": measure.machine(measure.product_speed()),
            "versions": _versions(),
            "settings": {
                "batch": BATCH, "rate": RATE, "checked": CHECKED, "repetitions": repetitions, "seed": options.seed,
            },
            "regimes": [],
        }  # fmt: skip
        with tqdm(total=len(regimes) * (repetitions + 1), unit="step", disable=options.silent) as bar:
            for regime in regimes:
                bar.set_description(regime.name)
                results["regimes"].append(_regime(regime, peers, repetitions, options, bar.update))
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "networks.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    networks_report.write(options.output)
    if not options.silent:
        print((options.output / "networks.md").read_text(encoding="utf-8"))


def ours(problem: Problem, route: str, clock: Callable[[Callable[[], object]], float]) -> tuple[float, Any]:
    """Seconds of a whole call of `train`, and the losses of the last minibatch."""
    _routes.ROUTE = "numpy" if route == "numpy" else None
    network, steps = MLP(problem.regime.sizes), len(problem.batches)
    found: list[Any] = []

    def work() -> None:
        found.append(
            train(network, problem.params, problem.X, problem.y, adamw(RATE), steps=steps, batch_size=BATCH,
                  seeds=problem.seed, record_every=max(1, steps - 1))
        )  # fmt: skip

    return clock(work), found[0].loss[-1]


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.networks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="ten networks, three repetitions")
    parser.add_argument("--regimes", default="", metavar="PATTERN", help="only those whose name has this pattern")
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="only ours, without PyTorch")
    parser.add_argument("--repetitions", type=int, help="of every measurement (9)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, default=RESULTS, help="folder for the results")
    parser.add_argument("--silent", action="store_true", help="no progress bar, no table")
    return parser.parse_args(arguments)


def _peers() -> dict[str, Any]:
    import torch

    from benchmarks.torch_peers import PEERS

    torch.set_num_threads(1)
    return dict(PEERS)


def _regime(
    regime: Regime, peers: dict[str, Any], repetitions: int, options: argparse.Namespace, done: Callable[[], object]
) -> dict[str, Any]:
    _training.WORTH = 0  # load what is compiled for short runs too: they stand for long ones
    problem = simulate(regime, MOST, options.seed)
    runs: dict[str, Any] = {route: lambda p, c, route=route: ours(p, route, c) for route in ROUTES}
    runs.update(peers)
    # of the loop over single networks, ten stand for all
    networks = {name: min(regime.networks, 10) if name == "loop" else regime.networks for name in runs}
    after = {name: run(problem.some(networks[name], CHECKED), measure.clock)[1] for name, run in runs.items()}
    steps = {}
    for name, run in runs.items():  # a pilot, everything warm
        seconds = min(run(problem.some(networks[name], 10), measure.clock)[0] for _ in range(2)) / 10
        steps[name] = int(np.clip(SHARE / seconds, 10, MOST))
    done()
    contestants = {name: _clock(run, problem.some(networks[name], steps[name])) for name, run in runs.items()}
    rng = np.random.default_rng(options.seed + 1)
    times: dict[str, list[float]] = {name: [] for name in runs}
    for repetition in range(repetitions):
        for name, seconds in measure.interleaved(contestants, repetition, rng).items():
            times[name].append(seconds)
        done()
    return {
        "name": regime.name,
        "networks": regime.networks,
        "sizes": list(regime.sizes),
        "ours": {
            route: {
                "microseconds": measure.spread([1e6 * s for s in times[route]]),
                "steps_timed": steps[route],
                "difference": _difference(after[route], after[ROUTES[0]]),
            }
            for route in ROUTES
        },
        "peers": {
            name: {
                "microseconds": measure.spread([1e6 * s for s in times[name]]),
                "networks_timed": networks[name],
                "steps_timed": steps[name],
                "difference": _difference(after[name], after[ROUTES[0]]),
                "ratio": {route: measure.spread(list(np.divide(times[name], times[route]))) for route in ROUTES},
            }
            for name in peers
        },
    }


def _clock(run: Callable[..., Any], problem: Problem) -> Callable[[int], float]:
    """Seconds for a network and a step."""
    work = problem.regime.networks * len(problem.batches)
    return lambda repetition: run(problem, measure.clock)[0] / work


def _difference(losses: Any, reference: Any) -> float:
    """Largest relative difference of a network's loss after the same steps."""
    return float(f"{np.max(np.abs(losses / reference[: len(losses)] - 1.0)):.2g}")


def _versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    found = {"regutils": regutils.__version__}
    for name in ("numpy", "numba", "torch"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


if __name__ == "__main__":
    sys.exit(main())
