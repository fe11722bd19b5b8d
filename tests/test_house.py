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
LOCKS = ("", "benchmarks/", "tests/agreement/")
PACKAGE = ROOT / "regutils"
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
WRITTEN = [chapter for chapter in CHAPTERS if any(c.checked for c in claims() if c.chapter == chapter)]

# What a room may not import: nothing below knows anything above it.
ABOVE = {
    "experiments": {"regutils.figures", "regutils.claims_view", "regutils.cli", "matplotlib"},
    "figures": {
        "regutils.experiments", "regutils.solvers", "regutils.paths", "regutils.losses", "regutils.optimizers",
        "regutils.networks", "sklearn", "scipy",
    },
    "": {"regutils.experiments", "regutils.figures", "matplotlib"},
}  # fmt: skip
# Steps know no networks, and neither knows the solvers of convex problems or what is made of all of them.
BENEATH = {
    "optimizers.py": {
        "regutils.networks",
        "regutils.losses",
        "regutils.penalties",
        "regutils.solvers",
        "regutils.paths",
        "sklearn",
    },
    "networks.py": {"regutils.losses", "regutils.penalties", "regutils.solvers", "regutils.paths", "sklearn"},
    **{
        f"{name}.py": {"regutils.optimizers", "regutils.networks"}
        for name in ("losses", "penalties", "solvers", "paths", "metrics", "conventions")
    },
}
EVERYWHERE = {"torch", "IPython", "jupyter", "jupyter_book", "myst_nb", "ipywidgets", "pandas"}


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


@pytest.mark.parametrize("module", BENEATH)
def test_what_stands_side_by_side_does_not_lean_on_the_other(module):
    """What a module's own private ones import counts as its own."""
    todo, found = [PACKAGE / module], set()
    while todo:
        path = todo.pop()
        new = {name for name in imports(path) if name not in found}
        found |= new
        todo += [file for name in new if (file := PACKAGE / f"{name.removeprefix('regutils.')}.py").is_file()
                 and file.name.startswith("_") and file.name != "_routes.py"]  # fmt: skip
    assert not {name for name in found if within(name, BENEATH[module])}


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
    lock = "".join((ROOT / f"{folder}requirements.lock").read_text(encoding="utf-8") for folder in LOCKS)
    locked = {re.sub(r"[-_.]+", "-", name).lower() for name in re.findall(r"^([A-Za-z0-9._-]+)==", lock, flags=re.M)}
    declared = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    names = {re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9._-]+", d)[0]).lower() for d in declared} - {"regutils"}
    assert names - {"torch"} <= locked
    assert "://" not in lock


def test_torch_is_pinned_and_nobody_else_needs_it():
    """Its wheel brings gigabytes of CUDA: it is in no lock, but in a file that only `make agreement` installs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = re.findall(r"^torch==(\d+)\.(\d+)\.\d+$", (ROOT / "tests/agreement/torch.txt").read_text(), flags=re.M)
    (oldest,) = (re.fullmatch(r"torch>=(\d+)\.(\d+)", d).groups() for d in project["optional-dependencies"]["torch"])
    assert len(pinned) == 1
    assert tuple(map(int, pinned[0])) >= tuple(map(int, oldest))
    for folder in LOCKS:
        assert not re.search(r"^(torch|triton|nvidia)", (ROOT / f"{folder}requirements.lock").read_text(), flags=re.M)
    others = [d for extra, ds in project["optional-dependencies"].items() if extra != "torch" for d in ds]
    assert not any("torch" in d for d in [*others, *project["dependencies"]])


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
