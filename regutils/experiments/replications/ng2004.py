"""Ng (2004): with a hundred examples, a thousand irrelevant features ruin L2 and hardly touch L1."""

from __future__ import annotations

from regutils.experiments.bias_variance.sample_complexity import FixedExamples, fixed_examples
from regutils.experiments.replications.record import Replication

SOURCE = "ng2004"
MOST = 1000


def irrelevant_features() -> FixedExamples:
    """The last point of the chapter on bias and variance: 100 examples, 30 of them held out to choose the strength."""
    return fixed_examples(features=(MOST,))


def ng2004(*, penalty: str = "L1") -> tuple[Replication, ...]:
    """Mean test error at 1,000 features. penalty="L2" puts L2 in the place of L1."""
    found = irrelevant_features()

    def row(what: str, published: float, name: str, relation: str) -> Replication:
        values = found.error[name][list(found.features).index(MOST)]
        error = float(values.std(ddof=1) / values.size**0.5)
        return Replication(
            SOURCE, "Figure 1", what, published, float(values.mean()), "bound", 0.0, error=error,
            relation="<=" if relation == "<=" else ">=",
        )  # fmt: skip

    return (
        row("test error of L1, 1,000 features, 100 examples", 0.16, penalty, "<="),
        row("test error of L2, 1,000 features, 100 examples", 0.38, "L2", ">="),
        Replication(SOURCE, "Figure 1", "error of the best possible classifier", 0.055, found.bayes, "exact", 1e-3),
    )
