"""The same strength in other libraries' terms, and back.

Ours: loss + lam (rho ||theta||_1 + (1 - rho) ||theta||_2^2), the loss (1/(2n)) ||y - X theta - b 1||^2 or the mean
logistic loss, b not penalized; rho = 1 is L1(lam), rho = 0 is L2(lam).

Each to_X takes our lam (and rho) and returns the keyword arguments of the other library; each from_X takes those and
returns ours: Ridge(**to_sklearn_ridge(0.1, n_samples=100)), L2(**from_sklearn_ridge(20.0, n_samples=100)).
Negative strengths and shares outside [0, 1] raise ValueError.
"""

from __future__ import annotations

import numpy as np

from regutils._validation import Array, check_array, check_integer, check_scalar


def to_sklearn_lasso(lam: float) -> dict[str, float]:
    """sklearn.linear_model.Lasso minimizes (1/(2n)) ||y - Xw||^2 + alpha ||w||_1: alpha = lam."""
    return {"alpha": _strength(lam, "lam")}


def from_sklearn_lasso(alpha: float) -> dict[str, float]:
    """The inverse of to_sklearn_lasso: lam = alpha."""
    return {"lam": _strength(alpha, "alpha")}


def to_sklearn_ridge(lam: float, *, n_samples: int) -> dict[str, float]:
    """sklearn.linear_model.Ridge minimizes ||y - Xw||^2 + alpha ||w||_2^2, a sum over samples: alpha = 2 n lam."""
    return {"alpha": 2.0 * _count(n_samples) * _strength(lam, "lam")}


def from_sklearn_ridge(alpha: float, *, n_samples: int) -> dict[str, float]:
    """The inverse of to_sklearn_ridge: lam = alpha / (2n)."""
    return {"lam": _strength(alpha, "alpha") / (2.0 * _count(n_samples))}


def to_sklearn_elastic_net(lam: float, rho: float) -> dict[str, float]:
    """sklearn.linear_model.ElasticNet minimizes

    (1/(2n)) ||y - Xw||^2 + alpha l1_ratio ||w||_1 + (alpha / 2) (1 - l1_ratio) ||w||_2^2,

    with a 1/2 that we do not have: alpha = lam (2 - rho), l1_ratio = rho / (2 - rho).
    """
    lam, rho = _strength(lam, "lam"), _share(rho, "rho")
    return {"alpha": lam * (2.0 - rho), "l1_ratio": rho / (2.0 - rho)}


def from_sklearn_elastic_net(alpha: float, l1_ratio: float) -> dict[str, float]:
    """The inverse of to_sklearn_elastic_net: lam = alpha (1 + l1_ratio) / 2, rho = 2 l1_ratio / (1 + l1_ratio)."""
    alpha, l1_ratio = _strength(alpha, "alpha"), _share(l1_ratio, "l1_ratio")
    return {"lam": alpha * (1.0 + l1_ratio) / 2.0, "rho": 2.0 * l1_ratio / (1.0 + l1_ratio)}


def to_sklearn_logistic(lam: float, rho: float = 1.0, *, n_samples: int) -> dict[str, float]:
    """sklearn.linear_model.LogisticRegression minimizes

    C sum_i loss_i + l1_ratio ||w||_1 + ((1 - l1_ratio) / 2) ||w||_2^2,

    a sum over samples, weighted by the inverse of the strength: C = 1 / (n lam (2 - rho)),
    l1_ratio = rho / (2 - rho); lam > 0.

    Solvers for an L1 part: saga (tighten tol), or liblinear, which also penalizes the intercept, unlike us.
    """
    lam = check_scalar(lam, "lam", low=0.0, inclusive="neither")
    rho = _share(rho, "rho")
    return {"C": 1.0 / (_count(n_samples) * lam * (2.0 - rho)), "l1_ratio": rho / (2.0 - rho)}


def from_sklearn_logistic(C: float, l1_ratio: float = 0.0, *, n_samples: int) -> dict[str, float]:
    """The inverse of to_sklearn_logistic: lam = (1 + l1_ratio) / (2 n C), rho = 2 l1_ratio / (1 + l1_ratio); C > 0."""
    C = check_scalar(C, "C", low=0.0, inclusive="neither")
    l1_ratio = _share(l1_ratio, "l1_ratio")
    return {
        "lam": (1.0 + l1_ratio) / (2.0 * _count(n_samples) * C),
        "rho": 2.0 * l1_ratio / (1.0 + l1_ratio),
    }


