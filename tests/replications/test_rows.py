"""Every row of the page of replications: within its limit, and out of it when a convention is broken on purpose."""

import pytest

from regutils.experiments.replications import PUBLICATIONS, replicate
from regutils.experiments.replications.best_of_n import gao2023
from regutils.experiments.replications.decoupled_decay import loshchilov2019
from regutils.experiments.replications.degrees_of_freedom import zou2007
from regutils.experiments.replications.donoho_tanner import donoho2009
from regutils.experiments.replications.esl_shrinkage import esl_shrinkage
from regutils.experiments.replications.gradient_flow import ali2019
from regutils.experiments.replications.grouping import grouped
from regutils.experiments.replications.hoerl_kennard import hoerl_kennard1970
from regutils.experiments.replications.input_noise import bishop1995
from regutils.experiments.replications.lars_diabetes import lars_diabetes
from regutils.experiments.replications.ng2004 import ng2004
from regutils.experiments.replications.robust_lasso import xu2010
from regutils.experiments.replications.scale_invariance import vanlaarhoven2017
from regutils.experiments.replications.stability_selection import meinshausen2010
from regutils.experiments.replications.tibshirani1996 import tibshirani1996
from regutils.experiments.replications.wainwright import wainwright2009
from regutils.experiments.replications.zou_hastie2005 import zou_hastie2005
from regutils.replications_view import line

# How many rows each publication has at least, so that none is lost unnoticed.
ROWS = {
    "Hoerl and Kennard 1970": 6,
    "Bishop 1995": 4,
    "Tibshirani 1996": 9,
    "Efron et al. 2004": 17,
    "Ng 2004": 3,
    "Zou and Hastie 2005": 17,
    "Zou, Hastie and Tibshirani 2007": 6,
    "Donoho and Tanner 2009": 5,
    "Wainwright 2009": 5,
    "Hastie, Tibshirani and Friedman 2009": 3,
    "Meinshausen and Bühlmann 2010": 3,
    "Xu, Caramanis and Mannor 2010": 2,
    "van Laarhoven 2017": 3,
    "Ali, Kolter and Tibshirani 2019": 3,
    "Loshchilov and Hutter 2019": 3,
    "Gao, Schulman and Hilton 2023": 13,
}

# Conventions broken on purpose, and a part of the name of every row that has to fail then.
BROKEN = {
    "noise of Tibshirani's text": (
        tibshirani1996, {"sigma": 3.0, "data_sets": 400},
        ["median error, lasso, GCV", "median error, least squares"],
    ),
    "Tibshirani without intercept": (tibshirani1996, {"with_intercept": False}, ["median error, lasso, GCV"]),
    "Zou and Hastie, variance 1": (
        zou_hastie2005, {"variance": 1.0},
        [f"{method}, Example 3" for method in ("elastic net", "error, lasso", "ridge")],
    ),
    "Zou and Hastie without intercept": (zou_hastie2005, {"with_intercept": False}, ["ridge, Example 2"]),
    "the lasso as a grouping method": (grouped, {"swapped": True}, ["over its bound", "spread within a group"]),
    "Cp of a target with its mean": (lars_diabetes, {"centered": False}, [f"Cp at step {k}" for k in range(9)]),
    "ridge on another scale": (hoerl_kennard1970, {"wrong_scale": 2.0}, ["k = 0.1", "k = 0.01"]),
    "input noise without the n": (bishop1995, {"rows_counted": False}, ["variance 1", "variance 0.5", "variance 0.1"]),
    "L2 in the place of L1": (ng2004, {"penalty": "L2"}, ["test error of L1"]),
    "products in place of covariances": (zou2007, {"centered": False}, ["against nonzeros"]),
    "least L2 norm for basis pursuit": (donoho2009, {"norm": "l2"}, ["50% point of recovery"]),
    "another constant than 2": (wainwright2009, {"unit": 2.0}, ["50% point", "twice the threshold"]),
    "half the constant": (wainwright2009, {"unit": 0.5}, ["50% point", "half the threshold"]),
    "correlated columns": (esl_shrinkage, {"orthonormal_columns": False}, ["best subset", "ridge", "lasso"]),
    "no threshold on stability": (meinshausen2010, {"corrected": False}, ["threshold 0.6", "threshold 0.9"]),
    "disturbances bounded as a whole": (xu2010, {"columns": False}, ["worst case less the penalized"]),
    "weights whose scale matters": (vanlaarhoven2017, {"invariant": False}, ["decay 0.01", "decay 0.04"]),
    "time two over lambda": (ali2019, {"calibration": 2.0}, ["ratio of variances"]),
    "one strength for penalty and decay": (loshchilov2019, {"calibrated": False}, ["SGD"]),
    "Adam without its division": (loshchilov2019, {"adaptive": False}, ["Adam with decay"]),
    "decay inside the gradient": (loshchilov2019, {"decoupled": False}, ["largest weight of AdamW"]),
    "the first of n for the best": (gao2023, {"selected": False}, ["simulated, best of"]),
}  # fmt: skip


def test_all_publications_are_listed():
    assert set(ROWS) == set(PUBLICATIONS)
    with pytest.raises(ValueError, match=r"publication must be one of .* got 'Bayes 1763'"):
        replicate("Bayes 1763")


@pytest.mark.parametrize("publication", ROWS)
def test_rows_come_out_as_the_page_says(publication):
    """Reproduced, unless the row gives a reason why not; and no reason is given where there is nothing to explain."""
    rows = replicate(publication)
    assert len(rows) >= ROWS[publication]
    assert not [line(row) for row in rows if row.reproduced == bool(row.reason)]
    assert len({row.what for row in rows}) == len(rows)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_convention_is_noticed(name):
    rows_of, convention, parts = BROKEN[name]
    rows = rows_of(**convention)
    for part in parts:
        named = [row for row in rows if part in row.what and not row.reason]
        assert named, part
        assert not [line(row) for row in named if row.reproduced]
