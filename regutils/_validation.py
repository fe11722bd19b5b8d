"""One place that says what input is allowed: every error names the argument, what came and what is allowed.

Real numbers only. Integers, booleans (dummy variables) and float32 are converted to float64; strings, objects,
dates and complex numbers are refused rather than guessed at.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Collection
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Inclusive = Literal["both", "low", "high", "neither"]


def check_array(
    value: object,
    name: str,
    *,
    ndim: int | tuple[int, ...] | None = None,
    shape: tuple[int | None, ...] | None = None,
    allow_empty: bool = False,
    finite: bool = True,
) -> Array:
    """Return `value` as a float64 array (not copied when it already is one).

    ndim: allowed number(s) of dimensions; shape: required shape, None for a free axis.
    Raises TypeError for non-numeric or complex input, ValueError for a wrong shape, empty data, NaN or infinity.
    """
    if type(value) is np.ndarray and value.dtype == np.float64:
        array: Array = value
    else:
        array = _to_float64(value, name)
    if ndim is not None:
        allowed = (ndim,) if isinstance(ndim, int) else ndim
        if array.ndim not in allowed:
            dimensions = " or ".join(str(d) for d in allowed)
            raise ValueError(f"{name} must have {dimensions} dimension(s), got shape {array.shape}")
    if shape is not None:
        fits = array.ndim == len(shape) and all(
            want is None or want == got for want, got in zip(shape, array.shape, strict=True)
        )
        if not fits:
            wanted = "(" + ", ".join("any" if s is None else str(s) for s in shape) + ")"
            raise ValueError(f"{name} must have shape {wanted}, got {array.shape}")
    if array.size == 0 and not allow_empty:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    if finite and not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got {_count_bad(array)}")
    return array


def check_scalar(
    value: object,
    name: str,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    inclusive: Inclusive = "both",
) -> float:
    """Return `value` as a finite float between `low` and `high`; `inclusive` says which ends are allowed."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a real number, got {_describe(value)}")
    try:
        number = float(value)
    except OverflowError:  # an integer beyond float64
        number = -math.inf if value < 0 else math.inf
    above = number >= low if inclusive in ("both", "low") else number > low
    below = number <= high if inclusive in ("both", "high") else number < high
    if not (math.isfinite(number) and above and below):
        raise ValueError(f"{name} must be a finite number{_interval(low, high, inclusive)}, got {number!r}")
    return number


def check_integer(value: object, name: str, *, low: int | None = None, high: int | None = None) -> int:
    """Return `value` as an int between `low` and `high`, ends included."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be an integer, got {_describe(value)}")
    number = int(value)
    if (low is not None and number < low) or (high is not None and number > high):
        ends = [f">= {low}"] * (low is not None) + [f"<= {high}"] * (high is not None)
        raise ValueError(f"{name} must be an integer {' and '.join(ends)}, got {number}")
    return number


def check_flag(value: object, name: str) -> bool:
    """Return `value` as a bool. Nothing else passes: bool("False") is True."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {_describe(value)}")
    return bool(value)


def check_choice(value: object, name: str, allowed: Collection[str]) -> str:
    """Return `value` if it is one of the `allowed` names."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be one of {sorted(allowed)}, got {_describe(value)}")
    if value not in allowed:
        raise ValueError(f"{name} must be one of {sorted(allowed)}, got {value!r}")
    return value


def check_X(X: Any, name: str = "X") -> Any:
    """Return a design matrix (n, p) of float64: a dense array, or a scipy.sparse CSC array when sparse came."""
    if not _is_sparse(X):
        return check_array(X, name, ndim=2)
    import scipy.sparse

    if X.ndim != 2:
        raise ValueError(f"{name} must have 2 dimension(s), got shape {X.shape}")
    if 0 in X.shape:
        raise ValueError(f"{name} must not be empty, got shape {X.shape}")
    columns = scipy.sparse.csc_array(X)
    check_array(columns.data, name, allow_empty=True)
    return columns.astype(np.float64)


def check_Xy(X: object, y: object) -> tuple[Any, Array]:
    """Return a design (n, p) and a target (n,) of equal length as float64; a sparse X stays sparse."""
    design = check_X(X)
    target = check_array(y, "y", ndim=1)
    if design.shape[0] != target.shape[0]:
        raise ValueError(f"X and y must have the same number of rows, got {design.shape[0]} and {target.shape[0]}")
    return design, target


def _to_float64(value: object, name: str) -> Array:
    if _is_sparse(value):
        raise TypeError(f"{name} must be a dense array of real numbers, got a sparse {type(value).__name__}")
    if np.ma.is_masked(value):
        masked = int(np.sum(np.ma.getmaskarray(np.ma.asarray(value))))
        raise ValueError(f"{name} must have no missing values, got an array with {masked} masked")
    try:
        raw = np.asarray(value)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{name} must be a rectangular array of real numbers, got {_describe(value)}") from error
    if raw.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers (float, integer or boolean), got dtype {raw.dtype}")
    with np.errstate(over="ignore"):  # a longdouble too large becomes infinite, which the caller is told
        return raw.astype(np.float64)


def _is_sparse(value: object) -> bool:
    # scipy.sparse is only looked at when somebody has imported it: nothing else can be sparse.
    import sys

    module = sys.modules.get("scipy.sparse")
    return module is not None and bool(module.issparse(value))


def _count_bad(array: Array) -> str:
    nan = int(np.isnan(array).sum())
    infinite = int(np.isinf(array).sum())
    return " and ".join([f"{nan} NaN"] * (nan > 0) + [f"{infinite} infinite"] * (infinite > 0)) + " value(s)"


def _describe(value: object) -> str:
    text = repr(value)
    return f"{text if len(text) <= 60 else text[:57] + '...'} of type {type(value).__name__}"


def _interval(low: float, high: float, inclusive: Inclusive) -> str:
    ends = []
    if low > -math.inf:
        ends.append(f"{'>=' if inclusive in ('both', 'low') else '>'} {low:g}")
    if high < math.inf:
        ends.append(f"{'<=' if inclusive in ('both', 'high') else '<'} {high:g}")
    return " " + " and ".join(ends) if ends else ""
