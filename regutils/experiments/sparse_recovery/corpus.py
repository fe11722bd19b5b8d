"""A corpus that needs no download: the docstrings of NumPy, SciPy and scikit-learn, as installed here."""

from __future__ import annotations

import importlib
import re
import types
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from regutils._validation import Array
from regutils.experiments.caching import once

LIBRARIES = ("NumPy", "SciPy", "scikit-learn")
MODULES = {
    "numpy": ("", "fft", "linalg", "ma", "polynomial", "random", "strings"),
    "scipy": (
        "cluster.hierarchy", "fft", "integrate", "interpolate", "io", "linalg", "ndimage", "optimize", "signal",
        "sparse", "sparse.linalg", "spatial", "spatial.distance", "special", "stats",
    ),
    "sklearn": (
        "cluster", "covariance", "datasets", "decomposition", "ensemble", "feature_extraction", "feature_selection",
        "impute", "inspection", "linear_model", "manifold", "metrics", "metrics.pairwise", "mixture", "model_selection",
        "naive_bayes", "neighbors", "neural_network", "pipeline", "preprocessing", "svm", "tree", "utils",
    ),
}  # fmt: skip

# What would give the answer away: code, cross-references and directives, addresses, and the libraries' names.
_LINES = re.compile(r"\s*(>>>|\.\.|import |from |:ref:|Read more in )")
_INSIDE = re.compile(r"https?://\S+|:\w+:`[^`]*`")
_NAMES = re.compile(r"numpy|scipy|sklearn|scikit|ndarray|^learn$")
_SHORTEST = 40  # words


@dataclass(frozen=True)
class Corpus:
    """Documents by words: how often each word stands in each docstring."""

    counts: Any  # scipy.sparse (n, p)
    words: tuple[str, ...]
    library: NDArray[np.int64]  # (n,), position in LIBRARIES

    @property
    def zero_share(self) -> float:
        """Share of the counts that are zero."""
        return float(1.0 - self.counts.nnz / (self.counts.shape[0] * self.counts.shape[1]))

    @property
    def features(self) -> Any:
        """log(1 + count), every document scaled to length 1: sparse (n, p)."""
        from sklearn.preprocessing import normalize

        return normalize(self.counts.astype(np.float64).log1p())

    @property
    def sizes(self) -> Array:
        """Documents per library, (3,)."""
        return np.bincount(self.library, minlength=len(LIBRARIES)).astype(np.float64)


def plain_words(docstring: str) -> list[str]:
    """Lower-case words of three letters and more, without what names the library."""
    prose = " ".join(line for line in docstring.splitlines() if not _LINES.match(line))
    words = re.findall(r"[a-z]{3,}", _INSIDE.sub(" ", prose).lower())
    return [word for word in words if not _names_library(word)]


_SEEN: dict[str, bool] = {}  # each of many words is looked at once


def _names_library(word: str) -> bool:
    if word not in _SEEN:
        _SEEN[word] = _NAMES.search(word) is not None
    return _SEEN[word]


@once
def docstrings(*, least: int = 10) -> Corpus:
    """Public functions and classes with at least 40 words of text; words that stand in at least `least` of them.

    Each docstring once, under the library whose module shows it first.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    seen: set[str] = set()
    documents, labels = [], []
    for label, (library, modules) in enumerate(MODULES.items()):
        for name in modules:
            for docstring in _public(importlib.import_module(f"{library}.{name}".rstrip("."))):
                if docstring in seen:
                    continue
                seen.add(docstring)
                words = plain_words(docstring)
                if len(words) >= _SHORTEST:
                    documents.append(words)
                    labels.append(label)
    vectorizer = CountVectorizer(analyzer=lambda words: words, min_df=least)
    counts = vectorizer.fit_transform(documents)
    return Corpus(counts, tuple(vectorizer.get_feature_names_out()), np.array(labels))


def _public(module: types.ModuleType) -> list[str]:
    """Docstrings of a module's public functions and classes, instances (such as distributions) left out."""
    found = []
    for name in sorted(getattr(module, "__all__", dir(module))):
        thing = vars(module).get(name)
        is_function = isinstance(thing, types.FunctionType | types.BuiltinFunctionType | np.ufunc | type)
        if not name.startswith("_") and (is_function or type(thing).__name__ == "_ArrayFunctionDispatcher"):
            found.append(str(thing.__doc__ or ""))
    return found
