"""Kinks and zeros, penalty by penalty."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.geometry.kinks import Responses, ZeroCounts
    from regutils.experiments.geometry.norms import NormRatio, Rotation

LOOKS: dict[str, tuple[str, Any]] = {
    "L1": ("l1", "-"),
    "elastic net": ("elastic_net", "-"),
    "Huber-smoothed L1": ("truth", (0, (4, 1.5))),
    "L1.2": ("muted", (0, (1, 1))),
    "L2": ("l2", (0, (5, 1.6))),
}


def _counts_alt(result: tuple[Responses, ZeroCounts]) -> str:
    responses, counts = result
    flat = ", ".join(f"{name} {length:.1f}" for name, length in responses.flat.items())
    zeros = ", ".join(f"{name} {count}" for name, count in zip(counts.names, counts.zeros, strict=True))
    return (
        f"Two panels. First: the one-dimensional minimizer against the data b; the length of the flat piece at exactly "
        f"zero is {flat}. Second: sizes of the {counts.coefficients.shape[1]} coefficients of one regression under "
        f"{len(counts.names)} penalties at equal training loss, on a logarithmic scale with a column for exact zeros. "
        f"Exact zeros: {zeros}."
    )


@figure(panels=2, height=4.0, alt=_counts_alt)
def zero_counts(result: tuple[Responses, ZeroCounts], axes: Sequence[Axes]) -> None:
    """One-dimensional minimizers, and the coefficients of one problem under every penalty."""
    left, right = axes
    responses, counts = result
    for name, values in responses.minimizers.items():
        tone, dash = LOOKS[name]
        left.plot(
            responses.b,
            values,
            color=color(tone),
            linestyle=dash,
            linewidth=2.4 if responses.kinked[name] else 1.8,
            label=name,
        )
    left.axhline(0.0, color=color("muted"), **line("guide"))
    left.legend(loc="upper left", borderaxespad=0.1)
    left.set(title="A kink makes a flat piece", xlabel="data b", ylabel="minimizer", xlim=(-2, 2), ylim=(-1.05, 1.05))

    sizes = np.abs(counts.coefficients)
    nothing = 10.0 ** (np.floor(np.log10(sizes[sizes > 0].min())) - 2.0)
    for row, (values, kinked, zeros) in enumerate(zip(sizes, counts.kinked, counts.zeros, strict=True)):
        tone = color("l1" if kinked else "l2")
        there = values > 0
        right.plot(
            values[there], np.full(there.sum(), row), "o", color=tone, markersize=5, alpha=0.75, markeredgewidth=0
        )
        right.text(nothing, row, str(zeros), color=tone, weight="bold" if zeros else "normal", ha="center", va="center")
    right.axvspan(nothing / 10**0.9, nothing * 10**0.9, color=color("surface"), zorder=0)
    right.set_xscale("log")
    right.set_xlim(nothing / 10**0.9, 10)
    ticks = [10.0**k for k in range(int(np.log10(nothing)) + 2, 1, 2)]
    right.set_xticks([nothing, *ticks], ["exactly\nzero", *[rf"$10^{{{round(np.log10(tick))}}}$" for tick in ticks]])
    right.minorticks_off()
    right.set_yticks(range(len(counts.names)), counts.names)
    right.invert_yaxis()
    right.axhline(float(np.sum(counts.kinked)) - 0.5, color=color("muted"), **line("reference"))
    right.grid(axis="y", visible=False)
    right.text(ticks[0], 1.5, "kink at zero", color=color("l1"), weight="bold", va="center")
    right.text(ticks[0], 6.5, "smooth at zero", color=color("l2"), weight="bold", va="center")
    right.set(title="Zeros and sizes", xlabel="size of the coefficients")


def _norms_alt(result: tuple[NormRatio, Rotation]) -> str:
    ratio, turned = result
    return (
        f"Two panels. First: the ratio of the L1 norm to the L2 norm against the dimension, both logarithmic, within "
        f"the bounds 1 and root p. Gaussian vectors follow the root of 2p/pi, up to {ratio.gaussian[-1, 1]:.1f} in "
        f"{ratio.dimensions[-1]:,.0f} dimensions; vectors with {ratio.nonzeros} nonzeros stay near "
        f"{ratio.sparse[-1, 1]:.1f}. "
        f"Second: change of the fits to diabetes as the features are rotated; L1 changes by up to "
        f"{100 * turned.l1_change.max():.0f}% and is back at 90 degrees, L2 never changes."
    )


@figure(panels=2, height=3.7, alt=_norms_alt)
def norms(result: tuple[NormRatio, Rotation], axes: Sequence[Axes]) -> None:
    """The ratio of the norms by dimension, and fits after a rotation."""
    left, right = axes
    ratio, turned = result
    p = ratio.dimensions
    left.fill_between(p, 1.0, np.sqrt(p), color=color("loss"), alpha=0.14, linewidth=0)
    left.plot(p, np.sqrt(p), color=color("muted"), **line("reference"))
    left.plot(p, np.ones_like(p), color=color("muted"), **line("reference"))
    left.plot(p, ratio.asymptote, color=color("ink"), **line("theory"))
    for values, tone, marker in ((ratio.gaussian, "truth", "o"), (ratio.sparse, "highlight", "D")):
        error = np.abs(np.stack([values[:, 1] - values[:, 0], values[:, 2] - values[:, 1]]))
        left.errorbar(p, values[:, 1], error, color=color(tone), fmt=marker, markersize=5, elinewidth=1.4, capsize=2.5)
    left.set_xscale("log")
    left.set_yscale("log")
    left.minorticks_off()
    left.text(7, 30, r"bound $\sqrt{p}$", color=color("muted"), fontsize="small")
    left.text(2600, 1.12, "bound 1", color=color("muted"), fontsize="small")
    left.text(400, 8.3, "Gaussian", color=color("truth"), weight="bold")
    left.text(400, 2.5, f"{ratio.nonzeros} nonzeros", color=color("highlight"), weight="bold")
    left.set(title="How far apart the norms are", xlabel="dimension p", ylabel=r"$\|x\|_1 \,/\, \|x\|_2$")
    right.plot(turned.angles, 100 * turned.l1_change, color=color("l1"), marker="D", linewidth=2.0)
    right.plot(
        turned.angles, 100 * turned.l2_change, color=color("l2"), marker="o", linewidth=2.0, linestyle=(0, (5, 1.6))
    )
    right.text(45, 100 * turned.l1_change.max() * 0.84, "L1", color=color("l1"), weight="bold", ha="center")
    right.text(45, 100 * turned.l1_change.max() * 0.05, "L2: unchanged", color=color("l2"), weight="bold", ha="center")
    right.set(
        title="Fits after a rotation",
        xlabel="rotation in degrees",
        ylabel="change of the fit in %",
        xticks=[0, 30, 60, 90],
        yticks=[0, 5, 10, 15, 20],
    )
