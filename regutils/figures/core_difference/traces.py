"""Both paths on logarithmic axes, and their exact zeros."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.core_difference.traces import Traces

FLOOR = 3e-5


def _fading_alt(result: Traces) -> str:
    at = result.at(0.1)
    return (
        f"Two panels with logarithmic axes: sizes of the {len(result.features)} coefficients of the {result.name} data "
        f"against lambda. Under L1 every curve drops vertically out of the picture at a finite lambda: at 0.1, "
        f"{result.l1_zeros[at]} are exactly zero, and from {result.lambda_max:.2f} on all are. Under L2 every curve "
        "goes on falling along a straight line, one order of magnitude for each of lambda; none ends."
    )


@figure(panels=2, height=3.7, alt=_fading_alt)
def fading(result: Traces, axes: Sequence[Axes]) -> None:
    """Sizes of the coefficients against lambda, L1 and L2."""
    lam = result.lambdas
    for ax, coef, role in ((axes[0], result.l1, "l1"), (axes[1], result.l2, "l2")):
        for weights in np.abs(coef).T:
            on = weights > 0
            ax.plot(lam, np.where(on, weights, np.nan), color=color(role), linewidth=1.5)
            for edge in np.flatnonzero(on[1:] != on[:-1]):  # from zero to something, or back
                inside = edge + 1 if on[edge + 1] else edge
                ax.vlines(lam[inside], FLOOR, weights[inside], color=color(role), linewidth=0.9, linestyle=":")
                ax.plot(lam[inside], 1.25 * FLOOR, "x", color=color(role), markersize=5.5, markeredgewidth=1.6)
        ax.set(xscale="log", yscale="log", xlim=(1e-3, 1e2), ylim=(FLOOR, 1.0), xlabel=r"strength $\lambda$")
        ax.set_xticks([1e-3, 1e-2, 1e-1, 1, 10, 100])
        ax.minorticks_off()
    axes[0].set(title="L1: ends at a finite strength", ylabel=r"size of the coefficient $|\theta_j|$")
    axes[1].set_title("L2: never ends")
    axes[0].text(1.2, 0.02, "all ten are\nexactly zero", color=color("l1"), weight="bold")
    axes[1].text(1.3e-3, 6e-5, "a dip is a\nchange of sign", color=color("muted"), fontsize="small")


def _zeros_alt(result: Sequence[Traces]) -> str:
    told = []
    for trace in result:
        at = [trace.at(lam) for lam in (0.01, 0.1)]
        told.append(
            f"{trace.name}, {len(trace.features)} features: the lasso has {trace.l1_zeros[at[0]]} zeros at lambda "
            f"0.01, {trace.l1_zeros[at[1]]} at 0.1 and all from {trace.lambda_max:.2f} on; ridge has "
            f"{int(trace.l2_zeros.max())} at every lambda"
        )
    return "Two panels: number of coefficients that are exactly zero against lambda. " + ". ".join(told) + "."


@figure(panels=2, height=3.2, alt=_zeros_alt)
def zeros(result: Sequence[Traces], axes: Sequence[Axes]) -> None:
    """Number of exact zeros against lambda, lasso and ridge, for each data set."""
    for ax, trace in zip(axes, result, strict=True):
        count = len(trace.features)
        ax.axhline(count, color=color("muted"), **line("reference"))
        ax.step(trace.lambdas, trace.l1_zeros, color=color("l1"), where="mid", **line("estimate"))
        ax.plot(trace.lambdas, trace.l2_zeros, color=color("l2"), **line("theory"))
        ax.set(xscale="log", xlim=(1e-3, 1e3), ylim=(-0.06 * count, 1.14 * count), xlabel=r"strength $\lambda$")
        ax.set_title(f"{trace.name[0].upper()}{trace.name[1:]}, {count} features")
        ax.text(900, 0.035 * count, "ridge: 0 throughout", color=color("l2"), weight="bold", ha="right")
        ax.text(trace.lambda_max * 1.6, 0.86 * count, "lasso: all", color=color("l1"), weight="bold")
        ax.minorticks_off()
    axes[0].set_ylabel("exact zeros")
