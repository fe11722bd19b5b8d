"""How overfitting shows, and where the criteria that tell it disagree: learning curves, validation curves, supports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regutils._validation import Array
from regutils.claims import Finding, evidence
from regutils.datasets import load_diabetes
from regutils.experiments.bias_variance.nested import folds, scaled
from regutils.experiments.bias_variance.real_data import with_products
from regutils.experiments.caching import once
from regutils.experiments.intervals import Interval, interval
from regutils.metrics import support
from regutils.montecarlo import monte_carlo
from regutils.paths import Path, lasso_path, ridge_path
from regutils.simulators import simulate_linear

COUNT = 40
CRITERIA = ("cross-validation", "one standard error", "Cp", "BIC")


@dataclass(frozen=True, eq=False)
class Scores:
    """Lasso paths on S data sets, with what the data say of each strength: all (S, L). full: least squares.

    training: mean squared error on the rows of the fit; validation and its standard error: over the inner folds;
    cp, bic: training error + 2 or log(n) times df / n times the variance of the noise, which the full least-squares
    fit estimates (Zou, Hastie and Tibshirani 2007, section 4).
    """

    path: Path
    full: Path
    training: Array
    validation: Array
    error: Array
    cp: Array
    bic: Array

    def picks(self) -> dict[str, Array]:
        """Which strength each criterion chooses, (S,); of one standard error: the strongest below its line."""
        rows = np.arange(len(self.training))
        lowest = np.argmin(self.validation, axis=1)
        limit = self.validation[rows, lowest] + self.error[rows, lowest]
        simplest = np.argmax(self.validation <= limit[:, None], axis=1)
        return dict(
            zip(CRITERIA, (lowest, simplest, *(np.argmin(one, axis=1) for one in (self.cp, self.bic))), strict=True)
        )


def scores(X: Array, y: Array, *, seed: int, honest: bool = True, n_lambdas: int = COUNT) -> Scores:
    """Every criterion along the lasso's path for S data sets, X (S, n, p) as it comes and y (S, n).

    honest=False scores every fit by the rows it was fitted to, with no charge for its degrees of freedom.
    """
    rng = np.random.default_rng(seed)
    size, n = y.shape
    design, _ = scaled(X, X)
    path = lasso_path(design, y, n_lambdas=n_lambdas, lambda_min_ratio=1e-3)
    training = _squares(path, design, y)
    split = [folds(n, None, rng) for _ in range(size)]
    fit, check = (np.stack(rows) for rows in zip(*(pair for one in split for pair in one), strict=True))
    count = len(fit) // size
    owner = np.repeat(np.arange(size), count)[:, None]
    inside, outside = scaled(X[owner, fit], X[owner, check])
    grid = np.repeat(path.lambdas, count, axis=0)
    inner = lasso_path(inside, y[owner, fit], grid)
    target = (outside, y[owner, check]) if honest else (inside, y[owner, fit])
    held = _squares(inner, *target).reshape(size, count, -1)
    full = ridge_path(design, y, np.zeros(1))
    noise = np.sum((y - _fitted(full, design)[:, 0]) ** 2, axis=1) / np.maximum(n - full.df[:, 0] - 1.0, 1.0)
    charge = path.df / n * noise[:, None] * float(honest)
    return Scores(
        path,
        full,
        training,
        held.mean(axis=1),
        held.std(axis=1, ddof=1) / np.sqrt(count),
        training + 2.0 * charge,
        training + np.log(n) * charge,
    )


def _fitted(path: Path, X: Array) -> Array:
    return np.asarray(path.coef @ np.swapaxes(X, 1, 2) + path.intercept[:, :, None])


def _squares(path: Path, X: Array, y: Array) -> Array:
    return np.asarray(np.mean((_fitted(path, X) - y[:, None, :]) ** 2, axis=2))


def many_features() -> tuple[Array, Array]:
    """Diabetes with all products of its features, (442, 64), and the target: enough features to overfit."""
    data = load_diabetes()
    return with_products(data.data), np.asarray(data.target, dtype=np.float64)


@once
def validation_curve(*, seed: int = 0) -> Scores:
    """All criteria on the whole of the diabetes data with products, S = 1."""
    X, y = many_features()
    return scores(X[None], y[None], seed=seed)


@dataclass(frozen=True, eq=False)
class LearningCurve:
    """Training and test error, over the variance of y, against the number of training rows: by method, (sizes, S)."""

    sizes: Array
    training: dict[str, Array]
    test: dict[str, Array]

    def quartiles(self, which: str, method: str) -> Array:
        """Lower quartile, median and upper quartile over splits of the "training" or "test" error, (3, sizes)."""
        return np.asarray(np.percentile(getattr(self, which)[method], [25, 50, 75], axis=1))


@once
def learning_curve(*, sizes: tuple[int, ...] = (110, 160, 240, 350), splits: int = 12, seed: int = 0) -> LearningCurve:
    """Least squares and the cross-validated lasso on more and more of the 442 patients, tested on 88 others."""
    X, y = many_features()
    rng = np.random.default_rng(seed)
    order = np.stack([rng.permutation(y.size) for _ in range(splits)])
    held = order[:, 354:]
    training: dict[str, list[Array]] = {"least squares": [], "lasso": []}
    test: dict[str, list[Array]] = {"least squares": [], "lasso": []}
    for size in sizes:
        rows = order[:, :size]
        found = scores(X[rows], y[rows], seed=seed, n_lambdas=20)
        design, outside = scaled(X[rows], X[held])
        pick = found.picks()["cross-validation"]
        for name, path, chosen in (
            ("least squares", found.full, np.zeros(splits, dtype=np.int64)),
            ("lasso", found.path, pick),
        ):
            at = np.arange(splits), chosen
            training[name].append(_squares(path, design, y[rows])[at] / y.var())
            test[name].append(_squares(path, outside, y[held])[at] / y.var())
    stacked = ({name: np.stack(values) for name, values in table.items()} for table in (training, test))
    return LearningCurve(np.array(sizes, dtype=np.float64), *stacked)


@dataclass(frozen=True, eq=False)
class Trial:
    """Criteria on one half of the diabetes data, put to the test on the other half: over splits (S,).

    error: test error of each criterion's choice, "least squares" and "best" beside them, over the variance of y;
    used: number of features; gap: correlation along each path of the validation gap with the true one.
    """

    error: dict[str, Array]
    used: dict[str, Array]
    gap: Array

    def avoided(self, criterion: str) -> Array:
        """Of what least squares loses against the best strength, the share that the criterion's choice saves, (S,)."""
        worst, best = self.error["least squares"], self.error["best"]
        return np.asarray((worst - self.error[criterion]) / (worst - best))


