"""Binder installs what the lock says, at the Python it names. What it does with that, binder/check tries for real."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BINDER = ROOT / "binder"
# What Binder needs and the lock does not have: JupyterLab and what belongs to it.
WITHOUT_LOCK = {"jupyterlab", "jupyterlab-myst", "notebook", "jupyter-server"}


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(path):
    """{name: version} that hold on Binder's Python and machine."""
    from packaging.markers import Marker

    machine = {"python_version": "3.11", "python_full_version": "3.11.14", "sys_platform": "linux",
               "platform_system": "Linux", "platform_machine": "x86_64", "implementation_name": "cpython",
               "platform_python_implementation": "CPython"}  # fmt: skip
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        pin = re.match(r"([A-Za-z0-9._-]+)==([^\s;\\]+)(?:\s*;\s*([^\\]+))?", line)
        if pin and (pin[3] is None or Marker(pin[3].strip()).evaluate(machine)):
            found[normal(pin[1])] = pin[2]
    return found


def test_every_package_is_pinned_and_the_course_is_among_them():
    lines = [line for line in (BINDER / "requirements.txt").read_text(encoding="utf-8").splitlines() if line]
    assert lines.count(".") == 1
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[^\s;]+", line) for line in lines if line != ".")


def test_pins_are_those_of_the_lock():
    binder, lock = pins(BINDER / "requirements.txt"), pins(ROOT / "requirements.lock")
    shared = binder.keys() & lock.keys()
    assert {name: binder[name] for name in shared} == {name: lock[name] for name in shared}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    course = {normal(re.match(r"[A-Za-z0-9._-]+", d)[0]) for d in project["dependencies"]}
    assert course | {"jupytext", "myst-nb", "ipykernel"} <= shared
    assert binder.keys() >= WITHOUT_LOCK


def test_everything_asked_for_is_pinned():
    asked = [line.split("#")[0].strip() for line in (BINDER / "requirements.in").read_text().splitlines()]
    assert {normal(name) for name in asked if name and name != "."} <= pins(BINDER / "requirements.txt").keys()


def test_python_is_one_that_the_course_supports():
    name, version = (BINDER / "runtime.txt").read_text(encoding="utf-8").strip().split("-")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert name == "python"
    assert f"Programming Language :: Python :: {version}" in project["classifiers"]


@pytest.fixture
def prefix(tmp_path):
    """A copy of binder/ and one chapter, and a python whose prefix is an empty folder."""
    (tmp_path / "book").mkdir()
    shutil.copytree(BINDER, tmp_path / "binder")
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\n[ "$1" = -c ] && echo {tmp_path} || exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    return tmp_path


CHAPTER = """\
---
kernelspec:
  display_name: Python 3
  name: python3
---

# A chapter

```{code-cell} python
from myst_nb import glue
glue("share", 0.12345, display=False)
glue("name", "diamond", display=False)
glue("corners", 6, display=False)
```

{glue:text}`share:.1%` of {glue:text}`corners:d` on the {glue:text}`name`, and $x$ stays `{glue}`.
"""


def post_build(prefix):
    environment = os.environ | {"PATH": f"{prefix / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run([str(prefix / "binder" / "postBuild")], env=environment, cwd=prefix, check=False)


def test_post_build_makes_markdown_open_as_a_notebook(prefix):
    assert post_build(prefix).returncode == 0
    settings = json.loads((prefix / "share/jupyter/lab/settings/overrides.json").read_text(encoding="utf-8"))
    viewers = settings["@jupyterlab/docmanager-extension:plugin"]["defaultViewers"]
    assert viewers["markdown"] == "Jupytext Notebook"


def test_post_build_writes_numbers_into_the_text(prefix):
    chapter = prefix / "book" / "chapter.md"
    chapter.write_text(CHAPTER)
    assert post_build(prefix).returncode == 0
    assert chapter.read_text().splitlines()[-1] == "12.3% of 6 on the diamond, and $x$ stays `{glue}`."
    assert chapter.read_text().splitlines()[:-1] == CHAPTER.splitlines()[:-1]


@pytest.mark.parametrize("fault", ["name that nobody glued", "broken cell"])
def test_post_build_fails_rather_than_show_a_wrong_number(prefix, fault):
    broken = CHAPTER.replace("share:", "shore:") if fault.startswith("name") else CHAPTER.replace("0.12345", "1 / 0")
    (prefix / "book" / "chapter.md").write_text(broken)
    assert post_build(prefix).returncode != 0


def test_launch_buttons_open_jupyterlab():
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    assert config["launch_buttons"] == {"binderhub_url": "https://mybinder.org", "notebook_interface": "jupyterlab"}


@pytest.mark.parametrize("script", ["postBuild", "check"])
def test_scripts_are_executable_and_parse(script):
    assert os.access(BINDER / script, os.X_OK)
    subprocess.run(["bash", "-n", str(BINDER / script)], check=True)


GOOD = """\
Building conda environment for python=3.11
COPY --chown=1000:1000 src/ ${REPO_DIR}/
RUN ${KERNEL_PYTHON_PREFIX}/bin/pip install --no-cache-dir -r "binder/requirements.txt"
RUN ./binder/postBuild
"""
PLANTED = {
    "another Python": (GOOD.replace("3.11", "3.10"), "Python as in runtime.txt"),
    "no packages": (GOOD.replace("binder/requirements.txt", "other.txt"), "the packages of"),
    "no postBuild": (GOOD.replace("RUN ./binder/postBuild\n", ""), "postBuild"),
    "packages before the copy": ("\n".join([*GOOD.splitlines()[::2], *GOOD.splitlines()[1::2]]) + "\n", "order"),
}


@pytest.fixture
def inspect(tmp_path):
    """Run binder/inspect_repo2docker.py beside a stand-in for repo2docker's data, which is all it takes from there."""
    data = tmp_path / "repo2docker" / "buildpacks" / "conda"
    data.mkdir(parents=True)
    (tmp_path / "repo2docker" / "__init__.py").touch()
    names = ["ipykernel", "ipywidgets", "jupyter-offlinenotebook", "jupyter-resource-usage", "jupyter_server",
             "jupyterhub-base", "jupyterlab", "notebook"]  # fmt: skip
    lines = [f"https://example.org/noarch/{name}-4.{k}.0-pyhd8ed1ab_0.conda" for k, name in enumerate(names)]
    (data / "environment.py-3.11-linux-64.lock").write_text("\n".join(lines))

    def run(dockerfile):
        (tmp_path / "Dockerfile").write_text(dockerfile)
        command = [sys.executable, str(BINDER / "inspect_repo2docker.py"), str(tmp_path / "Dockerfile")]
        environment = os.environ | {"PYTHONPATH": str(tmp_path)}
        return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)

    return run


def test_a_good_dockerfile_passes_and_names_what_the_image_has(inspect):
    result = inspect(GOOD)
    assert result.returncode == 0, result.stderr
    assert "jupyterlab==4.6.0\n" in result.stdout
    assert "jupyterhub==4.5.0\n" in result.stdout


@pytest.mark.parametrize("fault", PLANTED)
def test_a_wrong_dockerfile_is_noticed(inspect, fault):
    dockerfile, complaint = PLANTED[fault]
    result = inspect(dockerfile)
    assert result.returncode != 0
    assert complaint in result.stderr
