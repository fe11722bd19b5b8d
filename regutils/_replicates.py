"""Computing one chunk of replicates, here or on a worker, and saying which one failed."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from regutils._sources import Sources
from regutils._validation import Array, check_array

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

Experiment = Callable[..., Mapping[str, Any]]
Results = dict[str, Array]
Chunk = tuple[int, int, Results]  # the first replicate, the one after the last, what they measured


@dataclass(frozen=True, eq=False)  # hashed by identity: joblib's Dask backend asks for a hash
class Work:
    """All that a worker needs to compute any chunk of a run."""

    experiment: Experiment
    parameters: Mapping[str, Any]
    batched: bool
    entropy: Any
    spawn_key: tuple[int, ...] = ()
    pool_size: int = 4
    sources: Sources | None = None  # what the worker's code has to agree with

    def __call__(self, start: int, stop: int) -> Chunk:
        if self.sources is not None:
            self.sources.check()
        with one_blas_thread():
            if self.batched:
                measured = self._call([self._seed(i) for i in range(start, stop)], start, stop)
                return start, stop, _checked(measured, f"at replicates {start} to {stop - 1}", rows=stop - start)
            results: Results = {}
            for i in range(start, stop):
                values = _checked(self._call(self._seed(i), i, i + 1), f"at replicate {i}")
                place(results, {name: value[None] for name, value in values.items()}, i - start, stop - start, at=i)
            return start, stop, results

    def _seed(self, replicate: int) -> np.random.SeedSequence:
        # The child that spawn() gives to this replicate, without spawning all before it.
        return np.random.SeedSequence(self.entropy, spawn_key=(*self.spawn_key, replicate), pool_size=self.pool_size)

    def _call(self, seeds: Any, start: int, stop: int) -> object:
        try:
            return self.experiment(seeds, **self.parameters)
        except Exception as error:
            what = f"{type(error).__name__}: {error}"
            if self.batched:
                raise RuntimeError(
                    f"experiment failed at replicates {start} to {stop - 1}: {what} (chunk_size=1 tells which)"
                ) from error
            key = (*self.spawn_key, start)
            raise RuntimeError(
                f"experiment failed at replicate {start}: {what} "
                f"(alone: experiment(np.random.SeedSequence({self.entropy!r}, spawn_key={key!r}), **parameters))"
            ) from error


def place(results: Results, values: Results, row: int, rows: int, *, at: int) -> None:
    """Put `values` into `results` from `row` on; the first ones to come say which names and shapes are right."""
    if not results:
        results.update({name: np.full((rows, *value.shape[1:]), np.nan) for name, value in values.items()})
    if values.keys() != results.keys():
        raise ValueError(
            f"experiment must measure the same in every replicate, got {sorted(values)} at replicate {at}, "
            f"{sorted(results)} before"
        )
    for name, value in values.items():
        if value.shape[1:] != results[name].shape[1:]:
            raise ValueError(
                f"{name} must have the same shape in every replicate, got {value.shape[1:]} at replicate {at}, "
                f"{results[name].shape[1:]} before"
            )
        stop = min(row + len(value), rows)
        results[name][row:stop] = value[: stop - row]


def _checked(measured: object, where: str, rows: int | None = None) -> Results:
    if not isinstance(measured, Mapping) or not measured or not all(isinstance(name, str) for name in measured):
        got = f"names {list(measured)}" if isinstance(measured, Mapping) else type(measured).__name__
        raise TypeError(f"experiment must return a mapping of names to numbers or arrays, got {got} {where}")
    values: Results = {}
    for name, value in measured.items():
        try:
            values[name] = check_array(value, name, allow_empty=True, finite=False)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{error} {where}") from error
        if rows is not None and values[name].shape[:1] != (rows,):
            raise ValueError(f"{name} must have one row a seed, {rows} of them, got shape {values[name].shape} {where}")
    return values


_lock = threading.Lock()
_limited: list[Any] = []  # the limit in force, once for every chunk that runs under it


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Limit BLAS to one thread in this process while any chunk runs in it.

    Workers side by side need no more, and sums in another order would give other last bits. The first chunk sets the
    limit and the last one lifts it: chunks in threads would otherwise undo it for each other.
    """
    import scipy.linalg  # noqa: F401  (brings its own BLAS, which has to be there to be limited)

    with _lock:
        _limited.append(_limited[0] if _limited else _libraries(len(sys.modules)).limit(limits=1, user_api="blas"))
    try:
        yield
    finally:
        with _lock:
            limit = _limited.pop()
            if not _limited:
                limit.restore_original_limits()


@lru_cache(maxsize=1)
def _libraries(modules: int) -> ThreadpoolController:
    """The BLAS libraries that are loaded; with a new number of modules they are looked for again.

    Looking through all that the process has loaded takes as long as a small run.
    """
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
