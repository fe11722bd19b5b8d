"""What `make bench` measured, as a figure or a page wants it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Spread:
    """Median of repeated measurements, with its quartiles."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Regime:
    """How long others took in one kind of problem, as multiples of the engine's time."""

    name: str
    penalty: str
    shared: bool
    replicates: int
    n: int
    p: int
    microseconds: Spread  # of ours, per problem
    ratios: dict[str, Spread]  # by library; those that did not reach the accuracy are not among them

    @property
    def label(self) -> str:
        """The size in words short enough for an axis."""
        return f"{self.replicates} × ({self.n}, {self.p})" + (", one X" if self.shared else "")


@dataclass(frozen=True)
class Performance:
    """All regimes on one route of the engine: "numpy", or "compiled" with the extra `fast`."""

    route: str
    level: float  # the accuracy reached by everybody
    strengths: int  # on a path
    processor: str
    regimes: list[Regime]

    @property
    def libraries(self) -> list[str]:
        """In the order in which they were measured."""
        return list(dict.fromkeys(library for regime in self.regimes for library in regime.ratios))


def load_performance(path: str | Path, route: str = "compiled") -> Performance:
    """Read the results in `path`, a paths.json. Raises ValueError for a route that was not measured."""
    content = _recorded(path, route)
    regimes = [
        Regime(
            **{key: regime[key] for key in ("name", "penalty", "shared", "replicates", "n", "p")},
            microseconds=Spread(**regime["ours"][route]["microseconds"]),
            ratios={
                library: Spread(**peer["ratio"][route])
                for library, peer in regime["peers"].items()
                if peer["equal_accuracy"]
            },
        )
        for regime in content["regimes"]
    ]
    settings = content["settings"]
    return Performance(route, settings["level"], settings["strengths"], content["machine"]["processor"], regimes)


@dataclass(frozen=True)
class NetworkRegime:
    """How long PyTorch took to train stacks of one kind, as multiples of our time."""

    networks: int
    sizes: tuple[int, ...]
    microseconds: Spread  # of ours, for a network and a step
    ratios: dict[str, Spread]  # by the form in which PyTorch did it

    @property
    def label(self) -> str:
        """The size in words short enough for an axis."""
        return f"{self.networks} × {'-'.join(map(str, self.sizes))}"


@dataclass(frozen=True)
class NetworkPerformance:
    """All kinds of stacks on one route: "numpy", or "compiled" with the extra `fast`."""

    route: str
    batch: int
    processor: str
    regimes: list[NetworkRegime]

    @property
    def peers(self) -> list[str]:
        """PyTorch's forms, in the order in which they were measured."""
        return list(dict.fromkeys(peer for regime in self.regimes for peer in regime.ratios))


def load_network_performance(path: str | Path, route: str = "compiled") -> NetworkPerformance:
    """Read the results in `path`, a networks.json. Raises ValueError for a route that was not measured."""
    content = _recorded(path, route)
    regimes = [
        NetworkRegime(
            regime["networks"],
            tuple(regime["sizes"]),
            Spread(**regime["ours"][route]["microseconds"]),
            {name: Spread(**peer["ratio"][route]) for name, peer in regime["peers"].items()},
        )
        for regime in content["regimes"]
    ]
    return NetworkPerformance(route, content["settings"]["batch"], content["machine"]["processor"], regimes)


def _recorded(path: str | Path, route: str) -> dict[str, Any]:
    """What a file of results holds, once it is clear that `route` was measured in every regime."""
    content: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    for regime in content["regimes"]:
        if route not in regime["ours"]:
            raise ValueError(f"route must be one of {sorted(regime['ours'])}, got {route!r}")
    return content
