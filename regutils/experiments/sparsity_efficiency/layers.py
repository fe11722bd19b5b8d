"""One layer's product with zeros in its weights, dense, CSR or rows removed: operations counted, times measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from regutils._validation import Array, check_choice
from regutils.claims import Finding, evidence
from regutils.experiments.caching import once
from regutils.experiments.performance import Spread
from regutils.experiments.sparsity_efficiency.timing import interleaved, ratio

KERNELS = ("dense", "CSR", "rows removed")
SPARSITY = (0.5, 0.75, 0.9, 0.95, 0.98, 0.99)
WAYS = ("zeros, dense", "zeros, CSR", "removed")
REMOVE = ("rows", "columns", "nothing")
BIG, SMALL = (1024, 1024), (100, 64)  # outputs, inputs; the small one is the first layer of the network on digits


class Counted(float):
    """A number that counts the multiplications it takes part in, as the left factor."""

    count = 0

    def __mul__(self, other: Any) -> Counted:
        """The product, counted."""
        Counted.count += 1
        return Counted(float(self) * float(other))

    def __add__(self, other: Any) -> Counted:
        """The sum."""
        return Counted(float(self) + float(other))

    __radd__ = __add__


def multiplications(weights: Array, x: Array, kernel: str) -> tuple[int, Array]:
    """How many multiplications a kernel needs for weights (m, n) times x (n,), and the result (m,).

    Counted by numbers that count: NumPy's product of arrays of objects, which looks at no value, for "dense"; the loop
    over stored entries for "CSR"; and for "rows removed" NumPy's product without the rows that are all zero.
    """
    check_choice(kernel, "kernel", KERNELS)
    counting = np.array([[Counted(value) for value in row] for row in weights], dtype=object)
    Counted.count = 0
    if kernel == "dense":
        result = np.dot(counting, x)
    elif kernel == "rows removed":
        alive = weights.any(axis=1)
        result = np.zeros(len(weights), dtype=object)
        if alive.any():
            result[alive] = np.dot(counting[alive], x)
    else:
        result = np.array([sum((row[j] * x[j] for j in np.flatnonzero(row)), Counted(0.0)) for row in counting])
    return Counted.count, result.astype(np.float64)


def scattered(shape: tuple[int, int], sparsity: float, rng: np.random.Generator) -> Array:
    """Normal weights (m, n) of which that share, at random places, is zero."""
    weights = rng.standard_normal(shape)
    weights.ravel()[rng.permutation(weights.size)[: round(sparsity * weights.size)]] = 0.0
    return weights


def in_rows(shape: tuple[int, int], sparsity: float, rng: np.random.Generator) -> Array:
    """Normal weights (m, n) of which that share of the rows, at random places, is zero."""
    weights = rng.standard_normal(shape)
    weights[rng.permutation(shape[0])[: round(sparsity * shape[0])]] = 0.0
    return weights


@dataclass(frozen=True, eq=False)
class Layer:
    """Times of a layer by the share of zeros in its weights, as multiples of the dense product without zeros."""

    shape: tuple[int, int]
    batch: int
    sparsity: tuple[float, ...]
    remove: str  # what "removed" takes away
    times: dict[str, tuple[Spread, ...]]  # by WAYS
    repetitions: int

    def at(self, way: str, sparsity: float) -> float:
        """The median at one of the shares."""
        return self.times[way][self.sparsity.index(sparsity)].median

    @property
    def break_even(self) -> float:
        """Share of zeros at which CSR is as fast as dense, between the measured ones; NaN where it never is."""
        medians = np.log([spread.median for spread in self.times["zeros, CSR"]])
        if medians[-1] > 0:
            return float("nan")
        if medians[0] <= 0:
            return self.sparsity[0]
        after = int(np.argmax(medians <= 0))
        share = medians[after - 1] / (medians[after - 1] - medians[after])
        kept = np.log(1 - np.array(self.sparsity[after - 1 : after + 1]))
        return float(1 - np.exp(kept[0] + share * (kept[1] - kept[0])))


@once
def layer(
    *, shape: tuple[int, int] = BIG, batch: int = 1, sparsity: tuple[float, ...] = SPARSITY, repetitions: int = 15,
    remove: str = "rows", seed: int = 0,
) -> Layer:  # fmt: skip
    """Weights (m, n) in float32 times a batch of inputs. Each kernel gets the inputs in the order that suits it.

    remove: what "removed" takes away: "rows", whose outputs are not computed; "columns", whose inputs do not arrive; or
    "nothing", so that it multiplies by the scattered zeros.
    """
    from scipy.sparse import csr_array

    check_choice(remove, "remove", REMOVE)
    rng = np.random.default_rng(seed)
    inputs = rng.standard_normal((batch, shape[1])).astype(np.float32)
    turned = np.ascontiguousarray(inputs.T)
    full = rng.standard_normal((shape[1], shape[0])).astype(np.float32)
    work: dict[str, Any] = {"dense": lambda: inputs @ full}
    for share in sparsity:
        spread = scattered(shape, share, rng).astype(np.float32)
        zeros, sparse = np.ascontiguousarray(spread.T), csr_array(spread)
        left = [max(1, round((1 - share) * size)) if remove == axis else size
                for axis, size in zip(("rows", "columns"), shape, strict=True)]  # fmt: skip
        short = np.ascontiguousarray(zeros[: left[1], : left[0]])
        arriving = np.ascontiguousarray(inputs[:, : left[1]])
        work[f"zeros, dense {share}"] = lambda zeros=zeros: inputs @ zeros
        work[f"zeros, CSR {share}"] = lambda sparse=sparse: sparse @ turned
        work[f"removed {share}"] = lambda arriving=arriving, short=short: arriving @ short
    times = interleaved(work, repetitions=repetitions, seed=seed)
    return Layer(
        shape=shape,
        batch=batch,
        sparsity=sparsity,
        remove=remove,
        times={way: tuple(ratio(times, f"{way} {share}", "dense") for share in sparsity) for way in WAYS},
        repetitions=repetitions,
    )


@evidence("A-eff-2", sabotage={"remove": "nothing"})
def rows_and_scattered_zeros(*, remove: str = "rows") -> list[Finding]:
    """Multiplications of a small layer with 90% zeros, counted by numbers that count. And the time that a layer of
    1,024 times 1,024 weights takes for one input on one core, all ways in turns: times differ from machine to machine,
    so that only wide bounds are tested, and whether a bound held is reported as 1 or 0.
    """
    rng = np.random.default_rng(0)
    shape = (40, 30)
    spread = scattered(shape, 0.9, rng)
    rows = in_rows(shape, 0.9, rng) if remove == "rows" else spread
    x = rng.standard_normal(shape[1])
    removed, dense, sparse = (
        multiplications(weights, x, kernel)[0] / spread.size
        for weights, kernel in ((rows, "rows removed"), (spread, "dense"), (spread, "CSR"))
    )
    found = layer(sparsity=(0.5, 0.9, 0.99), remove=remove)
    return [
        Finding("for", "multiplications left when 90% of the rows are removed", removed, "==", 0.1, 1e-9),
        Finding("for", "multiplications of a dense product with 90% scattered zeros", dense, "==", 1.0),
        Finding("for", "at most a third of dense's time with 90% of the rows removed (1: yes)",
                float(found.at("removed", 0.9) <= 1 / 3), "==", 1.0),
        Finding("for", "at least 0.3 of dense's time for a dense product with 90% scattered zeros (1: yes)",
                float(found.at("zeros, dense", 0.9) >= 0.3), "==", 1.0),
        Finding("for", "at least 1.2 times dense's time for CSR with 50% zeros (1: yes)",
                float(found.at("zeros, CSR", 0.5) >= 1.2), "==", 1.0),
        Finding("against", "multiplications of CSR with 90% scattered zeros", sparse, "==", 0.1, 1e-9),
        Finding("against", "at most half of dense's time for CSR with 99% zeros (1: yes)",
                float(found.at("zeros, CSR", 0.99) <= 1 / 2), "==", 1.0),
    ]  # fmt: skip
