"""The training loop of a stack of networks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, repeat
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from regutils._batches import Seeds, check_seeds, minibatches
from regutils._chunks import Chunk, Stack, prepare
from regutils._evaluation import evaluate_rows
from regutils._layers import Shape
from regutils._network_data import check_inputs, check_targets
from regutils._optimizer import Optimizer, State
from regutils._routes import compiled
from regutils._trees import FloatArray, Tree
from regutils._validation import Array, check_choice, check_flag, check_integer

if TYPE_CHECKING:
    from regutils.networks import MLP

WORTH = 2e8  # steps times parameters from which it pays to load what is compiled, which takes about a second
BLOCK = 32  # steps of one chunk before it is the next one's turn
Callback = Callable[[int, Tree], bool | None]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Of a stack on one data set, at each recorded step."""

    loss: FloatArray  # (K, R)
    accuracy: FloatArray  # (K, R), NaN where there are no classes


@dataclass(frozen=True, eq=False)
class Training:
    """What `train` returns. Models that diverged have NaN from the record of that step on."""

    params: Tree  # after the last step
    state: State  # of the optimizer: with it, `train` goes on where it was
    steps: npt.NDArray[np.intp]  # (K,) after which the following was recorded; the first is 0
    loss: FloatArray  # (K, R) mean loss of the minibatches since the last record; in row 0, of the first one
    evaluated: dict[str, Evaluation]  # by the names given to `evaluate`
    diverged_at: npt.NDArray[np.intp]  # (R,) step in which loss or parameters became infinite or NaN; -1: never

    @property
    def diverged(self) -> npt.NDArray[np.bool_]:
        """Which models did, (R,)."""
        return self.diverged_at >= 0


