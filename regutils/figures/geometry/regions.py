"""Contours that touch balls, balls of the Lq family, and their corners magnified."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from regutils.figures import color, figure, line
from regutils.figures.geometry._plane import contours, least_squares_name, plane, region, role, solution

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.geometry.contact import Contact
    from regutils.experiments.geometry.shapes import Family, Solids


def _coordinates(point: np.ndarray, digits: int = 2) -> str:
    return "(" + ", ".join(f"{value:.{digits}f}".rstrip("0").rstrip(".") for value in point + 0.0) + ")"


def _touching_alt(result: tuple[Contact, Contact]) -> str:
    l1, l2 = result
    return (
        f"Two panels with the same elliptical loss contours around the least-squares solution "
        f"{_coordinates(l1.least_squares)}. In the first the contours first touch the diamond of radius {l1.radius:g} "
        f"at its corner {_coordinates(l1.solution)}, where theta_1 is exactly zero. In the second they touch the "
        f"circle of the same radius at {_coordinates(l2.solution)}, where no coordinate is zero."
    )


@figure(panels=2, height=4.2, alt=_touching_alt)
def touching(result: tuple[Contact, Contact], axes: Sequence[Axes]) -> None:
    """The iconic picture: the same contours against the diamond and against the circle."""
    words = {
        "L1": ("L1: the contact is a corner", r"$\theta_1 = 0$" + "\nexactly", (-1.28, 0.72)),
        "L2": ("L2: the contact is nowhere special", r"$\theta_1 = {:.2f}$", (1.02, 0.42)),
    }
    for contact, ax in zip(result, axes, strict=True):
        plane(ax, (-1.3, 1.75), (-1.15, 3.15))
        region(ax, contact)
        contours(ax, contact)
        solution(ax, contact)
        x, y = contact.least_squares
        least_squares_name(ax, x + 0.14, y + 0.06, va="bottom")
        title, text, spot = words[contact.name]
        tone = color(role(contact.name))
        ax.set_title(title)
        ax.annotate(
            text.format(contact.solution[0]) if contact.name == "L2" else text,
            (contact.solution[0], contact.solution[1]),
            xytext=spot,
            color=tone,
            arrowprops={"arrowstyle": "-", "color": tone, "shrinkB": 6},
        )


def _shrinking_alt(result: Sequence[tuple[Contact, Contact]]) -> str:
    steps = "; ".join(
        f"radius {l1.radius:g}: L1 at {_coordinates(l1.solution)}, L2 at {_coordinates(l2.solution)}"
        for l1, l2 in result
    )
    return (
        f"Three panels with smaller and smaller balls and the same loss. {steps}. The L1 solution moves straight to "
        "the vertical axis and then down along it; the L2 solution bends toward the origin and reaches the axis only "
        "there."
    )


@figure(panels=3, height=3.9, alt=_shrinking_alt)
def shrinking(result: Sequence[tuple[Contact, Contact]], axes: Sequence[Axes]) -> None:
    """Both balls and both solutions at three radii, with the way that the solutions came."""
    for step, (pair, ax) in enumerate(zip(result, axes, strict=True)):
        plane(ax, (-1.5, 1.5), (-1.5, 2.3), labels=step == 0)
        ax.set_title(f"radius {pair[0].radius:g}")
        for contact in reversed(pair):
            region(ax, contact, alpha=0.12)
        for contact in pair:
            tone = color(role(contact.name))
            ax.plot(*contact.touching.T, color=color("loss"), **line("contour"), zorder=1.4)
            ax.plot(*contact.path.T, color=tone, linewidth=2.4, linestyle=(0, (1, 1.1)), zorder=5)
            solution(ax, contact, size=8.5)
        l1, l2 = pair
        ax.plot(*l1.least_squares, marker="+", markersize=9, markeredgewidth=1.8, color=color("ink"), zorder=5)
        ax.text(l1.solution[0] - 0.16, l1.solution[1] + 0.14, "L1", color=color("l1"), ha="right", weight="bold")
        ax.text(l2.solution[0] + 0.15, l2.solution[1] + 0.08, "L2", color=color("l2"), weight="bold")


def _family_alt(result: Family) -> str:
    tips = ", ".join(f"{name} {angle:.0f}" for name, angle in zip(result.names, result.angles_at_corner, strict=True))
    return (
        "Two panels. First: regions of equal Lq penalty through (1, 0), nested from a four-pointed star (q = 0.5) over "
        "the diamond (q = 1) and the circle (q = 2) to a rounded square (q = 4). Second: five regions magnified at "
        f"(1, 0). The angle inside the tip in degrees: {tips}. Only L1 and the elastic net have a corner there."
    )


@figure(panels=2, height=4.1, alt=_family_alt)
def family(result: Family, axes: Sequence[Axes]) -> None:
    """The Lq family, and five tips magnified."""
    left, right = axes
    plane(left, (-1.35, 1.35), (-1.25, 1.3))
    left.set_title("One family of regions")
    styles = {0.5: "elastic_net", 1.0: "l1", 1.5: "muted", 2.0: "l2", 4.0: "truth"}
    dashes: dict[float, Any] = {
        0.5: (0, (1, 1)),
        1.0: "-",
        1.5: (0, (2, 1.5)),
        2.0: (0, (5, 1.6)),
        4.0: (0, (6, 1.5, 1, 1.5)),
    }
    for q, curve in zip(result.exponents, result.curves, strict=True):
        left.plot(*curve.T, color=color(styles[q]), linestyle=dashes[q], linewidth=2.4 if q in (1.0, 2.0) else 1.7)
        spot = curve[len(curve) // 8 if q in (0.5, 1.0, 2.0) else 3 * len(curve) // 8]
        sheet = {"facecolor": color("paper"), "edgecolor": "none", "pad": 1.2}
        left.text(
            spot[0], spot[1], f"q = {q:g}", color=color(styles[q]), fontsize="small", weight="bold",
            ha="center", va="center", bbox=sheet,
        )  # fmt: skip

    w = result.window
    right.set_title("The tip at (1, 0), magnified")
    right.set_aspect("equal")
    right.grid(False)
    right.set_ylim(-w, w)
    right.set_xlim(1 - 1.05 * w, 1 + 1.15 * w)
    right.axhline(0.0, color=color("muted"), **line("guide"))
    right.set_xticks([0.95, 1.0, 1.05])
    right.set_yticks([-0.05, 0.0, 0.05])
    looks: dict[str, tuple[str, Any]] = {
        "L1": ("l1", "-"),
        "elastic net": ("elastic_net", "-"),
        "Huber-smoothed L1": ("truth", (0, (4, 1.5))),
        "L1.2": ("muted", (0, (1, 1))),
        "L2": ("l2", (0, (5, 1.6))),
    }
    for name, curve in zip(result.names, result.corners, strict=True):
        tone, dash = looks[name]
        corner = name in ("L1", "elastic net")
        right.plot(*curve.T, color=color(tone), linestyle=dash, linewidth=2.4 if corner else 1.7, label=name)
    right.legend(loc="upper right", borderaxespad=0.1, handlelength=2.2)


def _solids_alt(result: Solids) -> str:
    names = {
        0.5: "a star with six sharp spikes and sharp ridges",
        1.0: "an octahedron with six corners and twelve edges",
        2.0: "a sphere with neither corners nor edges",
    }
    parts = "; ".join(f"q = {q:g}: {names.get(q, 'a rounded body')}" for q in result.exponents)
    return (
        f"Three solids of equal Lq penalty in three dimensions. {parts}. "
        "On a corner two coordinates are zero, on an edge one."
    )


@figure(panels=3, height=3.0, projection="3d", alt=_solids_alt)
def solids(result: Solids, axes: Sequence[Any]) -> None:
    """Balls in three dimensions, lit from above."""
    from matplotlib.colors import LightSource, to_rgb
    from mpl_toolkits.mplot3d.art3d import Poly3DCollection

    elevation, azimuth = 22, 32
    up, around = np.radians([elevation, azimuth])
    toward_viewer = np.array([np.cos(up) * np.cos(around), np.cos(up) * np.sin(around), np.sin(up)])
    tones = {0.5: "elastic_net", 1.0: "l1", 2.0: "l2"}
    titles = {0.5: "q = 0.5: spikes", 1.0: "q = 1: octahedron", 2.0: "q = 2: sphere"}
    for q, every, ax in zip(result.exponents, result.triangles, axes, strict=True):
        few = len(every) < 20
        normals = np.cross(every[:, 1] - every[:, 0], every[:, 2] - every[:, 0])
        triangles = every[normals @ toward_viewer > 0]  # the others are hidden, and only make the file larger
        tone = [to_rgb(color(tones.get(q, "muted")))] * len(triangles)
        surface = Poly3DCollection(
            triangles,
            facecolors=tone,
            edgecolors=None if few else tone,  # the same color: or the paper shines through the seams
            shade=True,
            lightsource=LightSource(azdeg=20, altdeg=38),
            linewidths=1.1 if few else 0.8,
        )
        if few:
            surface.set_edgecolor(color("ink"))
        ax.add_collection3d(surface)
        for axis, text in enumerate((r"$\theta_1$", r"$\theta_2$", r"$\theta_3$")):
            unit = np.eye(3)[axis]
            length = 1.75 if axis == 0 else 1.3  # the first axis points at the viewer, and would end on the sphere
            aside = np.array([-0.14, 0.14, -0.16]) if axis == 2 else 0.18 * unit
            ax.plot(*np.stack([unit, length * unit]).T, color=color("muted"), linewidth=0.9)
            ax.text(*(length * unit + aside), text, color=color("muted"), ha="center", va="center")
        ax.set(xlim=(-1, 1), ylim=(-1, 1), zlim=(-1, 1))
        ax.set_title(titles.get(q, f"q = {q:g}"), y=1.05)
        ax.set_box_aspect((1, 1, 1), zoom=1.22)
        ax.view_init(elev=elevation, azim=azimuth)
        ax.set_axis_off()
