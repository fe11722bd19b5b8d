"""The table and the plots of a results/networks.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.report import ROUTES

PEERS = {
    "loop": "a loop over modules with the fused AdamW",
    "vmap": "torch.func.vmap of the gradient, the fused AdamW on stacked parameters",
    "bmm": "the stack written by hand with torch.baddbmm, the fused AdamW on stacked parameters",
}


def write(folder: Path) -> None:
    """Write networks.md and, for each route and color mode, a plot, from the networks.json in `folder`."""
    from regutils.experiments.performance import load_network_performance
    from regutils.figures.performance import network_speed

    content = json.loads((folder / "networks.json").read_text(encoding="utf-8"))
    (folder / "networks.md").write_text(table(content), encoding="utf-8")
    for route in _routes(content):
        result = load_network_performance(folder / "networks.json", route)
        for mode in ("light", "dark") if result.peers else ():
            figure = network_speed.render(result, mode=mode)
            figure.savefig(folder / f"networks-{route}-{mode}.svg", metadata={"Date": None, "Creator": None})


def table(content: dict[str, Any]) -> str:
    """Everything measured, as Markdown."""
    machine, settings = content["machine"], content["settings"]
    versions = ", ".join(f"{name} {number}" for name, number in content["versions"].items())
    forms = "; ".join(f"{name}, {text}" for name, text in PEERS.items())
    parts = [
        "# Speed of stacked networks\n",
        f"Perceptrons with relu, cross-entropy, AdamW at {settings['rate']:g}, minibatches of {settings['batch']} "
        f"shared by all networks, float32. One core of {machine['processor']}, {machine['product_gflops']:g} GFLOPS "
        f"in a matrix product of float64. {versions}.\n",
        f"Of PyTorch: {forms}.\n",
        "Times are for one network and one step, medians over one run whose repetitions took turns in random order "
        f"({settings['repetitions']} each); a ratio is PyTorch's time divided by ours in the same repetition, with its "
        "quartiles in brackets. Our time is that of a whole call of `train`, with its records and checks. "
        "Everybody starts from the same parameters and sees the same minibatches; the difference is the largest "
        f"relative one of a network's loss after {settings['checked']} steps. The loop is timed on ten networks.\n",
    ]
    for route in _routes(content):
        parts += [f"## {ROUTES[route]}\n", *_times(content, route), ""]
    return "\n".join([*parts, "## Times and differences\n", *_details(content), ""])


def _routes(content: dict[str, Any]) -> list[str]:
    return [route for route in ROUTES if all(route in regime["ours"] for regime in content["regimes"])]


def _times(content: dict[str, Any], route: str) -> list[str]:
    peers = list(dict.fromkeys(peer for regime in content["regimes"] for peer in regime["peers"]))
    lines = [
        f"| Networks | µs per network and step | {' | '.join(f'{peer} / ours' for peer in peers)} |",
        f"| --- | --: | {' | '.join('--:' for _ in peers)} |",
    ]
    for regime in content["regimes"]:
        ratios = [regime["peers"][peer]["ratio"][route] for peer in peers]
        cells = [
            regime["name"],
            f"{regime['ours'][route]['microseconds']['median']:.3g}",
            *(f"**{ratio['median']:.3g}** [{ratio['low']:.3g}, {ratio['high']:.3g}]" for ratio in ratios),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _details(content: dict[str, Any]) -> list[str]:
    lines = ["| Networks | | µs per network and step | Difference | Steps timed |", "| --- | --- | --: | --: | --: |"]
    for regime in content["regimes"]:
        for name, one in [*regime["ours"].items(), *regime["peers"].items()]:
            spread = one["microseconds"]
            lines.append(
                f"| {regime['name']} | {'regutils, ' if name in regime['ours'] else 'PyTorch, '}{name} | "
                f"{spread['median']:.4g} [{spread['low']:.4g}, {spread['high']:.4g}] | {one['difference']:.0e} | "
                f"{one['steps_timed']} |"
            )
    return lines
