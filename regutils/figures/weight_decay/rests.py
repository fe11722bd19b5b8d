"""Where the optimizers come to rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils._validation import Array
    from regutils.experiments.weight_decay.fixed_points import Destinations, Noisy, Rests


def _pair(values: Array) -> str:
    return f"({values[0]:.2f}, {values[1]:.2f})"


def _destinations_alt(result: Destinations) -> str:
    return (
        f"Contours of a quadratic loss in two weights with its minimum at {_pair(result.target)}, outside of the "
        f"square of half-width {1 / result.decay:g}. From zero, Adam with L2 ends at {_pair(result.coupled[-1])}, "
        f"the ridge solution, well inside of the square. AdamW with the same number ends at "
        f"{_pair(result.decoupled[-1])}, on the square's edge, where the loss is least within it."
    )


@figure(panels=1, height=4.4, alt=_destinations_alt)
def destinations(result: Destinations, axes: Sequence[Axes]) -> None:
    """Contours, the square, and two paths from zero."""
    (ax,) = axes
    x, y = np.meshgrid(np.linspace(-0.4, 2.3, 160), np.linspace(-0.8, 1.45, 140))
    d1, d2 = x - result.target[0], y - result.target[1]
    (a, b), (_, c) = result.hessian
    loss = 0.5 * (a * d1**2 + 2 * b * d1 * d2 + c * d2**2)
    ax.contour(x, y, loss, levels=[0.02, 0.08, 0.18, 0.32, 0.5, 0.72, 0.98, 1.28], colors=color("loss"),
               linewidths=line("contour")["linewidth"])  # fmt: skip
    half = 1.0 / result.decay
    ax.plot([half, half, -0.4], [-0.8, half, half], color=color("l1"), **line("theory"))
    ax.plot(*result.coupled.T, color=color("l2"), **line("estimate"))
    ax.plot(*result.decoupled.T, color=color("l1"), **line("estimate"))
    ax.plot(0, 0, "o", color=color("ink"), markersize=6)
    ax.text(-0.05, -0.12, "start", color=color("ink"), ha="center", va="top")
    ax.plot(*result.target, "*", color=color("loss"), markersize=13)
    ax.text(
        result.target[0] + 0.02, result.target[1] - 0.1, "least\nsquares", color=color("ink"), va="top", ha="center"
    )
    ax.plot(*result.ridge, "o", color=color("l2"), markersize=14, markerfacecolor="none", markeredgewidth=1.8)
    ax.plot(*result.coupled[-1], "D", color=color("l2"), markersize=6)
    ax.text(0.6, 0.12, "Adam with L2:\nridge", color=color("l2"), weight="bold", ha="center", va="top")
    ax.plot(*result.decoupled[-1], "s", color=color("l1"), markersize=8)
    ax.text(1.05, 0.83, "AdamW", color=color("l1"), weight="bold", va="bottom")
    ax.text(1.05, 1.12, r"$\max|w| = 1/\gamma$", color=color("l1"))
    ax.set(xlim=(-0.4, 2.3), ylim=(-0.8, 1.45), xlabel="$w_1$", ylabel="$w_2$")
    ax.set_aspect("equal")
    ax.grid(visible=False)


ROWS = (
    ("least_squares", "least squares", "ink", "|"),
    ("ridge", "ridge", "l2", "o"),
    ("coupled", "Adam with L2", "l2", "D"),
    ("decoupled", "AdamW", "l1", "s"),
)


def _rests_alt(result: Rests) -> str:
    told = []
    for decay in (0.1, 5.0):
        at = result.at(decay)
        told.append(
            f"At weight decay {decay:g} the largest weight is {np.abs(result.ridge[at]).max():.3f} under ridge, "
            f"{np.abs(result.coupled[at]).max():.3f} under Adam with L2, {np.abs(result.decoupled[at]).max():.3f} "
            f"under AdamW"
        )
    return (
        f"Two panels of the {len(result.features)} weights on diabetes; least squares reaches "
        f"{np.abs(result.least_squares).max():.3f}. {'. '.join(told)}. Adam with L2 lies on ridge in both. AdamW "
        "lies on least squares in the first, and in the second several weights lie on the border of the cube at 0.2."
    )


@figure(panels=2, height=4.2, alt=_rests_alt)
def rests(result: Rests, axes: Sequence[Axes]) -> None:
    """Weights by feature at a weak and at a strong decay."""
    places = np.arange(len(result.features))[::-1]
    for ax, decay in zip(axes, (0.1, 5.0), strict=True):
        at = result.at(decay)
        cap = 1.0 / decay
        if cap < 1:
            for side in (-cap, cap):
                ax.axvline(side, color=color("l1"), **line("theory"))
        ax.axvline(0, color=color("muted"), **line("guide"))
        for name, label, role, marker in ROWS:
            values = result.least_squares if name == "least_squares" else getattr(result, name)[at]
            hollow = name == "ridge"
            ax.plot(values, places, marker, color=color(role), markersize=11 if hollow or marker == "|" else 5.5,
                    markerfacecolor="none" if hollow else color(role),
                    markeredgewidth=1.8 if hollow or marker == "|" else 0.5,
                    linestyle="none", label=label)  # fmt: skip
        ax.set_yticks(places, list(result.features))
        ax.set(title=f"weight decay {decay:g}", xlabel="weight", xlim=(-0.55, 0.55), ylim=(-0.6, places.size - 0.4))
    axes[1].legend(loc="upper center", bbox_to_anchor=(0.42, -0.17), ncols=2)


def _noisy_alt(result: Noisy) -> str:
    return (
        "Mean weights on diabetes under minibatch gradients. Adam with L2 lies on ridge: the largest weight is "
        f"{np.abs(result.coupled).max():.3f} against {np.abs(result.ridge).max():.3f}. AdamW lies on ridge with the "
        f"strength of each weight multiplied by its gradients' size, about {result.scale.mean():.2f}: "
        f"{np.abs(result.decoupled).max():.3f} against {np.abs(result.predicted).max():.3f}."
    )


@figure(panels=1, height=3.9, alt=_noisy_alt)
def noisy(result: Noisy, axes: Sequence[Axes]) -> None:
    """Means under noise, and what theory says of them."""
    (ax,) = axes
    places = np.arange(result.ridge.size)[::-1]
    ax.axvline(0, color=color("muted"), **line("guide"))
    for values, label, role, marker, hollow in (
        (result.ridge, "ridge", "l2", "o", True), (result.coupled, "Adam with L2", "l2", "D", False),
        (result.predicted, "ridge, strength × gradient size", "l1", "o", True),
        (result.decoupled, "AdamW", "l1", "s", False),
    ):  # fmt: skip
        ax.plot(values, places, marker, color=color(role), markersize=12 if hollow else 5.5, linestyle="none",
                label=label,
                markerfacecolor="none" if hollow else color(role), markeredgewidth=1.8 if hollow else 0.5)  # fmt: skip
    ax.set_yticks(places, [f"$w_{{{j + 1}}}$" for j in range(places.size)])
    ax.set(xlabel="mean weight", ylim=(-0.6, places.size - 0.4))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)
