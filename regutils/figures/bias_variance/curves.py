"""Learning curves, validation curves, and the strength that selects against the one that predicts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line
from regutils.figures.optimization._axes import plain_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.bias_variance.curves import LearningCurve, Scores, Selection


@figure(
    panels=2,
    height=3.6,
    alt=lambda result: (
        "Two panels of training and test error against the number of patients. Least squares: with "
        f"{result.sizes[0]:.0f} patients the medians are {result.quartiles('training', 'least squares')[1, 0]:.2f} and "
        f"{result.quartiles('test', 'least squares')[1, 0]:.2f}, with {result.sizes[-1]:.0f} "
        f"{result.quartiles('training', 'least squares')[1, -1]:.2f} and "
        f"{result.quartiles('test', 'least squares')[1, -1]:.2f}. Lasso: "
        f"{result.quartiles('training', 'lasso')[1, 0]:.2f} and {result.quartiles('test', 'lasso')[1, 0]:.2f}, "
        f"then {result.quartiles('training', 'lasso')[1, -1]:.2f} and {result.quartiles('test', 'lasso')[1, -1]:.2f}: "
        "the gap is small from the start."
    ),
)
def learning_curve(result: LearningCurve, axes: Sequence[Axes]) -> None:
    """Training and test error over the sample size, least squares beside the lasso."""
    for axis, method, role in zip(axes, ("least squares", "lasso"), ("loss", "l1"), strict=True):
        for which, style, marker in (("test", "estimate", "o"), ("training", "train", "s")):
            low, middle, high = result.quartiles(which, method)
            axis.errorbar(result.sizes, middle, yerr=[middle - low, high - middle], marker=marker, color=color(role),
                          elinewidth=1.2, **line(style))  # fmt: skip
            axis.annotate(which, (result.sizes[-1], middle[-1]), xytext=(2, 12 if which == "test" else -16),
                          textcoords="offset points", color=color(role), ha="right", fontweight="bold")  # fmt: skip
        axis.axhline(1.0, color=color("muted"), **line("reference"))
        axis.text(result.sizes[-1], 1.02, "predicting the mean", color=color("muted"), ha="right", fontsize=9.0)
        axis.set(title=method.capitalize(), ylim=(0, 1.65), xlabel="patients in training",
                 ylabel="squared error / variance")  # fmt: skip


PICKS = {
    "cross-validation": ("ink", "o"),
    "one standard error": ("highlight", "D"),
    "Cp": ("l1", "^"),
    "BIC": ("l2", "v"),
}


def _features(result: Scores, name: str) -> int:
    return int(np.count_nonzero(result.path.coef[0, result.picks()[name][0]]))


@figure(
    panels=2,
    height=3.9,
    alt=lambda result: (
        "Two panels against the strength, which falls to the right. Left: the training error falls all the way, the "
        "error in cross-validation falls, is flat, and rises again. Right: Cp and BIC, each with its minimum. The "
        "choices: " + ", ".join(f"{name} {_features(result, name)} features" for name in PICKS) + "."
    ),
)
def validation_curve(result: Scores, axes: Sequence[Axes]) -> None:
    """Training and cross-validated error, and two information criteria, over the strength."""
    left, right = axes
    lam = result.path.lambdas[0]
    picks = {name: int(at[0]) for name, at in result.picks().items()}
    middle, spread = result.validation[0], result.error[0]
    left.fill_between(lam, middle - spread, middle + spread, color=color("grid"), linewidth=0)
    left.plot(lam, middle, color=color("ink"), **line("estimate"))
    left.plot(lam, result.training[0], color=color("muted"), **line("train"))
    left.axhline(middle.min() + spread[picks["cross-validation"]], color=color("highlight"), **line("reference"))
    left.annotate("training", (lam[-1], result.training[0, -1]), xytext=(0, -13), textcoords="offset points",
                  ha="right", color=color("muted"), fontweight="bold")  # fmt: skip
    left.annotate("cross-validation", (lam[-1], middle[-1]), xytext=(0, 20), textcoords="offset points", ha="right",
                  color=color("ink"), fontweight="bold")  # fmt: skip
    right.plot(lam, result.cp[0], color=color("l1"), **line("estimate"))
    right.plot(lam, result.bic[0], color=color("l2"), **line("estimate"))
    for name, curve, role in (("Cp", result.cp[0], "l1"), ("BIC", result.bic[0], "l2")):
        right.annotate(name, (lam[-4], curve[-4]), xytext=(-2, 10), textcoords="offset points", ha="right",
                       color=color(role), fontweight="bold")  # fmt: skip
    places = (
        (left, "cross-validation", middle, (4, -34), "left"),
        (left, "one standard error", middle, (-14, -42), "right"),
        (right, "Cp", result.cp[0], (10, -24), "left"),
        (right, "BIC", result.bic[0], (-6, 26), "center"),
    )
    for axis, name, curve, offset, side in places:
        role, marker = PICKS[name]
        at = picks[name]
        axis.plot(lam[at], curve[at], marker, color=color(role), markersize=8, zorder=5)
        axis.annotate(f"{_features(result, name)} features", (lam[at], curve[at]), xytext=offset, ha=side,
                      textcoords="offset points", color=color(role), fontsize=9.0,
                      arrowprops={"arrowstyle": "-", "color": color(role), "shrinkB": 5})  # fmt: skip
    left.set(title="Seen and unseen patients", ylabel="mean squared error")
    right.set(title="Information criteria", ylabel="training error + charge")
    high = float(result.validation[0, 0])
    for axis in axes:
        axis.set(xscale="log", xlabel="$\\lambda$, weaker to the right", ylim=(0.36 * high, 1.12 * high))
        axis.set_xlim(lam[0] * 1.2, lam[-1] / 1.2)
        plain_ticks(axis.xaxis, (30, 10, 3, 1, 0.3, 0.1))


@figure(
    panels=2,
    height=3.9,
    alt=lambda result: (
        "Left: excess risk against the strength relative to its largest value has a minimum far to the right. Right: "
        "features missed are zero there and features wrongly taken many. Chosen for the best prediction, the lasso "
        f"wrongly takes {result.at('best prediction', 'false').mean:.1f} features on average; by cross-validation "
        f"{result.at('cross-validation', 'false').mean:.1f}, by the rule of one standard error "
        f"{result.at('one standard error', 'false').mean:.1f}. With the fewest mistakes it takes "
        f"{result.at('fewest mistakes', 'false').mean:.1f}, and its risk is "
        f"{result.at('fewest mistakes', 'risk').mean / result.at('best prediction', 'risk').mean:.0f} times the least."
    ),
)
def selection(result: Selection, axes: Sequence[Axes]) -> None:
    """Risk, and features missed or wrongly taken, along the path."""
    left, right = axes
    shown = result.share >= 0.02
    share = result.share[shown]
    for axis, values, role, style, name in (
        (left, result.risk, "ink", "estimate", ""),
        (right, result.false, "l2", "estimate", "wrongly taken"),
        (right, result.missed, "truth", "theory", "missed"),
    ):
        mean = values[:, shown].mean(axis=0)
        error = 2 * values[:, shown].std(axis=0, ddof=1) / np.sqrt(len(values))
        axis.fill_between(share, mean - error, mean + error, color=color("grid"), linewidth=0)
        axis.plot(share, mean, color=color(role), **line(style))
        if name == "missed":
            axis.annotate(name, (share[1], mean[1]), xytext=(4, 6), textcoords="offset points", color=color(role),
                          fontweight="bold")  # fmt: skip
        elif name:
            at = int(np.argmin(np.abs(share - 0.055)))
            axis.annotate("wrongly\ntaken", (share[at], mean[at]), xytext=(8, -4), textcoords="offset points", va="top",
                          color=color(role), fontweight="bold")  # fmt: skip
    for axis, what in ((left, "risk"), (right, "false")):
        for name, role, marker in (("best prediction", "l1", "o"), ("fewest mistakes", "highlight", "D")):
            place = float(np.exp(np.mean(np.log(result.share[result.picks[name]]))))
            height = result.at(name, what).mean
            axis.axvline(place, color=color(role), zorder=1, **line("reference"))
            axis.plot(place, height, marker, color=color(role), markersize=8, zorder=5)
            if axis is left:
                axis.annotate(
                    name.replace(" ", "\n"), (place, 0.97), xycoords=axis.get_xaxis_transform(), va="top",
                    xytext=(5, 0), textcoords="offset points", color=color(role), fontweight="bold",
                )  # fmt: skip
    left.set(title="Prediction", ylabel="excess risk / noise variance", ylim=(0, None))
    right.set(title="Selection", ylabel="features", ylim=(0, None))
    for axis in axes:
        axis.set(xscale="log", xlabel="$\\lambda / \\lambda_{\\max}$, weaker to the right")
        axis.set_xlim(1.05, 0.019)
        plain_ticks(axis.xaxis, (1, 0.3, 0.1, 0.03))
