"""How far a coefficient vector is from the optimum, and what it selects."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from regutils._penalty import Penalty
from regutils._validation import Array, check_array, check_scalar
from regutils.losses import Loss


def support(theta: object, tol: float = 0.0) -> npt.NDArray[np.bool_]:
    """Which coefficients are nonzero: |theta| > tol, same shape as theta."""
    tol = check_scalar(tol, "tol", low=0.0)
    return np.asarray(np.abs(check_array(theta, "theta")) > tol)


def lambda_max(loss: Loss) -> float:
    """The least lam for which theta = 0 solves loss + lam ||theta||_1: the largest |gradient| at zero."""
    _check_loss(loss)
    return float(np.max(np.abs(loss.gradient(np.zeros(loss.n_features)))))


def kkt_violation(loss: Loss, penalty: Penalty, theta: object, *, relative: bool = False) -> float:
    """The largest distance, over coordinates, of -gradient of the loss to the subdifferential of the penalty at theta.

    Zero exactly when theta meets the first-order (Karush-Kuhn-Tucker) conditions of loss + penalty; in the units of the
    gradient, or with relative=True in units of lambda_max(loss).
    """
    check_problem(loss, penalty)
    violation = float(np.max(penalty.subdiff_distance(theta, loss.gradient(theta))))
    if not relative:
        return violation
    scale = lambda_max(loss)
    return violation / scale if scale > 0 else violation


def duality_gap(loss: Loss, penalty: Penalty, theta: object) -> float:
    """An upper bound on (loss + penalty)(theta) minus its minimum, which is zero at the minimum.

    With l the loss of the linear predictor z and P the penalty, any dual point a gives by Fenchel and Young

        gap = [l(z) + l*(a) - <a, z>] + [P(theta) + P*(-X'a) - <-X'a, theta>],

    a sum of two nonnegative terms. a is the gradient of l, scaled down until P*(-X'a) is finite. (Mairal 2010, appendix
    D; Massias, Vaiter, Gramfort and Salmon 2020.) For the L1 and L2 balls it is the Frank-Wolfe gap max over s in
    the ball of <gradient, theta - s> (Jaggi 2013). Without a penalty X'a must vanish: a is projected onto that space,
    which is exact for the squared loss, and gives infinity for the logistic loss until theta is near its optimum.

    Raises ValueError for a penalty that is not convex (Lq with q < 1): there is no duality to speak of.
    """
    check_problem(loss, penalty)
    if not penalty.convex:
        raise ValueError(f"penalty must be convex for a duality gap, got {penalty!r}; look at kkt_violation instead")
    point = check_array(theta, "theta", shape=(loss.n_features,))
    residual = loss.residual(point)
    if penalty.unpenalized:
        basis = loss.column_basis
        return loss.conjugate_gap(point, -basis @ (basis.T @ residual))
    dual = loss.adjoint(residual) / loss.n_samples  # -X'a, before scaling
    scale = penalty.dual_scale(dual)
    gap = loss.conjugate_gap(point, (scale - 1.0) * residual) + penalty.fenchel_gap(point, scale * dual)
    return max(float(gap), 0.0)


def condition_number(loss: Loss, penalty: Penalty) -> float:
    """Largest over smallest curvature of loss + penalty: what the speed of gradient methods depends on.

    (L + smoothness of the penalty) / (m + its strong convexity), L and m from the loss; infinity when flat somewhere.
    """
    check_problem(loss, penalty)
    flattest = loss.strong_convexity + penalty.strong_convexity
    steepest = loss.lipschitz + penalty.smoothness
    return steepest / flattest if flattest > 0 else float("inf")


def objective(loss: Loss, penalty: Penalty, theta: Array) -> float:
    """loss(theta) + penalty(theta)."""
    return loss.value(theta) + float(penalty.value(theta))


def check_problem(loss: object, penalty: object) -> None:
    """Raise TypeError unless these are a loss and a penalty."""
    _check_loss(loss)
    if not isinstance(penalty, Penalty):
        raise TypeError(f"penalty must be one of regutils.penalties, got {type(penalty).__name__}")


def _check_loss(loss: object) -> None:
    if not isinstance(loss, Loss):
        raise TypeError(f"loss must be SquaredLoss or LogisticLoss, got {type(loss).__name__}")
