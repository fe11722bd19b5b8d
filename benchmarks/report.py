"""The table and the plots of a results/paths.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROUTES = {"compiled": "With the extra `fast` (numba)", "numpy": "With NumPy alone"}


def write(folder: Path) -> None:
    """Write paths.md and, for each route and color mode, a plot, from the paths.json in `folder`."""
    from regutils.experiments.performance import load_performance
    from regutils.figures.performance import speed

    content = json.loads((folder / "paths.json").read_text(encoding="utf-8"))
    (folder / "paths.md").write_text(table(content), encoding="utf-8")
    for route in _routes(content):
        result = load_performance(folder / "paths.json", route)
        for mode in ("light", "dark"):
            figure = speed.render(result, mode=mode)
            figure.savefig(folder / f"paths-{route}-{mode}.svg", metadata={"Date": None, "Creator": None})


def table(content: dict[str, Any]) -> str:
    """Everything measured, as Markdown."""
    machine, settings = content["machine"], content["settings"]
    versions = ", ".join(f"{name} {number}" for name, number in content["versions"].items())
    parts = [
        "# Speed of the path engine\n",
        f"{settings['strengths']} strengths from the largest down to {settings['ratio']:g} of it. One core of "
        f"{machine['processor']}, {machine['product_gflops']:g} GFLOPS in a matrix product. {versions}.\n",
        "Times are medians over one run whose repetitions took turns in random order "
        f"({settings['repetitions']} each); a ratio is another library's time divided by ours in the same repetition, "
        "with its quartiles in brackets. Each library runs through its fastest route, at the loosest tolerance whose "
        f"answers violate the optimality conditions by at most {settings['level']:g} of the largest correlation "
        "(! marks those that did not get there). Our times include certificate, degrees of freedom and intercepts. "
        "The limit is the time to form the Gram matrices at the speed of a matrix product: what a method that forms "
        "them cannot beat. Libraries that solve one problem at a time are timed on some of a regime's problems.\n",
    ]
    for route in _routes(content):
        parts += [f"## {ROUTES[route]}\n", *_times(content, route), ""]
    return "\n".join([*parts, "## Routes, accuracy and memory\n", *_details(content), ""])


def _routes(content: dict[str, Any]) -> list[str]:
    return [route for route in ROUTES if all(route in regime["ours"] for regime in content["regimes"])]


def _times(content: dict[str, Any], route: str) -> list[str]:
    peers = list(dict.fromkeys(peer for regime in content["regimes"] for peer in regime["peers"]))
    lines = [
        f"| Problems (R of n x p) | µs per problem | limit | {' | '.join(f'{peer} / ours' for peer in peers)} |",
        f"| --- | --: | --: | {' | '.join('--:' for _ in peers)} |",
    ]
    for regime in content["regimes"]:
        cells = [
            regime["name"],
            f"{regime['ours'][route]['microseconds']['median']:.4g}",
            f"{regime['gram_limit_microseconds']:.3g}",
            *(_ratio(regime["peers"].get(peer), route) for peer in peers),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _ratio(peer: dict[str, Any] | None, route: str) -> str:
    if peer is None:
        return ""
    ratio = peer["ratio"][route]
    mark = "" if peer["equal_accuracy"] else " !"
    return f"**{ratio['median']:.3g}** [{ratio['low']:.3g}, {ratio['high']:.3g}]{mark}"


def _details(content: dict[str, Any]) -> list[str]:
    """Peak memory beyond the data: ours for all problems at once, others' for one at a time and all answers."""
    lines = [
        "Memory at its peak beyond the data and what was loaded before, with room for the answers to all problems.\n",
        "| Problems | | Route | Tolerance | Violation | Problems timed | Memory (MB) |",
        "| --- | --- | --- | --: | --: | --: | --: |",
    ]
    for regime in content["regimes"]:
        for route, ours in regime["ours"].items():
            lines.append(
                f"| {regime['name']} | regutils | {route} | | {ours['violation']:.0e} | {regime['replicates']} "
                f"| {_megabytes(ours['peak_bytes'])} |"
            )
        for name, peer in regime["peers"].items():
            tolerance = "" if peer["tolerance"] is None else f"{peer['tolerance']:.0e}"
            lines.append(
                f"| {regime['name']} | {name} | {peer['route']} | {tolerance} | {peer['violation']:.0e} "
                f"| {peer['problems_timed']} | {_megabytes(peer['peak_bytes'])} |"
            )
    return lines


def _megabytes(size: int | None) -> str:
    return "" if size is None else f"{size / 1e6:.1f}"
