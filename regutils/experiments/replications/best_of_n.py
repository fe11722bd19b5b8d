"""Gao, Schulman and Hilton (2023): the best of n samples by an imperfect score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.experiments.caching import once
from regutils.experiments.replications.record import LIMIT, Replication
from regutils.montecarlo import mean_and_error, monte_carlo

SOURCE = "gao2023"
SIZES = (2, 10, 100, 1000)
KL = (0.1931, 1.4026, 3.6152, 5.9088)
EXPECTED_MAXIMUM = (0.5642, 1.5388, 2.5076, 3.2414)
SLOPE_SIZE = 10


@dataclass(frozen=True, eq=False)
class BestOfN:
    """Best of n: exact and simulated divergence from one sample, expected maximum, and what is left of it in truth."""

    sizes: Array
    divergence: Array  # by integration, (m,)
    simulated: Array  # Monte Carlo mean of the log density ratio
    simulated_error: Array
    maximum: Array  # by integration
    simulated_maximum: Array
    simulated_maximum_error: Array
    slope: float  # gain in the truth over gain in the score
    slope_error: float
    expected_slope: float


@once
def best_of_n(*, noise: float = 0.75, replicates: int = 4000, selected: bool = True, seed: int = 2022) -> BestOfN:
    """Standard normal scores; the score is truth X plus noise Z, variances 1 - noise and noise.

    selected=False keeps the first of the n samples instead of the best.
    """
    from scipy.integrate import quad
    from scipy.special import ndtri

    def divergence(n: int) -> float:
        # in v = u^n, the distribution function of the best, the integrand of n u^(n-1) log(n u^(n-1)) is smooth
        return float(quad(lambda v: np.log(n) + (n - 1) / n * np.log(v), 0.0, 1.0)[0])

    def maximum(n: int) -> float:
        return float(quad(lambda v: ndtri(v ** (1.0 / n)), 0.0, 1.0, limit=200)[0])

    drawn = monte_carlo(
        _draw, replicates, seed=seed, batched=True, chunk_size=1000, n_jobs=1, progress=False,
        noise=noise, selected=selected,
    )  # fmt: skip
    ratio, ratio_error = mean_and_error(drawn["log ratio"])
    best, best_error = mean_and_error(drawn["best"])
    gained, truth = drawn["score"], drawn["truth"]
    slope = float(truth.mean() / gained.mean())
    return BestOfN(
        sizes=np.array(SIZES, dtype=np.float64),
        divergence=np.array([divergence(n) for n in SIZES]),
        simulated=ratio,
        simulated_error=ratio_error,
        maximum=np.array([maximum(n) for n in SIZES]),
        simulated_maximum=best,
        simulated_maximum_error=best_error,
        slope=slope,
        slope_error=float(mean_and_error(truth - slope * gained)[1] / gained.mean()),
        expected_slope=1.0 - noise,
    )


def _draw(seeds: list[np.random.SeedSequence], *, noise: float, selected: bool) -> dict[str, Array]:
    from scipy.special import ndtr

    n = SLOPE_SIZE
    normal = np.stack([np.random.default_rng(seed).standard_normal(max(SIZES) + 2 * n) for seed in seeds])
    best = np.stack([normal[:, : size if selected else 1].max(axis=1) for size in SIZES], axis=1)
    sizes = np.array(SIZES)
    truth = np.sqrt(1.0 - noise) * normal[:, max(SIZES) : max(SIZES) + n]
    score = truth + np.sqrt(noise) * normal[:, max(SIZES) + n :]
    chosen = score.argmax(axis=1)[:, None] if selected else np.zeros((len(seeds), 1), dtype=int)
    return {
        "best": best,
        "log ratio": np.log(sizes) + (sizes - 1) * np.log(ndtr(best)),
        "score": np.take_along_axis(score, chosen, axis=1)[:, 0],
        "truth": np.take_along_axis(truth, chosen, axis=1)[:, 0],
    }


def gao2023(*, selected: bool = True) -> tuple[Replication, ...]:
    """KL = log n - (n - 1)/n, expected maxima, regressional slope."""
    found = best_of_n(selected=selected)
    rows = [
        Replication(SOURCE, "KL of best of n", f"divergence of the best of {n:,} from one sample, by integration", kl,
                    float(found.divergence[i]), "exact", 1e-4)
        for i, (n, kl) in enumerate(zip(SIZES, KL, strict=True))
    ]  # fmt: skip
    rows += [
        Replication(SOURCE, "KL of best of n", f"the same divergence, simulated, best of {n:,}", kl,
                    float(found.simulated[i]), "statistical", LIMIT, error=float(found.simulated_error[i]))
        for i, (n, kl) in enumerate(zip(SIZES, KL, strict=True))
    ]  # fmt: skip
    for i, (n, value) in enumerate(zip(SIZES, EXPECTED_MAXIMUM, strict=True)):
        rows.append(
            Replication(SOURCE, "normal order statistics", f"expected best of {n:,} standard normal scores", value,
                        float(found.maximum[i]), "exact", 1e-4)
        )  # fmt: skip
    rows.append(
        Replication(SOURCE, "regressional Goodhart", f"truth gained per score gained, best of {SLOPE_SIZE}",
                    found.expected_slope, found.slope, "statistical", LIMIT, error=found.slope_error)
    )  # fmt: skip
    return tuple(rows)
