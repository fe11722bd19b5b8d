"""Best subset, lasso and relaxed lasso on new data, by the amount of noise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line
from regutils.figures.optimization._axes import plain_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.optimization.noise import NoiseStudy


@figure(
    panels=2,
    height=3.7,
    alt=lambda result: (
        "Two panels against the signal-to-noise ratio. Relative test error at a ratio of "
        + "; at ".join(
            f"{result.snr[i]:g}: "
            + ", ".join(f"{name} {result.mean[m, i]:.3f}" for m, name in enumerate(result.methods))
            for i in (1, -1)
        )
        + f". The paired difference, best subset minus lasso, is above zero at ratios up to "
        f"{result.snr[result.winners('lasso', over='best subset') > 0][-1]:g} (the lasso wins), and below from "
        f"{result.snr[result.winners('lasso', over='best subset') < 0][0]:g} on (best subset wins)."
    ),
)
def noise(result: NoiseStudy, axes: Sequence[Axes]) -> None:
    """Relative test error of three sparse fits against the signal-to-noise ratio, and the paired difference of two."""
    left, right = axes
    looks = (("highlight", "s", "estimate"), ("l1", "o", "estimate"), ("ink", "^", "train"))
    for row, (name, (role, marker, style), shift) in enumerate(
        zip(result.methods, looks, (0.97, 1.03, 1.0), strict=True)
    ):
        left.errorbar(result.snr * shift, result.mean[row], yerr=result.half_width[row], marker=marker,
                      color=color(role), elinewidth=1, label=name, **line(style))  # fmt: skip
    left.legend(loc="upper right")
    left.set(title="Relative test error", ylabel="1 = the true model", ylim=(1.04, None))
    mean, half = result.advantage("lasso", over="best subset")
    winners = result.winners("lasso", over="best subset")
    right.axhline(0, color=color("ink"), **line("guide"))
    for who, role, marker in ((1, "l1", "o"), (0, "muted", "D"), (-1, "highlight", "s")):
        at = winners == who
        right.errorbar(result.snr[at], mean[at], yerr=half[at], fmt=marker, color=color(role), elinewidth=1.4)
    right.text(0.97, 0.95, "lasso better", transform=right.transAxes, color=color("l1"), ha="right", va="top")
    right.text(0.03, 0.05, "best subset better", transform=right.transAxes, color=color("highlight"))
    right.set(title="Best subset minus lasso", ylabel="paired difference in error")
    reach = 1.25 * float(np.max(np.abs(mean) + half))
    right.set_ylim(-reach, reach)
    for axis in axes:
        axis.set(xscale="log", xlabel="signal-to-noise ratio")
        plain_ticks(axis.xaxis, (0.05, 0.14, 0.42, 1.22, 6))