def train(
    network: MLP, params: Tree, X: object, y: object, optimizer: Optimizer, *, steps: int,
    batch_size: int | None = None, seeds: Seeds = 0, state: State | None = None,
    dropout: float | Array = 0.0, keep: Tree | None = None, record_every: int | None = None,
    evaluate: Mapping[str, tuple[object, object]] | None = None, callback: Callback | None = None,
    on_divergence: str = "raise", progress: bool | None = None,
) -> Training:  # fmt: skip
    """Train all models of a stack for `steps` steps of the optimizer. params is not changed.

    X: (n, d) or (R, n, d); y: labels (n,) or (R, n), or targets (n, k) or (R, n, k).
    batch_size: rows of a minibatch, drawn as `minibatches` says; None: all rows in each step.
    seeds: of minibatches and dropout. An integer: the same for all models; a list of R: one for each, and a model then
        gets what it gets when it is trained alone.
    state: of an earlier call, to go on as if it had not ended; None begins with moments of zero.
    dropout: probability in [0, 1), a number or (R,), with which a hidden unit is left out for one row and one step; the
        others are divided by 1 - dropout (Srivastava et al. 2014, in the inverted form that PyTorch has).
    keep: a tree of arrays of bools with the structure of params: what is False is held at zero, as after pruning.
    record_every: steps from one record to the next (default: about 50 records); the last step is always recorded.
    evaluate: data sets by name, {"test": (X_test, y_test)}: loss and accuracy at each record.
    callback: called with step and params at each record; where it returns True, training ends.
    on_divergence: "raise" stops with an error that names the models; "mark" goes on without them: their losses and
        parameters are NaN from then on, and the others are what they would be without them.
    progress: None shows a bar in a terminal when the work takes longer than a second.

    Raises FloatingPointError for diverging models, ValueError or TypeError for arguments that are not allowed.
    """
    stack, now = prepare(network.shape, params, (X, y), optimizer, state, dropout=dropout, keep=keep)
    models, n = len(stack.theta), stack.X.shape[-2]
    steps = check_integer(steps, "steps", low=1)
    size = n if batch_size is None else check_integer(batch_size, "batch_size", low=1, high=n)
    every = max(1, steps // 50) if record_every is None else check_integer(record_every, "record_every", low=1)
    check_choice(on_divergence, "on_divergence", ("raise", "mark"))
    listed = check_seeds(seeds)
    if np.ndim(seeds) and len(listed) != models:
        raise ValueError(f"seeds must be an integer or one for each of {models} models, got {len(listed)}")
    batches = repeat(None) if size == n else islice(minibatches(n, size, seeds=seeds), now.step, None)
    engine = compiled("_compiled_steps") if steps * stack.theta.size >= WORTH else None
    chunks = stack.chunks(optimizer, size, listed, now.step, engine=engine)
    run = _Run(stack, optimizer, batches, chunks, now.step)
    history = _History(network.shape, stack, params, evaluate, callback)
    done = 0
    with _bar(steps, progress) as advance, np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        stop = history.record(0, None)
        while done < steps and not stop:
            until = min(steps, (done // every + 1) * every)
            losses = []
            while done < until:
                count = min(BLOCK, until - done)
                losses.append(run.block(count, on_divergence))
                done += count
                advance(count)
            stop = history.record(done, np.concatenate(losses))
    return history.training(run.state(params), run.diverged)


class _Run:
    """Blocks of steps, one chunk of models after the other."""

    def __init__(
        self, stack: Stack, optimizer: Optimizer, batches: Iterator[Any], chunks: list[Chunk], step: int
    ) -> None:  # fmt: skip
        self.stack, self.optimizer, self.batches, self.chunks = stack, optimizer, batches, chunks
        self.start = self.step = step
        self.diverged = np.full(len(stack.theta), -1, dtype=np.intp)

    def block(self, count: int, on_divergence: str) -> FloatArray:
        """The minibatch losses (count, R) of so many steps."""
        rates = [self.optimizer.rate(self.step + t) for t in range(count)]
        for rate in (rate for rate in rates if np.ndim(rate)):
            self.optimizer.check_models(self.stack.leaves, rate)
        batches = list(islice(self.batches, count))
        losses = np.concatenate([chunk.run(batches, self.step, rates) for chunk in self.chunks], axis=1)
        self.step += count
        self._look(losses, on_divergence)
        return losses

    def state(self, params: Tree) -> State:
        """The optimizer's, of the structure of params. The run is then over."""
        for chunk in self.chunks:
            chunk.stepper.moments()
        first, second = (
            None if rows is None else self.stack.tree(params, rows) for rows in (self.stack.first, self.stack.second)
        )
        return State(self.step, first, second)

    def _look(self, losses: FloatArray, on_divergence: str) -> None:
        """Find models that diverged in the last block."""
        stack = self.stack
        bad = ~np.isfinite(losses)
        new = (self.diverged < 0) & (bad.any(axis=0) | ~np.isfinite(stack.theta).all(axis=1))
        if not new.any():
            return
        began = self.step - len(losses) - self.start + 1
        # where the loss is finite to the end of the block, it is the last step that did it
        at = began + np.where(bad.any(axis=0), bad.argmax(axis=0), len(losses) - 1)
        if on_divergence == "raise":
            named = ", ".join(f"{r} (step {at[r]})" for r in np.flatnonzero(new)[:20])
            more = f" and {new.sum() - 20} more" if new.sum() > 20 else ""
            raise FloatingPointError(
                f"loss or parameters became infinite or NaN for {new.sum()} of {new.size} models: {named}{more}; "
                "lower the learning rate, or say on_divergence='mark' to go on without them"
            )
        self.diverged[new] = at[new]
        for rows in (stack.theta, stack.first, stack.second):
            if rows is not None:
                rows[new] = np.nan


class _History:
    """What is written down on the way."""

    def __init__(
        self, shape: Shape, stack: Stack, params: Tree, evaluate: Mapping[str, tuple[object, object]] | None,
        callback: Callback | None,
    ) -> None:  # fmt: skip
        self.shape, self.stack, self.params, self.callback = shape, stack, params, callback
        if callback is not None and not callable(callback):
            raise TypeError(f"callback must be a function of step and params, got {type(callback).__name__}")
        if evaluate is not None and not isinstance(evaluate, Mapping):
            raise TypeError(f"evaluate must be a dictionary of pairs (X, y), got {type(evaluate).__name__}")
        models, dtype = len(stack.theta), stack.theta.dtype
        self.sets: dict[str, tuple[Any, Any]] = {}
        for name, pair in (evaluate or {}).items():
            if not isinstance(pair, (tuple, list)) or len(pair) != 2:
                raise ValueError(f"evaluate[{name!r}] must be a pair (X, y), got {type(pair).__name__}")
            X = check_inputs(shape, pair[0], models, dtype, f"evaluate[{name!r}] X")
            y = check_targets(shape, pair[1], (models, X.shape[-2]), dtype, f"evaluate[{name!r}] y")
            self.sets[name] = (shape.with_ones(X), y)
        self.steps: list[int] = []
        self.losses: list[FloatArray] = []
        self.evaluated: dict[str, list[tuple[FloatArray, FloatArray]]] = {name: [] for name in self.sets}

    def record(self, step: int, losses: FloatArray | None) -> bool:
        """Whether to stop."""
        if losses is not None:
            if len(self.losses) == 0:
                self.losses.append(losses[0])
            mean = losses.mean(axis=0)
            self.losses.append(np.where(np.isfinite(mean), mean, np.nan).astype(mean.dtype))
        self.steps.append(step)
        for name, (X, y) in self.sets.items():
            self.evaluated[name].append(evaluate_rows(self.shape, self.stack.layout, self.stack.theta, X, y))
        return self.callback is not None and bool(self.callback(step, self.stack.tree(self.params)))

    def training(self, state: State, diverged: npt.NDArray[np.intp]) -> Training:
        """All of it."""
        evaluated = {
            name: Evaluation(np.array([loss for loss, _ in found]), np.array([share for _, share in found]))
            for name, found in self.evaluated.items()
        }
        losses = np.array(self.losses) if self.losses else np.full((1, len(diverged)), np.nan)
        return Training(self.stack.tree(self.params), state, np.array(self.steps), losses, evaluated, diverged)


@contextmanager
def _bar(steps: int, progress: bool | None) -> Iterator[Callable[[int], object]]:
    if progress is not None:
        check_flag(progress, "progress")
    if not (sys.stderr is not None and sys.stderr.isatty() if progress is None else progress):
        yield lambda done: None
        return
    from tqdm import tqdm

    with tqdm(total=steps, unit=" steps", delay=1.0 if progress is None else 0.0, leave=False) as bar:
        yield bar.update
