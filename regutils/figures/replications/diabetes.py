"""The lasso path on the diabetes data, and what C_p says of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.replications.lars_diabetes import DiabetesPath

_LABELLED = ("bmi", "s5", "bp", "s3", "s1")  # the others lie too close together to be told apart


@figure(
    panels=2,
    height=3.9,
    alt=lambda result: (
        f"Two panels. Left: coefficients of {len(result.names)} features on the lasso path, straight between "
        f"{len(result.moves)} knots; {result.names[result.moves[0] - 1]} enters first, then "
        f"{result.names[result.moves[1] - 1]} and {result.names[result.moves[2] - 1]}. Right: Cp falls from "
        f"{result.cp[0]:.0f} at step 0 to {result.cp.min():.1f} at step {result.best} and stays above that after it; "
        f"{result.published_cp.size} published values lie on ours."
    ),
)
def diabetes_path(result: DiabetesPath, axes: Sequence[Axes]) -> None:
    """Coefficients against the share of the L1 norm; C_p at every step, ours and published."""
    left, right = axes
    share = result.share
    left.axvline(share[result.best], color=color("muted"), **line("reference"))
    for name, path in zip(result.names, result.coef.T, strict=True):
        shown = name in _LABELLED
        left.plot(share, path, color=color("l1" if shown else "muted"), linewidth=1.8 if shown else 1.0)
        if shown:
            left.annotate(name, (1.0, path[-1]), (5, 0), textcoords="offset points", va="center", color=color("l1"))
    left.text(share[result.best] - 0.02, -760, "least $C_p$", color=color("muted"), ha="right", va="center")
    left.set(title="Lasso path", xlabel="share of the full L1 norm", ylabel="coefficient", xlim=(0, 1.14))
    left.set_xticks([0, 0.25, 0.5, 0.75, 1])
    step = np.arange(result.cp.size)
    right.plot(step, result.cp, "o-", color=color("l1"), label="ours")
    right.plot(
        step[: result.published_cp.size], result.published_cp, "s", markersize=9, markerfacecolor="none",
        markeredgewidth=1.4, color=color("ink"), label="published",
    )  # fmt: skip
    right.annotate(
        f"{result.cp.min():.2f} at step {result.best}", (result.best, result.cp.min()), (0, -17),
        textcoords="offset points", ha="center", color=color("l1"),
    )  # fmt: skip
    right.set(title="Estimated error, $C_p$", xlabel="step", yscale="log", ylim=(5, 700))
    right.set_yticks([10, 30, 100, 300], ["10", "30", "100", "300"])
    right.minorticks_off()
    right.set_xticks(range(0, 13, 2))
    right.legend(loc="upper right")
