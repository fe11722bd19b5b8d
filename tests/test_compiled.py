"""The compiled route gives the NumPy route's answers, and ends on everything, with a certified answer or with NaN."""

import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from regutils import _routes, elastic_net_path, lasso_path
from regutils._homotopy import homotopy as in_numpy

pytest.importorskip("numba")
compiled = pytest.importorskip("regutils._compiled")

SHAPES = [(20, 30, 6), (10, 12, 30), (4, 40, 90), (2, 30, 150), (5, 1, 3), (5, 2, 4)]


def centered(X, y):
    return X - X.mean(axis=-2, keepdims=True), y - y.mean(axis=-1, keepdims=True)


def problem(shape, seed=0, strengths=20, ratio=1e-2):
    R, n, _ = shape
    rng = np.random.default_rng(seed)
    X, y = centered(*(rng.normal(size=size) for size in (shape, (R, n))))
    return X, y, grid(X, y, strengths, ratio)


def grid(X, y, strengths=20, ratio=1e-2):
    largest = np.abs((y[:, None, :] @ X)[:, 0]).max(axis=1) / y.shape[1]
    return np.where(largest > 1e-14, largest, 1.0)[:, None] * ratio ** (np.arange(strengths) / (strengths - 1))


def violations(X, y, coef, l1, l2):
    """Per replicate, relative to max |X'y| / n."""
    pull = (y[:, None, :] - coef @ X.transpose(0, 2, 1)) @ X / y.shape[1] - 2 * l2 * coef
    bound = l1[:, :, None]
    excess = np.where(coef == 0, np.maximum(np.abs(pull) - bound, 0), np.abs(pull - bound * np.sign(coef)))
    return excess.max(axis=(1, 2)) / l1[:, 0]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("l2", [0.0, 0.3])
def test_the_same_as_in_numpy(shape, l2):
    X, y, l1 = problem(shape)
    fixed = np.full(shape[0], l2)
    coef = compiled.homotopy(X, y, l1, fixed)
    assert_allclose(coef, in_numpy(X, y, l1, fixed), atol=1e-10)
    assert violations(X, y, coef, l1, l2).max() < 1e-12


@pytest.mark.parametrize("shape", SHAPES)
def test_working_sets_and_whole_matrices_agree(shape):
    X, y, l1 = problem(shape, seed=1, strengths=9)
    none = np.zeros(shape[0])
    wide, whole = np.zeros((shape[0], 9, shape[2])), np.zeros((shape[0], 9, shape[2]))
    compiled.working_set_path(X, y, l1, none, wide)
    compiled.tableau_path(
        X.transpose(0, 2, 1) @ X / y.shape[1], (y[:, None, :] @ X)[:, 0] / y.shape[1], l1, none, whole
    )
    assert_allclose(wide, whole, atol=1e-10)


@pytest.mark.parametrize("shape", [(6, 30, 5), (3, 20, 80)])
def test_one_design_for_many_targets(shape):
    X, y, l1 = problem(shape, seed=2)
    one = X[:1]
    l1, l2 = grid(one, y), np.linspace(0.0, 0.5, shape[0])
    each = [compiled.homotopy(one, y[r : r + 1], l1[r : r + 1], l2[r : r + 1])[0] for r in range(shape[0])]
    assert_allclose(compiled.homotopy(one, y, l1, l2), each, atol=1e-12)


def test_a_single_small_strength_for_a_wide_problem():
    """The working set starts far from its end."""
    X, y, l1 = problem((3, 40, 300), seed=3)
    last = compiled.homotopy(X, y, l1[:, -1:], np.zeros(3))
    assert_allclose(last, compiled.homotopy(X, y, l1, np.zeros(3))[:, -1:], atol=1e-10)


DEGENERATE = {
    "duplicates": lambda X, rng: np.concatenate([X, X, -X], axis=2),
    "binary": lambda X, rng: (X > 0).astype(float),
    "rare": lambda X, rng: (X > 1.2).astype(float),
    "constant": lambda X, rng: np.where(np.arange(X.shape[2]) % 2, X, 1.0),
    "sums": lambda X, rng: np.concatenate([X, X[:, :, :1] + X[:, :, 1:2], X.sum(2, keepdims=True)], axis=2),
    "rows drawn twice": lambda X, rng: X[:, rng.integers(X.shape[1], size=X.shape[1])],
    "integers": lambda X, rng: np.round(X),
    "units": lambda X, rng: X * 10.0 ** rng.integers(-6, 6, size=X.shape[2]),
    "correlated": lambda X, rng: 0.01 * X + rng.normal(size=(*X.shape[:2], 1)),
    "nearly equal": lambda X, rng: np.concatenate([X, X + 1e-7 * rng.normal(size=X.shape)], axis=2),
}
# twins closer than 1e-11: one of them has to do for both, and rounding cannot tell which
TWINS = "nearly equal"


