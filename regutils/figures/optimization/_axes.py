"""Logarithmic axes that people can read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axis import Axis


def plain_ticks(axis: Axis, ticks: Sequence[float], form: str = "{:g}") -> None:
    """Ticks of a logarithmic axis at round numbers, written out."""
    from matplotlib.ticker import NullLocator

    axis.set_ticks(ticks, [form.format(tick) for tick in ticks])
    axis.set_minor_locator(NullLocator())
