"""Dropout in a linear model beside ridge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.deep_learning.dropout import Dropout


def _dropout_alt(result: Dropout) -> str:
    return (
        "Two panels. First: ten coefficients of the diabetes data against the dropout rate. Ridge's curves run through "
        f"the exact minimizers of dropout, to {result.distance:.0e}, and SGD that draws its masks ends at most "
        f"{result.miss:.3f} away on average. Second: the coefficient of body mass index for one standard deviation, "
        f"when its unit is changed by factors from {result.units[0]:g} to {result.units[-1]:g}: under ridge from "
        f"{result.ridge_effect[0]:.3f} to {result.ridge_effect[-1]:.3f}, under dropout {result.dropout_effect[0]:.3f} "
        "throughout."
    )


@figure(panels=2, height=3.5, alt=_dropout_alt)
def dropout(result: Dropout, axes: Sequence[Axes]) -> None:
    """Coefficients by dropout rate, three ways; and one coefficient when its column's unit changes."""
    left, right = axes
    for j in range(result.ridge.shape[1]):
        first = j == 0
        left.plot(result.rates, result.ridge[:, j], color=color("l2"), label="ridge" if first else None,
                  **line("estimate"))  # fmt: skip
        left.plot(result.rates, result.exact[:, j], "x", color=color("ink"), markersize=4.5,
                  label="dropout, all masks" if first else None)  # fmt: skip
        left.plot(result.trained_rates, result.trained[:, j], "o", markerfacecolor="none", color=color("highlight"),
                  markersize=9, markeredgewidth=1.8, label="dropout, SGD" if first else None)  # fmt: skip
    left.set(title="Dropout is ridge", xlabel="probability of dropping an input", ylabel="coefficient",
             ylim=(None, 0.52))  # fmt: skip
    left.legend(loc="upper right")
    right.plot(result.units, result.ridge_effect, color=color("l2"), **line("estimate"))
    right.plot(result.units, result.dropout_effect, color=color("highlight"), **line("theory"))
    right.text(0.11, result.dropout_effect[0] + 0.015, "dropout", color=color("highlight"), weight="bold")
    right.text(3.2, result.ridge_effect[15] - 0.05, "ridge", color=color("l2"), weight="bold")
    right.set(title="In other units", xscale="log", xlabel="column multiplied by", ylim=(0, 0.48),
              ylabel="effect of one standard deviation")  # fmt: skip
    right.set_xticks([0.1, 1, 10], ["0.1", "1", "10"])
    right.minorticks_off()
