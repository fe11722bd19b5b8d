"""What irrelevant features cost the two penalties."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line
from regutils.figures.optimization._axes import plain_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.bias_variance.sample_complexity import ExamplesNeeded, FixedExamples

LOOKS = {"L1": ("l1", "o"), "L2": ("l2", "s")}


@figure(
    height=3.6,
    alt=lambda result: (
        f"Test error against the number of features, {result.examples} examples. With one feature both penalties are "
        f"near the Bayes error of {result.bayes:.3f}. With {result.features[-1]:,.0f} features L1 has "
        f"{result.error['L1'][-1].mean():.2f}, L2 {result.error['L2'][-1].mean():.2f}, where guessing has 0.5."
    ),
)
def fixed_examples(result: FixedExamples, axes: Sequence[Axes]) -> None:
    """Error of both penalties over the number of features."""
    (axis,) = axes
    for penalty, (role, marker) in LOOKS.items():
        intervals = [result.at(penalty, int(p)) for p in result.features]
        mean = np.array([one.mean for one in intervals])
        high = np.array([one.high for one in intervals])
        axis.errorbar(result.features, mean, yerr=high - mean, marker=marker, color=color(role), elinewidth=1.2,
                      **line("estimate"))  # fmt: skip
        axis.annotate(penalty, (result.features[-2], mean[-2]), xytext=(-4, 9), textcoords="offset points",
                      color=color(role), ha="right", fontweight="bold")  # fmt: skip
    axis.axhline(result.bayes, color=color("truth"), **line("reference"))
    axis.annotate("Bayes error", (1000, result.bayes), xytext=(0, -4), textcoords="offset points", va="top",
                  ha="right", color=color("truth"), fontsize=9.0)  # fmt: skip
    axis.axhline(0.5, color=color("muted"), **line("reference"))
    axis.annotate("guessing", (1, 0.5), xytext=(0, -4), textcoords="offset points", va="top", color=color("muted"),
                  fontsize=9.0)  # fmt: skip
    axis.set(title=f"{result.examples} examples, one relevant feature", xscale="log", xlabel="features", ylim=(0, 0.54),
             ylabel="test error")  # fmt: skip
    plain_ticks(axis.xaxis, [*result.features], "{:,.0f}")


@figure(
    panels=2,
    height=3.7,
    alt=lambda result: (
        f"Examples needed for a test error of {result.target:.3f} against the number of features. Left, both axes "
        f"logarithmic: L2 rises on a straight line from {result.growth['L2'].needed[0]:.0f} to "
        f"{result.growth['L2'].needed[-1]:.0f} at {result.growth['L2'].features[-1]:.0f} features, a power of "
        f"{result.growth['L2'].exponent().mean:.2f}; L1 hardly rises, from {result.growth['L1'].needed[0]:.0f} to "
        f"{result.growth['L1'].needed[-1]:.0f} at {result.growth['L1'].features[-1]:.0f}. Right, L1 alone: about "
        f"{result.growth['L1'].per_doubling().mean:.1f} more examples for each doubling of the features."
    ),
)
def examples_needed(result: ExamplesNeeded, axes: Sequence[Axes]) -> None:
    """Both penalties on logarithmic axes; L1 alone against the logarithm of the features."""
    both, alone = axes
    for penalty, (role, marker) in LOOKS.items():
        growth = result.growth[penalty]
        both.errorbar(growth.features, growth.needed, yerr=2 * growth.error, marker=marker, color=color(role),
                      elinewidth=1.2, **line("estimate"))  # fmt: skip
        both.annotate(penalty, (growth.features[-1], growth.needed[-1]), xytext=(0, 9), textcoords="offset points",
                      color=color(role), ha="center", fontweight="bold")  # fmt: skip
    steep = result.growth["L2"]
    both.plot(steep.features, steep.per_feature().mean * steep.features, color=color("muted"), zorder=1,
              **line("theory"))  # fmt: skip
    both.annotate(f"{steep.per_feature().mean:.1f} a feature", (steep.features[2], steep.needed[2]), xytext=(-8, 12),
                  textcoords="offset points", ha="right", color=color("muted"), fontsize=9.0)  # fmt: skip
    both.set(title="Examples needed", yscale="log", ylabel="examples", ylim=(10, 1200))
    plain_ticks(both.yaxis, (10, 30, 100, 300, 1000), "{:,.0f}")
    flat = result.growth["L1"]
    log = np.log2(flat.features)
    slope = flat.per_doubling().mean
    alone.plot(flat.features, flat.needed.mean() + slope * (log - log.mean()), color=color("muted"), zorder=1,
               **line("theory"))  # fmt: skip
    alone.errorbar(flat.features, flat.needed, yerr=2 * flat.error, fmt="o", color=color("l1"), elinewidth=1.2)
    alone.annotate(f"{slope:.1f} a doubling", (64, 30), xytext=(10, -30), textcoords="offset points",
                   color=color("muted"), fontsize=9.0)  # fmt: skip
    alone.set(title="L1 alone", ylim=(0, None), ylabel="examples")
    for axis in axes:
        axis.set(xscale="log", xlabel="features")
        plain_ticks(axis.xaxis, [*flat.features], "{:.0f}")
