"""Gradient flow by time beside ridge at the matching strength."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.deep_learning.stopping import Stopping

BOUND = 1.6862  # Ali, Kolter and Tibshirani (2019)
NAMED = {"body mass index": ("body mass index", 0.025), "LDL": ("LDL", -0.02), "HDL": ("HDL", -0.035),
         "total cholesterol": ("total cholesterol", 0.0)}  # fmt: skip


def _stopping_alt(result: Stopping) -> str:
    ratio = result.risk_ratio
    return (
        "Two panels. First: the ten coefficients of diabetes under gradient flow against time, and under ridge "
        "with lambda = 1/(2t): pairs of curves of one shape that nowhere differ by more than "
        f"{result.largest_gap:.0%} of the largest least-squares coefficient; dots of plain gradient descent lie on"
        f" the flow. Second: risk of flow over risk of ridge at the matching strength: between {ratio.min():.2f} "
        f"and {ratio.max():.2f}, below the bound of {BOUND}."
    )


@figure(panels=2, height=3.6, alt=_stopping_alt)
def stopping(result: Stopping, axes: Sequence[Axes]) -> None:
    """Coefficients by time, and the ratio of risks."""
    left, right = axes
    for j, feature in enumerate(result.features):
        named = feature in NAMED
        tone = color("ink" if named else "loss")
        left.plot(result.time, result.flow[:, j], color=tone, linestyle="-", linewidth=1.7 if named else 0.9)
        left.plot(result.time, result.ridge[:, j], color=color("l2"), linestyle=(0, (4, 1.6)),
                  linewidth=1.7 if named else 0.9)  # fmt: skip
        if named:
            left.plot(result.rate * result.counts, result.descent[:, j], "o", color=tone, markersize=3.5)
            label, shift = NAMED[feature]
            left.text(1.4e4, result.flow[-1, j] + shift, label, color=color("ink"), fontsize="small", va="center")
    left.plot([], [], color=color("ink"), label="stopped at t")
    left.plot([], [], color=color("l2"), linestyle=(0, (4, 1.6)), label=r"ridge, $\lambda = 1/(2t)$")
    left.legend(loc="upper left")
    left.set(title="Paths on diabetes", xscale="log", xlabel="time t = step size × steps", ylabel="coefficient",
             xlim=(1e-2, 1e7), ylim=(-0.55, 0.75))  # fmt: skip
    left.set_xticks([1e-2, 1, 1e2, 1e4])
    left.minorticks_off()
    right.axhline(BOUND, color=color("l2"), **line("reference"))
    right.axhline(1.0, color=color("muted"), **line("guide"))
    right.plot(result.risk_time, result.risk_ratio, color=color("ink"), **line("estimate"))
    right.text(result.risk_time[0], BOUND - 0.02, f"bound for any data: {BOUND}", color=color("l2"), weight="bold",
               fontsize="small", va="top")  # fmt: skip
    best = (result.risk_time[result.risk_best], result.risk_ratio[result.risk_best])
    right.plot(*best, "o", color=color("l2"), markersize=7)
    right.annotate("ridge at its best", best, xytext=(-8, 8), textcoords="offset points", color=color("l2"),
                   fontsize="small", weight="bold", ha="right")  # fmt: skip
    right.set(title="Risk of stopping over risk of ridge", xscale="log", xlabel="time t", ylim=(0.5, 1.8),
              ylabel="ratio")  # fmt: skip
    right.minorticks_off()
