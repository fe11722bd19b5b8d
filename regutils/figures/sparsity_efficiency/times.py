"""Times, as multiples of the dense product's or of the whole pipeline's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.sparsity_efficiency.features import Pipelines
    from regutils.experiments.sparsity_efficiency.layers import Layer

LOOKS = {
    "zeros, dense": ("loss", "s", "estimate"),
    "zeros, CSR": ("l1", "o", "estimate"),
    "removed": ("truth", "^", "estimate"),
}


def _layers_alt(result: Sequence[tuple[str, Layer]]) -> str:
    told = []
    for title, layer in result:
        even = f"as fast as dense from {layer.break_even:.0%} zeros on" if layer.break_even == layer.break_even else (
            "never as fast as dense")  # fmt: skip
        told.append(
            f"{title}: at 90% zeros the dense product takes {layer.at('zeros, dense', 0.9):.2f}, CSR "
            f"{layer.at('zeros, CSR', 0.9):.2f} and the product without the {layer.remove} "
            f"{layer.at('removed', 0.9):.2f}; CSR is {even}"
        )
    return (
        "Three panels: time of a product against the share of zeros in its weights, as a multiple of the dense time "
        "without zeros, on logarithmic axes. " + ". ".join(told) + "."
    )


@figure(panels=3, height=3.9, alt=_layers_alt)
def layers(result: Sequence[tuple[str, Layer]], axes: Sequence[Axes]) -> None:
    """Relative time against the share of weights left, quartiles as bars."""
    for ax, (title, layer) in zip(axes, result, strict=True):
        left = 1.0 - np.array(layer.sparsity)
        ax.axhline(1.0, color=color("muted"), **line("guide"))
        ax.plot(left, left, color=color("muted"), **line("theory"))
        for way, (role, marker, style) in LOOKS.items():
            spreads = layer.times[way]
            median = np.array([spread.median for spread in spreads])
            bars = [median - [s.low for s in spreads], [s.high for s in spreads] - median]
            label = {"zeros, dense": "zeros, dense product", "zeros, CSR": "zeros, CSR product"}.get(
                way, f"{layer.remove} removed"
            )
            ax.errorbar(left, median, np.maximum(bars, 0.0), color=color(role), marker=marker, capsize=2, label=label,
                        **line(style))  # fmt: skip
        ax.set(title=title, xscale="log", yscale="log", xlabel="share of zeros", xlim=(0.62, 0.008), ylim=(0.0015, 20))
        ax.set_xticks([0.5, 0.25, 0.1, 0.05, 0.02, 0.01], ["50%", "75%", "90%", "95%", "98%", "99%"])
        ax.set_yticks([0.01, 0.03, 0.1, 0.3, 1, 3, 10], ["1%", "3%", "10%", "30%", "1", "3", "10"])
        ax.minorticks_off()
        ax.legend(loc="lower left", fontsize="small")
    axes[0].set_ylabel("time, dense without zeros = 1")


def _pipelines_alt(result: Pipelines) -> str:
    return (
        "Time from raw input to score with the features that L1 kept, as a share of that with all features, beside the "
        f"share of features kept. 1,000 images, products of pixels: time {result.images[1000].median:.0%}, features "
        f"{result.product_share:.0%}. One image: time {result.images[1].median:.0%}, features "
        f"{result.product_share:.0%}. Docstrings: time {result.text.median:.0%}, words {result.text_share:.0%}."
    )


@figure(alt=_pipelines_alt, height=3.0)
def pipelines(result: Pipelines, axes: Sequence[Axes]) -> None:
    """Share of features and share of time, one line a pipeline."""
    (ax,) = axes
    rows = (
        ("1,000 images", result.images[1000], result.product_share),
        ("one image", result.images[1], result.product_share),
        ("docstrings", result.text, result.text_share),
    )
    for place, (_, spread, share) in enumerate(rows):
        ax.hlines(-place, share, spread.median, color=color("grid"), linewidth=4)
        ax.plot(share, -place, "D", color=color("l1"), markersize=8, label="share of features computed")
        ax.hlines(-place, spread.low, spread.high, color=color("truth"), linewidth=2.5)
        ax.plot(spread.median, -place, "o", color=color("truth"), markersize=9, label="share of the time")
        ax.text(spread.median, -place + 0.16, f"{spread.median:.0%}", color=color("truth"), ha="center", va="bottom")
    ax.set_yticks([0, -1, -2], [name for name, _, _ in rows])
    ax.tick_params(axis="y", length=0)
    ax.set(xlabel="with selected features, with all = 100%", xlim=(0, 1.3), ylim=(-2.5, 0.6))
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1.0], ["0", "25%", "50%", "75%", "100%"])
    handles, names = ax.get_legend_handles_labels()
    ax.legend(handles[:2], names[:2], loc="lower center", bbox_to_anchor=(0.45, 1.0), ncols=2, handletextpad=0.1,
              columnspacing=1.0)  # fmt: skip
