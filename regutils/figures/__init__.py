"""Figures draw what an experiment computed, and compute nothing.

A draw function takes a result and axes. Decorated with `figure`, it knows how many panels it needs and what
its picture says in words. `show` draws it for both color modes and for wide and narrow screens, and hands
all of them to the page, which shows the one that fits.
"""

import base64
import gzip
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from regutils.figures.style import Mode, blend, color, counterparts, drawing, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.gridspec import SubplotSpec

__all__ = ["Drawer", "Shown", "blend", "color", "figure", "line", "show"]

T = TypeVar("T")
Layout = Literal["wide", "narrow"]

MIME = "application/vnd.regutils.figure+json"
PIXELS_PER_INCH = 96  # CSS's own
PANEL_WIDTH = {1: 6.2, 2: 4.1, 3: 3.1}  # inches, by panels in a row of the wide layout
_HEX = re.compile(r"(?<!url\()#[0-9a-f]{6}\b")
NARROW_WIDTH = 4.2  # inches: 403 px, so that type keeps about its size on a phone


@dataclass(frozen=True)
class Drawer(Generic[T]):
    """A draw function with what its page must know: number of panels, proportions, and the finding in words.

    `drawer(result, axes)` draws on axes that you made; `drawer.alt(result)` is the text alternative.
    """

    draw: Callable[[T, Sequence["Axes"]], None]
    alt: Callable[[T], str]
    panels: int
    height: float
    projection: str | None

    @property
    def name(self) -> str:
        """The draw function's name."""
        return self.draw.__name__

    def __call__(self, result: T, axes: Sequence["Axes"]) -> Sequence["Axes"]:
        """Draw `result` on `axes` (as many as `panels`) and return them."""
        if len(axes) != self.panels:
            raise ValueError(f"axes must hold {self.panels} axes for the figure {self.name!r}; got {len(axes)}")
        self.draw(result, axes)
        return axes

    def layouts(self) -> tuple[Layout, ...]:
        """Panels are stacked on a phone; a single one is drawn narrower there, so that its type stays legible."""
        return ("wide", "narrow")

    def render(self, result: T, *, mode: Mode = "light", layout: Layout = "wide") -> "Figure":
        """The finished matplotlib Figure in one mode and layout (it belongs to no window; save it or show it)."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        with drawing(mode):
            fig = Figure(layout="constrained")
            FigureCanvasAgg(fig)
            places = self._places(fig, layout)
            self(result, [fig.add_subplot(place, projection=self.projection) for place in places])
            _settle(fig)
        return fig

    def rearrange(self, fig: "Figure", *, mode: Mode, layout: Layout) -> None:
        """Give a Figure that `render` made in this mode another layout: the same picture, sooner than drawn again.

        For panels that take their limits from what is drawn on them, whatever their size.
        """
        with drawing(mode):
            for axes, place in zip(fig.axes, self._places(fig, layout), strict=False):  # color bars follow their panels
                axes.set_subplotspec(place)
            _settle(fig)

    def _places(self, fig: "Figure", layout: Layout) -> list["SubplotSpec"]:
        """Size the figure for a layout, and say where its panels go."""
        columns = min(self.panels, 3 if self.panels != 4 else 2) if layout == "wide" else 1
        rows = -(-self.panels // columns)
        width = PANEL_WIDTH[columns] if layout == "wide" else NARROW_WIDTH
        fig.set_size_inches(width * columns, self.height * rows)
        grid = fig.add_gridspec(rows, columns)
        return [grid[index] for index in range(self.panels)]


def _settle(fig: "Figure") -> None:
    """Solve the layout for good: text takes the mode's settings now, and saving need not solve it again."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    fig.set_layout_engine(None)
    ConstrainedLayoutEngine().execute(fig)


def figure(
    *, alt: Callable[[Any], str], panels: int = 1, height: float = 3.4, projection: str | None = None
) -> Callable[[Callable[[Any, Sequence["Axes"]], None]], Drawer[Any]]:
    """Declare a draw function `draw(result, axes)` a figure of the course.

    alt: from the result to one or more sentences that state what the picture shows, with its numbers.
    panels: how many axes it draws on. height: of one panel, in inches. projection: "3d", or None for plane axes.
    """

    def declare(draw: Callable[[Any, Sequence["Axes"]], None]) -> Drawer[Any]:
        return Drawer(draw=draw, alt=alt, panels=panels, height=height, projection=projection)

    return declare


