"""Identical and nearly identical features: who gets the weight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.core_difference.near_twins import Pairs, Resamples
    from regutils.experiments.core_difference.twins import Splits


def _splits_alt(result: Splits) -> str:
    shares = result.found[:, 0] / result.found.sum(axis=1)
    told = ", ".join(f"{name} {share:.0%}" for name, share in zip(result.solvers, shares, strict=True))
    return (
        "Two panels. First: the objective against the first copy's share of the weight. L1 is flat from 0 to 1, L2 a "
        f"parabola with its lowest point at one half. Second: the first copy's share of {result.found[0].sum():.3f} "
        f"by solver: {told}; all are certified solutions of the same lasso."
    )


@figure(panels=2, height=3.4, alt=_splits_alt)
def splits(result: Splits, axes: Sequence[Axes]) -> None:
    """Objective along the divisions of one weight between two copies, and what solvers return."""
    left, right = axes
    left.axvspan(0, 1, color=color("surface"), zorder=0)
    left.plot(result.share, 1e3 * result.l1, color=color("l1"), **line("estimate"))
    left.plot(result.share, 1e3 * result.l2, color=color("l2"), **line("theory"))
    left.plot(0.5, 0, "o", color=color("l2"), markersize=8, zorder=4)
    left.text(0.5, 6.6, "L1: flat, any will do", color=color("l1"), weight="bold", ha="center", fontsize="small")
    left.text(0.5, 1.6, "L2: half each", color=color("l2"), weight="bold", ha="center", fontsize="small")
    left.set(title="Two copies of one feature", xlabel="share of the first copy",
             ylabel="objective above minimum × 1000",
             ylim=(-1, 20), xlim=(-0.4, 1.4), xticks=[0, 0.5, 1], yticks=[0, 5, 10, 15, 20])  # fmt: skip
    place = np.arange(len(result.solvers))[::-1]
    first, second = result.found.T
    right.barh(place, first, 0.6, color=color("l1"))
    right.barh(place, second, 0.6, left=first, color=color("paper"), edgecolor=color("l1"), hatch="////", linewidth=1.2)
    for y, name in zip(place, result.solvers, strict=True):
        right.text(0.004, y + 0.36, name, fontsize="small", color=color("ink"))
    right.set(title="Five solvers, one lasso", xlabel="weight of first (full) and second copy (hatched)",
              ylim=(-0.55, len(place) - 0.25), yticks=[])  # fmt: skip
    right.grid(axis="y", visible=False)


LOOKS = (("lasso", "l1", "D"), ("elastic net", "elastic_net", "s"), ("ridge", "l2", "o"))


def _pairs_alt(result: Pairs) -> str:
    return (
        f"Three scatter plots of the weights of two features of correlation {result.correlation:g} over "
        f"{len(result.weights['lasso'])} data sets; both true weights are 1. Under the lasso the points lie along a "
        f"line from axis to axis, and in {result.one_only('lasso')[0]:.0%} of the data sets one weight is zero. "
        f"Under the elastic net ({result.one_only('elastic net')[0]:.0%}) and ridge they lie close together."
    )


@figure(panels=3, height=3.8, alt=_pairs_alt)
def pairs(result: Pairs, axes: Sequence[Axes]) -> None:
    """Weights of two nearly identical features over data sets, for three penalties."""
    for ax, (name, role, marker) in zip(axes, LOOKS, strict=True):
        weights = result.weights[name]
        alone = np.sum(weights != 0, axis=1) == 1
        ax.plot([-0.2, 2.6], [-0.2, 2.6], color=color("muted"), **line("reference"))
        ax.plot(*weights[~alone].T, marker, color=color(role), markersize=2.6, linestyle="none", rasterized=True)
        ax.plot(*weights[alone].T, marker, color=color("ink"), markersize=3.2, linestyle="none", rasterized=True)
        ax.set(title=name.capitalize(), xlim=(-0.15, 2.6), ylim=(-0.15, 2.6), xlabel="weight of the first")
        ax.set_box_aspect(1)
        ax.set_xticks([0, 1, 2])
        ax.set_yticks([0, 1, 2])
        share = result.one_only(name)[0]
        ax.text(0.97, 0.92, f"one is zero: {share:.0%}", transform=ax.transAxes, ha="right", fontsize="small",
                color=color("ink"), weight="bold")  # fmt: skip
    axes[0].set_ylabel("weight of its twin")


def _resamples_alt(result: Resamples) -> str:
    lasso, net = result.frequency["lasso"], result.frequency["elastic net"]
    told = ", ".join(
        f"{result.features[j]} {lasso[j]:.0%} and {net[j]:.0%}"
        for j in (result.features.index(name) for name in ("PutOuts", "Hits", "CRBI", "CRuns", "CHits", "CAtBat"))
    )
    return (
        f"How often each feature of Hitters is selected over {result.replicates} bootstrap samples, by the lasso and "
        f"by the elastic net: {told}. Of {result.twins[0]} and {result.twins[1]}, of correlation "
        f"{result.correlation:.2f}, the lasso keeps exactly one in {result.twins_one:.0%} of the samples."
    )


@figure(panels=1, height=5.0, alt=_resamples_alt)
def resamples(result: Resamples, axes: Sequence[Axes]) -> None:
    """Selection frequency of each feature over bootstrap samples."""
    (ax,) = axes
    lasso, net = result.frequency["lasso"], result.frequency["elastic net"]
    order = np.argsort(lasso)
    y = np.arange(order.size)
    ax.hlines(y, lasso[order], net[order], color=color("loss"), linewidth=1.2)
    ax.plot(net[order], y, "s", color=color("elastic_net"), markersize=6, label="elastic net")
    ax.plot(lasso[order], y, "D", color=color("l1"), markersize=6, label="lasso")
    kept = result.full[order] != 0
    bullet = {True: " \N{BULLET}", False: ""}
    ax.set_yticks(y, [result.features[j] + bullet[bool(on)] for j, on in zip(order, kept, strict=True)])
    for label, j in zip(ax.get_yticklabels(), order, strict=True):
        label.set_color(color("ink"))
        label.set_fontweight("bold" if result.features[j] in result.twins else "normal")
    ax.set(title="How often selected?", xlabel="share of the bootstrap samples", xlim=(-0.03, 1.03),
           ylim=(-0.7, order.size - 0.3))  # fmt: skip
    ax.legend(loc="lower right")
