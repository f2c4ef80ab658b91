"""What a model is made of, as its description says it; read without torch, which loads longer than most jobs run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Literal

from crosscap.models.systems import SYSTEMS, System

SimilarityName = Literal["cosine", "order"]
CaptionOrder = Literal["symmetric", "first", "second"]


@dataclass(frozen=True)
class Architecture:
    """What a model is made of; with its symbols and weights, all that is needed to make it again.

    system: a key of `SYSTEMS`. languages: in the order of the word table's blocks. hub: the language whose vectors the
    others are aligned to. maps: `hub` carries each language into the hub's space, `both` each of two into the other's,
    `none` where the system has no maps. feature_dimension: of an image, or of each of its `regions`. text_dimension: of
    a word vector or a sentence feature, 0 where words are read as letters or subwords. order_power: 0 where the
    similarity is not order. caption_order: which caption of two counts as the more general one in order similarity.
    layers, heads, positions: of a transformer trained from scratch. pretrained: the configuration of a Hugging Face
    model as JSON, "" for none.
    """

    system: str
    similarity: SimilarityName
    languages: tuple[str, ...]
    hub: str
    maps: str
    feature_dimension: int
    text_dimension: int
    joint_dimension: int
    order_power: int
    absolute: bool
    regions: int = 1
    region_attention: Literal["none", "self"] = "none"
    caption_order: CaptionOrder = "symmetric"
    layers: int = 0
    heads: int = 0
    positions: int = 0
    pretrained: str = ""

    @property
    def recipe(self) -> System:
        """Return the system."""
        return SYSTEMS[self.system]

    def as_dict(self) -> dict[str, object]:
        """Return the fields as plain JSON values."""
        return {**asdict(self), "languages": list(self.languages)}

    @classmethod
    def from_dict(cls, fields: Mapping[str, object]) -> Architecture:
        """Return what `as_dict` was made of."""
        made = cls(**fields)  # type: ignore[arg-type]
        return replace(made, languages=tuple(made.languages))
