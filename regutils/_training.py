"""The training loop of a stack of networks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from regutils._batches import Seeds, check_seeds, generator, minibatches
from regutils._layers import Pass, Views
from regutils._network_data import check_inputs, check_params, check_targets, rows
from regutils._trees import FloatArray, Tree, leaves, rebuild
from regutils._validation import Array, check_array, check_choice, check_flag, check_integer

if TYPE_CHECKING:
    from regutils.networks import MLP
    from regutils.optimizers import Optimizer, State

Stop = bool | None


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Of a stack on one data set, at each recorded step."""

    loss: FloatArray  # (K, R)
    accuracy: FloatArray  # (K, R), NaN where there are no classes


@dataclass(frozen=True, eq=False)
class Training:
    """What `train` returns."""

    params: Tree  # after the last step; NaN for models that diverged
    state: State  # of the optimizer: hand it to `train` to go on
    steps: npt.NDArray[np.intp]  # (K,) at which the following was recorded; the first is 0
    loss: FloatArray  # (K, R) mean loss of the minibatches since the last record; in row 0, of the first one, untrained
    evaluated: dict[str, Evaluation]  # by the names given to `evaluate`
    diverged_at: npt.NDArray[np.intp]  # (R,) step in which a model's loss or weights became infinite or NaN; -1: never

    @property
    def diverged(self) -> npt.NDArray[np.bool_]:
        """Which models did, (R,)."""
        return self.diverged_at >= 0


