"""What each penalty does to a weight on its own, and what the unsquared norm does to a whole vector."""

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array, check_array, check_scalar
from regutils.claims import Finding, evidence
from regutils.penalties import L1, L2, L2Norm

WEIGHTS = (2.6, -1.9, 1.3, -0.8, 0.6, 0.4, -0.3, 0.15)


@dataclass(frozen=True, eq=False)
class Handful:
    """A few weights before and after each penalty, all (k,)."""

    lam: float
    before: Array
    l1: Array
    l2: Array


@dataclass(frozen=True, eq=False)
class Threshold:
    """One weight: the objective over x for one b, and the minimizer as a function of b."""

    lam: float
    b: float  # the one whose objective is drawn
    x: Array  # (m,) candidates
    loss: Array  # (m,) (x - b)^2 / 2
    l1: Array  # (m,) with lam |x| added
    l2: Array  # (m,) with lam x^2 added
    l1_at: float  # the minimizers for this b
    l2_at: float
    grid: Array  # (k,) values of b
    l1_map: Array  # (k,) minimizer for each
    l2_map: Array


@dataclass(frozen=True, eq=False)
class Norms:
    """One vector under three penalties as lam grows, each (L, p)."""

    lambdas: Array
    vector: Array
    l1: Array
    unsquared: Array
    squared: Array
    threshold: float  # the lam at which the unsquared norm sets everything to zero


def handful(lam: float = 0.5, weights: tuple[float, ...] = WEIGHTS) -> Handful:
    """Each weight b on its own: argmin over x of (x - b)^2 / 2 + lam |x|, and the same with lam x^2."""
    before = check_array(weights, "weights", ndim=1)
    return Handful(lam, before, L1(lam).prox(before, 1.0), L2(lam).prox(before, 1.0))


def threshold(lam: float = 0.5, b: float = 0.4) -> Threshold:
    """The objective (x - b)^2 / 2 + penalty for one b, and the map from b to its minimizer on [-2, 2]."""
    l1, l2 = L1(lam), L2(lam)
    x = np.linspace(-1.0, 1.4, 241)
    loss = (x - b) ** 2 / 2
    grid = np.linspace(-2.0, 2.0, 401)
    at = np.array([b])
    return Threshold(
        lam=lam,
        b=b,
        x=x,
        loss=loss,
        l1=loss + l1.value(x[:, None]),
        l2=loss + l2.value(x[:, None]),
        l1_at=float(l1.prox(at, 1.0)[0]),
        l2_at=float(l2.prox(at, 1.0)[0]),
        grid=grid,
        l1_map=l1.prox(grid, 1.0),
        l2_map=l2.prox(grid, 1.0),
    )


def norms(vector: tuple[float, ...] = (2.0, -1.5, 1.0, 0.6, -0.3), lam_high: float = 3.5) -> Norms:
    """argmin over x of ||x - v||^2 / 2 + lam P(x) for P = ||x||_1, ||x||_2 and ||x||_2^2, as lam grows."""
    v = check_array(vector, "vector", ndim=1)
    lambdas = np.linspace(0.0, check_scalar(lam_high, "lam_high", low=0.0, inclusive="neither"), 141)
    l1, unsquared, squared = (np.array([kind(float(lam)).prox(v, 1.0) for lam in lambdas]) for kind in (L1, L2Norm, L2))
    return Norms(lambdas, v, l1, unsquared, squared, threshold=float(np.linalg.norm(v)))


@evidence("B-def-5", sabotage={"norm": L2})
def unsquared_norm_is_all_or_nothing(*, norm: type[L2Norm] | type[L2] = L2Norm) -> list[Finding]:
    """The prox of the Euclidean norm and of its square on one vector of 50 weights: what they set to zero."""
    v = np.random.default_rng(0).standard_normal(50)
    length = float(np.linalg.norm(v))
    below, above = norm(0.999 * length).prox(v, 1.0), norm(1.001 * length).prox(v, 1.0)
    ratios = below / v
    squared = L2(0.999 * length).prox(v, 1.0)
    return [
        Finding(
            "for",
            "weights out of 50 that the unsquared norm sets to zero just above ||v||_2",
            measured=float(np.sum(above == 0)),
            relation="==",
            expected=50,
        ),
        Finding(
            "for",
            "weights out of 50 that it sets to zero just below ||v||_2",
            measured=float(np.sum(below == 0)),
            relation="==",
            expected=0,
        ),
        Finding(
            "for",
            "spread of its shrinkage factor over the 50 weights",
            measured=float(np.ptp(ratios)),
            relation="<=",
            expected=0,
            tolerance=1e-12,
        ),
        Finding(
            "for",
            "weights that the squared norm sets to zero at the same strength",
            measured=float(np.sum(squared == 0)),
            relation="==",
            expected=0,
        ),
        Finding(
            "for",
            "the 1-norm of (3, -4), a plain sum of distances",
            measured=float(L1(1.0).value([3.0, -4.0])),
            relation="==",
            expected=7,
        ),
        Finding(
            "for",
            "its 2-norm, the length of the arrow",
            measured=float(norm(1.0).value([3.0, -4.0])),
            relation="==",
            expected=5,
        ),
    ]
