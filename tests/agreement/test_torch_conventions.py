"""What the conventions say of PyTorch's weight_decay is what PyTorch does."""

import numpy as np
import pytest

from regutils import L2, LogisticLoss, SquaredLoss, conventions, solve
from regutils.datasets import load_breast_cancer, standardize
from regutils.experiments.definition import libraries

pytestmark = pytest.mark.torch

LAM = 0.05


def at_rest(torch, loss, weight_decay, mean_loss, steps=20_000):
    """torch.optim.SGD on all rows until nothing moves; the intercept in a group without decay."""
    X, y = torch.tensor(np.asarray(loss.X)), torch.tensor(loss.y)
    theta = torch.nn.Parameter(torch.zeros(X.shape[1], dtype=torch.float64))
    intercept = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    groups = [{"params": [theta], "weight_decay": weight_decay}, {"params": [intercept], "weight_decay": 0.0}]
    optimizer = torch.optim.SGD(groups, lr=1.0 / (loss.curvature + loss.lipschitz + weight_decay), momentum=0.5)
    for _ in range(steps):
        optimizer.zero_grad()
        mean_loss(X @ theta + intercept, y).backward()
        optimizer.step()
        with torch.no_grad():
            moving = max(theta.grad.add(theta, alpha=weight_decay).abs().max(), intercept.grad.abs().max())
        if moving < 1e-12:
            break
    return theta.detach().numpy()


def half_squares(torch):
    return lambda z, y: 0.5 * torch.nn.functional.mse_loss(z, y)


def regression():
    _, X, y = libraries._regression()
    return SquaredLoss(X, y)


def test_weight_decay_is_twice_lambda_for_regression(torch):
    loss = regression()
    found = at_rest(torch, loss, **conventions.to_torch_weight_decay(LAM), mean_loss=half_squares(torch))
    assert np.abs(found - solve(loss, L2(LAM), tol=1e-14).coef).max() < 1e-8


def test_weight_decay_is_twice_lambda_for_classification(torch):
    bunch = load_breast_cancer()
    loss = LogisticLoss(standardize(bunch.data[:, :10]), bunch.target)
    logistic = torch.nn.functional.binary_cross_entropy_with_logits
    found = at_rest(torch, loss, **conventions.to_torch_weight_decay(LAM), mean_loss=logistic)
    assert np.abs(found - solve(loss, L2(LAM), tol=1e-14).coef).max() < 1e-7


def test_the_mean_squared_error_of_torch_wants_twice_the_decay(torch):
    """It has no 1/2, so that its data term is twice ours."""
    loss = regression()
    found = at_rest(torch, loss, 4.0 * LAM, torch.nn.functional.mse_loss)
    assert np.abs(found - solve(loss, L2(LAM), tol=1e-14).coef).max() < 1e-8


def test_the_row_of_the_table_of_libraries_is_torch(torch):
    """The chapter on definitions goes without PyTorch: its steps, written out there, rest where PyTorch rests."""
    weight_decay = conventions.to_torch_weight_decay(LAM)["weight_decay"]
    found = at_rest(torch, regression(), weight_decay, half_squares(torch))
    assert np.abs(found - libraries._torch_sgd(weight_decay)).max() < 1e-9
    unconverted = at_rest(torch, regression(), LAM, half_squares(torch))
    assert np.abs(unconverted - libraries._torch_sgd(weight_decay)).max() > 1e-3
