"""The course's visual language: one color a meaning, one line a role, one type scale.

The site's style sheet takes its color tokens from here as well (`PALETTE`), so that a figure and the page
around it can never drift apart. Every color reaches a contrast of 4.5:1 on its paper, and every pair of
colors stays apart under simulated protanopia, deuteranopia and tritanopia (tests/figures/test_style.py).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Literal

Mode = Literal["light", "dark"]

PALETTE: dict[str, dict[str, str]] = {
    "light": {
        "paper": "#ffffff",
        "surface": "#f4f6f8",
        "grid": "#dfe4e8",
        "muted": "#56616b",
        "ink": "#17202b",
        "l1": "#1f5ae0",
        "l2": "#c9420d",
        "elastic_net": "#a62fa5",
        "loss": "#6c757b",
        "truth": "#0a5c38",
        "highlight": "#8a6100",
    },
    "dark": {
        "paper": "#14181e",
        "surface": "#1e242c",
        "grid": "#343c46",
        "muted": "#a9b3bd",
        "ink": "#eef2f6",
        "l1": "#4a97f7",
        "l2": "#f79a3c",
        "elastic_net": "#f3a3ee",
        "loss": "#868b93",
        "truth": "#2ee59d",
        "highlight": "#ffd45e",
    },
}

BLENDS, STEPS = ("l1", "l2", "elastic_net", "truth"), 32

# What a line is, whatever its color: so that nothing is told by color alone.
LINES: dict[str, dict[str, Any]] = {
    "estimate": {"linestyle": "-", "linewidth": 2.0},
    "theory": {"linestyle": (0, (5, 2)), "linewidth": 1.6},
    "train": {"linestyle": (0, (1, 1.4)), "linewidth": 2.0},
    "reference": {"linestyle": (0, (6, 2, 1, 2)), "linewidth": 1.1},
    "contour": {"linestyle": "-", "linewidth": 0.9},
    "guide": {"linestyle": "-", "linewidth": 0.8},
}

TYPE_SCALE = {"small": 9.0, "body": 10.5, "title": 11.5}

_mode: list[Mode] = ["light"]


def color(role: str) -> str:
    """Hex color of a role ("l1", "l2", "elastic_net", "loss", "truth", "ink", "muted", ...) in the mode being drawn.

    Raises ValueError for a role that the palette does not have.
    """
    palette = PALETTE[_mode[-1]]
    if role not in palette:
        raise ValueError(f"role must be one of {', '.join(palette)}; got {role!r}")
    return palette[role]


def blend(role: str, share: float) -> str:
    """Hex color between the paper (share 0) and one of BLENDS (share 1), in the mode being drawn.

    In steps of 1 / STEPS, so that `counterparts` can list them all. Raises ValueError for a role that is not blended.
    """
    if role not in BLENDS:
        raise ValueError(f"role must be one of {', '.join(BLENDS)} to be blended; got {role!r}")
    return _mixed(_mode[-1], role, round(min(max(share, 0.0), 1.0) * STEPS))


def _mixed(mode: Mode, role: str, step: int) -> str:
    paper, full = (
        [int(tone[at : at + 2], 16) for at in (1, 3, 5)] for tone in (PALETTE[mode]["paper"], PALETTE[mode][role])
    )
    parts = [round(a + (b - a) * step / STEPS) for a, b in zip(paper, full, strict=True)]
    return "#" + "".join(f"{part:02x}" for part in parts)


@cache
def counterparts() -> dict[str, str]:
    """Of every color and blend of the light mode, its hex color there: that in the dark mode."""
    colors = {light: PALETTE["dark"][role] for role, light in PALETTE["light"].items()}
    return colors | {
        _mixed("light", role, step): _mixed("dark", role, step) for role in BLENDS for step in range(STEPS + 1)
    }


def line(role: str) -> dict[str, Any]:
    """Line style of a role: "estimate", "theory", "train", "reference", "contour" or "guide".

    Raises ValueError for a role that there is no style for.
    """
    if role not in LINES:
        raise ValueError(f"role must be one of {', '.join(LINES)}; got {role!r}")
    return dict(LINES[role])


@contextmanager
def drawing(mode: Mode) -> Iterator[None]:
    """Draw in the colors of one mode: inside, `color` and matplotlib's defaults are that mode's."""
    import matplotlib as mpl

    if mode not in PALETTE:
        raise ValueError(f"mode must be one of {', '.join(PALETTE)}; got {mode!r}")
    _mode.append(mode)
    try:
        with mpl.rc_context(_rc(mode)):
            yield
    finally:
        _mode.pop()


def _rc(mode: Mode) -> Any:
    from cycler import cycler

    tone = PALETTE[mode]
    order = ("l1", "l2", "elastic_net", "truth", "loss", "highlight")
    return {
        "font.size": TYPE_SCALE["body"],
        "axes.titlesize": TYPE_SCALE["title"],
        "axes.labelsize": TYPE_SCALE["body"],
        "xtick.labelsize": TYPE_SCALE["small"],
        "ytick.labelsize": TYPE_SCALE["small"],
        "legend.fontsize": TYPE_SCALE["small"],
        "font.family": "DejaVu Sans",  # ships with matplotlib: the same letters on every machine
        "mathtext.fontset": "dejavusans",
        "axes.titlelocation": "left",
        "axes.titleweight": "bold",
        "axes.titlepad": 8.0,
        "axes.titley": 1.0,  # its usual place, given: matplotlib would measure all ticks again to find it
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.prop_cycle": cycler(color=[tone[role] for role in order]),
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": tone["grid"],
        "grid.linewidth": 0.6,
        "figure.facecolor": tone["paper"],
        "axes.facecolor": tone["paper"],
        "savefig.facecolor": tone["paper"],
        "text.color": tone["ink"],
        "axes.labelcolor": tone["ink"],
        "axes.titlecolor": tone["ink"],
        "axes.edgecolor": tone["muted"],
        "xtick.color": tone["muted"],
        "ytick.color": tone["muted"],
        "legend.frameon": False,
        "legend.handlelength": 2.6,
        "lines.markersize": 5.0,
        "image.cmap": "cividis",
        "svg.fonttype": "path",
        "svg.hashsalt": "regutils",  # the same figure gives the same bytes
        "path.simplify": True,
        "path.simplify_threshold": 0.5,
    }
