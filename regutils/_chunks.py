"""Some of the stacked networks, trained together: so few that what a step touches stays in the cache."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from regutils import _updates
from regutils._batches import generator
from regutils._flat import Layout
from regutils._layers import Pass, Shape
from regutils._network_data import check_dropout, check_inputs, check_kept, check_params, check_targets
from regutils._optimizer import Optimizer, State, Stepper, part
from regutils._trees import FloatArray, Tree, chosen, rebuild
from regutils._validation import Array

CACHE = 8e6  # bytes that parameters, moments and activations of a chunk may take


@dataclass(frozen=True, eq=False)
class Stack:
    """All networks of a training run, and what they are trained on."""

    shape: Shape
    layout: Layout
    X: FloatArray  # (n, d + 1) or (R, n, d + 1), with the column of ones
    y: Any  # (n, ...) or (R, n, ...)
    theta: FloatArray  # (R, P), as are the following
    first: FloatArray | None
    second: FloatArray | None
    keep: FloatArray | None  # 0 where a parameter is held at zero, 1 elsewhere
    dropout: Array  # () or (R,)

    @property
    def leaves(self) -> dict[str, FloatArray]:
        """Views of the parameters by path."""
        return self.layout.leaves(self.theta)

    def tree(self, params: Tree, rows: FloatArray | None = None) -> Tree:
        """A copy of the parameters, or of other rows, in the structure of params."""
        found = self.layout.leaves(self.theta if rows is None else rows)
        return rebuild(params, {path: np.ascontiguousarray(leaf).copy() for path, leaf in found.items()})

    def chunks(
        self, optimizer: Optimizer, rows: int, seeds: list[int], step: int, *, engine: Any = None
    ) -> list[Chunk]:
        """Of equal size, but for one network; `step` steps have been made."""
        models, columns = self.theta.shape
        numbers = 6 * columns + 4 * rows * sum(self.shape.sizes[1:])
        size = max(1, int(CACHE / (numbers * self.theta.itemsize)))
        edges = np.linspace(0, models, -(-models // size) + 1).astype(int)
        largest = int(np.diff(edges).max())
        scratch, gradient = np.empty((2, largest, columns), self.theta.dtype)
        passes: dict[int, Pass] = {}
        found = []
        for start, stop in pairwise(edges):
            count = int(stop - start)
            if count not in passes:
                passes[count] = Pass(self.shape, count, rows, self.theta.dtype, engine)
            some = slice(int(start), int(stop))
            memory = (scratch[:count], gradient[:count])
            chunk = Chunk(self, optimizer.take(some), some, passes[count], memory=memory, engine=engine)
            chunk.dropout = Dropout(self, some, seeds, passes[count], step)
            found.append(chunk)
        return found


class Chunk:
    """Trains its models in place."""

    def __init__(
        self, stack: Stack, optimizer: Optimizer, models: slice, work: Pass, *,
        memory: tuple[FloatArray, FloatArray], engine: Any,
    ) -> None:  # fmt: skip
        self.stack, self.models, self.work = stack, models, work
        self.theta, self.gradient = stack.theta[models], memory[1]
        self.params, self.slopes = stack.layout.views(self.theta), stack.layout.views(self.gradient)
        self.keep = None if stack.keep is None else stack.keep[models]
        masked = chosen(optimizer.mask, stack.layout.shapes)
        everything = all(masked.values())
        parts = _updates.EVERYTHING if everything else tuple((slice(None), s) for s in stack.layout.ranges(masked))
        moments = [None if rows is None else rows[models] for rows in (stack.first, stack.second)]
        self.stepper = Stepper(optimizer, self.theta, moments, parts=parts, scratch=memory[0], engine=engine)
        grouped = "prox_group" in optimizer.active
        self.grouped = [path for path in masked if grouped and masked[path] and path.endswith("/weight")]
        self.dropout: Dropout | None = None

    def run(self, batches: list[Any], step: int, rates: list[float | Array]) -> FloatArray:
        """One step for each batch of rows (None: all of them), the first one step number `step`; losses (T, C)."""
        losses = np.empty((len(batches), len(self.theta)), self.theta.dtype)
        for t, (index, rate) in enumerate(zip(batches, rates, strict=True)):
            X, y = self._rows(index)
            kept = self.dropout.draw() if self.dropout else None
            losses[t] = self.work.gradient(self.params, X, y, self.slopes, kept)
            mine = part(rate, self.models)
            self.stepper.step(self.gradient, step + t, mine)
            for path in self.grouped:
                self.stepper.shrink_groups(self.params[path], mine)
            if self.keep is not None:
                np.multiply(self.theta, self.keep, out=self.theta)
        return losses

    def _rows(self, index: Any) -> tuple[Any, Any]:
        stack = self.stack
        if index is not None and index.ndim == 2:
            index = index[self.models]
        return _take(stack.X, 2, self.models, index), _take(stack.y, stack.shape.label_ndim, self.models, index)


def _take(values: Any, ndim: int, models: slice, index: Any) -> Any:
    """Rows `index` (B,) or (C, B), or all, of values that are the same for all models (n, ...), or not (R, n, ...)."""
    shared = values.ndim == ndim
    if index is None:
        return values if shared else values[models]
    if shared:
        return values.take(index, axis=0)
    mine = values[models]
    return mine[:, index] if index.ndim == 1 else mine[np.arange(len(mine))[:, None], index]


class Dropout:
    """Factors of the hidden units, 0 or 1 / (1 - rate): one stream of random numbers for each model, or one for all."""

    def __init__(self, stack: Stack, models: slice, seeds: list[int], work: Pass, step: int) -> None:
        """`seeds` has one entry, or one for each of all models; `step` draws lie behind."""
        self.rates = stack.dropout if stack.dropout.ndim == 0 else stack.dropout[models].reshape(-1, 1, 1)
        self.shapes = [layer.units.shape[1:] for layer in work.hidden] if stack.dropout.any() else []
        self.dtype = stack.theta.dtype
        mine = seeds if len(seeds) == 1 else seeds[models]
        self.generators = [generator(seed, "dropout") for seed in mine]
        for _ in range(step):
            self._uniform()

    def draw(self) -> list[Any] | None:
        """For the next step."""
        if not self.shapes:
            return None
        return [((u >= self.rates) / (1.0 - self.rates)).astype(self.dtype) for u in self._uniform()]

    def _uniform(self) -> list[Any]:
        return [np.stack([rng.random(shape, dtype=np.float32) for rng in self.generators]) for shape in self.shapes]


def prepare(
    shape: Shape, params: Tree, data: tuple[object, object], optimizer: Optimizer, state: State | None, *,
    dropout: object, keep: Tree | None,
) -> tuple[Stack, State]:  # fmt: skip
    """Everything checked, the parameters copied into rows, the state as it is before the first step."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer must be made by sgd, adam or adamw, got {type(optimizer).__name__}")
    found = check_params(shape, params)
    models, dtype = found["layer1/weight"].shape[0], found["layer1/weight"].dtype
    inputs = check_inputs(shape, data[0], models, dtype)
    targets = check_targets(shape, data[1], (models, inputs.shape[-2]), dtype)
    now = optimizer.init(params) if state is None else state
    optimizer.check_models(found)
    layout = Layout(shape)
    first, second = (None if tree is None else layout.pack(tree, dtype) for tree in optimizer.check_state(now, found))
    theta = layout.pack(found, dtype)
    kept = None if keep is None else layout.pack(check_kept(keep, found), dtype)
    if kept is not None:
        theta *= kept
    rates = check_dropout(dropout, models)
    return Stack(shape, layout, shape.with_ones(inputs), targets, theta, first, second, kept, rates), now
