"""A page runs again when, and only when, what it depends on changed."""

import pytest
from _extensions.dependencies import Dependencies

CELL = """```{{code-cell}} python
import os, sys
sys.path.insert(0, os.environ["COURSE"])
from regutils.experiments import {modules}
from regutils.core import offset
with open(os.environ["COURSE"] + "/runs", "a") as runs:
    runs.write("{name}\\n")
print("value", offset + {value})
```"""


def package(root):
    files = {
        "__init__.py": "",
        "core.py": "offset = 100\n",
        "table.csv": "1\n",
        "experiments/__init__.py": "",
        "experiments/shared.py": "",
        "experiments/definition.py": "value = 1\n",
        "experiments/geometry/__init__.py": "from regutils.experiments.geometry.balls import value\n",
        "experiments/geometry/balls.py": "value = 20\n",
        "experiments/optimization.py": "from regutils.experiments import definition\nvalue = definition.value\n",
        "figures/definition.py": "",
    }
    for name, text in files.items():
        path = root / "regutils" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root / "regutils"


PAGES = {"book/definition", "book/geometry", "book/optimization", "book/claims"}


@pytest.mark.parametrize(
    ("changed", "stale"),
    [
        ("core.py", PAGES),
        ("table.csv", PAGES),
        ("experiments/shared.py", PAGES),
        ("experiments/geometry/balls.py", {"book/geometry", "book/claims"}),
        ("figures/definition.py", {"book/definition", "book/optimization", "book/claims"}),
        ("experiments/definition.py", {"book/definition", "book/optimization", "book/claims"}),
        ("experiments/optimization.py", {"book/optimization", "book/claims"}),
        ("../requirements.lock", PAGES),
    ],
)
def test_a_change_makes_exactly_its_dependents_stale(tmp_path, changed, stale):
    folder = package(tmp_path)
    lock = tmp_path / "requirements.lock"
    lock.write_text("numpy==1\n")

    def fingerprints():
        known = Dependencies(folder, PAGES, [lock])
        return {page: known.fingerprint(page) for page in PAGES}

    before = fingerprints()
    assert fingerprints() == before
    with (folder / changed).open("a") as stream:
        stream.write("# changed\n")
    after = fingerprints()

    assert {page for page in PAGES if before[page] != after[page]} == stale


def test_a_removed_or_added_file_counts(tmp_path):
    folder = package(tmp_path)

    def claims():
        return Dependencies(folder, PAGES, []).fingerprint("book/claims")

    before = claims()
    (folder / "core.py").rename(folder / "center.py")
    assert claims() != before


def test_a_build_runs_what_is_stale_and_shows_it(book):
    folder = package(book.root)
    book.toc("root", "definition", "geometry", "claims")
    book.page("root", "Nothing runs here.")
    book.page("definition", CELL.format(name="definition", modules="definition", value="definition.value"))
    book.page("geometry", CELL.format(name="geometry", modules="geometry", value="geometry.value"))
    book.page("claims", CELL.format(name="claims", modules="definition, geometry", value="geometry.value"))

    def build():
        runs = book.root / "runs"
        runs.write_text("")
        status, output = book.build(COURSE=str(book.root))
        assert status == 0, output
        values = {}
        for name in ("definition", "geometry", "claims"):
            text = (book.html / f"book/{name}.html").read_text(encoding="utf-8")
            values[name] = int(text.rpartition("value ")[2].split("<")[0].split()[0])
        return sorted(runs.read_text().split()), values

    assert build() == (["claims", "definition", "geometry"], {"definition": 101, "geometry": 120, "claims": 120})
    caches = {path.name for path in (book.root / "_build/.jupyter_cache").iterdir()}
    assert build()[0] == []

    (folder / "experiments/geometry/balls.py").write_text("value = 30\n")
    assert build() == (["claims", "geometry"], {"definition": 101, "geometry": 130, "claims": 130})
    assert len({path.name for path in (book.root / "_build/.jupyter_cache").iterdir()} - caches) == 2
    assert len(list((book.root / "_build/.jupyter_cache").iterdir())) == len(caches)  # the old ones are gone

    (folder / "core.py").write_text("offset = 200\n")
    assert build() == (["claims", "definition", "geometry"], {"definition": 201, "geometry": 230, "claims": 230})
