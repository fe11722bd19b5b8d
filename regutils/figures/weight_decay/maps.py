"""Heat maps of learning rate and decay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.weight_decay.heat_maps import Map


def _maps_alt(result: Sequence[Map]) -> str:
    told = []
    for one in result:
        row, column = one.best
        tilt = one.tilt()
        told.append(
            f"{one.method}: least error {one.mean.min():.3f} at rate {one.rates[column]:.2g} and "
            f"{'lambda' if one.method.endswith('L2') else 'decay'} {one.decays[row]:.2g}; slope of the basin "
            f"{tilt.mean:.2f} ({tilt.low:.2f} to {tilt.high:.2f})"
        )
    return f"Four heat maps of the test error, learning rate by decay, network {result[0].network}. {'. '.join(told)}."


@figure(panels=4, height=3.7, alt=_maps_alt)
def maps(result: Sequence[Map], axes: Sequence[Axes]) -> None:
    """Test error by cell, dark is good; circles: the ten best cells; line: the middle of the good decays."""
    for ax, one in zip(axes, result, strict=True):
        rates, decays = np.log10(one.rates), np.log10(one.decays)
        half = [0.5 * (at[1] - at[0]) for at in (rates, decays)]
        extent = (rates[0] - half[0], rates[-1] + half[0], decays[0] - half[1], decays[-1] + half[1])
        tiles = ax.imshow(100 * one.mean, origin="lower", extent=extent, aspect="auto", interpolation="nearest",
                          cmap="cividis", vmin=10, vmax=50)  # fmt: skip
        rows, columns = np.unravel_index(np.argsort(one.mean, axis=None)[:10], one.mean.shape)
        ax.plot(rates[columns], decays[rows], "o", markersize=8, markerfacecolor="none", markeredgecolor="white",
                markeredgewidth=1.6, linestyle="none")  # fmt: skip
        middle = one.basin()
        told = np.isfinite(middle)
        ax.plot(rates[told], middle[told], color="white", linewidth=4.2)
        ax.plot(rates[told], middle[told], color=color("l2"), linewidth=2.4)
        tilt = one.tilt()
        ax.set_title(f"{one.method}: {tilt.mean:+.2f}".replace("-", "−"))
        ax.set(xlabel="learning rate", ylabel=r"$\lambda$" if one.method.endswith("L2") else "decay in a step")
        ticks = [at for at in (-3, -2, -1, 0) if rates[0] - 0.1 <= at <= rates[-1] + 0.1]
        ax.set_xticks(ticks, [f"{10.0**at:g}" for at in ticks])
        ticks = [at for at in (-3, -2, -1, 0) if decays[0] - 0.1 <= at <= decays[-1] + 0.1]
        ax.set_yticks(ticks, [f"{10.0**at:g}" for at in ticks])
        ax.grid(visible=False)
        bar = ax.figure.colorbar(tiles, ax=ax, extend="both", shrink=0.92, pad=0.02)
        bar.set_ticks([10, 20, 30, 40, 50], labels=[f"{share} %" for share in (10, 20, 30, 40, 50)])
