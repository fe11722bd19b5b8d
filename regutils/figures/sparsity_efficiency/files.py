"""Bytes on disk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.sparsity_efficiency.linear import Classifier
    from regutils.experiments.sparsity_efficiency.storage import Storage

LOOKS = {
    "COO": ("l2", "^", (0, (5, 2))),
    "CSR": ("l1", "o", "-"),
    "bitmap": ("truth", "s", (0, (6, 2, 1, 2))),
    "zlib": ("elastic_net", "D", (0, (1, 1.4))),
}


def _storage_alt(result: Storage) -> str:
    told = "; ".join(
        f"{form} {result.at(form, 0.0):.2f} without zeros, {result.at(form, 0.5):.2f} at half and "
        f"{result.at(form, 0.9):.2f} at nine tenths"
        for form in LOOKS
    )
    return (
        f"File size of a matrix of {result.shape[0]} by {result.shape[1]} weights against its share of zeros, as a "
        f"multiple of the dense float32 file: {told}. CSR falls below the dense file at {result.found['CSR']:.0%} of "
        f"zeros, COO at {result.found['COO']:.0%}, the bitmap at {result.found['bitmap']:.0%}."
    )


@figure(alt=_storage_alt, height=4.0)
def storage(result: Storage, axes: Sequence[Axes]) -> None:
    """Relative file size against the share of zeros; break-evens marked."""
    (ax,) = axes
    ax.axhline(1.0, color=color("loss"), linewidth=2.0)
    ax.text(0.05, 1.07, "dense float32", color=color("loss"), weight="bold")
    for form, (role, marker, style) in LOOKS.items():
        ax.plot(result.sparsity, result.relative(form), color=color(role), linestyle=style, linewidth=2.0)
        if result.found[form] > 0:
            ax.plot(result.found[form], 1.0, marker, color=color(role), markersize=9, clip_on=False)
    ax.text(0.22, 2.42, "COO", color=color("l2"), weight="bold")
    ax.text(0.2, 1.68, "CSR", color=color("l1"), weight="bold")
    ax.text(0.2, 0.6, "bitmap", color=color("truth"), weight="bold", ha="right")
    ax.text(0.3, 0.79, "zlib", color=color("elastic_net"), weight="bold")
    ax.annotate(f"{result.found['CSR']:.0%}", (result.found["CSR"], 1.0), (0.5, 1.14), color=color("l1"), ha="left")
    ax.annotate(f"{result.found['COO']:.0%}", (result.found["COO"], 1.0), (0.67, 1.14), color=color("l2"), ha="left")
    ax.set(xlabel="share of zeros", ylabel="bytes on disk, dense float32 = 1", xlim=(0, 1), ylim=(0, 3.1))
    ax.set_xticks(np.arange(0, 1.01, 0.25), ["0", "25%", "50%", "75%", "100%"])


def _classifiers_alt(result: Sequence[tuple[Classifier, Classifier]]) -> str:
    told = []
    for l1, l2 in result:
        dense = l1.size("dense float32")
        told.append(
            f"{l1.data}: L1 in CSR {l1.size('CSR') / dense:.0%}, zlib {l1.size('zlib') / dense:.0%}, features dropped "
            f"{l1.dropped_size / dense:.0%}; L2 in CSR {l2.size('CSR') / dense:.0%}, zlib "
            f"{l2.size('zlib') / dense:.0%}"
        )
    return "Files of three linear classifiers, as shares of the dense float32 file. " + ". ".join(told) + "."


@figure(alt=_classifiers_alt, height=4.2)
def classifiers(result: Sequence[tuple[Classifier, Classifier]], axes: Sequence[Axes]) -> None:
    """One line a data set and penalty; a mark a format."""
    (ax,) = axes
    ticks, labels = [], []
    looks = {form: LOOKS[form] for form in ("CSR", "bitmap", "zlib")}
    for number, pair in enumerate(result):
        for shift, one in zip((0.0, 0.42), pair, strict=True):
            height = -(number + shift)
            dense = one.size("dense float32")
            values = {form: one.size(form) / dense for form in looks} | {"dropped": one.dropped_size / dense}
            ax.hlines(height, min(values.values()), max(values.values()), color=color("grid"), linewidth=3)
            for form, (role, marker, _) in looks.items():
                ax.plot(values[form], height, marker, color=color(role), markersize=8, label=form)
            ax.plot(values["dropped"], height, "x", color=color("highlight"), markersize=8, markeredgewidth=2.2,
                    label="features dropped")  # fmt: skip
            ticks.append(height)
            labels.append(f"{one.data}, {'L1' if one.rho == 1 else 'L2'}")
    ax.axvline(1.0, color=color("loss"), linewidth=2.0)
    ax.set_yticks(ticks, labels)
    ax.set(xscale="log", xlabel="bytes on disk, dense float32 = 1", ylim=(min(ticks) - 0.3, 0.3))
    ax.set_xticks([0.01, 0.03, 0.1, 0.3, 1, 3], ["1%", "3%", "10%", "30%", "1", "3"])
    ax.minorticks_off()
    ax.tick_params(axis="y", length=0)
    handles, names = ax.get_legend_handles_labels()
    ax.legend(handles[:4], names[:4], loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=4, handletextpad=0.1,
              columnspacing=0.9)  # fmt: skip
