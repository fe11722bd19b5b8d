"""Solutions for a whole grid of strengths at once, for one data set or for many replicates of an experiment.

    lasso_path         (1/(2n)) ||y - X theta - b 1||^2 + lam ||theta||_1
    ridge_path         (1/(2n)) ||y - X theta - b 1||^2 + lam ||theta||_2^2
    elastic_net_path   (1/(2n)) ||y - X theta - b 1||^2 + lam (rho ||theta||_1 + (1 - rho) ||theta||_2^2)

One problem: X (n, p), y (n,). R problems: X (R, n, p), y (R, n). R targets on one design: X (n, p), y (R, n), and the
work that depends on X alone is done once. lambdas: (L,), or (R, L) for R problems, decreasing, >= 0. All is float64.

Every answer is certified: its violation of the optimality conditions (Path.kkt) is at most 1e-9 relative to
max |X'y| / n, whichever algorithm found it, or a RuntimeError names the replicate. Replicates are worked on in chunks,
so that beyond input and output the memory is that of one chunk: about 8 MB, or, where problems are larger, two to
sixteen times 8 (2 n p + 2.5 p^2 + L p) bytes (centered X, Gram matrix, pivots) with at most 16 MB or two problems; for
p > 12 n no Gram matrix is formed, p^2 is n p, and two problems are four.
Where numba is installed (the extra `fast`) the homotopy is compiled; results agree to rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from regutils._centered import Centered, Data
from regutils._ridge import top_eigenvalue
from regutils._routes import chunk_size, solutions
from regutils._validation import Array, check_array, check_integer, check_scalar


@dataclass(frozen=True)
class Path:
    """Solutions along a decreasing grid of strengths; the leading axis R is there when it was there in the input.

    lambdas (..., L); coef (..., L, p); intercept (..., L); df (..., L), the degrees of freedom of the fit without
    the intercept; kkt (...), the largest violation of the optimality conditions on the path, relative to
    max |X'y| / n of the centered data: the certificate that the path is right.
    """

    lambdas: Array
    coef: Array
    intercept: Array
    df: Array
    kkt: Array


def lasso_path(
    X: object,
    y: object,
    lambdas: object = None,
    *,
    n_lambdas: int = 50,
    lambda_min_ratio: float = 1e-2,
    fit_intercept: bool = True,
) -> Path:
    """Lasso solutions of (1/(2n)) ||y - X theta - b 1||_2^2 + lam ||theta||_1 for each lam.

    lambdas=None: n_lambdas values, evenly spaced in the logarithm from each replicate's own lambda_max =
    max |X'y| / n (the least strength with all-zero coefficients) down to lambda_min_ratio times that.
    df: the number of nonzero coefficients, unbiased for the lasso's degrees of freedom when the nonzero columns are
    independent (Zou, Hastie and Tibshirani 2007); their rank when they are not. At lam = 0 with dependent columns the
    solution of least norm.
    """
    grid = _Grid(lambdas, n_lambdas, lambda_min_ratio)
    return _path(Data(X, y, fit_intercept), grid, lambda data: data.largest, lambda lam, _: (lam, np.zeros_like(lam)))


def elastic_net_path(
    X: object,
    y: object,
    lambdas: object = None,
    *,
    rho: float | None = None,
    l2: object = None,
    n_lambdas: int = 50,
    lambda_min_ratio: float = 1e-2,
    fit_intercept: bool = True,
) -> Path:
    """Elastic net solutions of (1/(2n)) ||y - X theta - b 1||_2^2 + lam (rho ||theta||_1 + (1 - rho) ||theta||_2^2).

    rho in [0, 1] is the share of the L1 part, fixed along the path: 1 gives lasso_path, 0 gives ridge_path. Default
    grid as in lasso_path, from lambda_max = max |X'y| / (n rho) (as ridge_path for rho = 0).
    With l2 in place of rho, a number or one per replicate (R,), the L2 part is fixed instead and lambdas are the
    strengths of the L1 part: (1/(2n)) ||y - X theta - b 1||_2^2 + lam ||theta||_1 + l2 ||theta||_2^2, the naive
    elastic net of Zou and Hastie (2005), whose path is piecewise linear.
    df: the trace of X_A (X_A'X_A + 2 n lam (1 - rho) I)^-1 X_A', A the nonzero coefficients (Tibshirani and
    Taylor 2012).
    """
    if (rho is None) == (l2 is None):
        raise ValueError(f"either rho or l2 must be given, got rho={rho!r} and l2={l2!r}")
    if l2 is not None:
        data = Data(X, y, fit_intercept)
        fixed = _per_replicate(l2, data)
        grid = _Grid(lambdas, n_lambdas, lambda_min_ratio)
        return _path(
            data, grid, lambda part: part.largest, lambda lam, part: (lam, np.tile(fixed[part, None], lam.shape[1]))
        )
    share = check_scalar(rho, "rho", low=0.0, high=1.0)
    if share == 0:
        return ridge_path(
            X, y, lambdas, n_lambdas=n_lambdas, lambda_min_ratio=lambda_min_ratio, fit_intercept=fit_intercept
        )
    return _path(
        Data(X, y, fit_intercept),
        _Grid(lambdas, n_lambdas, lambda_min_ratio),
        lambda data: data.largest / share,
        lambda lam, _: (share * lam, (1.0 - share) * lam),
    )


def ridge_path(
    X: object,
    y: object,
    lambdas: object = None,
    *,
    n_lambdas: int = 50,
    lambda_min_ratio: float = 1e-4,
    fit_intercept: bool = True,
) -> Path:
    """Ridge solutions of (1/(2n)) ||y - X theta - b 1||_2^2 + lam ||theta||_2^2 for each lam (no 1/2 on the penalty).

    With the singular values d of the centered X, theta = V diag(d / (d^2 + 2 n lam)) U'y and
    df = sum d^2 / (d^2 + 2 n lam) (Hastie, Tibshirani and Friedman 2009, section 3.4.1). At lam = 0 the least-squares
    solution of least norm. No finite strength gives zero, so the default grid starts where even the leading principal
    direction is shrunk elevenfold: at 5 times the largest eigenvalue of X'X / n.
    """
    grid = _Grid(lambdas, n_lambdas, lambda_min_ratio)
    return _path(
        Data(X, y, fit_intercept),
        grid,
        lambda data: 5.0 * top_eigenvalue(data),
        lambda lam, _: (np.zeros_like(lam), lam),
    )


class _Grid:
    """The strengths asked for: given ones, or a geometric grid."""

    def __init__(self, lambdas: object, count: object, ratio: object) -> None:
        self.values = None if lambdas is None else check_array(lambdas, "lambdas", ndim=(1, 2))
        self.count = check_integer(count, "n_lambdas", low=1)
        self.ratio = check_scalar(ratio, "lambda_min_ratio", low=0.0, high=1.0, inclusive="neither")
        self.size = self.count if self.values is None else self.values.shape[-1]

    def check(self, data: Data) -> None:
        if self.values is None:
            return
        if self.values.ndim == 2 and not data.batched:
            raise ValueError(f"lambdas must have 1 dimension(s), got shape {self.values.shape}")
        if self.values.ndim == 2 and self.values.shape[0] != data.replicates:
            raise ValueError(
                f"lambdas must have {data.replicates} rows, one per replicate, got shape {self.values.shape}"
            )
        if (least := self.values.min()) < 0:
            raise ValueError(f"lambdas must be >= 0, got {least:g}")
        if (self.values[..., 1:] >= self.values[..., :-1]).any():
            raise ValueError("lambdas must be strictly decreasing, got an increase or a repeated value")

    @property
    def given(self) -> bool:
        return self.values is not None

    def rows(self, part: slice) -> Array:
        """The given strengths of some replicates, (R, L) or (1, L)."""
        assert self.values is not None
        return self.values[part] if self.values.ndim == 2 else self.values[None]

    def below(self, top: Array) -> Array:
        """Geometric strengths that fall from `top` (R,)."""
        shape = self.ratio ** (np.arange(self.count) / max(self.count - 1, 1))
        return np.asarray(np.where(top > 0, top, 1.0)[:, None] * shape)  # all zero: any grid shows it


def _per_replicate(l2: object, data: Data) -> Array:
    values = check_array(l2, "l2", ndim=(0, 1) if data.batched else 0)
    if values.ndim == 1 and values.size != data.replicates:
        raise ValueError(f"l2 must be a number or have {data.replicates} entries, got shape {values.shape}")
    if np.any(values < 0):
        raise ValueError(f"l2 must be >= 0, got {values.min():g}")
    return np.array(np.broadcast_to(values, data.replicates))


def _path(
    data: Data,
    grid: _Grid,
    largest: Callable[[Centered], Array],
    strengths: Callable[[Array, slice], tuple[Array, Array]],
) -> Path:
    """Chunk by chunk: grid, minimizers, intercepts, certificate; `strengths` gives l1 and l2 for lambdas."""
    grid.check(data)
    shape = (data.replicates, grid.size)
    path = Path(np.empty(shape), np.zeros((*shape, data.p)), np.empty(shape), np.empty(shape), np.empty(shape[0]))
    for part, chunk in data.chunks(chunk_size(data.n, data.p, grid.size)):
        lambdas, coef = path.lambdas[part], path.coef[part]
        lambdas[:] = grid.rows(part) if grid.given else grid.below(largest(chunk))
        l1, l2 = strengths(lambdas, part)
        first = int(part.start)
        path.df[part], path.kkt[part] = solutions(chunk, l1, l2, coef, first)
        path.intercept[part] = chunk.intercept(coef)
    if data.batched:
        return path
    return Path(path.lambdas[0], path.coef[0], path.intercept[0], path.df[0], path.kkt[0])
