"""The figures' colors as CSS custom properties, so that page and figure speak one visual language."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

TOKENS = "css/tokens.css"


def tokens(palette: Mapping[str, Mapping[str, str]]) -> str:
    """`--l1: #...;` and so on, for light (also without JavaScript) and for dark."""
    rules = []
    for mode, selector in (("light", ":root"), ("dark", 'html[data-theme="dark"]')):
        lines = "".join(f"  --{role.replace('_', '-')}: {value};\n" for role, value in palette[mode].items())
        rules.append(f"{selector} {{\n  color-scheme: {mode};\n{lines}}}\n")
    light, dark = rules
    return f"{light}@media screen {{\n{dark}}}\n"  # paper is light


def write_tokens(app: Sphinx) -> None:
    from regutils.figures.style import PALETTE

    path = Path(app.outdir, "_static", TOKENS)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(tokens(PALETTE), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_css_file(TOKENS, priority=400)  # before site.css, which uses them
    app.connect("builder-inited", write_tokens)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
