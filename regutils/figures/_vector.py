"""Drawing as SVG, where a text is measured and set once: for the layout, and for every picture that it is in.

matplotlib does both anew for each picture, and measures for the layout in the letters of another format.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from io import StringIO
from typing import TYPE_CHECKING, Any

from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.textpath import TextToPath

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.ft2font import FT2Font

POINTS = 72  # the units of SVG in an inch


class Ruler(FigureCanvasBase):
    """The canvas of a figure whose layout is being solved."""

    def get_renderer(self) -> RendererSVG:
        """What measures the texts."""
        return _Renderer(self.figure, StringIO())


@contextmanager
def in_points(fig: Figure) -> Iterator[None]:
    """Measure in the units of SVG."""
    dpi = fig.dpi
    fig.dpi = POINTS
    try:
        yield
    finally:
        fig.dpi = dpi


def svg(fig: Figure) -> str:
    """The figure as it stands; artists that ask for it are pixels in it."""
    target = StringIO()
    with in_points(fig):
        width, height = fig.get_size_inches()
        renderer: Any = MixedModeRenderer(fig, width, height, 2 * POINTS, _Renderer(fig, target))  # type: ignore[no-untyped-call]
        fig.draw(renderer)
        renderer.finalize()
    return target.getvalue()


class _Renderer(RendererSVG):
    def __init__(self, fig: Figure, target: StringIO) -> None:
        width, height = fig.get_size_inches() * POINTS
        super().__init__(width, height, target, image_dpi=2 * POINTS, metadata={"Date": None, "Creator": None})  # type: ignore[no-untyped-call]
        self._text2path = _letters()

    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> tuple[float, float, float]:
        return _measured(s, prop.copy(), ismath)


class _Letters(TextToPath):
    def __init__(self) -> None:
        super().__init__()
        self.words: dict[Any, Any] = {}

    def get_glyphs_with_font(
        self, font: FT2Font, s: str, glyph_map: Any = None, return_new_glyphs_only: bool = False, **options: Any
    ) -> Any:
        """Glyphs of a text with their places, outlines of all or of those that glyph_map lacks, and no rectangles."""
        word = (font.fname, s, *options.values())
        if word not in self.words:
            self.words[word] = super().get_glyphs_with_font(font, s, **options)
        glyphs, outlines, rectangles = self.words[word]
        known = {} if glyph_map is None else glyph_map
        new = {name: outline for name, outline in outlines.items() if name not in known}
        return glyphs, new if return_new_glyphs_only else known | new, rectangles


@cache
def _letters() -> _Letters:
    return _Letters()


@cache
def _measured(text: str, font: FontProperties, ismath: Any) -> tuple[float, float, float]:
    width, height, descent = _letters().get_text_width_height_descent(text, font, ismath)
    return width, height, descent
