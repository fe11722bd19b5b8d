"""Which algorithm computes a path: the fastest for its shape. All give the same answer, and none goes uncertified."""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from types import ModuleType

import numpy as np
import numpy.typing as npt

from regutils._careful import resolve
from regutils._centered import Centered
from regutils._descent import descent_path, guess
from regutils._homotopy import tableau_path
from regutils._ridge import ridge
from regutils._supports import active_set_path, side_by_side, smooth_degrees
from regutils._validation import Array

Mask = npt.NDArray[np.bool_]
LIMIT = 1e-9  # largest violation of the optimality conditions, relative to max |X'y| / n, that is handed out
ROUTE = os.environ.get("REGUTILS_ROUTE")  # "numpy": leave what is compiled aside, as the book's build and tests do
ROUNDING = 1e-14
TRUSTED = 1e-11  # above it a replicate is solved again,
FAINT = 1e-10  # L2 part, relative to the curvature, whose effect an inverse does not tell
FEW = 3  # problems
LOST = 1e-6  # and from a new start above this


def chunk_size(n: int, p: int, L: int) -> int:
    """Replicates at a time: so many that data, Gram matrices, pivots and answers stay in the cache (about 8 MB).

    Of larger problems twice as many, at least two: what each step costs in calls outweighs the cache.
    """
    fitting = 8e6 / (8 * (2 * n * p + 2.5 * p * p + L * p))
    return int(fitting if fitting >= 16 else max(2.0, min(16.0, 2 * fitting)))


def solutions(data: Centered, l1: Array, l2: Array, coef: Array, first: int) -> tuple[Array, Array]:
    """Write the minimizers for l1 and l2 (R, L), >= 0, to `coef`, all zero (R, L, p); return df and violation.

    l1 falls along the path. df (R, L) is the trace of the fit's derivative, the violation (R,) is the certificate;
    `first` is the number of the first replicate, for the error where there is no certified answer.
    """
    df = _with_l1(data, l1, l2, coef) if l1.any() else ridge(data, l2, coef)
    kkt, size = data.certify(coef, l1, l2)
    suspects = np.flatnonzero(~(kkt <= TRUSTED))
    for r in suspects:
        if not kkt[r] <= LOST:
            coef[r] = _one_by_one(data, int(r), l1[r], l2[r])
        coef[r] = resolve(*data.of(int(r)), coef[r], l1[r], l2[r])
    if suspects.size:
        kkt, size = data.certify(coef, l1, l2)
        for r in suspects:
            if not kkt[r] <= LIMIT:
                raise RuntimeError(
                    f"replicate {first + r}: no solution found that violates the optimality conditions by at most "
                    f"{LIMIT:g} of max |X'y| / n, best {kkt[r]:.1e}"
                )
    doubtful = np.zeros(l1.shape, dtype=bool)
    doubtful[suspects] = l1[suspects] > 0
    return _degrees(data, coef, l2, df, size, doubtful), kkt


def _with_l1(data: Centered, l1: Array, l2: Array, coef: Array) -> Array:
    """Write the minimizers to `coef`; return their degrees of freedom, NaN where these do not come for free."""
    smooth = l1[:, -1] == 0  # ridge, or least squares of least norm; strengths decrease, so only the last can be 0
    positive = l1.copy()
    positive[smooth, -1] = l1[smooth, -2] if l1.shape[1] > 1 else data.largest[smooth]
    df = _by_path(data, positive, l2, coef)
    none = l1 >= (1.0 - ROUNDING) * data.largest[:, None]
    coef[none] = 0.0  # where an algorithm's own X'y differs in the last digit
    df[none] = 0.0
    if smooth.any():
        last = np.zeros((l1.shape[0], 1, coef.shape[2]))
        last_df = ridge(data, l2[:, -1:], last)
        coef[smooth, -1], df[smooth, -1] = last[smooth, 0], last_df[smooth, 0]
    return df


