"""The map of who wins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.bias_variance.winners import Map


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


def _readable(fill: Sequence[float]) -> str:
    """Ink or paper, whichever stands out more on this color (relative luminance, WCAG 2.2)."""
    from matplotlib.colors import to_rgb

    def luminance(rgb: Sequence[float]) -> float:
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb[:3]]
        return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))

    here = luminance(fill)
    contrast = {
        tone: abs(np.log((luminance(to_rgb(tone)) + 0.05) / (here + 0.05))) for tone in map(color, ("ink", "paper"))
    }
    return max(contrast, key=lambda tone: contrast[tone])


@figure(panels=3, height=3.9, alt=_alt)
def winners(result: Map, axes: Sequence[Axes]) -> None:
    """Color and sign: who wins by how much; a dash: a tie; the line: where the winner changes."""
    from matplotlib.colors import LinearSegmentedColormap

    scheme = LinearSegmentedColormap.from_list("winners", [color("l2"), color("paper"), color("l1")])
    columns, rows = np.arange(len(result.snr)), np.arange(len(result.nonzero))
    for at, (axis, correlation) in enumerate(zip(axes, result.correlation, strict=True)):
        gain, won = result.advantage[at], result.winner[at]
        tiles = axis.pcolormesh(np.where(won == 0, 0.0, gain), cmap=scheme, vmin=-1.9, vmax=1.9,
                                edgecolor=color("paper"), linewidth=1.2)  # fmt: skip
        fills = np.asarray(scheme(tiles.norm(gain)))
        for row in rows:
            for column in columns:
                tie = won[row, column] == 0
                axis.text(column + 0.5, row + 0.5, "tie" if tie else f"{2.0 ** abs(gain[row, column]):.1f}",
                          ha="center", va="center", fontsize=8, in_layout=False,  # inside its cell
                          color=color("muted") if tie else _readable(fills[row, column]))  # fmt: skip
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
