"""Units of a feature, origin of the target, reference levels: what a penalty makes matter."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.definition.preparation import Levels, Origin, Units


@figure(
    alt=lambda result: (
        f"""The effect of {result.feature} against the factor by which its recorded numbers are multiplied. Under least
    squares it is {result.least_squares[0]:.2f} in any unit. Under the lasso it goes from {result.l1[0]:.2f} with tiny
    numbers to {result.l1[-1]:.2f} with huge ones, under ridge from {result.l2[0]:.2f} to {result.l2[-1]:.2f}."""
    ),
)
def units(result: "Units", axes: Sequence["Axes"]) -> None:
    """Effect per standard deviation against the unit."""
    (ax,) = axes
    ax.axvline(1.0, color=color("muted"), **line("guide"))
    ax.plot(result.factor, result.least_squares, color=color("loss"), **line("reference"))
    ax.plot(result.factor, result.l1, color=color("l1"), **line("estimate"))
    ax.plot(result.factor, result.l2, color=color("l2"), **line("theory"))
    ax.text(0.011, result.least_squares[0] + 0.006, "least squares", color=color("loss"))
    ax.text(0.011, 0.008, "lasso", color=color("l1"), fontweight="bold")
    ax.text(0.09, result.l2[14] + 0.035, "ridge", color=color("l2"), fontweight="bold", ha="right")
    ax.text(1.06, 0.008, "standardized", color=color("muted"))
    ax.set(xscale="log", xlabel="recorded number = factor × standardized", ylabel="effect of one standard deviation")
    ax.minorticks_off()
    ax.set_title(f"The same {result.feature}, other units")


@figure(
    alt=lambda result: (
        f"""Mean of target minus prediction against a constant added to the target, lambda = {result.lam:g}. With a free
    intercept it is zero. With an L2-penalized intercept it grows with the constant, to {result.l2[-1]:.2f} at
    {result.shift[-1]:g}; with an L1-penalized one it is lambda."""
    ),
)
def origin(result: "Origin", axes: Sequence["Axes"]) -> None:
    """Bias of all predictions against the origin of the target."""
    (ax,) = axes
    ax.plot(result.shift, result.l2, color=color("l2"), **line("theory"))
    ax.plot(result.shift, result.l1, color=color("l1"), **line("estimate"))
    ax.plot(result.shift, result.free, color=color("truth"), **line("reference"))
    at = result.shift[-1]
    ax.text(0.55 * at, 0.6 * result.l2[-1], "intercept under L2", color=color("l2"), ha="right", va="bottom")
    ax.text(at, result.l1[-1] + 0.04, "intercept under L1", color=color("l1"), ha="right")
    ax.text(at, -0.03, "intercept free", color=color("truth"), ha="right", va="top")
    ax.set_title("A constant added to the target")
    ax.set_ylim(-0.2, 1.1 * float(result.l2[-1]))
    ax.set(xlabel="constant, in standard deviations", ylabel="all predictions too low by")


@figure(
    panels=2,
    alt=lambda result: (
        f"""Two panels, lasso and ridge: fitted mean alcohol of three cultivars by reference level. The least-squares
    means are {result.means[0]:.2f}, {result.means[1]:.2f} and {result.means[2]:.2f} under any coding. Under a penalty
    one level's fitted value moves by up to {result.spread[0]:.2f} (lasso) and {result.spread[1]:.2f} (ridge) with the
    choice of the reference."""
    ),
)
def levels(result: "Levels", axes: Sequence["Axes"]) -> None:
    """Fitted level means under four codings."""
    position = np.arange(len(result.names))
    for ax, fitted, role, title in ((axes[0], result.l1, "l1", "Lasso"), (axes[1], result.l2, "l2", "Ridge")):
        ax.axhline(result.overall, color=color("muted"), label="overall mean", **line("reference"))
        ax.hlines(
            result.means,
            position - 0.38,
            position + 0.38,
            color=color("ink"),
            linewidth=2,
            label="least squares, any coding",
        )
        for index, (coding, marker) in enumerate(zip(result.codings, "o^sX", strict=True)):
            last = index == len(result.codings) - 1
            ax.plot(
                position + (index - 1.5) * 0.16, fitted[index], marker, markersize=8, linestyle="none", label=coding,
                color=color("ink" if last else role), markerfacecolor=color("paper") if index == 1 else None,
            )  # fmt: skip
        ax.set(title=title, xticks=position, xticklabels=result.names, xlim=(-0.55, 2.55), ylim=(12.2, 14.35))
        ax.grid(axis="x", visible=False)
    axes[0].legend(loc="upper right", fontsize=8, handlelength=1.5)
    axes[0].set_ylabel("fitted alcohol, %")
