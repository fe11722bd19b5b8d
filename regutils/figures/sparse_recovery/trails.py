"""Along the path: at most n features, and features that leave again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.sparse_recovery.trails import Departures, Limit


@figure(
    alt=lambda result: (
        f"Nonzero coefficients against the strength, {result.p} features and {result.n} observations. The lasso climbs "
        f"to {result.most('L1')} and stops at the number of observations; the elastic net goes on to "
        f"{result.most('elastic net')}; ridge has {result.most('L2')} throughout."
    ),
)
def limit(result: Limit, axes: Sequence[Axes]) -> None:
    """How many features three penalties use as the strength falls."""
    (axis,) = axes
    axis.axhline(result.n, color=color("ink"), **line("reference"))
    axis.text(1.3e-4, result.n + 1.5, f"$n = {result.n}$ observations", color=color("ink"), ha="right")
    for name, role, style in (
        ("L2", "l2", "theory"),
        ("elastic net", "elastic_net", "train"),
        ("L1", "l1", "estimate"),
    ):
        axis.plot(result.relative, result.nonzero[name], color=color(role), **line(style))
        label = {"L1": "lasso", "L2": "ridge"}.get(name, name)
        shift = -2.5 if name == "L2" else (-4.5 if name == "L1" else 2.0)
        axis.text(1.3e-4, result.nonzero[name][-1] + shift, label, color=color(role), ha="right", weight="bold",
                  va="top" if name != "elastic net" else "bottom")  # fmt: skip
    axis.set(xscale="log", xlim=(1.2, 0.8e-4), ylim=(0, 1.06 * result.p), ylabel="nonzero coefficients",
             xlabel="strength, $\\lambda/\\lambda_{\\max}$")  # fmt: skip


@figure(
    panels=2,
    height=3.6,
    alt=lambda result: (
        f"Two panels. Left, the lasso path of the diabetes data: {', '.join(result.left)} enters, returns to zero at "
        f"{result.gone[0]:.4f} of the largest strength, stays there until {result.gone[1]:.4f}, and comes back with "
        "the opposite sign. Right, the share of random paths on which some feature leaves grows with the "
        f"correlation, from {result.share[0]:.0%} at {result.correlation[0]:g} to {result.share[-1]:.0%} at "
        f"{result.correlation[-1]:g}."
    ),
)
def leaving(result: Departures, axes: Sequence[Axes]) -> None:
    """A feature that leaves the path and comes back, and how common that is."""
    left, right = axes
    for column, name in enumerate(result.features):
        leaves = name in result.left
        left.plot(result.relative, result.coef[:, column], color=color("l1" if leaves else "muted"),
                  zorder=3 if leaves else 2, **{**line("estimate"), "linewidth": 2.4 if leaves else 1.0})  # fmt: skip
    left.axvspan(*result.gone, color=color("highlight"), alpha=0.35, linewidth=0)
    left.axhline(0, color=color("ink"), **line("guide"))
    row = int(np.argmin(np.abs(result.relative - 0.02)))
    column = result.features.index(result.left[0])
    left.annotate(f"{result.left[0]}", (result.relative[row], result.coef[row, column]), xytext=(0, -16),
                  textcoords="offset points", color=color("l1"), weight="bold", ha="center")  # fmt: skip
    left.text(result.gone[1] * 0.86, left.get_ylim()[0] * 0.93, "out", color=color("highlight"), weight="bold")
    left.set(title="Diabetes", xscale="log", xlim=(1.0, 1e-4), xlabel="strength, $\\lambda/\\lambda_{\\max}$",
             ylabel="coefficient")  # fmt: skip
    right.errorbar(result.correlation, result.share, yerr=2 * result.error, marker="o", color=color("l1"),
                   elinewidth=1.2, **line("estimate"))  # fmt: skip
    right.set(
        title="Random data", xlabel="correlation of neighbors", ylabel="paths that lose a feature", ylim=(-0.03, 1)
    )
