"""Sparse weights over words: what they cost, and how far from sparse the weights of L2 are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.sparse_recovery.documents import Documents
    from regutils.experiments.sparse_recovery.photograph import Compression


@figure(
    panels=2,
    height=3.6,
    alt=lambda result: (
        "Two panels. Left: accuracy on new docstrings against the number of words with a weight. L1 reaches "
        f"{result[0].path_accuracy[:, 0].mean():.3f} with {result[0].path_words[:, 0].mean():.0f} words and "
        f"{result[0].accuracy['L1'].mean():.3f} with {result[0].words['L1'].mean():.0f} when tuned; tuned L2 uses "
        f"{result[0].words['L2'].mean():.0f} and has {result[0].accuracy['L2'].mean():.3f}. Right: the largest 5% of "
        f"the weights of L2 hold {result[0].top_energy:.0%} of the sum of their squares, the largest 5% of a "
        f"photograph's wavelet coefficients {result[1].at('CDF 9/7'):.0%}."
    ),
)
def documents(result: tuple[Documents, Compression], axes: Sequence[Axes]) -> None:
    """Accuracy by number of words; and how concentrated weights over words are, beside a photograph's coefficients."""
    found, picture = result
    left, right = axes
    words, accuracy = found.path_words.mean(axis=0), found.path_accuracy
    spans = [found.interval(column) for column in accuracy.T]
    left.errorbar(words, accuracy.mean(axis=0), yerr=[span.mean - span.low for span in spans], marker="o",
                  color=color("l1"), elinewidth=1, **line("estimate"))  # fmt: skip
    l2 = found.interval(found.accuracy["L2"])
    left.errorbar(found.words["L2"].mean(), l2.mean, yerr=l2.mean - l2.low, marker="s", markersize=7,
                  color=color("l2"), elinewidth=1.4, linestyle="none")  # fmt: skip
    left.text(words[1] * 1.12, accuracy[:, 1].mean() - 0.012, "L1", color=color("l1"), weight="bold", va="top")
    left.text(found.words["L2"].mean() * 1.6, l2.mean - 0.035, "L2,\nall words", color=color("l2"), weight="bold",
              ha="right", va="top")  # fmt: skip
    left.set(title="Accuracy on new docstrings", xscale="log", xlabel="words with a weight", ylim=(0.78, 1.0),
             xlim=(10, 5000))  # fmt: skip
    left.set_xticks([20, 100, 500, 2500], ["20", "100", "500", "2,500"])
    left.set_xticks([], minor=True)
    right.plot(np.arange(1, 41), found.energy[:40], color=color("l2"), **line("estimate"))
    right.plot(100 * picture.kept, picture.share["CDF 9/7"], "o", color=color("ink"), **line("reference"))
    right.plot(5, found.top_energy, "s", color=color("l2"))
    right.text(
        7, found.top_energy - 0.08, f"weights over words,\nlargest 5%: {found.top_energy:.0%}", color=color("l2")
    )
    right.text(21, 1.02, "photograph", color=color("ink"), va="bottom", ha="right")
    right.set(title="Held by the largest", xlabel="% of the coefficients", ylabel="share of the sum of squares",
              ylim=(0, 1.14))  # fmt: skip
