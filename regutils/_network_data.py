"""What a stack of networks may be given: parameters, inputs and targets, checked and in one float type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from regutils._layers import Shape
from regutils._trees import FloatArray, Tree, leaves
from regutils._validation import check_array

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


def check_targets(shape: Shape, y: object, models: int, n: int, dtype: npt.DTypeLike, name: str = "y") -> Targets:
    """Labels as integers (n,) or (R, n), or targets as (n, k) or (R, n, k); for k = 1 also (n,) or (R, n)."""
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


def shared(values: Any, ndim: int) -> bool:
    """Whether all models have the same: `ndim` dimensions then, one more otherwise."""
    return bool(values.ndim == ndim)


def part(values: Any, ndim: int, models: slice) -> Any:
    """Of what is shared all, else that of some models."""
    return values if values.ndim == ndim else values[models]


def rows(values: Any, ndim: int, index: Any) -> Any:
    """Rows `index`, (B,) or (R, B), of values (n, ...) or (R, n, ...): (B, ...), or (R, B, ...) if either has R."""
    if values.ndim == ndim:
        return values[index]
    return values[:, index] if index.ndim == 1 else values[np.arange(len(values))[:, None], index]


def of_models(params: Mapping[str, FloatArray], models: slice) -> dict[str, FloatArray]:
    """Views of some models' parameters."""
    return {path: leaf[models] for path, leaf in params.items()}
