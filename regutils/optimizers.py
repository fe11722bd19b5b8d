"""Stochastic gradient descent, Adam and AdamW as pairs of pure functions, with L2, L1 and weight decay told apart.

    optimizer = adamw(1e-3, weight_decay=0.1)
    state = optimizer.init(params)
    params, state = optimizer.update(grads, state, params)

params, grads: nested dictionaries of float32 or float64 arrays, or one such array. Nothing handed in is changed. The
answer has the dtype of params. Many models can be stacked on the leading axis of every array; then each hyperparameter
is a number or an array (R,), one for each model.

What a strength means, with g the gradient of the loss, eta the learning rate, and lambda the strength:

    l2            g <- g + 2 lambda theta, the gradient of lambda ||theta||_2^2 (PyTorch's weight_decay in SGD and Adam
                  is our 2 l2)
    l1            g <- g + lambda sign(theta), a subgradient of lambda ||theta||_1: it leaves no exact zeros
    weight_decay  theta <- theta - eta lambda theta beside the step, as in torch.optim.AdamW (decoupled; Loshchilov and
                  Hutter 2019 multiply by the schedule's factor alone, without the learning rate: see `adamw`)
    prox_l1       after the step, theta <- sign(theta) max(|theta| - eta lambda, 0): exact zeros
    prox_group    after the step, columns of arrays called "weight" are shortened by eta lambda, the proximal step of
                  lambda sum_g ||w_g||_2 (Yuan and Lin 2006, without their factor for size): whole columns of zeros

`mask` says which arrays all five act on: a predicate on the path ("layer1/weight"), such as `weights_only`, or a tree
of bools of the structure of params. None: all of them, as in PyTorch; biases and the parameters of normalization
layers are usually left out.

A learning rate is a number, an array (R,), or a function of the number of steps taken: `constant`, `step_decay`,
`cosine`, `warmup`, or your own, of the count as an int, that returns a number or an array (R,).
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from regutils._optimizer import Mask, Optimizer, State, Strength
from regutils._schedules import Rate, check_rate, constant, cosine, step_decay, warmup
from regutils._validation import check_array, check_choice, check_flag, check_scalar

__all__ = [
    "Optimizer",
    "State",
    "adam",
    "adamw",
    "constant",
    "cosine",
    "sgd",
    "step_decay",
    "warmup",
    "weights_only",
]


def sgd(
    learning_rate: Rate, *, momentum: Strength = 0.0, nesterov: bool = False, l2: Strength = 0.0,
    weight_decay: Strength = 0.0, l1: Strength = 0.0, prox_l1: Strength = 0.0, prox_group: Strength = 0.0,
    group_axis: int = -2, mask: Mask = None,
) -> Optimizer:  # fmt: skip
    """Gradient descent (Robbins and Monro 1951), with momentum (Polyak 1964) or Nesterov's.

    With g the gradient, l2 and l1 included: v <- momentum v + g; theta <- theta - eta v. nesterov=True:
    theta <- theta - eta (g + momentum v), v already updated: the form of Sutskever et al. (2013) in the shifted
    parameters of Bengio et al. (2013), as in PyTorch. Sutskever et al. keep eta inside v, so with a changing learning
    rate theirs is another method. No dampening, so the first step is eta g; torch.optim.SGD(dampening=0), its default.

    learning_rate >= 0; 0 <= momentum < 1; strengths >= 0; each a number or (R,); nesterov needs momentum > 0.
    With momentum, l2 enters v and weight_decay does not (SGDW, Loshchilov and Hutter 2019, algorithm 1, which keeps the
    learning rate inside v; PyTorch's SGD has no such decay).
    group_axis: the axis of a "weight" along which a group of prox_group lies; -2, for networks, is what comes into one
    unit, -1 what leaves one. Raises ValueError or TypeError, with the argument's name, for anything else.
    """
    nesterov = check_flag(nesterov, "nesterov")
    factor = _check(momentum, "momentum", below=1.0)
    if nesterov and not np.all(np.asarray(factor) > 0):
        raise ValueError(f"momentum must be > 0 for nesterov=True, got {momentum!r}")
    strengths = _strengths(l2=l2, l1=l1, weight_decay=weight_decay, prox_l1=prox_l1, prox_group=prox_group)
    return _optimizer("sgd", learning_rate, {"momentum": factor, **strengths}, mask, group_axis, nesterov=nesterov)


def adam(
    learning_rate: Rate, *, l2: Strength = 0.0, b1: Strength = 0.9, b2: Strength = 0.999, eps: Strength = 1e-8,
    l1: Strength = 0.0, prox_l1: Strength = 0.0, prox_group: Strength = 0.0, prox_metric: str = "euclidean",
    group_axis: int = -2, mask: Mask = None,
) -> Optimizer:  # fmt: skip
    """Adam (Kingma and Ba 2015, algorithm 1), the penalties' gradients inside of what it rescales.

    With g the gradient, l2 and l1 included, at step t = 1, 2, ...: m <- b1 m + (1 - b1) g; v <- b2 v + (1 - b2) g^2;
    theta <- theta - eta m_hat / (sqrt(v_hat) + eps), m_hat = m / (1 - b1^t), v_hat = v / (1 - b2^t).
    torch.optim.Adam(weight_decay=2 l2) is the same.

    prox_metric: the proximal step of prox_l1 takes the threshold eta prox_l1 for every weight ("euclidean", the
    default), which is decoupled like AdamW's decay: a weight rests where |m_hat| / (sqrt(v_hat) + eps) = prox_l1, which
    is no minimizer of loss + lambda ||theta||_1. "adaptive" takes eta prox_l1 / (sqrt(v_hat) + eps), the proximal
    operator in the metric in which Adam steps, and a lasso solution is at rest.

    learning_rate >= 0; 0 <= b1, b2 < 1; eps > 0; strengths >= 0; each a number or (R,). group_axis: see `sgd`.
    """
    return _adam(learning_rate, (b1, b2, eps), mask, group_axis, prox_metric, l2=l2, l1=l1, prox_l1=prox_l1,
                 prox_group=prox_group)  # fmt: skip


def adamw(
    learning_rate: Rate, *, weight_decay: Strength = 0.01, b1: Strength = 0.9, b2: Strength = 0.999,
    eps: Strength = 1e-8, l1: Strength = 0.0, prox_l1: Strength = 0.0, prox_group: Strength = 0.0,
    prox_metric: str = "euclidean", group_axis: int = -2, mask: Mask = None,
) -> Optimizer:  # fmt: skip
    """Adam with decoupled decay (Loshchilov and Hutter 2019, algorithm 2), as in torch.optim.AdamW.

    Adam's step from the gradient alone, and beside it theta <- theta - eta weight_decay theta, both from the old theta.
    The paper decays by eta_t lambda theta with eta_t the schedule's factor, at most 1, without the learning rate alpha;
    PyTorch and we multiply by the learning rate alpha eta_t. The paper's lambda is our weight_decay = lambda / alpha.
    The default, 0.01, is PyTorch's. See `adam` for the other arguments.
    """
    return _adam(learning_rate, (b1, b2, eps), mask, group_axis, prox_metric, weight_decay=weight_decay, l1=l1,
                 prox_l1=prox_l1, prox_group=prox_group)  # fmt: skip


def weights_only(path: str) -> bool:
    """A mask: arrays called "weight", and so neither biases nor what belongs to a normalization layer."""
    return path.rsplit("/", 1)[-1] == "weight"


def _adam(
    learning_rate: Rate, moments: tuple[Strength, Strength, Strength], mask: Mask, group_axis: int, prox_metric: str,
    **strengths: Strength,
) -> Optimizer:  # fmt: skip
    check_choice(prox_metric, "prox_metric", ("euclidean", "adaptive"))
    b1, b2 = (_check(value, name, below=1.0) for value, name in zip(moments, ("b1", "b2"), strict=False))
    eps = _check(moments[2], "eps")
    if not np.all(np.asarray(eps) > 0):
        raise ValueError(f"eps must be > 0, got {moments[2]!r}")
    hyperparameters = {"b1": b1, "b2": b2, "eps": eps, **_strengths(**strengths)}
    if prox_metric == "adaptive" and np.any(hyperparameters["prox_group"]):
        raise ValueError("prox_metric must be 'euclidean' with prox_group, got 'adaptive'")
    return _optimizer("adam", learning_rate, hyperparameters, mask, group_axis, prox_metric=prox_metric)


def _optimizer(
    rule: Literal["sgd", "adam"], learning_rate: Rate, hyperparameters: dict[str, Strength], mask: Mask,
    group_axis: int, **options: Any,
) -> Optimizer:  # fmt: skip
    rate = learning_rate if callable(learning_rate) else check_rate(learning_rate, "learning_rate")
    if group_axis not in (-1, -2):
        raise ValueError(f"group_axis must be -2 or -1, got {group_axis!r}")
    sizes = {name: np.size(value) for name, value in hyperparameters.items() if np.ndim(value)}
    if not callable(rate) and np.ndim(rate):
        sizes["learning_rate"] = np.size(rate)
    if len(set(sizes.values())) > 1:
        counts = ", ".join(f"{name} has {size}" for name, size in sizes.items())
        raise ValueError(f"hyperparameters that are arrays must have one entry for each model, got: {counts}")
    return Optimizer(rule, rate, hyperparameters, group_axis=group_axis, mask=mask, **options)


def _strengths(**values: Strength) -> dict[str, Strength]:
    return {name: _check(value, name) for name, value in values.items()}


def _check(value: object, name: str, *, below: float | None = None) -> Strength:
    """A number >= 0, and < below, or an array (R,) of them."""
    if not isinstance(value, (np.ndarray, list, tuple)) or np.ndim(value) == 0:
        high = np.inf if below is None else below
        return check_scalar(value, name, low=0.0, high=high, inclusive="both" if below is None else "low")
    array = check_array(value, name, ndim=1)
    if (array < 0).any() or (below is not None and (array >= below).any()):
        limit = "" if below is None else f" and < {below:g}"
        raise ValueError(f"{name} must be >= 0{limit} for every model, got {array.min():g} to {array.max():g}")
    return array
