"""Weights before and after each penalty, the 1-D problem, and the three norms."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.definition.shrinkage import Handful, Norms, Threshold


@figure(
    panels=2,
    alt=lambda result: (
        f"""Two panels with the same {len(result.before)} weights, before and after a penalty of strength
    {result.lam:g}. The L1 penalty moves each by {result.lam:g} toward zero, and the {int(np.sum(result.l1 == 0))}
    weights within {result.lam:g} of zero become exactly zero. The L2 penalty divides each by {1 + 2 * result.lam:g};
    none becomes zero."""
    ),
)
def weights(result: "Handful", axes: Sequence["Axes"]) -> None:
    """Each weight as a stem, hollow before and filled after."""
    position = np.arange(len(result.before))
    for ax, after, role, title in (
        (axes[0], result.l1, "l1", f"L1: {int(np.sum(result.l1 == 0))} weights become exactly zero"),
        (axes[1], result.l2, "l2", "L2: all get smaller, none is zero"),
    ):
        ax.axhline(0, color=color("muted"), **line("guide"))
        ax.vlines(position, after, result.before, color=color(role), linewidth=1.6)
        ax.plot(
            position,
            result.before,
            "o",
            markerfacecolor=color("paper"),
            color=color("ink"),
            label="before",
            markersize=7,
        )
        zero = after == 0
        ax.plot(position[~zero], after[~zero], "o", color=color(role), label="after", markersize=7)
        if zero.any():
            ax.plot(position[zero], after[zero], "X", color=color(role), label="after: exactly 0", markersize=9)
        ax.set(
            title=title,
            xlabel="weight",
            xticks=position,
            xticklabels=[str(j + 1) for j in position],
            xlim=(-0.6, len(position) - 0.4),
        )
        ax.grid(axis="x", visible=False)
        ax.legend(loc="upper right")
    axes[0].set_ylabel("value")


@figure(
    panels=2,
    alt=lambda result: (
        f"""Left: the objective for one weight with b = {result.b:g} and lambda = {result.lam:g}. The loss alone
    is least at {result.b:g}; with the L1 penalty the minimum is the kink at {result.l1_at:g}, with the L2 penalty it is
    {result.l2_at:g}. Right: the minimizer for every b. Under L1 it is zero for all b between {-result.lam:g} and
    {result.lam:g} and {result.lam:g} closer to zero elsewhere; under L2 it is a straight line of slope
    {1 / (1 + 2 * result.lam):g} through zero."""
    ),
)
def threshold(result: "Threshold", axes: Sequence["Axes"]) -> None:
    """The objective with its minimizers marked; the map from b to the minimizer."""
    left, right = axes
    for values, at, role, name, marker, place in (
        (result.loss, result.b, "loss", "loss alone", "s", (0.64, -0.016)),
        (result.l1, result.l1_at, "l1", "+ λ|x|", "X", (0.36, 0.42)),
        (result.l2, result.l2_at, "l2", "+ λx²", "o", (0.82, 0.22)),
    ):
        left.plot(result.x, values, color=color(role), **line("train" if role == "loss" else "estimate"))
        left.plot(at, np.interp(at, result.x, values), marker, color=color(role), markersize=9, zorder=5)
        left.text(*place, name, color=color(role), fontweight="bold")
    left.set(title=f"One weight, b = {result.b:g}", xlabel="x", ylabel="objective", xlim=(-0.5, 1.1), ylim=(-0.03, 0.6))
    right.axvspan(-result.lam, result.lam, color=color("surface"))
    right.plot(result.grid, result.grid, color=color("loss"), **line("train"))
    right.plot(result.grid, result.l1_map, color=color("l1"), **line("estimate"))
    right.plot(result.grid, result.l2_map, color=color("l2"), **line("theory"))
    right.text(1.1, 1.45, "no penalty", color=color("loss"), ha="right")
    right.text(2.08, 1.12, "L1", color=color("l1"), fontweight="bold", ha="right")
    right.text(1.95, 0.55, "L2", color=color("l2"), fontweight="bold", ha="right")
    right.text(0, -1.75, "L1 gives\nexactly 0", color=color("l1"), ha="center")
    right.set(title="The minimizer for every b", xlabel="b", ylabel="minimizer")


@figure(
    panels=3,
    alt=lambda result: (
        f"""Three panels: {len(result.vector)} weights as the strength grows. Under the L1 norm they reach zero one
    after another. Under the Euclidean norm, not squared, they keep their proportions and all reach zero at the same
    strength, {result.threshold:.2f}. Under its square they shrink forever and none reaches zero."""
    ),
)
def norms(result: "Norms", axes: Sequence["Axes"]) -> None:
    """Coefficients against lambda under the three penalties."""
    for ax, coef, role, title in (
        (axes[0], result.l1, "l1", "‖θ‖₁: one by one"),
        (axes[1], result.unsquared, "highlight", "‖θ‖₂: all or nothing"),
        (axes[2], result.squared, "l2", "‖θ‖₂²: never zero"),
    ):
        ax.axhline(0, color=color("muted"), **line("guide"))
        ax.plot(result.lambdas, coef, color=color(role), linewidth=1.8)
        end = [(result.lambdas[np.argmax(column == 0)], 0.0) for column in coef.T if (column == 0).any()]
        if end:
            ax.plot(*np.array(end).T, "X", color=color(role), markersize=8, clip_on=False)
        ax.set(title=title, xlabel="λ", ylim=(-1.7, 2.2), xlim=(0, result.lambdas[-1]))
    axes[0].set_ylabel("weights")