def train(
    network: MLP, params: Tree, X: object, y: object, optimizer: Optimizer, *, steps: int,
    batch_size: int | None = None, seeds: Seeds = 0, state: State | None = None,
    dropout: float | Array = 0.0, keep: Tree | None = None, record_every: int | None = None,
    evaluate: Mapping[str, tuple[object, object]] | None = None, callback: Callable[[int, Tree], Stop] | None = None,
    on_divergence: str = "raise", progress: bool | None = None,
) -> Training:  # fmt: skip
    """Train all models of a stack for `steps` steps of the optimizer. params is not changed.

    X: (n, d) or (R, n, d); y: labels (n,) or (R, n), or targets (n, k) or (R, n, k).
    batch_size: rows of a minibatch, drawn as `minibatches` says; None: all rows in each step.
    seeds: of minibatches and dropout. An integer: the same for all models; a list of R: one for each, and a model then
        gets what it gets when it is trained alone.
    state: of an earlier training, to go on from.
    dropout: probability in [0, 1), a number or (R,), with which a hidden unit is left out for one row and one step; the
        others are divided by 1 - dropout (Srivastava et al. 2014, in the inverted form that PyTorch has).
    keep: a tree of bools of the structure of params: what is False is held at zero, as after pruning.
    record_every: steps from one record to the next (default: about 50 records); the last step is always recorded.
    evaluate: data sets by name, {"test": (X_test, y_test)}: loss and accuracy at each record.
    callback: called with step and params at each record, and trained no further where it returns True.
    on_divergence: "raise" stops with an error that names the models; "mark" goes on without them: their losses and
        parameters are NaN from then on, and the others are what they would be without them.
    progress: None shows a bar in a terminal when the work takes longer than a second.

    Raises FloatingPointError for diverging models, ValueError or TypeError for arguments that are not allowed.
    """
    shape = network.shape
    theta = {path: leaf.copy() for path, leaf in check_params(shape, params).items()}
    models, dtype = theta["layer1/weight"].shape[0], theta["layer1/weight"].dtype
    inputs = check_inputs(shape, X, models, dtype)
    n = inputs.shape[-2]
    targets = check_targets(shape, y, models, n, dtype)
    steps = check_integer(steps, "steps", low=1)
    check_choice(on_divergence, "on_divergence", ("raise", "mark"))
    size = n if batch_size is None else check_integer(batch_size, "batch_size", low=1, high=n)
    every = max(1, steps // 50) if record_every is None else check_integer(record_every, "record_every", low=1)
    listed = check_seeds(seeds)
    if np.ndim(seeds) and len(listed) != models:
        raise ValueError(f"seeds must be an integer or one for each of {models} models, got {len(listed)}")
    kept = _kept(keep, theta)
    rates = check_array(dropout, "dropout", ndim=(0, 1))
    if rates.shape not in ((), (models,)) or (rates < 0).any() or (rates >= 1).any():
        raise ValueError(f"dropout must be >= 0 and < 1, a number or one for each of {models} models, got {dropout!r}")
    batches = minibatches(n, size, seeds=seeds) if size < n else None
    masks = _Dropout(rates, listed, bool(np.ndim(seeds)), [(models, size, h) for h in shape.sizes[1:-1]], dtype)
    tree = rebuild(params, theta)
    _apply(kept, theta)
    now = optimizer.init(tree) if state is None else state
    work = Pass(shape, models, size, dtype)
    gradient = {path: np.empty_like(leaf) for path, leaf in theta.items()}
    diverged = np.full(models, -1, dtype=np.intp)
    recorded, losses = [0], []
    sets = dict(evaluate or {})
    evaluations: dict[str, list[tuple[FloatArray, FloatArray]]] = {name: [] for name in sets}

    def record(tree: Tree) -> bool:
        for name, data in sets.items():
            evaluations[name].append(network.evaluate(tree, *data))
        return bool(callback(recorded[-1], tree)) if callback is not None else False

    record(tree)
    total, count = np.zeros(models, dtype), 0
    label_ndim = 1 if shape.loss == "cross_entropy" else 2
    with _bar(steps, progress) as advance, np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for step in range(1, steps + 1):
            if batches is None:
                some, target = inputs, targets
            else:
                index = next(batches)
                some, target = rows(inputs, 2, index), rows(targets, label_ndim, index)
            loss = work.gradient(theta, some, target, gradient, masks.draw())
            if step == 1:
                losses.append(loss.copy())
            tree, now = optimizer.update(rebuild(params, gradient), now, tree)
            theta = dict(leaves(tree, "params"))
            _apply(kept, theta)
            _mark(theta, loss, diverged, step, on_divergence)
            total, count = total + loss, count + 1
            if step % every == 0 or step == steps:
                losses.append(np.where(diverged >= 0, np.nan, total / count))
                total, count = np.zeros(models, dtype), 0
                recorded.append(step)
                if record(tree):
                    break
            advance(1)
    return Training(
        tree, now, np.array(recorded), np.array(losses),
        {name: Evaluation(*(np.array(part) for part in zip(*found, strict=True))) for name, found in evaluations.items()},
        diverged,
    )  # fmt: skip


def _kept(keep: Tree | None, theta: Views) -> dict[str, Any]:
    if keep is None:
        return {}
    found: dict[str, Any] = {}

    def walk(tree: Any, path: str) -> None:
        if isinstance(tree, Mapping):
            for key, branch in tree.items():
                walk(branch, f"{path}/{key}" if path else key)
        else:
            found[path] = np.asarray(tree)

    walk(keep, "")
    if found.keys() != theta.keys():
        raise ValueError(f"keep must have the structure of params, got {', '.join(found)}")
    for path, flags in found.items():
        if flags.dtype != np.bool_ or flags.shape != theta[path].shape:
            raise ValueError(
                f"keep[{path!r}] must be an array of bools of shape {theta[path].shape}, got {flags.dtype} {flags.shape}"
            )
    return {path: flags for path, flags in found.items() if not flags.all()}


def _apply(kept: Mapping[str, Any], theta: Views) -> None:
    for path, flags in kept.items():
        theta[path][~flags] = 0.0


def _mark(theta: Views, loss: Any, diverged: Any, step: int, on_divergence: str) -> None:
    fine = np.isfinite(loss)
    for leaf in theta.values():
        fine &= np.isfinite(leaf).all(axis=tuple(range(1, leaf.ndim)))
    new = ~fine & (diverged < 0)
    if not new.any():
        return
    if on_divergence == "raise":
        raise FloatingPointError(f"diverged at step {step}: model(s) {', '.join(map(str, np.flatnonzero(new)))}")
    diverged[new] = step
    for leaf in theta.values():
        leaf[new] = np.nan


class _Dropout:
    """Factors of the hidden units, 0 or 1 / (1 - rate)."""

    def __init__(
        self, rates: Array, seeds: list[int], own: bool, shapes: list[tuple[int, int, int]], dtype: Any
    ) -> None:  # fmt: skip
        self.rates, self.own, self.shapes, self.dtype = rates, own, shapes, dtype
        self.generators = [generator(seed, "dropout") for seed in seeds] if rates.any() else []

    def draw(self) -> list[Any] | None:
        if not self.generators or not self.shapes:
            return None
        rates = self.rates.reshape(-1, 1, 1)
        found = []
        for shape in self.shapes:
            uniform = np.stack([rng.random(shape[1:], dtype=np.float32) for rng in self.generators])
            found.append(((uniform >= rates) / (1.0 - rates)).astype(self.dtype))
        return found


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
