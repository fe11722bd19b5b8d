"""The price of exact sparsity: the work of a search, and what best subset and lasso select."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line
from regutils.figures.optimization._axes import plain_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.optimization.tractability import Agreement, Growth, Selections


@figure(
    panels=2,
    alt=lambda result: (
        f"Two panels. The number of fits of an exhaustive search grows by a factor of {result[0].doubling:.2f} "
        f"with each feature, to {result[0].subset_fits[-1]:,.0f} at {result[0].subset_features[-1]:.0f} "
        f"features; the lasso's coefficient updates grow like p to the power {result[0].degree:.1f}, to "
        f"{result[0].lasso_updates[-1]:,.0f} at {result[0].lasso_features[-1]:.0f} features. The share of data "
        f"sets with the same support rises with the signal-to-noise ratio: to {result[1].share[0, -1]:.0%} "
        f"with independent features, but only to {result[1].share[-1, -1]:.0%} with correlation "
        f"{result[1].correlation[-1]:g}."
    ),
)
def search(result: tuple[Growth, Agreement], axes: Sequence[Axes]) -> None:
    """The work of best subset and lasso as features are added, and how often they select the same."""
    work, same = result
    left, right = axes
    left.loglog(work.subset_features, work.subset_fits, "s-", color=color("highlight"))
    left.loglog(work.lasso_features, work.lasso_updates, "o-", color=color("l1"))
    left.text(19.5, work.subset_fits[-1], "best subset:\nfits", color=color("highlight"), va="center")
    left.text(95, 1_300, "lasso:\ncoefficient\nupdates", color=color("l1"), va="top")
    left.set(title="Work", xlabel="features $p$", ylabel="count", ylim=(100, 1e6))
    plain_ticks(left.xaxis, (10, 20, 40, 80, 160, 320))
    plain_ticks(left.yaxis, (1e2, 1e3, 1e4, 1e5, 1e6), "{:,g}")
    left.yaxis.set_ticklabels(["100", "1,000", "10,000", "100,000", "1 million"])
    looks = (("estimate", 1.1, -0.08), ("theory", 1.5, 0.0), ("train", 1.0, 0.13))
    rows = zip(same.share, 2 * same.standard_error, same.correlation, looks, strict=True)
    for share, reach, correlation, (style, at, shift) in rows:
        right.errorbar(same.snr, share, yerr=reach, marker="o", elinewidth=1, color=color("l1"), **line(style))
        right.text(at, share[1] + shift, f"correlation {correlation:g}", color=color("ink"))
    right.set(title="Same support", xscale="log", xlabel="signal-to-noise ratio", ylabel="share of data sets",
              ylim=(0, 1.06))  # fmt: skip
    plain_ticks(right.xaxis, tuple(same.snr))


@figure(
    height=5.4,
    alt=lambda result: (
        f"A grid of {len(result.features)} features by model sizes 1 to {len(result.features)}. Best subset "
        f"and lasso agree on the whole support at {int(result.agree.sum())} of {result.agree.size} sizes. The "
        f"lasso takes up {result.features[0]}, {result.features[1]} and {result.features[2]} first; the best "
        f"subset drops a feature again {result.dropped} times as the size grows."
    ),
)
def selections(result: Selections, axes: Sequence[Axes]) -> None:
    """Which features best subset and lasso hold at each size on Hitters."""
    (axis,) = axes
    size, feature = np.nonzero(result.subset)
    axis.plot(size + 1, feature, "s", color=color("highlight"), markersize=4.5, label="best subset")
    size, feature = np.nonzero(result.lasso)
    axis.plot(
        size + 1, feature, "o", color=color("l1"), markersize=9, fillstyle="none", markeredgewidth=1.4, label="lasso"
    )
    count = len(result.features)
    axis.set_yticks(range(count), result.features)
    axis.set(xlabel="number of features in the model", ylim=(count - 0.4, -0.6), xlim=(0.3, count + 0.7))
    axis.set_xticks(range(1, count + 1, 2))
    axis.legend(loc="lower left", bbox_to_anchor=(0.0, 0.02))
    axis.set_title("Hitters: who is in?")
