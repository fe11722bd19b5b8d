"""Tables of simulation studies, published and here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.replications.record import Replication
    from regutils.experiments.replications.tibshirani1996 import Example1


def _pairs(axis: Axes, rows: Sequence[Replication], names: Sequence[str]) -> None:
    """Published above ours on one line a row, with bars of two standard errors."""
    for level, row in enumerate(rows):
        fill = color("ink") if row.reproduced else color("highlight")
        axis.errorbar(row.published, level - 0.13, xerr=2 * (row.published_error or 0), fmt="s", markerfacecolor="none",
                      markersize=7, markeredgewidth=1.4, elinewidth=1.4, color=color("muted"),
                      label="published" if level == 0 else None)  # fmt: skip
        axis.errorbar(row.ours, level + 0.13, xerr=2 * (row.error or 0), fmt="o" if row.reproduced else "X",
                      markersize=7, elinewidth=1.4, color=fill, label="ours" if level == 0 else None)  # fmt: skip
    axis.set_yticks(range(len(rows)), names)
    axis.set_ylim(len(rows) - 0.5, -0.5)
    axis.grid(visible=False, axis="y")


def _methods(rows: Sequence[Replication]) -> list[str]:
    return [row.what.removeprefix("median error, ").rpartition(", Example")[0] or row.what[14:] for row in rows]


def _errors(rows: Sequence[Replication]) -> list[Replication]:
    return [row for row in rows if row.what.startswith("median error")]


def _told(rows: Sequence[Replication]) -> str:
    return "; ".join(
        f"{name} {row.published:g} published, {row.ours:.3g} here"
        for name, row in zip(_methods(rows), rows, strict=True)
    )


@figure(
    panels=2,
    height=3.5,
    alt=lambda result: (
        f"Two panels. Left: median error of four methods: {_told(_errors(result[0]))}; all but ridge agree within "
        f"error bars. Right: median error of ridge here against its strength k: it stays below least squares "
        f"over a wide range, and reaches the published value only at a k near "
        f"{_too_strong(result[0], result[1]):.0f}, far beyond the best."
    ),
)
def lasso_table(result: tuple[Sequence[Replication], Example1], axes: Sequence[Axes]) -> None:
    """Median errors of Table 2, and ridge's error at every fixed strength. result: rows, and the runs behind them."""
    rows, example = _errors(result[0]), result[1]
    left, right = axes
    _pairs(left, rows, _methods(rows))
    left.legend(loc="upper right")
    left.set(title="Example 1", xlabel="median error")
    ridge = next(row for row in rows if row.what.endswith("ridge"))
    least_squares = next(row for row in rows if row.what.endswith("least squares"))
    right.plot(example.ridge_strengths, example.ridge_error, color=color("l2"), **line("estimate"))
    right.axhline(ridge.published, color=color("muted"), **line("reference"))
    right.text(1.3e-3, ridge.published + 0.1, "ridge, published", color=color("muted"), va="bottom")
    right.axhline(least_squares.ours, color=color("ink"), **line("theory"))
    right.text(1.3e-3, 2.7, "least squares, ours", color=color("ink"), va="top")
    right.text(0.35, 2.1, "ridge, ours", color=color("l2"), ha="right")
    right.set(title="Ridge at a fixed strength", xscale="log", xlabel="k", ylim=(1.5, 5.5), xlim=(1e-3, 100))
    right.set_xticks([1e-3, 1e-2, 0.1, 1, 10, 100], ["0.001", "0.01", "0.1", "1", "10", "100"])
    right.minorticks_off()


def _too_strong(rows: Sequence[Replication], example: Example1) -> float:
    ridge = next(row for row in rows if row.what.endswith("ridge"))
    beyond = example.ridge_strengths[example.ridge_error >= ridge.published]
    return float(np.min(beyond)) if beyond.size else float("nan")


@figure(
    panels=2,
    height=3.5,
    alt=lambda result: (
        "Two panels of median errors, published and here, with bars of two standard errors that overlap throughout. "
        f"Example 2: {_told(_of(result, 2))}. Example 3: {_told(_of(result, 3))}."
    ),
)
def elastic_net(result: Sequence[Replication], axes: Sequence[Axes]) -> None:
    """Median errors of Table 2 in Examples 2 and 3."""
    for axis, number in zip(axes, (2, 3), strict=True):
        rows = _of(result, number)
        _pairs(axis, rows, _methods(rows))
        axis.set(title=f"Example {number}", xlabel="median error")
    axes[1].legend(loc="lower right")


def _of(rows: Sequence[Replication], number: int) -> list[Replication]:
    return [row for row in _errors(rows) if row.what.endswith(f"Example {number}")]
