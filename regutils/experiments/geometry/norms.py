"""What the equivalence of norms does not say: how far apart they are, and what a rotation does to each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regutils.claims import Finding, evidence
from regutils.datasets import load_diabetes, standardize
from regutils.experiments.caching import once
from regutils.losses import SquaredLoss
from regutils.metrics import lambda_max
from regutils.penalties import L1, L2, L2Norm, Penalty
from regutils.solvers import solve

Array = NDArray[np.float64]
PenaltyAt = Callable[[float], Penalty]


@dataclass(frozen=True)
class NormRatio:
    """||x||_1 / ||x||_2 over random vectors, by dimension."""

    dimensions: Array
    gaussian: Array  # (dimensions, 3): smallest, mean, largest over vectors with independent N(0, 1) entries
    sparse: Array  # the same for vectors with a few Gaussian entries and zeros elsewhere
    nonzeros: int
    asymptote: Array  # sqrt(2 p / pi)


@once
def norm_ratio(*, norm: PenaltyAt = L1, nonzeros: int = 5, vectors: int = 200, seed: int = 0) -> NormRatio:
    """The range of P(x) / ||x||_2 for P = norm(1.0) over Gaussian and sparse vectors, in 5 to 10,000 dimensions."""
    rng = np.random.default_rng(seed)
    dimensions = np.array([5, 10, 30, 100, 300, 1000, 3000, 10_000])
    dense: list[list[float]] = []
    sparse: list[list[float]] = []
    for p in dimensions:
        x = rng.standard_normal((vectors, p))
        few = np.where(np.arange(p) < nonzeros, x, 0.0)  # which places are not zero is the same to both norms
        for vector, into in ((x, dense), (few, sparse)):
            ratio = norm(1.0).value(vector) / L2Norm(1.0).value(vector)
            into.append([ratio.min(), ratio.mean(), ratio.max()])
    return NormRatio(
        dimensions.astype(np.float64), np.array(dense), np.array(sparse), nonzeros, np.sqrt(2.0 * dimensions / np.pi)
    )


@dataclass(frozen=True)
class Rotation:
    """Fits to diabetes after its features were rotated in pairs, by angle."""

    angles: Array  # degrees
    l1_change: Array  # root mean square change of the fitted values, relative to their standard deviation
    l2_change: Array
    l1_zeros: NDArray[np.int64]
    strengths: tuple[float, float]


@once
def rotation(*, l1: PenaltyAt = L1, angles: tuple[float, ...] = tuple(range(0, 91, 5))) -> Rotation:
    """Turn the ten standardized features of diabetes in five planes by the same angle, and fit both penalties again.

    The features carry the same information at every angle: X Q with Q orthogonal, predictions X Q theta. At 90
    degrees Q only swaps features and changes signs.
    """
    data = load_diabetes()
    X, y = standardize(data.data), data.target
    lam_l1 = 0.1 * lambda_max(SquaredLoss(X, y))
    lam_l2 = 0.25
    fitted: dict[str, list[Array]] = {"l1": [], "l2": []}
    zeros = []
    for angle in np.radians(angles):
        turn = np.kron(np.eye(5), [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        if angle == np.pi / 2.0:
            turn = np.round(turn)  # cos(pi/2) is not quite zero in floating point
        loss = SquaredLoss(X @ turn, y)
        for name, penalty in (("l1", l1(lam_l1)), ("l2", L2(lam_l2))):
            coef = solve(loss, penalty).coef
            fitted[name].append(loss.forward(coef))
            if name == "l1":
                zeros.append(int(np.sum(coef == 0.0)))
    change = {
        name: np.array([float(np.std(f - values[0]) / np.std(values[0])) for f in values])
        for name, values in fitted.items()
    }
    return Rotation(np.array(angles), change["l1"], change["l2"], np.array(zeros), (lam_l1, lam_l2))


@evidence("B-geo-1", sabotage={"norm": L2Norm}, misleading=True)
def equivalent_norms_differ(*, norm: PenaltyAt = L1, seed: int = 0) -> list[Finding]:
    """The ratio of the two norms is measured over random and sparse vectors in 5 to 10,000 dimensions, and both
    penalties are fitted to diabetes before and after a rotation of its features.
    """
    ratio = norm_ratio(norm=norm, seed=seed)
    roots = np.sqrt(ratio.dimensions)
    lowest = float(min(ratio.gaussian[:, 0].min(), ratio.sparse[:, 0].min()))
    highest = float(np.max(np.maximum(ratio.gaussian[:, 2], ratio.sparse[:, 2]) / roots))
    growth = float(np.polyfit(np.log(ratio.dimensions[2:]), np.log(ratio.gaussian[2:, 1]), 1)[0])
    spread = float(ratio.gaussian[-1, 1] / ratio.sparse[-1, 1])
    turned = rotation(l1=norm)
    return [
        Finding("against", "power of p with which the ratio grows, Gaussian vectors", growth, "==", 0.5, 0.02),
        Finding("for", "smallest ratio of the norms over all vectors", lowest, ">=", 1.0, 1e-12),
        Finding("for", "largest ratio of the norms over sqrt(p)", highest, "<=", 1.0, 1e-12),
        Finding("against", "Gaussian ratio over sparse ratio in 10,000 dimensions", spread, ">=", 30.0),
        Finding(
            "against",
            "largest change of L1 fits under rotation",
            100.0 * float(turned.l1_change.max()),
            ">=",
            1.0,
            unit="%",
        ),
        Finding("for", "largest change of L2 fits under rotation", float(turned.l2_change.max()), "<=", 1e-10),
    ]
