"""One problem in every library's terms: after conversion of the strength, the coefficients agree."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from regutils import conventions
from regutils._validation import Array, check_scalar
from regutils.claims import Finding, evidence
from regutils.datasets import load_breast_cancer, load_diabetes, standardize
from regutils.experiments.caching import once
from regutils.losses import LogisticLoss, SquaredLoss
from regutils.penalties import L1, L2, ElasticNet
from regutils.solvers import solve

LAM = 0.05
Penalties = L1 | L2 | ElasticNet
Fit = Callable[[float], Array]  # from the number typed into the library to coefficients


@dataclass(frozen=True, eq=False)
class Row:
    """One library: what it minimizes, the number to type for our lam, and how far its coefficients are from ours."""

    penalty: str  # "L1", "L2" or "elastic net"
    call: str
    objective: str  # in LaTeX, with the library's own symbol for the strength
    number: float  # what stands for our lam there
    difference: float  # largest absolute difference of a coefficient, after conversion
    unconverted: float  # the same, had our lam been typed in unchanged


@dataclass(frozen=True, eq=False)
class Agreement:
    """All libraries on one problem each: diabetes for regression, breast cancer for classification."""

    lam: float
    rows: tuple[Row, ...]

    def worst(self, penalty: str) -> float:
        """Largest difference after conversion among the libraries of one penalty."""
        return max(row.difference for row in self.rows if row.penalty == penalty)


@once
def _regression() -> tuple[Array, Array, Array]:
    """Raw diabetes features, the same standardized, and the target in units of half its standard deviation."""
    bunch = load_diabetes()
    y = standardize(np.asarray(bunch.target, dtype=np.float64)[:, None])[:, 0]
    return bunch.data, standardize(bunch.data), 2.0 * y  # not 1, so that glmnet's division by it shows


@once
def _classification() -> tuple[Array, Array]:
    """Breast cancer, the first ten features standardized."""
    bunch = load_breast_cancer()
    return standardize(bunch.data[:, :10]), np.asarray(bunch.target, dtype=np.float64)


def _scikit_learn(name: str, **fixed: Any) -> Fit:
    """A regression of scikit-learn as a function of alpha."""
    from sklearn import linear_model

    _, X, y = _regression()
    kind = getattr(linear_model, name)
    return lambda alpha: np.asarray(kind(alpha=alpha, **fixed).fit(X, y).coef_)


def _logistic(l1_ratio: float) -> Fit:
    """scikit-learn's LogisticRegression as a function of C. saga, because liblinear would penalize the intercept."""
    from sklearn.linear_model import LogisticRegression

    X, y = _classification()
    # the L2 problem is smooth: Newton's method is done in a few steps
    options: dict[str, Any] = (
        {"solver": "saga", "tol": 1e-11, "max_iter": 20_000, "random_state": 0}
        if l1_ratio > 0
        else {"solver": "newton-cholesky", "tol": 1e-12}
    )
    return lambda C: np.asarray(LogisticRegression(C=C, l1_ratio=l1_ratio, **options).fit(X, y).coef_[0])


def _glmnet(alpha: float) -> Fit:
    """glmnet's own steps as a function of its lambda: standardize X, divide y and lambda by sd(y), solve, undo.

    Objective: Friedman, Hastie and Tibshirani (2010), equation 1, which scikit-learn solves too; y: glmnet's vignette.
    Coefficients are returned for standardized columns, where ours live.
    """
    from sklearn.linear_model import ElasticNet as SkElasticNet
    from sklearn.linear_model import Ridge

    raw, _, y = _regression()
    mean, sd, sd_y = raw.mean(axis=0), raw.std(axis=0), float(y.std())
    columns = (raw - mean) / sd

    def fit(lambda_: float) -> Array:
        if alpha > 0:
            model = SkElasticNet(alpha=lambda_ / sd_y, l1_ratio=alpha, tol=1e-12, max_iter=100_000)
        else:
            model = Ridge(alpha=y.size * lambda_ / sd_y)
        model.fit(columns, y / sd_y)
        reported = sd_y * model.coef_ / sd  # what coef(glmnet(...)) prints: for the raw columns
        intercept = float(y.mean() - reported @ mean)
        return conventions.to_standardized(reported, intercept, mean=mean, sd=sd)[0]

    return fit


def _torch_sgd(weight_decay: float) -> Array:
    """torch.optim.SGD's update on all rows, d = gradient + weight_decay * theta, theta -= lr * d, until it rests."""
    _, X, y = _regression()
    loss = SquaredLoss(X, y)
    theta = np.zeros(loss.n_features)
    for _ in range(20_000):
        step = loss.gradient(theta) + weight_decay * theta
        theta = theta - step / (loss.lipschitz + weight_decay)
        if np.max(np.abs(step)) < 1e-12:
            break
    return theta


def _ours(penalty: Penalties, *, classification: bool = False) -> Array:
    X, y = _classification() if classification else _regression()[1:]
    loss = LogisticLoss(X, y) if classification else SquaredLoss(X, y)
    return solve(loss, penalty, tol=1e-14).coef


