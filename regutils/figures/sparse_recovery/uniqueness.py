"""Two identical columns: what each penalty says about sharing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.sparse_recovery.uniqueness import Twins


@figure(
    alt=lambda result: (
        "Objective above its minimum against the share of the first of two identical columns. Under L1 it is flat: "
        f"every share from 0 to 1 is optimal (largest difference {result.excess['L1'].max():.1g}). Under L2 it is a "
        f"parabola with its minimum at one half and {result.excess['L2'].max():.2f} at either end; the elastic net's "
        "is flatter and has the same minimum."
    ),
)
def twins(result: Twins, axes: Sequence[Axes]) -> None:
    """Objective along the line from one twin to the other."""
    (axis,) = axes
    for name, role, style in (
        ("L2", "l2", "theory"),
        ("elastic net", "elastic_net", "train"),
        ("L1", "l1", "estimate"),
    ):
        axis.plot(result.share, result.excess[name], color=color(role), **{**line(style), "linewidth": 2.2})
    top = float(result.excess["L2"].max())
    axis.plot(0.5, 0, "o", color=color("l2"), markersize=7)
    axis.text(0.06, 0.92 * top, "L2: one half each", color=color("l2"), weight="bold")
    axis.text(0.5, 0.37 * top, "elastic net: the same", color=color("elastic_net"), ha="center", weight="bold")
    axis.text(0.03, -0.09 * top, "L1: any share will do", color=color("l1"), weight="bold", va="center")
    axis.set(xlabel="share of the first twin", ylabel="objective above its minimum", ylim=(-0.16 * top, 1.06 * top))
