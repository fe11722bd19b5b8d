"""The workflows parse, call what exists, may do no more than they need, and publish only what was checked."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M))


def read(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def steps(workflow):
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


@pytest.fixture(params=WORKFLOWS, ids=lambda path: path.stem)
def workflow(request):
    return read(request.param)


def test_there_is_one_for_each_purpose():
    assert [path.stem for path in WORKFLOWS] == ["links", "pages", "test", "weekly"]


def test_commands_exist(workflow):
    commands = " ".join(step.get("run", "") for step in steps(workflow))
    named = set(re.findall(r"\bmake ([a-z-]+)", commands))
    assert named or ".ci/run" in commands
    assert named <= TARGETS
    for path in re.findall(r"\b(?:tests|binder)/[\w*\[\]./-]+", commands):
        assert list(ROOT.glob(path)), path


def test_no_more_rights_than_needed(workflow):
    assert workflow["permissions"] == {"contents": "read"}
    extra = {name: job["permissions"] for name, job in workflow["jobs"].items() if "permissions" in job}
    assert extra in ({}, {"deploy": {"pages": "write", "id-token": "write"}})
    assert "pull_request_target" not in workflow[True]  # YAML reads the key `on` as true


def test_no_job_runs_forever_or_beside_itself(workflow):
    assert workflow["concurrency"]["group"]
    assert all(job["timeout-minutes"] <= 60 for job in workflow["jobs"].values())


def test_actions_are_pinned_to_a_major_version(workflow):
    used = [step["uses"] for step in steps(workflow) if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+", action) for action in used)


def test_only_what_was_seen_in_a_browser_is_published():
    jobs = read(ROOT / ".github/workflows/pages.yml")["jobs"]
    assert jobs["deploy"]["needs"] == "build"
    order = [step.get("run") or step["uses"].split("@")[0] for step in jobs["build"]["steps"]]
    assert order.index("make book") < order.index("make browser") < order.index("actions/upload-pages-artifact")
    assert not any(step.get("continue-on-error") for step in jobs["build"]["steps"])
    assert "refs/heads/main" in jobs["deploy"]["if"]


def test_matrix_covers_every_python_that_is_declared():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = re.findall(r"Python :: (3\.\d+)", " ".join(project["classifiers"]))
    matrix = read(ROOT / ".github/workflows/test.yml")["jobs"]["matrix"]["strategy"]["matrix"]
    assert matrix["python"] == declared
    assert matrix["resolution"] == ["lowest-direct", "highest"]


def test_the_cold_build_uses_no_cache():
    text = (ROOT / ".github/workflows/weekly.yml").read_text(encoding="utf-8")
    assert not re.search(r"^\s*cache\b|actions/cache", text, flags=re.M)


def test_ci_runs_everything_in_order_and_stops_at_the_first_failure():
    script = ROOT / ".ci" / "run"
    text = script.read_text(encoding="utf-8")
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", str(script)], check=True)
    assert "set -euo pipefail" in text
    commands = re.findall(r"^step \w+ \d+ (make \w+|binder/check)$", text, flags=re.M)
    assert commands == [
        "make lint", "make test", "make agreement", "make book", "make claims", "make browser", "binder/check",
    ]  # fmt: skip


def test_ci_fails_with_its_commands(tmp_path):
    """Run it with a make that fails at the second command: the third is not reached."""
    programs = tmp_path / "bin"
    programs.mkdir()
    log = tmp_path / "log"
    (programs / "make").write_text(f'#!/bin/sh\necho "$1" >> {log}\n[ "$1" != test ]\n')
    for name in ("chromium", "git"):
        (programs / name).write_text("#!/bin/sh\n")
    for program in programs.iterdir():
        program.chmod(0o755)
    environment = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)}
    result = subprocess.run([str(ROOT / ".ci" / "run")], env=environment, capture_output=True, check=False)
    assert result.returncode != 0
    assert log.read_text().split() == ["lint", "test"]


def test_ci_says_what_hung(tmp_path):
    """With a clock that has run out at once."""
    for name, script in {"timeout": "exit 124", "make": "", "chromium": "", "git": ""}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    environment = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)}
    result = subprocess.run([str(ROOT / ".ci" / "run")], env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 124
    assert "lint failed with status 124: not done within 600 s" in result.stderr


def test_ci_installs_the_browser_that_is_missing_and_hands_on_its_path(tmp_path):
    programs = tmp_path / "bin"
    programs.mkdir()
    log = tmp_path / "log"
    chromium = programs / "chromium"
    scripts = {
        "make": f'echo "$1 $CHROMIUM" >> {log}; exit 1',
        "git": "exit 0",
        "sudo": '"$@"',
        "apt-get": f'echo "$@" >> {log}; echo "#!/bin/sh" > {chromium}; /bin/chmod +x {chromium}',
    }
    for name, script in scripts.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    for name in ("bash", "dirname", "id", "timeout"):
        (programs / name).symlink_to(shutil.which(name))
    environment = {"PATH": str(programs), "HOME": str(tmp_path)}
    subprocess.run([str(ROOT / ".ci" / "run")], env=environment, capture_output=True, check=False)
    lines = log.read_text().splitlines()
    assert any("install" in line and line.endswith("chromium") for line in lines)
    assert lines[-1] == f"lint {chromium}"
