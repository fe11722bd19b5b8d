"""Accuracy of networks that add modulo a prime: along training, and by the strength of weight decay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.deep_learning.memorizing import Memorizing

DECAY = 1.0


def _alt(result: Memorizing) -> str:
    with_decay, without = result.at(DECAY), result.at(0.0)
    solved = [f"{decay:g}" for decay, share in zip(result.decays, result.solved.share, strict=True) if share == 1]
    return (
        f"Two panels, {result.seeds} networks for each strength. First: accuracy along {result.steps[-1]:,} steps. "
        f"Both kinds have every training pair right early. On unseen pairs the networks without decay end between "
        f"{result.test[without, :, -1].min():.0%} and {result.test[without, :, -1].max():.0%}, those with decay "
        f"{DECAY:g} between {result.test[with_decay, :, -1].min():.0%} and {result.test[with_decay, :, -1].max():.0%}. "
        f"Second: accuracy on unseen pairs at the end, by strength: medians "
        + ", ".join(f"{np.median(test):.0%} at {decay:g}" for decay, test in
                    zip(result.decays, result.test[..., -1], strict=True))
        + f". All networks learn to add at {', '.join(solved)}."
    )  # fmt: skip


@figure(panels=2, height=3.7, alt=_alt)
def memorizing(result: Memorizing, axes: Sequence[Axes]) -> None:
    """Accuracy along training with and without decay, and at the end by strength."""
    left, right = axes
    for decay, tone in ((0.0, "loss"), (DECAY, "l2")):
        at = result.at(decay)
        low, middle, high = np.quantile(result.test[at], (0.0, 0.5, 1.0), axis=0)
        left.fill_between(result.steps, low, high, color=color(tone), alpha=0.25, linewidth=0)
        left.plot(result.steps, middle, color=color(tone), **line("estimate"))
        left.plot(result.steps, np.median(result.train[at], axis=0), color=color(tone), **line("train"))
    end = result.steps[-1]
    left.text(0.42 * end, 0.72, f"unseen pairs,\ndecay {DECAY:g}", color=color("l2"), weight="bold", va="top")
    left.text(0.42 * end, 0.07, "unseen pairs, no decay", color=color("loss"), weight="bold", va="bottom")
    left.text(0.98 * end, 1.03, "training pairs, both (dotted)", color=color("muted"), fontsize="small", ha="right",
              va="bottom")  # fmt: skip
    left.set(title="Along training", xlabel="steps of AdamW", ylabel="accuracy", ylim=(-0.03, 1.15))
    place = np.arange(len(result.decays))
    right.plot(place, np.median(result.train[..., -1], axis=1), color=color("muted"), marker="x", **line("train"))
    for x, test in zip(place, result.test[..., -1], strict=True):
        shift = np.linspace(-0.22, 0.22, test.size)
        right.plot(x + shift, np.sort(test), "o", color=color("l2" if x else "loss"), markersize=3.2)
    right.axhline(result.chance, color=color("muted"), **line("reference"))
    right.text(place[-1] / 2, result.chance + 0.02, "guessing", color=color("muted"), fontsize="small", ha="left",
               va="bottom")  # fmt: skip
    right.text(-0.3, 1.03, "training pairs (crosses)", color=color("muted"), fontsize="small", va="bottom")
    right.set_xticks(place, [f"{decay:g}" for decay in result.decays])
    right.set(title="At the end, by strength", xlabel="weight decay", ylim=(-0.03, 1.15),
              ylabel="accuracy on unseen pairs")  # fmt: skip