def to_glmnet(lam: float, rho: float = 1.0, *, sd_y: float = 1.0) -> dict[str, float]:
    """glmnet's lambda and alpha for our problem on standardized columns (coefficients: see from_standardized).

    glmnet's objective is (1/(2n)) ||y - X beta||^2 + lambda (alpha ||beta||_1 + ((1 - alpha) / 2) ||beta||_2^2) for
    columns of standard deviation 1 (with 1/n; Friedman, Hastie and Tibshirani 2010, equation 1). But for
    family = "gaussian" it first divides y by its standard deviation sd_y (with 1/n; see its vignette) and lambda by it
    too, then multiplies beta back. The L1 part does not notice; the square is measured in other units. So it minimizes

        (1/(2n)) ||y - X beta||^2 + lambda alpha ||beta||_1 + (lambda / sd_y) ((1 - alpha) / 2) ||beta||_2^2.

    Hence lambda = lam (rho + 2 sd_y (1 - rho)), alpha = lam rho / lambda. For family = "binomial" the loss is our mean
    logistic loss and nothing is divided: sd_y = 1.
    """
    lam, rho = _strength(lam, "lam"), _share(rho, "rho")
    sd_y = check_scalar(sd_y, "sd_y", low=0.0, inclusive="neither")
    weight = rho + 2.0 * sd_y * (1.0 - rho)
    return {"lambda_": lam * weight, "alpha": rho / weight}


def from_glmnet(lambda_: float, alpha: float = 1.0, *, sd_y: float = 1.0) -> dict[str, float]:
    """The inverse of to_glmnet: lam = lambda (alpha + (1 - alpha) / (2 sd_y)), rho = lambda alpha / lam."""
    lambda_, alpha = _strength(lambda_, "lambda_"), _share(alpha, "alpha")
    sd_y = check_scalar(sd_y, "sd_y", low=0.0, inclusive="neither")
    weight = alpha + (1.0 - alpha) / (2.0 * sd_y)
    return {"lam": lambda_ * weight, "rho": alpha / weight}


def to_standardized(coef: object, intercept: float, *, mean: object, sd: object) -> tuple[Array, float]:
    """Coefficients (p,) and intercept for the columns (X - mean) / sd that predict the same as these do for X."""
    theta, mean, sd = _same_length(coef, mean, sd)
    return theta * sd, check_scalar(intercept, "intercept") + float(theta @ mean)


def from_standardized(coef: object, intercept: float, *, mean: object, sd: object) -> tuple[Array, float]:
    """The inverse of to_standardized: coefficients and intercept for X itself, as glmnet reports them."""
    theta, mean, sd = _same_length(coef, mean, sd)
    return theta / sd, check_scalar(intercept, "intercept") - float(theta / sd @ mean)


def to_torch_weight_decay(lam: float) -> dict[str, float]:
    """torch.optim.SGD adds weight_decay * theta to the gradient; ours is 2 lam theta: weight_decay = 2 lam.

    For plain SGD (momentum too) on the mean loss. For adaptive methods the two part: Adam rescales the added gradient,
    AdamW decays outside of it (Loshchilov and Hutter 2019). PyTorch decays every parameter it is given: keep the
    intercept in a parameter group with weight_decay=0. With torch.nn.MSELoss, which has no 1/2, the data term
    is twice ours: double weight_decay, too.
    """
    return {"weight_decay": 2.0 * _strength(lam, "lam")}


def from_torch_weight_decay(weight_decay: float) -> dict[str, float]:
    """The inverse of to_torch_weight_decay: lam = weight_decay / 2."""
    return {"lam": _strength(weight_decay, "weight_decay") / 2.0}


def _strength(value: float, name: str) -> float:
    return check_scalar(value, name, low=0.0)


def _share(value: float, name: str) -> float:
    return check_scalar(value, name, low=0.0, high=1.0)


def _count(n_samples: int) -> int:
    return check_integer(n_samples, "n_samples", low=1)


def _same_length(coef: object, mean: object, sd: object) -> tuple[Array, Array, Array]:
    theta = check_array(coef, "coef", ndim=1)
    center = check_array(mean, "mean", shape=theta.shape)
    scale = check_array(sd, "sd", shape=theta.shape)
    if np.any(scale <= 0):
        raise ValueError(f"sd must be > 0 for every column, got {scale.min():g}")
    return theta, center, scale
