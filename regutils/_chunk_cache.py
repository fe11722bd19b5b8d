"""Finished chunks of a Monte Carlo run on disk, so that an interrupted run goes on where it was.

One folder a run, named after the experiment and a digest of all that its numbers depend on; one file a chunk, its rows
in the name. A file appears complete or not at all, and several processes may share a folder: they write the same
numbers. Nothing is unpickled.
"""

from __future__ import annotations

import hashlib
import os
import re
import uuid
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np

from regutils._validation import Array

_FORMAT = 1


class ChunkCache:
    """The folder of one run: `chunks` reads what is there, `save` adds to it."""

    def __init__(
        self,
        folder: str | os.PathLike[str],
        experiment: Callable[..., Any],
        code: str,
        parameters: Mapping[str, Any],
        arguments: tuple[object, ...],
    ) -> None:
        """`code` is the digest of what computes, `arguments` is what else the numbers depend on, by its repr."""
        import joblib

        inputs = repr((_FORMAT, code, joblib.hash(dict(parameters), hash_name="sha1"), arguments))
        digest = hashlib.sha256(inputs.encode()).hexdigest()[:20]
        self.folder = Path(folder) / f"{experiment.__module__}.{experiment.__qualname__}-{digest}"
        about = f"{experiment.__module__}.{experiment.__qualname__}\n{dict(parameters)!r}\n{arguments!r}\n"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._write("about.txt", lambda file: file.write(about.encode()))
        except (OSError, ValueError) as error:  # the latter for a name with a null character
            raise ValueError(f"cache must be a folder that can be written to, got {str(folder)!r}: {error}") from error

    def chunks(self) -> Iterator[tuple[int, int, dict[str, Array]]]:
        """Finished chunks: first row, the row after the last, values by name. A damaged file is removed, aloud."""
        for path in sorted(self.folder.glob("*.npz")):
            rows = re.fullmatch(r"(\d+)-(\d+)", path.stem)
            if rows is None:
                continue
            start, stop = int(rows[1]), int(rows[2])
            try:
                values = _read(path, stop - start)
            except FileNotFoundError:  # another process found it damaged
                continue
            except Exception as error:  # numpy, zipfile and zlib have their own ways of refusing broken bytes
                warnings.warn(f"{path} is damaged ({error}): its replicates are computed again", stacklevel=3)
                path.unlink(missing_ok=True)
            else:
                yield start, stop, values

    def save(self, start: int, stop: int, values: Mapping[str, Array]) -> None:
        """Keep a finished chunk."""
        names = np.array(list(values), dtype=np.str_)  # beside the values, since they may be no file names
        self._write(f"{start:08d}-{stop:08d}.npz", lambda file: np.savez(file, names, *values.values()))

    def _write(self, name: str, write: Callable[[IO[bytes]], object]) -> None:
        temporary = self.folder / f"{uuid.uuid4().hex}.part"  # not by tempfile: others may read what is here
        try:
            with temporary.open("xb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self.folder / name)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def _read(path: Path, count: int) -> dict[str, Array]:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:  # numpy leaves a broken file open
        values = {str(name): stored[f"arr_{i}"] for i, name in enumerate(stored["arr_0"], 1)}
    if any(value.dtype != np.float64 or value.shape[:1] != (count,) for value in values.values()):
        raise ValueError("not what was written")
    return values
