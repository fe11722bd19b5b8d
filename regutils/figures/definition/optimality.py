"""The optimality conditions along a path, and the radius that belongs to each lambda."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.definition.optimality import Balance, Radius


def _entries(result: "Balance") -> list[tuple[int, int]]:
    """(step, feature) of each first entry."""
    return [(int(np.argmax(result.coef[:, j] != 0)), j) for j in result.order]


@figure(
    panels=2,
    alt=lambda result: (
        f"""Left: each feature's correlation with the residual along the lasso path on diabetes, with the
    line correlation = lambda. No correlation is above the line; each runs into it and then stays on it. Right: the
    coefficients; each leaves zero at the lambda at which its correlation met the line. The first is
    {result.names[result.order[0]]} at lambda = {result.lambda_max:.2f}, then {result.names[result.order[1]]} and
    {result.names[result.order[2]]}."""
    ),
)
def balance(result: "Balance", axes: Sequence["Axes"]) -> None:
    """Correlations and coefficients against lambda; entries marked on both."""
    left, right = axes
    shown = set(result.order[:4])
    for j in range(result.coef.shape[1]):
        strong = j in shown
        waiting = np.where(result.coef[:, j] == 0, result.correlation[:, j], np.nan)
        left.plot(result.lambdas, waiting, color=color("ink" if strong else "loss"), linewidth=1.5 if strong else 0.9)
        right.plot(
            result.lambdas, result.coef[:, j], color=color("l1" if strong else "loss"), linewidth=1.7 if strong else 0.9
        )
    left.plot(result.lambdas, result.lambdas, color=color("l1"), **line("estimate"))
    for step, j in _entries(result):
        if j not in shown:
            continue
        left.plot(result.lambdas[step], result.correlation[step, j], "o", color=color("l1"), zorder=5)
        right.plot(result.lambdas[step], 0, "o", color=color("l1"), zorder=5)
    names = {"bmi": "BMI", "s5": "s5", "bp": "blood pressure", "s3": "HDL"}
    for (step, j), lift in zip(_entries(result)[:4], (7, -3, 3, -4), strict=True):
        left.annotate(
            names.get(result.names[j], result.names[j]), (result.lambdas[step], result.correlation[step, j]),
            xytext=(-7, lift), textcoords="offset points", ha="right", fontsize=8.5, color=color("ink"),
        )  # fmt: skip
        at, below = len(result.lambdas) - 1, False
        if abs(result.coef[at, j]) < 0.1:  # its end is lost among other lines: name it where it is largest
            at, below = int(np.argmax(np.abs(result.coef[:, j]))), True
        right.annotate(
            names.get(result.names[j], result.names[j]), (result.lambdas[at], result.coef[at, j]),
            xytext=(0, -4) if below else (2, 4), textcoords="offset points", fontsize=8.5, color=color("l1"),
            ha="center" if below else "left", va="top" if below else "baseline",
        )  # fmt: skip
    left.text(result.lambda_max * 0.02, result.lambda_max * 0.045, "correlation = λ", color=color("l1"), ha="right")
    for ax in axes:
        ax.axvline(result.lambda_max, color=color("muted"), **line("reference"))
        ax.set(xscale="log", xlabel="λ")
        ax.minorticks_off()
    right.text(result.lambda_max * 0.93, -0.38, "$\\lambda_{\\max}$", color=color("muted"), ha="right")
    left.set(
        title="No one rises above λ", ylabel="|correlation with residual|", yscale="log", ylim=(result.lambdas[-1], 1.0)
    )
    left.minorticks_off()
    right.set(title="Touch λ, then enter", ylabel="coefficient")


@figure(
    panels=2,
    alt=lambda result: (
        "Two panels: the norm of the penalized solution on diabetes against lambda, falling all the way. "
        + " ".join(
            f"{'Lasso, 1-norm' if radius.kind == 'l1' else 'Ridge, 2-norm'}: from {radius.least_squares:.2f} for"
            f" least squares to {radius.radius[0]:.2f}; the four constrained solutions lie on the curve, and their"
            f" coefficients differ from the penalized ones by at most {radius.distance:.0e}."
            for radius in result
        )
    ),
)
def radius(result: Sequence["Radius"], axes: Sequence["Axes"]) -> None:
    """t(lambda) as a curve; constrained solutions at the lambda read off them."""
    for ax, found in zip(axes, result, strict=True):
        role, name = found.kind, "‖θ‖₁" if found.kind == "l1" else "‖θ‖₂"
        ax.axhline(found.least_squares, color=color("loss"), **line("reference"))
        ax.plot(found.lambdas, found.radius, color=color(role), **line("estimate"), label="penalized: t(λ)")
        ax.plot(
            found.multiplier,
            found.at,
            "D",
            color=color("ink"),
            markersize=7,
            markerfacecolor="none",
            label="solved in the ball",
        )
        ax.text(
            found.lambdas[0], found.least_squares * 1.02, "least squares", color=color("loss"), ha="right", va="bottom"
        )
        ax.set(
            xscale="log", xlabel="λ", ylabel=f"radius t = {name}", ylim=(0, found.least_squares * 1.15),
            title="Lasso" if role == "l1" else "Ridge",
        )  # fmt: skip
        ax.minorticks_off()
        ax.legend(loc="lower left")
