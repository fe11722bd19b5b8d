"""Features that cost something to compute: what a prediction takes from raw input to score when L1 has dropped some."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regutils._validation import Array
from regutils.claims import Finding, evidence
from regutils.datasets import load_digits
from regutils.experiments.caching import once
from regutils.experiments.intervals import Interval, interval
from regutils.experiments.performance import Spread
from regutils.experiments.sparse_recovery.corpus import LIBRARIES, docstrings, plain_words
from regutils.experiments.sparsity_efficiency.linear import classifier, fit
from regutils.experiments.sparsity_efficiency.storage import encode
from regutils.experiments.sparsity_efficiency.timing import interleaved, ratio

PIXELS = 64
PAIRS = np.triu_indices(PIXELS)  # 2,080 products, squares included
ALL = np.arange(PIXELS + len(PAIRS[0]))
STRENGTHS = {"L1": (1.0, (1e-3, 3e-4)), "L2": (0.0, (1e-4, 1e-5))}  # rho, what tuning chooses from


Extractor = Callable[[Array], Array]


def extractor(columns: NDArray[np.intp]) -> Extractor:
    """A function from pixels (n, 64) to those features (n, len(columns)): 0 to 63 are the pixels, the others products.

    What is not asked for is not computed. columns: increasing.
    """
    pixels, products = columns[columns < PIXELS], columns[columns >= PIXELS] - PIXELS
    left, right = PAIRS[0][products], PAIRS[1][products]

    def extract(X: Array) -> Array:
        return np.concatenate([X[:, pixels], X[:, left] * X[:, right]], axis=1)

    return extract


@dataclass(frozen=True, eq=False)
class Products:
    """Even or odd digit, from pixels and their products, over splits; strengths chosen on validation images."""

    accuracy: dict[str, Array]  # by penalty, and "pixels alone" (L2), (R,)
    used: dict[str, Array]  # by penalty, features with a weight, (R,)
    computed: dict[str, Array]  # by penalty, products that a prediction needs, (R,)
    size: dict[str, Array]  # by penalty, bytes of the smallest file with the weights, (R,)
    theta: dict[str, Array]  # by penalty, the weights of the first split, (2144,)
    test_share: float

    @property
    def gain(self) -> Interval:
        """Accuracy of L2 minus L1, paired."""
        return interval(self.accuracy["L2"] - self.accuracy["L1"], test_share=self.test_share)

    @property
    def worth(self) -> Interval:
        """Accuracy of L1 with products minus that of pixels alone, paired."""
        return interval(self.accuracy["L1"] - self.accuracy["pixels alone"], test_share=self.test_share)


@once
def products(*, replicates: int = 4, seed: int = 0) -> Products:
    """50% training, 25% validation and 25% test images, drawn anew for each replicate."""
    digits = load_digits()
    pixels, y = digits.data / 16.0, digits.target % 2
    X = extractor(ALL)(pixels)
    rng = np.random.default_rng(seed)
    names = ("L1", "L2")
    accuracy: dict[str, list[float]] = {name: [] for name in (*names, "pixels alone")}
    theta: dict[str, list[Array]] = {name: [] for name in names}
    for _ in range(replicates):
        train, val, test = np.split(rng.permutation(len(y)), [len(y) // 2, 3 * len(y) // 4])
        for name, design, (rho, strengths) in (
            *((name, X, STRENGTHS[name]) for name in names),
            ("pixels alone", pixels, STRENGTHS["L2"]),
        ):
            scored = []
            for lam in strengths:
                weights, b = fit(design[train], y[train], lam, rho)
                right = (design @ weights[0] + b[0] > 0) == y
                scored.append((right[val].mean(), right[test].mean(), weights[0]))
            best = scored[int(np.argmax([score[0] for score in scored]))]
            accuracy[name].append(float(best[1]))
            if name in names:
                theta[name].append(best[2])
    return Products(
        accuracy={name: np.array(values) for name, values in accuracy.items()},
        used={name: np.array([float(np.count_nonzero(w)) for w in theta[name]]) for name in names},
        computed={name: np.array([float(np.count_nonzero(w[PIXELS:])) for w in theta[name]]) for name in names},
        size={name: np.array([min(len(encode(w[None], form)) for form in ("dense float32", "CSR", "bitmap"))
                              for w in theta[name]], dtype=np.float64) for name in names},
        theta={name: theta[name][0] for name in names},
        test_share=len(test) / len(train),
    )  # fmt: skip


@dataclass(frozen=True)
class Pipelines:
    """Time from raw input to score with the features that L1 kept, over that with all; and the shares of features."""

    images: dict[int, Spread]  # by how many images at once
    product_share: float  # of the features that are computed
    text: Spread  # docstrings to scores
    text_share: float  # of the words that are looked for
    documents: int


def images(weights: Array, *, count: int, repetitions: int = 9) -> Spread:
    """Time from pixels to scores with the features in use over that with all 2,144, `count` images at once."""
    kept = np.flatnonzero(weights)
    pixels = load_digits().data[:count] / 16.0
    every, some, short = extractor(ALL), extractor(kept), weights[kept]
    work = {"all": lambda: every(pixels) @ weights, "kept": lambda: some(pixels) @ short}
    return ratio(interleaved(work, repetitions=repetitions), "kept", "all")


@once
def pipelines(*, documents: int = 60, repetitions: int = 9) -> Pipelines:
    """Images and docstrings, with a model of all features and with the selected ones."""
    weights = products().theta["L1"]
    corpus = docstrings()
    theta = classifier("docstrings", rho=1.0).theta
    words = np.flatnonzero(theta.any(axis=0))
    texts = as_text(documents)
    every, some = text_scorer(theta, np.arange(theta.shape[1])), text_scorer(theta, words)
    work = {"all": lambda: every(texts), "kept": lambda: some(texts)}
    return Pipelines(
        images={count: images(weights, count=count) for count in (1, 1000)},
        product_share=np.count_nonzero(weights) / len(weights),
        text=ratio(interleaved(work, repetitions=repetitions), "kept", "all"),
        text_share=len(words) / len(corpus.words),
        documents=documents,
    )


def as_text(documents: int) -> list[str]:
    """The first documents of the corpus as text again, their words in alphabetical order."""
    corpus = docstrings()
    counts = corpus.counts[:documents].tocsr()
    return [
        " ".join(" ".join([corpus.words[j]] * int(count)) for j, count in zip(row.indices, row.data, strict=True))
        for row in (counts[[i]] for i in range(documents))
    ]


def text_scorer(theta: Array, columns: NDArray[np.intp]) -> Callable[[list[str]], Array]:
    """From texts to scores (documents, libraries) with the words of these columns: cut into words, count, multiply."""
    position = {docstrings().words[j]: k for k, j in enumerate(columns)}
    weights = np.ascontiguousarray(theta[:, columns].T)

    def score(texts: list[str]) -> Array:
        found = np.zeros((len(texts), len(LIBRARIES)))
        for row, text in enumerate(texts):
            counts: dict[int, int] = {}
            for word in plain_words(text):
                if (k := position.get(word)) is not None:
                    counts[k] = counts.get(k, 0) + 1
            if counts:
                found[row] = np.log1p(np.array(list(counts.values()))) @ weights[list(counts)]
        return found

    return score


@evidence("B-eff-1", sabotage={"penalty": "L2"})
def fewer_features_to_compute(*, penalty: str = "L1") -> list[Finding]:
    """Even or odd digit, from 64 pixels and their 2,080 products, over random splits, tuned on validation images: how
    many products a prediction computes, the bytes of the weights, and what the selection costs in accuracy against L2,
    which uses all (95% interval over splits).
    """
    found = products()
    lost = interval(found.accuracy["L2"] - found.accuracy[penalty], test_share=found.test_share)
    return [
        Finding("for", "share of the products that a prediction computes",
                found.computed[penalty].mean() / len(PAIRS[0]), "<=", 0.1),
        Finding("for", "bytes of the weights, over those of L2", (found.size[penalty] / found.size["L2"]).mean(),
                "<=", 0.25),
        Finding("for", "accuracy lost against L2, upper end of the interval", lost.high, "<=", 0.03),
        Finding("for", "at most half the time from pixels to score, 1,000 images (1: yes)",
                float(images(found.theta[penalty], count=1000).median <= 1 / 2), "==", 1.0),
    ]  # fmt: skip
