"""The command lists every claim, runs one, and says with its exit code whether the verdict is the stated one."""

import json

import pytest

from regutils import cli
from regutils.claims import claims


def run(capsys, *arguments):
    code = cli.main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def test_one_claim(capsys):
    code, out, _ = run(capsys, "claims", "A-geo-1")
    assert code == 0
    assert out.startswith("A-geo-1  holds")
    assert "measured" in out
    assert "expected" in out
    assert "tests/claims/test_claims.py -k A-geo-1" in out


def test_its_sabotaged_twin_says_something_else(capsys):
    code, out, _ = run(capsys, "claims", "A-geo-1", "--sabotaged")
    assert code == 0
    assert not out.startswith("A-geo-1  holds")


def test_json_is_strict(capsys):
    code, out, _ = run(capsys, "claims", "A-opt-2", "--json")
    assert code == 0
    parsed = json.loads(out, parse_constant=pytest.fail)
    assert parsed["id"] == "A-opt-2"
    assert parsed["verdict"] == "holds"
    assert {"measured", "expected", "tolerance", "unit", "note", "findings"} <= set(parsed)


def test_a_chapter(capsys):
    code, out, _ = run(capsys, "claims", "--chapter", "geometry")
    assert code == 0
    assert out.count("\nA-geo") + out.startswith("A-geo") == 4
    assert "5 verdicts, 5 as the course states them; 0 claims not yet checked" in out


def test_chapters_that_wait_say_so(capsys):
    code, out, _ = run(capsys, "claims", "--chapter", "governance")
    assert code == 0
    assert out.count("not yet checked") == 4
    assert "0 verdicts" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("claims", "A-geo-9"), "got 'A-geo-9'"),
        (("claims", "A-gov-1"), "A-gov-1 is not yet checked"),
    ],
)
def test_clear_errors(capsys, arguments, message):
    code, out, err = run(capsys, *arguments)
    assert code == 2
    assert out == ""
    assert message in err


@pytest.mark.parametrize(
    "arguments",
    [(), ("claims", "--sabotaged"), ("claims", "A-geo-1", "--chapter", "geometry"), ("claims", "--chapter", "x")],
)
def test_calls_that_are_off(capsys, arguments):
    with pytest.raises(SystemExit, match="2"):
        cli.main(arguments)


def test_a_verdict_that_differs_fails(capsys, monkeypatch):
    from dataclasses import replace

    stated = tuple(replace(c, verdict="false") if c.id == "A-geo-1" else c for c in claims())
    monkeypatch.setattr(cli, "claims", lambda: stated)
    assert run(capsys, "claims", "A-geo-1")[0] == 1
    assert run(capsys, "claims", "--chapter", "geometry")[0] == 1
