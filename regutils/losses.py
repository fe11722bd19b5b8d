"""Losses as functions of the coefficients alone: the intercept is minimized out, and so is never penalized.

With the predictor z = X theta + b 1, the profile L(theta) = min over b of loss(z) is convex, and its gradient is
that of the loss at the best b (the envelope theorem). Solvers therefore see theta and nothing else. With
fit_intercept=False, b = 0. In both losses the gradient is -X' residual / n.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse
import scipy.special

from regutils._validation import Array, check_array, check_flag, check_Xy


class Loss:
    """A mean loss over n samples. X: (n, p), dense or scipy.sparse; y: (n,)."""

    curvature: float  # largest second derivative of one sample's loss in its linear predictor
    _flattest: float = 0.0

    def __init__(self, X: object, y: object, *, fit_intercept: bool = True) -> None:
        self.X: Any
        self.y: Array
        self.X, self.y = check_Xy(X, y)
        self.fit_intercept = check_flag(fit_intercept, "fit_intercept")
        self.n_samples, self.n_features = (int(size) for size in self.X.shape)
        columns = np.asarray(self.X.mean(axis=0)).ravel()
        self._mean = columns if self.fit_intercept else np.zeros(self.n_features)
        # Solvers ask for value, gradient and gap at the same theta: remember the last point.
        self._last: tuple[Array, float, Array] | None = None

    def value(self, theta: object) -> float:
        """min over b of the mean loss at theta (p,)."""
        _, predictor = self._at(theta)
        return self._mean_loss(predictor)

    def gradient(self, theta: object) -> Array:
        """Gradient (p,) of value at theta: -X' residual / n."""
        return -self.adjoint(self.residual(theta)) / self.n_samples

    def residual(self, theta: object) -> Array:
        """y minus the fitted mean, (n,), at the best intercept. It sums to zero when an intercept is fitted."""
        _, predictor = self._at(theta)
        return self.y - self._fitted_mean(predictor)

    def intercept(self, theta: object) -> float:
        """The minimizing b, on the scale of the uncentered X."""
        shift, _ = self._at(theta)
        return shift - float(self._mean @ check_array(theta, "theta"))

    def hessian(self, theta: object) -> Array:
        """Second derivative (p, p) of value at theta."""
        root = self.hessian_root(theta)
        return root.T @ root

    def hessian_root(self, theta: object) -> Array:
        """A dense matrix A (n, p) with A'A = hessian(theta): rows of X, weighted and centered with those weights."""
        return self._hessian_root(check_array(theta, "theta", shape=(self.n_features,)))

    @property
    def lipschitz(self) -> float:
        """The least Lipschitz constant that holds for the gradient everywhere: curvature lambda_max(X'X / n)."""
        return self.curvature * float(self.spectrum[0])

    @property
    def strong_convexity(self) -> float:
        """The largest m for which value(theta) - (m/2) ||theta||_2^2 is convex (0 when there is none).

        For the squared loss the smallest eigenvalue of X'X / n; the logistic loss flattens out: 0.
        """
        return self._flattest

    @cached_property
    def spectrum(self) -> Array:
        """Eigenvalues of X'X / n in decreasing order, (min(n, p),); columns centered when an intercept is fitted."""
        singular: Array = self._svd[1]
        return singular**2 / self.n_samples

    @cached_property
    def column_basis(self) -> Array:
        """Orthonormal basis (n, rank) of the space of the (centered) columns."""
        left: Array = self._svd[0]
        return left[:, : self.rank]

    @cached_property
    def row_basis(self) -> Array:
        """Orthonormal basis (p, rank) of the space of the (centered) rows: the loss is constant off it."""
        right: Array = self._svd[2]
        return right[: self.rank].T

    @cached_property
    def rank(self) -> int:
        """Numerical rank of the (centered) design."""
        singular = self._svd[1]
        return int(np.sum(singular > max(self.X.shape) * np.finfo(float).eps * max(singular[0], 1e-300)))

    @cached_property
    def centered(self) -> Array:
        """X minus its column means as a dense matrix (X itself without an intercept)."""
        dense: Array = self.X.toarray() if self._sparse else self.X
        return center(dense, self._mean) if self.fit_intercept else dense

    @cached_property
    def _svd(self) -> Any:
        return np.linalg.svd(self.centered, full_matrices=False)

    def forward(self, theta: Array) -> Array:
        """(X - means) theta; a sparse X is never centered in memory."""
        return np.asarray(self._design @ theta) - (self._mean @ theta if self._sparse else 0.0)

    def adjoint(self, vector: Array) -> Array:
        """(X - means)' vector."""
        return np.asarray(self._design.T @ vector) - (self._mean * vector.sum() if self._sparse else 0.0)

    @property
    def _sparse(self) -> bool:
        return bool(scipy.sparse.issparse(self.X))

    @property
    def _design(self) -> Any:
        return self.X if self._sparse else self.centered

    def _at(self, theta: object) -> tuple[float, Array]:
        """The best intercept for the centered design, and the linear predictor with it."""
        point = check_array(theta, "theta", shape=(self.n_features,))
        if self._last is None or not np.array_equal(self._last[0], point):
            predictor = self.forward(point)
            shift = self._best_shift(predictor) if self.fit_intercept else 0.0
            self._last = (point.copy(), shift, predictor + shift)
        return self._last[1:]

    def _hessian_root(self, theta: Array) -> Array:
        raise NotImplementedError

    def _conjugate_gap(self, theta: Array, change: Array) -> float:
        raise NotImplementedError

    def _best_shift(self, predictor: Array) -> float:
        raise NotImplementedError

    def _mean_loss(self, predictor: Array) -> float:
        raise NotImplementedError

    def _fitted_mean(self, predictor: Array) -> Array:
        raise NotImplementedError

    def conjugate_gap(self, theta: object, change: Array) -> float:
        """l(z) + l*(a) - <a, z> >= 0, l the loss of all n predictors z, at the dual point a = -(residual + change) / n.

        The first half of a duality gap, written without cancellation: zero for change = 0, infinite outside the domain.
        change: (n,).
        """
        point = check_array(theta, "theta", shape=(self.n_features,))
        return self._conjugate_gap(point, check_array(change, "change", shape=(self.n_samples,)))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(X {self.X.shape}, y {self.y.shape}, fit_intercept={self.fit_intercept})"


