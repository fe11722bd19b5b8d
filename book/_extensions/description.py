"""What a page says of itself goes into its social card too, which otherwise quotes the text with its formulas."""

from typing import Any

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx


def describe(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Hand the page's description (front matter: myst, html_meta) on to sphinxext-opengraph."""
    if doctree is None:
        return
    for meta in doctree.findall(nodes.meta):
        if meta.get("name") == "description":
            context["meta"] = {**(context.get("meta") or {}), "og:description": meta["content"]}


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("html-page-context", describe, priority=400)  # before sphinxext-opengraph
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
