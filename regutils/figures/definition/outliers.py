"""Four objectives on data with outliers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.definition.outliers import FourFits


@figure(
    panels=4,
    height=2.5,
    alt=lambda result: (
        f"Four panels: coefficients beside the true ones; {result.outliers} of {result.n_samples} targets are wrong. "
        + " ".join(
            f"{loss.capitalize()} loss with {kind.upper()} penalty: squared error"
            f" {np.sum((coef - result.truth) ** 2):.2f}, {zeros} of {len(coef)} coefficients zero."
            for (loss, kind), coef, zeros in zip(result.objectives, result.coef, result.zeros, strict=True)
        )
    ),
)
def four_fits(result: "FourFits", axes: Sequence["Axes"]) -> None:
    """Estimates as stems, the truth as bars; a row a loss, a column a penalty."""
    position = np.arange(result.truth.size)
    for ax, (loss, kind), coef, zeros in zip(axes, result.objectives, result.coef, result.zeros, strict=True):
        zero = np.abs(coef) < 1e-9
        ax.axhline(0, color=color("muted"), **line("guide"))
        ax.hlines(result.truth, position - 0.4, position + 0.4, color=color("truth"), linewidth=2.4, label="truth")
        ax.vlines(position, result.truth, coef, color=color(kind), linewidth=1.4)
        ax.plot(position[~zero], coef[~zero], "o", color=color(kind), label="estimate", markersize=6)
        ax.plot(position[zero], coef[zero], "X", color=color(kind), label="exactly 0", markersize=8)
        error = np.sum((coef - result.truth) ** 2)
        ax.set(
            title=f"{loss.capitalize()} loss, {kind.upper()}", ylim=(-4.2, 4.9), xticks=position,
            xticklabels=[str(j + 1) for j in position],
        )  # fmt: skip
        ax.text(
            0.98,
            0.95,
            f"error {error:.1f}, {zeros} zeros",
            transform=ax.transAxes,
            ha="right",
            va="top",
            color=color("ink"),
        )
        ax.grid(axis="x", visible=False)
    axes[2].legend(loc="lower right", ncols=3, fontsize=8, handlelength=1.4, columnspacing=1.0)
    for ax in (axes[0], axes[2]):
        ax.set_ylabel("coefficient")
