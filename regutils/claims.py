"""The claims of the course, and the experiments that decide them.

claims.yml says what is claimed and what was found. A function in an experiments module, registered here under the
claim's id, measures it again whenever somebody asks: `check("A-geo-2")`. The verdict is computed from the measured
numbers alone. Every piece of evidence names a sabotage, the same experiment with the penalty swapped or removed, and
the tests assert that the verdict then changes: a check that cannot fail proves nothing.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal

Verdict = Literal["holds", "conditional", "misleading", "false", "cited", "undecided"]
Role = Literal["for", "against"]
Relation = Literal["==", "<=", ">="]

CHAPTERS = (
    "definition",
    "core_difference",
    "geometry",
    "optimization",
    "bias_variance",
    "sparse_recovery",
    "weight_decay",
    "deep_learning",
    "sparsity_efficiency",
    "alignment",
    "governance",
    "when_to_use",
)


@dataclass(frozen=True)
class Claim:
    """One row of claims.yml: what is said, what was found, and why.

    `verdict` is what the evidence is expected to say; `checked` tells whether the course runs that evidence yet.
    """

    id: str
    chapter: str
    claim: str
    verdict: Verdict
    because: str
    checked: bool


@dataclass(frozen=True)
class Finding:
    """One measured number beside the one that theory, or the publication, gives.

    role: "for" supports the claim as stated, "against" marks where it ends or is contradicted.
    relation: measured == expected (within tolerance), <= expected + tolerance, or >= expected - tolerance.
    """

    role: Role
    what: str
    measured: float
    relation: Relation
    expected: float
    tolerance: float = 0.0
    unit: str = ""

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("role", self.role, ("for", "against")),
            ("relation", self.relation, ("==", "<=", ">=")),
        ):
            if value not in allowed:
                raise ValueError(f"{name} must be one of {', '.join(allowed)}; got {value!r}")
        if not self.tolerance >= 0:
            raise ValueError(f"tolerance must be zero or more; got {self.tolerance!r}")

    @property
    def passes(self) -> bool:
        """Whether the measured number is where it was expected; never for a number that is not one (NaN)."""
        difference = self.measured - self.expected
        if self.measured == self.expected:  # infinities included
            return True
        if self.relation == "==":
            return abs(difference) <= self.tolerance
        return difference <= self.tolerance if self.relation == "<=" else difference >= -self.tolerance


@dataclass(frozen=True)
class Evidence:
    """What running a claim's experiment gave. The headline numbers are those of the first finding."""

    id: str
    verdict: Verdict
    measured: float
    expected: float
    tolerance: float
    unit: str
    note: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Experiment:
    measure: Callable[..., list[Finding]]
    sabotage: Mapping[str, Any]
    misleading: bool
    cited: bool
    note: str = field(default="")


_experiments: dict[str, _Experiment] = {}


def evidence(
    claim_id: str, *, sabotage: Mapping[str, Any], misleading: bool = False, cited: bool = False
) -> Callable[[Callable[..., list[Finding]]], Callable[..., list[Finding]]]:
    """Register the function that measures a claim.

    sabotage: keyword arguments for the same function that swap or remove what the claim is about.
    misleading: the claim is literally true ("for") and invites a wrong conclusion ("against").
    cited: what settles the claim is published, and the findings count those sources; where it would hold, the verdict
    says "cited" instead, so that nobody takes a reading of the literature for an experiment.
    The first paragraph of the function's docstring is shown to readers as the evidence's note.

    Raises ValueError for an id that claims.yml does not have, one registered twice, an empty sabotage, or a claim that
    is both misleading and cited.
    """

    def register(measure: Callable[..., list[Finding]]) -> Callable[..., list[Finding]]:
        _claim(claim_id)
        known = _experiments.get(claim_id)
        if known is not None and known.measure.__qualname__ != measure.__qualname__:
            raise ValueError(f"claim_id {claim_id!r} already has its evidence in {known.measure.__qualname__}")
        if not sabotage:
            raise ValueError(f"sabotage must swap or remove something for {claim_id!r}; got nothing")
        if misleading and cited:
            raise ValueError(f"{claim_id!r} must be misleading or cited or neither; got both")
        note = " ".join((measure.__doc__ or "").strip().split("\n\n")[0].split())
        if not note:
            raise ValueError(f"the evidence for {claim_id!r} needs a docstring that says what is measured")
        _experiments[claim_id] = _Experiment(measure, MappingProxyType(dict(sabotage)), misleading, cited, note)
        return measure

    return register


@cache
def claims() -> tuple[Claim, ...]:
    """All claims of the course, in the order of the chapters."""
    import yaml

    table = yaml.safe_load((resources.files("regutils") / "claims.yml").read_text(encoding="utf-8"))
    return tuple(Claim(chapter=chapter, **row) for chapter in CHAPTERS for row in table[chapter])


def check(claim_id: str, *, sabotaged: bool = False) -> Evidence:
    """Run the experiment of one claim and compute its verdict from what was measured.

    sabotaged: run the twin instead, in which what the claim is about was swapped or removed.

    Raises ValueError for an unknown id, LookupError for a claim that no experiment checks (yet).
    """
    claim = _claim(claim_id)
    if not claim.checked:
        raise LookupError(f"{claim_id} is not yet checked: its chapter ({claim.chapter}) has no experiment for it")
    importlib.import_module(f"regutils.experiments.{claim.chapter}")
    if claim_id not in _experiments:
        raise LookupError(
            f"{claim_id} is marked as checked, but nothing imported by regutils.experiments.{claim.chapter}"
            " is registered as its evidence"
        )
    experiment = _experiments[claim_id]
    findings = tuple(experiment.measure(**(experiment.sabotage if sabotaged else {})))
    if not findings:
        raise ValueError(f"the evidence for {claim_id!r} returned no finding")
    first = findings[0]
    return Evidence(
        id=claim_id,
        verdict=_verdict(findings, misleading=experiment.misleading, cited=experiment.cited),
        measured=first.measured,
        expected=first.expected,
        tolerance=first.tolerance,
        unit=first.unit,
        note=experiment.note,
        findings=findings,
    )


def _verdict(findings: tuple[Finding, ...], *, misleading: bool, cited: bool = False) -> Verdict:
    supports = [finding.passes for finding in findings if finding.role == "for"]
    counters = [finding.passes for finding in findings if finding.role == "against"]
    if supports and all(supports) and not any(counters):
        return "cited" if cited else "holds"
    if supports and all(supports) and all(counters):
        return "misleading" if misleading else "conditional"
    if counters and all(counters) and not any(supports):
        return "false"
    return "undecided"


def _claim(claim_id: str) -> Claim:
    by_id = {claim.id: claim for claim in claims()}
    if not isinstance(claim_id, str) or claim_id not in by_id:
        raise ValueError(f"claim_id must be one of the {len(by_id)} ids that `regutils claims` lists; got {claim_id!r}")
    return by_id[claim_id]
