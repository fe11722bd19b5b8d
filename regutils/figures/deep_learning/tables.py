"""The table of published settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from regutils.figures.definition.tables import Table

if TYPE_CHECKING:
    from regutils.experiments.deep_learning.settings import Setting


def settings(rows: Sequence[Setting]) -> Table:
    """One row a model: its weight decay as printed, the optimizer, and where it is printed."""
    lines = ["| model | optimizer | weight decay | where |", "|:--|:--|--:|:--|"]
    lines += [f"| {row.model} | {row.optimizer} | {_decay(row)} | {_where(row)} |" for row in rows]
    return Table("\n".join(lines))


def _decay(row: Setting) -> str:
    if row.decay is None:
        return "not among its regularizers"
    return row.decay if isinstance(row.decay, str) else f"{row.decay:g}".replace("e-0", " × 10⁻").replace("⁻4", "⁻⁴")


def _where(row: Setting) -> str:
    reported = " (as others report it)" if row.source == "secondary" else ""
    return f"{{cite:t}}`{row.citation}`, {row.place}{reported}"
