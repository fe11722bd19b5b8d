"""Thresholds, bounds and equilibria: the theory's line and what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.replications.donoho_tanner import Transition
    from regutils.experiments.replications.gradient_flow import FlowAndRidge
    from regutils.experiments.replications.scale_invariance import Equilibrium


@figure(
    height=3.5,
    alt=lambda result: (
        "Share of signals that basis pursuit recovers, falling from one to zero as the nonzeros per measurement grow: "
        + "; ".join(
            f"with n/p = {run.delta:g} it passes one half at {run.half.ratio:.3f} (theory: {run.half.theory:.3f})"
            for run in result
        )
        + "."
    ),
)
def transition(result: Sequence[Transition], axes: Sequence[Axes]) -> None:
    """Success against k/n for several n/p, with the weak thresholds."""
    (axis,) = axes
    for run, marker, style in zip(result, ("o", "s", "^"), ("estimate", "train", "theory"), strict=False):
        axis.axvline(run.half.theory, color=color("ink"), **line("reference"))
        axis.errorbar(run.ratio, run.success, yerr=2 * run.error, marker=marker, color=color("l1"), elinewidth=1.2,
                      **line(style))  # fmt: skip
        axis.annotate(f"n/p = {run.delta:g}", (run.half.theory, 1.0), (4 if run is result[-1] else -4, 10),
                      ha="left" if run is result[-1] else "right", textcoords="offset points",
                      color=color("l1"))  # fmt: skip
    last = result[-1].half.theory
    axis.annotate("threshold", (last, 0.66), (6, 0), textcoords="offset points", color=color("ink"), va="bottom")
    axis.set(title="Recovery without noise", xlabel="nonzeros per measurement, k/n", ylabel="share recovered",
             ylim=(-0.03, 1.16))  # fmt: skip
    axis.set_yticks([0, 0.25, 0.5, 0.75, 1])


@figure(
    panels=2,
    height=3.5,
    alt=lambda result: (
        f"Two panels. Left: the variance of gradient flow over that of ridge in one direction peaks at "
        f"{result.largest[1]:.4f} where time times curvature is {result.largest[0]:.2f}, and is one at both ends; the "
        f"ratio of squared biases never exceeds one. Right: both risks on diabetes over time; gradient flow never has "
        f"more than {(result.flow / result.ridge).max():.2f} times that of ridge, and their minima differ by "
        f"{abs(result.best_ratio - 1):.1%}."
    ),
)
def flow_and_ridge(result: FlowAndRidge, axes: Sequence[Axes]) -> None:
    """The two ratios by direction, and both risks on the diabetes data."""
    left, right = axes
    at, top = result.largest
    shown = result.dose >= 1e-2
    left.plot(result.dose[shown], result.variance_ratio[shown], color=color("ink"), **line("estimate"))
    left.plot(result.dose[shown], result.bias_ratio[shown], color=color("loss"), **line("train"))
    left.plot(at, top, "o", color=color("ink"))
    left.annotate(f"{top:.4f}", (at, top), (0, 7), textcoords="offset points", ha="center")
    left.text(16, 1.5, "variance", color=color("ink"))
    left.text(0.9, 0.35, "squared\nbias", color=color("loss"), ha="right")
    left.set(title="Flow over ridge, one direction", xscale="log", xlabel="time × curvature", ylabel="ratio",
             ylim=(0, 1.95), xlim=(1e-2, 1e3))  # fmt: skip
    right.plot(result.time, result.flow / 1e6, color=color("ink"), **line("estimate"))
    right.plot(result.time, result.ridge / 1e6, color=color("l2"), **line("theory"))
    right.text(1e2, 1.2, "gradient flow", color=color("ink"), ha="right")
    right.text(1.2e4, 1.05, "ridge, λ = 1/t", color=color("l2"), ha="left")
    right.set(title="Diabetes", xscale="log", xlabel="time $t$", ylabel="risk of the coefficients, millions")
    for axis in axes:
        axis.minorticks_off()


@figure(
    height=3.4,
    alt=lambda result: (
        "The norm of scale-invariant weights starts at one, and settles at the predicted value whatever the setting: "
        + "; ".join(
            f"learning rate {run.learning_rate:g} and decay {run.decay:g}, predicted {run.predicted**0.25:.2f}, "
            f"measured {run.fourth**0.25:.2f}"
            for run in result
        )
        + "."
    ),
)
def equilibrium(result: Sequence[Equilibrium], axes: Sequence[Axes]) -> None:
    """Norms against the step, with the predictions."""
    (axis,) = axes
    for run, style in zip(result, ("estimate", "train", "contour"), strict=False):
        scaled = run.steps * 4.0 * run.learning_rate * run.decay
        axis.plot(scaled, run.norm, color=color("ink"), **line(style))
        axis.axhline(run.predicted**0.25, color=color("muted"), **line("theory"))
        axis.annotate(f"rate {run.learning_rate:g}, decay {run.decay:g}", (12, run.predicted**0.25), (0, 6),
                      textcoords="offset points", ha="right", color=color("ink"))  # fmt: skip
    axis.set(title="The norm finds its place", xlabel="step × 4 × learning rate × decay", ylabel="‖w‖", xlim=(0, 12))
