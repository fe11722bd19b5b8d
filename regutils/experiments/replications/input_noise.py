"""Bishop (1995): training with noise on the inputs is ridge regression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array
from regutils.datasets import load_diabetes, standardize
from regutils.experiments.caching import once
from regutils.experiments.replications.record import Replication
from regutils.paths import ridge_path

SOURCE = "bishop1995"


@dataclass(frozen=True, eq=False)
class InputNoise:
    """Coefficients of least squares, of least squares on noisy copies of the inputs, and of ridge, (V, p) each."""

    names: tuple[str, ...]
    variance: Array  # s^2 of the noise, (V,)
    least_squares: Array  # (p,)
    noisy: Array
    ridge: Array

    @property
    def difference(self) -> Array:
        """||noisy - ridge|| / ||ridge||, (V,)."""
        return np.asarray(np.linalg.norm(self.noisy - self.ridge, axis=1) / np.linalg.norm(self.ridge, axis=1))


@once
def input_noise(*, copies: int = 400, rows_counted: bool = True, seed: int = 1995) -> InputNoise:
    """Diabetes, standardized: `copies` copies of every patient with independent noise on each feature.

    Ridge has k = n s^2 in ||y - X theta||^2 + k ||theta||^2. rows_counted=False forgets the n.
    """
    bunch = load_diabetes()
    X, y = standardize(bunch.data), bunch.target - bunch.target.mean()
    n, p = X.shape
    variance = np.array([1.0, 0.5, 0.2, 0.1])  # ridge_path wants decreasing strengths
    noisy = np.empty((variance.size, p))
    for i, s2 in enumerate(variance):
        rng = np.random.default_rng([seed, i])
        gram, products = np.zeros((p, p)), np.zeros(p)
        for _ in range(copies):
            copy = X + np.sqrt(s2) * rng.standard_normal(X.shape)
            gram += copy.T @ copy
            products += copy.T @ y
        noisy[i] = np.linalg.solve(gram, products)
    k = variance * (n if rows_counted else 1)
    ridge = ridge_path(X, y, k / (2 * n)).coef
    full = np.linalg.solve(X.T @ X, X.T @ y)
    return InputNoise(tuple(bunch.feature_names), variance, full, noisy, ridge)


def bishop1995(*, rows_counted: bool = True) -> tuple[Replication, ...]:
    """The equivalence, to within three percent at 400 copies."""
    found = input_noise(rows_counted=rows_counted)
    return tuple(
        Replication(
            SOURCE,
            "Tikhonov term",
            f"relative distance from ridge, noise of variance {s2:g}",
            0.0,
            float(gap),
            "exact",
            0.03,
        )
        for s2, gap in zip(found.variance, found.difference, strict=True)
    )
