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
    if 0 < abs(row.ours) < 1e-9:
        return f"{row.ours:.0e}"
    # an exact number is shown as finely as it is compared
    if row.kind == "exact" and row.tolerance and abs(row.ours) > 10 * row.tolerance:
        digits = max(0, 1 - int(f"{row.tolerance:.0e}".partition("e")[2]))
        return f"{row.ours:.{digits}f}".rstrip("0").rstrip(".")
    return number(row.ours).replace("-", "−", 1) if row.ours < 0 else number(row.ours)


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
        """A table with a caption and a header for every row, with the reason where it did not come out."""
        before = [None, *(row.where for row in self.rows)]
        return _table(
            self.caption,
            "What",
            [self._row(row, where=row.where != last) for row, last in zip(self.rows, before, strict=False)],
        )

    def _row(self, row: Replication, *, where: bool) -> tuple[str, ...]:
        """where: say in which part of the publication the number stands, which is the same for many rows."""
        how, notes = comparison(row), [row.where] * where + [row.reason] * bool(row.reason)
        reason = "".join(f'<br><span class="replicated">{escape(_capital(note))}</span>' for note in notes)
        verdict = ("yes" if row.reproduced else "<strong>no</strong>") + (f", {escape(how)}" if how else "")
        return escape(_capital(row.what)) + reason, escape(published(row)), escape(ours(row)), verdict


@dataclass(frozen=True)
class ReplicationsSummary:
    """One line a publication: its first row, and how many of all its rows came out."""

    publications: Mapping[str, tuple[Replication, ...]]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        text = "\n".join(f"{name:38} {_count(rows):9} {line(rows[0])}" for name, rows in self.publications.items())
        return {"text/html": self.html(), "text/plain": text}

    def html(self) -> str:
        """A table whose row headers link to the sections of the page."""
        rows = [self._row(name, rows) for name, rows in self.publications.items()]
        return _table("Every publication with the first of its numbers", "Publication", rows)

    def _row(self, name: str, rows: tuple[Replication, ...]) -> tuple[str, ...]:
        first, count = rows[0], _count(rows)
        head = f'<a href="#{target(first)}">{escape(name)}</a>'
        what = f'<br><span class="replicated">{escape(_capital(first.what))}</span>'
        all_of_them = all(row.reproduced for row in rows)
        return (
            head + what,
            escape(published(first)),
            escape(ours(first)),
            (count if all_of_them else f"<strong>{count}</strong>"),
        )


def _table(caption: str, first: str, rows: Sequence[tuple[str, ...]]) -> str:
    """HTML whose roles are written out, because on a phone the style sheet lays rows out as grids."""
    heads = "".join(
        f'<th role="columnheader" scope="col">{head}</th>' for head in (first, "Published", "Ours", "Reproduced")
    )
    body = ""
    for head, *cells in rows:
        data = "".join(f'<td role="cell">{cell}</td>' for cell in cells)
        body += f'<tr role="row"><th role="rowheader" scope="row">{head}</th>{data}</tr>'
    return (
        f'<table class="replications" role="table"><caption>{escape(caption)}</caption>'
        f'<thead role="rowgroup"><tr role="row">{heads}</tr></thead><tbody role="rowgroup">{body}</tbody></table>'
    )


def target(row: Replication) -> str:
    """The id of the section on the page that discusses a row's publication."""
    return "replication-" + re.sub(r"[^a-z0-9]+", "-", row.source.lower())


def replications_table(publications: Mapping[str, tuple[Replication, ...]], name: str) -> ReplicationsTable:
    """The rows of one publication, to be shown by a notebook or the site.

    Raises ValueError for a name that `publications` does not have.
    """
    if name not in publications:
        raise ValueError(f"name must be one of {', '.join(publications)}; got {name!r}")
    return ReplicationsTable(f"{name}, published and here", publications[name])


def replications_summary(publications: Mapping[str, tuple[Replication, ...]]) -> ReplicationsSummary:
    """All publications at a glance, to be shown by a notebook or the site."""
    return ReplicationsSummary(publications)


def _count(rows: Sequence[Replication]) -> str:
    return f"{sum(row.reproduced for row in rows)} of {len(rows)}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