@dataclass(frozen=True)
class Shown:
    """What `show` returns: the same figure for every mode and layout, which a notebook or the site displays."""

    alt: str
    images: tuple[dict[str, Any], ...]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        light = next(image for image in self.images if image["mode"] == "light")
        return {
            MIME: {"alt": self.alt, "images": list(self.images)},
            "text/html": f'<img alt="{escape(self.alt)}" style="max-width:100%" src="{_data_uri(light)}">',
            "text/plain": self.alt,
        }


def show(drawer: Drawer[T], result: T) -> Shown:
    """Draw a figure for light and dark pages, wide and narrow screens; vector where that is smaller.

    Raises TypeError where `drawer` is not a figure of regutils.figures, ValueError where its text alternative is empty.
    """
    if not isinstance(drawer, Drawer):
        raise TypeError(f"drawer must be a figure from regutils.figures; got {type(drawer).__name__}")
    alt = " ".join(drawer.alt(result).split())
    if not alt:
        raise ValueError(f"the figure {drawer.name!r} has an empty text alternative; say what the picture shows")
    drawn: dict[Mode, Figure] = {}

    def picture(mode: Mode, layout: Layout) -> dict[str, Any]:
        if mode in drawn:
            drawer.rearrange(drawn[mode], mode=mode, layout=layout)
        else:
            drawn[mode] = drawer.render(result, mode=mode, layout=layout)
        return _encode(drawn[mode], mode)

    images = []
    for layout in drawer.layouts():
        light = picture("light", layout)
        dark = _recolored(light) or picture("dark", layout)
        images += [{"mode": "light", "layout": layout, **light}, {"mode": "dark", "layout": layout, **dark}]
    return Shown(alt, tuple(images))


def _recolored(light: dict[str, Any]) -> dict[str, Any] | None:
    """The dark picture by exchanging colors, where every color of the light one is a token or a `blend`; else None.

    Twice as fast as drawing again, and most figures allow it: only color maps do not.
    """
    if light["format"] != "svg" or "<image" in light["data"]:
        return None
    exchange = counterparts()
    if not set(_HEX.findall(light["data"])) <= set(exchange):
        return None
    return {**light, "data": _HEX.sub(lambda found: exchange[found[0]], light["data"])}


def _encode(fig: "Figure", mode: Mode) -> dict[str, Any]:
    """The smaller of SVG and PNG (twice the pixels, for sharp screens), with its size in CSS pixels."""
    width, height = (round(inches * PIXELS_PER_INCH) for inches in fig.get_size_inches())
    size = {"width": width, "height": height}
    photographs = any(axes.images for axes in fig.axes)  # which an SVG would embed at a single pixel's resolution
    with drawing(mode):
        if not photographs:
            vector = io.StringIO()
            fig.savefig(vector, format="svg", metadata={"Date": None, "Creator": None})
            svg = _slim(vector.getvalue())
            compressed = len(gzip.compress(svg.encode(), 6))
            embeds = "<image" in svg
            if compressed < 20_000 and not embeds:  # a PNG of a figure this size never comes below
                return {"format": "svg", "data": svg, **size}
        raster = io.BytesIO()
        # the last two percent of a photograph's size would take three times as long
        fig.savefig(raster, format="png", dpi=2 * PIXELS_PER_INCH, pil_kwargs={"optimize": not photographs})
    png = raster.getvalue()
    if not photographs and not embeds and compressed <= len(png):
        return {"format": "svg", "data": svg, **size}
    return {"format": "png", "data": base64.b64encode(png).decode(), **size}


def _slim(svg: str) -> str:
    """Without matplotlib's comments and metadata, and with coordinates (not scales) to a hundredth of a point."""
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>|<\?xml.*?\?>|<!DOCTYPE.*?>", "", svg, flags=re.S)
    svg = re.sub(r"scale\([^)]*\)|(\d+\.\d{2})\d+", lambda number: number[1] or number[0], svg)
    return str(re.sub(r">\s+<", "><", svg)).strip()


def _data_uri(image: dict[str, Any]) -> str:
    if image["format"] == "png":
        return f"data:image/png;base64,{image['data']}"
    return "data:image/svg+xml;base64," + base64.b64encode(image["data"].encode()).decode()
