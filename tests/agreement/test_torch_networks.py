"""Networks have PyTorch's outputs, losses and gradients, start where its layers start, and train as its modules do."""

import itertools

import numpy as np
import pytest
from numpy.testing import assert_allclose

from regutils._trees import leaves
from regutils.networks import MLP, minibatches, train
from regutils.optimizers import adam, adamw, sgd, weights_only

pytestmark = pytest.mark.torch

SIZES, ROWS, MODELS = (6, 8, 5, 3), 20, 3
KINDS = list(itertools.product(
    ("relu", "tanh", "quadratic", "identity"), ("cross_entropy", "squared"), ("none", "plain", "learned"), (True, False)
))  # fmt: skip


def data(loss):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(ROWS, SIZES[0]))
    return X, rng.integers(SIZES[-1], size=ROWS) if loss == "cross_entropy" else rng.normal(size=(ROWS, SIZES[-1]))


def module(torch, network, params, r, dtype):
    """Model r as PyTorch would have it, and its parameters by our paths."""
    activations = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "identity": torch.nn.Identity}

    class Quadratic(torch.nn.Module):
        def forward(self, z):
            return z * z

    layers, found = [], {}
    depth = len(network.sizes) - 1
    for k in range(1, depth + 1):
        linear = torch.nn.Linear(network.sizes[k - 1], network.sizes[k], bias=network.bias, dtype=dtype)
        layers.append(linear)
        found[f"layer{k}/weight"] = linear.weight
        if network.bias:
            found[f"layer{k}/bias"] = linear.bias
        if k < depth:
            if network.layer_norm != "none":
                learned = network.layer_norm == "learned"
                norm = torch.nn.LayerNorm(network.sizes[k], elementwise_affine=learned, dtype=dtype)
                layers.append(norm)
                if learned:
                    found[f"norm{k}/gain"], found[f"norm{k}/bias"] = norm.weight, norm.bias
            layers.append(activations.get(network.activation, Quadratic)())
    for path, leaf in leaves(params, "params").items():
        value = torch.tensor(leaf[r])
        found[path].data = value.T.contiguous() if path.endswith("weight") else value
    return torch.nn.Sequential(*layers), found


def loss_of(torch, network, outputs, y):
    if network.loss == "cross_entropy":
        return torch.nn.functional.cross_entropy(outputs, torch.tensor(y))
    return ((outputs - torch.tensor(y, dtype=outputs.dtype)) ** 2).sum() / (2 * len(y))


def as_ours(path, tensor):
    value = tensor.detach().numpy()
    return value.T if path.endswith("weight") else value


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 2e-5)])
@pytest.mark.parametrize(("activation", "loss", "norm", "bias"), KINDS)
def test_gradients_are_those_of_autograd(torch, activation, loss, norm, bias, dtype, tolerance):
    network = MLP(SIZES, activation, loss, norm, bias)
    params = network.init(range(MODELS), dtype=dtype)
    X, y = data(loss)
    losses, gradient = network.loss_and_gradient(params, X, y)
    outputs = network.predict(params, X)
    for r in range(MODELS):
        other, found = module(torch, network, params, r, getattr(torch, dtype))
        theirs = other(torch.tensor(X, dtype=getattr(torch, dtype)))
        assert_allclose(outputs[r], theirs.detach().numpy(), rtol=tolerance, atol=tolerance)
        value = loss_of(torch, network, theirs, y)
        value.backward()
        assert_allclose(losses[r], value.item(), rtol=tolerance)
        for path, leaf in leaves(gradient, "gradient").items():
            assert_allclose(leaf[r], as_ours(path, found[path].grad), rtol=tolerance, atol=tolerance, err_msg=path)


@pytest.mark.parametrize("rule", ["sgd", "adam", "adamw"])
@pytest.mark.parametrize("norm", ["none", "learned"])
def test_training_is_that_of_a_module(torch, rule, norm):
    """500 steps on the same minibatches; tanh, because at a kink one rounding error decides."""
    rates = np.array([0.0005, 0.001, 0.002])  # small enough that rounding errors do not grow
    network = MLP(SIZES, "tanh", layer_norm=norm)
    params = network.init(range(MODELS), dtype=np.float64)
    X, y = data("cross_entropy")
    ours = {
        "sgd": sgd(rates, momentum=0.9, l2=0.01),
        "adam": adam(rates, l2=0.01),
        "adamw": adamw(rates, weight_decay=0.1, mask=weights_only),
    }[rule]
    result = train(network, params, X, y, ours, steps=500, batch_size=8, seeds=3)
    for r in range(MODELS):
        other, found = module(torch, network, params, r, torch.float64)
        if rule == "sgd":
            optimizer = torch.optim.SGD(found.values(), lr=rates[r], momentum=0.9, weight_decay=0.02)
        elif rule == "adam":
            optimizer = torch.optim.Adam(found.values(), lr=rates[r], weight_decay=0.02)
        else:
            groups = [
                {"params": [p for path, p in found.items() if weights_only(path) == decayed], "weight_decay": strength}
                for decayed, strength in ((True, 0.1), (False, 0.0))
            ]
            optimizer = torch.optim.AdamW(groups, lr=rates[r])
        for rows in itertools.islice(minibatches(ROWS, 8, seeds=3), 500):
            optimizer.zero_grad()
            loss_of(torch, network, other(torch.tensor(X[rows])), y[rows]).backward()
            optimizer.step()
        for path, leaf in leaves(result.params, "params").items():
            worst = np.abs(leaf[r] - as_ours(path, found[path])).max()
            assert worst < 1e-10, path


def test_the_uniform_scheme_is_that_of_its_linear_layer(torch):
    """The same law: both within the same bounds, and no Kolmogorov-Smirnov test tells them apart."""
    from scipy.stats import ks_2samp

    params = MLP((50, 40, 10)).init(range(30), dtype=np.float64)
    torch.manual_seed(0)
    for k, (before, after) in enumerate(((50, 40), (40, 10)), 1):
        layers = [torch.nn.Linear(before, after, dtype=torch.float64) for _ in range(30)]
        for kind in ("weight", "bias"):
            ours = params[f"layer{k}"][kind].ravel()
            theirs = np.concatenate([getattr(layer, kind).detach().numpy().ravel() for layer in layers])
            assert max(np.abs(ours).max(), np.abs(theirs).max()) <= before**-0.5
            assert ks_2samp(ours, theirs).pvalue > 0.001
