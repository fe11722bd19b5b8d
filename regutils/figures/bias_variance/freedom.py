"""Degrees of freedom by their definition and by the short cuts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.bias_variance.freedom import Freedom


def _alt(result: Sequence[Freedom]) -> str:
    ridge, lasso = result
    words = [
        "Two panels, degrees of freedom by the covariance formula against the short cut.",
        f"Both penalties lie on the diagonal, within {max(ridge.largest_z, lasso.largest_z):.1f} standard errors.",
    ]
    if lasso.refitted is not None:
        at = int(np.argmax(lasso.formula > 1))
        words.append(
            f"Least squares on the features that the lasso selected lies far above it: {lasso.refitted[at]:.1f} degrees"
            f" of freedom for {lasso.formula[at]:.1f} features."
        )
    return " ".join(words)


@figure(panels=2, height=3.9, alt=_alt)
def freedom(result: Sequence[Freedom], axes: Sequence[Axes]) -> None:
    """The definition, measured, on the short cut, ridge left and lasso right."""
    shortcuts = ("closed form", "mean number of nonzero coefficients")
    for axis, found, name, shortcut in zip(axes, result, ("Ridge", "Lasso"), shortcuts, strict=True):
        axis.plot([0, 20], [0, 20], color=color("ink"), **line("theory"))
        axis.errorbar(found.formula, found.covariance, yerr=2 * found.covariance_error, fmt="o",
                      color=color(found.kind), elinewidth=1.2, zorder=3)  # fmt: skip
        if found.refitted is not None and found.refitted_error is not None:
            axis.errorbar(found.formula, found.refitted, yerr=2 * found.refitted_error, fmt="s", markersize=4,
                          color=color("highlight"), elinewidth=1, zorder=2)  # fmt: skip
            axis.text(-0.2, 16.6, "least squares on the\nselected features", color=color("highlight"), va="bottom")
            axis.text(10.2, 7.6, "lasso", color=color("l1"), fontweight="bold")
        axis.set(title=name, xlabel=shortcut, xlim=(-0.6, 21.4), ylim=(-0.6, 21.4), xticks=range(0, 21, 5),
                 yticks=range(0, 21, 5))  # fmt: skip
    axes[0].text(9.6, 7.0, "ridge", color=color("l2"), fontweight="bold")
    axes[0].set_ylabel("covariance formula")
