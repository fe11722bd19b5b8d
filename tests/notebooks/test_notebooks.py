"""Students' notebooks are what their sources give, without solutions, and every chapter and notebook runs by itself."""

import importlib.util
import re
import shutil
from pathlib import Path

import jupytext
import nbformat
import pytest
import yaml
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).parents[2]
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
SOURCES = sorted((ROOT / "notebooks" / "source").glob("*.md"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CHAPTERS = [p for p in sorted((ROOT / "book").glob("*.md")) if "```{code-cell}" in p.read_text(encoding="utf-8")]

specification = importlib.util.spec_from_file_location("generate", ROOT / "notebooks" / "generate.py")
generate = importlib.util.module_from_spec(specification)
specification.loader.exec_module(generate)


def by_name(path):
    return path.relative_to(ROOT).as_posix()


def run(notebook, folder):
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute()
    return notebook


@pytest.mark.parametrize("source", SOURCES, ids=by_name)
def test_a_notebook_is_what_its_source_gives(source):
    assert generate.target(source).read_text(encoding="utf-8") == generate.text(source)


def test_every_notebook_has_a_source():
    assert [generate.target(source) for source in SOURCES] == NOTEBOOKS


@pytest.mark.parametrize("source", SOURCES, ids=by_name)
def test_students_get_no_solutions_and_no_outputs(source):
    def solutions(notebook):
        return [cell for cell in notebook.cells if "solution" in cell.metadata.get("tags", [])]

    notebook = nbformat.read(generate.target(source), as_version=4)
    assert solutions(jupytext.read(source))
    assert not solutions(notebook)
    for hidden in solutions(jupytext.read(source)):
        assert hidden.source not in generate.target(source).read_text(encoding="utf-8")
        assert all(hidden.source != cell.source for cell in notebook.cells)
    assert not any(cell.get("outputs") for cell in notebook.cells)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)


def test_the_same_source_gives_the_same_bytes_and_another_source_others(tmp_path):
    source = tmp_path / SOURCES[0].name
    shutil.copy(SOURCES[0], source)
    assert generate.text(source) == generate.text(SOURCES[0])
    source.write_text(source.read_text(encoding="utf-8") + "\nOne more sentence.\n", encoding="utf-8")
    assert generate.text(source) != generate.text(SOURCES[0])


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=by_name)
def test_links_lead_to_this_notebook_and_to_pages_that_exist(notebook):
    text = "\n".join(cell.source for cell in nbformat.read(notebook, as_version=4).cells)
    place = CONFIG["repository"]["url"].removeprefix("https://github.com/")
    assert f"https://mybinder.org/v2/gh/{place}/main?urlpath=lab/tree/notebooks/{notebook.name}" in text
    assert f"https://colab.research.google.com/github/{place}/blob/main/notebooks/{notebook.name}" in text
    pages = re.findall(re.escape(CONFIG["html"]["baseurl"]) + r"([\w/]+)\.html", text)
    assert pages
    assert all((ROOT / f"{page}.md").is_file() for page in pages)


@pytest.mark.parametrize("path", [*SOURCES, *NOTEBOOKS, *CHAPTERS], ids=by_name)
def test_runs_from_a_clean_kernel(path, tmp_path):
    """In an empty folder, so that nothing but the package is found."""
    notebook = run(jupytext.read(path), tmp_path)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert outputs
    assert not [output.text for output in outputs if output.get("name") == "stderr"]


def test_a_broken_cell_is_noticed(tmp_path):
    notebook = jupytext.read(SOURCES[0])
    notebook.cells.append(nbformat.v4.new_code_cell("no_such_name"))
    notebook.cells = notebook.cells[-1:]
    with pytest.raises(CellExecutionError, match="no_such_name"):
        run(notebook, tmp_path)
