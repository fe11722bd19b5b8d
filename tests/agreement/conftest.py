"""PyTorch, imported when a test runs: without it these tests are deselected, and with `make agreement` they need it."""

import pytest


@pytest.fixture(scope="session")
def torch():
    import torch

    torch.set_num_threads(1)
    return torch
