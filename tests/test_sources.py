"""What a stored result depends on: every module that its experiment imports, and nothing that it does not."""

import os
import subprocess
import sys
import textwrap
import time
from dataclasses import replace

import pytest

from regutils._sources import sources_of

FILES = {
    "study/__init__.py": "",
    "study/experiment.py": """
        import json
        import numpy as np
        from . import near
        from study.deep import inner

        def experiment(seed):
            import later
            return {"x": 1.0}
        """,
    "study/near.py": "VALUE = 1\n",
    "study/other.py": "import matplotlib\n",
    "study/deep/__init__.py": "from ..further import f\n",
    "study/deep/inner.py": "def f():\n    import not_there\n",
    "study/further.py": "def f(): return 1\n",
    "later.py": "import study.experiment\n",
}


@pytest.fixture
def study(tmp_path, monkeypatch):
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        os.utime(path, (1e9, 1e9))
    monkeypatch.syspath_prepend(tmp_path)
    import study.experiment

    yield study.experiment.experiment
    for name in [name for name in sys.modules if name.split(".")[0] in ("study", "later")]:
        del sys.modules[name]


def test_imports_are_followed_wherever_they_stand(study):
    sources, _ = sources_of(study, {})
    assert {name for name in sources.ours if not name.startswith("regutils")} == {
        "later",
        "study",
        "study.deep",
        "study.deep.inner",
        "study.experiment",
        "study.further",
        "study.near",
    }
    assert {"regutils.montecarlo", "regutils._replicates"} <= set(sources.ours)
    assert not any("figures" in name for name in sources.ours)
    assert {"numpy", "not_there"} <= set(sources.installed)
    assert not {"json", "study", "matplotlib"} & set(sources.installed)
    assert "later" not in sys.modules  # looked at, not imported


@pytest.mark.parametrize("name", [name for name in FILES if name != "study/other.py"])
def test_a_changed_file_is_another_digest(study, tmp_path, name):
    before = sources_of(study, {})
    assert sources_of(study, {}) == before
    with (tmp_path / name).open("a") as file:
        file.write("# changed\n")
    os.utime(tmp_path / name, (1e9, 1e9))
    assert sources_of(study, {})[1] != before[1]


def test_what_is_not_imported_does_not_count(study, tmp_path):
    before = sources_of(study, {})
    (tmp_path / "study/other.py").write_text("import scipy\n")
    assert sources_of(study, {}) == before


def test_code_of_parameters_counts(study):
    from regutils.experiments.intervals import interval

    assert "regutils.experiments.intervals" not in sources_of(study, {})[0].ours
    assert "regutils.experiments.intervals" in sources_of(study, {"statistic": [interval]})[0].ours


def test_a_file_edited_after_it_was_loaded_is_refused(study, tmp_path):
    later = time.time() + 60
    os.utime(tmp_path / "later.py", (later, later))
    sources_of(study, {})  # not loaded yet: when it is, it will be as it stands there now
    os.utime(tmp_path / "study/near.py", (later, later))
    with pytest.raises(ValueError, match=r"process younger than the code it runs, got .*near.py edited since"):
        sources_of(study, {})


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells when a process started")
def test_edited_after_it_was_loaded_and_before_this_package_was(tmp_path):
    (tmp_path / "early.py").write_text("def experiment(seed): return {'x': 1.0}\n")
    code = "import early, os, time; time.sleep(0.2); os.utime('early.py'); from regutils._sources import sources_of"
    run = subprocess.run(
        [sys.executable, "-c", f"{code}; sources_of(early.experiment, {{}})"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "ValueError: cache needs a process younger than the code it runs" in run.stderr


@pytest.mark.parametrize("home", ["lib/dist-packages", ".local/lib/python3/site-packages"])
def test_packages_of_users_and_systems_are_known_by_version(study, tmp_path, monkeypatch, home):
    folder = tmp_path / home
    folder.mkdir(parents=True)
    (folder / "not_there.py").write_text("print 'for another Python'\n")
    monkeypatch.syspath_prepend(folder)
    sources, _ = sources_of(study, {})
    assert "not_there" in sources.installed
    assert "not_there" not in sources.ours


def test_a_worker_with_other_code_refuses(study):
    sources, _ = sources_of(study, {})
    elsewhere = replace(sources, origin="another process")
    elsewhere.check()
    with pytest.raises(RuntimeError, match="this worker has other versions of the experiment's code or packages"):
        replace(elsewhere, digest="another").check()


def test_a_notebook_is_no_module(monkeypatch):
    def experiment(seed):
        return {"x": 1.0}

    experiment.__module__, experiment.__qualname__ = "__main__", "experiment"
    monkeypatch.setattr(sys.modules["__main__"], "experiment", experiment, raising=False)
    monkeypatch.delattr(sys.modules["__main__"], "__file__", raising=False)
    with pytest.raises(ValueError, match="cache needs an experiment from a file"):
        sources_of(experiment, {})
