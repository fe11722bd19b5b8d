"""Figures of `regutils.figures.show` on the page: for each color mode and screen the picture that fits.

The notebook carries every variant of a figure under one MIME type of ours. Here it becomes a node of the
document, and the picture files are written when the page is: so they are there whichever cache the document
came from. Any other image, in code or in prose, needs a text alternative that says something.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes  # type: ignore[import-untyped]
from myst_nb.core.render import MimeData, NbElementRenderer, load_mime_renders
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.osutil import relative_uri

from _extensions.alternatives import alt_fault

MIME = "application/vnd.regutils.figure+json"
PHONE = "(max-width: 600px)"
STACKED = {"Left": "Top", "Right": "Bottom"}  # capital letters: "from left to right" speaks of an axis
SIDE = re.compile(rf"\b({'|'.join(STACKED)})\b")
HTML_BUILDERS = ("html", "dirhtml", "singlehtml")

logger = logging.getLogger(__name__)


class Pictures(nodes.General, nodes.Element):  # type: ignore[misc]
    """A figure's variants. Attributes: `alt`, and `images` as `regutils.figures.show` made them."""


class FigurePlugin:
    """How myst-nb turns our MIME type into a node."""

    mime_priority_overrides = tuple((builder, MIME, 1) for builder in HTML_BUILDERS)

    @staticmethod
    def handle_mime(renderer: NbElementRenderer, data: MimeData, inline: bool) -> list[nodes.Element] | None:
        if data.mime_type != MIME or inline:
            return None
        bundle: Any = data.content
        if fault := alt_fault(bundle["alt"]):
            renderer.logger.warning(
                f"the figure's text alternative does not say what it shows: {fault}", subtype="alt", line=data.line
            )
        return [Pictures(alt=bundle["alt"], images=bundle["images"])]


def file_of(image: dict[str, Any]) -> tuple[str, bytes]:
    """Name (from the content, so that browsers may keep the file forever) and bytes of one variant."""
    content = image["data"].encode() if image["format"] == "svg" else base64.b64decode(image["data"])
    return f"{hashlib.sha256(content).hexdigest()[:20]}.{image['format']}", content


def picture(mode: str, alt: str, images: Iterable[dict[str, Any]], folder: str) -> str:
    """One mode's <picture>: the narrow layout on a phone where there is one, the wide one elsewhere."""
    by_layout = {image["layout"]: image for image in images if image["mode"] == mode}
    wide = by_layout["wide"]

    def size(image: dict[str, Any]) -> str:
        return f'width="{image["width"]}" height="{image["height"]}"'

    narrow = by_layout.get("narrow")
    source = (
        f'<source media="{PHONE}" srcset="{folder}/{file_of(narrow)[0]}" {size(narrow)}>' if narrow is not None else ""
    )
    return (
        f'<picture class="only-{mode}">{source}<img class="only-{mode}" src="{folder}/{file_of(wide)[0]}" '
        f'alt="{escape(alt)}" {size(wide)} loading="lazy" decoding="async"></picture>'
    )


def visit_pictures(self: Any, node: Pictures) -> None:
    builder = self.builder
    folder = Path(builder.outdir, builder.imagedir)
    folder.mkdir(parents=True, exist_ok=True)
    for image in node["images"]:
        name, content = file_of(image)
        if not (folder / name).exists():
            (folder / name).write_bytes(content)
    page = builder.get_target_uri(builder.current_docname)
    url = relative_uri(page, builder.imagedir)
    modes = "".join(picture(mode, node["alt"], node["images"], url) for mode in ("light", "dark"))
    # In a box of their own: the theme hides the caption that follows a hidden picture directly.
    self.body.append(f'<div class="pictures">{modes}</div>\n')
    raise nodes.SkipNode


def name_places(app: Sphinx, doctree: nodes.document) -> None:
    """Captions say Left and Right; where a phone stacks the panels, they say Top and Bottom."""
    for figure in doctree.findall(nodes.figure):
        heights = {i["layout"]: i["height"] for pictures in figure.findall(Pictures) for i in pictures["images"]}
        if heights.get("narrow", 0) < 1.5 * heights.get("wide", 0) or not heights:
            continue  # one panel
        for text in [text for caption in figure.findall(nodes.caption) for text in caption.findall(nodes.Text)]:
            parts: list[nodes.Node] = []
            for part in SIDE.split(text):
                if part in STACKED:
                    parts += [
                        nodes.inline(part, part, classes=["wide-screen"]),
                        nodes.inline(STACKED[part], STACKED[part], classes=["narrow-screen"]),
                    ]
                else:
                    parts.append(nodes.Text(part))
            text.parent.replace(text, parts)


def require_alt(app: Sphinx, doctree: nodes.document) -> None:
    """Warn, and so fail the build, where an image in prose or in an output has no text alternative."""
    for image in doctree.findall(nodes.image):
        if fault := alt_fault(image.get("alt")):
            logger.warning(
                "image without a text alternative that says what it shows: %s (%s)",
                image["uri"],
                fault,
                type="figures",
                subtype="alt",
                location=image,
            )


def setup(app: Sphinx) -> dict[str, Any]:
    # myst-nb looks for plugins among installed packages only; the list it made is where a local one can join.
    plugins = load_mime_renders()
    if FigurePlugin not in plugins:
        plugins.append(FigurePlugin)  # type: ignore[arg-type]
    app.add_node(Pictures, html=(visit_pictures, None))
    app.connect("doctree-read", name_places)
    app.connect("doctree-read", require_alt)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
