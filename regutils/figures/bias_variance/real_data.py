"""Lasso against ridge on real data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.bias_variance.nested import Comparison

LOOKS = {
    "no penalty": ("loss", "x"),
    "ridge": ("l2", "s"),
    "lasso": ("l1", "o"),
    "elastic net": ("elastic_net", "D"),
}
WINNERS = {1: ("l1", "o"), 0: ("muted", "D"), -1: ("l2", "s")}


def _alt(result: Sequence[Comparison]) -> str:
    words = []
    for one in result:
        found = one.difference("lasso", over="ridge")
        verdict = {1: "the lasso is better", 0: "a tie", -1: "ridge is better"}[one.better("lasso", over="ridge")]
        words.append(f"{one.name} {found.mean:+.3f} ({found.low:+.3f} to {found.high:+.3f}), {verdict}")
    return "Error of the lasso less that of ridge with 95 % intervals: " + "; ".join(words) + "."


@figure(panels=2, height=4.3, alt=_alt)
def real_comparisons(result: Sequence[Comparison], axes: Sequence[Axes]) -> None:
    """Errors of all methods, and the paired difference of two."""
    left, right = axes
    rows = np.arange(len(result))[::-1]
    names = [f"{one.name}\n{one.rows:,} × {one.features:,}" for one in result]
    for method, (role, marker) in LOOKS.items():
        at = [i for i, one in enumerate(result) if method in one.error]
        left.plot([min(result[i].mean(method), 0.99) for i in at], rows[at], marker, color=color(role), markersize=7,
                  label=method, alpha=0.9)  # fmt: skip
    left.set(title="Test error", xlabel="share of the variance (1: predicting the mean)", xlim=(0, 1.02))
    left.legend(loc="upper center", bbox_to_anchor=(0.42, -0.17), ncols=2)
    right.axvline(0, color=color("ink"), **line("guide"))
    for row, one in zip(rows, result, strict=True):
        found = one.difference("lasso", over="ridge")
        role, marker = WINNERS[one.better("lasso", over="ridge")]
        right.errorbar(found.mean, row, xerr=[[found.mean - found.low], [found.high - found.mean]], fmt=marker,
                       color=color(role), elinewidth=1.8, markersize=6)  # fmt: skip
    right.text(0.03, 1.0, "lasso better", transform=right.transAxes, color=color("l1"), va="bottom", fontsize=9.0)
    right.text(0.97, 1.0, "ridge better", transform=right.transAxes, color=color("l2"), va="bottom", ha="right",
               fontsize=9.0)  # fmt: skip
    right.set_title("Lasso minus ridge", pad=20)
    right.set(xlabel="difference, 95 % interval")
    for axis in axes:
        axis.set_yticks(rows, names)
        axis.set_ylim(-0.6, len(result) - 0.4)
