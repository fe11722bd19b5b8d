"""The map of who wins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import blend, color, figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.bias_variance.winners import Map

FULL = 1.9  # a factor of 3.7: what is more has the same color
PALEST, DEEPEST = 0.12, 0.56  # share of the winner's color; on the deepest ink has a contrast of 4.5:1 in both modes


def _alt(result: Map) -> str:
    words = [
        "Three maps, one a correlation, of who has the smaller error on new data, over the number of features that "
        "matter and the signal-to-noise ratio. The lasso wins where few matter, ridge where many do."
    ]
    for at, correlation in enumerate(result.correlation):
        line, won = result.boundary[at], result.winner[at]
        words.append(
            f"Correlation {correlation:g}: the lasso wins {np.sum(won == 1)} cells, ridge {np.sum(won == -1)}, "
            f"{np.sum(won == 0)} are ties; the line rises from {line[0]:.1f} features at a ratio of {result.snr[0]:g} "
            f"to {line[-1]:.1f} at {result.snr[-1]:g}."
        )
    return " ".join(words)


@figure(panels=3, height=3.9, alt=_alt)
def winners(result: Map, axes: Sequence[Axes]) -> None:
    """Color and number: who wins by how much, or that it is a tie; the line: where the winner changes."""
    from matplotlib.colors import to_rgba_array

    columns, rows = np.arange(len(result.snr)), np.arange(len(result.nonzero))
    for at, (axis, correlation) in enumerate(zip(axes, result.correlation, strict=True)):
        gain, won = result.advantage[at], result.winner[at]
        tiles = []
        for row, column in np.ndindex(*gain.shape):
            size, tie = abs(gain[row, column]), won[row, column] == 0
            share = 0.0 if tie else PALEST + (DEEPEST - PALEST) * min(size / FULL, 1.0)
            tiles.append(blend("l1" if gain[row, column] > 0 else "l2", share))
            axis.text(column + 0.5, row + 0.5, "tie" if tie else f"{2.0**size:.1f}", ha="center", va="center",
                      fontsize=8, in_layout=False, color=color("muted" if tie else "ink"))  # fmt: skip
        axis.pcolormesh(to_rgba_array(tiles).reshape(*gain.shape, 4), edgecolor=color("paper"), linewidth=1.2)
        steps = np.searchsorted(result.nonzero, result.boundary[at])
        axis.stairs(steps, np.arange(len(steps) + 1), baseline=None, color=color("ink"), linewidth=2.4)
        axis.set_xticks(columns + 0.5, [f"{ratio:g}".replace("0.125", "⅛").replace("0.25", "¼").replace("0.5", "½")
                                        for ratio in result.snr])  # fmt: skip
        axis.set_yticks(rows + 0.5, [str(k) for k in result.nonzero])
        edge = len(columns) + 0.12
        for name, role, height in (("ridge wins", "l2", 5.6), ("lasso wins", "l1", 1.0)):
            axis.text(edge, height, name, color=color(role), rotation=270, va="center", fontweight="bold", fontsize=9)
        axis.set(title=f"Correlation {correlation:g}", xlabel="signal-to-noise ratio")
        axis.grid(visible=False)
        axis.tick_params(length=0)
    axes[0].set_ylabel(f"features that matter, of {result.features}")
