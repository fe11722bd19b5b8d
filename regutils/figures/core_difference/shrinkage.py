"""Ridge against least squares: coefficients, directions, and what happens to both on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.core_difference.shrinkage import Proportions, Wanderers


def _proportions_alt(result: tuple[Proportions, Proportions]) -> str:
    plain, real = result
    return (
        f"Three panels, lambda = {real.lam:g}. First: ridge against least-squares coefficients of an orthonormal "
        f"design lie on a line of slope {plain.ratios.mean():.3f}. Second: those of diabetes are scattered, with "
        f"ratios from {real.ratios.min():.2f} to {real.ratios.max():.2f}. Third: along the principal directions of "
        f"diabetes the ratio follows d squared over d squared plus 2 n lambda, from {real.factors.max():.2f} for the "
        f"largest eigenvalue to {real.factors.min():.2f} for the smallest."
    )


@figure(panels=3, height=3.4, alt=_proportions_alt)
def proportions(result: tuple[Proportions, Proportions], axes: Sequence[Axes]) -> None:
    """Ridge over least squares by coefficient, orthonormal and correlated, and by principal direction."""
    orthonormal, diabetes = result
    for ax, found, title in ((axes[0], orthonormal, "Orthonormal"), (axes[1], diabetes, "Diabetes: coefficients")):
        reach = 1.2 * float(np.max(np.abs(found.least_squares)))
        ends = np.array([-reach, reach])
        ax.plot(ends, ends, color=color("muted"), **line("reference"))
        ax.plot(ends, ends / (1 + 2 * found.lam), color=color("ink"), **line("theory"))
        ax.plot(found.least_squares, found.ridge, "o", color=color("l2"), markersize=6.5,
                markeredgecolor=color("paper"), zorder=4)  # fmt: skip
        ax.set(title=title, xlabel="least squares", xlim=ends, ylim=ends)
    axes[0].set_ylabel("ridge")
    axes[0].text(0.04, 0.93, "one slope for all", color=color("l2"), weight="bold", transform=axes[0].transAxes)
    axes[1].text(0.04, 0.93, "no common slope", color=color("l2"), weight="bold", transform=axes[1].transAxes)
    right, grid = axes[2], np.geomspace(5e-3, 8, 80)
    right.plot(grid, grid / (grid + 2 * diabetes.lam), color=color("ink"), **line("theory"))
    right.plot(diabetes.eigenvalues, diabetes.factors, "s", color=color("l2"), markersize=6.5,
               markeredgecolor=color("paper"), zorder=4)  # fmt: skip
    right.set(title="Diabetes: directions", xscale="log", xlabel="eigenvalue $d^2/n$", ylim=(0, 1.05),
              ylabel="ridge / least squares")  # fmt: skip
    right.set_xticks([0.01, 0.1, 1], ["0.01", "0.1", "1"])
    right.minorticks_off()
    right.text(0.04, 0.93, "one curve for all", color=color("l2"), weight="bold", transform=right.transAxes)


SHOWN = (
    ("total cholesterol", "l2", "-"),
    ("blood sugar", "truth", (0, (5, 1.5))),
    ("HDL", "l1", (0, (6, 1.5, 1, 1.5))),
)


def _wanderers_alt(result: Wanderers) -> str:
    cholesterol, sugar, hdl = (result.index(name) for name, _, _ in SHOWN)
    return (
        f"Two panels against lambda, ridge on {result.name}. First: total cholesterol goes from "
        f"{result.coef[0, cholesterol]:.2f} through zero at lambda {result.crossings[cholesterol][0]:.2f}; blood "
        f"sugar grows from {result.coef[0, sugar]:.3f} to {result.growth[sugar]:.2f} times that before it shrinks; HDL "
        f"changes its sign at {result.crossings[hdl][0]:.3f} and then grows to {result.growth[hdl]:.2f} times its "
        f"size. Second: the norm falls all the way, from {result.norm[0]:.2f}."
    )


@figure(panels=2, height=3.7, alt=_wanderers_alt)
def wanderers(result: Wanderers, axes: Sequence[Axes]) -> None:
    """A ridge path with three coefficients marked, and its norm."""
    left, right = axes
    named = [name for name, _, _ in SHOWN]
    for j, feature in enumerate(result.features):
        if feature not in named:
            left.plot(result.lambdas, result.coef[:, j], color=color("loss"), linewidth=0.9)
    for (name, role, style), (x, y) in zip(SHOWN, ((5e-3, -0.47), (2.0, 0.2), (0.09, -0.2)), strict=True):
        left.plot(result.lambdas, result.coef[:, result.index(name)], color=color(role), linestyle=style, linewidth=2.4)
        left.text(x, y, name, color=color(role), weight="bold")
    sugar = result.coef[:, result.index("blood sugar")]
    top = int(np.argmax(sugar))
    left.plot([result.lambdas[top], 3.5], [sugar[top], 0.19], color=color("truth"), linewidth=0.8)
    left.axhline(0, color=color("ink"), linewidth=0.8)
    left.set(title="Single coefficients wander", ylabel=r"ridge coefficient", xlim=(1e-4, 1e2))
    right.plot(result.lambdas, result.norm, color=color("ink"), **line("estimate"))
    right.set(title="Their norm only falls", ylabel=r"$\|\theta\|_2$", xlim=(1e-4, 1e2), ylim=(0, None))
    for ax in axes:
        ax.set(xscale="log", xlabel=r"strength $\lambda$")
        ax.set_xticks([1e-4, 1e-2, 1, 100])
        ax.minorticks_off()
