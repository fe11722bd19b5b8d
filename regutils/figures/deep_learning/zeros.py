"""Weights of networks under L1 and L2: how small, how many exactly zero, at which accuracy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.deep_learning.zeros import Zeros

LOOKS = {
    "L2": ("l2", "o"),
    "L1, subgradient": ("highlight", "s"),
    "L1, proximal": ("l1", "D"),
}
OPTIMIZERS = ("SGD", "Adam")


def _sizes_alt(result: Zeros) -> str:
    middle = len(result.lambdas) // 2
    told = "; ".join(
        f"{treatment}: {result.zeros['Adam', treatment][middle].mean():.0%} exactly zero, "
        f"{result.small['Adam', treatment][middle].mean():.0%} below 0.001"
        for treatment in ("L2", "L1, subgradient", "L1, proximal")
    )
    return f"Histograms of the sizes of all weights after Adam, logarithmic axis, exact zeros as a bar apart. {told}."


@figure(panels=3, height=3.0, alt=_sizes_alt)
def sizes(result: Zeros, axes: Sequence[Axes]) -> None:
    """Sizes of the weights on a logarithmic axis; exact zeros have no place there and get a bar of their own."""
    edges = np.linspace(-7, 1, 41)
    for ax, treatment in zip(axes, ("L2", "L1, subgradient", "L1, proximal"), strict=True):
        role, _ = LOOKS[treatment]
        size = result.sizes["Adam", treatment]
        nonzero = np.clip(np.log10(size[size > 0]), edges[0], edges[-1])
        ax.hist(nonzero, edges.tolist(), weights=np.full(nonzero.size, 1 / size.size), color=color(role))
        ax.bar(-8.6, np.mean(size == 0), width=0.8, color=color(role), edgecolor=color("ink"), linewidth=1.0)
        ax.text(-8.6, np.mean(size == 0) + 0.015, f"{np.mean(size == 0):.0%}", ha="center", color=color("ink"))
        ax.axvline(-7.8, color=color("muted"), **line("guide"))
        ax.set(title=treatment, xlabel="size of a weight", ylim=(0, 0.75), xlim=(-9.6, 1.2))
        ax.set_xticks([-8.6, -6, -3, 0], ["0", "10⁻⁶", "0.001", "1"])
    axes[0].set_ylabel("share of the weights")


def _zeros_alt(result: Zeros) -> str:
    told = []
    for optimizer in OPTIMIZERS:
        found = [
            f"{result.zeros[optimizer, 'L1, proximal'][k].mean():.0%} ({_points(result, optimizer, k)})"
            for k in range(len(result.lambdas))
        ]
        told.append(f"{optimizer} {', '.join(found)}")
    return (
        "Four panels, SGD and Adam, by the strength of the penalty. Above: the share of weights that are exactly zero. "
        "Under L2 and under L1 by subgradient steps it is zero throughout. Under L1 by proximal steps, weakest to "
        f"strongest, with the change of the test accuracy in points: {'; '.join(told)}. Below: that change for all "
        "three, which is about the same for both kinds of L1."
    )


def _points(result: Zeros, optimizer: str, strength: int) -> str:
    change = result.change(optimizer, "L1, proximal", strength)
    return f"{100 * change.mean:+.1f}, 95% interval {100 * change.low:.1f} to {100 * change.high:.1f}"


@figure(panels=4, height=2.7, alt=_zeros_alt)
def zeros(result: Zeros, axes: Sequence[Axes]) -> None:
    """Exact zeros, and the change of accuracy over no penalty with 95% intervals; three kinds side by side."""
    lam = np.array(result.lambdas)
    for column, optimizer in enumerate(OPTIMIZERS):
        above, below = axes[column], axes[column + 2]
        below.axhline(0, color=color("muted"), **line("guide"))
        for shift, (treatment, (role, marker)) in zip((0.88, 1.0, 1.14), LOOKS.items(), strict=True):
            changes = [result.change(optimizer, treatment, k) for k in range(lam.size)]
            mean = 100 * np.array([change.mean for change in changes])
            low, high = (100 * np.array([getattr(change, end) for change in changes]) for end in ("low", "high"))
            share = result.zeros[optimizer, treatment].mean(axis=1)
            above.plot(shift * lam, share, marker + "-", color=color(role), markersize=7, label=treatment)
            below.errorbar(shift * lam, mean, [mean - low, high - mean], fmt=marker, color=color(role), markersize=7,
                           capsize=2.5, elinewidth=1.4)  # fmt: skip
        above.set(title=f"{optimizer}: exact zeros", ylim=(-0.06, 0.9))
        below.set(title=f"{optimizer}: accuracy", ylim=(-3.6, 1.4), xlabel="λ of L1 (L2 has 3 λ)")
        for ax in (above, below):
            ax.set(xscale="log", xlim=(2e-4, 5e-3))
            ax.set_xticks(lam, [f"{value:g}" for value in lam])
            ax.minorticks_off()
    axes[0].set_ylabel("share of weights")
    axes[2].set_ylabel("change, points")
    axes[0].legend(loc="upper left")
