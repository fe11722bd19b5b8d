"""The house's own rules: one way through it, one word a chapter, and documents that stay true."""

import ast
import importlib
import re
import tomllib
from pathlib import Path

import pytest
import yaml

import regutils
from regutils.claims import CHAPTERS, claims

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "regutils"
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
WRITTEN = [chapter for chapter in CHAPTERS if any(c.checked for c in claims() if c.chapter == chapter)]

# What a room may not import: nothing below knows anything above it.
ABOVE = {
    "experiments": {"regutils.figures", "regutils.claims_view", "regutils.cli", "matplotlib"},
    "figures": {"regutils.experiments", "regutils.solvers", "regutils.paths", "regutils.losses", "sklearn", "scipy"},
    "": {"regutils.experiments", "regutils.figures", "matplotlib"},
}
EVERYWHERE = {"IPython", "jupyter", "jupyter_book", "myst_nb", "ipywidgets", "pandas"}


def imports(path, *, executed_only=True):
    """Modules that a file imports, those for the type checker alone left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = set()
    if executed_only:
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
                skipped.update(id(inner) for inner in ast.walk(node))
    found = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def within(module, names):
    return any(module == name or module.startswith(name + ".") for name in names)


@pytest.mark.parametrize("module", MODULES)
def test_data_flows_one_way(module):
    room = module.split("/")[0] if "/" in module else ""
    forbidden = ABOVE[room] | EVERYWHERE
    forbidden -= {"myst_nb"} if module == "notebook.py" else set()
    wrong = {name for name in imports(PACKAGE / module) if within(name, forbidden)}
    assert not wrong


@pytest.mark.parametrize("module", [m for m in MODULES if "figures/" not in m])
def test_no_global_random_state(module):
    text = (PACKAGE / module).read_text(encoding="utf-8")
    assert not re.search(r"np\.random\.(seed|rand|randn|normal|uniform|choice|shuffle|permutation)\(", text)


@pytest.mark.parametrize("chapter", WRITTEN)
def test_one_word_names_a_chapter(chapter):
    """Whoever has read one chapter's row of files knows all."""
    assert (ROOT / "book" / f"{chapter}.md").is_file()
    for room in ("experiments", "figures"):
        assert (PACKAGE / room / f"{chapter}.py").is_file() or (PACKAGE / room / chapter / "__init__.py").is_file()
    assert list((ROOT / "tests" / "experiments").rglob(f"test_{chapter}*"))


@pytest.mark.parametrize("chapter", WRITTEN)
def test_a_chapter_has_its_parts_in_order(chapter):
    text = (ROOT / "book" / f"{chapter}.md").read_text(encoding="utf-8")
    marks = [
        "What you will be able to do",
        "{dropdown}",
        "## Real data",
        "## When it fails",
        "## Claims tested in this chapter",
        "## Exercises",
        "## Take-away",
        "## Further reading",
    ]
    places = [text.find(mark) for mark in marks]
    assert -1 not in places, [mark for mark, place in zip(marks, places, strict=True) if place == -1]
    assert places == sorted(places)
    assert f'claims_box("{chapter}")' in text
    assert len(re.findall(r"^`{3,}\{exercise", text, flags=re.M)) >= 4
    assert len(re.findall(r"^`{3,}\{exercise", text, flags=re.M)) == len(
        re.findall(r"^`{3,}\{solution", text, flags=re.M)
    )
    for claim in claims():
        if claim.chapter == chapter and claim.checked:
            assert f"(claim-{claim.id.lower()})=" in text, claim.id


def test_every_page_is_in_the_table_of_contents_once():
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    listed = [contents["root"], *(entry["file"] for part in contents["parts"] for entry in part["chapters"])]
    assert sorted(listed) == sorted(f"book/{path.stem}" for path in (ROOT / "book").glob("*.md"))


def test_no_file_holds_more_than_one_idea():
    long = {m: n for m in MODULES if (n := len((PACKAGE / m).read_text(encoding="utf-8").splitlines())) > 330}
    assert not long


def test_versions_agree():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert regutils.__version__ == project["version"] == citation["version"]


def test_the_lock_covers_what_is_declared_and_names_no_host():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    lock += (ROOT / "benchmarks" / "requirements.lock").read_text(encoding="utf-8")
    locked = {re.sub(r"[-_.]+", "-", name).lower() for name in re.findall(r"^([A-Za-z0-9._-]+)==", lock, flags=re.M)}
    declared = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    names = {re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9._-]+", d)[0]).lower() for d in declared} - {"regutils"}
    assert names <= locked
    assert "://" not in lock


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", ".ci/run"])
def test_documents_name_commands_that_exist(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M))
    named = set(re.findall(r"(?:^|[`$] ?|&& |\d )make ([a-z-]+)", text, flags=re.M))
    assert named
    assert named <= targets


def test_documents_link_to_files_that_exist():
    for document in ("README.md", "CONTRIBUTING.md", "regutils/data/README.md"):
        path = ROOT / document
        for link in re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", path.read_text(encoding="utf-8")):
            assert (path.parent / link).exists(), (document, link)
        for source in re.findall(r'(?:src|srcset)="(?!https?://)([^"]+)"', path.read_text(encoding="utf-8")):
            assert (path.parent / source).exists(), (document, source)


def test_contributing_names_code_that_exists():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    names = re.findall(r"`(regutils(?:\.\w+)+)`", text)
    assert names
    for name in names:
        module, attribute = name.rsplit(".", 1)
        assert hasattr(importlib.import_module(module), attribute), name
