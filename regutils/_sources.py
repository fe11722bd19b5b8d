"""The code that a stored result comes from: nothing computed by other code may be taken for it.

Followed are the import statements, wherever they stand, from the experiment on through every file that is neither part
of Python nor installed among the third-party packages: the text of these files counts. Of third-party packages the
version does. What a program imports by a computed name, or reads from files of its own, is not seen.
"""

from __future__ import annotations

import ast
import hashlib
import os
import pickle
import pickletools
import sys
import sysconfig
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import resolve_name
from pathlib import Path
from typing import Any

_IMPORTED = time.time()
_PROCESS = uuid.uuid4().hex


@dataclass(frozen=True)
class Sources:
    """What the code of an experiment consists of, by names that every machine knows, and its digest."""

    ours: tuple[str, ...]  # modules, by their text
    installed: tuple[str, ...]  # third-party packages, by version
    digest: str
    origin: str = _PROCESS

    def check(self) -> None:
        """Raise if this process would compute with other code: a worker of a cluster that was not brought up to date.

        Looked up once a process, when its first chunk comes: Python does not load changed files again either.
        """
        if self.origin != _PROCESS and _digest(self.ours, self.installed) != self.digest:
            raise RuntimeError(
                "this worker has other versions of the experiment's code or packages than the process that asks; "
                "install the same, and start the worker again"
            )


def sources_of(experiment: Callable[..., Any], parameters: Mapping[str, Any]) -> tuple[Sources, str]:
    """What a worker must have to compute `experiment`, and a digest of that and of the script that defines it, if any.

    Raises ValueError when the experiment cannot be imported by its name, when parameters cannot be pickled, or when
    a loaded file was edited after this process started: the digest would be that of other code than what runs.
    """
    home = _importable(experiment)
    roots = {home, "regutils.montecarlo", *_named_by(parameters)}
    owned = {"regutils", _top(home)}  # read even where they are installed
    script = _script() if "__main__" in roots else None
    if script is not None:
        package = getattr(sys.modules["__main__"], "__package__", None) or ""
        roots |= _imported(script, package)
        owned |= {_top(package)}
    ours, installed = _closure(roots - {"__main__"}, owned)
    started = _started()
    loaded = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    for path in [*(_file(name) for name in ours), script]:
        if path is not None and str(path) in loaded and path.stat().st_mtime > started:
            raise ValueError(
                f"cache needs a process younger than the code it runs, got {path} edited since: start anew"
            )
    digest = _digest.__wrapped__(ours, installed)
    text = script.read_bytes() if script is not None else b""
    return Sources(ours, installed, digest), hashlib.sha256(digest.encode() + text).hexdigest()


@cache
def _started() -> float:
    """When this process started, in seconds since 1970; where the system does not tell, when this module came."""
    if sys.platform != "linux":
        return _IMPORTED
    try:
        ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        age = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return _IMPORTED
    return min(_IMPORTED, time.time() - age + 0.02)  # a tick is 0.01, and what runs was not read at once


def _top(module: str) -> str:
    return module.partition(".")[0]


def _importable(experiment: Callable[..., Any]) -> str:
    module = getattr(experiment, "__module__", None)
    qualified = getattr(experiment, "__qualname__", "")
    found: Any = sys.modules.get(module or "")
    for part in qualified.split("."):
        found = getattr(found, part, None)
    if module is None or found is not experiment:
        raise ValueError(
            f"cache needs an experiment that can be found by its name, a function at the top level of a module, "
            f"got {experiment!r}"
        )
    return str(module)


def _named_by(parameters: Mapping[str, Any]) -> set[str]:
    """Modules of the functions and classes that parameters consist of."""
    try:
        stream = pickle.dumps(dict(parameters), protocol=3)  # in which they stand spelled out
    except Exception as error:
        raise ValueError(f"cache needs parameters that can be pickled, got {error}") from error
    return {str(text).split(" ")[0] for code, text, _ in pickletools.genops(stream) if code.name == "GLOBAL"}


def _script() -> Path:
    file = getattr(sys.modules["__main__"], "__file__", None)
    if file is None:
        raise ValueError("cache needs an experiment from a file: move it from the notebook into a module")
    return Path(file)


def _closure(roots: set[str], owned: set[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """All that code starting at `roots` imports: modules to be read, packages known by version."""
    ours: set[str] = set()
    installed: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop()
        top = _top(name)
        if name in ours or top in installed or top in sys.stdlib_module_names:
            continue
        if top not in owned and _is_third_party(top):
            installed.add(top)
            continue
        spec = _spec(name)
        if spec is None:  # a name in a module, not a module
            continue
        ours.add(name)
        path = _file(name)
        if path is not None and path.suffix == ".py":
            waiting += _imported(path, name if spec.submodule_search_locations is not None else spec.parent or "")
        waiting += [name.rpartition(".")[0]] if "." in name else []
    return tuple(sorted(ours)), tuple(sorted(installed))


def _imported(path: Path, package: str) -> set[str]:
    """All that may be modules in what a file of `package` imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes(), str(path))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            home = resolve_name("." * node.level + module, package) if node.level else module
            names.add(home)
            names.update(f"{home}.{alias.name}" for alias in node.names)
    return names


def _spec(name: str) -> ModuleSpec | None:
    """Where a module is, found without importing anything."""
    known = getattr(sys.modules.get(name), "__spec__", None)  # by whatever finder
    if known is not None or "." not in name:
        return known or PathFinder.find_spec(name)
    parent = _spec(name.rpartition(".")[0])
    if parent is None or parent.submodule_search_locations is None:
        return None
    return PathFinder.find_spec(name, list(parent.submodule_search_locations))


def _file(name: str) -> Path | None:
    spec = _spec(name)
    return Path(spec.origin) if spec is not None and spec.has_location and spec.origin else None


def _is_third_party(top: str) -> bool:
    spec = _spec(top)
    if spec is None:
        return True  # not there, which is as good as a version
    places = [spec.origin] if spec.has_location and spec.origin else list(spec.submodule_search_locations or ())
    homes = [Path(sysconfig.get_path(kind)).resolve() for kind in ("purelib", "platlib", "stdlib")]
    found = [Path(place).resolve() for place in places]
    return not found or any(
        {"site-packages", "dist-packages"} & set(path.parts) or any(path.is_relative_to(home) for home in homes)
        for path in found  # the former also of users and of systems
    )


@cache
def _digest(ours: tuple[str, ...], installed: tuple[str, ...]) -> str:
    versions = [(name, _version(name)) for name in installed]
    state = hashlib.sha256(repr((sys.version_info[:2], versions)).encode())
    for name in ours:
        path = _file(name)
        files = [] if path is None else [path]
        if name == "regutils.datasets" and path is not None:
            files += sorted((path.parent / "data").iterdir())
        for file in files:
            state.update(f"{name} {file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}".encode())
    return state.hexdigest()


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:  # the package goes by another name, or is not there
        return " ".join(f"{found} {metadata.version(found)}" for found in sorted(set(_distributions().get(name, ()))))


@cache
def _distributions() -> Mapping[str, list[str]]:
    return metadata.packages_distributions()
