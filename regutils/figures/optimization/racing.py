"""Six solvers in one race, and what is guaranteed of two of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line
from regutils.figures.optimization._axes import plain_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.optimization.racing import Race, Rates

# Solvers: which color and line tells them apart, besides their direct labels.
_RUNNERS: dict[str, tuple[str, str, str]] = {
    "subgradient": ("muted", "estimate", "subgradient"),
    "ISTA": ("l1", "theory", "ISTA"),
    "FISTA": ("l1", "estimate", "FISTA"),
    "projected gradient": ("highlight", "train", "projected\ngradient"),
    "ADMM": ("highlight", "estimate", "ADMM"),
    "coordinate descent": ("ink", "estimate", "coordinate\ndescent"),
}


@figure(
    panels=2,
    height=4.0,
    alt=lambda result: (
        "Two panels: duality gap on a logarithmic scale against iterations and against seconds of this run. "
        + ", ".join(f"{run.name} takes {run.iterations:,}" for run in result.finishers)
        + f" iterations to a gap of {result.tol:g}. The subgradient method is stopped after "
        f"{result['subgradient'].iterations:,} steps at a gap of {result['subgradient'].gap.min():.0f}."
    ),
)
def race(result: Race, axes: Sequence[Axes]) -> None:
    """Gap against iterations and against time, all solvers."""
    iterations, seconds = axes
    for run in result.runs:
        role, style, label = _RUNNERS[run.name]
        best = np.minimum.accumulate(run.gap)
        iterations.plot(
            np.arange(best.size) + 1, best, color=color(role), label=label.replace("\n", " "), **line(style)
        )
        seconds.plot(1e3 * run.seconds, best, color=color(role), **line(style))
        for axis, end in ((iterations, best.size), (seconds, 1e3 * run.seconds[-1])):
            axis.plot(end, best[-1], "o", color=color(role))
    for axis in axes:
        axis.axhline(result.tol, color=color("muted"), **line("reference"))
        axis.set(xscale="log", yscale="log")
    iterations.legend(loc="lower left", bbox_to_anchor=(0.0, 0.06))
    iterations.set(title="Counted", xlabel="iterations", ylabel="best duality gap so far")
    seconds.set(title="Timed, in this run", xlabel="milliseconds")


@figure(
    alt=lambda result: (
        "Error of the objective against the number of steps, both logarithmic. ISTA and FISTA stay below "
        f"their bounds: after {result.k[99]:.0f} steps ISTA is at {result.ista[99]:.2g} (bound "
        f"{result.ista_bound[99]:.2g}) and FISTA at {result.fista[99]:.2g} (bound "
        f"{result.fista_bound[99]:.2g})."
    ),
)
def rates(result: Rates, axes: Sequence[Axes]) -> None:
    """Measured errors under the guarantees of Beck and Teboulle."""
    (axis,) = axes
    last = 130
    k = result.k[:last]
    for values, bound, style, name in (
        (result.ista, result.ista_bound, "reference", "ISTA"),
        (result.fista, result.fista_bound, "train", "FISTA"),
    ):
        axis.loglog(k, bound[:last], color=color("muted"), **line(style))
        axis.loglog(k, values[:last], color=color("l1"), **line("theory" if name == "ISTA" else "estimate"))
        power = "1/k" if name == "ISTA" else "1/k^2"
        axis.text(k[-1] * 1.06, bound[last - 1], f"bound, ${power}$", color=color("muted"), va="center")
        axis.text(k[-1] * 1.06, max(values[last - 1], 1e-9), name, color=color("l1"), va="center", weight="bold")
    axis.set(xlabel="step $k$", ylabel="objective minus optimum", xlim=(0.9, 420))
    plain_ticks(axis.xaxis, (1, 3, 10, 30, 100))
