"""What to decay, and toward what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.weight_decay.exempt import Exempt
    from regutils.experiments.weight_decay.fine_tuning import FineTuning

TITLES = {"none": "No normalization", "learned": "Layer normalization with gains"}


def _exempt_alt(result: Exempt) -> str:
    told = []
    for kind, title in TITLES.items():
        both = "; ".join(
            f"{decay:g}: {100 * all_:.1f} and {100 * weights:.1f}"
            for decay, all_, weights in zip(
                result.decays, result.everything[kind].mean(axis=0), result.weights[kind].mean(axis=0), strict=True
            )
        )
        told.append(f"{title}, by weight decay, {both}")
    return f"Two panels: test error in percent with decay on everything and on the weights alone. {'. '.join(told)}."


@figure(panels=2, height=3.5, alt=_exempt_alt)
def exempt(result: Exempt, axes: Sequence[Axes]) -> None:
    """Test error by weight decay, decay on everything or on the weights alone."""
    for ax, (kind, title) in zip(axes, TITLES.items(), strict=True):
        for found, role, marker, style, label, shift in (
            (result.everything[kind], "l2", "D", "theory", "decay on everything", 0.985),
            (result.weights[kind], "l1", "o", "estimate", "on the weights alone", 1.015),
        ):
            error = 2 * found.std(axis=0, ddof=1) / np.sqrt(len(found))
            ax.errorbar(result.decays * shift, 100 * found.mean(axis=0), 100 * error, color=color(role), marker=marker,
                        markersize=6, label=label, **line(style))  # fmt: skip
        ax.set(title=title, xscale="log", xlabel="weight decay of AdamW", ylim=(0, 80))
        ax.set_xticks(result.decays, [f"{decay:g}" for decay in result.decays])
        ax.minorticks_off()
    axes[0].set_ylabel("test error, %")
    axes[0].legend(loc="upper left")


def _fine_tuning_alt(result: FineTuning) -> str:
    told = "; ".join(
        f"lambda {lam:g}: new {100 * result.new['zero'][:, k].mean():.0f} and "
        f"{100 * result.new['start'][:, k].mean():.0f}, old {100 * result.old['zero'][:, k].mean():.0f} and "
        f"{100 * result.old['start'][:, k].mean():.0f}"
        for k, lam in enumerate(result.lam)
    )
    return (
        "Two panels: test error in percent after fine-tuning against lambda, pull to zero and pull to the start. On "
        "the new task both are level and then rise, the pull to zero more steeply. On the old task the pull to zero "
        f"raises the error and the pull to the start lowers it. {told}."
    )


@figure(panels=2, height=3.5, alt=_fine_tuning_alt)
def fine_tuning(result: FineTuning, axes: Sequence[Axes]) -> None:
    """Errors on the new and on the old task by strength."""
    places = np.arange(result.lam.size)
    for ax, values, title in (
        (axes[0], result.new, "New task: shifted digits"),
        (axes[1], result.old, "Old task: as before"),
    ):
        for anchor, role, marker, style in (("zero", "l2", "D", "theory"), ("start", "l1", "o", "estimate")):
            found = values[anchor]
            error = 2 * found.std(axis=0, ddof=1) / np.sqrt(len(found))
            ax.errorbar(places, 100 * found.mean(axis=0), 100 * error, color=color(role), marker=marker, markersize=6,
                        label=f"pull to {anchor if anchor == 'zero' else 'the start'}", **line(style))  # fmt: skip
        ax.set(title=title, xlabel=r"strength $\lambda$", ylim=(0, 90))
        ax.set_xticks(places, [f"{lam:g}" for lam in result.lam])
    axes[0].set_ylabel("test error, %")
    axes[0].legend(loc="upper left")
