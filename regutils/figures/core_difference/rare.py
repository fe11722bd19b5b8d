"""Rarely active features: a separating indicator, and the rare levels of a factor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.core_difference.levels import Levels
    from regutils.experiments.core_difference.rare import Rare


def _rare_alt(result: Rare) -> str:
    entered = result.l1_by_count > 0
    return (
        f"Two panels. First: the coefficient of an indicator active in {result.active} rows against iterations of "
        f"gradient descent, on a logarithmic axis. Without a penalty it climbs along a straight line to "
        f"{result.unpenalized[-1]:.1f}; under L1 it stops at {result.l1_limit:.2f}, under L2 at {result.l2_limit:.2f}. "
        f"Second: the penalized coefficient by the number of active rows: under L1 zero "
        f"up to {result.counts[~entered][-1]:.0f} rows and {result.l1_by_count[-1]:.2f} with {result.counts[-1]:.0f}; "
        f"under L2 from {result.l2_by_count[0]:.2f} with one to {result.l2_by_count[-1]:.2f}."
    )


@figure(panels=2, height=3.5, alt=_rare_alt)
def rare(result: Rare, axes: Sequence[Axes]) -> None:
    """The coefficient against iterations, and against the number of active rows."""
    left, right = axes
    anchor = result.unpenalized[-1] - np.log(result.steps / result.steps[-1]) * -1.0
    left.plot(result.steps, anchor, color=color("muted"), **line("reference"))
    left.plot(result.steps, result.unpenalized, color=color("loss"), **line("estimate"))
    left.plot(result.steps, result.l1, color=color("l1"), **line("estimate"))
    left.plot(result.steps, result.l2, color=color("l2"), **line("theory"))
    end = float(result.steps[-1])
    left.text(1, 9.6, "no penalty:\nwithout end", color=color("loss"), weight="bold", va="top")
    left.text(0.6 * end, 0.6 * result.unpenalized[-1], "slope 1 in log(steps)", color=color("muted"), fontsize="small",
              ha="right")  # fmt: skip
    left.text(end, result.l2_limit + 0.25, f"L2: {result.l2_limit:.2f}", color=color("l2"), weight="bold", ha="right")
    left.text(end, -0.25, f"L1: {result.l1_limit:.2f}", color=color("l1"), weight="bold", ha="right", va="top")
    left.set(title="A rare, separating feature", xscale="log", xlabel="steps of gradient descent", ylabel="coefficient",
             ylim=(-1.2, None))  # fmt: skip
    left.minorticks_off()
    right.plot(result.counts, result.l1_by_count, color=color("l1"), marker="D", markersize=4, **line("estimate"))
    right.plot(result.counts, result.l2_by_count, color=color("l2"), marker="o", markersize=4, **line("theory"))
    right.text(13.5, 2.2, "L1", color=color("l1"), weight="bold", ha="right")
    right.text(15, 0.86, "L2", color=color("l2"), weight="bold")
    right.text(20, -0.26, "no penalty: infinite throughout", color=color("loss"), fontsize="small", ha="right")
    right.set(title="The rarer, the smaller", xlabel="rows in which it is active", ylim=(-0.4, None), xlim=(0, 20.7))
    right.set_xticks([1, 5, 10, 15, 20])


def _levels_alt(result: Levels) -> str:
    raw, scaled = (result.kept[name] for name in ("0/1 columns", "standardized columns"))
    first, last = 0, -1
    return (
        f"Two panels. First: the share of its deviation that a level keeps, by its number of rows. With 0/1 columns "
        f"from {raw[first]:.2f} for {result.counts[first]} rows to {raw[last]:.2f} for {result.counts[last]}; with "
        f"standardized columns about the same for all, {scaled[first]:.2f} to {scaled[last]:.2f}. Second: mean squared "
        "error of the levels' means, rare to common: "
        + "; ".join(f"{name} {', '.join(f'{e:.2f}' for e in error)}" for name, (error, _) in result.error.items())
        + "."
    )


@figure(panels=2, height=3.5, alt=_levels_alt)
def levels(result: Levels, axes: Sequence[Axes]) -> None:
    """Share kept by each level, and error of the levels' means by how rare they are."""
    left, right = axes
    counts, where = np.unique(result.counts, return_index=True)
    looks = {"no penalty": ("loss", "^", "-"), "0/1 columns": ("l2", "o", "-"),
             "standardized columns": ("highlight", "s", (0, (5, 1.6)))}  # fmt: skip
    left.axhline(1.0, color=color("loss"), **line("guide"))
    left.text(2, 1.02, "no penalty", color=color("loss"), weight="bold", va="bottom", fontsize="small")
    for name, y in (("0/1 columns", 0.8), ("standardized columns", 0.49)):
        role, marker, style = looks[name]
        left.plot(counts, result.kept[name][where], marker=marker, color=color(role), linestyle=style, linewidth=1.8)
        left.text(130 if y < 0.6 else 13, y, name, color=color(role), weight="bold", fontsize="small", ha="right")
    left.set(title="What a level keeps", xscale="log", xlabel="rows of the level", ylim=(0.2, 1.12),
             ylabel="share of its deviation")  # fmt: skip
    left.set_xticks(counts, [str(count) for count in counts])
    left.minorticks_off()
    place = np.arange(len(result.groups))
    for shift, (name, (error, spread)) in zip((-0.22, 0.0, 0.22), result.error.items(), strict=True):
        role, marker, _ = looks[name]
        right.errorbar(place + shift, error, 2 * spread, fmt=marker, color=color(role), elinewidth=1.5, capsize=2.5,
                       markersize=7, label=name)  # fmt: skip
    right.set_xticks(place, [f"{low} to {high} rows" for low, high in result.groups])
    right.set(title="Error of the fitted means", yscale="log", ylabel="mean squared error")
    right.set_xlim(-0.5, len(place) - 0.5)
    right.set_yticks([0.1, 0.2, 0.5, 1, 2], ["0.1", "0.2", "0.5", "1", "2"])
    right.minorticks_off()
    right.legend(loc="upper right")
