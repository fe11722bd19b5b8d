"""One sparse signal and its two reconstructions, and where recovery succeeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.sparse_recovery.phase import Example, PhaseDiagram


@figure(
    panels=2,
    alt=lambda result: (
        f"Two panels of {result.truth.size} unknowns, {result.k} of which are not zero, reconstructed from {result.n} "
        f"measurements. The solution of least L1 norm lies on the truth everywhere (relative error "
        f"{result.error(result.l1):.0e}). The solution of least L2 norm fits the measurements too, with "
        f"{np.count_nonzero(result.l2)} nonzero values, most of them small, and a relative error of "
        f"{result.error(result.l2):.2f}."
    ),
)
def example(result: Example, axes: Sequence[Axes]) -> None:
    """The truth as circles, the estimate as stems."""
    at = np.arange(result.truth.size)
    true = result.truth != 0
    for axis, found, role, title in (
        (axes[0], result.l1, "l1", "Least L1 norm: the truth"),
        (axes[1], result.l2, "l2", "Least L2 norm: a bit of everything"),
    ):
        shown = np.abs(found) > 1e-4 * np.abs(found).max()
        axis.axhline(0, color=color("muted"), **line("guide"))
        axis.vlines(at[shown], 0, found[shown], color=color(role), linewidth=1.6)
        axis.plot(at[shown], found[shown], "o", color=color(role), markersize=3)
        axis.plot(at[true], result.truth[true], "o", color=color("truth"), markersize=9, fillstyle="none",
                  markeredgewidth=1.4)  # fmt: skip
        axis.set(title=title, xlabel="unknown", ylabel="value")
        axis.grid(visible=False)


@figure(
    panels=2,
    height=3.9,
    alt=lambda result: (
        f"Two panels, nonzeros per measurement k/n against measurements per unknown n/p, with {result[0].p} unknowns. "
        f"Left, L1: recovery is all but certain below the curve of Donoho and Tanner and all but impossible above it; "
        f"the measured 50% points lie "
        f"{np.mean([point.ratio - point.theory for point in result[0].half]):+.3f} from the curve on average. Right, "
        f"L2: {result[1].recovered} of {result[1].problems:,} problems recovered, the panel is empty."
    ),
)
def phase_diagram(result: tuple[PhaseDiagram, PhaseDiagram], axes: Sequence[Axes]) -> None:
    """Share recovered by least L1 norm and by least L2 norm, with the theory's curve."""
    for axis, diagram, role in zip(axes, result, ("l1", "l2"), strict=True):
        for n, k, success in zip(diagram.n, diagram.k, diagram.success, strict=True):
            height, share = (k[1] - k[0]) / n, success.mean(axis=1)
            for row, opacity in enumerate(share):
                low = k[row] / n - height / 2 if row else 0.0  # the lowest cell reaches down to the axis
                if opacity > 0:
                    axis.bar(n / diagram.p, k[row] / n + height / 2 - low, 0.1, low, color=color(role),
                             alpha=0.85 * opacity, linewidth=0)  # fmt: skip
        axis.plot(*diagram.curve, color=color("ink"), **line("theory"))
        axis.set(xlim=(0.05, 0.95), ylim=(0, 1), xlabel="measurements per unknown, $n/p$")
        axis.grid(visible=False)
    left, right = axes
    half = result[0].half
    left.errorbar([point.delta for point in half], [point.ratio for point in half],
                  yerr=[2 * point.error for point in half], fmt="o", color=color("highlight"), markersize=4.5,
                  elinewidth=1.6, zorder=3)  # fmt: skip
    left.set(title="Least L1 norm", ylabel="nonzeros per measurement, $k/n$")
    left.text(0.1, 0.93, "fails", color=color("ink"), va="top")
    left.text(0.93, 0.05, "recovers", color=color("paper"), ha="right", weight="bold")
    left.annotate("50% points", (half[5].delta, half[5].ratio), xytext=(-66, 42), textcoords="offset points",
                  color=color("highlight"),
                  arrowprops={"arrowstyle": "-", "color": color("highlight")})  # fmt: skip
    right.set(title="Least L2 norm")
    right.text(0.5, 0.72, f"{result[1].recovered} of {result[1].problems:,}\nrecovered", color=color("l2"), ha="center",
               weight="bold", transform=right.transAxes)  # fmt: skip
    right.text(0.3, 0.21, "Donoho and Tanner", color=color("ink"))
