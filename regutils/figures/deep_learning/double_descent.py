"""Test error against the number of features, for the least-norm fit and for ridge."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.deep_learning.double_descent import DoubleDescent, RandomFeatures

    Both = tuple[DoubleDescent, RandomFeatures]


def _alt(result: Both) -> str:
    simulated, real = result
    at = int(np.flatnonzero(simulated.widths == simulated.n)[0])
    peak = int(real.mean["least_norm"].argmax())
    valley = int(real.mean["least_norm"][:peak].argmin())
    return (
        f"Two panels, error against the number of features p. First: {simulated.n} simulated rows. The least-norm fit "
        f"has error {simulated.median['least_norm'][0]:.2f} with {simulated.widths[0]} features, "
        f"{simulated.median['least_norm'][at]:.0f} with p = n = {simulated.n}, and "
        f"{simulated.median['least_norm'][-1]:.2f} with {simulated.widths[-1]}, along the theory's curve; tuned "
        f"ridge stays between {simulated.median['tuned'].min():.2f} and {simulated.median['tuned'].max():.2f}. Second: "
        f"digits misclassified with random ReLU features fitted to {real.n} images. Least norm: "
        f"{real.mean['least_norm'][valley]:.0%} at p = {real.widths[valley]}, {real.mean['least_norm'][peak]:.0%} at "
        f"p = {real.widths[peak]}, {real.mean['least_norm'][-1]:.0%} at p = {real.widths[-1]}. Ridge falls from "
        f"{real.mean['tuned'][0]:.0%} to {real.mean['tuned'][-1]:.0%} without a peak."
    )


@figure(panels=2, height=3.7, alt=_alt)
def double_descent(result: Both, axes: Sequence[Axes]) -> None:
    """Simulated features with the theory, and random ReLU features of digits."""
    left, right = axes
    simulated, real = result
    left.plot(simulated.grid, simulated.theory["least_norm"], color=color("loss"), **line("theory"))
    left.plot(simulated.grid, simulated.theory["best"], color=color("l2"), **line("theory"))
    for name, tone, marker in (("least_norm", "loss", "^"), ("tuned", "l2", "o")):
        left.errorbar(simulated.widths, simulated.median[name], 2 * simulated.error[name], fmt=marker,
                      color=color(tone), elinewidth=1.3, markersize=5)  # fmt: skip
    left.axvline(simulated.n, color=color("muted"), **line("guide"))
    left.text(1.15 * simulated.n, 105, "p = n", color=color("muted"), fontsize="small")
    left.text(2.0, 3.2, "least norm", color=color("loss"), weight="bold")
    left.text(2.0, 0.92, "ridge, tuned", color=color("l2"), weight="bold", va="top")
    left.text(1.9, 100, "marks: simulated\ndashed: theory", color=color("muted"), fontsize="small", va="top")
    left.set(title=f"Independent features, n = {simulated.n}", xscale="log", yscale="log", ylim=(0.6, 150),
             xlabel="features p", ylabel="squared error on new data")  # fmt: skip
    left.set_xticks([2, 5, 10, 20, 40, 100, 200], ["2", "5", "10", "20", "40", "100", "200"])
    left.set_yticks([1, 10, 100], ["1", "10", "100"])
    left.minorticks_off()
    for name, tone, marker, style in (("least_norm", "loss", "^", "-"), ("tuned", "l2", "o", (0, (4, 1.6)))):
        right.errorbar(real.widths, real.mean[name], 2 * real.error[name], fmt=marker, linestyle=style,
                       color=color(tone), elinewidth=1.3, linewidth=1.6, markersize=5)  # fmt: skip
    right.axvline(real.n - 1, color=color("muted"), **line("guide"))
    right.text(1.1 * real.n, 0.87, "p = n - 1", color=color("muted"), fontsize="small")
    right.text(150, 0.4, "least norm", color=color("loss"), weight="bold")
    right.text(11, 0.13, "ridge,\ntuned", color=color("l2"), weight="bold", va="center")
    right.set(title=f"Digits, random ReLU units, n = {real.n}", xscale="log", ylim=(0, 0.95), xlabel="units p",
              ylabel="share misclassified")  # fmt: skip
    right.set_xticks([10, 25, 50, 100, 200, 400, 1600], ["10", "25", "50", "100", "200", "400", "1600"])
    right.minorticks_off()
