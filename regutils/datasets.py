"""The real data of the course, each as a scikit-learn Bunch, and the simulators with known truth.

Every loader returns data (n, p) in float64 and in the original units, target (n,), feature_names and DESCR;
classifications add target_names. Units differ between columns, so a penalty treats them unequally until they are
standardized: inside the folds, with `standardize(X_test, reference=X_train)`.
Nothing is downloaded: the files lie in scikit-learn or in regutils/data (see the README there).
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Sequence, Sized
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from regutils._validation import check_array
from regutils.simulators import (
    LinearData,
    LogisticData,
    add_outliers,
    simulate_linear,
    simulate_logistic,
    simulate_orthonormal,
)

if TYPE_CHECKING:
    from sklearn.utils import Bunch

__all__ = [
    "LinearData",
    "LogisticData",
    "add_outliers",
    "load_breast_cancer",
    "load_diabetes",
    "load_digits",
    "load_hitters",
    "load_khan",
    "load_wine",
    "simulate_linear",
    "simulate_logistic",
    "simulate_orthonormal",
    "standardize",
]

# The level that is coded 1; the other level of each factor is 0.
_HITTERS_LEVELS = {"League": "N", "Division": "W", "NewLeague": "N"}

_HITTERS_DESCR = """Hitters: salaries of Major League Baseball players, 1987

263 players with a known salary (of 322), 19 numeric columns. Target: salary on opening day 1987, in thousands of
dollars. Columns of 1986: AtBat, Hits, HmRun (home runs), Runs, RBI (runs batted in), Walks, PutOuts, Assists,
Errors; over the career: Years, CAtBat, CHits, CHmRun, CRuns, CRBI, CWalks. Columns of 0 and 1: League_N (National
League at the end of 1986; otherwise American), Division_W (West; otherwise East), NewLeague_N (National League at
the beginning of 1987). In the original units.

Source: StatLib (poster session of the Section on Statistical Graphics, American Statistical Association, 1988), in
the form of James, Witten, Hastie and Tibshirani (2013), An Introduction to Statistical Learning, chapter 6.
License: BSD, from ISLP 0.6.0; see regutils/data/README.md and regutils/data/LICENSE-ISLP.
"""

_KHAN_DESCR = """Khan: gene expression of small round blue cell tumors of childhood

83 samples, 2308 columns (genes G0001 to G2308): natural logarithm of the red intensity relative to the reference.
Target: four classes, 0 to 3, named in target_names (ISLP numbers them 1 to 4; the names follow from the sizes of
the classes in the publication). `train` is True for the 63 training samples of the publication, which come first,
False for its 20 test samples.

