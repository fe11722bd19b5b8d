"""Real linear classifiers, L1 against L2: features used, bytes on disk, accuracy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regutils._validation import Array, check_choice
from regutils.claims import Finding, evidence
from regutils.conventions import to_sklearn_logistic
from regutils.datasets import load_digits, load_khan, standardize
from regutils.experiments.caching import once
from regutils.experiments.sparse_recovery.corpus import docstrings
from regutils.experiments.sparsity_efficiency.layers import multiplications
from regutils.experiments.sparsity_efficiency.storage import FORMATS, encode, npy, storage
from regutils.experiments.sparsity_efficiency.timing import interleaved, ratio

DATA = ("Khan", "docstrings", "digits")
STRENGTHS = {  # fixed beforehand, one for each data set and penalty: a comparison of sizes, not a tuned race
    "Khan": {1.0: 0.02, 0.0: 0.01},
    "docstrings": {1.0: 2e-4, 0.0: 1e-5},
    "digits": {1.0: 2e-3, 0.0: 1e-3},
}


@dataclass(frozen=True, eq=False)
class Classifier:
    """One classifier per class against the others, on one data set, by one penalty."""

    data: str
    rho: float  # 1: L1, 0: L2
    theta: Array  # (classes, p)
    right: NDArray[np.bool_]  # (test rows,) whether the largest output is the label's

    @property
    def nonzero(self) -> int:
        """Weights that are not zero."""
        return int(np.count_nonzero(self.theta))

    @property
    def used(self) -> int:
        """Features with a weight for any class."""
        return int(np.count_nonzero(self.theta.any(axis=0)))

    @property
    def accuracy(self) -> float:
        """On the test rows."""
        return float(self.right.mean())

    def size(self, form: str) -> int:
        """Bytes of a file with the weights."""
        return len(encode(self.theta, form))

    @property
    def dropped_size(self) -> int:
        """Bytes of two files: the weights of the features in use, dense float32, and these features' numbers, int32."""
        kept = np.flatnonzero(self.theta.any(axis=0))
        return len(encode(self.theta[:, kept], "dense float32")) + len(npy(kept.astype(np.int32)))

    @property
    def smallest(self) -> str:
        """The format with the fewest bytes."""
        return min(FORMATS, key=self.size)


def fit(X: Any, y: NDArray[Any], lam: float, rho: float) -> tuple[Array, Array]:
    """Weights (classes, p) and intercepts (classes,): mean logistic loss + lam ||theta||_1 (rho = 1) or
    lam ||theta||_2^2 (rho = 0), one class against the others, by liblinear, which penalizes the intercept as the weight
    of a feature with the value 100, and so next to not at all.
    """
    from sklearn.linear_model import LogisticRegression

    strength = to_sklearn_logistic(lam, rho, n_samples=X.shape[0])
    classes = np.unique(y)
    fits = [
        LogisticRegression(**strength, solver="liblinear", intercept_scaling=100.0, random_state=0).fit(X, y == label)
        for label in (classes if len(classes) > 2 else classes[1:])
    ]
    return np.concatenate([one.coef_ for one in fits]), np.concatenate([one.intercept_ for one in fits])


@once
def classifier(name: str, *, rho: float, seed: int = 0) -> Classifier:
    """Fit on the training rows of Khan's publication, or on 60% of the rows drawn at random.

    Raises ValueError for a data set that is not among DATA.
    """
    check_choice(name, "name", DATA)
    if name == "Khan":
        khan = load_khan()
        train = khan.train.astype(bool)
        X, y = standardize(khan.data, reference=khan.data[train]), khan.target
    else:
        X, y = _digits() if name == "digits" else (docstrings().features, docstrings().library)
        train = np.zeros(len(y), dtype=bool)
        train[np.random.default_rng(seed).permutation(len(y))[: round(0.6 * len(y))]] = True
    theta, b = fit(X[train], y[train], STRENGTHS[name][rho], rho)
    return Classifier(name, rho, theta, np.argmax(X[~train] @ theta.T + b, axis=1) == y[~train])


def _digits() -> tuple[Array, NDArray[Any]]:
    digits = load_digits()
    return digits.data / 16.0, digits.target


def dropped_is_faster(theta: Array, *, batch: int = 64, repetitions: int = 9) -> float:
    """Time of a product with the features in use over that with all of them, median of turns; float32."""
    kept = np.flatnonzero(theta.any(axis=0))
    inputs = np.random.default_rng(0).standard_normal((batch, theta.shape[1])).astype(np.float32)
    full, short = (np.ascontiguousarray(part.T.astype(np.float32)) for part in (theta, theta[:, kept]))
    arriving = np.ascontiguousarray(inputs[:, kept])
    times = interleaved({"all": lambda: inputs @ full, "kept": lambda: arriving @ short}, repetitions=repetitions)
    return ratio(times, "kept", "all").median


@evidence("A-eff-1", sabotage={"rho": 0.0})
def files_and_predictions(*, rho: float = 1.0) -> list[Finding]:
    """Four tumors told apart by the expression of 2,308 genes, linear classifiers with L1 weights: bytes of files in
    CSR and dense float32, and how many genes, and so multiplications, a prediction needs. Beside it a matrix of 256
    times 512 weights as zeros are put in. Whether a wide bound on a time ratio held is reported as 1 or 0.
    """
    found = classifier("Khan", rho=rho)
    genes = found.theta.shape[1]
    sizes = storage()
    return [
        Finding("for", "CSR file over dense file, L1 weights on Khan", found.size("CSR") / found.size("dense float32"),
                "<=", 0.1),
        Finding("for", "share of the genes that a prediction needs", found.used / genes, "<=", 0.05),
        Finding("for", "at most half the time for predictions without the other genes (1: yes)",
                float(dropped_is_faster(found.theta) <= 1 / 2), "==", 1.0),
        Finding("against", "CSR file over dense file at 40% zeros", sizes.at("CSR", 0.4), ">=", 1.1),
        Finding("against", "share of zeros at which the CSR file gets smaller", sizes.found["CSR"], "==", 0.5, 0.01),
        Finding("against", "multiplications of a dense product with these weights, as a share of all",
                multiplications(found.theta, np.ones(genes), "dense")[0] / found.theta.size, "==", 1.0),
    ]  # fmt: skip
