"""Figures of the chapter optimization."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.optimization.noise import NoiseStudy
    from regutils.experiments.optimization.racing import Race, Rates
    from regutils.experiments.optimization.shrinkage import Arrivals, Flows
    from regutils.experiments.optimization.slopes import MeasuredSlopes, ProxMaps, Supports
    from regutils.experiments.optimization.stability import Conditioning, Oscillation
    from regutils.experiments.optimization.tractability import Agreement, Growth, Selections

Panels = Sequence["Axes"]


def _plain(axis: Any, ticks: Sequence[float], form: str = "{:g}") -> None:
    """Ticks of a logarithmic axis at round numbers, written out."""
    axis.set_ticks(ticks, [form.format(tick) for tick in ticks])
    axis.set_minor_locator(_none())


def _none() -> Any:
    from matplotlib.ticker import NullLocator

    return NullLocator()


@figure(
    panels=2,
    alt=lambda result: (
        "Two panels. Lambda times the absolute value has a corner at zero, supported there by a fan of "
        f"{result.fan.size} lines with slopes from {result.fan[0]:g} to {result.fan[-1]:g}. Lambda times the "
        "square is smooth: one tangent at each point, and the one at zero is flat."
    ),
)
def supports(result: Supports, axes: Panels) -> None:
    """The fan of subgradients of |theta| at zero, and tangents of theta^2."""
    left, right = axes
    for slope in result.fan:
        left.axline((0.0, 0.0), slope=slope, color=color("muted"), **line("guide"))
    left.plot(result.grid, result.absolute, color=color("l1"), **line("estimate"))
    left.plot(0, 0, "o", color=color("ink"))
    left.text(0, 1.35, "one corner,\nmany supporting lines", ha="center", color=color("ink"))
    left.set(title="L1: $\\lambda|\\theta|$", xlabel="weight $\\theta$", ylim=(-1.1, 1.8), xlim=(-1.6, 1.6))
    for point, slope in zip(result.touch, result.tangent, strict=True):
        height = result.lam * point**2
        right.axline((point, height), slope=slope, color=color("muted"), **line("guide"))
        right.plot(point, height, "o", color=color("ink"))
        side, shift = ("right", -6) if point < 0 else ("left", 6)
        right.annotate(f"slope {slope:g}".replace("-", "\N{MINUS SIGN}"), (point, height), xytext=(shift, -16),
                       textcoords="offset points", ha=side, color=color("ink"))  # fmt: skip
    right.plot(result.grid, result.square, color=color("l2"), **line("estimate"))
    right.set(title="L2: $\\lambda\\theta^2$", xlabel="weight $\\theta$", ylim=(-1.1, 1.8), xlim=(-1.6, 1.6))


@figure(
    panels=2,
    alt=lambda result: (
        "Two panels: the weight after one proximal step against the weight before. L1 is flat at zero up to "
        f"{result.threshold:g} in size and then runs parallel to the diagonal, {result.threshold:g} below it. "
        "The elastic net is flat over a shorter stretch, then rises less steeply. L2 is a straight line of "
        f"slope {result.l2_factor:.2f} through zero. L0, with the same flat part, jumps from zero to the "
        "diagonal."
    ),
)
def prox(result: ProxMaps, axes: Panels) -> None:
    """One proximal step, penalty by penalty."""
    left, right = axes
    for axis in axes:
        axis.axline((0, 0), slope=1, color=color("muted"), **line("reference"))
        axis.axvspan(-result.threshold, result.threshold, color=color("surface"), zorder=0)
        axis.set(xlabel="before the step", xlim=(-3, 3), ylim=(-3, 3))
    left.plot(result.grid, result.l1, color=color("l1"), label="L1", **line("estimate"))
    left.plot(result.grid, result.elastic_net, color=color("elastic_net"), label="elastic net", **line("train"))
    left.plot(result.grid, result.l2, color=color("l2"), label="L2", **line("theory"))
    left.legend(loc="upper left")
    left.set(title="Convex: no jumps", ylabel="after the step")
    right.plot(result.grid, result.l1, color=color("l1"), label="L1: subtracts", **line("estimate"))
    for side in (result.grid < -result.threshold, result.grid > result.threshold):
        right.plot(result.grid[side], result.l0[side], color=color("highlight"), **line("estimate"))
    inside = np.abs(result.grid) <= result.threshold
    right.plot(result.grid[inside], result.l0[inside], color=color("highlight"), label="L0: keeps or kills",
               **{**line("theory"), "linewidth": 2.4})  # fmt: skip
    right.legend(loc="upper left")
    right.set(title="L0: a jump")


@figure(
    panels=2,
    alt=lambda result: (
        f"Two panels of slopes measured by finite differences. Under L1 the slope is {-result.lam:g} for every "
        f"negative weight and {result.lam:g} for every positive one; at zero it is {result.l1_at_zero[0]:.2f} "
        f"to the left and {result.l1_at_zero[1]:.2f} to the right, a jump of {2 * result.lam:g}. Under L2 the "
        f"slope is the straight line {2 * result.lam:g} theta, through zero without a jump."
    ),
)
def measured_slopes(result: MeasuredSlopes, axes: Panels) -> None:
    """Finite differences on top of the formulas."""
    left, right = axes
    for side in (result.theta < 0, result.theta > 0):
        left.plot(result.theta[side], result.l1_formula[side], color=color("l1"), **line("theory"))
    left.plot(result.theta, result.l1, "o", color=color("l1"), markersize=4)
    left.plot([0, 0], result.l1_at_zero, color=color("highlight"), linewidth=3)
    left.plot([0, 0], result.l1_at_zero, "o", color=color("highlight"))
    left.annotate("at zero: every slope\nin between", (0, 0.12), xytext=(12, -4), textcoords="offset points",
                  color=color("highlight"), va="center")  # fmt: skip
    left.set(title="L1: $\\lambda\\,$sign$(\\theta)$, and a jump", ylabel="slope of the penalty")
    right.plot(result.theta, result.l2_formula, color=color("l2"), **line("theory"))
    right.plot(result.theta, result.l2, "o", color=color("l2"), markersize=4)
    right.plot([0, 0], result.l2_at_zero, "o", color=color("highlight"))
    right.annotate("at zero: zero", (0, 0), xytext=(12, -10), textcoords="offset points", color=color("highlight"))
    right.set(title="L2: $2\\lambda\\theta$")
    for axis in axes:
        axis.set(xlabel="weight $\\theta$", ylim=(-2.2, 2.2))


@figure(
    panels=3,
    height=3.3,
    alt=lambda result: (
        f"Three panels. A weight starting at {result[0].theta0:g} falls along a straight line under L1 and is "
        f"zero at time {result[0].l1_arrival:.2f}; under L2 {result[0].l2_left:.0%} of it is left then. On a "
        "logarithmic scale L2 is a straight line without end and L1 drops out of sight. In "
        f"{result[1].predicted.size} runs of proximal steps, {result[1].share_exact:.0%} arrive at exactly the "
        "predicted step."
    ),
)
def flows(result: tuple[Flows, Arrivals], axes: Panels) -> None:
    """Gradient flows of the penalties alone, and the arrival of proximal steps."""
    flow, runs = result
    linear, logarithmic, steps = axes
    dots = slice(None, None, 8)
    for axis in (linear, logarithmic):
        for values, closed, role, marker in (
            (flow.l1, flow.l1_closed, "l1", "o"),
            (flow.l2, flow.l2_closed, "l2", "s"),
        ):
            shown = closed if axis is linear else np.where(closed > 0, closed, np.nan)
            axis.plot(flow.times, shown, color=color(role), **line("theory"))
            above = values[dots] > 0 if axis is logarithmic else np.full(flow.times[dots].size, True)
            axis.plot(flow.times[dots][above], values[dots][above], marker, color=color(role), markersize=4)
        axis.set(xlabel="time $t$")
    linear.text(2.2, 1.05, "L1", color=color("l1"), weight="bold")
    linear.text(1.0, 1.0, "L2", color=color("l2"), weight="bold")
    linear.annotate("L1 arrives", (flow.l1_arrival, 0), xytext=(10, 40), textcoords="offset points", ha="center",
                    color=color("ink"), arrowprops={"arrowstyle": "-", "color": color("muted")})  # fmt: skip
    linear.set(title="The weight", ylabel="$\\theta(t)$", ylim=(-0.08, None))
    logarithmic.set_yscale("log")
    logarithmic.axvline(flow.l1_arrival, color=color("muted"), **line("guide"))
    logarithmic.set(title="On a log scale", ylim=(2e-3, 3))
    logarithmic.text(4.15, 0.9, "L1: gone", color=color("l1"))
    logarithmic.text(0.1, 0.006, "L2: always\nsomething left", color=color("l2"))
    steps.plot([0, 1], [0, 1], transform=steps.transAxes, color=color("muted"), **line("reference"))
    steps.plot(runs.predicted, runs.observed, "o", color=color("l1"), markersize=3)
    limit = 1.05 * float(runs.predicted.max())
    steps.set(title="Proximal steps, L1", xlabel="arrival predicted (step)", ylabel="observed (step)",
              xlim=(0, limit), ylim=(0, limit))  # fmt: skip


# Solvers: which color and line tells them apart, besides their direct labels.
_RUNNERS: dict[str, tuple[str, str, str]] = {
    "subgradient": ("muted", "estimate", "subgradient"),
    "ISTA": ("l1", "theory", "ISTA"),
    "FISTA": ("l1", "estimate", "FISTA"),
    "projected gradient": ("highlight", "train", "projected\ngradient"),
    "ADMM": ("highlight", "estimate", "ADMM"),
    "coordinate descent": ("ink", "estimate", "coordinate\ndescent"),
}


@figure(
    panels=2,
    height=4.0,
    alt=lambda result: (
        "Two panels: duality gap on a logarithmic scale against iterations and against seconds of this run. "
        + ", ".join(f"{run.name} takes {run.iterations:,}" for run in result.finishers)
        + f" iterations to a gap of {result.tol:g}. The subgradient method is stopped after "
        f"{result['subgradient'].iterations:,} steps at a gap of {result['subgradient'].gap.min():.0f}."
    ),
)
def race(result: Race, axes: Panels) -> None:
    """Gap against iterations and against time, all solvers."""
    iterations, seconds = axes
    for run in result.runs:
        role, style, label = _RUNNERS[run.name]
        best = np.minimum.accumulate(run.gap)
        iterations.plot(
            np.arange(best.size) + 1, best, color=color(role), label=label.replace("\n", " "), **line(style)
        )
        seconds.plot(1e3 * run.seconds, best, color=color(role), **line(style))
        for axis, end in ((iterations, best.size), (seconds, 1e3 * run.seconds[-1])):
            axis.plot(end, best[-1], "o", color=color(role))
    for axis in axes:
        axis.axhline(result.tol, color=color("muted"), **line("reference"))
        axis.set(xscale="log", yscale="log")
    iterations.legend(loc="lower left", bbox_to_anchor=(0.0, 0.06))
    iterations.set(title="Counted", xlabel="iterations", ylabel="best duality gap so far")
    seconds.set(title="Timed, in this run", xlabel="milliseconds")


@figure(
    alt=lambda result: (
        "Error of the objective against the number of steps, both logarithmic. ISTA and FISTA stay below "
        f"their bounds: after {result.k[99]:.0f} steps ISTA is at {result.ista[99]:.2g} (bound "
        f"{result.ista_bound[99]:.2g}) and FISTA at {result.fista[99]:.2g} (bound "
        f"{result.fista_bound[99]:.2g})."
    ),
)
def rates(result: Rates, axes: Panels) -> None:
    """Measured errors under the guarantees of Beck and Teboulle."""
    (axis,) = axes
    last = 130
    k = result.k[:last]
    for values, bound, style, name in (
        (result.ista, result.ista_bound, "reference", "ISTA"),
        (result.fista, result.fista_bound, "train", "FISTA"),
    ):
        axis.loglog(k, bound[:last], color=color("muted"), **line(style))
        axis.loglog(k, values[:last], color=color("l1"), **line("theory" if name == "ISTA" else "estimate"))
        power = "1/k" if name == "ISTA" else "1/k^2"
        axis.text(k[-1] * 1.06, bound[last - 1], f"bound, ${power}$", color=color("muted"), va="center")
        axis.text(k[-1] * 1.06, max(values[last - 1], 1e-9), name, color=color("l1"), va="center", weight="bold")
    axis.set(xlabel="step $k$", ylabel="objective minus optimum", xlim=(0.9, 420))
    _plain(axis.xaxis, (1, 3, 10, 30, 100))


@figure(
    panels=2,
    alt=lambda result: (
        f"Two panels. The coefficient of {result.feature}, which is zero at the optimum, under proximal steps "
        "reaches zero and stays; under subgradient steps it keeps jumping to and fro. The amplitude of the "
        "jumps follows step times lambda over four step sizes, with a fitted exponent of "
        f"{result.exponent:.2f}; under proximal steps it is {result.proximal_amplitude.max():g}."
    ),
)
def oscillation(result: Oscillation, axes: Panels) -> None:
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
    _plain(right.xaxis, (0.01, 0.02, 0.05))
    _plain(right.yaxis, (0.05, 0.1, 0.2, 0.5, 1.0))


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
def conditioning(result: Sequence[Conditioning], axes: Panels) -> None:
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
        _plain(axis.xaxis, (0.01, 0.1, 1))
    left.set(title="Condition number", ylabel="$(L + 2\\lambda)\\,/\\,(\\mu + 2\\lambda)$")
    right.set(title="Iterations", ylabel="steps to an error of $10^{-6}$")
    _plain(left.yaxis, (1, 10, 100), "{:g}")
    _plain(right.yaxis, (10, 100, 1000), "{:,g}")


@figure(
    panels=2,
    alt=lambda result: (
        f"Two panels. The number of fits of an exhaustive search grows by a factor of {result[0].doubling:.2f} "
        f"with each feature, to {result[0].subset_fits[-1]:,.0f} at {result[0].subset_features[-1]:.0f} "
        f"features; the lasso's coefficient updates grow like p to the power {result[0].degree:.1f}, to "
        f"{result[0].lasso_updates[-1]:,.0f} at {result[0].lasso_features[-1]:.0f} features. The share of data "
        f"sets with the same support rises with the signal-to-noise ratio: to {result[1].share[0, -1]:.0%} "
        f"with independent features, but only to {result[1].share[-1, -1]:.0%} with correlation "
        f"{result[1].correlation[-1]:g}."
    ),
)
def search(result: tuple[Growth, Agreement], axes: Panels) -> None:
    """The work of best subset and lasso as features are added, and how often they select the same."""
    work, same = result
    left, right = axes
    left.loglog(work.subset_features, work.subset_fits, "s-", color=color("highlight"))
    left.loglog(work.lasso_features, work.lasso_updates, "o-", color=color("l1"))
    left.text(19.5, work.subset_fits[-1], "best subset:\nfits", color=color("highlight"), va="center")
    left.text(95, 1_300, "lasso:\ncoefficient\nupdates", color=color("l1"), va="top")
    left.set(title="Work", xlabel="features $p$", ylabel="count", ylim=(100, 1e6))
    _plain(left.xaxis, (10, 20, 40, 80, 160, 320))
    _plain(left.yaxis, (1e2, 1e3, 1e4, 1e5, 1e6), "{:,g}")
    left.yaxis.set_ticklabels(["100", "1,000", "10,000", "100,000", "1 million"])
    looks = (("estimate", 1.1, -0.08), ("theory", 1.5, 0.0), ("train", 1.0, 0.13))
    for share, correlation, (style, at, shift) in zip(same.share, same.correlation, looks, strict=True):
        right.plot(same.snr, share, marker="o", color=color("l1"), **line(style))
        right.text(at, share[1] + shift, f"correlation {correlation:g}", color=color("ink"))
    right.set(title="Same support", xscale="log", xlabel="signal-to-noise ratio", ylabel="share of data sets",
              ylim=(0, 1.06))  # fmt: skip
    _plain(right.xaxis, tuple(same.snr))


@figure(
    panels=2,
    height=3.7,
    alt=lambda result: (
        "Two panels against the signal-to-noise ratio. Relative test error at a ratio of "
        + "; at ".join(
            f"{result.snr[i]:g}: "
            + ", ".join(f"{name} {result.mean[m, i]:.3f}" for m, name in enumerate(result.methods))
            for i in (1, -1)
        )
        + f". The paired difference, best subset minus lasso, is above zero at ratios up to "
        f"{result.snr[result.winners('lasso', over='best subset') > 0][-1]:g} (the lasso wins), and below from "
        f"{result.snr[result.winners('lasso', over='best subset') < 0][0]:g} on (best subset wins)."
    ),
)
def noise(result: NoiseStudy, axes: Panels) -> None:
    """Relative test error of three sparse fits against the signal-to-noise ratio, and the paired difference of two."""
    left, right = axes
    looks = (("highlight", "s", "estimate"), ("l1", "o", "estimate"), ("ink", "^", "train"))
    for row, (name, (role, marker, style), shift) in enumerate(
        zip(result.methods, looks, (0.97, 1.03, 1.0), strict=True)
    ):
        left.errorbar(result.snr * shift, result.mean[row], yerr=result.half_width[row], marker=marker,
                      color=color(role), elinewidth=1, label=name, **line(style))  # fmt: skip
    left.legend(loc="upper right")
    left.set(title="Relative test error", ylabel="1 = the true model", ylim=(1.04, None))
    mean, half = result.advantage("lasso", over="best subset")
    winners = result.winners("lasso", over="best subset")
    right.axhline(0, color=color("ink"), **line("guide"))
    for who, role, marker in ((1, "l1", "o"), (0, "muted", "D"), (-1, "highlight", "s")):
        at = winners == who
        right.errorbar(result.snr[at], mean[at], yerr=half[at], fmt=marker, color=color(role), elinewidth=1.4)
    right.text(0.03, 0.95, "lasso better", transform=right.transAxes, color=color("l1"), va="top")
    right.text(0.03, 0.05, "best subset better", transform=right.transAxes, color=color("highlight"))
    right.set(title="Best subset minus lasso", ylabel="paired difference in error")
    reach = 1.25 * float(np.max(np.abs(mean) + half))
    right.set_ylim(-reach, reach)
    for axis in axes:
        axis.set(xscale="log", xlabel="signal-to-noise ratio")
        _plain(axis.xaxis, (0.05, 0.14, 0.42, 1.22, 6))


@figure(
    height=5.4,
    alt=lambda result: (
        f"A grid of {len(result.features)} features by model sizes 1 to {len(result.features)}. Best subset "
        f"and lasso agree on the whole support at {int(result.agree.sum())} of {result.agree.size} sizes. The "
        f"lasso takes up {result.features[0]}, {result.features[1]} and {result.features[2]} first; the best "
        f"subset drops a feature again {result.dropped} times as the size grows."
    ),
)
def selections(result: Selections, axes: Panels) -> None:
    """Which features best subset and lasso hold at each size on Hitters."""
    (axis,) = axes
    size, feature = np.nonzero(result.subset)
    axis.plot(size + 1, feature, "s", color=color("highlight"), markersize=4.5, label="best subset")
    size, feature = np.nonzero(result.lasso)
    axis.plot(
        size + 1, feature, "o", color=color("l1"), markersize=9, fillstyle="none", markeredgewidth=1.4, label="lasso"
    )
    count = len(result.features)
    axis.set_yticks(range(count), result.features)
    axis.set(xlabel="number of features in the model", ylim=(count - 0.4, -0.6), xlim=(0.3, count + 0.7))
    axis.set_xticks(range(1, count + 1, 2))
    axis.legend(loc="lower left", bbox_to_anchor=(0.0, 0.02))
    axis.set_title("Hitters: who is in?")
