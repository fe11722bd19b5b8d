"""Write the students' notebooks, notebooks/NAME.ipynb, from their only source, notebooks/source/NAME.md.

Cells tagged `solution` are left out. Links to Binder and Colab and the installation on Colab are the same in
every notebook, so they are added here. The same source gives the same bytes.

    python notebooks/generate.py            write them
    python notebooks/generate.py --check    fail if one is not current
"""

import argparse
import hashlib
import sys
from collections import Counter
from pathlib import Path

import jupytext
import nbformat
import yaml
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

NOTEBOOKS = Path(__file__).parent
ROOT = NOTEBOOKS.parent

INSTALL = """\
# On Colab and other machines that do not have the course's package yet.
from importlib.util import find_spec

if find_spec("regutils") is None:
    %pip install --quiet "regutils @ git+{url}@{branch}\""""


def sources() -> list[Path]:
    """The sources of all notebooks."""
    return sorted((NOTEBOOKS / "source").glob("*.md"))


def target(source: Path) -> Path:
    """The notebook that a source becomes."""
    return NOTEBOOKS / f"{source.stem}.ipynb"


def opening(name: str) -> list[NotebookNode]:
    """Where else this notebook runs, and what it needs there."""
    repository = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["repository"]
    url, branch = repository["url"], repository["branch"]
    place = url.removeprefix("https://github.com/")
    binder = f"https://mybinder.org/v2/gh/{place}/{branch}?urlpath=lab/tree/notebooks/{name}.ipynb"
    colab = f"https://colab.research.google.com/github/{place}/blob/{branch}/notebooks/{name}.ipynb"
    return [
        new_markdown_cell(f"[Open in Binder]({binder}) · [Open in Colab]({colab})"),
        new_code_cell(INSTALL.format(url=url, branch=branch)),
    ]


def student_notebook(source: Path) -> NotebookNode:
    """The notebook for students: no solutions, no outputs, and the cells' ids a function of their content."""
    notebook = jupytext.read(source)
    first, *rest = (cell for cell in notebook.cells if "solution" not in cell.metadata.get("tags", []))
    notebook.cells = [first, *opening(source.stem), *rest]
    seen: Counter[str] = Counter()
    for cell in notebook.cells:
        digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
        cell.id = f"{digest}-{seen[digest]}" if seen[digest] else digest
        seen[digest] += 1
    kernel = notebook.metadata.kernelspec
    notebook.metadata = NotebookNode(kernelspec=kernel, language_info=NotebookNode(name="python"))
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    nbformat.validate(notebook)
    return notebook


def text(source: Path) -> str:
    """The file's content."""
    return nbformat.writes(student_notebook(source), version=nbformat.NO_CONVERT) + "\n"


def is_current(source: Path) -> bool:
    """Whether the notebook on disk is what its source gives."""
    path = target(source)
    return path.is_file() and path.read_text(encoding="utf-8") == text(source)


def main() -> int:
    """Write the notebooks, or check that they are current."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a notebook is not current")
    check = parser.parse_args().check
    stale = [source for source in sources() if not is_current(source)]
    orphans = set(NOTEBOOKS.glob("*.ipynb")) - {target(source) for source in sources()}
    if check:
        for source in stale:
            print(f"{target(source).relative_to(ROOT)} is not what {source.relative_to(ROOT)} gives: make notebooks")
        for path in sorted(orphans):
            print(f"{path.relative_to(ROOT)} has no source in notebooks/source")
        return 1 if stale or orphans else 0
    for source in stale:
        target(source).write_text(text(source), encoding="utf-8", newline="\n")
        print(f"wrote {target(source).relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
