"""The PyTorch lines of the chapter on weight decay, run as they stand, and held against this package's optimizers."""

import re
from pathlib import Path

import numpy as np
import pytest

from regutils.networks import MLP
from regutils.optimizers import adam, adamw, cosine, sgd, weights_only

pytestmark = pytest.mark.torch

PAGE = Path(__file__).parents[2] / "book" / "weight_decay.md"
BLOCKS = [
    code
    for code in re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), flags=re.S | re.M)
    if "import torch" in code
]
ROWS = 40


def run(beginning):
    """Execute the block whose comment begins with these words; its names."""
    (code,) = [code for code in BLOCKS if f"# {beginning}" in code]
    names = {}
    exec(compile(code, str(PAGE), "exec"), names)
    return names


def data(columns=10, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((ROWS, columns)), rng.standard_normal((ROWS, 1))


def double(names):
    """The block's model in float64; its optimizer keeps the same parameters."""
    names["model"].double()
    return names["model"]


def from_torch(linear):
    """A torch.nn.Linear as a stack of one of ours."""
    return {
        "layer1": {
            "weight": linear.weight.detach().numpy().T[None].copy(),
            "bias": linear.bias.detach().numpy()[None].copy(),
        }
    }


def torch_steps(model, optimizer, X, y, steps, schedule=None, extra=None):
    """Steps on half the mean square, our regression loss."""
    import torch

    X, y = torch.as_tensor(X), torch.as_tensor(y)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = 0.5 * (model(X) - y).square().mean()
        if extra is not None:
            loss = loss + extra()
        loss.backward()
        optimizer.step()
        if schedule is not None:
            schedule.step()


def our_steps(params, optimizer, X, y, steps, pull=None):
    network = MLP((X.shape[1], 1), loss="squared")
    state = optimizer.init(params)
    for _ in range(steps):
        _, slope = network.loss_and_gradient(params, X, y)
        if pull is not None:
            slope = pull(slope, params)
        params, state = optimizer.update(slope, state, params)
    return params


def same(ours, linear, tolerance=1e-10):
    theirs = from_torch(linear)
    for name in ("weight", "bias"):
        assert ours["layer1"][name] == pytest.approx(theirs["layer1"][name], abs=tolerance)


def test_the_page_has_four_blocks():
    assert len(BLOCKS) == 4


def test_l2_is_twice_our_strength():
    names = run("Our penalty lam")
    model, (X, y) = double(names), data()
    start = from_torch(model)
    torch_steps(model, names["optimizer"], X, y, 50)
    same(our_steps(start, sgd(0.1, momentum=0.9, l2=names["lam"]), X, y, 50), model)


def test_the_papers_adamw_loses_its_share_at_the_start_of_the_schedule():
    import torch

    names = run("AdamW as in the paper")
    model, (X, y), steps = double(names), data(), names["steps"]
    start = from_torch(model)
    ours = adamw(cosine(names["alpha"], steps=steps), weight_decay=names["decay"] / names["alpha"])
    torch_steps(model, names["optimizer"], X, y, 60, schedule=names["schedule"])
    same(our_steps(start, ours, X, y, 60), model)

    again = run("AdamW as in the paper")  # no gradient at all: what is left is the decay
    before = again["model"].weight.detach().clone()
    for parameter in again["model"].parameters():
        parameter.grad = torch.zeros_like(parameter)
    again["optimizer"].step()
    assert torch.allclose(again["model"].weight, (1 - again["decay"]) * before, rtol=1e-6)


def test_matrices_are_decayed_and_nothing_else():
    import torch

    names = run("Decay for matrices")
    model = names["model"]
    counts = [sum(p.numel() for p in group["params"]) for group in names["optimizer"].param_groups]
    assert counts == [64 * 32 + 32 * 10, 32 + 32 + 32 + 10]
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    names["optimizer"].step()
    ours = MLP((64, 32, 10), layer_norm="learned").init([0])
    sizes = {f"{layer}/{name}": leaf.size for layer, leaves in ours.items() for name, leaf in leaves.items()}
    assert sum(size for path, size in sizes.items() if weights_only(path)) == counts[0]
    assert sum(sizes.values()) == sum(counts)
    for name, parameter in model.named_parameters():
        factor = 1 - 1e-4 if parameter.ndim == 2 else 1.0
        assert torch.allclose(parameter, factor * before[name], rtol=1e-6, atol=0)


def test_the_pull_to_the_start_is_ours():
    names = run("Fine-tuning with a pull")
    model, (X, y) = double(names), data()
    names["start"][:] = [p.detach().clone() for p in model.parameters()]
    start, lam = from_torch(model), names["lam"]
    torch_steps(model, names["optimizer"], X, y, 40, extra=names["pull"])

    def pull(slope, params):
        return {
            "layer1": {
                name: slope["layer1"][name] + 2 * lam * (params["layer1"][name] - start["layer1"][name])
                for name in ("weight", "bias")
            }
        }

    same(our_steps(start, sgd(0.1), X, y, 40, pull), model)


@pytest.mark.parametrize("kind", ["SGD", "SGD momentum", "Adam", "AdamW"])
def test_the_rows_of_the_table(kind):
    import torch

    made = {
        "SGD": (lambda p: torch.optim.SGD(p, lr=0.05, weight_decay=0.3), sgd(0.05, l2=0.15)),
        "SGD momentum": (
            lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.3),
            sgd(0.05, momentum=0.9, l2=0.15),
        ),
        "Adam": (lambda p: torch.optim.Adam(p, lr=0.05, weight_decay=0.3), adam(0.05, l2=0.15)),
        "AdamW": (lambda p: torch.optim.AdamW(p, lr=0.05, weight_decay=0.3), adamw(0.05, weight_decay=0.3)),
    }
    theirs, ours = made[kind]
    torch.manual_seed(0)
    model, (X, y) = torch.nn.Linear(10, 1).double(), data()
    start = from_torch(model)
    torch_steps(model, theirs(model.parameters()), X, y, 80)
    same(our_steps(start, ours, X, y, 80), model)


def test_trajectories_of_the_claim_are_torchs():
    """The runs behind A-wd-1 and A-wd-2 again, in torch."""
    import torch

    from regutils.experiments.replications.decoupled_decay import batches

    for make, ours in (
        (lambda p: torch.optim.SGD([p], lr=0.02, momentum=0.9, weight_decay=0.1), sgd(0.02, momentum=0.9, l2=0.05)),
        (lambda p: torch.optim.Adam([p], lr=0.02, weight_decay=0.1), adam(0.02, l2=0.05)),
    ):
        w = np.full(10, 0.5)
        state = ours.init(w)
        parameter = torch.nn.Parameter(torch.as_tensor(w.copy()))
        optimizer = make(parameter)
        for X, y in batches(200, 2019):
            w, state = ours.update(X.T @ (X @ w - y) / y.size, state, w)
            optimizer.zero_grad()
            (0.5 * (torch.as_tensor(X) @ parameter - torch.as_tensor(y)).square().mean()).backward()
            optimizer.step()
        assert w == pytest.approx(parameter.detach().numpy(), abs=1e-9)
