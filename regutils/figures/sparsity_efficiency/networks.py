"""Zeros in a network: where they are, and what they cost in accuracy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.sparsity_efficiency.pruning import Pattern
    from regutils.experiments.sparsity_efficiency.study import Study

ROLES = {"no penalty": "loss", "L2": "l2", "L1": "l1", "group penalty": "elastic_net"}
MARKS = {"no penalty": "s", "L2": "o", "L1": "D", "group penalty": "^"}


def _patterns_alt(result: Mapping[str, Pattern]) -> str:
    told = "; ".join(
        f"{name}, {found.kept.mean():.0%} of the weights left: {found.units.mean():.0f} units remain, with "
        f"{found.inside.mean():.0%} zeros among their weights"
        for name, found in result.items()
    )
    return (
        "Four panels: which of the 64 by 100 weights of a network's first layer are not zero, a column a hidden unit, "
        f"the units sorted by how many they have. {told}."
    )


@figure(panels=4, height=3.0, alt=_patterns_alt)
def patterns(result: Mapping[str, Pattern], axes: Sequence[Axes]) -> None:
    """The nonzero weights of the first layer as marks; columns are units, the fullest first."""
    from matplotlib.colors import ListedColormap

    for ax, (name, found) in zip(axes, result.items(), strict=True):
        nonzero = found.first != 0
        order = np.argsort(-nonzero.sum(axis=0), kind="stable")
        role = {"L1 alone": "l1", "group penalty": "elastic_net"}.get(name, "loss")
        ax.imshow(nonzero[:, order], aspect="auto", cmap=ListedColormap([color("surface"), color(role)]),
                  interpolation="nearest", vmin=0, vmax=1)  # fmt: skip
        ax.set(title=name, xlabel="hidden unit", ylabel="pixel")
        ax.set_xticks([0, 50, 99], ["1", "50", "100"])
        ax.set_yticks([0, 63], ["1", "64"])
        ax.grid(visible=False)


def _study_alt(result: Study) -> str:
    def told(tuned: bool) -> str:
        return "; ".join(
            f"{method} {result.interval(method, 0.1, tuned=tuned).mean:.3f} and "
            f"{result.interval(method, 0.03, tuned=tuned).mean:.3f}"
            for method in result.methods
        )

    return (
        "Two panels: accuracy on test digits against the share of weights kept. At 10% and 3%, before fine-tuning: "
        f"{told(False)}. After fine-tuning: {told(True)}. The network with all weights: {result.dense.mean():.3f}."
    )


@figure(panels=2, height=4.3, alt=_study_alt)
def study(result: Study, axes: Sequence[Axes]) -> None:
    """Accuracy against the share kept, before and after fine-tuning, with 95% intervals."""
    for ax, tuned in zip(axes, (False, True), strict=True):
        ax.axhline(result.dense.mean(), color=color("muted"), linewidth=1.0, linestyle=(0, (6, 2, 1, 2)))
        for number, method in enumerate(result.methods):
            penalty, how = method.split(", ")
            found = [result.interval(method, share, tuned=tuned) for share in result.shares]
            mean = np.array([one.mean for one in found])
            bars = [mean - [one.low for one in found], [min(one.high, 1.0) for one in found] - mean]
            units = how == "units"
            ax.errorbar(
                np.array(result.shares) * 1.035 ** (number - 2.5), mean, bars, color=color(ROLES[penalty]),
                marker=MARKS[penalty], markerfacecolor=color("paper") if units else None, markersize=6, linewidth=1.7,
                linestyle=(0, (4, 2)) if units else "-", elinewidth=1.0, capsize=2, label=method,
            )  # fmt: skip
        ax.set(
            xscale="log",
            xlabel="share of weights kept",
            xlim=(0.62, 0.025),
            ylim=(0.05, 1.02) if not tuned else (0.6, 1.0),
        )
        ax.set_xticks(result.shares, [f"{share:.0%}" for share in result.shares])
        ax.minorticks_off()
    axes[0].set(title="As pruned", ylabel="accuracy on test images")
    axes[1].set_title("After fine-tuning")
    axes[0].legend(loc="lower left", fontsize="small")
