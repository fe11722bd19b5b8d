"""How a weight shrinks: gradient flows of the penalties alone, and the arrival of proximal steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.optimization.shrinkage import Arrivals, Flows


@figure(
    panels=3,
    height=3.3,
    alt=lambda result: (
        f"Three panels. A weight starting at {result[0].theta0:g} falls along a straight line under L1 and is "
        f"zero at time {result[0].l1_arrival:.2f}; under L2 {result[0].l2_left:.0%} of it is left then. On a "
        "logarithmic scale L2 is a straight line without end and L1 drops out of sight. In "
        f"{result[1].predicted.size} runs of proximal steps, {result[1].share_exact:.0%} arrive at exactly the "
        "predicted step."
    ),
)
def flows(result: tuple[Flows, Arrivals], axes: Sequence[Axes]) -> None:
    """Gradient flows of the penalties alone, and the arrival of proximal steps."""
    flow, runs = result
    linear, logarithmic, steps = axes
    dots = slice(None, None, 8)
    for axis in (linear, logarithmic):
        for values, closed, role, marker in (
            (flow.l1, flow.l1_closed, "l1", "o"),
            (flow.l2, flow.l2_closed, "l2", "s"),
        ):
            shown = closed if axis is linear else np.where(closed > 0, closed, np.nan)
            axis.plot(flow.times, shown, color=color(role), **line("theory"))
            above = values[dots] > 0 if axis is logarithmic else np.full(flow.times[dots].size, True)
            axis.plot(flow.times[dots][above], values[dots][above], marker, color=color(role), markersize=4)
        axis.set(xlabel="time $t$")
    linear.text(2.2, 1.05, "L1", color=color("l1"), weight="bold")
    linear.text(1.0, 1.0, "L2", color=color("l2"), weight="bold")
    linear.annotate("L1 arrives", (flow.l1_arrival, 0), xytext=(10, 40), textcoords="offset points", ha="center",
                    color=color("ink"), arrowprops={"arrowstyle": "-", "color": color("muted")})  # fmt: skip
    linear.set(title="The weight", ylabel="$\\theta(t)$", ylim=(-0.08, None))
    logarithmic.set_yscale("log")
    logarithmic.axvline(flow.l1_arrival, color=color("muted"), **line("guide"))
    logarithmic.set(title="On a log scale", ylim=(2e-3, 3))
    logarithmic.text(4.15, 0.9, "L1: gone", color=color("l1"))
    logarithmic.text(0.1, 0.006, "L2: always\nsomething left", color=color("l2"))
    steps.plot([0, 1], [0, 1], transform=steps.transAxes, color=color("muted"), **line("reference"))
    steps.plot(runs.predicted, runs.observed, "o", color=color("l1"), markersize=3)
    limit = 1.05 * float(runs.predicted.max())
    steps.set(title="Proximal steps, L1", xlabel="arrival predicted (step)", ylabel="observed (step)",
              xlim=(0, limit), ylim=(0, limit))  # fmt: skip
