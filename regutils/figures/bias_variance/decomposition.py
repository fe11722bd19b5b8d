"""One coefficient on a thousand data sets, and bias and variance over the strength."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.bias_variance.decomposition import Decomposition, Estimates

ROLES = {"least squares": "loss", "ridge": "l2", "lasso": "l1"}
NAMES = {"l1": "Lasso", "l2": "Ridge"}


def _estimates_alt(result: Estimates) -> str:
    sentences = [
        f"Where the true coefficient is {truth:g}: "
        + ", ".join(
            f"{name} {found[:, side].mean():.2f} on average with a standard deviation of {found[:, side].std():.2f}"
            for name, found in result.values.items()
        )
        for side, truth in enumerate(result.truth)
    ]
    count = len(result.values["lasso"])
    return (
        f"Two panels with the distributions of estimates over {count} data sets. {'; '.join(sentences)}. The lasso is "
        f"exactly zero in {result.zeros('lasso')[0]:.0%} and {result.zeros('lasso')[1]:.0%} of the data sets."
    )


@figure(panels=2, height=3.9, alt=_estimates_alt)
def estimates(result: Estimates, axes: Sequence[Axes]) -> None:
    """Distribution of three estimators of a coefficient that matters and of one that does not."""
    bins = np.linspace(-1.6, 2.9, 64)
    middle = (bins[1:] + bins[:-1]) / 2
    for side, (axis, truth) in enumerate(zip(axes, result.truth, strict=True)):
        axis.axvline(truth, color=color("truth"), **line("theory"))
        for row, (name, found) in enumerate(reversed(result.values.items())):
            values = found[:, side]
            tint = color(ROLES[name])
            moving = values[values != 0]
            height = 1.35 * np.histogram(moving, bins)[0] / (len(values) * (bins[1] - bins[0])) / 3.0
            axis.fill_between(middle, row, row + height, color=tint, alpha=0.35, linewidth=0, zorder=2)
            axis.plot(middle, row + height, color=tint, linewidth=1.4, zorder=2)
            zeros = result.zeros(name)[side]
            if zeros > 0.02:
                axis.plot([0, 0], [row, row + 0.72], color=tint, linewidth=3.5, solid_capstyle="butt", zorder=3)
                axis.text(0.08, row + 0.68, f"{zeros:.0%} exactly zero", color=tint, va="top", fontsize=9.0)
            axis.plot(values.mean(), row, "o", color=tint, markeredgecolor=color("paper"), markersize=8, zorder=4)
            axis.text(3.35, row + 0.46, name, color=tint, fontweight="bold", ha="right", va="bottom")
            axis.text(3.35, row + 0.44, f"mean {values.mean():.2f}\nsd {values.std():.2f}", color=tint, ha="right",
                      va="top", fontsize=9.0)  # fmt: skip
        axis.set(
            title=f"True coefficient {truth:g}",
            xlabel="estimate",
            yticks=[],
            xlim=(-1.6, 3.4),
            xticks=range(-1, 4),
            ylim=(-0.15, 3.0),
        )
        axis.grid(visible=False)
        axis.spines["left"].set_visible(False)


def _describe(found: Decomposition) -> str:
    best = found.best
    return (
        f"{NAMES[found.kind]}: as lambda grows from {found.lambdas[-1]:.2g} to {found.lambdas[0]:.2g} the variance "
        f"falls from {found.variance[-1]:.2f} to {found.variance[0]:.3f} and the squared bias rises from "
        f"{found.squared_bias[-1]:.3f} to {found.squared_bias[0]:.2f} noise variances; their sum is least, "
        f"{found.error[best]:.2f}, at {found.lambdas[best]:.2g}, against {found.least_squares:.2f} for least squares."
    )


@figure(
    panels=2, height=3.7, alt=lambda result: "Two panels against lambda. " + " ".join(_describe(one) for one in result)
)
def decomposition(result: Sequence[Decomposition], axes: Sequence[Axes]) -> None:
    """Squared bias, variance and their sum over the strength, one panel a penalty; ridge with its formula."""
    for axis, found in zip(axes, result, strict=True):
        tint = color(found.kind)
        axis.axhline(found.least_squares, color=color("loss"), **line("reference"))
        for values, error, marker, role in (
            (found.squared_bias, found.squared_bias_error, "s", "highlight"),
            (found.variance, found.variance_error, "^", "ink"),
        ):
            axis.errorbar(found.lambdas, values, yerr=2 * error, fmt=marker, color=color(role), markersize=4.5,
                          elinewidth=1, zorder=3)  # fmt: skip
            if found.exact is None:
                axis.plot(found.lambdas, values, color=color(role), **line("guide"))
        if found.exact is not None:
            for values, role in zip(found.exact, ("highlight", "ink"), strict=True):
                axis.plot(found.lambdas, values, color=color(role), **line("theory"))
        axis.plot(found.lambdas, found.error, color=tint, **line("estimate"))
        axis.plot(found.lambdas[found.best], found.error[found.best], "o", color=tint, markersize=8)
        right, left = found.lambdas[0], found.lambdas[-1]
        axis.text(left, found.least_squares + 0.02, "least squares", color=color("loss"), va="bottom")
        axis.text(left, 0.36, "variance", color=color("ink"), va="top", fontweight="bold")
        axis.text(right, 0.33, "squared\nbias", color=color("highlight"), ha="right", va="top", fontweight="bold")
        axis.annotate("their sum", (found.lambdas[found.best], found.error[found.best]), xytext=(0, 30),
                      textcoords="offset points", color=tint, ha="center", fontweight="bold",
                      arrowprops={"arrowstyle": "-", "color": tint})  # fmt: skip
        axis.set(xscale="log", xlabel="strength λ", title=NAMES[found.kind], ylim=(-0.03, 1.06))
        axis.minorticks_off()
    axes[0].set_ylabel("noise variances")
