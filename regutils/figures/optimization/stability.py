"""Shaky and steady: the oscillation of subgradient steps, and the condition number under L2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line
from regutils.figures.optimization._axes import plain_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.optimization.stability import Conditioning, Oscillation


@figure(
    panels=2,
    alt=lambda result: (
        f"Two panels. The coefficient of {result.feature}, which is zero at the optimum, under proximal steps "
        "reaches zero and stays; under subgradient steps it keeps jumping to and fro. The amplitude of the "
        "jumps follows step times lambda over four step sizes, with a fitted exponent of "
        f"{result.exponent:.2f}; under proximal steps it is {result.proximal_amplitude.max():g}."
    ),
)
def oscillation(result: Oscillation, axes: Sequence[Axes]) -> None:
    """A weight that belongs at zero, under both kinds of step, and the amplitude against the step size."""
    left, right = axes
    k = np.arange(result.trace.size)
    left.axhline(0, color=color("muted"), **line("guide"))
    left.plot(k, result.trace, color=color("muted"), marker="o", markersize=3, **line("guide"))
    left.plot(k, result.proximal_trace, color=color("l1"), **line("estimate"))
    left.text(k[-1], -0.62, "subgradient steps", color=color("muted"), ha="right", va="top")
    left.annotate("proximal steps", (30, 0), xytext=(30, 0.86), color=color("l1"), ha="center", weight="bold",
                  arrowprops={"arrowstyle": "->", "color": color("l1")})  # fmt: skip
    left.set(title=f"Coefficient of {result.feature}", xlabel="step", ylabel="$\\theta_j$", ylim=(-0.85, 1.15))
    right.loglog(result.step, result.bound, color=color("muted"), **line("reference"))
    right.loglog(result.step, result.amplitude, "o", color=color("ink"), markersize=7)
    right.annotate("step size $\\times\\,\\lambda$", (result.step[1], result.bound[1]), xytext=(-10, 14),
                   textcoords="offset points", ha="right", color=color("muted"))  # fmt: skip
    right.text(0.97, 0.06, "proximal steps: exactly 0,\nbelow any log scale", transform=right.transAxes, ha="right",
               color=color("l1"))  # fmt: skip
    right.set(title="How far it is thrown", xlabel="step size", ylabel="amplitude",
              ylim=(0.35 * result.amplitude.min(), 2.5 * result.amplitude.max()))  # fmt: skip
    plain_ticks(right.xaxis, (0.01, 0.02, 0.05))
    plain_ticks(right.yaxis, (0.05, 0.1, 0.2, 0.5, 1.0))


@figure(
    panels=2,
    alt=lambda result: (
        "Two panels against lambda. "
        + " ".join(
            f"On {one.name} the condition number falls from {one.condition[0]:.0f} to {one.condition[-1]:.1f}, "
            f"on the line of theory, and gradient descent needs {one.iterations[0]:,} iterations at the "
            f"smallest lambda and {one.iterations[-1]} at the largest."
            for one in result
        )
    ),
)
def conditioning(result: Sequence[Conditioning], axes: Sequence[Axes]) -> None:
    """Condition number and iterations against the strength of L2, measured and predicted."""
    left, right = axes
    for one, marker, style in zip(result, ("o", "s"), ("theory", "reference"), strict=True):
        left.loglog(one.lam, one.condition_theory, color=color("muted"), **line(style))
        left.loglog(one.lam, one.condition, marker, color=color("l2"), label=one.name)
        right.loglog(one.lam, one.iterations_theory, color=color("muted"), **line(style))
        right.loglog(one.lam, one.iterations, marker, color=color("l2"), label=one.name)
    left.text(0.05, 0.07, "lines: theory", transform=left.transAxes, color=color("muted"))
    right.text(0.05, 0.07, "lines: upper bounds", transform=right.transAxes, color=color("muted"))
    for axis in axes:
        axis.legend(loc="upper right")
        axis.set_xlabel("$\\lambda$")
        plain_ticks(axis.xaxis, (0.01, 0.1, 1))
    left.set(title="Condition number", ylabel="$(L + 2\\lambda)\\,/\\,(\\mu + 2\\lambda)$")
    right.set(title="Iterations", ylabel="steps to an error of $10^{-6}$")
    plain_ticks(left.yaxis, (1, 10, 100), "{:g}")
    plain_ticks(right.yaxis, (10, 100, 1000), "{:,g}")
