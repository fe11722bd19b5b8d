"""Slopes at a corner and away from it: supporting lines, proximal maps, finite differences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.optimization.slopes import MeasuredSlopes, ProxMaps, Supports


@figure(
    panels=2,
    alt=lambda result: (
        "Two panels. Lambda times the absolute value has a corner at zero, supported there by a fan of "
        f"{result.fan.size} lines with slopes from {result.fan[0]:g} to {result.fan[-1]:g}. Lambda times the "
        "square is smooth: one tangent at each point, and the one at zero is flat."
    ),
)
def supports(result: Supports, axes: Sequence[Axes]) -> None:
    """The fan of subgradients of |theta| at zero, and tangents of theta^2."""
    left, right = axes
    for slope in result.fan:
        left.axline((0.0, 0.0), slope=slope, color=color("muted"), **line("guide"))
    left.plot(result.grid, result.absolute, color=color("l1"), **line("estimate"))
    left.plot(0, 0, "o", color=color("ink"))
    left.text(0, 1.35, "one corner,\nmany supporting lines", ha="center", color=color("ink"))
    left.set(title="L1: $\\lambda|\\theta|$", xlabel="weight $\\theta$", ylim=(-1.1, 1.8), xlim=(-1.6, 1.6))
    for point, slope in zip(result.touch, result.tangent, strict=True):
        height = result.lam * point**2
        right.axline((point, height), slope=slope, color=color("muted"), **line("guide"))
        right.plot(point, height, "o", color=color("ink"))
        side, shift = ("right", -6) if point < 0 else ("left", 6)
        right.annotate(f"slope {slope:g}".replace("-", "\N{MINUS SIGN}"), (point, height), xytext=(shift, -16),
                       textcoords="offset points", ha=side, color=color("ink"))  # fmt: skip
    right.plot(result.grid, result.square, color=color("l2"), **line("estimate"))
    right.set(title="L2: $\\lambda\\theta^2$", xlabel="weight $\\theta$", ylim=(-1.1, 1.8), xlim=(-1.6, 1.6))


@figure(
    panels=2,
    alt=lambda result: (
        "Two panels: the weight after one proximal step against the weight before. L1 is flat at zero up to "
        f"{result.threshold:g} in size and then runs parallel to the diagonal, {result.threshold:g} below it. "
        "The elastic net is flat over a shorter stretch, then rises less steeply. L2 is a straight line of "
        f"slope {result.l2_factor:.2f} through zero. L0, with the same flat part, jumps from zero to the "
        "diagonal."
    ),
)
def prox(result: ProxMaps, axes: Sequence[Axes]) -> None:
    """One proximal step, penalty by penalty."""
    left, right = axes
    for axis in axes:
        axis.axline((0, 0), slope=1, color=color("muted"), **line("reference"))
        axis.axvspan(-result.threshold, result.threshold, color=color("surface"), zorder=0)
        axis.set(xlabel="before the step", xlim=(-3, 3), ylim=(-3, 3))
    left.plot(result.grid, result.l1, color=color("l1"), label="L1", **line("estimate"))
    left.plot(result.grid, result.elastic_net, color=color("elastic_net"), label="elastic net", **line("train"))
    left.plot(result.grid, result.l2, color=color("l2"), label="L2", **line("theory"))
    left.legend(loc="upper left")
    left.set(title="Convex: no jumps", ylabel="after the step")
    right.plot(result.grid, result.l1, color=color("l1"), label="L1: subtracts", **line("estimate"))
    for side in (result.grid < -result.threshold, result.grid > result.threshold):
        right.plot(result.grid[side], result.l0[side], color=color("highlight"), **line("estimate"))
    inside = np.abs(result.grid) <= result.threshold
    right.plot(result.grid[inside], result.l0[inside], color=color("highlight"), label="L0: keeps or kills",
               **{**line("theory"), "linewidth": 2.4})  # fmt: skip
    right.legend(loc="upper left")
    right.set(title="L0: a jump")


@figure(
    panels=2,
    alt=lambda result: (
        f"Two panels of slopes measured by finite differences. Under L1 the slope is {-result.lam:g} for every "
        f"negative weight and {result.lam:g} for every positive one; at zero it is {result.l1_at_zero[0]:.2f} "
        f"to the left and {result.l1_at_zero[1]:.2f} to the right, a jump of {2 * result.lam:g}. Under L2 the "
        f"slope is the straight line {2 * result.lam:g} theta, through zero without a jump."
    ),
)
def measured_slopes(result: MeasuredSlopes, axes: Sequence[Axes]) -> None:
    """Finite differences on top of the formulas."""
    left, right = axes
    for side in (result.theta < 0, result.theta > 0):
        left.plot(result.theta[side], result.l1_formula[side], color=color("l1"), **line("theory"))
    some = slice(1, None, 3)  # with all of them the dashes could not be seen
    left.plot(result.theta[some], result.l1[some], "o", color=color("l1"), markersize=5)
    left.plot([0, 0], result.l1_at_zero, color=color("highlight"), linewidth=3)
    left.plot([0, 0], result.l1_at_zero, "o", color=color("highlight"))
    left.annotate("at zero: every slope\nin between", (0, 0.12), xytext=(12, -4), textcoords="offset points",
                  color=color("highlight"), va="center")  # fmt: skip
    left.set(title="L1: $\\lambda\\,$sign$(\\theta)$, and a jump", ylabel="slope of the penalty")
    right.plot(result.theta, result.l2_formula, color=color("l2"), **line("theory"))
    right.plot(result.theta[some], result.l2[some], "o", color=color("l2"), markersize=5)
    right.plot([0, 0], result.l2_at_zero, "o", color=color("highlight"))
    right.annotate("at zero: zero", (0, 0), xytext=(12, -10), textcoords="offset points", color=color("highlight"))
    right.set(title="L2: $2\\lambda\\theta$")
    for axis in axes:
        axis.set(xlabel="weight $\\theta$", ylim=(-2.2, 2.2))
