"""L2 against decay, step by step and weight by weight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.weight_decay.effective import Effective
    from regutils.experiments.weight_decay.moments import Moments
    from regutils.experiments.weight_decay.trajectories import Trajectories

FLOOR = 1e-17


def _trajectories_alt(result: Trajectories) -> str:
    apart = result.apart
    plain = max(apart["plain"].max(), apart["schedule, decay times rate"].max())
    return (
        "Two panels with logarithmic axes: distance between the weights under L2 and under decay against the step. "
        f"Plain steps, and a schedule that multiplies the decay too, stay below {plain:.0e}. A schedule with the same "
        f"decay in each step ends at {apart['schedule, same decay each step'][-1]:.2f}. With momentum the distance "
        f"reaches {apart['momentum'].max():.2f}; with the decay divided by one less the momentum it reaches "
        f"{apart['momentum, decay over 1 - momentum'].max():.2f} early on and ends at "
        f"{apart['momentum, decay over 1 - momentum'][-1]:.3f}."
    )


@figure(panels=2, height=3.6, alt=_trajectories_alt)
def trajectories(result: Trajectories, axes: Sequence[Axes]) -> None:
    """Relative distance of two runs, one with L2 and one with decay, by case."""
    shown = (
        (0, "plain", "l1", "estimate", "plain steps", (150, 1e-16), "top"),
        (0, "schedule, decay times rate", "elastic_net", "theory", "schedule, decay × rate", (60, 2e-14), "bottom"),
        (0, "schedule, same decay each step", "l2", "train", "schedule,\nsame decay each step", (395, 4e-5), "top"),
        (1, "momentum", "l2", "estimate", "same decay", (395, 0.75), "bottom"),
        (1, "momentum, decay over 1 - momentum", "l1", "theory", "decay / (1 − 0.9)", (395, 3e-3), "top"),
    )
    for panel, case, role, style, label, place, vertical in shown:
        ax = axes[panel]
        ax.plot(result.step[::2], np.maximum(result.apart[case][::2], FLOOR), color=color(role), **line(style))
        ax.text(*place, label, color=color(role), weight="bold", fontsize="small", va=vertical,
                ha="right" if place[0] > 300 else "left")  # fmt: skip
    axes[0].set(title="Plain steps", ylim=(1e-17, 30), ylabel="relative distance of the weights")
    axes[1].set(title="Momentum 0.9", ylim=(1e-4, 30))
    for ax in axes:
        ax.set(yscale="log", xlabel="step", xlim=(0, result.step[-1]))
    axes[0].set_yticks([1e-16, 1e-12, 1e-8, 1e-4, 1])


def _effective_alt(result: Effective) -> str:
    adam = result.rate["Adam with L2"]
    return (
        "Logarithmic axes: decay of a weight in one step, in units of learning rate times 2 lambda, against the "
        f"standard deviation of its gradients from {result.scale[0]:g} to {result.scale[-1]:g}. AdamW and SGD with "
        f"L2: 1 throughout. Adam with L2: from {adam[0]:.2f} down to {adam[-1]:.3f}, on the curve of one over the "
        f"root of the second moment; slope {result.slope('Adam with L2'):.2f} on the right."
    )


@figure(panels=1, height=3.9, alt=_effective_alt)
def effective(result: Effective, axes: Sequence[Axes]) -> None:
    """Decay by gradient scale, measured and as theory has it."""
    (ax,) = axes
    dense = np.geomspace(result.scale[0], result.scale[-1], 200)
    ax.plot(dense, 1.0 / np.hypot(dense, 2.0 * result.lam), color=color("l2"), **line("theory"))
    ax.axhline(1.0, color=color("muted"), **line("guide"))
    for method, role, marker, size in (
        ("SGD with L2", "truth", "s", 9), ("AdamW", "l1", "o", 5), ("Adam with L2", "l2", "D", 6),
    ):  # fmt: skip
        open_ = marker == "s"
        ax.errorbar(result.scale, result.rate[method], 2 * result.error[method], color=color(role), marker=marker,
                    markersize=size, linestyle="none", markerfacecolor="none" if open_ else color(role),
                    markeredgewidth=1.6 if open_ else 0.5)  # fmt: skip
    ax.text(100, 1.35, "AdamW (dots), SGD with L2 (squares)", color=color("l1"), weight="bold", ha="right")
    ax.text(1.9, 0.1, "Adam with L2", color=color("l2"), weight="bold", ha="right")
    ax.text(17, 0.11, r"$1/\sqrt{v}$", color=color("l2"))
    ax.set(xscale="log", yscale="log", ylim=(6e-3, 3), xlabel="standard deviation of the weight's gradients",
           ylabel=r"share lost in a step / $(2\eta\lambda)$")  # fmt: skip
    ax.set_yticks([0.01, 0.1, 1], ["0.01", "0.1", "1"])
    ax.set_xticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])


def _moments_alt(result: Moments) -> str:
    told = ", ".join(
        f"{layer.replace('layer', 'layer ')} from {np.quantile(scale, 0.05):.0e} to {np.quantile(scale, 0.95):.0e}"
        for layer, scale in result.scale.items()
    )
    return (
        "Shares of the weights of a small digit network whose root of Adam's second moment is below a value. Middle 90 "
        f"percent: {told}. All weights together spread by a factor of {result.spread:.0f}."
    )


@figure(panels=1, height=3.4, alt=_moments_alt)
def moments(result: Moments, axes: Sequence[Axes]) -> None:
    """Distribution functions of the root of the second moment, by layer."""
    (ax,) = axes
    for (layer, scale), role, style in zip(result.scale.items(), ("l1", "l2"), ("estimate", "theory"), strict=True):
        share = np.linspace(0.0, 1.0, 120)
        ax.plot(np.quantile(scale, share), share, color=color(role), **line(style),
                label=f"layer {layer[-1]}, {scale.size:,} weights")  # fmt: skip
    ax.legend(loc="upper left")
    ax.set(xscale="log", xlabel=r"$\sqrt{v}$ of a weight at the end of training", ylabel="share of weights below",
           ylim=(0, 1.02), xlim=(1e-5, 3e-1))  # fmt: skip
