"""Training and test error against lambda, gains by sample size, and the Hoerl-Kennard curve."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.definition.errors import ErrorCurves, SampleSizes
    from regutils.experiments.definition.ridge_risk import HoerlKennard

NAMES = {"l1": "lasso", "l2": "ridge"}
TITLES = {"diabetes": "Diabetes", "hitters": "Hitters", "simulated": "Simulated"}


def _describe(curves: "ErrorCurves") -> str:
    best = curves.best
    return (
        f"{TITLES[curves.name]}, {NAMES[curves.kind]}: training error rises with lambda from"
        f" {curves.train[:, -1].mean():.2f} to {curves.train[:, 0].mean():.2f}; test error is"
        f" {curves.least_squares_test.mean():.3f} for least squares, {curves.test[:, best].mean():.3f} at the best"
        f" lambda, {curves.lambdas[best]:.2g}, and {curves.test[:, 0].mean():.2f} at the largest."
    )


def _curves(ax: "Axes", curves: "ErrorCurves") -> None:
    role, repetitions = curves.kind, len(curves.test)
    for values, style in ((curves.train, "train"), (curves.test, "estimate")):
        mean = values.mean(axis=0)
        half = 1.96 * values.std(axis=0, ddof=1) / np.sqrt(repetitions)
        ax.fill_between(curves.lambdas, mean - half, mean + half, color=color(role), alpha=0.22, linewidth=0)
        ax.plot(curves.lambdas, mean, color=color(role), **line(style))
    ax.axhline(curves.least_squares_test.mean(), color=color("loss"), **line("reference"))
    best = curves.best
    ax.plot(curves.lambdas[best], curves.test[:, best].mean(), "o", color=color(role), markersize=8)
    ax.set(xscale="log", xlabel="λ", title=f"{TITLES[curves.name]}, {NAMES[curves.kind]}")
    ax.minorticks_off()


@figure(
    panels=2,
    alt=lambda result: (
        "Two panels, error against lambda. "
        + " ".join(_describe(curves) for curves in result)
        + " No method gets below the noise, at 1."
    ),
)
def simulated_errors(result: Sequence["ErrorCurves"], axes: Sequence["Axes"]) -> None:
    """Test and training error over lambda for the two penalties, truth known."""
    for ax, curves in zip(axes, result, strict=True):
        _curves(ax, curves)
        ax.axhline(curves.floor, color=color("truth"), **line("theory"))
        ax.set_ylim(0, 3.2)
        right = curves.lambdas[0]
        ax.text(right, curves.least_squares_test.mean() + 0.06, "least squares, test", color=color("loss"), ha="right")
        ax.text(right, curves.floor - 0.08, "noise", color=color("truth"), ha="right", va="top")
        left = curves.lambdas[-1] * 1.3
        ax.text(left, curves.test[:, -1].mean() * 0.9, "test", color=color(curves.kind), va="top", fontweight="bold")
        ax.text(left, curves.train[:, -1].mean() + 0.08, "training", color=color(curves.kind), fontweight="bold")
    axes[0].set_ylabel("error / noise variance")


@figure(
    panels=4,
    height=2.7,
    alt=lambda result: (
        "Four panels, error as a share of the target's variance against lambda, over "
        f"{len(result[0].test)} random splits. " + " ".join(_describe(curves) for curves in result)
    ),
)
def real_errors(result: Sequence["ErrorCurves"], axes: Sequence["Axes"]) -> None:
    """Test and training error over lambda on real data: one row a data set, one column a penalty."""
    for ax, curves in zip(axes, result, strict=True):
        _curves(ax, curves)
        ax.set(ylim=(0.38, 0.8), ylabel="error / variance" if curves.kind == "l1" else "")
        left = curves.lambdas[-1] * 1.2
        ax.text(
            left, curves.train[:, -1].mean() - 0.012, "training", color=color(curves.kind), va="top", fontweight="bold"
        )
        ax.text(left, curves.test[:, -1].mean() + 0.015, "test", color=color(curves.kind), fontweight="bold")


@figure(
    panels=2,
    alt=lambda result: (
        "Two panels, test error at the best lambda relative to least squares by number of training rows. "
        + " ".join(
            f"{TITLES[sizes.name]}: at {sizes.sizes[0]:.0f} rows {sizes.l1[0, 0]:.2f} for the lasso and"
            f" {sizes.l2[0, 0]:.2f} for ridge; at {sizes.sizes[-1]:.0f} rows"
            f" {sizes.l1[-1, 0]:.2f} and {sizes.l2[-1, 0]:.2f}."
            for sizes in result
        )
    ),
)
def sample_sizes(result: Sequence["SampleSizes"], axes: Sequence["Axes"]) -> None:
    """Ratio of test errors by training rows, with intervals."""
    for ax, sizes in zip(axes, result, strict=True):
        ax.axhline(1.0, color=color("loss"), **line("reference"))
        for ratios, role, marker, shift in ((sizes.l1, "l1", "o", 0.975), (sizes.l2, "l2", "s", 1.025)):
            error = np.abs(ratios[:, 1:] - ratios[:, :1]).T
            ax.errorbar(
                sizes.sizes * shift, ratios[:, 0], yerr=error, color=color(role), marker=marker, label=NAMES[role],
                capsize=3, **line("estimate" if role == "l1" else "theory"),
            )  # fmt: skip
        ax.set(xscale="log", title=TITLES[sizes.name], xlabel="training rows", ylim=(0, 1.1))
        ax.set_xticks(sizes.sizes, [f"{size:.0f}" for size in sizes.sizes])
        ax.minorticks_off()
        ax.text(sizes.sizes[0], 1.025, "least squares", color=color("loss"))
        ax.legend(loc="lower right")
    axes[0].set_ylabel("test error / least squares'")


@figure(
    alt=lambda result: (
        f"""Mean squared error of the ridge coefficients on diabetes against the penalty k. It is
    {result.least_squares:,.0f} for least squares, falls until k = {result.best:.4f}, where it is
    {result.best_error:,.0f}, and rises above least squares later; at the plug-in k = {result.plug_in:.4f} it is
    {result.plug_in_error:,.0f}. Variance falls and squared bias rises all the way. Simulated means lie on the curve."""
    ),
)
def hoerl_kennard(result: "HoerlKennard", axes: Sequence["Axes"]) -> None:
    """Error, variance and squared bias over k with the guaranteed range shaded."""
    (ax,) = axes
    scale = 1e5
    ax.axvspan(result.k[0], result.bound, color=color("surface"))
    ax.axhline(result.least_squares / scale, color=color("loss"), **line("reference"))
    ax.plot(result.k, result.error / scale, color=color("l2"), **line("estimate"))
    ax.plot(result.k, result.variance / scale, color=color("l2"), **line("train"))
    ax.plot(result.k, result.squared_bias / scale, color=color("l2"), **line("theory"))
    ax.errorbar(
        result.simulated_k, result.simulated / scale, yerr=2 * result.simulated_error / scale, fmt="D", capsize=3,
        color=color("ink"), markersize=4, zorder=5,
    )  # fmt: skip
    ax.plot(result.plug_in, result.plug_in_error / scale, "X", color=color("highlight"), markersize=9, zorder=6)
    ax.text(result.plug_in * 1.15, result.plug_in_error / scale - 0.12, "plug-in k", color=color("highlight"), va="top")
    ax.text(result.k[-1], result.least_squares / scale + 0.1, "least squares", color=color("loss"), ha="right")
    ax.text(2.6e-5, 6.6, "theorem:\nthe error falls here", color=color("muted"), va="center")
    ax.text(2.1e-2, 8.2, "error = variance + bias²", color=color("l2"), fontweight="bold", ha="right")
    ax.text(3.2e-2, 1.15, "variance", color=color("l2"))
    ax.text(1.5e-3, 0.75, "bias²", color=color("l2"), ha="right")
    ax.set(xscale="log", xlabel="k", ylabel="E‖θ̂ − θ‖² / 10⁵", ylim=(0, 9), xlim=(result.k[0], result.k[-1]))
    ax.minorticks_off()
