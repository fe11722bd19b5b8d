"""Execution that is never stale: a page runs again when, and only when, something it depends on changed.

A chapter depends on all of regutils except the modules of other chapters; a page that is no chapter (the table
of claims) depends on all of it. The fingerprint of what a page depends on names the folder of its execution
cache, and is kept in Sphinx's environment, which reads a page again when its fingerprint changed. Pages that
have to run are run side by side before they are read.
"""

import ast
import hashlib
import logging as standard_logging
import os
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from myst_nb.core.execute import create_client
from myst_nb.core.read import create_nb_reader
from sphinx.application import ENV_PICKLE_FILENAME, Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

logger = logging.getLogger(__name__)

BY_CHAPTER = ("experiments", "figures")  # subpackages with one module, or package, for each chapter


class Dependencies:
    """What the pages of one build depend on. `package` is the helper package's folder."""

    def __init__(self, package: Path, documents: set[str], extra: list[Path]) -> None:
        self.package = package
        self.chapters = {
            name
            for name in (document.rpartition("/")[2] for document in documents)
            if any(self.modules(kind, name) for kind in BY_CHAPTER)
        }
        self.hashes = {
            path: hashlib.sha256(path.read_bytes()).digest() for path in [*sources(package), *extra] if path.is_file()
        }

    def modules(self, kind: str, chapter: str) -> list[Path]:
        """The files of one chapter's experiments, or figures."""
        folder = self.package / kind
        module = folder / f"{chapter}.py"
        return [module] if module.is_file() else list(sources(folder / chapter))

    def fingerprint(self, document: str) -> str:
        """Changes when anything that the page depends on does."""
        own = document.rpartition("/")[2]
        foreign: set[Path] = set()
        if own in self.chapters:
            needed = self.needed(own)
            for other in self.chapters - needed:
                foreign.update(path for kind in BY_CHAPTER for path in self.modules(kind, other))
        digest = hashlib.sha256(f"{sys.version}".encode())
        for path in sorted(set(self.hashes) - foreign):
            digest.update(os.path.relpath(path, self.package).encode() + b"\0" + self.hashes[path])
        return digest.hexdigest()[:16]

    def needed(self, chapter: str) -> set[str]:
        """The chapter and those whose modules its own modules import, directly or not."""
        found, queue = {chapter}, [chapter]
        while queue:
            current = queue.pop()
            names = {name for kind in BY_CHAPTER for path in self.modules(kind, current) for name in imported(path)}
            new = {other for other in self.chapters - found if other in names}
            found |= new
            queue += new
        return found


def sources(folder: Path) -> Iterator[Path]:
    """Every file of a package but what Python and the tools leave there: code and data alike."""
    if folder.is_dir():
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith("."):
                yield path


def imported(path: Path) -> set[str]:
    """Every name that the module's import statements mention. Too many at worst, and then a page runs too often."""
    names: set[str] = set()
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(path.read_bytes(), filename=str(path))):
            if isinstance(node, ast.ImportFrom):
                names.update((node.module or "").split("."))
            if isinstance(node, ast.Import | ast.ImportFrom):
                names.update(part for alias in node.names for part in alias.name.split("."))
    return names


def fingerprints(app: Sphinx, env: BuildEnvironment) -> dict[str, str]:
    root = Path(app.srcdir)
    known = Dependencies(root / app.config.execution_package, env.found_docs, [root / "requirements.lock"])
    return {document: known.fingerprint(document) for document in env.found_docs}


def outdated(app: Sphinx, env: Any, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """Executed pages whose fingerprint is not the one they were executed under."""
    before = getattr(env, "execution_fingerprints", {})
    env.execution_fingerprints = fingerprints(app, env)
    ran = getattr(env, "nb_metadata", {})  # myst-nb makes it with the first notebook
    stale = [
        document
        for document, fingerprint in env.execution_fingerprints.items()
        if "exec_data" in ran.get(document, {}) and before.get(document) != fingerprint
    ]
    if stale:
        logger.info("running again, because what they depend on changed: %s", ", ".join(sorted(stale)))
    return stale


def cache_root(app: Sphinx) -> Path:
    return Path(app.outdir).parent / ".jupyter_cache"


def cache_of(app: Sphinx, env: Any, document: str) -> str:
    name = document.replace("/", ".")
    return str(cache_root(app) / f"{name}-{env.execution_fingerprints[document]}")


def use_cache(app: Sphinx, document: str, source: list[str]) -> None:
    """Each page has an execution cache of its own."""
    env: Any = app.env
    env.mystnb_config = env.mystnb_config.copy(execution_cache_path=cache_of(app, env, document))


def run_side_by_side(app: Sphinx, env: Any, documents: list[str]) -> None:
    """Fill the caches of the pages to be read, as many at a time as there are cores.

    What fails here is silent: reading the page runs it once more, and reports.
    """
    quiet = standard_logging.getLogger(f"{__name__}.quiet")
    quiet.addHandler(standard_logging.NullHandler())
    quiet.propagate = False

    def run(document: str) -> None:
        path = env.doc2path(document)
        config = env.mystnb_config.copy(execution_cache_path=cache_of(app, env, document))
        text = Path(path).read_text(encoding="utf-8")
        reader = create_nb_reader(path, env.myst_config, config, text)
        if reader is None:
            return
        notebook = reader.read(text)
        if config.metadata_key in notebook.metadata or not any(cell.cell_type == "code" for cell in notebook.cells):
            return
        Path(config.execution_cache_path).mkdir(parents=True, exist_ok=True)
        with create_client(notebook, str(path), config, quiet, reader.read_fmt):
            pass

    def attempt(document: str) -> None:
        try:
            run(document)
        except Exception as error:
            logger.debug("%s could not be run ahead: %s", document, error)

    if env.mystnb_config.execution_mode == "cache" and documents:
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            list(pool.map(attempt, documents))


def prune(app: Sphinx, exception: Exception | None) -> None:
    """Drop caches that no page uses any more, once a build has succeeded."""
    if exception is not None or not cache_root(app).is_dir():
        return
    env: Any = app.env
    used = {Path(cache_of(app, env, document)).name for document in env.execution_fingerprints}
    for folder in cache_root(app).iterdir():
        if folder.name not in used:
            shutil.rmtree(folder) if folder.is_dir() else folder.unlink()


def forget_failure(app: Sphinx, exception: Exception | None) -> None:
    """After a build with warnings, let the next one read every page again.

    Sphinx would take unchanged pages from its cache, and a second build would pass in silence. (After an
    exception Sphinx does this itself.)
    """
    if exception is None and app._warncount:
        Path(app.doctreedir, ENV_PICKLE_FILENAME).unlink(missing_ok=True)


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("execution_package", "regutils", "env", str)
    app.connect("env-get-outdated", outdated)
    app.connect("env-before-read-docs", run_side_by_side)
    app.connect("source-read", use_cache)
    app.connect("build-finished", prune)
    app.connect("build-finished", forget_failure, priority=950)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
