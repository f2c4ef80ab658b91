"""A whole model: an image encoder, a text encoder and the similarity that compares what they make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from crosscap.models.encoders import ImageEncoder, TextEncoder
from crosscap.models.similarity import SimilarityName, cosine_similarity, order_similarity
from crosscap.models.systems import SYSTEMS


@dataclass(frozen=True)
class Architecture:
    """What a model is made of; with its weights, all that is needed to make it again.

    system: a key of `SYSTEMS`. languages: in the order of the word table's blocks. hub: the language whose vectors the
    others are aligned to. maps: `hub` carries each language into the hub's space, `both` each of two into the other's,
    `none` where the system has no maps. order_power: 0 where the similarity is not order.
    """

    system: str
    similarity: SimilarityName
    languages: tuple[str, ...]
    hub: str
    maps: str
    feature_dimension: int
    word_dimension: int
    joint_dimension: int
    order_power: int
    absolute: bool

    def as_dict(self) -> dict[str, object]:
        """Return the fields as plain JSON values."""
        return {**asdict(self), "languages": list(self.languages)}


class JointModel(nn.Module):
    """Images and captions in one space."""

    def __init__(self, architecture: Architecture, vectors: Sequence[Tensor], *, dropout: float = 0.0) -> None:
        """Take the initial word vectors of each language, [V_l, D], in the architecture's order."""
        super().__init__()
        system = SYSTEMS[architecture.system]
        self.architecture = architecture
        self.images = ImageEncoder(architecture.feature_dimension, architecture.joint_dimension, dropout=dropout)
        self.texts = TextEncoder(
            vectors,
            architecture.joint_dimension,
            vectors_are=system.vectors,
            mapped=system.maps == "learned",
            dropout=dropout,
        )

    def embed_images(self, features: Tensor) -> Tensor:
        """Embed image features [N, F] -> [N, E]."""
        return self._positive(self.images(features))

    def embed_captions(self, ids: Tensor, lengths: Tensor, languages: Tensor) -> Tensor:
        """Embed captions: ids [C, T], lengths [C], languages [C] -> [C, E]."""
        return self._positive(self.texts(ids, lengths, languages))

    def similarity(self, captions: Tensor, images: Tensor) -> Tensor:
        """Score every caption [C, E] against every image [N, E] -> [C, N]."""
        if self.architecture.similarity == "cosine":
            return cosine_similarity(captions, images)
        return order_similarity(captions, images, power=self.architecture.order_power)

    def _positive(self, embeddings: Tensor) -> Tensor:
        """Take absolute values where the architecture asks for it (order embeddings do, AME does not)."""
        return embeddings.abs() if self.architecture.absolute else embeddings


def parameter_counts(model: JointModel) -> Mapping[str, int]:
    """Count the trained parameters of each part, and the numbers of the frozen or mapped ones."""
    words = model.texts.words.weight
    return {
        "images": sum(p.numel() for p in model.images.parameters()),
        "recurrence": sum(p.numel() for p in model.texts.recurrence.parameters()),
        "words": words.numel(),
        "words_trained": words.numel() if words.requires_grad else 0,
        "maps": model.texts.maps.numel() if model.texts.mapped else 0,
    }


def seeded_model(
    architecture: Architecture, vectors: Sequence[Tensor], *, dropout: float, generator_seed: int
) -> JointModel:
    """Make a model whose initial weights depend on the seed alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(generator_seed)
        return JointModel(architecture, vectors, dropout=dropout)
