"""Forward and backward passes through a stack of perceptrons, in memory that is set aside once.

A bias is one more row of its layer's weights, and what enters the layer has one more column, of ones: one matrix
product a layer then serves both, and so does its gradient. NumPy hands the products to BLAS, one for each network, so
that a network's numbers do not depend on who is stacked with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from regutils._outputs import Softmax, Squares

EPSILON = 1e-5  # under the root of layer normalization, as in PyTorch
Values = Any  # arrays of one float type
Views = Mapping[str, Values]


@dataclass(frozen=True)
class Shape:
    """What a stack computes: widths from the inputs to the outputs, and what happens between them."""

    sizes: tuple[int, ...]
    activation: str
    loss: str
    layer_norm: str  # "none", "plain" or "learned"
    bias: bool

    @property
    def depth(self) -> int:
        """Number of layers with weights."""
        return len(self.sizes) - 1

    @property
    def label_ndim(self) -> int:
        """Dimensions of targets that all networks share."""
        return 1 if self.loss == "cross_entropy" else 2

    def leaves(self) -> dict[str, tuple[int, ...]]:
        """Path and shape of each parameter of one network, in the order in which the inputs meet them."""
        found: dict[str, tuple[int, ...]] = {}
        for k, (before, after) in enumerate(zip(self.sizes, self.sizes[1:], strict=False), 1):
            found[f"layer{k}/weight"] = (before, after)
            if self.bias:
                found[f"layer{k}/bias"] = (after,)
            if self.layer_norm == "learned" and k < self.depth:
                found[f"norm{k}/gain"] = (after,)
                found[f"norm{k}/bias"] = (after,)
        return found

    def with_ones(self, X: Values) -> Values:
        """X (..., n, d) with the column of ones that the first layer's bias multiplies."""
        if not self.bias:
            return X
        return np.concatenate([X, np.ones((*X.shape[:-1], 1), X.dtype)], axis=-1)


class Pass:
    """Memory for `models` networks on `rows` inputs each; parameters and gradients come as `Layout.views`."""

    def __init__(self, shape: Shape, models: int, rows: int, dtype: Any, engine: Any = None) -> None:
        """`engine` is `_compiled_steps`, or None for NumPy."""
        self.shape, self.lengths, self.last = shape, (models, rows), f"layer{shape.depth}"
        self.hidden = [Hidden(shape, k, self.lengths, dtype, engine) for k in range(1, shape.depth)]
        kind = Softmax if shape.loss == "cross_entropy" else Squares
        self.end = kind(self.lengths, shape.sizes[-1], dtype, engine)

    def forward(self, params: Views, X: Values, kept: list[Values] | None = None) -> Values:
        """Outputs (R, n, k) for X (n, d) or (R, n, d) `with_ones`; `kept` holds dropout's factors of hidden units."""
        inputs = X
        for layer in self.hidden:
            np.matmul(inputs, params[layer.name], out=layer.units)
            inputs = layer.forward(params, None if kept is None else kept[layer.k - 1])
        return np.matmul(inputs, params[self.last], out=self.end.outputs)

    def gradient(
        self, params: Views, X: Values, y: Values, gradient: Views, kept: list[Values] | None = None
    ) -> Values:
        """Write the gradient of the mean loss over the rows; return the losses (R,)."""
        self.forward(params, X, kept)
        losses = self.end.loss(y, derivative=True)
        back, above = self.end.back, self.last
        for layer in reversed(self.hidden):
            np.matmul(layer.transposed, back, out=gradient[above])
            np.matmul(back, params[f"{above}/transposed"], out=layer.unit_slope)
            back = layer.backward(params, gradient, None if kept is None else kept[layer.k - 1])
            above = layer.name
        np.matmul(X.swapaxes(-1, -2), back, out=gradient[above])
        return losses


