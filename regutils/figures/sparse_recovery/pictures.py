"""A photograph from a few of its coefficients, and with the noise taken out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils._validation import Array
    from regutils.experiments.sparse_recovery.denoising import Denoised, Denoising
    from regutils.experiments.sparse_recovery.photograph import Compression

_SHOWN = (slice(20, 148), slice(120, 280))  # the part of the whole photograph that is drawn
_ZOOM = (slice(36, 124), slice(66, 176))  # the part of the crop that is drawn


def _picture(axis: Axes, image: Array, title: str) -> None:
    axis.imshow(image, cmap="gray", vmin=-2.2, vmax=1.8, interpolation="nearest")
    axis.set_title(title)
    axis.set_axis_off()


@figure(
    panels=3,
    height=2.9,
    alt=lambda result: (
        f"A pavilion from {result.shown_at:.0%} of its coefficients. The largest pixels give scattered dots on gray; "
        "the largest CDF 9/7 wavelet coefficients give the pavilion, a little soft. A plot of the share of variance "
        f"against the share kept: at 5% pixels hold {result.at('pixels'):.0%}, Haar {result.at('Haar'):.0%}, CDF 9/7 "
        f"{result.at('CDF 9/7'):.0%}."
    ),
)
def compression(result: Compression, axes: Sequence[Axes]) -> None:
    """5% of the pixels, 5% of the wavelet coefficients, and the share of variance they hold."""
    pixels, coefficients, shares = axes
    _picture(pixels, result.shown["pixels"][_SHOWN], f"{result.shown_at:.0%} of the pixels")
    _picture(coefficients, result.shown["CDF 9/7"][_SHOWN], f"{result.shown_at:.0%} in CDF 9/7")
    for basis, role, style, marker in (
        ("CDF 9/7", "l1", "estimate", "o"),
        ("Haar", "highlight", "train", "s"),
        ("pixels", "muted", "theory", "^"),
    ):
        shares.plot(
            100 * result.kept, result.share[basis], color=color(role), marker=marker, label=basis, **line(style)
        )
    shares.legend(loc="center right", bbox_to_anchor=(1.0, 0.62))
    shares.set(title="Share of variance held", xlabel="coefficients kept, %", xscale="log", ylim=(0, 1.05))
    shares.set_xticks([1, 5, 20], ["1", "5", "20"])
    shares.set_xticks([], minor=True)


@figure(
    panels=3,
    height=2.8,
    alt=lambda result: (
        f"Three pictures of the pavilion. With noise of standard deviation {result.sigma:g}: error "
        f"{result.error['noisy']:.3f}. L2 by band: {result.error['L2 by band']:.3f}, grain left in the sky and "
        f"less contrast. L1: {result.error['L1']:.3f}, with a clear sky and the tiles of the roof."
    ),
)
def denoised(result: Denoised, axes: Sequence[Axes]) -> None:
    """One noisy photograph and two estimates of it."""
    for axis, name in zip(axes, ("noisy", "L2 by band", "L1"), strict=True):
        _picture(axis, result.images[name][_ZOOM], f"{name[0].upper()}{name[1:]}: {result.error[name]:.3f}")


@figure(
    panels=2,
    height=3.9,
    alt=lambda result: (
        "Two panels of mean squared error over that of L1, against the noise. Photograph: L2 by band is at "
        f"{result[0].ratio('L1', over='L2 by band')[0][2]:.2f} for noise {result[0].sigma[2]:g} (L1 wins) and "
        f"{result[0].ratio('L1', over='L2 by band')[0][-3]:.2f} for noise {result[0].sigma[-3]:g} (L2 wins). "
        "Band-limited signal: L2 by band is below 1 for every noise, from "
        f"{result[1].ratio('L1', over='L2 by band')[0].min():.2f} to "
        f"{result[1].ratio('L1', over='L2 by band')[0].max():.2f}."
    ),
)
def denoising(result: tuple[Denoising, Denoising], axes: Sequence[Axes]) -> None:
    """Errors relative to that of L1 with one threshold, in a photograph and in a band-limited signal."""
    curves = (("L2", "l2", "theory", "s"), ("L2 by band", "l2", "estimate", "o"), ("ideal", "muted", "reference", None))
    for axis, study, title, extra in (
        (axes[0], result[0], "Photograph", ()),
        (axes[1], result[1], "Band-limited signal", (("L1 by band", "l1", "train", "^"),)),
    ):
        axis.axhline(1.0, color=color("l1"), linewidth=2.0)
        for name, role, style, marker in (*curves, *extra):
            mean, error = study.ratio("L1", over=name)
            label = {"ideal": "oracle"}.get(name, name)
            axis.errorbar(study.sigma, mean, yerr=2 * error, color=color(role), marker=marker, elinewidth=1,
                          label=label, **line(style))  # fmt: skip
        axis.set(title=title, xscale="log", xlabel="noise / signal (standard deviations)", ylim=(0, None))
        ticks = [tick for tick in (0.05, 0.1, 0.3, 1.0, 3.0) if tick >= study.sigma[0]]
        axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axis.set_xticks([], minor=True)
    axes[0].set_ylabel("error / error of L1")
    axes[0].text(result[0].sigma[0], 0.98, "L1", color=color("l1"), weight="bold", va="top")
    axes[1].text(result[1].sigma[1], 1.03, "L1", color=color("l1"), weight="bold", va="bottom")
    axes[0].legend(loc="lower right", bbox_to_anchor=(1.0, 0.0), ncols=1)
    axes[1].legend(loc="upper right")
