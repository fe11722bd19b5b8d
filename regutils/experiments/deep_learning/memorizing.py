"""Addition modulo a prime: the same network memorizes half of the table, or learns to add; weight decay decides."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from regutils._validation import Array, check_choice, check_integer
from regutils.experiments.caching import once
from regutils.experiments.geometry.corners import Frequency, frequency
from regutils.networks import MLP, train
from regutils.optimizers import adamw

MODULUS, WIDTH = 23, 96
LEARNING_RATE, B2 = 5e-3, 0.98
SOLVED = 0.95  # accuracy on unseen pairs from which on a network is said to add
DECAYS = (0.0, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0)
RECORD = "memorizing.npz"


@dataclass(frozen=True, eq=False)
class Memorizing:
    """Training runs of networks on half of an addition table; D strengths of decay, S seeds, K records."""

    modulus: int
    loss: str
    decays: Array  # (D,)
    steps: NDArray[np.intp]  # (K,)
    train: Array  # (D, S, K) accuracy on the pairs of the training set
    test: Array  # (D, S, K) accuracy on the other pairs
    norm: Array  # (D, S, K) ||theta||_2 of all weights

    @property
    def chance(self) -> float:
        """Accuracy of guessing."""
        return 1.0 / self.modulus

    @property
    def seeds(self) -> int:
        """Networks for each strength."""
        return int(self.test.shape[1])

    def at(self, decay: float) -> int:
        """Position of a strength. Raises ValueError for one that was not run."""
        if decay not in self.decays:
            raise ValueError(f"decay must be one of {', '.join(f'{d:g}' for d in self.decays)}, got {decay!r}")
        return int(np.flatnonzero(self.decays == decay)[0])

    @property
    def memorized(self) -> NDArray[np.intp]:
        """How many networks of each strength end with every training pair right, (D,)."""
        return np.asarray(np.sum(self.train[..., -1] == 1.0, axis=1))

    @property
    def solved(self) -> Frequency:
        """Share of the networks of each strength that end with SOLVED of the unseen pairs right, (D,)."""
        return frequency(np.sum(self.test[..., -1] >= SOLVED, axis=1), self.seeds)

    def first_step(self, decay: float, which: str = "test") -> float:
        """Median over seeds of the first recorded step with an accuracy of SOLVED; inf where fewer than half arrive."""
        check_choice(which, "which", ("train", "test"))
        there = (self.train if which == "train" else self.test)[self.at(decay)] >= SOLVED
        first = np.where(there.any(axis=1), self.steps[there.argmax(axis=1)], np.inf)
        return float(np.sort(first)[(first.size - 1) // 2])


def table(modulus: int) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """All pairs (a, b) as two one-hot codes side by side, (modulus^2, 2 modulus), and the sums a + b mod modulus."""
    a, b = np.divmod(np.arange(modulus**2), modulus)
    code = np.eye(modulus, dtype=np.float32)
    return np.hstack([code[a], code[b]]), (a + b) % modulus


def memorize(
    decays: Sequence[float] = (0.0, 1.0), *, seeds: int = 2, steps: int = 800, record_every: int = 50,
    modulus: int = MODULUS, loss: str = "cross_entropy", scale: float = 1.0,
) -> Memorizing:  # fmt: skip
    """Train `seeds` networks with each strength of AdamW's decay, all at once, on the full batch.

    Two layers without biases, z^2 between them, He's initialization times `scale`. A seed draws the network and which
    half of the table it is trained on, the same for every strength.
    loss: "cross_entropy", or "squared" with one-hot targets.
    """
    modulus, seeds = check_integer(modulus, "modulus", low=2), check_integer(seeds, "seeds", low=1)
    X, sums = table(modulus)
    half = round(modulus**2 / 2)
    order = np.stack([np.random.default_rng([seed, modulus]).permutation(modulus**2) for seed in range(seeds)])
    order = np.tile(order, (len(decays), 1))
    network = MLP((2 * modulus, WIDTH, modulus), activation="quadratic", loss=loss, bias=False)
    params = network.init(list(range(seeds)) * len(decays), scheme="he_normal", scale=scale)
    right: list[Array] = []
    norms: list[Array] = []

    def record(_: int, now: dict[str, dict[str, Array]]) -> None:
        answers = network.predict(now, X).argmax(axis=-1) == sums
        right.append(np.take_along_axis(answers, order, axis=1))
        norms.append(np.sqrt(sum(np.sum(layer["weight"] ** 2, axis=(1, 2)) for layer in now.values())))

    seen = sums[order[:, :half]]
    train(
        network, params, X[order[:, :half]], seen if loss == "cross_entropy" else np.eye(modulus)[seen],
        adamw(LEARNING_RATE, weight_decay=np.repeat(decays, seeds), b2=B2),
        steps=steps, record_every=record_every, callback=record, progress=False,
    )  # fmt: skip
    shape = (len(right), len(decays), seeds)
    accuracy = [np.array([part.mean(axis=1) for part in parts]).reshape(shape) for parts in (
        [one[:, :half] for one in right], [one[:, half:] for one in right])]  # fmt: skip
    train_accuracy, test_accuracy, norm = (
        np.moveaxis(values, 0, -1) for values in (*accuracy, np.reshape(norms, shape).astype(np.float64))
    )
    recorded = np.append(np.arange(0, steps, record_every), steps)
    return Memorizing(modulus, loss, np.array(decays), recorded, train_accuracy, test_accuracy, norm)


RUNS = {  # what regutils/data/memorizing.npz holds: under five minutes on one core
    "sweep": {"decays": DECAYS, "seeds": 20, "steps": 2000, "record_every": 50},
    "long": {"decays": (0.0,), "seeds": 20, "steps": 20000, "record_every": 500},
    "larger": {"decays": (0.0, 1.0), "seeds": 20, "steps": 2000, "record_every": 50, "modulus": 31},
    "squared": {"decays": (0.0,), "seeds": 20, "steps": 2000, "record_every": 50, "modulus": 31, "loss": "squared"},
}


def record(folder: str | Path) -> Path:
    """Run all of RUNS anew, and write what regutils/data/memorizing.npz holds into `folder`.

    Accuracies as 16-bit floats of the counts: every count of pairs comes back exactly.
    """
    stored: dict[str, NDArray[np.generic]] = {}
    for name, settings in RUNS.items():
        run = memorize(**settings)  # type: ignore[arg-type]
        stored |= {f"{name}_{part}": np.rint(getattr(run, part) * _pairs(run, part)).astype(np.uint16)
                   for part in ("train", "test")}  # fmt: skip
        stored[f"{name}_norm"] = run.norm.astype(np.float16)
    path = Path(folder) / RECORD
    np.savez_compressed(path, **stored)  # type: ignore[arg-type]
    return path


@once
def recorded(name: str = "sweep") -> Memorizing:
    """A recorded run of twenty networks for each strength. "sweep": 2,000 steps with ten strengths; "long": 20,000
    steps without decay; "larger": modulo 31, without and with decay; "squared": the same without, by the squared loss.
    """
    check_choice(name, "name", tuple(RUNS))
    settings = RUNS[name]
    steps, every = int(settings["steps"]), int(settings["record_every"])  # type: ignore[call-overload]
    modulus, loss = int(settings.get("modulus", MODULUS)), str(settings.get("loss", "cross_entropy"))  # type: ignore[call-overload]
    half = round(modulus**2 / 2)
    with np.load(io.BytesIO(files("regutils").joinpath("data", RECORD).read_bytes())) as stored:
        train_counts, test_counts, norm = (stored[f"{name}_{part}"] for part in ("train", "test", "norm"))
    return Memorizing(
        modulus, loss, np.array(settings["decays"]), np.append(np.arange(0, steps, every), steps),
        train_counts / half, test_counts / (modulus**2 - half), norm.astype(np.float64),
    )  # fmt: skip


def _pairs(run: Memorizing, part: str) -> int:
    half = round(run.modulus**2 / 2)
    return half if part == "train" else run.modulus**2 - half
