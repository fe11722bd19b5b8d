"""The optimizers move as PyTorch's do, to rounding, over 500 steps, alone and stacked."""

import numpy as np
import pytest

from regutils.optimizers import adam, adamw, cosine, sgd, step_decay

pytestmark = pytest.mark.torch

STEPS, MODELS, SIZE = 500, 3, 7
CLOSE = 1e-10
RATES = np.array([0.003, 0.01, 0.03])

SGD = [
    {"momentum": momentum, "nesterov": nesterov, "l2": l2}
    for momentum, nesterov in ((0.0, False), (0.5, False), (0.9, False), (0.9, True))
    for l2 in (0.0, 0.05)
]
BETAS = [(0.9, 0.999), (0.9, 0.95)]
ADAM = [{"b1": b1, "b2": b2, "eps": eps, "l2": l2} for b1, b2 in BETAS for eps in (1e-8, 1e-3) for l2 in (0.0, 0.05)]
ADAMW = [{"b1": b1, "b2": b2, "weight_decay": weight_decay} for b1, b2 in BETAS for weight_decay in (0.0, 0.01, 0.5)]
CASES = [*((sgd, o) for o in SGD), *((adam, o) for o in ADAM), *((adamw, o) for o in ADAMW)]


def gradients(theta, step):
    """Of a loss with a valley, and noise; theta (R, 7), each row by itself, or (7,)."""
    noise = np.random.default_rng(step).normal(size=SIZE)
    curvature = np.geomspace(0.01, 10.0, SIZE)
    return curvature * theta + 0.5 * np.sin(3.0 * theta) + 0.3 * noise


def start():
    return np.random.default_rng(0).normal(size=(MODELS, SIZE))


def ours(optimizer, theta):
    """Parameters after each step."""
    state, found = optimizer.init(theta), []
    for step in range(STEPS):
        theta, state = optimizer.update(gradients(theta, step), state, theta)
        found.append(theta)
    return np.array(found)


def theirs(torch, make, options, theta, rate, *, schedule=None, **implementation):
    """The same by PyTorch, for one model. weight_decay is twice our l2 where it is in the gradient."""
    parameter = torch.nn.Parameter(torch.tensor(theta))
    if make is sgd:
        own = {"momentum": options["momentum"], "nesterov": options["nesterov"], "weight_decay": 2 * options["l2"]}
        kind = torch.optim.SGD
    else:
        own = {"betas": (options["b1"], options["b2"]), "eps": options.get("eps", 1e-8)}
        own["weight_decay"] = 2 * options["l2"] if make is adam else options["weight_decay"]
        kind = torch.optim.Adam if make is adam else torch.optim.AdamW
    optimizer = kind([parameter], lr=float(rate), **own, **implementation)
    scheduler = schedule(torch, optimizer) if schedule else None
    found = []
    for step in range(STEPS):
        parameter.grad = torch.tensor(gradients(parameter.detach().numpy(), step))
        optimizer.step()
        if scheduler:
            scheduler.step()
        found.append(parameter.detach().numpy().copy())
    return np.array(found)


def name(case):
    make, options = case
    return f"{make.__name__} {' '.join(f'{key}={value}' for key, value in options.items())}"


@pytest.mark.parametrize("case", CASES, ids=name)
def test_trajectories(torch, case):
    make, options = case
    theta = start()
    stacked = ours(make(RATES, **options), theta)
    for r, rate in enumerate(RATES):
        other = theirs(torch, make, options, theta[r], rate)
        assert np.abs(stacked[:, r] - other).max() < CLOSE
        assert np.abs(ours(make(float(rate), **options), theta[r]) - other).max() < CLOSE


@pytest.mark.parametrize("implementation", ["foreach", "fused"])
@pytest.mark.parametrize("case", [CASES[7], CASES[11], CASES[-1]], ids=name)
def test_all_of_its_implementations(torch, case, implementation):
    make, options = case
    theta = start()[0]
    other = theirs(torch, make, options, theta, 0.01, **{implementation: True})
    assert np.abs(ours(make(0.01, **options), theta) - other).max() < CLOSE


@pytest.mark.parametrize("case", CASES[::4], ids=name)
def test_schedules(torch, case):
    make, options = case
    theta = start()[0]
    pairs = [
        (step_decay(0.02, every=100, factor=0.3),
         lambda t, o: t.optim.lr_scheduler.StepLR(o, step_size=100, gamma=0.3)),
        (cosine(0.02, steps=STEPS, final=0.1),
         lambda t, o: t.optim.lr_scheduler.CosineAnnealingLR(o, T_max=STEPS, eta_min=0.002)),
    ]  # fmt: skip
    for rate, schedule in pairs:
        other = theirs(torch, make, options, theta, 0.02, schedule=schedule)
        assert np.abs(ours(make(rate, **options), theta) - other).max() < CLOSE


def test_the_comparison_can_fail(torch):
    theta = start()[0]
    options = {"b1": 0.9, "b2": 0.999, "weight_decay": 0.1}
    other = theirs(torch, adamw, options, theta, 0.01)
    for changed in ({"weight_decay": 0.1001}, {"eps": 1e-7}, {"b2": 0.9989}):
        assert np.abs(ours(adamw(0.01, **{**options, **changed}), theta) - other).max() > 100 * CLOSE


def test_a_mask_is_a_parameter_group(torch):
    """What is masked out has weight_decay 0 there."""
    theta = start()
    params = {"weight": theta[0], "bias": theta[1]}
    optimizer = adamw(0.01, weight_decay=0.5, mask=lambda path: path == "weight")
    state = optimizer.init(params)
    parameters = {key: torch.nn.Parameter(torch.tensor(value)) for key, value in params.items()}
    groups = [
        {"params": [parameters["weight"]], "weight_decay": 0.5},
        {"params": [parameters["bias"]], "weight_decay": 0.0},
    ]
    other = torch.optim.AdamW(groups, lr=0.01)
    for step in range(STEPS):
        found = {key: gradients(value, step) for key, value in params.items()}
        params, state = optimizer.update(found, state, params)
        for parameter in parameters.values():
            parameter.grad = torch.tensor(gradients(parameter.detach().numpy(), step))
        other.step()
    for key, value in params.items():
        assert np.abs(value - parameters[key].detach().numpy()).max() < CLOSE
