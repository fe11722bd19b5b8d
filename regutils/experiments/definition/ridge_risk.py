"""Some ridge penalty always beats least squares: the theorem of Hoerl and Kennard, on the diabetes data."""

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array, check_array, check_integer
from regutils.claims import Finding, evidence
from regutils.datasets import load_diabetes
from regutils.experiments.caching import once
from regutils.experiments.definition.errors import real_errors, simulated_errors
from regutils.paths import ridge_path


@dataclass(frozen=True, eq=False)
class HoerlKennard:
    """E ||theta_k - theta||^2 of ridge, argmin ||y - X theta||^2 + k ||theta||^2, and its two parts, against k."""

    k: Array  # (K,)
    variance: Array
    squared_bias: Array
    least_squares: float  # the error at k = 0
    bound: float  # sigma^2 / max alpha^2: the error falls on all of (0, bound)
    best: float  # the k of least error
    best_error: float
    plug_in: float  # p sigma^2 / ||theta||^2
    plug_in_error: float
    simulated_k: Array  # (m,)
    simulated: Array  # (m,) Monte Carlo means of the same error
    simulated_error: Array  # (m,) their standard errors

    @property
    def error(self) -> Array:
        """Variance plus squared bias."""
        return self.variance + self.squared_bias


@dataclass(frozen=True, eq=False)
class Canonical:
    """A linear model in the coordinates in which X'X is diagonal."""

    X: Array
    theta: Array
    sigma: float
    eigenvalues: Array  # of X'X, (p,)
    alpha: Array  # theta in the directions of the eigenvectors, (p,)

    def parts(self, k: Array | float) -> tuple[Array, Array]:
        """Variance sum sigma^2 d / (d + k)^2 and squared bias sum k^2 alpha^2 / (d + k)^2, each shaped like k."""
        k = np.asarray(k, dtype=np.float64)[..., None]
        shrunk = (self.eigenvalues + k) ** 2
        variance = np.sum(self.sigma**2 * self.eigenvalues / shrunk, axis=-1)
        return np.asarray(variance), np.asarray(np.sum((k * self.alpha) ** 2 / shrunk, axis=-1))

    def error(self, k: Array | float) -> Array:
        """E ||theta_k - theta||^2, shaped like k."""
        variance, squared_bias = self.parts(k)
        return variance + squared_bias

    @property
    def bound(self) -> float:
        """sigma^2 / max alpha^2 (Hoerl and Kennard 1970, theorem 4.3)."""
        return float(self.sigma**2 / np.max(self.alpha**2))

    @property
    def plug_in(self) -> float:
        """p sigma^2 / ||theta||^2, a popular choice of k (Hoerl, Kennard and Baldwin 1975)."""
        return float(self.alpha.size * self.sigma**2 / np.sum(self.alpha**2))


@once
def diabetes_truth() -> Canonical:
    """Diabetes, columns centered to unit length; the least-squares fit and its sigma are taken as the truth."""
    bunch = load_diabetes(scaled=True)
    X = bunch.data - bunch.data.mean(axis=0)
    target = np.asarray(bunch.target, dtype=np.float64)
    left, singular, right = np.linalg.svd(X, full_matrices=False)
    alpha = (left.T @ (target - target.mean())) / singular
    residual = target - target.mean() - left @ (singular * alpha)
    sigma = float(np.sqrt(residual @ residual / (len(target) - X.shape[1] - 1)))
    return Canonical(X, right.T @ alpha, sigma, singular**2, alpha)


