"""Diamonds and Circles: penalties, losses, solvers and paths for learning what L1 and L2 regularization do.

Names are loaded when first used, so that `import regutils` stays as cheap as it looks.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from regutils.losses import LogisticLoss as LogisticLoss
    from regutils.losses import SquaredLoss as SquaredLoss
    from regutils.metrics import duality_gap as duality_gap
    from regutils.metrics import kkt_violation as kkt_violation
    from regutils.metrics import lambda_max as lambda_max
    from regutils.metrics import support as support
    from regutils.paths import Path as Path
    from regutils.paths import elastic_net_path as elastic_net_path
    from regutils.paths import lasso_path as lasso_path
    from regutils.paths import ridge_path as ridge_path
    from regutils.penalties import L1 as L1
    from regutils.penalties import L2 as L2
    from regutils.penalties import ElasticNet as ElasticNet
    from regutils.penalties import GroupL2 as GroupL2
    from regutils.penalties import HuberL1 as HuberL1
    from regutils.penalties import L1Ball as L1Ball
    from regutils.penalties import L2Ball as L2Ball
    from regutils.penalties import L2Norm as L2Norm
    from regutils.penalties import Lq as Lq
    from regutils.penalties import NoPenalty as NoPenalty
    from regutils.solvers import solve as solve

__version__ = "0.1.0"

_HOME = {
    "losses": ("LogisticLoss", "SquaredLoss"),
    "metrics": ("duality_gap", "kkt_violation", "lambda_max", "support"),
    "paths": ("Path", "elastic_net_path", "lasso_path", "ridge_path"),
    "penalties": (
        "ElasticNet", "GroupL2", "HuberL1", "L1", "L1Ball", "L2", "L2Ball", "L2Norm", "Lq", "NoPenalty",
    ),
    "solvers": ("solve",),
}  # fmt: skip
_MODULE = {name: module for module, names in _HOME.items() for name in names}

__all__ = ["__version__", *sorted(_MODULE)]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    if name not in _MODULE:
        raise AttributeError(f"module 'regutils' has no attribute {name!r}")
    value = getattr(import_module(f"regutils.{_MODULE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
