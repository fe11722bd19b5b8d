"""Figures of the ten-minute tour: two paths side by side, and their cross-validated errors."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from regutils.figures import color, figure, line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from regutils.experiments.tour import CrossValidation
    from regutils.paths import Path

ROLES = (("l1", "Lasso"), ("l2", "Ridge"))


def _zeros(path: "Path") -> tuple[int, int]:
    """Most and fewest exact zeros at a strength of the path."""
    counts = np.sum(path.coef == 0, axis=1)
    return int(counts.max()), int(counts.min())


def _paths_alt(result: "tuple[Path, Path]") -> str:
    (lasso_most, lasso_least), (ridge_most, _) = _zeros(result[0]), _zeros(result[1])
    count = result[0].coef.shape[1]
    return (
        f"Two panels, {count} coefficients against lambda, which falls to the right. Lasso: the lines lie on zero and"
        f" leave it one by one, with {lasso_most} exact zeros at the left end and {lasso_least} at the right end."
        f" Ridge: all lines grow smoothly from the start, with at most {ridge_most} exact zeros."
    )


@figure(panels=2, height=3.6, alt=_paths_alt)
def paths(result: "tuple[Path, Path]", axes: Sequence["Axes"]) -> None:
    """Lasso and ridge coefficients against lambda, from strong to weak."""
    highest = 1.05 * max(np.abs(path.coef).max() for path in result)
    for path, (role, name), ax in zip(result, ROLES, axes, strict=True):
        ax.set_ylim(-highest, highest)
        ax.plot(path.lambdas, path.coef, color=color(role), alpha=0.75, linewidth=1.4)
        ax.axhline(0.0, color=color("ink"), **line("guide"))
        ax.set(xscale="log", xlabel="λ (stronger on the left)", ylabel="coefficient", title=name)
        ax.invert_xaxis()


def _choice_alt(result: "tuple[CrossValidation, CrossValidation]") -> str:
    parts = [
        f"{name}: least at lambda {cv.lambdas[cv.best]:.3g} with a root mean squared error of"
        f" {np.sqrt(cv.mean[cv.best]):.0f}, and within one standard error of that up to lambda"
        f" {cv.lambdas[cv.simplest]:.3g}"
        for cv, (_, name) in zip(result, ROLES, strict=True)
    ]
    return f"Two panels, cross-validated error against lambda with bands of one standard error. {'. '.join(parts)}."


@figure(panels=2, height=3.6, alt=_choice_alt)
def choice(result: "tuple[CrossValidation, CrossValidation]", axes: Sequence["Axes"]) -> None:
    """Cross-validated error with a band of one standard error; the best strength and the simplest as good."""
    bands = [np.sqrt([np.maximum(cv.mean - cv.standard_error, 0.0), cv.mean + cv.standard_error]) for cv in result]
    lowest, highest = min(band.min() for band in bands), max(band.max() for band in bands)
    for cv, band, (role, name), ax in zip(result, bands, ROLES, axes, strict=True):
        ax.set_ylim(lowest - 0.03 * (highest - lowest), highest + 0.03 * (highest - lowest))
        ax.fill_between(cv.lambdas, *band, color=color(role), alpha=0.2, linewidth=0)
        ax.plot(cv.lambdas, np.sqrt(cv.mean), color=color(role), **line("estimate"))
        for index, marker, label in ((cv.best, "o", "least error"), (cv.simplest, "s", "one standard error")):
            ax.plot(
                cv.lambdas[index], np.sqrt(cv.mean[index]), marker, color=color(role), markersize=8,
                markerfacecolor=color("paper" if marker == "s" else role), linestyle="none", label=label,
            )  # fmt: skip
        ax.set(xscale="log", xlabel="λ (stronger on the left)", ylabel="error, thousand dollars", title=name)
        ax.invert_xaxis()
        ax.legend()
