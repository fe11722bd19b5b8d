"""The coefficient plane that most of the chapter's figures are drawn on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from regutils.figures import color, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.geometry.contact import Contact


def plane(ax: Axes, x: tuple[float, float], y: tuple[float, float], *, labels: bool = True) -> None:
    """Equal scales, no box, the two axes drawn through the origin and named at their ends."""
    ax.set_aspect("equal")
    ax.set_xlim(*x)
    ax.set_ylim(*y)
    ax.grid(False)
    ax.set_xticks([])
    ax.set_yticks([])
    for side in ax.spines.values():
        side.set_visible(False)
    ax.axhline(0.0, color=color("muted"), zorder=1.5, **line("guide"))
    ax.axvline(0.0, color=color("muted"), zorder=1.5, **line("guide"))
    if labels:
        up = 0.035 * (y[1] - y[0])
        axis_name(ax, x[1], up, r"$\theta_1$", ha="right", va="bottom")
        axis_name(ax, 0.035 * (x[1] - x[0]), y[1], r"$\theta_2$", ha="left", va="top")


def axis_name(ax: Axes, x: float, y: float, text: str, **alignment: Any) -> None:
    """The name of an axis, on paper of its own where something lies below it."""
    ax.text(x, y, text, color=color("muted"), bbox=_sheet(1.0), zorder=7, **alignment)


def least_squares_name(ax: Axes, x: float, y: float, **alignment: Any) -> None:
    """Two words beside the least-squares solution, on paper of their own: contours run below them."""
    ax.text(x, y, "least\nsquares", fontsize="small", color=color("ink"), bbox=_sheet(0.5), zorder=4, **alignment)


def _sheet(pad: float) -> dict[str, Any]:
    return {"facecolor": color("paper"), "edgecolor": "none", "alpha": 0.85, "pad": pad}


def role(name: str) -> str:
    """The color role of a penalty."""
    return {"L1": "l1", "L2": "l2"}[name]


def region(ax: Axes, contact: Contact, *, alpha: float = 0.16) -> None:
    """The ball, filled and outlined in its penalty's color."""
    tone = color(role(contact.name))
    ax.fill(*contact.boundary.T, color=tone, alpha=alpha, linewidth=0, zorder=1)
    ax.plot(*contact.boundary.T, color=tone, zorder=2, linestyle="-" if contact.name == "L1" else (0, (5, 1.6)), lw=2.0)


def contours(ax: Axes, contact: Contact) -> None:
    """Contours that have not arrived yet, the one that touches, and the least-squares solution in their middle."""
    for inner in contact.inner:
        ax.plot(*inner.T, color=color("loss"), **line("contour"), zorder=3)
    ax.plot(*contact.touching.T, color=color("ink"), linestyle="-", linewidth=1.5, zorder=3.5)
    ax.plot(*contact.least_squares, marker="+", markersize=9, markeredgewidth=1.8, color=color("ink"), zorder=5)


def solution(ax: Axes, contact: Contact, *, size: float = 9.0) -> None:
    """The point of contact: a diamond for L1, a disk for L2."""
    ax.plot(
        *contact.solution,
        marker="D" if contact.name == "L1" else "o",
        markersize=size if contact.name == "L2" else size * 0.85,
        color=color(role(contact.name)),
        markeredgecolor=color("paper"),
        markeredgewidth=1.2,
        zorder=6,
    )