def center(X: Array, mean: Array) -> Array:
    """X (..., n, p) minus its column means (..., p), with exact zeros for a constant column.

    Rounding would leave 1e-17 there, to which a fit without a penalty gives any coefficient at all.
    """
    constant = np.ptp(X, axis=-2) == 0
    return X - np.where(constant, X[..., 0, :], mean)[..., None, :]


class SquaredLoss(Loss):
    """(1/(2n)) ||y - X theta - b 1||_2^2, b minimized out. X: (n, p), dense or sparse; y: (n,)."""

    curvature = 1.0

    @cached_property
    def _flattest(self) -> float:  # type: ignore[override]
        return float(self.spectrum[-1]) if self.rank == self.n_features else 0.0

    def _hessian_root(self, theta: Array) -> Array:
        return np.asarray(self.centered / np.sqrt(self.n_samples))

    def _best_shift(self, predictor: Array) -> float:
        return float(np.mean(self.y - predictor))

    def _mean_loss(self, predictor: Array) -> float:
        residual = self.y - predictor
        return float(residual @ residual) / (2 * self.n_samples)

    def _fitted_mean(self, predictor: Array) -> Array:
        return predictor

    def _conjugate_gap(self, theta: Array, change: Array) -> float:
        return float(change @ change) / (2 * self.n_samples)


class LogisticLoss(Loss):
    """(1/n) sum_i log(1 + exp(z_i)) - y_i z_i with z = X theta + b 1, b minimized out; y in {0, 1}, or in {-1, 1}.

    Both classes have to occur when an intercept is fitted: otherwise it runs off to infinity.
    """

    curvature = 0.25

    def __init__(self, X: object, y: object, *, fit_intercept: bool = True) -> None:
        super().__init__(X, y, fit_intercept=fit_intercept)
        labels = np.unique(self.y)
        if not (set(labels) <= {0.0, 1.0} or set(labels) <= {-1.0, 1.0}):
            shown = ", ".join(f"{label:g}" for label in labels[:6])
            raise ValueError(f"y must hold labels 0 and 1 (or -1 and 1), got {shown}")
        if self.fit_intercept and labels.size < 2:
            raise ValueError(f"y must hold both classes when an intercept is fitted, got only {labels[0]:g}")
        self.y = (self.y > 0).astype(np.float64)

    def separates(self, theta: object) -> bool:
        """Whether theta, with its best intercept, puts every sample strictly on its own class's side.

        Then the loss falls towards 0 along theta and has no minimizer of its own.
        """
        _, predictor = self._at(theta)
        return bool(np.all(np.where(self.y > 0, predictor, -predictor) > 0))

    def _hessian_root(self, theta: Array) -> Array:
        _, predictor = self._at(theta)
        weight = scipy.special.expit(predictor) * scipy.special.expit(-predictor)
        centered = self.centered
        if self.fit_intercept:
            centered = centered - weight @ centered / weight.sum()
        return np.asarray(centered * np.sqrt(weight / self.n_samples)[:, None])

    def _best_shift(self, predictor: Array) -> float:
        # The best b makes the mean probability equal to the mean label. Newton, kept inside a bracket.
        target = float(np.mean(self.y))
        middle = float(scipy.special.logit(target))
        low, high = middle - float(predictor.max()), middle - float(predictor.min())
        shift = middle - float(predictor.mean())
        for _ in range(100):
            probability = scipy.special.expit(predictor + shift)
            excess = float(np.mean(probability)) - target
            if excess > 0:
                high = shift
            else:
                low = shift
            slope = float(np.mean(probability * (1.0 - probability)))
            newton = shift - excess / slope if slope > 0 else np.inf
            moved = newton if low <= newton <= high else 0.5 * (low + high)
            if abs(moved - shift) <= 4e-16 * max(1.0, abs(shift)):
                return moved
            shift = moved
        return shift

    def _mean_loss(self, predictor: Array) -> float:
        return float(np.mean(np.logaddexp(0.0, predictor) - self.y * predictor))

    def _fitted_mean(self, predictor: Array) -> Array:
        return np.asarray(scipy.special.expit(predictor))

    def _conjugate_gap(self, theta: Array, change: Array) -> float:
        # The mean Kullback-Leibler divergence from the fitted probabilities to those of the dual point.
        _, predictor = self._at(theta)
        dual = self._fitted_mean(predictor) - change
        if np.any(dual < 0) or np.any(dual > 1):
            return float("inf")
        fitted, other = scipy.special.expit(predictor), scipy.special.expit(-predictor)
        divergence = scipy.special.kl_div(dual, fitted) + scipy.special.kl_div(1.0 - dual, other)
        return float(np.mean(divergence))
