"""Normal cones, and the probability of a corner by radius, correlation and dimension."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from regutils.figures import color, figure, line
from regutils.figures.geometry._plane import axis_name, contours, least_squares_name, plane, region, solution

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.geometry.corners import Cones, CornerFrequency, CorrelationEffect, Frequency
    from regutils.experiments.geometry.dimension import DimensionEffect
    from regutils.experiments.geometry.patients import RealCorner
    from regutils.experiments.geometry.smooth import Aligned, SmallestCoordinate


def _measured(ax: Axes, x: Any, frequency: Frequency, tone: str, marker: str = "o", **kwargs: Any) -> None:
    """Frequencies with their 95% intervals."""
    error = np.abs(np.stack([frequency.share - frequency.low, frequency.high - frequency.share]))
    ax.errorbar(
        x,
        frequency.share,
        error,
        color=color(tone),
        fmt=marker,
        markersize=5.5,
        elinewidth=1.4,
        capsize=2.5,
        zorder=4,
        **kwargs,
    )


def _cones_alt(result: Cones) -> str:
    corners = int(result.to_corner.sum())
    return (
        f"Two panels, each with the same {len(result.points)} least-squares solutions and lines to the nearest point "
        f"of the ball of radius {result.radius:g}. First: four shaded wedges open outward from the diamond's corners; "
        f"all {corners} points in them go to a corner. Second: every point goes to its own place on the circle; only "
        "those on the four rays along the axes would go to a point with a zero, and rays have no area."
    )


@figure(panels=2, height=4.1, alt=_cones_alt)
def normal_cones(result: Cones, axes: Sequence[Axes]) -> None:
    """Least-squares solutions and their nearest points, for the diamond and for the circle."""
    left, right = axes
    e = result.extent
    for ax, landing, tone in ((left, result.on_diamond, "l1"), (right, result.on_circle, "l2")):
        plane(ax, (-e, e), (-e, e))
        for point, foot, corner in zip(result.points, landing, result.to_corner, strict=True):
            special = corner and ax is left
            ax.plot(
                *np.stack([point, foot]).T,
                color=color(tone if special else "loss"),
                linewidth=1.1 if special else 0.8,
                alpha=0.9,
                zorder=2,
            )
        marked = result.to_corner if ax is left else np.zeros(len(landing), dtype=bool)
        ax.plot(*result.points[marked].T, "D", color=color(tone), markersize=4.8, zorder=4)
        ax.plot(*result.points[~marked].T, "o", color=color("loss"), markersize=4.2, zorder=4)
    for cone in result.corner_cones:
        left.fill(*cone.T, color=color("l1"), alpha=0.18, linewidth=0, zorder=0.5)
    t = result.radius
    left.fill([t, 0, -t, 0], [0, t, 0, -t], facecolor=color("paper"), edgecolor=color("l1"), linewidth=2.2, zorder=3)
    angles = np.linspace(0, 2 * np.pi, 200)
    right.fill(
        t * np.cos(angles), t * np.sin(angles), facecolor=color("paper"), edgecolor=color("l2"), linewidth=2.2, zorder=3
    )
    for foot in ((t, 0), (0, t), (-t, 0), (0, -t)):
        left.plot(*foot, "D", color=color("l1"), markersize=7.5, zorder=5)
        right.plot(
            *np.array([foot, np.multiply(foot, 10)]).T,
            color=color("l2"),
            linewidth=2.0,
            linestyle=(0, (5, 1.6)),
            zorder=3,
        )
    left.set_title("L1: wedges go to corners")
    right.set_title("L2: only rays give a zero")


def _radius_alt(result: CornerFrequency) -> str:
    pairs = ", ".join(f"{s:.3f} at t = {t:g}" for t, s in zip(result.radii, result.corner.share, strict=True))
    return (
        f"Two panels against the radius t in units of s. First: the share of corner solutions in "
        f"{result.corner.replicates:,} simulated losses lies on the curve erfc(t/2s) squared: {pairs}. Second: the "
        "probabilities of corner, edge and interior stacked; corners take over as the radius shrinks."
    )


@figure(panels=2, alt=_radius_alt)
def corner_frequency(result: CornerFrequency, axes: Sequence[Axes]) -> None:
    """Simulated corners on the closed form, and what becomes of the rest."""
    left, right = axes
    left.plot(result.grid, result.corner_theory, color=color("ink"), **line("theory"))
    _measured(left, result.radii, result.corner, "l1", "D")
    left.text(1.05, 0.34, r"$\mathrm{erfc}\left(\frac{t}{2s}\right)^2$", fontsize="large", color=color("ink"))
    left.set(
        title="How often L1 ends on a corner",
        xlabel="radius t / s",
        ylabel="probability",
        ylim=(0, 1.02),
        xlim=(0, 3.4),
    )
    low = np.zeros_like(result.grid)
    layers = (
        (result.corner_theory, "l1", 0.55),
        (result.edge_theory, "l1", 0.2),
        (result.interior_theory, "loss", 0.25),
    )
    for height, tone, alpha in layers:
        right.fill_between(result.grid, low, low + height, color=color(tone), alpha=alpha, linewidth=0)
        low = low + height
        right.plot(result.grid, low, color=color("ink"), linewidth=0.8)
    right.text(0.1, 0.13, "corner", color=color("ink"), weight="bold")
    right.text(0.95, 0.48, "edge", color=color("ink"), weight="bold")
    right.text(2.25, 0.75, "inside", color=color("ink"), weight="bold")
    right.set(title="Corner, edge or inside", xlabel="radius t / s", ylabel="probability", ylim=(0, 1), xlim=(0, 3.4))


def _correlation_alt(result: CorrelationEffect) -> str:
    shares = dict(zip(np.round(result.correlations, 1), result.signal_frequency.share, strict=True))
    null = dict(zip(np.round(result.correlations, 1), result.null_frequency.share, strict=True))
    truth = f"({result.signal:g}, {result.signal:g})"
    return (
        f"Three panels. First and second: least-squares solutions around the truth {truth} for correlations "
        f"{result.clouds[0][0]:g} and {result.clouds[1][0]:g}; the wedges that lead to corners are the same, and the "
        "cloud lies along the gap between them or across it. Third: the share of corners against the correlation "
        f"rises from {shares[-0.9]:.2f} at -0.9 over {shares[0.0]:.2f} at 0 to {shares[0.9]:.2f} at 0.9; without any "
        f"true effect it is {null[0.0]:.2f} at 0 and {null[0.9]:.2f} at both ends. The closed form runs through all "
        "points."
    )


@figure(panels=3, height=3.7, alt=_correlation_alt)
def correlation(result: CorrelationEffect, axes: Sequence[Axes]) -> None:
    """Two clouds over the same wedges, and the share of corners against the correlation."""
    t = result.radius
    for (r, points, corner), ax in zip(result.clouds, axes[:2], strict=True):
        plane(ax, (-1.4, 5.0), (-1.4, 5.0))
        for k in range(2):
            wedge = np.array([[t, 0.0], [t + 9, 9.0], [t + 9, -9.0]])
            ax.fill(*(wedge if k == 0 else wedge[:, ::-1]).T, color=color("l1"), alpha=0.16, linewidth=0, zorder=0.5)
        ax.plot(*points[corner].T, "D", color=color("l1"), markersize=2.8, zorder=3)
        ax.plot(*points[~corner].T, "o", color=color("loss"), markersize=2.4, zorder=3)
        ax.fill(
            [t, 0, -t, 0], [0, t, 0, -t], facecolor=color("paper"), edgecolor=color("l1"), linewidth=1.8, zorder=2.5
        )
        ax.plot(
            result.signal,
            result.signal,
            "*",
            color=color("truth"),
            markersize=13,
            markeredgecolor=color("paper"),
            zorder=5,
        )
        ax.set_title(f"correlation {r:+.1f}".replace("-", "\N{MINUS SIGN}"))
    right = axes[2]
    for theory, freq, tone, marker, label, spot in (
        (result.signal_theory, result.signal_frequency, "truth", "D", "both effects equal", (-0.93, 0.60)),
        (result.null_theory, result.null_frequency, "muted", "o", "no effects", (-0.3, 0.12)),
    ):
        right.plot(result.grid, theory, color=color(tone), **line("theory"))
        _measured(right, result.correlations, freq, tone, marker)
        right.text(*spot, label, color=color(tone), weight="bold")
    right.set(
        title="Share of corners",
        xlabel="correlation of the features",
        ylim=(0, 1.0),
        xlim=(-1, 1),
        xticks=[-1, -0.5, 0, 0.5, 1],
    )


def _dimension_alt(result: DimensionEffect) -> str:
    p = result.dimensions
    some, corner, share = result.any_zero[0].share, result.corner[0].share, result.zero_share[0]
    return (
        f"Two panels against the number of features p, the radius a fixed fraction of the least-squares norm. First: "
        f"the probability of at least one zero climbs from {some[0]:.2f} at p = {p[0]} to {some[-1]:.2f} at "
        f"p = {p[-1]}, while that of a full corner falls from {corner[0]:.2f} to {corner[-1]:.2f}. Second: the mean "
        f"share of zeros rises from {share[0]:.2f} to {share[-1]:.2f} at half the norm and from "
        f"{result.zero_share[1][0]:.2f} to {result.zero_share[1][-1]:.2f} at a quarter, toward computed limits; L2 has "
        "none."
    )


@figure(panels=2, alt=_dimension_alt)
def dimension(result: DimensionEffect, axes: Sequence[Axes]) -> None:
    """Zeros by the number of features."""
    left, right = axes
    p = np.array(result.dimensions)
    for freq, marker, style, label, spot in (
        (result.any_zero[0], "o", "-", "at least one zero", (11.5, 0.86)),
        (result.corner[0], "D", (0, (5, 2)), "all zero but one (corner)", (5.6, 0.08)),
    ):
        left.plot(p, freq.share, color=color("l1"), linestyle=style, linewidth=1.8)
        _measured(left, p, freq, "l1", marker)
        left.text(*spot, label, color=color("l1"), weight="bold", fontsize="small")
    left.set(title="Corners give way to faces", ylabel="probability", ylim=(-0.03, 1.04))
    for share, limit, fraction, marker in zip(
        result.zero_share, result.limits, result.fractions, ("o", "s"), strict=False
    ):
        right.axhline(limit, color=color("ink"), **line("theory"))
        right.plot(p, share, color=color("l1"), marker=marker, linewidth=1.8)
        right.text(
            p[-1], limit + 0.02, f"radius {fraction:g} of the norm", fontsize="small", color=color("ink"), ha="right"
        )
    right.plot(p, np.zeros(len(p)), color=color("l2"), marker="x", linestyle="-", linewidth=1.8)
    right.text(2.1, 0.025, "L2, any radius", color=color("l2"), fontsize="small", weight="bold")
    right.set(title="Share of zero coefficients", ylim=(-0.03, 0.8))
    for ax in axes:
        ax.set_xscale("log")
        ax.set_xticks(p, [str(k) for k in p])
        ax.minorticks_off()
        ax.set_xlabel("number of features p")


def _smallest_alt(result: tuple[SmallestCoordinate, Aligned]) -> str:
    smallest, aligned = result
    return (
        f"Two panels with logarithmic axes. First: share of {smallest.losses:,} random losses whose smaller coordinate "
        f"is at most epsilon. The L1 line stays at {smallest.exact_zeros['L1'] / smallest.losses:.2f} however small "
        "epsilon gets, because those coordinates are exactly zero. The L2 line falls in proportion to epsilon; "
        f"{smallest.exact_zeros['L2']} solutions have an exact zero. Second: the second L2 coefficient of a loss with "
        f"least-squares solution (2, 0), by the tilt of its contours: {aligned.untilted:g} without tilt, "
        f"{aligned.second[0]:.0e} at {aligned.tilts[0]:g} degrees, in proportion to the tilt."
    )


@figure(panels=2, height=3.5, alt=_smallest_alt)
def smallest_coordinate(result: tuple[SmallestCoordinate, Aligned], axes: Sequence[Axes]) -> None:
    """Exact zeros make a plateau, small numbers do not; and the loss that is the exception."""
    smallest, aligned = result
    left, right = axes
    for penalty, tone, style in (("L1", "l1", "-"), ("L2", "l2", (0, (5, 1.6)))):
        share = smallest.share_within[penalty]
        seen = share * smallest.losses >= 3  # fewer say nothing about the slope
        left.loglog(smallest.epsilons[seen], share[seen], color=color(tone), linestyle=style, linewidth=2.4)
    floor = 1.0 / smallest.losses
    left.axhline(floor, color=color("muted"), **line("reference"))
    left.text(1.6e-12, floor * 1.35, f"1 of {smallest.losses:,}", color=color("muted"), fontsize="small")
    zeros = smallest.exact_zeros["L1"] / smallest.losses
    left.text(1.6e-12, zeros * 0.36, f"L1: {100 * zeros:.0f}% are exactly zero", color=color("l1"), weight="bold")
    left.text(2e-8, 1.2e-3, "L2: ten times smaller,\nten times rarer", color=color("l2"), weight="bold", ha="center")
    left.set(title="Random losses", xlabel="epsilon", ylabel="share within epsilon of zero")
    left.set(xlim=(1e-12, 1), ylim=(3e-6, 2), xticks=[1e-12, 1e-9, 1e-6, 1e-3, 1])
    right.loglog(aligned.tilts, aligned.second, "o", linestyle=(0, (5, 1.6)), color=color("l2"), linewidth=1.8)
    right.text(1.4e-6, 2e-2, "no tilt: exactly zero", color=color("l2"), weight="bold")
    right.set(
        title="The exception, tilted", xlabel="tilt of the contours in degrees", ylabel=r"size of $\theta_2$ under L2"
    )
    right.set(xlim=(5e-7, 20), ylim=(3e-9, 0.3), xticks=[1e-6, 1e-4, 1e-2, 1], yticks=[1e-8, 1e-6, 1e-4, 1e-2])
    for ax in axes:
        ax.minorticks_off()


def _real_alt(result: RealCorner) -> str:
    at = int(np.argmin(np.abs(result.radii - result.l1.radius)))
    return (
        f"Two panels on the diabetes data, coefficients of {result.features[0]} and {result.features[1]}. First: at "
        f"radius {result.l1.radius:g} the loss contours touch the diamond at its corner, {result.features[1]} zero, "
        f"and the circle at ({result.l2.solution[0]:.3f}, {result.l2.solution[1]:.3f}). Second: the share of corners "
        f"over {result.corner.replicates:,} bootstrap samples against the radius, {result.corner.share[at]:.2f} at "
        f"that radius, beside the closed form's {result.expected:.2f}."
    )


@figure(panels=2, height=3.7, alt=_real_alt)
def real_corner(result: RealCorner, axes: Sequence[Axes]) -> None:
    """Both contacts on the data, and the corners over bootstrap samples on the closed form."""
    left, right = axes
    t = result.l1.radius
    plane(left, (-1.3 * t, 3.6 * t), (-1.3 * t, 2.9 * t), labels=False)
    axis_name(left, 3.6 * t, 0.06 * t, "body mass", ha="right", va="bottom")
    axis_name(left, 0.08 * t, 2.9 * t, "blood pressure", va="top")
    for contact, across, up in ((result.l2, 0.16, 0.14), (result.l1, 0.04, -0.64)):
        region(left, contact, alpha=0.12)
        contours(left, contact)
        solution(left, contact)
        x, y = contact.solution
        left.text(x + across * t, y + up * t, contact.name, color=color(contact.name.lower()), weight="bold")
    x, y = result.l1.least_squares
    least_squares_name(left, x + 0.18 * t, y + 0.1 * t)
    left.set_title("Diabetes: two features")
    right.plot(result.grid, result.theory, color=color("ink"), **line("theory"))
    _measured(right, result.radii, result.corner, "l1", "D")
    right.axvline(t, color=color("muted"), **line("reference"))
    right.text(0.27, 0.62, "closed form", color=color("ink"))
    right.set(title="Corners over resamples", xlabel="radius t", ylabel="share of corners", ylim=(-0.03, 1.04))
