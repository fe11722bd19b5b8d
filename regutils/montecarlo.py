"""Replicates of an experiment, and how precisely they tell its mean or median.

An experiment is a function of a seed sequence. Replicate i gets the i-th child of the run's seed, and nothing else
about it depends on how many replicates there are, how they are cut into chunks, or who computes them:

    monte_carlo(experiment, 1000, seed=0)                          # in this process
    monte_carlo(experiment, 1000, seed=0, n_jobs=4)                # in four of them
    with joblib.parallel_config(backend="dask"):                   # on the Dask cluster of the active client
        monte_carlo(experiment, 1000, seed=0, cache="runs")        # killed half-way and started again

give the same numbers. Replicate 17 of seed 0 alone: experiment(np.random.SeedSequence(0, spawn_key=(17,))).
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import pairwise
from pickle import PicklingError
from typing import Any

import numpy as np

from regutils._replicates import Chunk, Experiment, Results, Work, one_blas_thread, place
from regutils._validation import Array, check_array, check_flag, check_integer


def monte_carlo(
    experiment: Experiment,
    replicates: int,
    *,
    seed: int | np.random.SeedSequence = 0,
    batched: bool = False,
    chunk_size: int | None = None,
    n_jobs: int | None = None,
    cache: str | os.PathLike[str] | None = None,
    progress: bool | None = None,
    **parameters: Any,
) -> Results:
    """Run `experiment` once for each of `replicates` seeds; return what it measures, arrays (replicates, ...) by name.

    experiment(seed, **parameters) takes one numpy SeedSequence and returns a mapping of names to numbers or arrays.
    With batched=True, experiment(seeds, **parameters) takes a list of them and returns arrays (len(seeds), ...), so
    that a chunk can be one call of a path engine; a row must not depend on which seeds come with its own.
    More replicates continue a run: the first ones stay what they were.

    chunk_size: replicates computed at once by a worker or a batched call; default 100 batched, 10 otherwise.
    n_jobs: processes, 1 for this one alone, -1 for one a core. None is what an active joblib.parallel_config says,
    which names the backend too, and 1 without it. Every process uses one BLAS thread.
    cache: a folder in which finished chunks are kept; a run started again computes those that are missing. They are
    found by the experiment's name, parameters and seed, by the text of its module and of all modules that it imports
    in turn, and by the versions of installed packages: after a change of any of these, all is computed anew.
    progress: None shows a bar in a terminal when the work takes longer than a second.

    Raises RuntimeError, from the original error, when a replicate fails: it says which, and how to run that one alone.
    Raises ValueError or TypeError for arguments that are not allowed, and for results that do not fit each other.
    """
    if not callable(experiment):
        raise TypeError(f"experiment must be a function of a seed sequence, got {experiment!r}")
    count = check_integer(replicates, "replicates", low=1)
    batched = check_flag(batched, "batched")
    size = check_integer(chunk_size, "chunk_size", low=1) if chunk_size is not None else (100 if batched else 10)
    if n_jobs is not None and check_integer(n_jobs, "n_jobs") == 0:
        raise ValueError("n_jobs must be a number of processes, -1 for one a core, or None, got 0")
    progress = progress if progress is None else check_flag(progress, "progress")
    root = _root(seed)
    work = Work(experiment, parameters, batched, root.entropy, root.spawn_key, root.pool_size)
    stored = None
    if cache is not None:
        if not isinstance(cache, (str, os.PathLike)):
            raise TypeError(f"cache must be a folder, a string or a path, got {cache!r}")
        from regutils._chunk_cache import ChunkCache
        from regutils._sources import sources_of

        sources, code = sources_of(experiment, parameters)
        work = replace(work, sources=sources)
        state = root.generate_state(8).tolist()  # which tells seeds apart whose repr is cut short
        stored = ChunkCache(
            cache, experiment, code, parameters, (work.entropy, work.spawn_key, work.pool_size, batched, state)
        )

    results: Results = {}
    missing = np.ones(count, dtype=bool)
    for start, stop, values in stored.chunks() if stored else ():
        if start < count:
            place(results, values, start, count, at=start)
            missing[start:stop] = False
    chunks = _cut(missing, size)
    with one_blas_thread(), _bar(missing, progress) as advance, closing(_computed(work, chunks, n_jobs)) as computed:
        for start, stop, values in computed:
            if stored:
                stored.save(start, stop, values)
            place(results, values, start, count, at=start)
            advance(stop - start)
    return results


def mean_and_error(values: object, axis: int = 0) -> tuple[Array, Array]:
    """Mean over the replicates on `axis`, and its standard error s / sqrt(R) with s^2 = sum (x - mean)^2 / (R - 1)."""
    array = _replicated(values, axis)
    return array.mean(axis=0), array.std(axis=0, ddof=1) / np.sqrt(array.shape[0])


def median_and_error(values: object, axis: int = 0, *, resamples: int = 500, seed: int = 0) -> tuple[Array, Array]:
    """Median over the replicates on `axis`, and its bootstrap standard error: that of the medians of `resamples`
    samples drawn from the values with replacement (Efron 1979). The same seed draws the same ones.
    """
    array = _replicated(values, axis)
    rng = np.random.default_rng(check_integer(seed, "seed", low=0))
    rows = rng.integers(len(array), size=(check_integer(resamples, "resamples", low=2), len(array)))
    medians = np.stack([np.median(array[row], axis=0) for row in rows])
    return np.median(array, axis=0), medians.std(axis=0, ddof=1)


def _computed(work: Work, chunks: Sequence[tuple[int, int]], n_jobs: int | None) -> Generator[Chunk, None, None]:
    """Chunks in the order in which they end."""
    if n_jobs == 1 or not chunks:
        yield from (work(*chunk) for chunk in chunks)
        return
    import joblib

    parallel = joblib.Parallel(n_jobs=n_jobs, batch_size=1, return_as="generator_unordered")
    ending = parallel(joblib.delayed(work)(*chunk) for chunk in chunks)
    try:
        for chunk in ending:  # noqa: UP028  (closed below, not by what closes this generator)
            yield chunk
    except PicklingError as error:
        raise ValueError(f"n_jobs needs an experiment, parameters and results that can be pickled: {error}") from error
    finally:
        with warnings.catch_warnings():  # nobody needs to hear that an interrupted run was not finished
            warnings.simplefilter("ignore")
            ending.close()


def _cut(missing: np.ndarray[Any, np.dtype[np.bool_]], size: int) -> list[tuple[int, int]]:
    """Runs of missing replicates, cut at multiples of `size`."""
    edges = np.flatnonzero(np.diff(missing, prepend=False, append=False))
    chunks: list[tuple[int, int]] = []
    for start, stop in edges.reshape(-1, 2).tolist():
        chunks += pairwise([start, *range(start - start % size + size, stop, size), stop])
    return chunks


def _root(seed: object) -> np.random.SeedSequence:
    if isinstance(seed, np.random.SeedSequence):
        return seed
    return np.random.SeedSequence(check_integer(seed, "seed", low=0))


def _replicated(values: object, axis: int) -> Array:
    array = check_array(values, "values")
    if array.ndim == 0:
        raise ValueError("values must have an axis of replicates, got a single number")
    axis = check_integer(axis, "axis", low=-array.ndim, high=array.ndim - 1)
    if array.shape[axis] < 2:
        raise ValueError(f"values must hold at least two replicates, got {array.shape[axis]}")
    return np.moveaxis(array, axis, 0)


@contextmanager
def _bar(missing: np.ndarray[Any, np.dtype[np.bool_]], progress: bool | None) -> Iterator[Callable[[int], object]]:
    if not (sys.stderr is not None and sys.stderr.isatty() if progress is None else progress):
        yield lambda done: None
        return
    from tqdm import tqdm

    there = int(missing.size - missing.sum())
    delay = 1.0 if progress is None else 0.0
    with tqdm(total=missing.size, initial=there, unit=" replicates", delay=delay, leave=False) as bar:
        yield bar.update
