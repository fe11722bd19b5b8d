"""Write the chapter's two data files: python -m regutils.experiments.weight_decay.record (about ten minutes).

weight_decay_maps.npz: two networks, four optimizers, 144 cells, six seeds, 6,912 trainings in all.
weight_decay_exempt.npz: two networks, decay on everything or on the weights alone, four decays, twelve seeds.
Kept is the number of wrong answers of each network, of 1,000. Settings and seeds: heat_maps.py, exempt.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from regutils.experiments.weight_decay.exempt import EXEMPT_FILE, KINDS, WHAT, exempt_errors
from regutils.experiments.weight_decay.heat_maps import CELLS, FILE, METHODS, NETWORKS, SEEDS, TEST, errors, grid


def record_maps(path: Path) -> None:
    """Train all cells and write the file."""
    from tqdm import tqdm

    kept: dict[str, Any] = {}
    with tqdm(total=len(NETWORKS) * len(METHODS) * SEEDS, unit=" stacks") as bar:
        for network in NETWORKS:
            for method in METHODS:
                found = []
                for seed in range(SEEDS):
                    found.append(errors(network, method, *grid(method), seed=seed).reshape(CELLS, CELLS))
                    bar.update()
                kept[f"{network}, {method}"] = np.rint(np.array(found) * TEST).astype(np.uint16)
    np.savez_compressed(path, **kept)


def record_exempt(path: Path) -> None:
    """Train with decay on everything and on the weights alone, and write the file."""
    kept: dict[str, Any] = {
        f"{kind}, {what}": np.rint(exempt_errors(kind, everything=what == "everything") * TEST).astype(np.uint16)
        for kind in KINDS
        for what in WHAT
    }
    np.savez_compressed(path, **kept)


if __name__ == "__main__":
    data = Path(__file__).parents[2] / "data"
    record_exempt(data / EXEMPT_FILE)
    record_maps(data / FILE)
