"""All standardized differences at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.replications.record import Replication

Rows = Mapping[str, tuple["Replication", ...]]


def _scored(result: Rows) -> dict[str, list[Replication]]:
    scored = {name: [row for row in rows if row.z is not None] for name, rows in result.items()}
    return {name: rows for name, rows in scored.items() if rows}


def _z(row: Replication) -> float:
    return row.z if row.z is not None else 0.0


def _alt(result: Rows) -> str:
    rows = [row for scored in _scored(result).values() for row in scored]
    inside = [row for row in rows if row.reproduced]
    largest = max(abs(_z(row)) for row in inside)
    outside = ", ".join(f"{row.what} at {_z(row):.1f}" for row in rows if not row.reproduced)
    return (
        f"One dot for each of {len(rows)} differences between a published and our number, in standard errors. "
        f"{len(inside)} lie within the band of plus or minus {rows[0].tolerance:g}, the farthest at {largest:.1f}. "
        f"Outside: {outside or 'none'}."
    )


@figure(height=3.6, alt=_alt)
def scores(result: Rows, axes: Sequence[Axes]) -> None:
    """z of every statistical row, one line a publication."""
    (axis,) = axes
    scored = _scored(result)
    limit = next(iter(scored.values()))[0].tolerance
    axis.axvspan(-limit, limit, color=color("surface"), zorder=0)
    axis.axvline(0, color=color("muted"), **line("guide"))
    for level, rows in enumerate(scored.values()):
        for place, row in enumerate(sorted(rows, key=_z)):
            height = level + 0.24 * (place % 3 - 1) if len(rows) > 1 else level
            if row.reproduced:
                axis.plot(_z(row), height, "o", color=color("ink"))
            else:
                axis.plot(_z(row), height, "X", color=color("highlight"), markersize=8)
                name = row.what.removeprefix("median error, ").partition(",")[0]
                axis.annotate(name, (_z(row), height), (8, 0), textcoords="offset points", va="center",
                              color=color("highlight"))  # fmt: skip
    axis.set_yticks(range(len(scored)), ["\n".join(wrap(name, 18)) for name in scored])
    axis.set(
        ylim=(len(scored) - 0.4, -0.6), xlabel="(ours − published) / standard error", title="Published against ours"
    )
    axis.set_xticks([-6, -4, -2.5, 0, 2.5], ["−6", "−4", "−2.5", "0", "2.5"])
    axis.grid(visible=False, axis="y")
