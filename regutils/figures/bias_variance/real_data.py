"""Lasso against ridge on real data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.bias_variance.nested import Comparison

LOOKS = {1: ("l1", "o", "the lasso is better"), 0: ("muted", "D", "a tie"), -1: ("l2", "s", "ridge is better")}


def _alt(result: Sequence[Comparison]) -> str:
    words = []
    for one in result:
        found, verdict = one.difference("lasso", over="ridge"), LOOKS[one.better("lasso", over="ridge")][2]
        words.append(f"{one.name} {found.mean:+.3f} ({found.low:+.3f} to {found.high:+.3f}), {verdict}")
    return "Error of the lasso less that of ridge with 95 % intervals: " + "; ".join(words) + "."


@figure(height=4.6, alt=_alt)
def real_comparisons(result: Sequence[Comparison], axes: Sequence[Axes]) -> None:
    """The paired difference of two methods on every data set, with the errors themselves."""
    (axis,) = axes
    rows = np.arange(len(result))[::-1]
    axis.axvline(0, color=color("ink"), **line("guide"))
    for row, one in zip(rows, result, strict=True):
        found = one.difference("lasso", over="ridge")
        role, marker, _ = LOOKS[one.better("lasso", over="ridge")]
        axis.errorbar(found.mean, row, xerr=[[found.mean - found.low], [found.high - found.mean]], fmt=marker,
                      color=color(role), elinewidth=1.8, markersize=6)  # fmt: skip
    axis.set_yticks(rows, [f"{one.name}\n{one.rows:,} × {one.features:,}" for one in result])
    reach = 1.08 * max(abs(end) for one in result for end in _ends(one))
    axis.set(xlim=(-reach, reach), ylim=(-0.6, len(result) - 0.4), xlabel="error of lasso minus error of ridge")
    axis.text(0.02, 1.0, "lasso better", transform=axis.transAxes, color=color("l1"), va="bottom", fontweight="bold")
    axis.text(0.98, 1.0, "ridge better", transform=axis.transAxes, color=color("l2"), va="bottom", ha="right",
              fontweight="bold")  # fmt: skip


def _ends(one: Comparison) -> tuple[float, float]:
    found = one.difference("lasso", over="ridge")
    return found.low, found.high
