"""A matrix as a file in six formats, and the share of zeros from which each of them pays."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from regutils._validation import Array, check_array, check_choice
from regutils.experiments.caching import once

FORMATS = ("dense float64", "dense float32", "COO", "CSR", "bitmap", "zlib")
SHAPE = (256, 512)  # of the matrix in the figure: the weights of a layer


def encode(matrix: Array, form: str) -> bytes:
    """The bytes of a file with `matrix` (m, n) in one of FORMATS. Values are kept as float32, but for "dense float64".

    Dense: NumPy's .npy. COO: row, column (int32) and value of each nonzero. CSR: column and value of each nonzero and
    where each row begins (int32). Bitmap: one bit an entry and the values of the nonzeros. These three are .npz
    archives, not compressed. zlib: the dense float32 file, compressed (level 6).

    Raises ValueError for a format that is not among FORMATS, or for a matrix that is not one of finite numbers.
    """
    dense = check_array(matrix, "matrix", ndim=2)
    check_choice(form, "form", FORMATS)
    single = dense.astype(np.float32)
    if form.startswith("dense"):
        return npy(dense if form == "dense float64" else single)
    if form == "zlib":
        return zlib.compress(npy(single), 6)
    rows, columns = np.nonzero(single)
    parts: dict[str, Any] = {"shape": np.array(single.shape, dtype=np.int32), "values": single[rows, columns]}
    if form == "bitmap":
        parts["bits"] = np.packbits(single != 0)
    else:
        parts["columns"] = columns.astype(np.int32)
        if form == "COO":
            parts["rows"] = rows.astype(np.int32)
        else:
            parts["starts"] = np.searchsorted(rows, np.arange(len(single) + 1)).astype(np.int32)
    file = io.BytesIO()
    np.savez(file, **parts)
    return file.getvalue()


def decode(content: bytes, form: str) -> Any:
    """The matrix (m, n) of a file that `encode` made: float32, or float64 for "dense float64".

    Raises ValueError for a format that is not among FORMATS.
    """
    check_choice(form, "form", FORMATS)
    if form == "zlib":
        return np.load(io.BytesIO(zlib.decompress(content)))
    if form.startswith("dense"):
        return np.load(io.BytesIO(content))
    with np.load(io.BytesIO(content)) as parts:
        m, n = (int(size) for size in parts["shape"])
        matrix = np.zeros((m, n), dtype=np.float32)
        if form == "bitmap":
            matrix[np.unpackbits(parts["bits"], count=m * n).reshape(m, n).astype(bool)] = parts["values"]
        else:
            rows = parts["rows"] if form == "COO" else np.repeat(np.arange(m), np.diff(parts["starts"]))
            matrix[rows, parts["columns"]] = parts["values"]
    return matrix


def payload(form: str, shape: tuple[int, int], nonzeros: int) -> float:
    """Bytes by arithmetic, without the container's headers; NaN for zlib, whose size depends on the values."""
    m, n = shape
    sizes = {
        "dense float64": 8.0 * m * n,
        "dense float32": 4.0 * m * n,
        "COO": 12.0 * nonzeros,
        "CSR": 8.0 * nonzeros + 4.0 * (m + 1),
        "bitmap": np.ceil(m * n / 8) + 4.0 * nonzeros,
        "zlib": np.nan,
    }
    return float(sizes[check_choice(form, "form", FORMATS)])


def break_even(form: str, shape: tuple[int, int], *, against: str = "dense float32") -> float:
    """The share of zeros from which on the payload is smaller than another format's, both linear in the nonzeros.

    NaN where they never cross, or for zlib.
    """
    m, n = shape
    empty, full = (payload(form, shape, count) - payload(against, shape, count) for count in (0, m * n))
    return float(np.clip(full / (full - empty), 0.0, 1.0)) if full != empty else np.nan


@dataclass(frozen=True, eq=False)
class Storage:
    """Sizes of files with one matrix, as entries are set to zero one by one in random order."""

    shape: tuple[int, int]
    sparsity: Array  # (k,) share of zeros
    sizes: dict[str, Array]  # by format, (k,) bytes on disk
    found: dict[str, float]  # by format, the share of zeros at which the file gets smaller than dense float32
    theory: dict[str, float]  # the same by arithmetic; NaN for zlib

    def relative(self, form: str) -> Array:
        """Sizes as multiples of the dense float32 file."""
        return np.asarray(self.sizes[form] / self.sizes["dense float32"])

    def at(self, form: str, sparsity: float) -> float:
        """The relative size at the share of zeros nearest to `sparsity`."""
        return float(self.relative(form)[np.argmin(np.abs(self.sparsity - sparsity))])


@once
def storage(*, shape: tuple[int, int] = SHAPE, seed: int = 0) -> Storage:
    """Normally distributed weights; every size is that of a file that was made and read back."""
    rng = np.random.default_rng(seed)
    values = rng.standard_normal(shape)
    order = rng.random(shape)  # an entry is zero once the share of zeros exceeds its number

    def size(form: str, sparsity: float) -> int:
        matrix = np.where(order < sparsity, 0.0, values)
        content = encode(matrix, form)
        if not np.array_equal(decode(content, form), matrix.astype(decode(content, form).dtype)):
            raise AssertionError(f"{form} does not give the matrix back")
        return len(content)

    sparsity = np.array([0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0])
    sizes = {form: np.array([size(form, share) for share in sparsity], dtype=np.float64) for form in FORMATS}
    dense = size("dense float32", 0.0)
    sparse = [form for form in FORMATS if not form.startswith("dense")]
    return Storage(
        shape=shape,
        sparsity=sparsity,
        sizes=sizes,
        found={form: _crossing(lambda share, form=form: size(form, share) < dense) for form in sparse},  # type: ignore[misc]
        theory={form: break_even(form, shape) for form in sparse},
    )


def _crossing(smaller: Callable[[float], bool], *, accuracy: float = 1e-3) -> float:
    """The share of zeros from which `smaller` is true, by bisection; 0 where it is from the start."""
    if smaller(0.0):
        return 0.0
    low, high = 0.0, 1.0
    while high - low > accuracy:
        middle = 0.5 * (low + high)
        low, high = (low, middle) if smaller(middle) else (middle, high)
    return 0.5 * (low + high)


def npy(matrix: Any) -> bytes:
    """The bytes of an .npy file."""
    file = io.BytesIO()
    np.save(file, matrix)
    return file.getvalue()
