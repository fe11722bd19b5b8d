"""Few rows, right or partly wrong labels: what decay, dropout and early stopping add."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.deep_learning.few_rows import FewRows

LOOKS = {0.0: ("truth", "o", "estimate"), 0.2: ("l2", "s", "theory")}
TOOLS = ("weight decay", "early stopping", "dropout")


def _name(wrong: float) -> str:
    return f"{wrong:.0%} wrong" if wrong else "all labels right"


def _decay_alt(result: FewRows) -> str:
    told = []
    for wrong, labels in result.labels.items():
        gains = (labels.gain(k) for k in range(len(result.decays)))
        steps = ", ".join(
            f"{100 * gain.mean:+.1f} ({100 * gain.low:.1f} to {100 * gain.high:.1f}) at {decay:g}"
            for decay, gain in zip(result.decays, gains, strict=True)
        )
        told.append(f"{_name(wrong)}: {steps}")
    return f"Test accuracy gained by weight decay, in points with 95% intervals, by its strength. {'; '.join(told)}."


@figure(panels=1, height=3.4, alt=_decay_alt)
def decay(result: FewRows, axes: Sequence[Axes]) -> None:
    """Accuracy gained over no decay, paired over the seeds, by the strength of decay."""
    (ax,) = axes
    ax.axhline(0, color=color("muted"), **line("guide"))
    for wrong, labels in result.labels.items():
        role, marker, style = LOOKS[wrong]
        gains = [labels.gain(k) for k in range(len(result.decays))]
        mean = 100 * np.array([gain.mean for gain in gains])
        low, high = (100 * np.array([getattr(gain, end) for gain in gains]) for end in ("low", "high"))
        ax.errorbar(result.decays, mean, [mean - low, high - mean], color=color(role), marker=marker, markersize=7,
                    capsize=3, label=_name(wrong), **line(style))  # fmt: skip
    ax.set(title="100 digits to learn from", xscale="log", xlabel="weight decay", ylabel="accuracy gained, points")
    ax.set_xticks(result.decays, [f"{value:g}" for value in result.decays])
    ax.minorticks_off()
    ax.legend(loc="lower left")


def _tools_alt(result: FewRows) -> str:
    told = []
    for wrong, labels in result.labels.items():
        gains = ((name, labels.chosen_gain(name)) for name in TOOLS)
        told.append(
            f"{_name(wrong)}: "
            + ", ".join(f"{name} {100 * g.mean:+.1f} ({100 * g.low:.1f} to {100 * g.high:.1f})" for name, g in gains)
        )
    peak = result.labels[0.2].trace
    return (
        "Two panels. First: accuracy gained over training to the end, in points with 95% intervals, each tool set by "
        f"validation. {'; '.join(told)}. Second: test accuracy during training; with a fifth of the labels wrong it "
        f"peaks at {peak.max():.3f} after {result.steps[peak.argmax()]:.0f} steps and ends at {peak[-1]:.3f}."
    )


@figure(panels=2, height=3.4, alt=_tools_alt)
def tools(result: FewRows, axes: Sequence[Axes]) -> None:
    """What each tool gains, as chosen on validation rows; and the accuracy during training without any."""
    left, right = axes
    left.axvline(0, color=color("muted"), **line("guide"))
    place = np.arange(len(TOOLS))[::-1]
    for shift, (wrong, labels) in zip((0.14, -0.14), result.labels.items(), strict=True):
        role, marker, style = LOOKS[wrong]
        gains = [labels.chosen_gain(name) for name in TOOLS]
        mean = 100 * np.array([gain.mean for gain in gains])
        low, high = (100 * np.array([getattr(gain, end) for gain in gains]) for end in ("low", "high"))
        left.errorbar(mean, place + shift, xerr=[mean - low, high - mean], fmt=marker, color=color(role), markersize=7,
                      capsize=3, elinewidth=1.6, label=_name(wrong))  # fmt: skip
        right.plot(result.steps, labels.trace, color=color(role), label=_name(wrong), **line(style))
    left.set_yticks(place, TOOLS)
    left.set(title="Gain, set by validation", xlabel="accuracy gained, points", ylim=(-0.6, 2.5))
    right.set(title="Without any, step by step", xlabel="step", ylabel="test accuracy", ylim=(0.4, 0.95))
    right.legend(loc="lower right")
