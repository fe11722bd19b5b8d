"""When the lasso finds the true features: by sample size, and by the condition's number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.core_difference.recovery import Recovery


def _recovery_alt(result: Recovery) -> str:
    told = "; ".join(
        f"{name} (number {number:.2f}): {share[0]:.2f} at n = {result.sizes[0]}, {share[-1]:.2f} at n = "
        f"{result.sizes[-1]}, limit {limit:.3f}"
        for name, number, share, limit in zip(result.settings, result.numbers, result.share, result.limit, strict=True)
    )
    low, high = result.sweep_numbers.tolist().index(0.8), result.sweep_numbers.tolist().index(1.2)
    return (
        f"Two panels: share of data sets in which the lasso finds the true signs somewhere on its path. First, by n: "
        f"{told}. Second, by the condition's number, for n = {result.sweep_sizes[0]} and {result.sweep_sizes[1]}: "
        f"{result.sweep[0, low]:.2f} and {result.sweep[1, low]:.2f} at 0.8, {result.sweep[0, high]:.2f} and "
        f"{result.sweep[1, high]:.2f} at 1.2; the larger n, the steeper the fall at 1."
    )


@figure(panels=2, height=3.7, alt=_recovery_alt)
def recovery(result: Recovery, axes: Sequence[Axes]) -> None:
    """Share of data sets in which the truth is found, with twice the standard error."""
    left, right = axes
    looks = (("l1", "o", ""), ("highlight", "s", ", one mixture"), ("loss", "^", ", four mixtures"))
    for s, ((role, marker, which), y) in enumerate(zip(looks, (0.9, 0.63, 0.11), strict=True)):
        holds = "holds" if result.numbers[s] < 1 else "fails"
        left.axhline(result.limit[s], color=color(role), **line("theory"))
        left.errorbar(result.sizes, result.share[s], 2 * result.error[s], color=color(role), marker=marker,
                      elinewidth=1.3, capsize=2, linewidth=1.8)  # fmt: skip
        left.text(2300, y, f"{holds}, number {result.numbers[s]:.2f}{which}", color=color(role), weight="bold",
                  ha="right", fontsize="small")  # fmt: skip
    left.set(title="More data", xscale="log", xlabel="rows $n$", ylabel="truth found on the path", ylim=(-0.03, 1.06))
    left.set_xticks([20, 100, 500, 2000], ["20", "100", "500", "2000"])
    left.minorticks_off()
    above = result.sweep_numbers >= 1
    right.axvline(1.0, color=color("ink"), **line("guide"))
    right.hlines(1.0, result.sweep_numbers[0], 1.0, color=color("ink"), **line("theory"))
    right.plot(result.sweep_numbers[above], result.sweep_limit[above], color=color("ink"), **line("theory"))
    for share, error, n, marker, style in zip(
        result.sweep, result.sweep_error, result.sweep_sizes, ("v", "o"), ((0, (1, 1.4)), "-"), strict=True
    ):
        right.errorbar(result.sweep_numbers, share, 2 * error, color=color("l1"), marker=marker, linestyle=style,
                       elinewidth=1.3, capsize=2, linewidth=1.8)  # fmt: skip
        at = int(np.argmin(np.abs(result.sweep_numbers - 0.6)))
        right.text(0.57, share[at] - 0.09, f"n = {n}", color=color("l1"), weight="bold", ha="right")
    right.text(1.03, 0.9, r"limit $n \to \infty$: a step", color=color("ink"), fontsize="small")
    right.set(title="The number decides", xlabel="number of the condition", ylim=(-0.03, 1.06), xlim=(0.15, 1.45))
