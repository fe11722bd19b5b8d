"""The picture of what `make bench` measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.performance import NetworkPerformance, Performance, Regime

MARKS = {
    "scikit-learn": ("o", "l1"),
    "glmnet": ("s", "l2"),
    "celer": ("^", "truth"),
    "skglm": ("D", "elastic_net"),
}


def _rows(regimes: Sequence[Regime]) -> tuple[list[float], dict[str, float]]:
    """Heights of the regimes, from the top down, with room for a heading over each penalty's, and the headings'."""
    heights, headings, at = [], {}, 0.0
    for regime in regimes:
        if regime.penalty not in headings:
            headings[regime.penalty] = at - 0.1
            at -= 1.0
        heights.append(at)
        at -= 1.0
    return heights, headings


def _speed_alt(result: Performance) -> str:
    every = [spread.median for regime in result.regimes for spread in regime.ratios.values()]
    slower = sum(ratio < 1.0 for ratio in every)
    fastest = {
        library: f"{np.median([r.ratios[library].median for r in result.regimes if library in r.ratios]):.3g}"
        for library in result.libraries
    }
    typical = ", ".join(f"{library} {ratio}" for library, ratio in fastest.items())
    return (
        f"Times that other libraries take, as multiples of the path engine's time, in {len(result.regimes)} kinds of "
        f"problems: from {min(every):.2g} to {max(every):.3g}; the engine is slower in {slower} of {len(every)} "
        f"comparisons. Median over the problems: {typical}."
    )


@figure(alt=_speed_alt, height=7.6)
def speed(result: Performance, axes: Sequence[Axes]) -> None:
    """Ratios of times by regime: a mark for the median, a bar between the quartiles."""
    from matplotlib.ticker import FuncFormatter, NullLocator

    (ax,) = axes
    heights, headings = _rows(result.regimes)
    for library in result.libraries:
        marker, role = MARKS[library]
        measured = [(h, r.ratios[library]) for h, r in zip(heights, result.regimes, strict=True) if library in r.ratios]
        places = [height for height, _ in measured]
        ax.hlines(places, [s.low for _, s in measured], [s.high for _, s in measured], color=color(role), linewidth=1.5)
        ax.plot([s.median for _, s in measured], places, marker, color=color(role), markersize=5, label=library)
    ax.axvline(1.0, color=color("ink"), linewidth=1.2)
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}×"))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_yticks(heights, [regime.label for regime in result.regimes])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(min(heights) - 0.7, 0.6)
    left = min(0.5, *(s.low for r in result.regimes for s in r.ratios.values())) * 0.9
    ax.set_xlim(left=left)
    for penalty, height in headings.items():
        ax.text(1.12, height, penalty, weight="bold", va="center", color=color("ink"))
    ax.text(0.97, 0.2, "slower", ha="right", color=color("muted"))
    ax.set_xlabel("time, as a multiple of the path engine's")
    ax.legend(
        loc="upper center", bbox_to_anchor=(0.4, 1.09), ncols=4, frameon=False, handletextpad=0.2, columnspacing=1
    )


FORMS = {"loop": ("o", "l1"), "vmap": ("s", "l2"), "bmm": ("^", "truth")}


def _network_alt(result: NetworkPerformance) -> str:
    found = "; ".join(
        f"{regime.label}: {', '.join(f'{peer} {ratio.median:.3g}' for peer, ratio in regime.ratios.items())}"
        for regime in result.regimes
    )
    return f"Times that PyTorch takes to train small networks, as multiples of our time. {found}."


@figure(alt=_network_alt, height=3.6)
def network_speed(result: NetworkPerformance, axes: Sequence[Axes]) -> None:
    """Ratios of times by kind of stack: a mark for the median, a bar between the quartiles."""
    from matplotlib.ticker import FuncFormatter, NullLocator

    (ax,) = axes
    heights = [-float(k) for k in range(len(result.regimes))]
    for peer in result.peers:
        marker, role = FORMS[peer]
        ratios = [regime.ratios[peer] for regime in result.regimes]
        ax.hlines(heights, [s.low for s in ratios], [s.high for s in ratios], color=color(role), linewidth=1.5)
        ax.plot([s.median for s in ratios], heights, marker, color=color(role), markersize=5, label=f"PyTorch, {peer}")
    ax.axvline(1.0, color=color("ink"), linewidth=1.2)
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}×"))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_yticks(heights, [regime.label for regime in result.regimes])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(heights[-1] - 0.6, 0.6)
    ax.set_xlabel("time, as a multiple of ours")
    ax.legend(
        loc="upper center", bbox_to_anchor=(0.4, 1.18), ncols=3, frameon=False, handletextpad=0.2, columnspacing=1
    )
