"""The balance of loss and penalty at the optimum: who enters when, when nobody does, and the ball it amounts to."""

from dataclasses import dataclass

import numpy as np

from regutils._validation import Array, check_choice
from regutils.claims import Finding, evidence
from regutils.datasets import load_diabetes, standardize
from regutils.experiments.caching import once
from regutils.experiments.definition.errors import Kind
from regutils.losses import SquaredLoss
from regutils.metrics import lambda_max
from regutils.paths import Path, lasso_path, ridge_path
from regutils.penalties import L1, L2, L1Ball, L2Ball
from regutils.solvers import projected_gradient


@dataclass(frozen=True, eq=False)
class Balance:
    """A lasso path on diabetes with each feature's correlation with the residual, |x_j'(y - X theta - b)| / n."""

    lambdas: Array  # (L,) decreasing
    coef: Array  # (L, p)
    correlation: Array  # (L, p) absolute
    names: tuple[str, ...]
    lambda_max: float

    @property
    def order(self) -> tuple[int, ...]:
        """Features in the order in which they first become nonzero as lambda falls."""
        first = np.argmax(self.coef != 0, axis=0)
        entered = np.flatnonzero((self.coef != 0).any(axis=0))
        return tuple(int(j) for j in entered[np.argsort(first[entered], kind="stable")])


@dataclass(frozen=True, eq=False)
class Radius:
    """The radius t(lambda) = ||theta(lambda)|| of the matching ball, and solutions of the constrained problem."""

    kind: Kind
    lambdas: Array  # (L,) decreasing
    radius: Array  # (L,)
    least_squares: float  # the norm of the unpenalized coefficients
    at: Array  # (m,) radii of the constrained problems solved
    multiplier: Array  # (m,) lambda read off each constrained solution
    distance: float  # largest difference between coefficients of the penalized and the constrained solution


@once
def _problem() -> tuple[Array, Array, SquaredLoss, tuple[str, ...]]:
    bunch = load_diabetes()
    X, y = standardize(bunch.data), standardize(np.asarray(bunch.target, dtype=np.float64)[:, None])[:, 0]
    return X, y, SquaredLoss(X, y), tuple(bunch.feature_names)


def _path(kind: Kind, lambdas: Array) -> Path:
    X, y, _, _ = _problem()
    return (lasso_path if kind == "l1" else ridge_path)(X, y, lambdas)


@once
def balance(kind: Kind = "l1", *, n_lambdas: int = 300) -> Balance:
    """A path on a fine grid from above lambda_max down to nearly least squares; kind "l2" for comparison."""
    check_choice(kind, "kind", ("l1", "l2"))
    X, y, loss, names = _problem()
    top = lambda_max(loss)
    lambdas = np.geomspace(1.1 * top, 1e-3 * top, n_lambdas)
    path = _path(kind, lambdas)
    residual = y - path.coef @ X.T - path.intercept[:, None]
    return Balance(lambdas, path.coef, np.abs(residual @ X) / y.size, names, top)


@once
def radius(kind: Kind = "l1", *, ball: type[L1Ball] | type[L2Ball] | None = None) -> Radius:
    """Solve the penalized problem on a grid, then min loss subject to ||theta|| <= t(lambda) at four of its radii.

    ball: the constraint set, by default that of the penalty's own norm. The multiplier comes from the constrained
    solution alone: max |gradient| for the 1-norm, ||gradient||_2 / (2 ||theta||_2) for the squared 2-norm.
    """
    check_choice(kind, "kind", ("l1", "l2"))
    X, y, loss, _ = _problem()
    ball = ball or (L1Ball if kind == "l1" else L2Ball)
    high = 1.2 * lambda_max(loss) if kind == "l1" else 30.0
    lambdas = np.geomspace(high, 1e-3 * high if kind == "l1" else 1e-5 * high, 121)
    coef = _path(kind, lambdas).coef
    order = 1 if kind == "l1" else 2
    radii = np.linalg.norm(coef, ord=order, axis=1)
    multipliers, distances, chosen = [], [], (20, 40, 60, 80)
    for index in chosen:
        theta = projected_gradient(
            loss, ball(float(radii[index])), tol=1e-15, max_iter=20_000, record_iterates=False
        ).coef
        gradient = loss.gradient(theta)
        distances.append(np.max(np.abs(theta - coef[index])))
        multipliers.append(
            np.max(np.abs(gradient)) if kind == "l1" else np.linalg.norm(gradient) / (2 * np.linalg.norm(theta))
        )
    plain = np.linalg.lstsq(X - X.mean(axis=0), y - y.mean(), rcond=None)[0]
    return Radius(
        kind=kind,
        lambdas=lambdas,
        radius=radii,
        least_squares=float(np.linalg.norm(plain, ord=order)),
        at=radii[list(chosen)],
        multiplier=np.array(multipliers),
        distance=float(max(distances)),
    )


