"""Replicates of an experiment, and how precisely they tell its mean or median.

An experiment is a function of a seed sequence. Replicate i gets the i-th child of the run's seed, and nothing else
about it depends on how many replicates there are, how they are cut into chunks, or who computes them:

    monte_carlo(experiment, 1000, seed=0)                      # in this process
    monte_carlo(experiment, 1000, seed=0, n_jobs=4)            # in four, the same numbers
    with joblib.parallel_config(backend="dask"):               # on a Dask cluster, the same numbers
        monte_carlo(experiment, 1000, seed=0)

One replicate alone, say number 17 of seed 0: experiment(np.random.SeedSequence(0, spawn_key=(17,)), **parameters).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np

from regutils._validation import Array, check_array, check_flag, check_integer

Experiment = Callable[..., Mapping[str, Any]]
Results = dict[str, Array]
_Chunk = tuple[int, int, Results]  # replicates from, to (not included), what they measured


def monte_carlo(
    experiment: Experiment,
    replicates: int,
    *,
    seed: int | np.random.SeedSequence = 0,
    batched: bool = False,
    chunk_size: int | None = None,
    n_jobs: int | None = None,
    progress: bool | None = None,
    **parameters: Any,
) -> Results:
    """Run `experiment` once for each of many seeds, and stack what it measures: arrays (replicates, ...) by name.

    experiment(seed, **parameters) takes one numpy SeedSequence and returns a mapping of names to numbers or arrays;
    with batched=True, experiment(seeds, **parameters) takes a list of them and returns arrays (len(seeds), ...),
    so that a chunk is one call of a path engine.
    chunk_size: replicates that go to a worker, or into one batched call, at once; default 100 batched, 10 otherwise.
    n_jobs: processes; 1 for this one alone, -1 for one a core. None is 1, or what an active joblib.parallel_config
    says, which also names the backend. Chunks run with one BLAS thread each.
    progress: None shows a bar in a terminal when the work takes longer than a second.
    """
    count = check_integer(replicates, "replicates", low=1)
    root = _root(seed)
    batched = check_flag(batched, "batched")
    size = check_integer(chunk_size, "chunk_size", low=1) if chunk_size is not None else (100 if batched else 10)
    n_jobs = None if n_jobs is None else check_integer(n_jobs, "n_jobs")
    if n_jobs == 0:
        raise ValueError("n_jobs must be a number of processes, -1 for all cores, or None, got 0")
    if not callable(experiment):
        raise TypeError(f"experiment must be a function of a seed sequence, got {experiment!r}")
    progress = None if progress is None else check_flag(progress, "progress")
    work = _Work(experiment, root.entropy, root.spawn_key, root.pool_size, batched, parameters)
    chunks = [(start, min(start + size, count)) for start in range(0, count, size)]
    results: Results = {}
    with _bar(count, progress) as bar, closing(_computed(work, chunks, n_jobs)) as computed:
        for start, stop, values in computed:
            _place(results, values, start, stop, count)
            bar.update(stop - start)
    return results


def mean_and_error(values: object, axis: int = 0) -> tuple[Array, Array]:
    """Mean over the replicates on `axis`, and its standard error s / sqrt(R)."""
    array = _replicated(values, axis)
    return array.mean(axis=0), array.std(axis=0, ddof=1) / np.sqrt(array.shape[0])


def median_and_error(values: object, axis: int = 0, *, resamples: int = 500, seed: int = 0) -> tuple[Array, Array]:
    """Median over the replicates on `axis`, and its bootstrap standard error (Efron 1979), the same for every call."""
    array = _replicated(values, axis)
    rng = np.random.default_rng(seed)
    draws = check_integer(resamples, "resamples", low=2)
    count = array.shape[0]
    medians = np.stack([np.median(array[rng.integers(count, size=count)], axis=0) for _ in range(draws)])
    return np.median(array, axis=0), medians.std(axis=0, ddof=1)


@dataclass(frozen=True)
class _Work:
    """What a worker needs to compute any chunk."""

    experiment: Experiment
    entropy: Any
    spawn_key: tuple[int, ...]
    pool_size: int
    batched: bool
    parameters: Mapping[str, Any]

    def __call__(self, start: int, stop: int) -> _Chunk:
        seeds = [self.seed(i) for i in range(start, stop)]
        if self.batched:
            measured = self._call(seeds, start, stop)
            return start, stop, _checked(measured, len(seeds))
        stacked: dict[str, list[Array]] = {}
        for i, seed in enumerate(seeds, start):
            for name, value in _checked(self._call(seed, i, i + 1)).items():
                stacked.setdefault(name, []).append(value)
        return start, stop, {name: np.stack(values) for name, values in stacked.items()}

    def seed(self, replicate: int) -> np.random.SeedSequence:
        """The child that SeedSequence.spawn would give to this replicate, without spawning the others."""
        return np.random.SeedSequence(self.entropy, spawn_key=(*self.spawn_key, replicate), pool_size=self.pool_size)

    def _call(self, seeds: Any, start: int, stop: int) -> object:
        try:
            return self.experiment(seeds, **self.parameters)
        except Exception as error:
            which = f"replicate {start}" if stop == start + 1 else f"replicates {start} to {stop - 1}"
            raise RuntimeError(f"the experiment failed at {which}: {type(error).__name__}: {error}") from error


def _computed(work: _Work, chunks: Sequence[tuple[int, int]], n_jobs: int | None) -> Generator[_Chunk, None, None]:
    import joblib

    if n_jobs == 1:
        yield from (work(*chunk) for chunk in chunks)
        return
    parallel = joblib.Parallel(n_jobs=n_jobs, batch_size=1, return_as="generator_unordered")
    yield from parallel(joblib.delayed(work)(*chunk) for chunk in chunks)


def _checked(measured: object, count: int | None = None) -> Results:
    if not isinstance(measured, Mapping):
        raise TypeError(f"experiment must return a mapping of names to numbers, got {type(measured).__name__}")
    values = {name: check_array(value, name, allow_empty=True, finite=False) for name, value in measured.items()}
    for name, value in values.items():
        if count is not None and value.shape[:1] != (count,):
            raise ValueError(f"{name} must have one row for each of {count} seeds, got shape {value.shape}")
    return values


def _place(results: Results, values: Results, start: int, stop: int, count: int) -> None:
    if not results:
        results.update({name: np.empty((count, *value.shape[1:])) for name, value in values.items()})
    for name, value in values.items():
        results[name][start:stop] = value


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


def _bar(total: int, progress: bool | None) -> Any:
    from tqdm import tqdm

    return tqdm(
        total=total,
        unit="replicate",
        disable=None if progress is None else not progress,
        delay=1.0 if progress is None else 0.0,
        leave=False,
    )
