"""One weight under each penalty, and the sizes of the weights that L1 leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.core_difference.single import Film
    from regutils.experiments.core_difference.survivors import Survivors


def _film_alt(result: Film) -> str:
    held = int(np.sum(result.l1_at == 0))
    return (
        f"Two panels: the objective (x - b) squared over 2 plus penalty, lambda = {result.lam:g}, for b = "
        + ", ".join(f"{b:g}" for b in result.b)
        + f". Under L1 the lowest point stays at x = 0 for the first {held} values of b and is at "
        f"{result.l1_at[-1]:.2f} for the last. Under L2 it leaves zero at once and moves in proportion, to "
        f"{result.l2_at[-1]:.2f}."
    )


@figure(panels=2, height=4.0, alt=_film_alt)
def film(result: Film, axes: Sequence[Axes]) -> None:
    """The objective for growing b, one strip above the other, minima marked."""
    rise, tall = 0.2, 0.17
    for ax, curves, minima, role in (
        (axes[0], result.l1, result.l1_at, "l1"), (axes[1], result.l2, result.l2_at, "l2"),
    ):  # fmt: skip
        ax.axvline(0, color=color("muted"), **line("guide"))
        for k, (b, curve, at) in enumerate(zip(result.b, curves, minima, strict=True)):
            strip = curve - curve.min()
            ax.plot(result.x, np.where(strip < tall, rise * k + strip, np.nan), color=color(role), linewidth=1.8)
            ax.plot(at, rise * k, "X" if at == 0 else "o", color=color("ink"), markersize=8 if at == 0 else 6.5,
                    zorder=4, markeredgecolor=color("paper"))  # fmt: skip
            ax.text(-0.68, rise * k + 0.02, f"b = {b:g}", fontsize="small", color=color("ink"))
        ax.set(xlabel="$x$", xlim=(-0.72, 1.15), ylim=(-0.06, rise * len(result.b)), yticks=[])
    held = int(np.sum(result.l1_at == 0))
    axes[0].set(title=f"L1: at zero for {held} of {result.b.size}", ylabel="objective, one strip for each b")
    axes[1].set_title("L2: at zero for b = 0 alone")


def _survivors_alt(result: Survivors) -> str:
    told = [
        f"On {name}, {len(values)} nonzero coefficients from {values.min():.2f} to {values.max():.2f}."
        for name, (_, values, _) in result.real.items()
    ]
    return (
        "Two panels. First: histogram of the nonzero lasso coefficients where the true ones are 0 or 1; they spread "
        f"from {result.nonzero.min():.2f} to {result.nonzero.max():.2f}, and those that are truly 1 around "
        f"{result.true_ones.mean():.2f}, which is 1 less lambda. None is exactly 1. Second: {' '.join(told)}"
    )


@figure(panels=2, height=3.5, alt=_survivors_alt)
def survivors(result: Survivors, axes: Sequence[Axes]) -> None:
    """Histogram of nonzero coefficients where the truth is 0 or 1, and the nonzero coefficients of real data."""
    left, right = axes
    edges = np.arange(-0.75, 1.75, 0.05).tolist()
    ones, rest = result.true_ones, result.coef[:, result.truth == 0]
    for values, role, height in ((ones[ones != 0], "l1", 1.0), (rest[rest != 0], "loss", 1.0)):
        left.hist(values, edges, color=color(role), alpha=height, histtype="stepfilled" if role == "loss" else "step",
                  linewidth=2.2)  # fmt: skip
    left.axvline(1.0, color=color("ink"), **line("reference"))
    left.axvline(1.0 - result.lam, color=color("l1"), **line("theory"))
    top = left.get_ylim()[1] * 1.22
    left.set_ylim(0, top)
    left.text(1.03, 0.93 * top, "the claim: 1", color=color("ink"), fontsize="small")
    left.text(0.97 - result.lam, 0.93 * top, r"$1 - \lambda$", color=color("l1"), ha="right")
    left.text(-0.32, 0.46 * top, "truly 0", color=color("loss"), weight="bold", ha="center")
    left.text(1.28, 0.4 * top, "truly 1", color=color("l1"), weight="bold", ha="center")
    left.set(title="True weights 0 or 1", xlabel="nonzero lasso coefficient", ylabel="how many", xlim=(-0.75, 1.7))
    for row, (name, (_, values, _)) in enumerate(result.real.items()):
        right.plot(values, np.full(values.size, 1 - row), "o", color=color("l1"), markersize=7, alpha=1,
                   markeredgecolor=color("paper"))  # fmt: skip
        right.text(0.3, 1.2 - row, f"{name}: {values.size} nonzero", color=color("ink"), weight="bold")
    for at in (0.0, 1.0):
        right.axvline(at, color=color("ink"), **line("reference"))
    right.set(title="Real data, $\\lambda = 0.05$", xlabel="lasso coefficient", ylim=(-0.5, 1.6), xlim=(-0.2, 1.08))
    right.set_yticks([])
