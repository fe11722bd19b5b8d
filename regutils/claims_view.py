"""How claims and their evidence are shown: as text in a terminal, as HTML in a notebook and on the site."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from regutils.claims import CHAPTERS, Claim, Evidence, Finding, check, claims

TEST = "tests/claims/test_claims.py"
NOT_CHECKED = "not yet checked"


def number(value: float) -> str:
    """Four significant digits, whole numbers in full: 1.686, 0.0004, 120,000, 3.2e-16."""
    if math.isfinite(value) and value == round(value) and abs(value) < 1e7:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def measured(finding: Finding | Evidence) -> str:
    """The measured number with its unit."""
    return f"{number(finding.measured)} {finding.unit}".rstrip()


def expected(finding: Finding) -> str:
    """What the number was held against: = 1 ± 0.01, at most 0.5, at least 20."""
    if finding.relation == "<=":
        return f"at most {number(finding.expected + finding.tolerance)} {finding.unit}".rstrip()
    if finding.relation == ">=":
        return f"at least {number(finding.expected - finding.tolerance)} {finding.unit}".rstrip()
    margin = f" ± {number(finding.tolerance)}" if finding.tolerance else ""
    return f"= {number(finding.expected)}{margin} {finding.unit}".rstrip()


def details(claim: Claim, evidence: Evidence) -> str:
    """One claim with all its findings, for a terminal."""
    lines = [
        f"{claim.id}  {evidence.verdict}",
        "",
        claim.claim,
        claim.because,
        "",
        f"Evidence: {evidence.note}",
        "",
    ]
    for finding in evidence.findings:
        mark = "yes" if finding.passes else "NO "
        lines.append(f"  [{mark}] {finding.role:7} {finding.what}")
        lines.append(f"                measured {measured(finding)}, expected {expected(finding)}")
    lines += ["", f"Chapter: {claim.chapter}    Test: {TEST} -k {claim.id}"]
    return "\n".join(lines)


def row(claim: Claim, evidence: Evidence | None, *, width: int | None = None) -> str:
    """One claim on one line of the table that `regutils claims` prints, cut to `width` characters where given."""
    if evidence is None:
        verdict, numbers = NOT_CHECKED, ""
    else:
        first = evidence.findings[0]
        verdict, numbers = evidence.verdict, f"{number(first.measured)} ({expected(replace(first, unit=''))})"
    line = f"{claim.id:9} {verdict:16} {numbers:28} {claim.claim}"
    return line if width is None or len(line) <= width else line[: width - 1] + "…"


@dataclass(frozen=True)
class ClaimsBox:
    """Claims with the evidence of this very run, as a notebook shows them."""

    rows: tuple[tuple[Claim, Evidence | None], ...]
    page: str  # "" where the sections that discuss the claims stand on the same page, else "{chapter}.html"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        text = "\n".join(row(claim, evidence) for claim, evidence in self.rows)
        return {"text/html": self.html(), "text/plain": text}

    def html(self) -> str:
        """An article a claim: verdict, claim, reason, and every finding measured beside expected."""
        articles = "".join(self._article(claim, evidence) for claim, evidence in self.rows)
        return f'<div class="claims">{articles}</div>'

    def _article(self, claim: Claim, evidence: Evidence | None) -> str:
        verdict = evidence.verdict if evidence else NOT_CHECKED
        name, target = escape(claim.id), f"{self.page.format(chapter=claim.chapter)}#claim-{claim.id.lower()}"
        label = (
            f'<a class="claim-id" href="{target}">{name}</a>' if evidence else f'<span class="claim-id">{name}</span>'
        )
        state = verdict.replace(" ", "-")
        return (
            f'<article class="claim verdict-{state}" aria-label="Claim {name}" data-chapter="{claim.chapter}" '
            f'data-verdict="{state}">'
            f'<p class="claim-head">{label} <span class="verdict">{verdict}</span></p>'
            f'<p class="claim-text">{escape(claim.claim)}</p><p class="claim-because">{escape(claim.because)}</p>'
            f"{self._findings(claim, evidence) if evidence else ''}</article>"
        )

    def _findings(self, claim: Claim, evidence: Evidence) -> str:
        items = "".join(
            f'<li class="finding-{finding.role}">{escape(finding.what)}: <strong>{escape(measured(finding))}</strong> '
            f'<span class="expected">({finding.role} the claim, expected {escape(expected(finding))})</span></li>'
            for finding in evidence.findings
        )
        return (
            f'<details class="claim-evidence"><summary>Measured: <strong>{escape(measured(evidence))}</strong>, '
            f"{escape(evidence.findings[0].what)}</summary><p>{escape(evidence.note)}</p><ul>{items}</ul>"
            f'<p class="claim-test">Run it: <code>regutils claims {escape(claim.id)}</code>. '
            f"Tested by <code>{TEST}</code>.</p></details>"
        )


def claims_box(chapter: str) -> ClaimsBox:
    """Run every claim of a chapter and show what came out.

    Raises ValueError for a chapter that the course does not have.
    """
    if chapter not in CHAPTERS:
        raise ValueError(f"chapter must be one of {', '.join(CHAPTERS)}; got {chapter!r}")
    return ClaimsBox(run(tuple(claim for claim in claims() if claim.chapter == chapter)), page="")


def all_claims_box() -> ClaimsBox:
    """Run every checked claim of the course; the others are listed as not yet checked."""
    return ClaimsBox(run(claims()), page="{chapter}.html")


def run(rows: Sequence[Claim], *, progress: bool = False) -> tuple[tuple[Claim, Evidence | None], ...]:
    """Each claim with its evidence, or None where no experiment checks it yet. progress: a bar on standard error."""
    from tqdm import tqdm

    bar = tqdm(rows, desc="Checking claims", unit="claim", disable=not progress, leave=False)
    return tuple((claim, check(claim.id) if claim.checked else None) for claim in bar)
