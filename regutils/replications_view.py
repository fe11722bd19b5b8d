"""How replications are shown: published beside ours, as HTML on the site and as text in a terminal."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from regutils.claims_view import number

if TYPE_CHECKING:
    from regutils.experiments.replications.record import Replication

SIDES = {"<=": "at most ", ">=": "at least ", "==": ""}


def with_error(value: float, error: float | None) -> str:
    """A number to the second digit of its standard error: 1.798 ± 0.045. Without one, four significant digits."""
    if not error:
        return number(value)
    digits = max(0, 1 - int(f"{error:.1e}".partition("e")[2]))
    return f"{value:,.{digits}f} ± {error:.{digits}f}"


def published(row: Replication) -> str:
    """The published number as it was printed, with its standard error where there is one: at most 1.6862.

    What a published formula gives for our data is shown to four significant digits.
    """
    if row.published_error:
        return f"{float(row.published)} ± {row.published_error}"
    printed = f"{row.published:.12g}"
    return SIDES[row.relation] + (printed if len(printed) <= 7 else number(row.published))


def ours(row: Replication) -> str:
    """The number measured here, with its standard error where it has one."""
    if row.error:
        return with_error(row.ours, row.error)
    # an exact number is shown as finely as it is compared
    if row.kind == "exact" and row.tolerance and abs(row.ours) > 10 * row.tolerance:
        digits = max(0, 1 - int(f"{row.tolerance:.0e}".partition("e")[2]))
        return f"{row.ours:.{digits}f}".rstrip("0").rstrip(".")
    return number(row.ours).replace("-", "−") if row.ours < 0 else number(row.ours)


def comparison(row: Replication) -> str:
    """By what the two were compared: z = −1.3, within 0.3, or nothing for a bound, whose side says it."""
    if row.z is not None:
        return f"z = {row.z:+.1f}".replace("-", "−")
    if row.kind in ("exact", "margin"):
        inside = abs(row.ours - row.published) <= row.tolerance
        return f"{'within' if inside else 'not within'} {row.tolerance:g}" if row.tolerance else "equal" * inside
    return ""


def line(row: Replication) -> str:
    """One row for a terminal."""
    mark = "yes" if row.reproduced else "NO "
    return f"[{mark}] {row.what}: published {published(row)}, ours {ours(row)}  {comparison(row)}".rstrip()


@dataclass(frozen=True)
class ReplicationsTable:
    """Rows of one publication, published beside ours."""

    caption: str
    rows: tuple[Replication, ...]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": "\n".join(line(row) for row in self.rows)}

    def html(self) -> str:
        """A table with a caption, a header for every row, and the reason under a row that did not come out."""
        body = "".join(self._row(row) for row in self.rows)
        return (
            f'<table class="replications"><caption>{escape(self.caption)}</caption><thead><tr><th scope="col">What</th>'
            '<th scope="col">Published</th><th scope="col">Ours</th><th scope="col">Reproduced</th></tr></thead>'
            f"<tbody>{body}</tbody></table>"
        )

    def _row(self, row: Replication) -> str:
        how = comparison(row)
        verdict = ("yes" if row.reproduced else "<strong>no</strong>") + (f", {escape(how)}" if how else "")
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in (published(row), ours(row)))
        return f'<tr><th scope="row">{escape(_capital(row.what))}</th>{cells}<td>{verdict}</td></tr>'


@dataclass(frozen=True)
class ReplicationsSummary:
    """One line a publication: its first row, and how many of all its rows came out."""

    publications: Mapping[str, tuple[Replication, ...]]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        text = "\n".join(f"{name:38} {_count(rows):9} {line(rows[0])}" for name, rows in self.publications.items())
        return {"text/html": self.html(), "text/plain": text}

    def html(self) -> str:
        """A table whose row headers link to the sections of the page."""
        body = "".join(self._row(name, rows) for name, rows in self.publications.items())
        return (
            '<table class="replications"><caption>Every publication with the first of its numbers</caption><thead><tr>'
            '<th scope="col">Publication</th><th scope="col">Published</th><th scope="col">Ours</th>'
            f'<th scope="col">Reproduced</th></tr></thead><tbody>{body}</tbody></table>'
        )

    def _row(self, name: str, rows: tuple[Replication, ...]) -> str:
        first = rows[0]
        short = sum(not row.reproduced for row in rows)
        count = f"<strong>{_count(rows)}</strong>" if short else _count(rows)
        return (
            f'<tr><th scope="row"><a href="#{target(first)}">{escape(name)}</a><br>'
            f'<span class="replicated">{escape(_capital(first.what))}</span></th>'
            f"<td>{escape(published(first))}</td><td>{escape(ours(first))}</td><td>{count}</td></tr>"
        )


def target(row: Replication) -> str:
    """The id of the section on the page that discusses a row's publication."""
    return "replication-" + re.sub(r"[^a-z0-9]+", "-", row.source.lower())


def replications_table(publication: str, rows: Sequence[Replication]) -> ReplicationsTable:
    """The rows of one publication, to be shown by a notebook or the site."""
    return ReplicationsTable(f"{publication}, published and here", tuple(rows))


def replications_summary(publications: Mapping[str, tuple[Replication, ...]]) -> ReplicationsSummary:
    """All publications at a glance, to be shown by a notebook or the site."""
    return ReplicationsSummary(publications)


def _count(rows: Sequence[Replication]) -> str:
    return f"{sum(row.reproduced for row in rows)} of {len(rows)}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
