"""`import regutils` is cheap, and its names come from where they live."""

import subprocess
import sys

import pytest

import regutils

HEAVY = ("sklearn", "matplotlib", "IPython", "pandas", "scipy.optimize", "jupyter_client")


def modules_after(statement: str) -> set[str]:
    code = f"import sys; {statement}; print('\\n'.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import regutils",
        "from regutils import L1, L2, ElasticNet",
        "from regutils import lasso_path, ridge_path, elastic_net_path",
        "from regutils.solvers import solve",
        "from regutils.optimizers import sgd, adam, adamw",
        "from regutils.networks import MLP, train",
    ],
)
def test_nothing_heavy_is_loaded(statement):
    loaded = modules_after(statement)
    assert "regutils" in loaded
    assert not loaded.intersection(HEAVY)


def test_the_probe_sees_heavy_modules():
    assert "sklearn" in modules_after("import sklearn")


def test_importing_the_package_loads_not_even_numpy():
    assert "numpy" not in modules_after("import regutils")


@pytest.mark.parametrize("name", regutils.__all__)
def test_every_public_name_resolves(name):
    assert getattr(regutils, name) is not None
    assert name in dir(regutils)


def test_version_is_that_of_the_distribution():
    from importlib.metadata import version

    assert regutils.__version__ == version("regutils")


def test_unknown_name():
    with pytest.raises(AttributeError, match="no attribute 'Lasso'"):
        _ = regutils.Lasso
