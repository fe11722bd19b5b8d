"""Lasso, ridge, elastic net and no penalty on real data, by repeated nested cross-validation.

Classes are told apart by penalized least squares on their 0-1 indicators: one fit a class, all with the same strength,
and the largest prediction wins (Hastie, Tibshirani and Friedman 2009, section 4.2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

import numpy as np

from regutils._validation import Array
from regutils.claims import Finding, evidence
from regutils.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_hitters,
    load_khan,
    load_wine,
    simulate_linear,
)
from regutils.experiments.bias_variance.nested import METHODS, Comparison, Data, compare
from regutils.experiments.bias_variance.sample_complexity import fixed_examples
from regutils.experiments.caching import once


def real_data() -> Iterator[Data]:
    """The real data of the course, cut to a few hundred rows, where a penalty can matter."""
    diabetes, hitters = load_diabetes(), load_hitters()
    yield Data("diabetes", diabetes.data, diabetes.target[:, None])
    yield Data("diabetes with products", with_products(diabetes.data), diabetes.target[:, None])
    yield Data("Hitters", hitters.data, np.log(hitters.target)[:, None])
    yield _classes("breast cancer", load_breast_cancer())
    yield _classes("wine", load_wine())
    yield _classes("digits", load_digits(), rows=slice(300), repeats=1)
    yield _classes("Khan", load_khan(), repeats=1, inner=3)


def sparse_example(*, n: int = 100, p: int = 200, seed: int = 0) -> Data:
    """One data set with many features of which five matter, equally; twice as much signal as noise."""
    data = simulate_linear(n, p, n_nonzero=5, snr=2.0, seed=seed)
    return Data("simulated, sparse", data.X, data.y[:, None])


def with_products(X: Array) -> Array:
    """The features, their products two by two, and the squares of those that have more than two values."""
    centered = X - X.mean(axis=0)  # a fixed shift: products of raw measurements are all nearly the same feature
    products = [centered[:, i] * centered[:, j] for i, j in combinations(range(X.shape[1]), 2)]
    squares = [column**2 for column in centered.T if np.unique(column).size > 2]
    return np.column_stack([X, *products, *squares])


def _classes(
    name: str, data: Mapping[str, Any], *, rows: slice = slice(None), repeats: int = 3, inner: int = 5
) -> Data:
    labels = np.unique(data["target"][rows], return_inverse=True)[1]
    indicators = np.eye(labels.max() + 1)[labels]
    return Data(name, data["data"][rows], indicators if labels.max() > 1 else indicators[:, 1:], labels, repeats, inner)


@once
def real_comparisons(*, seed: int = 0) -> tuple[Comparison, ...]:
    """All methods on all of the real data; without the elastic net on digits and Khan, where it takes longest."""
    short = {"digits": ("lasso", "ridge", "no penalty"), "Khan": ("lasso", "ridge")}
    return tuple(compare(data, short.get(data.name, tuple(METHODS)), seed=seed) for data in real_data())


@once
def sparse_comparison(lasso: str = "lasso", *, seed: int = 0) -> Comparison:
    """Lasso and ridge on one sparse example."""
    return compare(sparse_example(seed=seed), ("lasso", "ridge"), lasso=lasso, seed=seed)


@evidence("B-bv-3", sabotage={"lasso": "ridge"})
def l1_predicts_better_somewhere(*, lasso: str = "lasso") -> list[Finding]:
    """Two sparse examples with both penalties tuned: a data set of 100 rows with five relevant features of 200, by
    repeated nested cross-validation, and Ng's logistic regression with a hundred examples.
    """
    sparse = sparse_comparison(lasso)
    return [
        Finding("against", "advantage of the lasso on the sparse example, in relative error: lower end",
                -sparse.difference("lasso", over="ridge").high, ">=", 0.05),
        Finding("against", "logistic regression, one relevant feature of 1,000: L2's test error less L1's, lower end",
                fixed_examples("L2" if lasso == "ridge" else "L1").advantage(1000).low, ">=", 0.2),
    ]  # fmt: skip
