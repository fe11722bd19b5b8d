"""One published number beside ours: how far apart they are, and whether that is within what was agreed beforehand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from regutils._validation import check_choice

Kind = Literal["exact", "statistical", "margin", "bound"]
Relation = Literal["==", "<=", ">="]

LIMIT = 2.5  # standard errors: what chance exceeds about once in eighty rows


@dataclass(frozen=True)
class Replication:
    """A number of a publication, and the same number measured here.

    source: key in references.bib; where: table, theorem or section in the publication. How they are compared, by kind:
    exact, a formula or a deterministic result: |ours - published| <= tolerance;
    statistical: |z| <= tolerance, with z = (ours - published) / root of the sum of the squared standard errors;
    margin, a simulated number published without a standard error: |ours - published| <= tolerance;
    bound: ours is on the side of the published number that relation says, by no more than tolerance beyond it.
    reason: for a row that does not come out, what we believe to be behind it.
    """

    source: str
    where: str
    what: str
    published: float
    ours: float
    kind: Kind
    tolerance: float
    published_error: float | None = None
    error: float | None = None
    relation: Relation = "=="
    reason: str = ""

    def __post_init__(self) -> None:
        check_choice(self.kind, "kind", ("exact", "statistical", "margin", "bound"))
        check_choice(self.relation, "relation", ("==", "<=", ">="))
        if (self.kind == "bound") != (self.relation != "=="):
            raise ValueError(f"relation must be <= or >= for a bound and == otherwise, got {self.relation!r}")
        if self.kind == "statistical" and not (self.error and self.error > 0):
            raise ValueError(f"error must be positive for a statistical comparison, got {self.error!r}")
        if not self.tolerance >= 0:
            raise ValueError(f"tolerance must be zero or more, got {self.tolerance!r}")

    @property
    def z(self) -> float | None:
        """Difference over the combined standard error, for a statistical row; theory has no error of its own."""
        if self.kind != "statistical" or self.error is None:
            return None
        return (self.ours - self.published) / math.hypot(self.error, self.published_error or 0.0)

    @property
    def reproduced(self) -> bool:
        """Whether ours is where the publication says; never for a number that is not one (NaN)."""
        difference = self.ours - self.published
        if self.relation == "<=":
            return difference <= self.tolerance
        if self.relation == ">=":
            return difference >= -self.tolerance
        return abs(difference if self.z is None else self.z) <= self.tolerance

    @property
    def verdict(self) -> str:
        """ "reproduced" or "not reproduced"."""
        return "reproduced" if self.reproduced else "not reproduced"
