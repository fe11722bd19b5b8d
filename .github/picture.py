"""Redraw the README's picture, in both color modes: `make picture`."""

from pathlib import Path

from regutils.experiments import geometry as experiments
from regutils.figures import geometry as figures
from regutils.figures import show

for image in show(figures.touching, experiments.touching()).images:
    if image["layout"] == "wide":
        Path(__file__).with_name(f"picture-{image['mode']}.svg").write_text(image["data"] + "\n", encoding="utf-8")
