"""One weight that belongs at zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.deep_learning.chatter import Chatter

LOOKS = {
    "SGD, subgradient": ("highlight", "estimate"),
    "Adam, subgradient": ("elastic_net", "theory"),
    "SGD, proximal": ("l1", "estimate"),
}


def _chatter_alt(result: Chatter) -> str:
    told = "; ".join(
        f"{name}: exactly zero at {result.visits(name)} of {result.steps} steps, at most {result.width(name):.3f} in "
        "size in the second half"
        for name in result.traces
    )
    return (
        "Two panels with the path of one weight whose best value is zero: all steps, and the second half enlarged. "
        f"{told}."
    )


@figure(panels=2, height=3.4, alt=_chatter_alt)
def chatter(result: Chatter, axes: Sequence[Axes]) -> None:
    """The weight against the step: all of them, and the second half with a larger scale."""
    whole, close = axes
    for ax in axes:
        ax.axhline(0, color=color("muted"), **line("guide"))
        for name, trace in result.traces.items():
            role, style = LOOKS[name]
            ax.plot(np.arange(trace.size), trace, color=color(role), label=name, **line(style))
        ax.set_xlabel("step")
    whole.set(title="A weight that belongs at zero", ylabel="weight")
    whole.legend(loc="upper right")
    close.set(title="The second half, enlarged", xlim=(result.steps / 2, result.steps), ylim=(-0.05, 0.05))
