"""What a stack of networks may be given: parameters, inputs and targets, checked and in one float type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from regutils._layers import Shape
from regutils._trees import FloatArray, Tree, flags, leaves
from regutils._validation import Array, check_array

Targets = Any  # integers (n,) or (R, n) for labels, floats (n, k) or (R, n, k) otherwise


def check_params(shape: Shape, params: Tree) -> dict[str, FloatArray]:
    """The leaves, all of one float type and with the same number of models on the leading axis."""
    found = leaves(params, "params")
    wanted = shape.leaves()
    if set(found) != set(wanted):
        raise ValueError(f"params must have the arrays {', '.join(wanted)}, got {', '.join(found)}")
    first = found["layer1/weight"]
    for path, one in wanted.items():
        leaf = found[path]
        if leaf.shape[1:] != one or leaf.shape[:1] != first.shape[:1] or not leaf.shape[0]:
            models = first.shape[0] if first.ndim == 3 else "R"
            raise ValueError(f"params[{path!r}] must have shape {(models, *one)}, got {leaf.shape}")
        if leaf.dtype != first.dtype:
            raise ValueError(f"params must have one dtype, got {first.dtype} and, for {path!r}, {leaf.dtype}")
    return {path: found[path] for path in wanted}


def check_inputs(shape: Shape, X: object, models: int, dtype: npt.DTypeLike, name: str = "X") -> FloatArray:
    """X as (n, d) or (R, n, d)."""
    array = X if isinstance(X, np.ndarray) and X.dtype == dtype else check_array(X, name)
    width = shape.sizes[0]
    fits = array.ndim in (2, 3) and array.shape[-1] == width and (array.ndim == 2 or array.shape[0] == models)
    if not fits or not array.size:
        raise ValueError(f"{name} must have shape (n, {width}) or ({models}, n, {width}), got {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got {int((~np.isfinite(array)).sum())} NaN or infinite value(s)")
    return np.ascontiguousarray(array, dtype=dtype)


def check_targets(
    shape: Shape, y: object, size: tuple[int, int], dtype: npt.DTypeLike, name: str = "y"
) -> Targets:  # fmt: skip
    """Labels as integers (n,) or (R, n); or targets as (n, k) or (R, n, k), for k = 1 also (n,) or (R, n).

    size: R and n.
    """
    models, n = size
    values = check_array(y, name)
    width = shape.sizes[-1]
    if shape.loss == "squared":
        if width == 1 and values.shape in ((n,), (models, n)) and values.shape != (n, 1):
            values = values[..., None]
        if values.shape not in ((n, width), (models, n, width)):
            raise ValueError(f"{name} must have shape ({n}, {width}) or ({models}, {n}, {width}), got {values.shape}")
        return np.ascontiguousarray(values, dtype=dtype)
    if values.shape not in ((n,), (models, n)):
        raise ValueError(f"{name} must have shape ({n},) or ({models}, {n}), got {values.shape}")
    if not np.isin(values, np.arange(width)).all():
        wrong = values[~np.isin(values, np.arange(width))].flat[0]
        raise ValueError(f"{name} must hold labels 0 to {width - 1}, got {wrong:g}")
    return values.astype(np.intp)


def check_dropout(dropout: object, models: int) -> Array:
    """Probabilities, () or (R,)."""
    rates = check_array(dropout, "dropout", ndim=(0, 1))
    if rates.shape not in ((), (models,)) or (rates < 0).any() or (rates >= 1).any():
        raise ValueError(f"dropout must be >= 0 and < 1, a number or one for each of {models} models, got {dropout!r}")
    return rates


def check_kept(keep: Tree, params: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    """1 where a parameter is kept, 0 where it is held at zero, in the parameters' dtype."""
    found = flags(keep, "keep")
    if found.keys() != params.keys():
        raise ValueError(f"keep must have the arrays {', '.join(params)}, got {', '.join(found)}")
    for path, leaf in params.items():
        kept = found[path]
        if kept.dtype != np.bool_ or kept.shape != leaf.shape:
            came = f"{kept.dtype} of shape {kept.shape}"
            raise ValueError(f"keep[{path!r}] must be an array of bools of shape {leaf.shape}, got {came}")
    return {path: found[path].astype(leaf.dtype) for path, leaf in params.items()}