@once
def criteria(*, honest: bool = True, splits: int = 20, seed: int = 0) -> Trial:
    """Twenty random halves of the diabetes data with products: what each criterion chooses, and how that predicts."""
    X, y = many_features()
    rng = np.random.default_rng(seed)
    order = np.stack([rng.permutation(y.size) for _ in range(splits)])
    train, test = order[:, : y.size // 2], order[:, y.size // 2 :]
    found = scores(X[train], y[train], seed=seed, honest=honest)
    _, outside = scaled(X[train], X[test])
    risk = _squares(found.path, outside, y[test]) / y.var()
    rows = np.arange(splits)
    picks = found.picks() | {"best": np.argmin(risk, axis=1)}
    error = {name: risk[rows, pick] for name, pick in picks.items()}
    error["least squares"] = _squares(found.full, outside, y[test])[:, 0] / y.var()
    used = {name: np.count_nonzero(found.path.coef[rows, pick], axis=1) for name, pick in picks.items()}
    seen, true = found.validation - found.training, risk * y.var() - found.training
    gap = np.array([np.corrcoef(a, b)[0, 1] for a, b in zip(seen, true, strict=True)])
    return Trial(error, {name: value.astype(np.float64) for name, value in used.items()}, gap)


@dataclass(frozen=True, eq=False)
class Selection:
    """Along lambda / lambda_max (L,), over data sets (R, L): excess risk, features missed and features wrongly taken.

    picks: by criterion, the position on the grid in each data set (R,).
    """

    share: Array
    risk: Array
    missed: Array
    false: Array
    picks: dict[str, NDArray[np.int64]]

    @property
    def mistakes(self) -> Array:
        """Missed and false features together, (R, L)."""
        return np.asarray(self.missed + self.false)

    def at(self, name: str, what: str) -> Interval:
        """Mean over data sets of "risk", "missed", "false" or "mistakes" at a criterion's choice."""
        return interval(getattr(self, what)[np.arange(len(self.risk)), self.picks[name]])


def _selection(seeds: Sequence[np.random.SeedSequence], *, n: int, p: int, snr: float) -> Mapping[str, Array]:
    data = [simulate_linear(n, p, n_nonzero=5, snr=snr, seed=seed) for seed in seeds]
    X, y = np.stack([one.X for one in data]), np.stack([one.y for one in data])
    found = scores(X, y, seed=0)
    coef = found.path.coef / X.std(axis=1)[:, None, :]
    chosen, truth = support(coef), data[0].support
    picks = {f"pick {name}": pick.astype(np.float64) for name, pick in found.picks().items()}
    shift = found.path.intercept - np.einsum("rlp,rp->rl", coef, X.mean(axis=1))
    return {
        "risk": data[0].excess_risk(coef, shift) / data[0].sigma ** 2,
        "missed": np.sum(~chosen & truth, axis=2).astype(np.float64),
        "false": np.sum(chosen & ~truth, axis=2).astype(np.float64),
        **picks,
    }


@once
def selection(*, n: int = 150, p: int = 50, snr: float = 2.0, replicates: int = 80, seed: int = 0) -> Selection:
    """Five relevant features of fifty: the strength that predicts best is not the one that selects best."""
    run = monte_carlo(_selection, replicates, seed=seed, batched=True, n_jobs=1, n=n, p=p, snr=snr)
    picks = {name: run[f"pick {name}"].astype(np.int64) for name in CRITERIA}
    picks["best prediction"] = np.argmin(run["risk"], axis=1)
    picks["fewest mistakes"] = np.argmin(run["missed"] + run["false"], axis=1)
    share = 1e-3 ** (np.arange(COUNT) / (COUNT - 1))
    return Selection(share, run["risk"], run["missed"], run["false"], picks)


@evidence("B-bv-5", sabotage={"honest": False})
def criteria_tell_overfitting(*, honest: bool = True) -> list[Finding]:
    """The lasso's strength on 221 of the diabetes patients, with 64 features, chosen by four criteria and tested on the
    other 221, over 20 random halves: how much of the overfitting of least squares each of them avoids.
    """
    trial = criteria(honest=honest)
    return [
        *(
            Finding("for", f"{name}: share of the overfitting of least squares that its choice avoids, median",
                    float(np.median(trial.avoided(name))), ">=", 0.75)
            for name in CRITERIA
        ),
        Finding("for", "correlation along the path of the gap in cross-validation with the gap on new patients, median",
                float(np.median(trial.gap)), ">=", 0.8),
    ]  # fmt: skip
