"""Irrelevant features: how much they cost L1 and L2 in logistic regression (Ng 2004).

Features are independent standard normal, and the label depends on a few of them through a steep logistic function.
Part of the examples is held out to choose the strength. Test errors are exact: the true and the fitted linear
predictor are jointly normal, so that no test set needs to be drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, ndtr

from regutils._validation import Array
from regutils.claims import Finding, evidence
from regutils.experiments.bias_variance.logistic import l1_path, l2_path
from regutils.experiments.caching import once
from regutils.experiments.intervals import Interval, interval
from regutils.montecarlo import monte_carlo

PATHS = {"L1": (l1_path, 0.05), "L2": (l2_path, 1e-3)}  # and the least strength tried, as a share of the largest


def truth(features: int, *, relevant: int = 1, steepness: float = 10.0) -> Array:
    """Coefficients (features,): `relevant` equal ones, of Euclidean norm `steepness`, then zeros."""
    theta = np.zeros(features)
    theta[:relevant] = steepness / np.sqrt(relevant)
    return theta


def exact_error(coef: Array, intercept: Array, theta: Array) -> Array:
    """Share of wrong labels on new data for the classifiers x'coef + intercept > 0; coef (..., p), returns (...).

    Given the standardized true predictor u, the fitted one is normal: its mean and spread are known, and the
    expectation over u is a sum on a fine grid. A classifier with zero coefficients always says the same.
    """
    u = np.linspace(-8.0, 8.0, 801)
    weight = np.exp(-(u**2) / 2)
    weight /= weight.sum()
    steepness = float(np.linalg.norm(theta))
    along = coef @ (theta / steepness)
    across = np.sqrt(np.maximum(np.sum(coef**2, axis=-1) - along**2, 1e-18))
    says_one = ndtr((intercept[..., None] + along[..., None] * u) / across[..., None])
    is_one = expit(steepness * u)
    return np.asarray((is_one * (1.0 - says_one) + (1.0 - is_one) * says_one) @ weight)


def bayes_error(theta: Array) -> float:
    """The test error of the truth itself, which nothing beats."""
    return float(exact_error(theta, np.array(0.0), theta))


def trial(
    seeds: Sequence[np.random.SeedSequence],
    *,
    examples: int,
    features: int,
    penalty: str,
    relevant: int = 1,
    steepness: float = 10.0,
    held_out: float = 0.3,
    n_lambdas: int = 8,
) -> Mapping[str, Array]:
    """One data set per seed: fit on 1 - held_out of the examples, choose the strength by the loss on the others.

    Returns error (R,), the exact test error, and nonzero (R,), the number of features in use.
    """
    theta = truth(features, relevant=relevant, steepness=steepness)
    n = examples - round(held_out * examples)
    data = [_draw(np.random.default_rng(seed), examples, n, theta) for seed in seeds]
    X, y = np.stack([X for X, _ in data]), np.stack([y for _, y in data])
    fit, ratio = PATHS[penalty]
    path = fit(X[:, :n], y[:, :n], n_lambdas=n_lambdas, lambda_min_ratio=ratio, tol=5e-3)
    predictor = path.coef @ np.swapaxes(X[:, n:], 1, 2) + path.intercept[:, :, None]
    loss = np.mean(np.logaddexp(0.0, predictor) - y[:, None, n:] * predictor, axis=2)
    rows, best = np.arange(len(y)), np.argmin(loss, axis=1)
    coef = path.coef[rows, best]
    return {
        "error": exact_error(coef, path.intercept[rows, best], theta),
        "nonzero": np.count_nonzero(coef, axis=1).astype(np.float64),
    }


def _draw(rng: np.random.Generator, examples: int, n: int, theta: Array) -> tuple[Array, Array]:
    while True:  # a fit needs both classes; with a dozen examples a draw may hold one only
        X = rng.standard_normal((examples, theta.size))
        y = (rng.random(examples) < expit(X @ theta)).astype(np.float64)
        if 0 < y[:n].sum() < n:
            return X, y


@dataclass(frozen=True)
class FixedExamples:
    """Test error by penalty, number of features (F,) and data set: error[penalty] is (F, R)."""

    features: Array
    error: dict[str, Array]
    nonzero: dict[str, Array]
    examples: int
    bayes: float

    def at(self, penalty: str, features: int) -> Interval:
        """Mean test error over data sets with its 95 % interval."""
        return interval(self.error[penalty][self._row(features)])

    def advantage(self, features: int) -> Interval:
        """Mean paired difference of the test errors: L2 less L1."""
        return interval((self.error["L2"] - self.error["L1"])[self._row(features)])

    def _row(self, features: int) -> int:
        return int(np.flatnonzero(self.features == features)[0])


@once
def fixed_examples(
    l1: str = "L1",
    *,
    features: tuple[int, ...] = (1, 3, 10, 30, 100, 300, 1000),
    examples: int = 100,
    relevant: int = 1,
    replicates: int = 20,
    seed: int = 0,
) -> FixedExamples:
    """Ng's experiment: a hundred examples, one relevant feature, more and more irrelevant ones beside it.

    l1: the penalty in the role of L1.
    """
    found = {
        role: [
            monte_carlo(trial, replicates, seed=seed, batched=True, n_jobs=1,
                        examples=examples, features=p, penalty=penalty, relevant=relevant)
            for p in features
        ]
        for role, penalty in (("L1", l1), ("L2", "L2"))
    }  # fmt: skip
    return FixedExamples(
        features=np.array(features, dtype=np.float64),
        error={penalty: np.stack([run["error"] for run in runs]) for penalty, runs in found.items()},
        nonzero={penalty: np.stack([run["nonzero"] for run in runs]) for penalty, runs in found.items()},
        examples=examples,
        bayes=bayes_error(truth(max(features), relevant=relevant)),
    )


@dataclass(frozen=True)
class Growth:
    """Examples needed for a test error of `target`: features (F,), needed (F,), draws (B, F) of the bootstrap."""

    features: Array
    needed: Array
    draws: Array

    @property
    def error(self) -> Array:
        """Standard errors of `needed`, (F,)."""
        return np.asarray(self.draws.std(axis=0, ddof=1))

    def exponent(self) -> Interval:
        """Of the power law examples ~ features^exponent: 1 is linear, and a logarithm has a small one."""
        return self._slope(np.log(self.features), np.log(self.needed), np.log(self.draws))

    def per_doubling(self) -> Interval:
        """Examples added each time the features double, on average."""
        return self._slope(np.log2(self.features), self.needed, self.draws)

    def per_feature(self) -> Interval:
        """Examples added with each feature, on average."""
        return self._slope(self.features, self.needed, self.draws)

    def explained(self, x: Array) -> float:
        """Share of the variation of `needed` that a straight line in x (F,) explains."""
        return float(np.corrcoef(x, self.needed)[0, 1] ** 2)

    def _slope(self, x: Array, y: Array, draws: Array) -> Interval:
        centered = (x - x.mean()) / np.sum((x - x.mean()) ** 2)
        low, high = np.percentile(draws @ centered, [2.5, 97.5])
        return Interval(float(y @ centered), float(low), float(high))


@dataclass(frozen=True)
class ExamplesNeeded:
    """Growth by penalty, for the test error `target` = Bayes error + excess."""

    growth: dict[str, Growth]
    target: float
    bayes: float


@once
def examples_needed(
    l1: str = "L1",
    *,
    excess: float = 0.1,
    l1_features: tuple[int, ...] = (8, 16, 32, 64, 128, 256, 512),
    l2_features: tuple[int, ...] = (8, 16, 32, 64),
    most: int = 1024,
    l1_replicates: int = 28,
    l2_replicates: int = 12,
    seed: int = 1,
) -> ExamplesNeeded:
    """How many examples bring the mean test error down to the Bayes error + excess, by number of features.

    l1: the penalty in the role of L1. The sample size climbs by steps of sqrt(2) until the mean error has passed the
    target, and between the last two steps it is interpolated. What needs more than `most` examples is NaN. L2 gets by
    with fewer replicates: with many features its errors hardly differ between data sets.
    """
    bayes = bayes_error(truth(1))
    growth = {}
    roles = (("L1", l1, l1_features, l1_replicates), ("L2", "L2", l2_features, l2_replicates))
    for role, penalty, features, replicates in roles:
        step, found = 0, []
        for p in features:
            sizes, errors = [], []
            while True:
                m = round(8 * 2 ** (step / 2))
                if m > (most if role == penalty else most // 8):
                    break
                sizes.append(float(m))
                run = monte_carlo(trial, replicates, seed=seed, batched=True, n_jobs=1,
                                  examples=m, features=p, penalty=penalty, n_lambdas=5)  # fmt: skip
                errors.append(run["error"])
                if len(sizes) > 1 and errors[-1].mean() <= bayes + excess:
                    break
                step += 1
            step = max(step - 1, 0)  # more features need no fewer examples
            found.append((np.array(sizes), np.array(errors)))
        growth[role] = _growth(np.array(features, dtype=np.float64), found, bayes + excess, seed)
    return ExamplesNeeded(growth, bayes + excess, bayes)


def _growth(features: Array, curves: list[tuple[Array, Array]], target: float, seed: int) -> Growth:
    replicates = curves[0][1].shape[1]
    picks = np.random.default_rng(seed).integers(replicates, size=(300, replicates))
    needed = np.array([_crossing(m, errors.mean(axis=1), target) for m, errors in curves])
    draws = [_crossing(m, errors[:, picks].mean(axis=2), target) for m, errors in curves]
    return Growth(features, needed, np.stack(draws, axis=-1))


def _crossing(sizes: Array, error: Array, target: float) -> Array:
    """Where the line through the last two of the errors (sizes, ...) reaches the target, at most a step outside."""
    if sizes.size < 2 or error[-1].mean() > target:
        return np.full(error.shape[1:], np.nan)
    drop = np.maximum(error[-2] - error[-1], 1e-9)
    share = np.clip((error[-2] - target) / drop, -1.0, 2.0)
    return np.asarray(sizes[-2] * (sizes[-1] / sizes[-2]) ** share)


@evidence("B-bv-4", sabotage={"l1": "L2"})
def irrelevant_features_cost_l1_a_logarithm(*, l1: str = "L1") -> list[Finding]:
    """Logistic regression with one relevant feature among 8 to 512 (L1) or 8 to 64 (L2), the strength chosen on
    held-out examples: the number of examples with which the mean test error comes to the Bayes error plus 0.1.
    """
    found = examples_needed(l1)
    few, many = found.growth["L1"], found.growth["L2"]
    return [
        Finding("for", "L1: exponent of the growth with the features, upper end of its interval",
                few.exponent().high, "<=", 0.5),
        Finding("for", "L2: the same exponent, 1 being linear", many.exponent().mean, "==", 1.0, 0.15),
        Finding("for", "L1: share of the variation explained by the logarithm of the features, less by their number",
                few.explained(np.log(few.features)) - few.explained(few.features), ">=", 0.0),
        Finding("for", "L2: examples for 64 features over those that L1 needs",
                float(many.needed[-1] / few.needed[np.searchsorted(few.features, many.features[-1])]), ">=", 5.0),
    ]  # fmt: skip
