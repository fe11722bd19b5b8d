"""Every claim says what its experiment says, and its sabotaged twin says something else."""

import json
import subprocess
import sys

import pytest

from regutils import claims as module
from regutils.claims import CHAPTERS, Finding, check, claims, evidence

CHECKED = [claim for claim in claims() if claim.checked]
WAITING = [claim for claim in claims() if not claim.checked]


@pytest.mark.parametrize("claim", CHECKED, ids=lambda claim: claim.id)
def test_evidence(claim):
    found = check(claim.id)
    failing = [(f.what, f.measured, f.expected) for f in found.findings if not f.passes]
    assert found.verdict == claim.verdict, failing
    assert not failing, failing


@pytest.mark.parametrize("claim", CHECKED, ids=lambda claim: claim.id)
def test_sabotaged_twin_fails(claim):
    assert check(claim.id, sabotaged=True).verdict != claim.verdict


def test_the_command_prints_every_verdict_and_the_same_numbers_again():
    command = [sys.executable, "-m", "regutils", "claims", "--json"]
    rows = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    printed = {row["id"]: row["evidence"] for row in rows}
    assert sum(evidence is not None for evidence in printed.values()) == len(CHECKED)
    for claim in CHECKED:
        here = check(claim.id)
        assert printed[claim.id]["verdict"] == here.verdict
        assert [f["measured"] for f in printed[claim.id]["findings"]] == pytest.approx(
            [f.measured for f in here.findings], rel=1e-9, abs=1e-12
        )


def test_the_table_is_whole():
    ids = [claim.id for claim in claims()]
    assert len(ids) == len(set(ids)) == 63
    assert {claim.chapter for claim in claims()} == set(CHAPTERS)
    assert {claim.chapter for claim in CHECKED} >= {"definition", "geometry", "optimization"}
    assert all(claim.claim.endswith(".") and claim.because.endswith(".") for claim in claims())


@pytest.mark.parametrize("claim", WAITING[:2], ids=lambda claim: claim.id)
def test_a_claim_without_experiment_gives_no_verdict(claim):
    with pytest.raises(LookupError, match="not yet checked"):
        check(claim.id)


def test_a_claim_whose_evidence_nobody_imports_is_named(monkeypatch):
    check("A-geo-1")
    monkeypatch.delitem(module._experiments, "A-geo-1")
    with pytest.raises(LookupError, match="A-geo-1 is marked as checked, but nothing imported by .*geometry is"):
        check("A-geo-1")


def test_unknown_id():
    with pytest.raises(ValueError, match=f"claim_id must be one of the {len(claims())} ids .* got 'A-geo-99'"):
        check("A-geo-99")


def finding(role="for", measured=1.0, relation="==", expected=1.0, tolerance=0.0):
    return Finding(role, "a number", measured, relation, expected, tolerance)


@pytest.mark.parametrize(
    ("measured", "relation", "expected", "tolerance", "passes"),
    [
        (1.0, "==", 1.0, 0.0, True),
        (1.2, "==", 1.0, 0.1, False),
        (0.9, "==", 1.0, 0.11, True),
        (1.2, "<=", 1.0, 0.1, False),
        (0.2, "<=", 1.0, 0.0, True),
        (0.95, ">=", 1.0, 0.1, True),
        (0.2, ">=", 1.0, 0.1, False),
        (float("nan"), "==", 1.0, 9.0, False),
        (float("nan"), "<=", 1.0, 9.0, False),
        (float("inf"), "==", float("inf"), 0.0, True),
    ],
)
def test_a_finding_passes_by_its_numbers(measured, relation, expected, tolerance, passes):
    assert finding("for", measured, relation, expected, tolerance).passes is passes


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"role": "maybe"}, "role must be one of for, against; got 'maybe'"),
        ({"relation": "<"}, "relation must be one of .* got '<'"),
        ({"tolerance": -1.0}, "tolerance must be zero or more; got -1.0"),
        ({"tolerance": float("nan")}, "tolerance must be zero or more; got nan"),
    ],
)
def test_a_malformed_finding_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        finding(**change)


YES, NO = {"measured": 1.0}, {"measured": 2.0}


@pytest.mark.parametrize(
    ("supports", "counters", "verdict"),
    [
        ([YES], [], "holds"),
        ([YES, YES], [NO], "holds"),
        ([YES], [YES], "conditional"),
        ([YES, NO], [YES], "undecided"),
        ([YES], [YES, NO], "undecided"),
        ([NO], [YES], "false"),
        ([], [YES, YES], "false"),
        ([], [YES, NO], "undecided"),
        ([NO], [], "undecided"),
        ([NO], [NO], "undecided"),
    ],
)
def test_the_verdict_follows_from_the_findings(supports, counters, verdict):
    findings = tuple([finding("for", **s) for s in supports] + [finding("against", **c) for c in counters])
    assert module._verdict(findings, misleading=False) == verdict
    assert module._verdict(findings, misleading=True) == ("misleading" if verdict == "conditional" else verdict)
    cited = module._verdict(findings, misleading=False, cited=True)
    assert cited == ("cited" if verdict == "holds" else verdict)


def measure():
    """Say what is measured."""
    return [finding()]


def unexplained():
    return [finding()]


@pytest.mark.parametrize(
    ("claim_id", "sabotage", "function", "message"),
    [
        ("Z-1", {"penalty": None}, measure, "claim_id must be one of"),
        ("A-core-1", {}, measure, "sabotage must swap or remove something for 'A-core-1'"),
        ("A-core-1", {"penalty": None}, unexplained, "needs a docstring"),
        ("A-geo-1", {"penalty": None}, measure, "already has its evidence"),
    ],
)
def test_evidence_that_proves_nothing_is_refused(claim_id, sabotage, function, message, monkeypatch):
    check("A-geo-1")  # registers the chapter's evidence
    monkeypatch.delitem(module._experiments, "A-core-1", raising=False)
    with pytest.raises(ValueError, match=message):
        evidence(claim_id, sabotage=sabotage)(function)


def test_a_claim_is_not_both_misleading_and_cited(monkeypatch):
    monkeypatch.delitem(module._experiments, "A-core-1", raising=False)
    with pytest.raises(ValueError, match="'A-core-1' must be misleading or cited or neither; got both"):
        evidence("A-core-1", sabotage={"penalty": None}, misleading=True, cited=True)(measure)