@pytest.mark.parametrize("kind", DEGENERATE)
@pytest.mark.parametrize("shape", [(40, 2, 3), (40, 10, 10), (20, 25, 6), (20, 8, 30), (4, 20, 70)])
def test_degenerate_designs_end(kind, shape):
    rng = np.random.default_rng(4)
    X = DEGENERATE[kind](rng.normal(size=shape), rng)
    for y in (np.round(rng.normal(size=shape[:2])), X[:, :, 0] - X[:, :, -1], np.ones(shape[:2])):
        design, target = centered(X, y)
        for l2 in (0.0, 0.1):
            l1 = grid(design, target, 15, 1e-3)
            coef = compiled.homotopy(design, target, l1, np.full(shape[0], l2))
            worst = violations(design, target, coef, l1, l2)
            if kind == TWINS:
                assert (np.nan_to_num(worst) < 1e-6).all()
            else:
                assert np.mean(~(worst < 1e-9)) <= 0.02


@pytest.mark.parametrize("shape", [s for s in SHAPES if s[1] > 2])
@pytest.mark.parametrize("rho", [0.1, 0.9])
def test_elastic_nets_with_a_fixed_share(shape, rho):
    X, y, lam = problem(shape, seed=5)
    l1, l2 = rho * lam, (1 - rho) * lam
    gram = X.transpose(0, 2, 1) @ X / y.shape[1]
    coef = np.zeros((*l1.shape, shape[2]))
    df = compiled.active_set_path(gram, (y[:, None, :] @ X)[:, 0] / y.shape[1], l1, l2, coef)
    came = np.isfinite(df).all(axis=1)
    assert came.mean() >= 0.75
    assert violations(X[came], y[came], coef[came], l1[came], l2[came, :, None]).max() < 1e-12
    assert np.isnan(coef[~came]).any(axis=(1, 2)).all()
    for r in np.flatnonzero(came):
        on = coef[r, -1] != 0
        values = np.linalg.eigvalsh(gram[r][np.ix_(on, on)])
        assert df[r, -1] == pytest.approx(np.sum(values / (values + 2 * l2[r, -1])))


def test_readers_get_the_same_numbers_on_both_routes(monkeypatch):
    X, y, _ = problem((5, 30, 8), seed=6)
    for path_of in (lasso_path, lambda *data: elastic_net_path(*data, rho=0.5)):
        fast = path_of(X, y)
        with monkeypatch.context() as context:
            context.setattr(_routes, "ROUTE", "numpy")
            slow = path_of(X, y)
        assert_allclose(fast.coef, slow.coef, atol=1e-10)
        assert_allclose(fast.df, slow.df, atol=1e-8)
        assert max(fast.kkt.max(), slow.kkt.max()) < 1e-10


def test_any_layout_is_compiled_once():
    """Compiling again would take seconds; read-only and strided input is copied instead."""
    X, y, l1 = problem((4, 20, 5), seed=7)
    plain = compiled.homotopy(X, y, l1, np.zeros(4))
    before = len(compiled._whole.signatures)
    X.flags.writeable = False
    strided = np.asfortranarray(y)
    assert_array_equal(compiled.homotopy(X, strided, l1, np.broadcast_to(0.0, 4)), plain)
    assert len(compiled._whole.signatures) == before


def test_everything_can_be_compiled_beforehand():
    compiled.prepare()
    before = [len(function.signatures) for function in (compiled._whole, compiled._wide)]
    X, y, l1 = problem((3, 20, 100), seed=8)
    compiled.homotopy(X, y, l1, np.zeros(3))
    compiled.homotopy(X[:, :, :5], y, grid(X[:, :, :5], y), np.zeros(3))
    assert [len(function.signatures) for function in (compiled._whole, compiled._wide)] == before == [1, 1]


def test_the_cache_on_disk_knows_the_kernels_file():
    """numba itself looks only at the file of the function that it was asked to compile."""
    seen = [cell.cell_contents for cell in compiled._whole.py_func.__closure__]
    assert any(isinstance(value, int) for value in seen)


def test_compiles_without_a_folder_to_cache_in():
    scope = {}
    exec("def double(x):\n    return 2 * x", scope)  # has no file
    assert compiled._entry(scope["double"])(3) == 6


def test_numba_is_loaded_when_a_path_is_asked_for():
    code = "import sys; from regutils import lasso_path; print('numba' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