@evidence("A-def-4", sabotage={"l1_ball": L2Ball, "l2_ball": L1Ball})
def penalty_is_a_ball(
    *, l1_ball: type[L1Ball] | type[L2Ball] = L1Ball, l2_ball: type[L1Ball] | type[L2Ball] = L2Ball
) -> list[Finding]:
    """Diabetes, standardized: penalized solutions against projected gradient onto the ball of radius t(lambda), at
    four strengths for each penalty; and t(lambda) along the path."""
    findings = []
    for kind, ball, name in (("l1", l1_ball, "lasso, 1-norm ball"), ("l2", l2_ball, "ridge, 2-norm ball")):
        found = radius(kind, ball=ball)  # type: ignore[arg-type]
        findings += [
            Finding(
                "for",
                f"largest difference between penalized and constrained coefficients, {name}",
                measured=found.distance,
                relation="<=",
                expected=0,
                tolerance=1e-6,
            ),
            Finding(
                "for",
                f"largest rise of t(lambda) as lambda grows, as a share of t(0), {name}",
                measured=float(np.max(-np.diff(found.radius))) / found.least_squares,
                relation="<=",
                expected=0,
                tolerance=1e-12,
            ),
        ]
    return findings


@evidence("B-def-1", sabotage={"kind": "l2"})
def entry_needs_correlation(*, kind: Kind = "l1") -> list[Finding]:
    """The lasso path on diabetes at 300 strengths: correlations of features with the residual beside lambda, in units
    of lambda_max, and which feature enters."""
    found = balance(kind)
    active = found.coef != 0
    excess = (found.correlation - found.lambdas[:, None]) / found.lambda_max
    waiting = np.where(active, -np.inf, found.correlation)
    entering = [step for step in range(len(found.lambdas) - 1) if (active[step + 1] & ~active[step]).any()]
    first = [active[step + 1, np.argmax(waiting[step])] for step in entering]
    return [
        Finding(
            "for",
            "largest difference between lambda and the correlation of a nonzero coefficient's feature",
            measured=float(np.max(np.abs(excess[active]))),
            relation="<=",
            expected=0,
            tolerance=1e-9,
            unit="lambda_max",
        ),
        Finding(
            "for",
            "largest correlation above lambda among the coefficients at zero",
            measured=float(np.max(excess[~active], initial=-1.0)),
            relation="<=",
            expected=0,
            tolerance=1e-9,
            unit="lambda_max",
        ),
        Finding(
            "for",
            "share of entries in which the feature of largest correlation among those outside enters",
            measured=float(np.mean(first)) if first else 0.0,
            relation="==",
            expected=1,
        ),
    ]


@evidence("B-def-2", sabotage={"kind": "l2"})
def least_squares_to_nothing(*, kind: Kind = "l1") -> list[Finding]:
    """Diabetes, standardized: which coefficients a proximal step from zero moves at lambda_max = max |X'y| / n and at
    the next floating-point number below it (zero is a solution where none moves), a path that starts just below
    lambda_max, and the distance to least squares at a vanishing penalty."""
    X, y, _, _ = _problem()
    centered = X - X.mean(axis=0)
    top = float(np.max(np.abs(centered.T @ (y - y.mean())))) / y.size
    moved = {}
    for name, lam in (("at", top), ("below", float(np.nextafter(top, 0.0)))):
        penalty = L1(lam) if kind == "l1" else L2(lam)
        moved[name] = penalty.prox(centered.T @ (y - y.mean()) / y.size, 1.0)  # -gradient at zero, step 1
    coef = _path(kind, np.array([top * (1 - 1e-5), top * 1e-12])).coef
    plain = np.linalg.lstsq(centered, y - y.mean(), rcond=None)[0]
    return [
        Finding(
            "for",
            "coefficients of 10 that leave zero at lambda_max",
            measured=float(np.sum(moved["at"] != 0)),
            relation="==",
            expected=0,
        ),
        Finding(
            "for",
            "coefficients of 10 that leave zero one floating-point number below it",
            measured=float(np.sum(moved["below"] != 0)),
            relation="==",
            expected=1,
        ),
        Finding(
            "for",
            "nonzero coefficients of 10 in the solution at 0.99999 lambda_max",
            measured=float(np.sum(coef[0] != 0)),
            relation="==",
            expected=1,
        ),
        Finding(
            "for",
            "largest difference from least squares at 1e-12 lambda_max, relative to its largest coefficient",
            measured=float(np.max(np.abs(coef[1] - plain)) / np.max(np.abs(plain))),
            relation="<=",
            expected=0,
            tolerance=1e-8,
        ),
    ]
