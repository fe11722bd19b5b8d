"""Forward and backward passes through a stack of perceptrons, into memory that is set aside once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

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


class Pass:
    """Memory for `models` networks on `rows` inputs each."""

    def __init__(self, shape: Shape, models: int, rows: int, dtype: Any) -> None:
        self.shape = shape

        def room() -> list[Values]:
            return [np.empty((models, rows, width), dtype) for width in shape.sizes[1:]]

        self.out = room()  # what each layer hands on; the last one's are the outputs
        self.back = room()  # the loss's derivative with respect to that, then to the product with the weights
        hidden = shape.sizes[1:-1]
        self.before = room() if shape.activation == "quadratic" else []  # what is activated
        self.normal = room() if shape.layer_norm != "none" else []
        self.scale = [np.empty((models, rows, 1), dtype) for _ in hidden]
        self.scratch = room()

    def forward(self, params: Views, X: Values, kept: list[Values] | None = None) -> Values:
        """Outputs (R, n, k) for X (n, d) or (R, n, d); `kept` holds dropout's factors of the hidden units."""
        shape, inputs = self.shape, X
        for k in range(1, shape.depth + 1):
            out = self.out[k - 1]
            np.matmul(inputs, params[f"layer{k}/weight"], out=out)
            if shape.bias:
                np.add(out, params[f"layer{k}/bias"][:, None, :], out=out)
            if k < shape.depth:
                if shape.layer_norm != "none":
                    self._normalize(k, params)
                self._activate(k)
                if kept is not None:
                    np.multiply(out, kept[k - 1], out=out)
            inputs = out
        return inputs

    def gradient(
        self, params: Views, X: Values, y: Values, gradient: Views, kept: list[Values] | None = None
    ) -> Values:  # fmt: skip
        """Write the gradient of the mean loss over the rows; return the losses (R,)."""
        shape = self.shape
        outputs = self.forward(params, X, kept)
        back = self.back[-1]
        losses = (softmax_loss if shape.loss == "cross_entropy" else squared_loss)(outputs, y, back)
        for k in range(shape.depth, 0, -1):
            inputs = self.out[k - 2] if k > 1 else X
            back = self.back[k - 1]
            np.matmul(np.swapaxes(inputs, -1, -2), back, out=gradient[f"layer{k}/weight"])
            if shape.bias:
                np.sum(back, axis=1, out=gradient[f"layer{k}/bias"])
            if k > 1:
                np.matmul(back, np.swapaxes(params[f"layer{k}/weight"], -1, -2), out=self.back[k - 2])
                self._through(k - 1, params, gradient, kept)
        return losses

    def _activate(self, k: int) -> None:
        out = self.out[k - 1]
        if self.shape.activation == "relu":
            np.maximum(out, 0.0, out=out)
        elif self.shape.activation == "tanh":
            np.tanh(out, out=out)
        elif self.shape.activation == "quadratic":
            np.copyto(self.before[k - 1], out)
            np.multiply(out, out, out=out)

    def _through(self, k: int, params: Views, gradient: Views, kept: list[Values] | None) -> None:
        """From the derivative with respect to what layer k hands on to that of its product with the weights."""
        back, out, scratch = self.back[k - 1], self.out[k - 1], self.scratch[k - 1]
        if kept is not None:
            np.multiply(back, kept[k - 1], out=back)
        if self.shape.activation == "relu":
            np.sign(out, out=scratch)
            np.multiply(back, scratch, out=back)
        elif self.shape.activation == "tanh":
            # with dropout `out` is zero or scaled: undo, where it is not zero
            h = out if kept is None else np.divide(out, kept[k - 1], out=np.zeros_like(out), where=kept[k - 1] != 0)
            np.multiply(h, h, out=scratch)
            np.subtract(1.0, scratch, out=scratch)
            np.multiply(back, scratch, out=back)
        elif self.shape.activation == "quadratic":
            np.multiply(back, self.before[k - 1], out=back)
            np.multiply(back, 2.0, out=back)
        if self.shape.layer_norm != "none":
            self._through_norm(k, params, gradient)

    def _normalize(self, k: int, params: Views) -> None:
        out, normal, scale = self.out[k - 1], self.normal[k - 1], self.scale[k - 1]
        np.subtract(out, out.mean(axis=-1, keepdims=True), out=normal)
        np.multiply(normal, normal, out=out)
        np.mean(out, axis=-1, keepdims=True, out=scale)
        np.add(scale, EPSILON, out=scale)
        np.sqrt(scale, out=scale)
        np.divide(normal, scale, out=normal)
        if self.shape.layer_norm == "learned":
            np.multiply(normal, params[f"norm{k}/gain"][:, None, :], out=out)
            np.add(out, params[f"norm{k}/bias"][:, None, :], out=out)
        else:
            np.copyto(out, normal)

    def _through_norm(self, k: int, params: Views, gradient: Views) -> None:
        back, normal, scratch = self.back[k - 1], self.normal[k - 1], self.scratch[k - 1]
        if self.shape.layer_norm == "learned":
            np.multiply(back, normal, out=scratch)
            np.sum(scratch, axis=1, out=gradient[f"norm{k}/gain"])
            np.sum(back, axis=1, out=gradient[f"norm{k}/bias"])
            np.multiply(back, params[f"norm{k}/gain"][:, None, :], out=back)
        np.multiply(back, normal, out=scratch)
        along = scratch.mean(axis=-1, keepdims=True)
        mean = back.mean(axis=-1, keepdims=True)
        np.multiply(normal, along, out=scratch)
        np.subtract(back, mean, out=back)
        np.subtract(back, scratch, out=back)
        np.divide(back, self.scale[k - 1], out=back)


def softmax_loss(outputs: Values, y: Values, back: Values | None = None) -> Values:
    """Mean cross-entropy (R,) of outputs (R, n, k) for labels (n,) or (R, n); its derivative goes to `back`."""
    rows = np.arange(outputs.shape[1])
    models = np.arange(outputs.shape[0])[:, None]
    shifted = outputs - outputs.max(axis=-1, keepdims=True)
    picked = shifted[models, rows, y]
    np.exp(shifted, out=shifted)
    total = shifted.sum(axis=-1, keepdims=True)
    if back is not None:
        np.divide(shifted, total, out=back)
        back[models, rows, y] -= 1.0
        back /= outputs.shape[1]
    return np.mean(np.log(total[..., 0]) - picked, axis=1)


def squared_loss(outputs: Values, y: Values, back: Values | None = None) -> Values:
    """(1/(2n)) sum of squares (R,) of outputs (R, n, k) minus targets (n, k) or (R, n, k)."""
    residual = np.subtract(outputs, y, out=back)
    loss = np.einsum("rnk,rnk->r", residual, residual) / (2 * outputs.shape[1])
    if back is not None:
        back /= outputs.shape[1]
    return loss