@once
def hoerl_kennard(*, replicates: int = 4000, seed: int = 0) -> HoerlKennard:
    """The closed form over k, with Monte Carlo ridge fits beside it: new noise on the same X, our lambda = k / (2n)."""
    from scipy.optimize import minimize_scalar

    truth = diabetes_truth()
    k = np.geomspace(2e-5, 0.3, 160)
    variance, squared_bias = truth.parts(k)
    found = minimize_scalar(
        lambda at: float(truth.error(at)), bounds=(0, 0.05), method="bounded", options={"xatol": 1e-9}
    )
    simulated_k = np.array([1e-1, 1e-2, 2.6e-3, 1e-4])
    simulated, standard_error = simulate(truth, simulated_k, replicates=replicates, seed=seed)
    return HoerlKennard(
        k=k,
        variance=variance,
        squared_bias=squared_bias,
        least_squares=float(truth.error(0.0)),
        bound=truth.bound,
        best=float(found.x),
        best_error=float(found.fun),
        plug_in=truth.plug_in,
        plug_in_error=float(truth.error(truth.plug_in)),
        simulated_k=simulated_k,
        simulated=simulated,
        simulated_error=standard_error,
    )


def simulate(truth: Canonical, k: Array, *, replicates: int, seed: int) -> tuple[Array, Array]:
    """Monte Carlo mean of ||theta_k - theta||^2 over new noise, and its standard error, for decreasing k (m,)."""
    n = len(truth.X)
    k = check_array(k, "k", ndim=1)
    rng = np.random.default_rng(seed)
    noise = truth.sigma * rng.standard_normal((check_integer(replicates, "replicates", low=2), n))
    y = truth.X @ truth.theta + noise
    coef = ridge_path(truth.X, y, k / (2 * n)).coef
    squares = np.sum((coef - truth.theta) ** 2, axis=-1)
    return squares.mean(axis=0), squares.std(axis=0, ddof=1) / np.sqrt(replicates)


@evidence("A-def-1", sabotage={"penalized": False})
def penalties_reduce_overfitting(*, penalized: bool = True) -> list[Finding]:
    """Ridge's exact coefficient error on diabetes at the Hoerl-Kennard bound, and 400 simulated data sets with known
    truth: test and training error of both penalties over lambda against least squares on the same data. On diabetes,
    where rows are many, the gain of the best lambda over 100 splits."""
    truth = diabetes_truth()
    k, plug_in = (truth.bound, truth.plug_in) if penalized else (0.0, 0.0)
    plain = float(truth.error(0.0))
    findings = [
        Finding(
            "for",
            "coefficient error of ridge at the Hoerl-Kennard bound over that of least squares, diabetes",
            measured=float(truth.error(k)) / plain,
            relation="<=",
            expected=0.999,
        )
    ]
    for kind, name in (("l1", "lasso"), ("l2", "ridge")):
        curves = simulated_errors(kind, penalized=penalized)  # type: ignore[arg-type]
        gap = (curves.test - curves.train)[:, curves.best]
        plain_gap = curves.least_squares_test - curves.least_squares_train
        findings += [
            Finding(
                "for",
                f"test error that the best lambda takes from least squares, {name}, lower end of the 95 % interval",
                measured=curves.gain.low,
                relation=">=",
                expected=0.05,
                unit="noise variances",
            ),
            Finding(
                "for",
                f"overfitting (test minus training error) left at that lambda, as a share of least squares', {name}",
                measured=float(gap.mean() / plain_gap.mean()),
                relation="<=",
                expected=0.9,
            ),
            Finding(
                "for",
                f"largest fall of the training error as lambda grows, {name}",
                measured=float(np.max(np.diff(curves.train, axis=1))),
                relation="<=",
                expected=0,
                tolerance=1e-9,
            ),
            Finding(
                "against",
                f"test error at the largest lambda over that at the best one, {name}",
                measured=float(curves.test[:, 0].mean() / curves.test[:, curves.best].mean()),
                relation=">=",
                expected=1.1,
            ),
        ]
    real = real_errors("diabetes", "l2").gain
    findings.append(
        Finding(
            "against",
            "test error that ridge's best lambda takes off on diabetes, 332 training rows, lower end of the interval",
            measured=real.low,
            relation="<=",
            expected=0,
            unit="target variances",
        )
    )
    findings.append(
        Finding(
            "against",
            "coefficient error of ridge at the plug-in k over that of least squares, diabetes",
            measured=float(truth.error(plug_in)) / plain,
            relation=">=",
            expected=1.001,
        )
    )
    return findings
