"""Published numbers beside ours: one module a publication, each a function that returns Replications."""

from __future__ import annotations

from collections.abc import Callable

from regutils.experiments.caching import once
from regutils.experiments.replications.best_of_n import best_of_n, gao2023
from regutils.experiments.replications.decoupled_decay import decay_against_l2, loshchilov2019
from regutils.experiments.replications.degrees_of_freedom import counted, zou2007
from regutils.experiments.replications.donoho_tanner import donoho2009, transition
from regutils.experiments.replications.esl_shrinkage import esl_shrinkage, orthonormal
from regutils.experiments.replications.gradient_flow import ali2019, flow_and_ridge
from regutils.experiments.replications.grouping import grouped, grouping
from regutils.experiments.replications.hoerl_kennard import hoerl_kennard1970, ridge_error
from regutils.experiments.replications.input_noise import bishop1995, input_noise
from regutils.experiments.replications.lars_diabetes import diabetes_path, lars_diabetes, rounding_effect
from regutils.experiments.replications.ng2004 import irrelevant_features, ng2004
from regutils.experiments.replications.record import Replication
from regutils.experiments.replications.robust_lasso import robust_lasso, xu2010
from regutils.experiments.replications.scale_invariance import SETTINGS, equilibrium, vanlaarhoven2017
from regutils.experiments.replications.stability_selection import meinshausen2010, stability
from regutils.experiments.replications.tibshirani1996 import example_1, tibshirani1996
from regutils.experiments.replications.wainwright import recovery_threshold, wainwright2009
from regutils.experiments.replications.zou_hastie2005 import comparison, zou_hastie2005

__all__ = [
    "PUBLICATIONS",
    "SETTINGS",
    "Replication",
    "best_of_n",
    "comparison",
    "counted",
    "decay_against_l2",
    "diabetes_path",
    "equilibrium",
    "example_1",
    "flow_and_ridge",
    "grouping",
    "input_noise",
    "irrelevant_features",
    "orthonormal",
    "recovery_threshold",
    "replicate",
    "replications",
    "ridge_error",
    "robust_lasso",
    "rounding_effect",
    "stability",
    "transition",
]  # fmt: skip

# In the order of the page: the name of its section, and what runs it.
PUBLICATIONS: dict[str, Callable[[], tuple[Replication, ...]]] = {
    "Hoerl and Kennard 1970": hoerl_kennard1970,
    "Bishop 1995": bishop1995,
    "Tibshirani 1996": tibshirani1996,
    "Efron et al. 2004": lars_diabetes,
    "Ng 2004": ng2004,
    "Zou and Hastie 2005": lambda: zou_hastie2005() + grouped(),
    "Zou, Hastie and Tibshirani 2007": zou2007,
    "Donoho and Tanner 2009": donoho2009,
    "Wainwright 2009": wainwright2009,
    "Hastie, Tibshirani and Friedman 2009": esl_shrinkage,
    "Meinshausen and Bühlmann 2010": meinshausen2010,
    "Xu, Caramanis and Mannor 2010": xu2010,
    "van Laarhoven 2017": vanlaarhoven2017,
    "Ali, Kolter and Tibshirani 2019": ali2019,
    "Loshchilov and Hutter 2019": loshchilov2019,
    "Gao, Schulman and Hilton 2023": gao2023,
}


@once
def replicate(publication: str) -> tuple[Replication, ...]:
    """The rows of one publication, measured in this process.

    Raises ValueError for a name that PUBLICATIONS does not have.
    """
    if publication not in PUBLICATIONS:
        raise ValueError(f"publication must be one of {', '.join(PUBLICATIONS)}; got {publication!r}")
    return PUBLICATIONS[publication]()


def replications() -> dict[str, tuple[Replication, ...]]:
    """All rows by publication."""
    return {name: replicate(name) for name in PUBLICATIONS}
