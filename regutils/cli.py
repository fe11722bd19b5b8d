"""The `regutils` command."""

import argparse
import json
import math
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict

from regutils import __version__
from regutils.claims import CHAPTERS, check, claims
from regutils.claims_view import details, row, run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Returns 0; 1 where a verdict is not the one the course states; 2 for a call that is off."""
    parser = argparse.ArgumentParser(prog="regutils", description="Diamonds and Circles: L1 and L2 regularization.")
    parser.add_argument("--version", action="version", version=f"regutils {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    listing = commands.add_parser(
        "claims",
        help="run the experiments behind the course's claims",
        description="Without an ID: run every claim that has its experiment, list verdicts with measured numbers. "
        "With an ID: run that one and show every finding.",
    )
    listing.add_argument("id", nargs="?", metavar="ID", help="a claim, A-geo-2 say")
    listing.add_argument("--chapter", choices=CHAPTERS, metavar="NAME", help="only the claims of this chapter")
    listing.add_argument(
        "--sabotaged", action="store_true", help="with an ID: run its twin, in which the claim must fail"
    )
    listing.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(arguments)
    if given.sabotaged and given.id is None:
        parser.error("--sabotaged takes the ID of one claim")
    if given.id is not None and given.chapter is not None:
        parser.error("give an ID or --chapter, not both")
    try:
        if given.id is not None:
            return _one(given.id, sabotaged=given.sabotaged, as_json=given.json)
        return _all(given.chapter, as_json=given.json)
    except (ValueError, LookupError) as error:
        print(f"regutils: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader, `head` say, has seen enough
        sys.stderr.close()
        return 0


def _one(claim_id: str, *, sabotaged: bool, as_json: bool) -> int:
    evidence = check(claim_id, sabotaged=sabotaged)
    claim = next(claim for claim in claims() if claim.id == claim_id)
    print(_json(asdict(evidence)) if as_json else details(claim, evidence))
    return int((evidence.verdict == claim.verdict) == sabotaged)


def _all(chapter: str | None, *, as_json: bool) -> int:
    chosen = [claim for claim in claims() if chapter in (None, claim.chapter)]
    rows = run(chosen, progress=sys.stderr.isatty())
    if as_json:
        print(_json([{**asdict(claim), "evidence": evidence and asdict(evidence)} for claim, evidence in rows]))
    else:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None  # in full to a file or a pipe
        print("\n".join(row(claim, evidence, width=width) for claim, evidence in rows))
        checked = [(claim, evidence) for claim, evidence in rows if evidence]
        as_stated = sum(claim.verdict == evidence.verdict for claim, evidence in checked)
        waiting = len(rows) - len(checked)
        print(f"\n{len(checked)} verdicts, {as_stated} as the course states them; {waiting} claims not yet checked")
    return int(any(evidence is not None and evidence.verdict != claim.verdict for claim, evidence in rows))


def _json(value: object) -> str:
    """Strict JSON: a number that is not finite becomes null."""

    def clean(item: object) -> object:
        if isinstance(item, dict):
            return {key: clean(entry) for key, entry in item.items()}
        if isinstance(item, (list, tuple)):
            return [clean(entry) for entry in item]
        if isinstance(item, float):
            return float(item) if math.isfinite(item) else None
        return item.item() if hasattr(item, "item") else item

    return json.dumps(clean(value), indent=2, allow_nan=False)
