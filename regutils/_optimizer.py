"""An optimizer as a pair of pure functions, and the same in place for the training loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from regutils import _updates
from regutils._schedules import Rate, Schedule, check_rate
from regutils._trees import FloatArray, Tree, chosen, leaves, matching, rebuild
from regutils._validation import Array

Strength = float | Array
Mask = Callable[[str], bool] | Tree | None
PENALTIES = ("l2", "l1", "weight_decay", "prox_l1", "prox_group")


@dataclass(frozen=True, eq=False)
class State:
    """What an optimizer remembers between steps; trees of the structure of params, None where there is no need.

    first: for SGD the velocity v of momentum, for Adam the running mean m of gradients (not corrected for its start).
    second: Adam's running mean v of squared gradients.
    """

    step: int  # updates made
    first: Tree | None = None
    second: Tree | None = None


@dataclass(frozen=True, eq=False)
class Optimizer:
    """init and update; made by `sgd`, `adam` or `adamw`, which see."""

    rule: Literal["sgd", "adam"]
    learning_rate: Rate
    hyperparameters: dict[str, Strength]
    nesterov: bool = False
    prox_metric: str = "euclidean"
    group_axis: int = -2
    mask: Mask = None

    def init(self, params: Tree) -> State:
        """The state before the first step: moments of zero.

        Raises TypeError for leaves that are not float arrays, ValueError for hyperparameters (R,) that do not fit them.
        """
        found = leaves(params, "params")
        self.check_models(found, 0.0 if callable(self.learning_rate) else self.learning_rate)
        chosen(self.mask, found)
        zeros = [{path: np.zeros_like(leaf) for path, leaf in found.items()} if used else None for used in self.moments]
        first, second = (None if tree is None else rebuild(params, tree) for tree in zeros)
        return State(0, first, second)

    def update(self, grads: Tree, state: State, params: Tree) -> tuple[Tree, State]:
        """One step: new params and new state; grads has the structure and shapes of params.

        Raises ValueError for a structure, shape or learning rate that is not allowed. NaN in a gradient stays NaN.
        """
        theta = leaves(params, "params")
        gradient = matching(grads, "grads", theta, of="params")
        moments = self.check_state(state, theta)
        masked = chosen(self.mask, theta)
        rate = self.rate(state.step)
        self.check_models(theta, rate)
        found: list[dict[str, FloatArray]] = [{}, {}, {}]
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # a diverging model tells by its values
            for path, leaf in theta.items():
                old = [None if tree is None else tree[path].astype(leaf.dtype) for tree in moments]
                new = leaf.copy()
                stepper = Stepper(self, new, old, parts=_updates.EVERYTHING if masked[path] else ())
                stepper.step(gradient[path].astype(leaf.dtype), state.step, rate)
                if masked[path] and path.rsplit("/", 1)[-1] == "weight":
                    stepper.shrink_groups(new, rate)
                for place, value in zip(found, [new, *stepper.moments()], strict=True):
                    if value is not None:
                        place[path] = value
        trees = [rebuild(params, place) if place else None for place in found]
        return trees[0], State(state.step + 1, trees[1], trees[2])

    def rate(self, step: int) -> float | Array:
        """The learning rate of the update after `step` updates."""
        if callable(self.learning_rate):
            return check_rate(self.learning_rate(step), f"learning_rate({step})")
        return self.learning_rate

    def take(self, models: Any) -> Optimizer:
        """The optimizer of some of the stacked models: a slice or indices. A mask stays as it is."""
        some = {name: part(value, models) for name, value in self.hyperparameters.items()}
        rate = self.learning_rate
        if callable(rate):
            schedule: Schedule = rate
            return replace(self, hyperparameters=some, learning_rate=lambda step: part(schedule(step), models))
        return replace(self, hyperparameters=some, learning_rate=part(rate, models))

    @cached_property
    def active(self) -> tuple[str, ...]:
        """Decay and penalties that are not zero throughout."""
        return tuple(name for name in PENALTIES if np.any(self.hyperparameters.get(name, 0.0)))

    @cached_property
    def _arrays(self) -> dict[str, Array]:
        return {name: value for name, value in self.hyperparameters.items() if isinstance(value, np.ndarray)}

    @cached_property
    def moments(self) -> tuple[bool, bool]:
        """Whether there is a first, and a second one."""
        adaptive = self.rule == "adam"
        return adaptive or bool(np.any(self.hyperparameters["momentum"])), adaptive

    def check_state(self, state: State, theta: dict[str, FloatArray]) -> list[dict[str, FloatArray] | None]:
        """The leaves of both moments, None where there is none."""
        if not isinstance(state, State):
            raise TypeError(f"state must be what init or update returned, got {type(state).__name__}")
        found: list[dict[str, FloatArray] | None] = []
        for name, tree, used in zip(("first", "second"), (state.first, state.second), self.moments, strict=True):
            if used == (tree is None):
                came = "without" if used else "with"
                raise ValueError(f"state must come from this optimizer's init, got one {came} a {name} moment")
            found.append(None if tree is None else matching(tree, f"state.{name}", theta, of="params"))
        return found

    def check_models(self, theta: dict[str, FloatArray], rate: float | Array = 0.0) -> None:
        """Every array among the hyperparameters has one entry for each model."""
        arrays = dict(self._arrays, learning_rate=rate) if isinstance(rate, np.ndarray) else self._arrays
        for name, value in arrays.items():
            for path, leaf in theta.items():
                if leaf.ndim == 0 or leaf.shape[0] != np.size(value):
                    where = f"params[{path!r}]" if path else "params"
                    raise ValueError(
                        f"{name} must be a number or have one entry for each model stacked on the leading axis, "
                        f"got {np.size(value)} entries for {where} of shape {leaf.shape}"
                    )


class Stepper:
    """Steps in place, of parameters (R, ...) and their moments, which it takes over."""

    def __init__(
        self, optimizer: Optimizer, theta: FloatArray, moments: list[FloatArray | None], *, parts: tuple[Any, ...],
        scratch: FloatArray | None = None, engine: Any = None,
    ) -> None:  # fmt: skip
        """`parts` are the indices of what decay and penalties act on; `engine` is `_compiled_steps`, for (R, P)."""
        self.optimizer, self.theta = optimizer, theta
        self.scratch = np.empty_like(theta) if scratch is None else scratch
        self.values = {name: wide(value, theta.ndim) for name, value in optimizer.hyperparameters.items()}
        active = {name: self.values[name] for name in optimizer.active if parts and name != "prox_group"}
        self.strengths = _updates.Strengths(**active, adaptive=optimizer.prox_metric == "adaptive", parts=parts)
        self.columns = None if engine is None else _updates.Columns(engine, parts, theta.shape[1])
        self.first, self.second = moments
        self._scale(1.0 / self._share("b1"), 1.0 / self._share("b2"))

    def step(self, gradient: FloatArray, step: int, rate: float | Array) -> None:
        """The update after `step` updates; the gradient is consumed."""
        _updates.advance(
            self.optimizer.rule, self.theta, gradient, (self.first, self.second), self.scratch, step=step + 1,
            rate=self._wide(rate), values=self.values, nesterov=self.optimizer.nesterov, strengths=self.strengths,
            columns=self.columns,
        )  # fmt: skip

    def shrink_groups(self, weight: FloatArray, rate: float | Array) -> None:
        """The proximal step of prox_group, on one array of weights."""
        if "prox_group" in self.optimizer.active:
            threshold = wide(rate * self.optimizer.hyperparameters["prox_group"], weight.ndim)
            _updates.shrink_groups(weight, threshold, self.optimizer.group_axis)

    def moments(self) -> tuple[FloatArray | None, FloatArray | None]:
        """Both, as a state has them. The stepper has then done its work."""
        self._scale(self._share("b1"), self._share("b2"))
        return self.first, self.second

    def _share(self, name: str) -> Any:
        return 1.0 - self.values[name] if self.optimizer.rule == "adam" else 1.0

    def _scale(self, first: Any, second: Any) -> None:
        if self.optimizer.rule == "adam":
            for moment, factor in ((self.first, first), (self.second, second)):
                assert moment is not None
                np.multiply(moment, _updates.fit(factor, moment), out=moment)

    def _wide(self, value: Any) -> Any:
        return wide(value, self.theta.ndim)


def wide(value: Any, ndim: int) -> Any:
    """A number as it is; (R,) so that it broadcasts against (R, ...) of `ndim` dimensions."""
    return np.reshape(value, (-1,) + (1,) * (ndim - 1)) if isinstance(value, np.ndarray) else value


def part(value: Any, models: Any) -> Any:
    """Of an array (R,) some models' entries; a number as it is."""
    return value[models] if isinstance(value, np.ndarray) else value