def _by_path(data: Centered, l1: Array, l2: Array, coef: Array) -> Array:
    design, engine = data.design, _compiled()
    if not (l2 == l2[:, :1]).all():
        if engine is None and len(l1) <= FEW:
            return _from_descent(data, l1, l2, coef)
        newton = active_set_path if engine is None else engine.active_set_path
        return np.asarray(newton(design.gram, data.correlation, l1, l2, coef))
    df = np.full(l1.shape, np.nan)
    if engine is not None and engine.on_working_set(design.n, design.p):
        engine.working_set_path(design.X, data.y, l1, l2[:, 0], coef)
    elif engine is not None:
        engine.tableau_path(design.gram, data.correlation, l1, l2[:, 0], coef)
    elif _descent_pays(len(l1), l1.shape[1], design.n, design.p):
        for r in range(len(l1)):
            G, q = data.gram_of(r), data.correlation[[r]]
            if not descent_path(*data.of(r), G[0], q[0], l1[r], float(l2[r, 0]), coef[r]):
                coef[r] = 0.0
                tableau_path(G, q, l1[[r]], l2[r, :1], coef[r : r + 1])
    else:
        tableau_path(design.gram, data.correlation, l1, l2[:, 0], coef)
    return df


def _descent_pays(replicates: int, L: int, n: int, p: int) -> bool:
    """Whether coordinate descent and its mending take less time than the homotopy's steps.

    In microseconds, as measured on Gaussian designs: the homotopy makes some p steps, whose calls the problems share;
    coordinate descent is the slower the nearer p comes to n.
    """
    homotopy = 50.0 * p / replicates + 4.5e-4 * p**3
    descent = 350.0 + 7.0 * L + 8.0 * p + 0.0013 * (p / (1.0 - min(p / n, 0.99) ** 0.5)) ** 2
    return n > p and descent < homotopy


def _from_descent(data: Centered, l1: Array, l2: Array, coef: Array) -> Array:
    """Supports guessed by coordinate descent: soonest where there are too few problems to share each step's cost."""
    df = np.empty(l1.shape)
    for r in range(len(l1)):
        G, q = data.gram_of(r), data.correlation[r]
        coef[r] = guess(*data.of(r), G[0], q, l1[r], l2[r])
        df[r] = side_by_side(G, q, l1[r], l2[r], coef[r])
    return df


def _one_by_one(data: Centered, r: int, l1: Array, l2: Array) -> Array:
    """Coefficients (L, p) of one replicate, for each strength a homotopy of its own at that strength's L2 part."""
    found = np.zeros((l1.size, 1, data.design.p))
    q = np.tile(data.correlation[r], (l1.size, 1))
    tableau_path(data.gram_of(r), q, np.where(l1 > 0, l1, data.largest[r])[:, None], l2, found)
    return np.nan_to_num(found[:, 0])


def _compiled() -> ModuleType | None:
    return compiled("_compiled")


def compiled(name: str) -> ModuleType | None:
    """A module of ours that needs numba, where that is installed and wanted."""
    return None if ROUTE == "numpy" else _if_installed(name)


@cache
def _if_installed(name: str) -> ModuleType | None:
    try:
        return import_module(f"regutils.{name}")
    except ImportError:
        return None


def _degrees(data: Centered, coef: Array, l2: Array, df: Array, size: Array, doubtful: Mask) -> Array:  # noqa: PLR0917
    """Fill in the trace of X_A (X_A'X_A + 2 n l2 I)^-1 X_A', (R, L), where it is not known, A the `size` nonzeros.

    Without an L2 part it is the rank of X_A, and that is its size, for the homotopy lets no dependent columns in. What
    others than the homotopy solved, or has hardly an L2 part, is left to the singular values.
    """
    if not l2.any():
        df = np.where(np.isnan(df), size, df)
    else:
        curvature = np.einsum("rnj,rnj->rj", data.design.X, data.design.X).max() / data.design.n  # needs no Gram matrix
        doubtful = doubtful | ((l2 <= FAINT * curvature) & (size > 0))
        if np.isnan(df).any():
            df = np.where(np.isnan(df), smooth_degrees(data.design.gram, coef, np.where(doubtful, 1.0, l2)), df)
    for r, k in zip(*np.nonzero(doubtful & (size > 0)), strict=True):
        X, _ = data.of(int(r))
        squares = np.linalg.svd(X[:, coef[r, k] != 0], compute_uv=False) ** 2
        squares = squares[squares > (max(X.shape) * np.finfo(float).eps) ** 2 * squares[0]]
        df[r, k] = np.sum(squares / (squares + 2.0 * X.shape[0] * l2[r, k]))
    return df
