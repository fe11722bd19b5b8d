"""Where the HTML of docutils and of other extensions is not valid or not accessible, and how it is then."""

from typing import Any

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx

REPEATED = {"exercise-content", "solution-content"}  # sphinx-exercise gives every box the same id


def visit_citation(self: Any, node: nodes.citation) -> None:
    """An entry of a bibliography, as an item of a list: the role that docutils gives it is deprecated."""
    if not isinstance(node.previous_sibling(), nodes.citation):
        self.body.append('<div role="list" class="citation-list">\n')
    self.body.append(self.starttag(node, "div", classes=["citation"], role="listitem"))


def depart_citation(self: Any, node: nodes.citation) -> None:
    self.body.append("</div>\n")
    if not isinstance(node.next_node(descend=False, siblings=True), nodes.citation):
        self.body.append("</div>\n")


def number_ids(app: Sphinx, doctree: nodes.document) -> None:
    boxes = [section for section in doctree.findall(nodes.section) if REPEATED.intersection(section["ids"])]
    for number, section in enumerate(boxes, start=1):
        section["ids"] = [f"{name}-{number}" for name in section["ids"]]


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_node(nodes.citation, override=True, html=(visit_citation, depart_citation))
    app.connect("doctree-read", number_ids)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