Source: Khan et al. (2001), Classification and diagnostic prediction of cancers using gene expression profiling and
artificial neural networks, Nature Medicine 7:673-679, in the form of James, Witten, Hastie and Tibshirani (2013),
An Introduction to Statistical Learning.
License: BSD, from ISLP 0.6.0; see regutils/data/README.md and regutils/data/LICENSE-ISLP.
"""

_SCIKIT_LEARN_LICENSE = "License: BSD-3-Clause, as part of scikit-learn.\n\n"
_UCI_LICENSE = "License: CC BY 4.0, UCI Machine Learning Repository; distributed with scikit-learn.\n\n"


def load_hitters() -> Bunch:
    """Baseball salaries: data (263, 19), target (263,) in thousands of dollars of 1987.

    The players without a salary are left out. Order of columns as in the source; League_N, Division_W and NewLeague_N
    are 1 for the level in the name. Source: James et al. (2013), An Introduction to Statistical Learning, chapter 6.
    """
    from sklearn.utils import Bunch

    text = gzip.decompress(_read("hitters.csv.gz")).decode()
    players = [player for player in csv.DictReader(io.StringIO(text)) if player["Salary"]]
    columns = [name for name in players[0] if name != "Salary"]

    def number(player: dict[str, str], name: str) -> float:
        level = _HITTERS_LEVELS.get(name)
        return float(player[name]) if level is None else float(player[name] == level)

    return Bunch(
        data=np.array([[number(player, name) for name in columns] for player in players]),
        target=np.array([float(player["Salary"]) for player in players]),
        feature_names=[f"{name}_{_HITTERS_LEVELS[name]}" if name in _HITTERS_LEVELS else name for name in columns],
        DESCR=_HITTERS_DESCR,
    )


def load_khan() -> Bunch:
    """Gene expression of four tumors: data (83, 2308), target (83,) in 0..3, train (83,) boolean.

    Values are natural logarithms of relative intensities. `train` marks the 63 training samples of the publication.
    Source: Khan et al. (2001), Nature Medicine 7:673-679, as in James et al. (2013).
    """
    from sklearn.utils import Bunch

    with np.load(io.BytesIO(_read("khan.npz"))) as stored:
        low, middle, high = stored["ratio"].astype(np.int64)
        decimals, label, train = stored["decimals"], stored["label"], stored["train"]
    logarithm = np.log((low + 256 * middle + 65536 * high) / 1e4)
    scale = 10 ** decimals.astype(np.int64)
    return Bunch(
        data=np.rint(logarithm * scale) / scale,  # the published digits, see data/README.md
        target=label.astype(np.int64) - 1,
        target_names=["Burkitt lymphoma", "Ewing sarcoma", "neuroblastoma", "rhabdomyosarcoma"],
        feature_names=[f"G{gene:04d}" for gene in range(1, logarithm.shape[1] + 1)],
        train=train,
        DESCR=_KHAN_DESCR,
    )


def load_diabetes(*, scaled: bool = False) -> Bunch:
    """Diabetes progression after one year: data (442, 10), target (442,), an integer score from 25 to 346.

    Original units by default (age in years, sex coded 1 and 2, body mass index in kg/m^2, ...). scaled=True gives the
    form used by Efron et al.: columns centered over all 442 patients with a sum of squares of one. That lets test
    patients take part in the scaling, and makes every column's standard deviation 1/sqrt(442), which changes what
    a given lambda means. Source: Efron, Hastie, Johnstone and Tibshirani (2004), Annals of Statistics 32:407-499.
    """
    from sklearn.datasets import load_diabetes as load

    units = (
        "Columns centered, with a sum of squares of one (scaled=True)."
        if scaled
        else "Columns in their original units; the note on scaling below is about scaled=True."
    )
    return _bunch(load(scaled=scaled), f"{units}\n{_SCIKIT_LEARN_LICENSE}")


def load_breast_cancer() -> Bunch:
    """Wisconsin diagnostic breast cancer: data (569, 30), target (569,): 0 malignant, 1 benign.

    Measurements of cell nuclei in the original units. Source: Street, Wolberg and Mangasarian (1993).
    """
    from sklearn.datasets import load_breast_cancer as load

    return _bunch(load(), _UCI_LICENSE)


def load_digits() -> Bunch:
    """Handwritten digits of 8 x 8 pixels: data (1797, 64) with gray levels 0 to 16, target (1797,) in 0..9.

    Pixels 0, 32 and 39 are zero in every image and cannot be standardized. Source: Alpaydin and Kaynak (1998), UCI.
    """
    from sklearn.datasets import load_digits as load

    return _bunch(load(), _UCI_LICENSE)


def load_wine() -> Bunch:
    """Chemical analysis of wines from three cultivars: data (178, 13), target (178,) in 0..2.

    In the original units. Source: Aeberhard and Forina (1992), UCI.
    """
    from sklearn.datasets import load_wine as load

    return _bunch(load(), _UCI_LICENSE)


def standardize(
    X: ArrayLike, *, reference: ArrayLike | None = None, feature_names: Sequence[str] | None = None
) -> NDArray[np.float64]:
    """(X - mean) / sd for each column, sd with divisor n; X (n, p) or (R, n, p), the replicates each on their own.

    Mean and sd are those of `reference` (default X). For test data give the training data, so that nothing about
    the test set is used: `standardize(X_test, reference=X_train)`. Raises ValueError naming the columns that are
    constant, by feature_names if given, because they have no scale.
    """
    X = check_array(X, "X", ndim=(2, 3))
    own = reference is None
    reference = X if own else check_array(reference, "reference", shape=(*X.shape[:-2], None, X.shape[-1]))
    if feature_names is not None and (isinstance(feature_names, str) or not isinstance(feature_names, Sized)):
        raise TypeError(f"feature_names must be a sequence of names, got {feature_names!r}")
    if feature_names is not None and len(feature_names) != X.shape[-1]:
        raise ValueError(f"feature_names must name the {X.shape[-1]} columns of X, got {len(feature_names)} names")
    sd = reference.std(axis=-2, keepdims=True)
    # The range of a constant column is exactly zero, where its standard deviation may round to 1e-17.
    constant = (np.ptp(reference, axis=-2, keepdims=True) == 0) | (sd == 0)
    if constant.any():
        columns = np.flatnonzero(constant.reshape(-1, X.shape[-1]).any(axis=0))
        named = ", ".join(str(j if feature_names is None else feature_names[j]) for j in columns[:10])
        more = f" and {len(columns) - 10} more" if len(columns) > 10 else ""
        raise ValueError(
            f"{'X' if own else 'reference'} must vary in every column to be standardized, got constant columns:"
            f" {named}{more}"
        )
    return np.asarray((X - reference.mean(axis=-2, keepdims=True)) / sd)


def _read(name: str) -> bytes:
    return files("regutils").joinpath("data", name).read_bytes()


def _bunch(original: Bunch, preface: str) -> Bunch:
    """The common form of a data set of scikit-learn: float64, lists of names, what we add to its description."""
    from sklearn.utils import Bunch

    names = {"target_names": [str(name) for name in original["target_names"]]} if "target_names" in original else {}
    return Bunch(
        data=np.asarray(original["data"], dtype=np.float64),
        target=original["target"],
        feature_names=[str(name) for name in original["feature_names"]],
        DESCR=preface + original["DESCR"].strip() + "\n",
        **names,
    )
