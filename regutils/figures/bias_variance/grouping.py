"""Near copies under the lasso and under the elastic net, and what the combination buys in prediction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line
from regutils.figures.optimization._axes import plain_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.bias_variance.grouping import Combination, NearCopies


@figure(
    panels=2,
    height=4.0,
    alt=lambda result: (
        "Left: coefficients of two of three near copies over 200 data sets. Those of the lasso fill a triangle, "
        f"and in {result.dropped('lasso'):.0%} of the data sets one of the three copies has zero; those of the elastic "
        "net lie in one spot on the diagonal of equal coefficients. Right: difference of two coefficients under the "
        "elastic net against its bound; every point is below the line, the closest by a factor of "
        f"{np.min(result.bound / result.difference):.0f}."
    ),
)
def near_copies(result: NearCopies, axes: Sequence[Axes]) -> None:
    """Coefficients of two copies against each other, and their difference against the bound."""
    left, right = axes
    for name, role, marker in (("lasso", "l1", "o"), ("net", "elastic_net", "D")):
        left.plot(*getattr(result, name)[:, [0, 2]].T, marker, color=color(role), markersize=3.6, alpha=0.8,
                  markeredgewidth=0)  # fmt: skip
    top = 1.05 * float(result.lasso[:, [0, 2]].max())
    left.plot([0, top], [0, top], color=color("muted"), zorder=1, **line("reference"))
    left.text(0.97 * top, 0.9 * top, "equal", color=color("muted"), ha="right", fontsize=9.0)
    left.text(0.62 * top, 0.42 * top, "lasso", color=color("l1"), fontweight="bold", ha="left")
    middle = result.net[:, 0].mean()
    left.annotate("elastic net", (middle, middle), xytext=(0.32 * top, 0.86 * top), ha="left",
                  color=color("elastic_net"), fontweight="bold",
                  arrowprops={"arrowstyle": "-", "color": color("elastic_net")})  # fmt: skip
    left.set(title="Two near copies", xlabel="$\\hat\\theta_1$", ylabel="$\\hat\\theta_3$", xlim=(-0.2, top),
             ylim=(-0.2, top))  # fmt: skip
    difference = np.maximum(result.difference.ravel(), 1e-5)
    right.plot(result.bound.ravel(), difference, "D", color=color("elastic_net"), markersize=3.2, alpha=0.7,
               markeredgewidth=0)  # fmt: skip
    ends = np.array([result.bound.min() * 0.9, result.bound.max() * 1.1])
    right.plot(ends, ends, color=color("ink"), **line("theory"))
    right.annotate("bound", (ends.mean(), ends.mean()), xytext=(0, -16), textcoords="offset points", color=color("ink"))
    right.set(title="Elastic net: difference of a pair", yscale="log", ylim=(1e-5, 3), xlabel="bound of Theorem 1",
              ylabel="$|\\hat\\theta_i - \\hat\\theta_j|$")  # fmt: skip
    right.minorticks_off()


@figure(
    height=3.7,
    alt=lambda result: (
        "Excess risk by method against the signal-to-noise ratio: "
        + "; ".join(
            f"at {ratio:g}, " + ", ".join(f"{name} {values[row].mean():.2f}" for name, values in result.risk.items())
            for row, ratio in enumerate(result.snr)
        )
        + " noise variances."
    ),
)
def combination(result: Combination, axes: Sequence[Axes]) -> None:
    """What lasso and ridge lose against the elastic net, by ratio."""
    (axis,) = axes
    axis.axhline(0, color=color("elastic_net"), **line("estimate"))
    axis.text(result.snr[0], 0.012, "elastic net", color=color("elastic_net"), fontweight="bold", va="bottom")
    for name, role, marker, shift in (("lasso", "l1", "o", 0.97), ("ridge", "l2", "s", 1.03)):
        intervals = [result.advantage(name, float(ratio)) for ratio in result.snr]
        mean, high = (np.array([getattr(one, end) for one in intervals]) for end in ("mean", "high"))
        axis.errorbar(result.snr * shift, mean, yerr=high - mean, marker=marker, color=color(role), elinewidth=1.2,
                      **line("estimate"))  # fmt: skip
        axis.annotate(name, (result.snr[1], mean[1]), xytext=(0, 14) if name == "lasso" else (24, -12), ha="center",
                      textcoords="offset points", color=color(role), fontweight="bold")  # fmt: skip
    axis.set(title="Excess risk above the elastic net's", xscale="log", xlabel="signal-to-noise ratio",
             ylabel="noise variances")  # fmt: skip
    plain_ticks(axis.xaxis, [*result.snr])
