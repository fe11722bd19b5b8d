"""Wainwright (2009): the sample size at which the lasso starts to find the support, 2 k log(p - k)."""

from __future__ import annotations

from regutils.experiments.caching import once
from regutils.experiments.replications.record import Replication
from regutils.experiments.sparse_recovery.wainwright import Threshold, wainwright_threshold

SOURCE = "wainwright2009"


@once
def recovery_threshold(*, replicates: int = 100) -> Threshold:
    """The experiment of the chapter on sparse recovery: share of supports found, against n / (2 k log(p - k))."""
    return wainwright_threshold(replicates=replicates)


def wainwright2009(*, unit: float = 1.0) -> tuple[Replication, ...]:
    """Hardly ever at half the threshold, nearly always at twice, the 50% point close to it, and steeper with p.

    unit rescales the control parameter, to see what another constant than 2 would give.
    """
    found = recovery_threshold()

    def bound(what: str, published: float, ours: float, relation: str, error: float | None = None) -> Replication:
        return Replication(
            SOURCE, "Figure 1", what, published, ours, "bound", 0.0, error=error,
            relation="<=" if relation == "<=" else ">=",
        )  # fmt: skip

    last = len(found.p) - 1
    low, high = (int(abs(found.control * unit - value).argmin()) for value in (0.5, 2.0))
    rows = [
        Replication(
            SOURCE, "Figure 1", f"50% point over the threshold, p = {p}", 1.0, float(half) * unit, "margin", 0.25
        )
        for p, half in zip(found.p[::-1], found.half[::-1], strict=True)
    ]
    rows += [
        bound(f"share of supports found at half the threshold, p = {found.p[last]}", 0.05,
              float(found.share[last, low]), "<=", float(found.error[last, low])),
        bound(f"share of supports found at twice the threshold, p = {found.p[last]}", 0.9,
              float(found.share[last, high]), ">=", float(found.error[last, high])),
    ]  # fmt: skip
    rows.append(
        bound(f"width of the transition at p = {found.p[last]} over that at p = {found.p[0]}", 1.0,
              float(found.width[last] / found.width[0]), "<=")
    )  # fmt: skip
    return tuple(rows)
