"""Bias by the size of a coefficient, and what it adds up to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.bias_variance.sizes import Sizes

TITLES = ("Sparse truth", "Dense truth")
METHODS = (("lasso", "l1", "o"), ("ridge", "l2", "s"))


@figure(
    panels=2,
    height=3.6,
    alt=lambda result: (
        "Two panels, mean estimate minus truth against the true coefficient, at 15 degrees of freedom. "
        + " ".join(
            f"{title}: at the largest coefficient, {one.truth.max():g}, the lasso is off by "
            f"{one.bias[0, 0, one.truth.argmax()]:.2f} and ridge by {one.bias[1, 0, one.truth.argmax()]:.2f}."
            for title, one in zip(TITLES, result, strict=True)
        )
        + " Ridge's bias grows in proportion to the coefficient, the lasso's levels off at minus lambda."
    ),
)
def bias_by_size(result: Sequence[Sizes], axes: Sequence[Axes]) -> None:
    """Mean estimate minus truth at equal degrees of freedom, by Monte Carlo and by formula."""
    for axis, found, title in zip(axes, result, TITLES, strict=True):
        axis.axhline(0, color=color("ink"), **line("guide"))
        reach = found.curve <= found.truth.max() * 1.04
        for row, (name, role, marker) in enumerate(METHODS):
            axis.plot(found.curve[reach], found.curve_bias[row, 0][reach], color=color(role), **line("theory"))
            axis.errorbar(found.truth, found.bias[row, 0], yerr=2 * found.bias_error[row, 0], fmt=marker,
                          color=color(role), markersize=4.5, elinewidth=1)  # fmt: skip
            at = int(0.4 * reach.sum())
            upper = found.curve_bias[row, 0, at] >= found.curve_bias[1 - row, 0, at]
            axis.annotate(name, (found.curve[at], found.curve_bias[row, 0, at]), xytext=(7, 7) if upper else (-7, -7),
                          textcoords="offset points", ha="left" if upper else "right", va="bottom" if upper else "top",
                          color=color(role), fontweight="bold")  # fmt: skip
        axis.set(title=title, xlabel="true coefficient", ylim=(1.2 * found.curve_bias[:, 0][:, reach].min(), None))
    axes[0].set_ylabel("bias: mean estimate − truth")


@figure(
    panels=2,
    height=3.5,
    alt=lambda result: (
        "Stacked bars of squared bias and variance, in variances of one least-squares coefficient. "
        + " ".join(
            f"{title}, {match}: lasso squared bias {one.squared_bias[0, at]:.0f} and variance "
            f"{one.variance[0, at]:.0f}; ridge {one.squared_bias[1, at]:.0f} and {one.variance[1, at]:.0f}."
            for at, match in enumerate(("equal degrees of freedom", "best strengths"))
            for title, one in zip(TITLES, result, strict=True)
        )
    ),
)
def bias_and_variance(result: Sequence[Sizes], axes: Sequence[Axes]) -> None:
    """Squared bias and variance for sparse and dense truth, at equal degrees of freedom and at the best strengths."""
    for at, (axis, title) in enumerate(zip(axes, ("15 degrees of freedom each", "Best strength each"), strict=True)):
        for group, found in enumerate(result):
            for row, (name, role, _) in enumerate(METHODS):
                place = 2.6 * group + row
                bias, variance = found.squared_bias[row, at], found.variance[row, at]
                axis.bar(place, bias, color=color(role), width=0.86, zorder=2)
                axis.bar(place, variance, bottom=bias, color=color("paper"), edgecolor=color(role), hatch="////",
                         linewidth=1.2, width=0.86, zorder=2)  # fmt: skip
                axis.text(place, bias + variance + 1.5, f"{name}\n{bias:.0f} + {variance:.0f}", ha="center",
                          va="bottom", color=color(role), fontsize=9.0)  # fmt: skip
        axis.set(title=title, xticks=[0.5, 3.1], xticklabels=TITLES, ylim=(0, 104 if at == 0 else 46))
        axis.grid(visible=False, axis="x")
        axis.tick_params(axis="x", length=0)
    axes[0].set_ylabel("solid: squared bias, hatched: variance")
