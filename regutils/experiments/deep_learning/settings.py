"""What well-known networks were trained with: published weight decay, each row with its paper and the place in it.

The rows are famous models, chosen by nobody's sampling plan. They say what was done, and not what it did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

Source = Literal["paper", "secondary"]


@dataclass(frozen=True)
class Setting:
    """One model. decay: as printed there, and None where the paper lists its regularizers and decay is not one."""

    model: str
    kind: str  # of network
    optimizer: str
    decay: float | str | None
    citation: str  # the key in the bibliography
    place: str  # section, appendix or table
    source: Source  # "secondary": read in other people's texts only

    @property
    def decayed(self) -> bool:
        """Whether its weights were decayed at all."""
        return self.decay is not None and self.decay != 0

    @property
    def documented(self) -> bool:
        """Whether a reader can look it up: a paper and a place in it."""
        return bool(self.citation and self.place)


SETTINGS = (
    Setting("AlexNet", "convolutional", "SGD", 5e-4, "krizhevsky2012", "section 5", "paper"),
    Setting("ResNet", "convolutional", "SGD", 1e-4, "he2016", "section 3.4", "paper"),
    Setting("Transformer", "transformer", "Adam", None, "vaswani2017", "section 5.4", "paper"),
    Setting("BERT", "transformer", "Adam", 0.01, "devlin2019", "appendix A.2", "paper"),
    Setting("RoBERTa", "transformer", "Adam", 0.01, "liu2019", "table 9", "secondary"),
    Setting("GPT-3", "transformer", "Adam", 0.1, "brown2020", "appendix B", "paper"),
    Setting("ViT", "transformer", "Adam", 0.1, "dosovitskiy2021", "“Training & Fine-tuning”", "paper"),
    Setting("DeiT-B", "transformer", "AdamW", 0.05, "touvron2021", "table 9", "paper"),
    Setting("PaLM", "transformer", "Adafactor", "rate²", "chowdhery2023", "“Training Setup”", "paper"),
    Setting("RETRO", "transformer", "AdamW", 0.1, "borgeaud2022", "appendix C.1", "paper"),
    Setting("LLaMA", "transformer", "AdamW", 0.1, "touvron2023", "section 2.3", "paper"),
    Setting("Llama 2", "transformer", "AdamW", 0.1, "touvron2023b", "section 2.2", "paper"),
)


def without_decay(settings: Sequence[Setting] = SETTINGS) -> tuple[Setting, ...]:
    """The same models, had none of them decayed its weights."""
    return tuple(replace(setting, decay=None) for setting in settings)
