"""A small book, with the project's own configuration, to build with and without faults."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "book"))

NOTEBOOK = """jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
"""
DESCRIPTION = """myst:
  html_meta:
    description: A page of the small book, described at such a length that the check is content with it.
"""


class Book:
    """A book in a folder of its own: the project's configuration, extensions and assets; its own pages."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.html = root / "_build" / "html"
        (root / "book").mkdir()
        for name in ("_config.yml", "requirements.lock", "book/_extensions", "book/assets", "book/templates"):
            (root / name).symlink_to(ROOT / name)
        self.write(
            "book/references.bib",
            "@article{known2020, author={Known, A.}, title={Known}, journal={Journal}, year={2020}}\n",
        )

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def page(self, name: str, body: str) -> None:
        header = (NOTEBOOK if "{code-cell}" in body else "") + DESCRIPTION
        self.write(f"book/{name}.md", f"---\n{header}---\n# Page {name}\n\n{body}\n")

    def toc(self, *names: str) -> None:
        """The first page is the book's root."""
        chapters = "".join(f"      - file: book/{name}\n" for name in names[1:])
        parts = f"parts:\n  - caption: Part\n    numbered: 1\n    chapters:\n{chapters}"
        self.write("_toc.yml", f"format: jb-book\nroot: book/{names[0]}\n{parts}")

    def build(self, **variables: str) -> tuple[int, str]:
        """Build as `make book` does: the exit status, and what was written to standard output and error."""
        command = [Path(sys.executable).with_name("jupyter-book"), "build", ".", "-W", "-n", "--keep-going"]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", **variables}
        log = self.root / "build.log"
        with log.open("w") as stream:  # a file: a pipe would stay open as long as any process the build left behind
            status = subprocess.call(
                command, cwd=self.root, env=environment, stdout=stream, stderr=subprocess.STDOUT, timeout=300
            )
        return status, log.read_text(encoding="utf-8")


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path)
