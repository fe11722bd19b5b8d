"""Coefficients of two features that say nearly the same, and of the diabetes data's blood values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.bias_variance.collinearity import Patients, Twins

LOOKS = (("least squares", "loss", "."), ("ridge", "l2", "s"), ("lasso", "l1", "o"))


@figure(
    panels=2,
    height=4.0,
    alt=lambda result: (
        "Left: estimates of two coefficients at a correlation of 0.99. Those of least squares scatter along a long "
        "diagonal, those of ridge stay in a small cloud, those of the lasso on a short diagonal and on the axes. "
        "Right: variance of the first coefficient against the variance inflation factor. At a factor of "
        f"{result.inflation[-1]:.0f} it is {result.variance[0, -1]:.0f} for least squares, "
        f"{result.variance[2, -1]:.2f} for the lasso and {result.variance[1, -1]:.3f} for ridge, whose variance never "
        f"exceeds its bound of {result.bound:.2g}."
    ),
)
def twins(result: Twins, axes: Sequence[Axes]) -> None:
    """Single estimates at a correlation of 0.99, and variances over all correlations."""
    left, right = axes
    some = slice(160)  # more would not show more
    for row, (name, role, marker) in enumerate(LOOKS):
        left.plot(*result.shown[row, some].T, marker, color=color(role), markersize=3.2, alpha=0.75, markeredgewidth=0,
                  zorder=2 + row % 3)  # fmt: skip
        right.errorbar(result.inflation, result.variance[row], yerr=2 * result.error[row], fmt=marker,
                       color=color(role), markersize=8 if marker == "." else 5, elinewidth=1)  # fmt: skip
        at = -1 if row else -3
        right.annotate(name, (result.inflation[at], result.variance[row, at]), xytext=(0, 9) if row else (-12, 2),
                       textcoords="offset points", ha="right", color=color(role), fontweight="bold")  # fmt: skip
    for row, role in enumerate(("loss", "l2")):
        right.plot(result.inflation, result.exact[row], color=color(role), **line("theory"))
    right.plot(result.inflation, result.variance[2], color=color("l1"), **line("guide"))
    right.axhline(result.bound, color=color("l2"), **line("reference"))
    right.annotate("no ridge coefficient above this", (result.inflation[-1], result.bound), xytext=(0, -5),
                   textcoords="offset points", color=color("l2"), ha="right", va="top", fontsize=9.0)  # fmt: skip
    left.plot(*[[value] for value in (1.0, 0.5)], "*", color=color("truth"), markersize=14, zorder=6,
              markeredgecolor=color("paper"))  # fmt: skip
    left.annotate("truth", (1.0, 0.5), xytext=(34, 26), textcoords="offset points", color=color("truth"), zorder=6,
                  fontweight="bold", arrowprops={"arrowstyle": "-", "color": color("truth")})  # fmt: skip
    left.text(0.3, 2.7, "least squares", color=color("loss"), ha="left", fontweight="bold")
    left.text(-0.15, 0.35, "ridge", color=color("l2"), ha="right", fontweight="bold")
    left.text(-0.15, -0.5, "lasso", color=color("l1"), ha="right", fontweight="bold")
    left.axhline(0, color=color("ink"), **line("guide"))
    left.axvline(0, color=color("ink"), **line("guide"))
    left.set(title="Correlation 0.99", xlabel="$\\hat\\theta_1$", ylabel="$\\hat\\theta_2$", xlim=(-2.4, 4.0),
             ylim=(-2.6, 3.8))  # fmt: skip
    right.set(title="Variance of $\\hat\\theta_1$", xscale="log", yscale="log",
              xlabel="variance inflation factor $1/(1 - r^2)$")  # fmt: skip
    right.minorticks_off()


@figure(
    panels=1,
    height=4.3,
    alt=lambda result: (
        "Standard deviation over bootstrap samples of ten diabetes coefficients, sorted by variance inflation factor. "
        + "; ".join(
            f"{name} (factor {inflation:.0f}): least squares {least:.1f}, ridge {ridge:.1f}, lasso {lasso:.1f}"
            for name, inflation, (least, ridge, lasso) in zip(
                (result.names[0], result.names[-1]),
                (result.inflation[0], result.inflation[-1]),
                (result.spread[:, 0], result.spread[:, -1]),
                strict=True,
            )
        )
        + "."
    ),
)
def patients(result: Patients, axes: Sequence[Axes]) -> None:
    """How far each coefficient moves over bootstrap samples, by its variance inflation factor."""
    (axis,) = axes
    places = np.arange(len(result.names))[::-1]
    for row, (name, role, marker) in enumerate(LOOKS):
        shape = "D" if marker == "." else marker
        axis.plot(result.spread[row], places, shape, color=color(role), markersize=6.5, label=name, zorder=3)
    axis.hlines(places, result.spread.min(axis=0), result.spread.max(axis=0), color=color("muted"), **line("guide"))
    axis.set_yticks(places, [f"{name}  {factor:.0f}" if factor > 2 else f"{name}  {factor:.1f}"
                             for name, factor in zip(result.names, result.inflation, strict=True)])  # fmt: skip
    axis.set(title="Feature and inflation factor", xlabel="bootstrap standard deviation of the coefficient",
             xlim=(0, None))  # fmt: skip
    axis.legend(loc="lower right")
