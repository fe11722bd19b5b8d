"""The table of published settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from regutils.figures.definition.tables import Table

if TYPE_CHECKING:
    from regutils.experiments.deep_learning.settings import Setting


def settings(rows: Sequence[Setting]) -> Table:
    """One row a model: its paper, the optimizer, the weight decay as printed, and where it is printed."""
    lines = ["| model | optimizer | weight decay | where |", "|:--|:--|--:|:--|"]
    for row in rows:
        reported = ", as others report it" if row.source == "secondary" else ""
        lines.append(
            f"| {row.model} {{cite:p}}`{row.citation}` | {row.optimizer} | {_decay(row)} | {row.place}{reported} |"
        )
    return Table("\n".join(lines))


def _decay(row: Setting) -> str:
    if row.decay is None:
        return "none listed"
    return row.decay if isinstance(row.decay, str) else f"{row.decay:g}"
