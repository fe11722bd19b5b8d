"""The engine, through the functions that readers call, on either route."""

from __future__ import annotations

import importlib.util

from benchmarks.problems import Batch
from regutils import _routes, elastic_net_path, lasso_path, ridge_path
from regutils.paths import Path

ROUTES = ["numpy", *(["compiled"] if importlib.util.find_spec("numba") else [])]


def solve(batch: Batch, route: str) -> Path:
    """All problems of a regime in one call, certificate, degrees of freedom and intercepts included."""
    _routes.ROUTE = "numpy" if route == "numpy" else None
    if batch.regime.penalty == "lasso":
        return lasso_path(batch.X, batch.y, batch.lambdas, fit_intercept=False)
    if batch.regime.penalty == "ridge":
        return ridge_path(batch.X, batch.y, batch.lambdas, fit_intercept=False)
    return elastic_net_path(batch.X, batch.y, batch.lambdas, rho=batch.rho, fit_intercept=False)
