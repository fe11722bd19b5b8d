"""Published beside ours, as readers see it."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from regutils.experiments.replications import PUBLICATIONS
from regutils.experiments.replications.record import Replication
from regutils.replications_view import (
    comparison,
    line,
    ours,
    published,
    replications_summary,
    replications_table,
    target,
    with_error,
)

PAGE = (Path(__file__).parents[1] / "book" / "replications.md").read_text(encoding="utf-8")


def row(what="a <number>", **changes):
    usual = {"published": 1.93, "ours": 1.79843, "kind": "statistical", "tolerance": 2.5, "error": 0.0451}
    return Replication("key2001", "Table 1", what, **{**usual, "published_error": 0.09, **changes})


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (1.79843, 0.0451, "1.798 ± 0.045"),
        (53.4391, 1.22, "53.4 ± 1.2"),
        (3.19, None, "3.19"),
        (1234.5, 22.0, "1,234 ± 22"),
    ],
)
def test_numbers_are_shown_to_the_second_digit_of_their_error(value, error, text):
    assert with_error(value, error) == text


def test_published_as_printed():
    assert published(row()) == "1.93 ± 0.09"
    assert published(row(published=65.0, published_error=2.82)) == "65.0 ± 2.82"
    assert published(row(kind="exact", published=453.726, published_error=None)) == "453.726"
    assert published(row(kind="bound", relation="<=", published=4.38562951, published_error=None)) == "at most 4.386"


def test_ours_as_finely_as_it_is_compared():
    assert ours(row(kind="exact", ours=453.72439585, tolerance=5e-3, error=None)) == "453.7244"
    assert ours(row(kind="exact", ours=1.776e-15, tolerance=1e-12, error=None)) == "2e-15"
    assert ours(row(kind="exact", ours=0.499982, tolerance=1e-3, error=None)) == "0.5"
    assert ours(row(kind="bound", relation="<=", ours=-2.5e-6, error=None)) == "−2.5e-06"


def test_comparison():
    assert comparison(row()) == "z = −1.3"
    assert comparison(row(kind="margin", tolerance=0.3)) == "within 0.3"
    assert comparison(row(kind="margin", tolerance=0.1)) == "not within 0.1"
    assert comparison(row(kind="exact", ours=1.93, tolerance=0.0)) == "equal"
    assert comparison(row(kind="bound", relation=">=")) == ""


def test_line():
    assert line(row("error")) == "[yes] error: published 1.93 ± 0.09, ours 1.798 ± 0.045  z = −1.3"
    assert line(row("error", ours=3.0)).startswith("[NO ]")


def test_table_has_headers_a_caption_and_nothing_unescaped():
    shown = replications_table({"A & B 2001": (row(), row("b", ours=3.0, reason="x < y"))}, "A & B 2001")
    bundle = shown._repr_mimebundle_()
    table = BeautifulSoup(bundle["text/html"], "html.parser").table
    assert table.caption.text == "A & B 2001, published and here"
    assert [head.text for head in table.thead.find_all("th", scope="col")] == [
        "What",
        "Published",
        "Ours",
        "Reproduced",
    ]
    first, second = table.tbody.find_all("tr")
    assert first.find("th", scope="row").text == "A <number>Table 1"
    assert "Table 1" not in second.text  # said once
    assert first.find_all("td")[2].text == "yes, z = −1.3"
    assert second.find_all("td")[2].strong.text == "no"
    assert second.th.text == "BX < y"
    assert bundle["text/plain"].count("\n") == 1
    with pytest.raises(ValueError, match="name must be one of A 2001; got 'B 2001'"):
        replications_table({"A 2001": (row(),)}, "B 2001")


def test_summary_counts_and_links():
    shown = replications_summary({"A 2001": (row(), row("b", ours=3.0))})
    table = BeautifulSoup(shown.html(), "html.parser").table
    assert table.tbody.a["href"] == "#replication-key2001"
    assert table.tbody.find_all("td")[2].strong.text == "1 of 2"
    assert "1 of 2" in shown._repr_mimebundle_()["text/plain"]


def test_page_has_a_section_and_a_table_for_every_publication():
    shown = re.findall(r'replications_table\(results, "([^"]+)"\)', PAGE)
    assert shown == list(PUBLICATIONS)
    places = [PAGE.find(f"({target(row)})=") for row in _first_rows()]
    assert -1 not in places


def _first_rows():
    """One row of each publication, without measuring anything: its module knows the source."""
    import importlib

    for rows_of in PUBLICATIONS.values():
        module = importlib.import_module(rows_of.__module__)
        source = getattr(module, "SOURCE", "zou2005")  # the one that joins two modules
        yield Replication(source, "", "", 0.0, 0.0, "exact", 0.0)
