"""Products and ratios: time scales, equilibrium norms, and what decay does to normalized weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.weight_decay.gains import Gains
    from regutils.experiments.weight_decay.invariance import Balance
    from regutils.experiments.weight_decay.time_scale import Forgetting

LOOKS = (("l1", "-"), ("l2", "--"), ("truth", "-."), ("elastic_net", ":"))


def _forgetting_alt(result: Sequence[Forgetting]) -> str:
    told = "; ".join(
        f"rate {run.learning_rate:g}, decay {run.decay:g}: {run.final:.3f} against {run.predicted:.3f}"
        for run in result
    )
    return (
        "Two panels, four settings of AdamW on pure noise. First: the mean weight against steps times learning rate "
        "times decay; all four fall along exp(-x). Second: the size of the weights around it settles at the root of "
        f"learning rate over twice the decay: {told}."
    )


@figure(panels=2, height=3.6, alt=_forgetting_alt)
def forgetting(result: Sequence[Forgetting], axes: Sequence[Axes]) -> None:
    """What is left of the start, and the size that noise gives, on the clock of learning rate times decay."""
    left, right = axes
    dense = np.linspace(0, 4, 100)
    left.plot(dense, np.exp(-dense), color=color("ink"), linewidth=4, alpha=0.25)
    for run, (role, style) in zip(result, LOOKS, strict=True):
        clock = run.step * run.product
        some = slice(None, None, max(1, run.step.size // 150))
        label = f"$\\eta$ = {run.learning_rate:g}, $\\gamma$ = {run.decay:g}"
        left.plot(clock[some], run.mean[some], color=color(role), linestyle=style, linewidth=1.6, label=label)
        right.plot(clock[some], run.size[some], color=color(role), linestyle=style, linewidth=1.6)
        right.axhline(run.predicted, color=color("muted"), linewidth=0.9)
    left.legend(loc="upper right")
    left.set(title="The start is forgotten", ylabel="mean weight", ylim=(-0.15, 1.05))
    right.set(title="Noise sets the size", ylabel="standard deviation of the weights", ylim=(0, 1.15))
    right.text(3.95, 0.93, r"$\sqrt{\eta/(2\gamma)}$", color=color("ink"), ha="right", va="bottom")
    for ax in axes:
        ax.set(xlabel=r"steps × $\eta\gamma$", xlim=(0, 4))


def _balance_alt(result: Balance) -> str:
    told = "; ".join(
        f"rate {run.learning_rate:g}, decay {run.decay:g}: norm {norm:.2f}, distance {apart:.3f}"
        for run, norm, apart in zip(result.runs, result.norm, result.misalignment, strict=True)
    )
    return (
        "Two panels. First: norms of scale-invariant weights against steps times rate times decay settle where "
        f"theory says. Second: the direction's squared distance from the truth against rate times decay; equal "
        f"products coincide. {told}."
    )


@figure(panels=2, height=3.6, alt=_balance_alt)
def balance(result: Balance, axes: Sequence[Axes]) -> None:
    """Norms on their way to equilibrium, and the error of the direction by the product of rate and decay."""
    left, right = axes
    for number, run in enumerate(result.runs):
        role, style = LOOKS[number // 2][0], "-" if number % 2 == 0 else "--"
        clock = run.steps * run.learning_rate * run.decay
        left.plot(clock, run.norm, color=color(role), linestyle=style, linewidth=1.8)
        left.plot(2.06, run.predicted**0.25, "<", color=color(role), markersize=6)
        right.plot(result.product[number], result.misalignment[number], "os"[number % 2], color=color(role),
                   markersize=6 if number % 2 == 0 else 12, markerfacecolor=color(role) if number % 2 == 0 else "none",
                   markeredgewidth=1.8, linestyle="none")  # fmt: skip
    left.set(
        title="Each its own norm", xlabel=r"steps × $\eta\gamma$", ylabel=r"$\|w\|_2$", xlim=(0, 2.15), ylim=(0.9, 3.6)
    )
    for number in range(0, len(result.runs), 2):
        first, second = result.runs[number : number + 2]
        right.text(result.product[number] * (0.9 if number == 4 else 1.1), result.misalignment[number],
                   f"$\\eta$ = {first.learning_rate:g}, $\\gamma$ = {first.decay:g}\n"
                   f"$\\eta$ = {second.learning_rate:g}, $\\gamma$ = {second.decay:g}",
                   color=color(LOOKS[number // 2][0]),
                   fontsize="small", va="center", ha="right" if number == 4 else "left")  # fmt: skip
    right.set(title="Equal products, equal answers", xscale="log", xlabel=r"$\eta\gamma$",
              ylabel="error of the direction",
              xlim=(3e-3, 2.1e-2), ylim=(0, 0.34))  # fmt: skip
    right.set_xticks([4e-3, 8e-3, 1.6e-2], ["0.004", "0.008", "0.016"])
    right.minorticks_off()


def _gains_alt(result: Gains) -> str:
    size = np.linalg.norm(result.least_squares)
    on_weight, on_gain = (np.linalg.norm(found, axis=1) / size for found in (result.on_weight, result.on_gain))
    return (
        f"Norm of the fitted coefficients over that of least squares against lambda. Decay on the normalized weight: "
        f"{on_weight.min():.3f} at the least. Decay on the gain: {on_gain[-1]:.2f} at lambda {result.lam[-1]:g}, on "
        f"the curve of ridge. The weight's own norm falls from {result.start:g} to "
        f"{result.norm[-1] / result.start:.2f} of it."
    )


@figure(panels=1, height=3.5, alt=_gains_alt)
def gains(result: Gains, axes: Sequence[Axes]) -> None:
    """Size of the fit, decay on the weight or on the gain, beside ridge; and the weight's own norm."""
    (ax,) = axes
    size = np.linalg.norm(result.least_squares)
    ridge, on_weight, on_gain = (
        np.linalg.norm(found, axis=1) / size for found in (result.ridge, result.on_weight, result.on_gain)
    )
    ax.plot(result.lam, ridge, color=color("l2"), **line("theory"))
    ax.plot(result.lam, on_gain, "D", color=color("l2"), markersize=7)
    ax.plot(result.lam, on_weight, "o", color=color("l1"), markersize=7)
    ax.plot(result.lam, on_weight, color=color("l1"), **line("estimate"))
    ax.plot(result.lam, result.norm / result.start, "s", color=color("muted"), markersize=6, markerfacecolor="none",
            markeredgewidth=1.5, linestyle=":")  # fmt: skip
    ax.text(0.5, 0.94, "decay on the weight", color=color("l1"), weight="bold", va="top", ha="right")
    ax.text(0.3, 0.76, "on the gain: ridge", color=color("l2"), weight="bold", ha="left", va="bottom")
    ax.text(0.5, 0.12, r"the decayed weight's own norm", color=color("muted"), ha="right", va="bottom")
    ax.set(xlabel=r"strength $\lambda$", ylabel="norm over that without decay", ylim=(0, 1.08))
