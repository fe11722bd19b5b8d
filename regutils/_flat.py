"""All parameters of a network in one row of memory, so that an optimizer's step is a few passes over one array."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from regutils._layers import Shape
from regutils._trees import FloatArray

Values = Any


class Layout:
    """Where a parameter stands in a row: layer by layer, weight, bias, then what belongs to normalization."""

    def __init__(self, shape: Shape) -> None:
        self.shapes = shape.leaves()
        self.depth, self.bias = shape.depth, shape.bias
        ends = np.cumsum([int(np.prod(one)) for one in self.shapes.values()])
        starts = [0, *ends[:-1]]
        self.places = {
            path: slice(int(start), int(end)) for path, start, end in zip(self.shapes, starts, ends, strict=True)
        }
        self.size = int(ends[-1])

    def pack(self, leaves: Mapping[str, FloatArray], dtype: npt.DTypeLike) -> FloatArray:
        """A copy of the parameters, (R, size)."""
        models = len(next(iter(leaves.values())))
        rows = np.empty((models, self.size), dtype)
        for path, place in self.places.items():
            rows[:, place] = leaves[path].reshape(models, -1)
        return rows

    def leaves(self, rows: FloatArray) -> dict[str, FloatArray]:
        """Views of the parameters in rows (R, size), by path."""
        return {path: rows[:, place].reshape(-1, *self.shapes[path]) for path, place in self.places.items()}

    def views(self, rows: FloatArray) -> dict[str, Values]:
        """As a pass reads and writes them: by path, "layer1" for weight and bias in one matrix (R, d + 1, h), and
        "layer1/transposed" for the weight, (R, h, d).
        """
        found: dict[str, Values] = dict(self.leaves(rows))
        for k in range(1, self.depth + 1):
            before, after = self.shapes[f"layer{k}/weight"]
            start = self.places[f"layer{k}/weight"].start
            height = before + self.bias
            found[f"layer{k}"] = rows[:, start : start + height * after].reshape(-1, height, after)
            found[f"layer{k}/transposed"] = found[f"layer{k}/weight"].swapaxes(1, 2)
        return found

    def ranges(self, chosen: Mapping[str, bool]) -> tuple[slice, ...]:
        """The columns of the chosen parameters, neighbors joined."""
        found: list[slice] = []
        for path, place in self.places.items():
            if not chosen[path]:
                continue
            if found and found[-1].stop == place.start:
                found[-1] = slice(found[-1].start, place.stop)
            else:
                found.append(place)
        return tuple(found)
