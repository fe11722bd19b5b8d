"""The palette can be read by everyone: contrast on its paper, and distance under color-vision deficiency."""

from itertools import combinations

import matplotlib as mpl
import numpy as np
import pytest

from regutils.figures.bias_variance.winners import DEEPEST
from regutils.figures.style import BLENDS, LINES, PALETTE, STEPS, blend, color, counterparts, drawing, line

DATA = ("l1", "l2", "elastic_net", "loss", "truth", "ink")

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
VISION = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def linear(hexadecimal):
    channels = np.array([int(hexadecimal[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(first, second):
    darker, lighter = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (first, second))
    return (lighter + 0.05) / (darker + 0.05)


def cielab(rgb):
    to_xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )
    xyz = to_xyz @ np.clip(rgb, 0, 1) / [0.95047, 1.0, 1.08883]
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("mode", PALETTE)
def test_contrast(mode):
    tone = PALETTE[mode]
    for role in (*DATA, "muted", "highlight"):
        assert contrast(tone[role], tone["paper"]) >= 4.5, role
    for role in ("ink", "muted"):
        assert contrast(tone[role], tone["surface"]) >= 4.5, role


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("mode", PALETTE)
def test_colors_stay_apart(mode, vision):
    seen = {role: cielab(VISION[vision] @ linear(PALETTE[mode][role])) for role in DATA}
    distances = {pair: float(np.linalg.norm(seen[pair[0]] - seen[pair[1]])) for pair in combinations(DATA, 2)}
    closest = min(distances, key=distances.__getitem__)
    assert distances[closest] >= 20, (closest, distances[closest])  # a difference of 2 is just noticeable


def test_both_modes_have_the_same_roles_and_no_color_twice():
    assert set(PALETTE["light"]) == set(PALETTE["dark"])
    for tone in PALETTE.values():
        assert len(set(tone.values())) == len(tone)  # `show` exchanges colors by value


def test_blends_lie_between_paper_and_role_and_have_one_counterpart():
    pairs = {}
    for role in BLENDS:
        for mode in PALETTE:
            with drawing(mode):
                assert [blend(role, share) for share in (-1, 0, 1, 2)] == [
                    color(name) for name in ("paper", "paper", role, role)
                ]
        for step in range(STEPS + 1):
            both = []
            for mode in ("light", "dark"):
                with drawing(mode):
                    both.append(blend(role, step / STEPS))
            pairs.setdefault(both[0], set()).add(both[1])
    for role, light in PALETTE["light"].items():
        pairs.setdefault(light, set()).add(PALETTE["dark"][role])
    assert all(len(dark) == 1 for dark in pairs.values())
    assert counterparts() == {light: dark.pop() for light, dark in pairs.items()}
    with pytest.raises(ValueError, match="role must be one of l1, l2, elastic_net, truth to be blended; got 'grid'"):
        blend("grid", 0.5)


@pytest.mark.parametrize("mode", PALETTE)
def test_ink_is_legible_on_the_map_of_winners(mode):
    with drawing(mode):
        for role in ("l1", "l2"):
            assert contrast(color("ink"), blend(role, DEEPEST)) >= 4.5


def test_drawing_sets_the_mode_and_gives_it_back():
    before = mpl.rcParams["text.color"]
    with drawing("dark"):
        assert color("l1") == PALETTE["dark"]["l1"]
        assert mpl.rcParams["figure.facecolor"] == PALETTE["dark"]["paper"]
        with drawing("light"):
            assert color("l1") == PALETTE["light"]["l1"]
        assert color("l1") == PALETTE["dark"]["l1"]
    assert mpl.rcParams["text.color"] == before
    assert color("l1") == PALETTE["light"]["l1"]


def test_unknown_names():
    with pytest.raises(ValueError, match="role must be one of .* got 'lasso'"):
        color("lasso")
    with pytest.raises(ValueError, match="role must be one of .* got 'wavy'"):
        line("wavy")
    with pytest.raises(ValueError, match="mode must be one of .* got 'sepia'"), drawing("sepia"):
        pass


def test_line_styles_differ():
    styles = [str(style["linestyle"]) + str(style["linewidth"]) for style in LINES.values()]
    assert len(set(styles)) == len(styles)
