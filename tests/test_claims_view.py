"""Numbers and claims as readers see them."""

import pytest

from regutils.claims import Finding, claims
from regutils.claims_view import all_claims_box, claims_box, expected, measured, number, row


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.6862, "1.686"), (0.0004, "0.0004"), (120_000.0, "120,000"), (3.21e-16, "3.21e-16"), (float("inf"), "inf")],
)
def test_number(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("relation", "tolerance", "text"),
    [
        ("==", 0.0, "= 2 steps"),
        ("==", 0.1, "= 2 ± 0.1 steps"),
        ("<=", 0.1, "at most 2.1 steps"),
        (">=", 0.5, "at least 1.5 steps"),
    ],
)
def test_expected_says_what_passes(relation, tolerance, text):
    finding = Finding("for", "a number", 2.0, relation, 2.0, tolerance, "steps")
    assert expected(finding) == text
    assert measured(finding) == "2 steps"


def test_box_of_a_chapter():
    box = claims_box("geometry")
    bundle = box._repr_mimebundle_()
    assert bundle["text/html"].count("<article") == 5
    assert 'href="#claim-a-geo-1"' in bundle["text/html"]
    assert "regutils claims A-geo-1" in bundle["text/html"]
    assert bundle["text/plain"].count("\n") == 4


def test_unknown_chapter():
    with pytest.raises(ValueError, match="chapter must be one of definition, .* got 'cooking'"):
        claims_box("cooking")


def test_all_claims_link_to_their_chapters_where_they_are_checked():
    html = all_claims_box().html()
    assert html.count("<article") == 63
    for claim in claims():
        linked = f'href="{claim.chapter}.html#claim-{claim.id.lower()}"' in html
        assert linked == claim.checked
        assert f'data-chapter="{claim.chapter}"' in html


def test_a_row_fits_the_terminal():
    claim = claims()[0]
    assert len(row(claim, None, width=60)) == 60
    assert row(claim, None, width=60).endswith("…")
    assert row(claim, None).endswith(claim.claim)
