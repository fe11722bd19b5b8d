"""The same training by PyTorch, in the forms that it offers for many small networks.

loop: one network after the other, as modules, with the fused AdamW. vmap: torch.func's gradient of all at once, on
stacked parameters, with the fused AdamW on these. bmm: the stack written by hand with batched matrix products.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.func import functional_call, grad_and_value, stack_module_state, vmap
from torch.nn.functional import cross_entropy

from benchmarks.network_problems import RATE, Problem

Trained = tuple[float, np.ndarray[Any, Any]]  # seconds, and the losses (R,) of the last minibatch


def module(sizes: tuple[int, ...]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for before, after in pairwise(sizes):
        layers += [nn.Linear(before, after), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def with_parameters(problem: Problem, r: int) -> nn.Sequential:
    """Network r of the problem."""
    network = module(problem.regime.sizes)
    linear = [layer for layer in network if isinstance(layer, nn.Linear)]
    for k, layer in enumerate(linear, 1):
        layer.weight.data = torch.tensor(problem.params[f"layer{k}"]["weight"][r]).T.contiguous()
        layer.bias.data = torch.tensor(problem.params[f"layer{k}"]["bias"][r])
    return network


def tensors(problem: Problem) -> tuple[torch.Tensor, torch.Tensor, list[torch.Tensor]]:
    return torch.tensor(problem.X), torch.tensor(problem.y), [torch.tensor(rows) for rows in problem.batches]


def loop(problem: Problem, clock: Callable[[Callable[[], object]], float]) -> Trained:
    X, y, batches = tensors(problem)
    networks = [with_parameters(problem, r) for r in range(problem.regime.networks)]
    optimizers = [torch.optim.AdamW(network.parameters(), lr=RATE, fused=True) for network in networks]
    losses = np.empty(len(networks))

    def work() -> None:
        for r, (network, optimizer) in enumerate(zip(networks, optimizers, strict=True)):
            for rows in batches:
                optimizer.zero_grad(set_to_none=True)
                loss = cross_entropy(network(X[rows]), y[rows])
                loss.backward()
                optimizer.step()
            losses[r] = loss.item()

    return clock(work), losses


def by_vmap(problem: Problem, clock: Callable[[Callable[[], object]], float]) -> Trained:
    X, y, batches = tensors(problem)
    networks = [with_parameters(problem, r) for r in range(problem.regime.networks)]
    stacked, _ = stack_module_state(networks)
    params = {name: value.detach().clone() for name, value in stacked.items()}
    skeleton = copy.deepcopy(networks[0]).to("meta")

    def loss_of(one: dict[str, torch.Tensor], inputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        return cross_entropy(functional_call(skeleton, one, (inputs,)), labels)

    gradient = vmap(grad_and_value(loss_of), in_dims=(0, None, None))
    optimizer = torch.optim.AdamW(list(params.values()), lr=RATE, fused=True)
    losses = torch.empty(0)

    def work() -> None:
        nonlocal losses
        for rows in batches:
            found, losses = gradient(params, X[rows], y[rows])
            for name, value in params.items():
                value.grad = found[name]
            optimizer.step()

    return clock(work), losses.numpy()


def by_bmm(problem: Problem, clock: Callable[[Callable[[], object]], float]) -> Trained:
    X, y, batches = tensors(problem)
    layers = [problem.params[f"layer{k}"] for k in range(1, len(problem.regime.sizes))]
    weights = [nn.Parameter(torch.tensor(layer["weight"])) for layer in layers]
    biases = [nn.Parameter(torch.tensor(layer["bias"])[:, None, :].contiguous()) for layer in layers]
    optimizer = torch.optim.AdamW([*weights, *biases], lr=RATE, fused=True)
    models, classes = problem.regime.networks, problem.regime.sizes[-1]
    losses = torch.empty(0)

    def work() -> None:
        nonlocal losses
        for rows in batches:
            units = X[rows].expand(models, -1, -1)
            for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
                units = torch.baddbmm(bias, units, weight).relu()
            outputs = torch.baddbmm(biases[-1], units, weights[-1])
            each = cross_entropy(outputs.reshape(-1, classes), y[rows].repeat(models), reduction="none")
            losses = each.reshape(models, -1).mean(dim=1)
            optimizer.zero_grad(set_to_none=True)
            losses.sum().backward()
            optimizer.step()

    return clock(work), losses.detach().numpy()


PEERS = {"loop": loop, "vmap": by_vmap, "bmm": by_bmm}