@once
def agreement(lam: float = LAM, *, l1: type[L1] | type[L2] = L1, l2: type[L1] | type[L2] = L2) -> Agreement:
    """Solve with every library at the converted number, and at our number typed in unchanged.

    l1, l2: the penalties on our side of the comparison.
    """
    lam = check_scalar(lam, "lam", low=0.0, inclusive="neither")
    n, m = len(_regression()[2]), len(_classification()[1])
    sd_y = float(_regression()[2].std())
    squares = r"\lVert y - X\theta\rVert_2^2"
    lasso, ridge, net = _ours(l1(lam)), _ours(l2(lam)), _ours(ElasticNet(lam, 0.5))
    terms = conventions.to_sklearn_elastic_net(lam, 0.5)
    problems: list[tuple[str, str, str, float, Fit, Array]] = [
        (
            "L1",
            "scikit-learn `Lasso(alpha)`",
            rf"\tfrac{{1}}{{2n}}{squares} + \alpha\lVert\theta\rVert_1",
            conventions.to_sklearn_lasso(lam)["alpha"],
            _scikit_learn("Lasso", tol=1e-12),
            lasso,
        ),
        (
            "L1",
            "glmnet `lambda`, `alpha = 1`",
            rf"\tfrac{{1}}{{2n}}{squares} + \lambda\lVert\theta\rVert_1",
            conventions.to_glmnet(lam, 1.0, sd_y=sd_y)["lambda_"],
            _glmnet(1.0),
            lasso,
        ),
        (
            "L1",
            "scikit-learn `LogisticRegression(C, l1_ratio=1)`",
            r"C\sum_i \ell_i + \lVert\theta\rVert_1",
            conventions.to_sklearn_logistic(lam, 1.0, n_samples=m)["C"],
            _logistic(1.0),
            _ours(l1(lam), classification=True),
        ),
        (
            "L2",
            "scikit-learn `Ridge(alpha)`",
            rf"{squares} + \alpha\lVert\theta\rVert_2^2",
            conventions.to_sklearn_ridge(lam, n_samples=n)["alpha"],
            _scikit_learn("Ridge"),
            ridge,
        ),
        (
            "L2",
            "glmnet `lambda`, `alpha = 0`",
            rf"\tfrac{{1}}{{2n}}{squares} + \tfrac{{\lambda}}{{2 s_y}}\lVert\theta\rVert_2^2",
            conventions.to_glmnet(lam, 0.0, sd_y=sd_y)["lambda_"],
            _glmnet(0.0),
            ridge,
        ),
        (
            "L2",
            "PyTorch `SGD(weight_decay)`",
            r"\text{loss} + \tfrac{w}{2}\lVert\theta\rVert_2^2",
            conventions.to_torch_weight_decay(lam)["weight_decay"],
            _torch_sgd,
            ridge,
        ),
        (
            "L2",
            "scikit-learn `LogisticRegression(C, l1_ratio=0)`",
            r"C\sum_i \ell_i + \tfrac12\lVert\theta\rVert_2^2",
            conventions.to_sklearn_logistic(lam, 0.0, n_samples=m)["C"],
            _logistic(0.0),
            _ours(l2(lam), classification=True),
        ),
        (
            "elastic net, ρ = 0.5",
            f"scikit-learn `ElasticNet(alpha, l1_ratio={terms['l1_ratio']:.3f})`",
            rf"\tfrac{{1}}{{2n}}{squares} + \alpha r\lVert\theta\rVert_1"
            r" + \tfrac{\alpha(1-r)}{2}\lVert\theta\rVert_2^2",
            terms["alpha"],
            _scikit_learn("ElasticNet", l1_ratio=terms["l1_ratio"], tol=1e-12),
            net,
        ),
    ]
    rows = []
    for penalty, call, objective, number, fit, ours in problems:
        off, unconverted = (float(np.max(np.abs(fit(value) - ours))) for value in (number, lam))
        rows.append(Row(penalty, call, objective, number, off, unconverted))
    return Agreement(lam, tuple(rows))


def _findings(penalty: str, found: Agreement) -> list[Finding]:
    converted = [
        Finding(
            "for",
            f"largest difference of a coefficient from ours, strength converted: {row.call.replace('`', '')}",
            measured=row.difference,
            relation="<=",
            expected=0,
            tolerance=1e-6,
        )
        for row in found.rows
        if row.penalty == penalty
    ]
    converted.sort(key=lambda finding: -finding.measured)  # the headline is the worst of them
    unconverted = Finding(
        "for",
        "largest difference when our number is typed in unchanged, the worst of these libraries",
        measured=max(row.unconverted for row in found.rows if row.penalty == penalty),
        relation=">=",
        expected=1e-2,
    )
    return [*converted, unconverted]


@evidence("A-def-2", sabotage={"ours": L2})
def l1_in_every_library(*, ours: type[L1] | type[L2] = L1) -> list[Finding]:
    """loss + 0.05 ||theta||_1 solved by this package and, with the strength converted, as scikit-learn's Lasso,
    glmnet's standardized form and LogisticRegression state it."""
    return _findings("L1", agreement(l1=ours))  # type: ignore[arg-type]


@evidence("A-def-3", sabotage={"ours": L1})
def l2_in_every_library(*, ours: type[L1] | type[L2] = L2) -> list[Finding]:
    """loss + 0.05 ||theta||_2^2 solved by this package and, with the strength converted, as scikit-learn's Ridge,
    glmnet's standardized form, PyTorch's weight decay and LogisticRegression state it."""
    return _findings("L2", agreement(l2=ours))  # type: ignore[arg-type]
