"""What to settle before a penalty is added: the units of features, the origin of the target, the coding of levels."""

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.datasets import load_diabetes, load_wine, standardize
from regutils.experiments.caching import once
from regutils.paths import lasso_path, ridge_path
from regutils.penalties import L1, L2


@dataclass(frozen=True, eq=False)
class Units:
    """The effect of one feature, per standard deviation of it, when it is recorded in other units."""

    feature: str
    factor: Array  # (k,) the recorded number is factor times the standardized one
    least_squares: Array  # (k,)
    l1: Array
    l2: Array
    lam_l1: float
    lam_l2: float


@dataclass(frozen=True, eq=False)
class Origin:
    """Mean of target minus prediction after adding a constant to the target, with the intercept penalized or not."""

    shift: Array  # (k,) in standard deviations of the target
    l1: Array  # (k,) intercept under lam |b|
    l2: Array  # (k,) intercept under lam b^2
    free: Array  # (k,) intercept not penalized
    lam: float


@dataclass(frozen=True, eq=False)
class Levels:
    """Fitted mean of each level of a three-level factor, by the level that serves as the reference."""

    names: tuple[str, ...]  # levels
    codings: tuple[str, ...]  # (c,) reference levels, then "all three"
    means: Array  # (3,) the level means: what least squares gives under any coding
    l1: Array  # (c, 3)
    l2: Array
    overall: float  # mean of all rows
    lam_l1: float
    lam_l2: float

    @property
    def spread(self) -> tuple[float, float]:
        """Largest range over reference levels of one level's fitted value: under L1, under L2."""
        first, second = (float(np.max(np.ptp(fitted[:3], axis=0))) for fitted in (self.l1, self.l2))
        return first, second


@once
def units(*, lam_l1: float = 0.1, lam_l2: float = 0.5) -> Units:
    """Diabetes, all features and the target standardized, then body mass index multiplied by a factor."""
    bunch = load_diabetes()
    X, y = standardize(bunch.data), standardize(np.asarray(bunch.target, dtype=np.float64)[:, None])[:, 0]
    column = bunch.feature_names.index("bmi")
    factor = np.geomspace(1e-2, 1e2, 61)
    designs = np.repeat(X[None], factor.size, axis=0)
    designs[:, :, column] *= factor[:, None]
    targets = np.broadcast_to(y, (factor.size, y.size))
    plain = np.array([np.linalg.lstsq(design, y, rcond=None)[0] for design in designs])
    l1 = lasso_path(designs, targets, np.array([lam_l1])).coef[:, 0]
    l2 = ridge_path(designs, targets, np.array([lam_l2])).coef[:, 0]
    least_squares, lasso, ridge = (factor * coef[:, column] for coef in (plain, l1, l2))
    return Units("body mass index", factor, least_squares, lasso, ridge, lam_l1, lam_l2)


@once
def origin(*, lam: float = 0.1) -> Origin:
    """Standardized features have mean zero, so the intercept solves a problem of its own: one weight against ȳ.

    It minimizes (ȳ - b)^2 / 2 plus its penalty, with ȳ = shift: the proximal operator at ȳ.
    """
    shift = np.linspace(0.0, 10.0, 41)
    return Origin(shift, shift - L1(lam).prox(shift, 1.0), shift - L2(lam).prox(shift, 1.0), np.zeros_like(shift), lam)


@once
def levels(*, lam_l1: float = 0.1, lam_l2: float = 0.1) -> Levels:
    """Wine: alcohol content by cultivar. Two 0/1 columns beside each reference level, or all three columns."""
    bunch = load_wine()
    alcohol = bunch.data[:, bunch.feature_names.index("alcohol")]
    onehot = np.eye(3)[bunch.target]
    fitted: dict[str, list[Array]] = {"l1": [], "l2": []}
    for kept in ([1, 2], [0, 2], [0, 1], [0, 1, 2]):
        design = onehot[:, kept]
        for kind, fit, lam in (("l1", lasso_path, lam_l1), ("l2", ridge_path, lam_l2)):
            path = fit(design, alcohol, np.array([lam]))
            fitted[kind].append(np.eye(3)[:, kept] @ path.coef[0] + path.intercept[0])
    names = tuple(f"cultivar {name}" for name in "123")
    return Levels(
        names=names,
        codings=(*(f"reference {name}" for name in "123"), "all three"),
        means=np.array([alcohol[bunch.target == level].mean() for level in range(3)]),
        l1=np.array(fitted["l1"]),
        l2=np.array(fitted["l2"]),
        overall=float(alcohol.mean()),
        lam_l1=lam_l1,
        lam_l2=lam_l2,
    )
