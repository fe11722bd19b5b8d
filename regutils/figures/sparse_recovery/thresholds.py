"""Finding the support in noise: how many observations it takes, and who finds it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.sparse_recovery.selection import Selection
    from regutils.experiments.sparse_recovery.wainwright import Threshold


@figure(
    alt=lambda result: (
        "Chance that the lasso finds the support with its signs, against n / (2 k log(p - k)). "
        + " ".join(
            f"With p = {p}: {result.share[row, 0]:.2f} at {result.control[0]:g}, one half at {result.half[row]:.2f}, "
            f"{result.at(2.0)[row]:.2f} at 2."
            for row, p in enumerate(result.p)
        )
        + " The curve for the larger p is the steeper one."
    ),
)
def threshold(result: Threshold, axes: Sequence[Axes]) -> None:
    """Success against the number of observations, rescaled."""
    (axis,) = axes
    axis.axvline(1.0, color=color("ink"), **line("theory"))
    axis.text(0.97, 0.97, "threshold,\n$p \\to \\infty$", color=color("ink"), ha="right", va="top")
    looks = (("muted", "s", "train"), ("l1", "o", "estimate"))
    for row, (p, k, (role, marker, style)) in enumerate(zip(result.p, result.k, looks, strict=True)):
        axis.errorbar(result.control, result.share[row], yerr=2 * result.error[row], color=color(role), marker=marker,
                      elinewidth=1, label=f"$p = {p}$, $k = {k}$", **line(style))  # fmt: skip
    axis.legend(loc="lower right")
    axis.set(xlabel="observations, $n / (2 k \\log(p - k))$", ylabel="support found, with signs", ylim=(-0.05, 1.08))


@figure(
    panels=3,
    height=3.5,
    alt=lambda result: (
        "Three panels against the signal-to-noise ratio. Told the number of true features, at a ratio of "
        f"{result.snr[-1]:g}, best subset finds exactly them in {result.told['best subset'][0][-1]:.0%} of the data "
        f"sets and the lasso in {result.told['lasso'][0][-1]:.0%}. Tuned for prediction: best subset "
        f"{result.tuned['best subset'][0][-1]:.0%}, relaxed lasso {result.tuned['relaxed lasso'][0][-1]:.0%}, lasso "
        f"{result.tuned['lasso'][0][-1]:.0%}. Prediction error: the lasso has the smallest at a ratio of "
        f"{result.snr[0]:g}, best subset at {result.snr[-1]:g}."
    ),
)
def selection(result: Selection, axes: Sequence[Axes]) -> None:
    """Exact recovery, told the size and tuned for prediction, and the error of prediction."""
    looks = {
        "best subset": ("highlight", "s", "theory"),
        "lasso": ("l1", "o", "estimate"),
        "relaxed lasso": ("ink", "^", "train"),
    }
    for axis, values, title in (
        (axes[0], result.told, f"Told that $k = {result.k}$"),
        (axes[1], result.tuned, "Tuned to predict"),
        (axes[2], result.error, "Error of prediction"),
    ):
        for shift, (name, (mean, error)) in zip((0.96, 1.04, 1.0), values.items(), strict=False):
            role, marker, style = looks[name]
            axis.errorbar(result.snr * shift, mean, yerr=2 * error, color=color(role), marker=marker, elinewidth=1,
                          label=name, **line(style))  # fmt: skip
        axis.set(title=title, xscale="log", xlabel="signal-to-noise ratio")
        axis.set_xticks([0.1, 0.6, 4.0], ["0.1", "0.6", "4"])
        axis.set_xticks([], minor=True)
    for axis in axes[:2]:
        axis.set(ylim=(-0.05, 1.08), ylabel="exact support")
    axes[2].set(ylim=(0, None), ylabel="relative to the noise")
    axes[1].legend(loc="upper left")
    axes[0].text(3.0, 0.66, "lasso", color=color("l1"), ha="left", va="top")
    axes[0].text(0.95, 0.97, "best\nsubset", color=color("highlight"), ha="right", va="top")
