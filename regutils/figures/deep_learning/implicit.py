"""Where gradient descent lands: paths in the plane, distances by steps, and by the scale of the start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.deep_learning.implicit import Diagonal, Landings, Plane


def _plane_alt(result: Plane) -> str:
    ends = ", ".join(
        f"from scale {scale:g} at ({path[-1, 0]:.2f}, {path[-1, 1]:.2f})"
        for scale, path in zip(result.scales, result.bent, strict=True)
    )
    return (
        f"Two panels with the line of all solutions of one equation in two unknowns. First: plain gradient descent "
        f"goes to the line at a right angle from each of {len(result.straight)} starts; from zero it ends at "
        f"({result.l2[0]:.2f}, {result.l2[1]:.2f}), where the smallest circle around zero touches the line. Second: "
        f"gradient descent in u and v, all paths from zero, ends {ends}; the smallest diamond touches the line at "
        f"({result.l1[0]:.0f}, {result.l1[1]:.0f})."
    )


@figure(panels=2, height=3.7, alt=_plane_alt)
def plane(result: Plane, axes: Sequence[Axes]) -> None:
    """Paths to the line of solutions: in theta itself, and in u and v."""
    left, right = axes
    first = np.array([-1.2, 2.6])
    for ax in axes:
        ax.plot(first, (result.right - result.row[0] * first) / result.row[1], color=color("ink"), linewidth=1.6)
        ax.plot(0, 0, "o", color=color("ink"), markersize=5)
        ax.axhline(0, color=color("muted"), **line("guide"))
        ax.axvline(0, color=color("muted"), **line("guide"))
        ax.set(xlim=(-1.15, 2.1), ylim=(-1.1, 1.75), aspect="equal", xlabel=r"$\theta_1$", ylabel=r"$\theta_2$")
    angle = np.linspace(0, 2 * np.pi, 181)
    radius = float(np.hypot(*result.l2))
    left.plot(radius * np.cos(angle), radius * np.sin(angle), color=color("l2"), **line("theory"))
    for k, path in enumerate(result.straight):
        tone = color("l2") if k == 0 else color("loss")
        left.plot(*path.T, color=tone, **line("estimate" if k == 0 else "contour"))
        left.plot(*path[0], "o", color=tone if k else color("ink"), markersize=5)
        left.plot(*path[-1], "s", color=tone, markersize=6 if k == 0 else 5)
    left.text(0.0, -0.42, "from zero:\nleast L2 norm", color=color("l2"), weight="bold", fontsize="small", ha="center",
              va="center", bbox={"facecolor": color("paper"), "edgecolor": "none", "pad": 1.0})  # fmt: skip
    left.text(2.05, 1.4, "from elsewhere:\nthe nearest", color=color("loss"), weight="bold", fontsize="small",
              ha="right", va="bottom")  # fmt: skip
    left.set_title("Descent in θ")
    right.plot([1, 0, -1, 0, 1], [0, 1, 0, -1, 0], color=color("l1"), **line("theory"))
    for path, style, tone in zip(result.bent, ("-", (0, (4, 1.5)), "-"), ("l2", "elastic_net", "l1"), strict=True):
        right.plot(*path.T, color=color(tone), linestyle=style, linewidth=2.0)
        right.plot(*path[-1], "D" if tone == "l1" else "s", color=color(tone), markersize=6)
    for scale, tone, place in zip(result.scales, ("l2", "elastic_net", "l1"), ((0.6, 0.84), (0.36, 1.08), (0.1, 1.34)),
                                  strict=True):  # fmt: skip
        right.text(*place, f"start {scale:g}", color=color(tone), weight="bold", fontsize="small")
    right.set_title("Descent in u and v")


def _landings_alt(result: Landings) -> str:
    last = result.steps[-1]
    return (
        "Distances against steps of gradient descent, on a logarithmic axis. From zero, the distance to the "
        f"solution of least L2 norm falls along a straight line to {result.zero_to_least[-1]:.0e} after {last} "
        f"steps. From another start the distance to that solution stays at {result.elsewhere_to_least[-1]:.2f}, "
        "while the distance to the solution nearest to the start falls to "
        f"{result.elsewhere_to_projected[-1]:.0e}."
    )


@figure(panels=1, height=3.4, alt=_landings_alt)
def landings(result: Landings, axes: Sequence[Axes]) -> None:
    """Distances to solutions by steps."""
    (ax,) = axes
    ax.plot(result.steps, result.elsewhere_to_least, color=color("loss"), **line("train"))
    ax.plot(result.steps, result.elsewhere_to_projected, color=color("highlight"), **line("theory"))
    ax.plot(result.steps, result.zero_to_least, color=color("l2"), **line("estimate"))
    end = result.steps[-1]
    ax.text(end, 0.25 * result.elsewhere_to_least[-1], "from elsewhere, to the least norm", color=color("loss"),
            weight="bold", fontsize="small", ha="right", va="top")  # fmt: skip
    ax.text(0.47 * end, 1e-5, "from elsewhere,\nto the nearest solution", color=color("highlight"), weight="bold",
            fontsize="small", va="center")  # fmt: skip
    ax.text(0.02 * end, 1e-12, "from zero,\nto the least norm", color=color("l2"), weight="bold", fontsize="small",
            va="center")  # fmt: skip
    ax.set(title="What descent arrives at", yscale="log", xlabel="steps of gradient descent",
           ylabel="relative distance", ylim=(1e-17, 20))  # fmt: skip
    ax.set_yticks([1, 1e-4, 1e-8, 1e-12, 1e-16])
    ax.minorticks_off()


def _diagonal_alt(result: Diagonal) -> str:
    return (
        "Relative distance of what descent in u and v finds from the two least-norm solutions, against the scale "
        f"of the start, both axes logarithmic. At scale {result.scales[0]:g} it is {result.to_l2[0]:.0e} from the "
        f"solution of least L2 norm and {result.to_l1[0]:.2f} from that of least L1 norm; at {result.scales[-1]:g}"
        f" it is {result.to_l1[-1]:.3f} from the solution of least L1 norm and {result.to_l2[-1]:.2f} from that of"
        " least L2 norm. The curves cross between; the limits of the flow lie on the same curves."
    )


@figure(panels=1, height=3.5, alt=_diagonal_alt)
def diagonal(result: Diagonal, axes: Sequence[Axes]) -> None:
    """Distances to both least-norm solutions by the scale of the start."""
    (ax,) = axes
    ax.plot(result.scales, result.flow_to_l1, color=color("l1"), **line("theory"))
    ax.plot(result.scales, result.flow_to_l2, color=color("l2"), **line("theory"))
    ax.plot(result.scales, result.to_l1, "D", color=color("l1"), markersize=6)
    ax.plot(result.scales, result.to_l2, "o", color=color("l2"), markersize=6)
    ax.text(0.0013, 6e-4, "to the least\nL1 norm", color=color("l1"), weight="bold", va="top")
    ax.text(0.9, 2e-4, "to the least\nL2 norm", color=color("l2"), weight="bold", ha="right")
    ax.text(0.0011, 1e-6, "marks: descent\ndashed: limit of the flow", color=color("muted"), fontsize="small",
            va="center")  # fmt: skip
    ax.set(title="The scale of the start decides", xscale="log", yscale="log", ylim=(1e-7, 10),
           xlabel="scale of the start of u and v", ylabel="relative distance")  # fmt: skip
    ax.minorticks_off()
