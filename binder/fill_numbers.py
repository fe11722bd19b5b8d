"""Run each chapter and write its measured numbers into its text, because JupyterLab cannot show {glue:text} itself.

python binder/fill_numbers.py FOLDER     changes FOLDER/*.md in place: for Binder's own copy of the chapters
"""

import logging
import re
import sys
from pathlib import Path

import jupytext
from myst_nb.core.variables import format_plain_text
from myst_nb.ext.glue import extract_glue_data
from nbclient import NotebookClient

ROLE = re.compile(r"\{glue:text\}`([^`:]+)(?::([^`]*))?`")


def numbers(path: Path) -> dict[str, str]:
    """What the chapter glues, as plain text by name."""
    notebook = jupytext.read(path)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
    glued = extract_glue_data(notebook, [0] * len(notebook.cells), logging.getLogger(__name__))
    return {name: output["data"]["text/plain"] for name, output in glued.items()}


def fill(text: str, glued: dict[str, str]) -> str:
    """The chapter's text with the numbers in the place of their names; KeyError for one that was never glued."""
    return ROLE.sub(lambda role: format_plain_text(glued[role[1]], role[2] or "s"), text)


if __name__ == "__main__":
    for path in sorted(Path(sys.argv[1]).glob("*.md")):
        text = path.read_text(encoding="utf-8")
        if ROLE.search(text):
            path.write_text(fill(text, numbers(path)), encoding="utf-8")
            print(f"{path}: {len(ROLE.findall(text))} numbers")