class Hidden:
    """What a hidden layer computes after its matrix product."""

    def __init__(self, shape: Shape, k: int, lengths: tuple[int, int], dtype: Any, engine: Any) -> None:
        self.activation, self.norm, self.engine = shape.activation, shape.layer_norm, engine
        models, rows = lengths
        self.k, self.name = k, f"layer{k}"
        self.gain, self.shift = f"norm{k}/gain", f"norm{k}/bias"
        width = shape.sizes[k]
        full = (models, rows, width + shape.bias)
        self.out, self.slope = np.ones(full, dtype), np.zeros(full, dtype)  # with the column of ones
        self.units, self.unit_slope = self.out[..., :width], self.slope[..., :width]  # without
        self.transposed = self.out.swapaxes(1, 2)
        self.flat, self.flat_slope = self.out.reshape(-1), self.slope.reshape(-1)
        self.positive: Values = np.empty(full, np.bool_) if self.activation == "relu" else None
        self.remembered: Values = np.empty(full, dtype) if self.activation in ("quadratic", "tanh") else None
        if self.norm != "none":
            self.normal, self.scratch = (np.empty((models, rows, width), dtype) for _ in range(2))
            self.scale, self.mean, self.along = (np.empty((models, rows, 1), dtype) for _ in range(3))
            self.average = np.full((width, 1), 1.0 / width, dtype)
            self.sum = np.ones((1, rows), dtype)

    def forward(self, params: Views, kept: Values | None) -> Values:
        """Normalize, activate, drop; the column of ones goes through all of it and stays what it is."""
        if self.norm != "none":
            self._normalize(params)
        out = self.out
        if self.activation == "relu" and self.engine is not None:
            self.engine.rectify(self.flat)
        elif self.activation == "relu":
            np.greater(out, 0.0, out=self.positive)
            np.multiply(out, self.positive, out=out)  # several times as fast as maximum
        elif self.activation == "quadratic":
            np.copyto(self.remembered, out)
            np.multiply(out, out, out=out)
        elif self.activation == "tanh":
            np.tanh(out, out=out)
            out[..., self.units.shape[-1] :] = 1.0
            np.copyto(self.remembered, out)
        if kept is not None:
            np.multiply(self.units, kept, out=self.units)
        return out

    def backward(self, params: Views, gradient: Views, kept: Values | None) -> Values:
        """From the derivative in `slope`, with respect to what was handed on, to that of the matrix product."""
        slope = self.slope
        if kept is not None:
            np.multiply(self.unit_slope, kept, out=self.unit_slope)
        if self.activation == "relu" and self.engine is not None:
            self.engine.rectify_slope(self.flat_slope, self.flat)
        elif self.activation == "relu":
            np.multiply(slope, self.positive, out=slope)
        elif self.activation == "quadratic":
            np.multiply(slope, self.remembered, out=slope)
            np.multiply(slope, 2.0, out=slope)
        elif self.activation == "tanh":
            np.multiply(self.remembered, self.remembered, out=self.remembered)
            np.subtract(1.0, self.remembered, out=self.remembered)
            np.multiply(slope, self.remembered, out=slope)
        if self.norm != "none":
            self._through_norm(params, gradient)
        return self.unit_slope

    def _normalize(self, params: Views) -> None:
        units, normal, scratch, scale = self.units, self.normal, self.scratch, self.scale
        np.matmul(units, self.average, out=self.mean)
        np.subtract(units, self.mean, out=normal)
        np.multiply(normal, normal, out=scratch)
        np.matmul(scratch, self.average, out=scale)
        np.add(scale, EPSILON, out=scale)
        np.sqrt(scale, out=scale)
        np.divide(normal, scale, out=normal)
        if self.norm == "learned":
            np.multiply(normal, params[self.gain][:, None, :], out=units)
            np.add(units, params[self.shift][:, None, :], out=units)
        else:
            np.copyto(units, normal)

    def _through_norm(self, params: Views, gradient: Views) -> None:
        slope, normal, scratch = self.unit_slope, self.normal, self.scratch
        if self.norm == "learned":
            np.multiply(slope, normal, out=scratch)
            np.matmul(self.sum, scratch, out=gradient[self.gain][:, None, :])
            np.matmul(self.sum, slope, out=gradient[self.shift][:, None, :])
            np.multiply(slope, params[self.gain][:, None, :], out=slope)
        np.multiply(slope, normal, out=scratch)
        np.matmul(scratch, self.average, out=self.along)
        np.matmul(slope, self.average, out=self.mean)
        np.multiply(normal, self.along, out=scratch)
        np.subtract(slope, self.mean, out=slope)
        np.subtract(slope, scratch, out=slope)
        np.divide(slope, self.scale, out=slope)
