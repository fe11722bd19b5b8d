"""The two priors beside each other, and what mode and mean make of an observation."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.definition.priors import Densities, Posterior


@figure(
    panels=2,
    alt=lambda result: (
        f"""The Laplace and the Gaussian density of variance one, on a linear and on a logarithmic scale. They cross at
    plus and minus {result.crossings[0]:.2f} and {result.crossings[1]:.2f}. Laplace is higher at zero and beyond
    {result.crossings[1]:.2f}, where it has {100 * result.laplace_outside:.1f} percent of its probability against
    {100 * result.gaussian_outside:.1f} percent; the Gaussian is higher between."""
    ),
)
def densities(result: "Densities", axes: Sequence["Axes"]) -> None:
    """Both densities, crossings marked."""
    for ax, scale, title in ((axes[0], "linear", "Sharper peak"), (axes[1], "log", "Heavier tails (log scale)")):
        for crossing in result.crossings:
            for sign in (-1, 1):
                ax.axvline(sign * crossing, color=color("muted"), zorder=1, **line("reference"))
        ax.plot(result.x, result.laplace, color=color("l1"), label="Laplace", **line("estimate"))
        ax.plot(result.x, result.gaussian, color=color("l2"), label="Gaussian", **line("theory"))
        ax.set(title=title, yscale=scale, xlabel="θ")
        ax.grid(axis="x", visible=False)
    axes[0].legend(loc="upper right", frameon=True, framealpha=1.0, edgecolor="none", borderpad=0.2)
    axes[0].set(ylabel="density", xlim=(-3.5, 3.5), ylim=(0, 0.75))
    axes[1].set(ylim=(1e-5, 1.2), xlim=(-5, 5))
    axes[1].minorticks_off()
    for crossing in result.crossings:
        axes[1].text(crossing + 0.08, 0.95, f"{crossing:.2f}", color=color("muted"), fontsize=9, va="top")


@figure(
    panels=2,
    alt=lambda result: (
        f"""Posterior mode and posterior mean of one coefficient against the observation b. Left, Laplace prior: the
    mode is exactly zero for b within {result.threshold:.2f} of zero; the mean is a smooth curve, zero at b = 0 alone.
    Right, Gaussian prior: mode and mean are the same straight line."""
    ),
)
def posterior(result: "Posterior", axes: Sequence["Axes"]) -> None:
    """b to mode and to mean under each prior."""
    left, right = axes
    left.axvspan(-result.threshold, result.threshold, color=color("surface"))
    for ax, mode, mean, role, title in (
        (left, result.laplace_mode, result.laplace_mean, "l1", "Laplace prior"),
        (right, result.gaussian_mode, result.gaussian_mean, "l2", "Gaussian prior"),
    ):
        ax.plot(result.b, result.b, color=color("loss"), label="no prior", **line("train"))
        ax.plot(result.b, mode, color=color(role), label="mode (MAP)", **line("estimate"))
        ax.plot(result.b, mean, color=color("ink"), label="mean", **line("theory"))
        ax.set(title=title, xlabel="observation b")
        ax.legend(loc="upper left")
    left.set_ylabel("estimate of θ")
    left.text(0, -3.6, "mode 0,\nmean not", color=color("l1"), ha="center", va="bottom")
