"""Many small multilayer perceptrons at once, stacked on a leading axis, with backpropagation of our own.

    network = MLP((64, 32, 32, 10))
    params = network.init(range(200))                           # 200 networks, one for each seed
    result = train(network, params, X, y, adamw(1e-3), steps=1000, batch_size=32)
    network.accuracy(result.params, X_test, y_test)             # (200,)

Parameters are a nested dictionary of arrays whose first axis is the model: params["layer1"]["weight"] (R, d, h), inputs
by outputs (PyTorch's is the transpose), params["layer1"]["bias"] (R, h); layers count from 1. X is (n, d), shared by
all models, or (R, n, d); so are targets. Everything is computed in the parameters' dtype, float32 or float64.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regutils._batches import Seeds, check_seeds, generator, minibatches
from regutils._evaluation import blocks, evaluate_rows
from regutils._flat import Layout
from regutils._layers import Pass, Shape
from regutils._network_data import check_inputs, check_params, check_targets
from regutils._training import Evaluation, Training, train
from regutils._trees import FloatArray, Tree, leaves, nested, rebuild
from regutils._validation import Array, check_array, check_choice, check_flag, check_integer

__all__ = ["MLP", "Evaluation", "Training", "minibatches", "take", "train"]

ACTIVATIONS = ("relu", "tanh", "quadratic", "identity")
LOSSES = ("cross_entropy", "squared")
NORMS = ("none", "plain", "learned")
SCHEMES = ("uniform", "he_normal")


@dataclass(frozen=True)
class MLP:
    """A multilayer perceptron: its layers' widths and what happens between them. It holds no parameters.

    sizes: inputs, hidden units of each layer, outputs; (d, k) is a linear model.
    activation: of the hidden layers: "relu", "tanh", "quadratic" (z^2) or "identity".
    loss: "cross_entropy", the mean over n rows of -log softmax(outputs)[label], or "squared",
        (1/(2n)) sum over rows of ||outputs - target||_2^2.
    layer_norm: before each activation, (z - mean) / sqrt(variance + 1e-5) over the units of a row (Ba, Kiros and Hinton
        2016), "plain" as it is, "learned" times a gain plus a bias, params["norm1"]["gain"] (R, h), "none" without.
    bias: whether layers have one.

    Raises ValueError or TypeError for anything else.
    """

    sizes: tuple[int, ...]
    activation: str = "relu"
    loss: str = "cross_entropy"
    layer_norm: str = "none"
    bias: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.sizes, Sequence) or isinstance(self.sizes, str) or len(self.sizes) < 2:
            raise ValueError(f"sizes must be two or more widths, from inputs to outputs, got {self.sizes!r}")
        object.__setattr__(self, "sizes", tuple(check_integer(size, "sizes", low=1) for size in self.sizes))
        check_choice(self.activation, "activation", ACTIVATIONS)
        check_choice(self.loss, "loss", LOSSES)
        check_choice(self.layer_norm, "layer_norm", NORMS)
        check_flag(self.bias, "bias")
        if self.loss == "cross_entropy" and self.sizes[-1] < 2:
            raise ValueError(f"sizes must end with at least 2 outputs for cross_entropy, got {self.sizes}")

    @property
    def shape(self) -> Shape:
        """The same for the passes."""
        return Shape(self.sizes, self.activation, self.loss, self.layer_norm, self.bias)

    @property
    def n_parameters(self) -> int:
        """Of one network."""
        return sum(int(np.prod(one)) for one in self.shape.leaves().values())

    def init(
        self, seeds: Seeds, *, scheme: str = "uniform", scale: float | Array | Sequence[float] = 1.0,
        dtype: npt.DTypeLike = np.float32,
    ) -> Tree:  # fmt: skip
        """Parameters of one network for each of the seeds (an integer: one network), stacked.

        scheme: "uniform" draws weights and biases from U(-1, 1) / sqrt(inputs of the layer), torch.nn.Linear's default
        (from He et al. 2015 with a = sqrt(5)); "he_normal" draws weights from N(0, 2 / inputs), as He et al. (2015)
        derive for relu, and sets biases to zero. Gains are 1. scale > 0, a number or (R,), multiplies weights and
        biases. A seed's network does not depend on the others, nor on dtype but for rounding.
        """
        check_choice(scheme, "scheme", SCHEMES)
        if np.dtype(dtype) not in (np.float32, np.float64):
            raise ValueError(f"dtype must be float32 or float64, got {np.dtype(dtype)}")
        listed = check_seeds(seeds)
        scales = check_array(scale, "scale", ndim=(0, 1))
        if scales.shape not in ((), (len(listed),)) or (scales <= 0).any():
            raise ValueError(f"scale must be a number > 0, or one for each of {len(listed)} seeds, got {scale!r}")
        drawn = [self._draw(generator(seed, "weights"), scheme) for seed in listed]
        found = {}
        for path in drawn[0]:
            leaf = np.stack([one[path] for one in drawn])
            if path.startswith("layer"):
                leaf *= scales.reshape((-1,) + (1,) * (leaf.ndim - 1))
            found[path] = leaf.astype(dtype)
        return nested(found)

    def predict(self, params: Tree, X: object) -> FloatArray:
        """Outputs (R, n, k) for X (n, d) or (R, n, d): the predictions, or the logits of the classes."""
        layout, theta = self._rows(params)
        inputs = self.shape.with_ones(check_inputs(self.shape, X, len(theta), theta.dtype))
        outputs = np.empty((len(theta), inputs.shape[-2], self.sizes[-1]), theta.dtype)
        for some, block, work in blocks(self.shape, layout, theta, inputs):
            outputs[some, block] = work.end.outputs
        return outputs

    def mean_loss(self, params: Tree, X: object, y: object) -> FloatArray:
        """The mean loss (R,) over the rows of X; y: labels (n,) or (R, n), or targets (n, k) or (R, n, k)."""
        return self.evaluate(params, X, y)[0]

    def accuracy(self, params: Tree, X: object, y: object) -> FloatArray:
        """The share (R,) of rows whose largest output is the label's; for cross_entropy only."""
        if self.loss != "cross_entropy":
            raise ValueError(f"accuracy needs loss='cross_entropy', got loss={self.loss!r}")
        return self.evaluate(params, X, y)[1]

    def evaluate(self, params: Tree, X: object, y: object) -> tuple[FloatArray, FloatArray]:
        """Mean loss (R,) and accuracy (R,), NaN where there are no classes, in one pass."""
        layout, theta = self._rows(params)
        inputs = check_inputs(self.shape, X, len(theta), theta.dtype)
        targets = check_targets(self.shape, y, (len(theta), inputs.shape[-2]), theta.dtype)
        return evaluate_rows(self.shape, layout, theta, self.shape.with_ones(inputs), targets)

    def loss_and_gradient(self, params: Tree, X: object, y: object) -> tuple[FloatArray, Tree]:
        """The mean loss (R,) over all rows of X, and its gradient, a tree of the structure of params."""
        layout, theta = self._rows(params)
        inputs = check_inputs(self.shape, X, len(theta), theta.dtype)
        n = inputs.shape[-2]
        targets = check_targets(self.shape, y, (len(theta), n), theta.dtype)
        gradient = np.empty_like(theta)
        work = Pass(self.shape, len(theta), n, theta.dtype)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            losses = work.gradient(layout.views(theta), self.shape.with_ones(inputs), targets, layout.views(gradient))
        found = {path: leaf.copy() for path, leaf in layout.leaves(gradient).items()}
        return losses, rebuild(params, found)

    def _rows(self, params: Tree) -> tuple[Layout, FloatArray]:
        layout = Layout(self.shape)
        found = check_params(self.shape, params)
        return layout, layout.pack(found, found["layer1/weight"].dtype)

    def _draw(self, rng: np.random.Generator, scheme: str) -> dict[str, Array]:
        found: dict[str, Array] = {}
        for path, one in self.shape.leaves().items():
            layer = path.split("/")[0]
            if path.endswith("gain"):
                found[path] = np.ones(one)
            elif layer.startswith("norm"):
                found[path] = np.zeros(one)
            elif scheme == "uniform":
                bound = 1.0 / np.sqrt(self.sizes[int(layer[5:]) - 1])
                found[path] = rng.uniform(-bound, bound, one)
            elif path.endswith("weight"):
                found[path] = rng.standard_normal(one) * np.sqrt(2.0 / one[0])
            else:
                found[path] = np.zeros(one)
        return found


def take(params: Tree, models: int | slice | Sequence[int]) -> Tree:
    """The parameters of some of the stacked models, still stacked: take(params, 3) is a stack of one."""
    found = leaves(params, "params")
    index = slice(models, models + 1 or None) if isinstance(models, (int, np.integer)) else models
    return rebuild(params, {path: leaf[index].copy() for path, leaf in found.items()})
