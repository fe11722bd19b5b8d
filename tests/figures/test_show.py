"""A figure is drawn for both modes and both layouts, says its finding in words, and is the same each time."""

import base64
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from regutils.figures import MIME, blend, color, figure, line, show, style
from regutils.figures.style import PALETTE


@dataclass(frozen=True)
class Result:
    slope: float = 2.0


@figure(panels=2, alt=lambda result: f"Two panels; the line rises by {result.slope:.1f}.")
def lines(result, axes):
    for axis in axes:
        axis.plot([0, 1], [0, result.slope], color=color("l1"), **line("estimate"))


@figure(alt=lambda result: "A bar between two colors.")
def blended(result, axes):
    axes[0].bar([0, 1], [1, result.slope], color=[blend("l1", 0.3), blend("l2", 0.7)])


@figure(alt=lambda result: "A surface, darker in the middle.")
def surface(result, axes):
    axes[0].imshow(np.random.default_rng(0).random((300, 300)))


@figure(alt=lambda result: "A line in a color that is not the course's.")
def odd_color(result, axes):
    axes[0].plot([0, 1], [0, 1], color="#123456")


@figure(panels=3, alt=lambda result: "Three panels; the circle is round in each.")
def round_circles(result, axes):
    angle = np.linspace(0, 2 * np.pi, 60)
    for power, axis in enumerate(axes):
        axis.plot(10**power * np.cos(angle), 10**power * np.sin(angle), color=color("l2"), **line("contour"))
        axis.set(aspect="equal", title="A circle", ylabel="height")


@figure(alt=lambda result: " ")
def silent(result, axes):
    axes[0].plot([0, 1], [0, 1])


def without_ids(svg):
    """Identifiers are hashes of styles, so they keep the mode that they were made in."""
    return re.sub(r"\b[mp][0-9a-f]{10}\b", "", svg)


def variants(shown):
    return {(image["mode"], image["layout"]) for image in shown.images}


def test_modes_and_layouts():
    every = {(m, lay) for m in ("light", "dark") for lay in ("wide", "narrow")}
    assert variants(show(lines, Result())) == every
    assert variants(show(odd_color, Result())) == every


def test_narrow_stacks_the_panels():
    sizes = {image["layout"]: (image["width"], image["height"]) for image in show(lines, Result()).images}
    assert sizes["narrow"][0] <= 410 < sizes["wide"][0]
    assert sizes["narrow"][1] == pytest.approx(2 * sizes["wide"][1], abs=2)


@pytest.mark.parametrize("drawer", [lines, odd_color, blended], ids=lambda drawer: drawer.name)
def test_dark_is_what_drawing_in_dark_gives(drawer):
    """Exchanging tokens is a shortcut, not another picture."""
    from regutils.figures import _encode

    dark = next(i for i in show(drawer, Result()).images if (i["mode"], i["layout"]) == ("dark", "wide"))
    drawn = _encode(drawer.render(Result(), mode="dark"), "dark")
    assert without_ids(dark["data"]) == without_ids(drawn["data"])
    assert PALETTE["dark"]["paper"] in dark["data"]
    assert PALETTE["light"]["paper"] not in dark["data"]


@pytest.mark.parametrize("drawer", [lines, odd_color, round_circles, surface], ids=lambda drawer: drawer.name)
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_narrow_is_what_drawing_narrow_gives(drawer, mode):
    """Rearranging the panels is a shortcut, not another picture."""
    from regutils.figures import _encode

    narrow = next(i for i in show(drawer, Result()).images if (i["mode"], i["layout"]) == (mode, "narrow"))
    drawn = _encode(drawer.render(Result(), mode=mode, layout="narrow"), mode)
    assert (narrow["width"], narrow["height"]) == (drawn["width"], drawn["height"])
    assert without_ids(narrow["data"]) == without_ids(drawn["data"])


def test_limits_do_not_depend_on_the_size_of_a_panel():
    """Else the layout that is drawn first would leave its limits to the other."""
    for path in Path(style.__file__).parent.rglob("*.py"):
        assert not re.search(r"""datalim|axis\(["']equal""", path.read_text(encoding="utf-8")), path


def test_smaller_format_wins():
    assert {image["format"] for image in show(lines, Result()).images} == {"svg"}
    shown = show(surface, Result())
    assert {image["format"] for image in shown.images} == {"png"}
    assert base64.b64decode(shown.images[0]["data"]).startswith(b"\x89PNG")


def test_bundle():
    bundle = show(lines, Result())._repr_mimebundle_()
    assert bundle["text/plain"] == bundle[MIME]["alt"] == "Two panels; the line rises by 2.0."
    assert 'alt="Two panels; the line rises by 2.0."' in bundle["text/html"]
    assert "data:image/svg+xml;base64," in bundle["text/html"]


def test_same_bytes_each_time():
    assert show(lines, Result()).images == show(lines, Result()).images


def test_errors():
    with pytest.raises(ValueError, match="'silent' has an empty text alternative"):
        show(silent, Result())
    with pytest.raises(TypeError, match="drawer must be a figure .* got str"):
        show("lines", Result())
    with pytest.raises(ValueError, match="axes must hold 2 axes for the figure 'lines'; got 0"):
        lines(Result(), [])
