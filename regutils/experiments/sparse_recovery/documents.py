"""Which library does this docstring come from? L1 and L2 classifiers over words, and how sparse either has to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regutils._validation import Array
from regutils.claims import Finding, evidence
from regutils.conventions import to_sklearn_logistic
from regutils.experiments.caching import once
from regutils.experiments.intervals import Interval, interval
from regutils.experiments.sparse_recovery.corpus import LIBRARIES, docstrings
from regutils.experiments.sparse_recovery.photograph import PHOTOGRAPHS, compression

SHARES = {"L1": 1.0, "L2": 0.0}  # rho
STRENGTHS = {"L1": (4e-3, 1e-3, 2e-4, 2e-5), "L2": (1e-4, 1e-5, 1e-6)}  # what tuning chooses from


@dataclass(frozen=True)
class Documents:
    """Accuracy on test documents by penalty, over splits; strengths chosen on validation documents."""

    accuracy: dict[str, Array]  # by penalty, (splits,), at the tuned strength
    words: dict[str, Array]  # by penalty, (splits,): words with a weight, for any of the three libraries
    path_accuracy: Array  # (splits, L), L1 at every strength
    path_words: Array  # (splits, L)
    energy: Array  # share of ||theta||^2 in the largest 1%, 2%, ... 100% of the tuned L2 weights, averaged
    baseline: float  # accuracy of always naming the largest library
    vocabulary: int
    zero_share: float  # of the counts
    sizes: tuple[int, ...]  # documents per library
    test_share: float  # test documents per training document

    def interval(self, values: Array) -> Interval:
        """Mean over splits and its 95% interval, widened because splits share documents (Nadeau and Bengio 2003)."""
        return interval(values, test_share=self.test_share)

    @property
    def gain(self) -> Interval:
        """Accuracy of L2 minus that of L1, paired."""
        return self.interval(self.accuracy["L2"] - self.accuracy["L1"])

    @property
    def word_share(self) -> float:
        """Share of the vocabulary that tuned L1 uses."""
        return float(self.words["L1"].mean() / self.vocabulary)

    @property
    def top_energy(self) -> float:
        """Share of ||theta||^2 in the largest 5% of the tuned L2 weights."""
        return float(self.energy[4])


def fit(X: Any, library: NDArray[np.int64], lam: float, rho: float) -> tuple[Array, Array]:
    """One classifier per library against the others: weights (3, p) and intercepts (3,).

    Mean logistic loss + lam ||theta||_1 (rho = 1) or lam ||theta||_2^2 (rho = 0), by liblinear. It penalizes the
    intercept, but as the weight of a feature with the value 100, which leaves next to nothing of it.
    """
    from sklearn.linear_model import LogisticRegression

    strength = to_sklearn_logistic(lam, rho, n_samples=X.shape[0])
    fits = [
        LogisticRegression(**strength, solver="liblinear", intercept_scaling=100.0, random_state=0).fit(
            X, library == label
        )
        for label in range(len(LIBRARIES))
    ]
    return np.concatenate([one.coef_ for one in fits]), np.concatenate([one.intercept_ for one in fits])


@once
def classify(*, splits: int = 4, seed: int = 0) -> Documents:
    """Documents cut at random into 50% training, 25% validation and 25% test, `splits` times."""
    corpus = docstrings()
    X, library, n = corpus.features, corpus.library, corpus.library.size
    rng = np.random.default_rng(seed)
    accuracy: dict[str, list[float]] = {name: [] for name in SHARES}
    words: dict[str, list[float]] = {name: [] for name in SHARES}
    path_accuracy, path_words, energy = [], [], []
    for _ in range(splits):
        train, val, test = np.split(rng.permutation(n), [n // 2, 3 * n // 4])
        for name, rho in SHARES.items():
            scores, used, largest = [], [], []
            for lam in STRENGTHS[name]:
                theta, b = fit(X[train], library[train], lam, rho)
                right = np.argmax(X @ theta.T + b, axis=1) == library
                scores.append((right[val].mean(), right[test].mean()))
                used.append(np.count_nonzero(theta.any(axis=0)))
                largest.append(np.cumsum(np.sort(theta.ravel() ** 2)[::-1]) / np.sum(theta**2))
            best = int(np.argmax([score[0] for score in scores]))
            accuracy[name].append(float(scores[best][1]))
            words[name].append(float(used[best]))
            if name == "L1":
                path_accuracy.append([score[1] for score in scores])
                path_words.append(used)
            else:
                percent = np.arange(1, 101) * largest[best].size // 100 - 1
                energy.append(largest[best][percent])
    return Documents(
        accuracy={name: np.array(values) for name, values in accuracy.items()},
        words={name: np.array(values) for name, values in words.items()},
        path_accuracy=np.array(path_accuracy),
        path_words=np.array(path_words, dtype=np.float64),
        energy=np.mean(energy, axis=0),
        baseline=float(corpus.sizes.max() / n),
        vocabulary=len(corpus.words),
        zero_share=corpus.zero_share,
        sizes=tuple(int(size) for size in corpus.sizes),
        test_share=test.size / train.size,
    )


@evidence("B-rec-4", sabotage={"bases": ("pixels",)})
def pictures_and_documents(*, bases: tuple[str, ...] = ("Haar", "CDF 9/7")) -> list[Finding]:
    """Two photographs with all but the largest 5% of their coefficients set to zero: the share of variance left.
    Docstrings as bags of words: the share of zeros among the counts, and tuned classifiers with L1 and L2 weights on
    random splits, with the 95% interval of the difference in accuracy.
    """
    pictures = [compression(name) for name in PHOTOGRAPHS]
    documents = classify()
    l1 = documents.interval(documents.accuracy["L1"])
    return [
        Finding("for", "variance in the largest 5% of wavelet coefficients, least over photographs and bases",
                min(picture.at(basis) for picture in pictures for basis in bases), ">=", 0.95),
        Finding("for", "the same 5% beside the largest 5% of pixels, times as much, least",
                min(picture.at(basis) / picture.at("pixels") for picture in pictures for basis in bases), ">=", 3.0),
        Finding("for", "accuracy that sparse weights gain over L2 on documents, lower end",
                -documents.gain.high, "<=", 0.0),
        Finding("against", "share of zeros among the word counts", documents.zero_share, ">=", 0.9),
        Finding("against", "accuracy of L1, lower end of the interval", l1.low, ">=", 0.9),
        Finding("against", "share of the vocabulary that L1 uses for it", documents.word_share, "<=", 0.2),
    ]  # fmt: skip
