"""A whole model: an image encoder, a text encoder and the similarity that compares what they make."""

from __future__ import annotations

import json
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from crosscap.models.architecture import Architecture
from crosscap.models.encoders import (
    CharacterEncoder,
    ImageEncoder,
    Perceptron,
    SentenceEncoder,
    TextEncoder,
    TransformerEncoder,
    WordEncoder,
)
from crosscap.models.pretrained import blank_body
from crosscap.models.regions import RegionEncoder
from crosscap.models.similarity import cosine_similarity, order_similarity
from crosscap.models.transformer import SmallTransformer
from crosscap.models.words import WordTable


class JointModel(nn.Module):
    """Images and captions in one space."""

    texts: TextEncoder

    def __init__(
        self,
        architecture: Architecture,
        vectors: Sequence[Tensor] = (),
        *,
        characters: int = 0,
        body: nn.Module | None = None,
        dropout: float = 0.0,
    ) -> None:
        """Take what the text encoder starts from.

        `vectors` are the initial word vectors of each language, [V_l, D], in the architecture's order, or one table for
        all; `characters` counts the alphabet; `body` is a pretrained transformer, made blank where there is none.
        """
        super().__init__()
        self.architecture = architecture
        self.images = _image_encoder(architecture, dropout=dropout)
        self.texts = _text_encoder(architecture, vectors, characters=characters, body=body, dropout=dropout)

    def embed_images(self, features: Tensor) -> Tensor:
        """Embed image features [N, R F] -> [N, E]; an image's regions stand one behind the other.

        A system that does not look at regions sees their mean.
        """
        regions = features.unflatten(1, (self.architecture.regions, self.architecture.feature_dimension))  # [N, R, F]
        features = regions if self.architecture.recipe.images == "regions" else regions.mean(dim=1)
        return self.positive(self.images(features))

    def embed_captions(self, inputs: Tensor, lengths: Tensor, languages: Tensor) -> Tensor:
        """Embed captions: inputs [C, T, ...], lengths [C], languages [C] -> [C, E]."""
        return self.positive(self.texts(inputs, lengths, languages))

    def similarity(self, captions: Tensor, images: Tensor) -> Tensor:
        """Score every caption [C, E] against every image [N, E] -> [C, N]."""
        if self.architecture.similarity == "cosine":
            return cosine_similarity(captions, images)
        return order_similarity(captions, images, power=self.architecture.order_power)

    def caption_similarity(self, first: Tensor, second: Tensor) -> Tensor:
        """Score captions [C, E] against captions [D, E] -> [C, D]; by order, neither is the more general one.

        The direction of Gella et al. is not known: the mean of both is ours, `caption_order` chooses one of them.
        """
        if self.architecture.similarity == "cosine" or self.architecture.caption_order == "first":
            return self.similarity(first, second)
        backward = self.similarity(second, first).T
        if self.architecture.caption_order == "second":
            return backward
        return (self.similarity(first, second) + backward) / 2

    def positive(self, embeddings: Tensor) -> Tensor:
        """Take absolute values where the architecture asks for it (order embeddings do, AME does not)."""
        return embeddings.abs() if self.architecture.absolute else embeddings


def _image_encoder(architecture: Architecture, *, dropout: float) -> nn.Module:
    """Make the image encoder: a perceptron where the captions are frozen features as well."""
    sizes = architecture.feature_dimension, architecture.joint_dimension
    if architecture.recipe.images == "regions":
        return RegionEncoder(*sizes, attention=architecture.region_attention, dropout=dropout)
    if architecture.recipe.text == "sentences":
        return Perceptron(*sizes, dropout=dropout)
    return ImageEncoder(*sizes, dropout=dropout)


def _text_encoder(
    architecture: Architecture,
    vectors: Sequence[Tensor],
    *,
    characters: int,
    body: nn.Module | None,
    dropout: float,
) -> TextEncoder:
    """Make the text encoder."""
    system, joint = architecture.recipe, architecture.joint_dimension
    if system.text == "characters":
        return CharacterEncoder(characters, joint, dropout=dropout)
    if system.text == "sentences":
        return SentenceEncoder(architecture.text_dimension, joint, dropout=dropout)
    if architecture.pretrained:
        body = blank_body(architecture.pretrained) if body is None else body
        return TransformerEncoder(body, json.loads(architecture.pretrained)["hidden_size"], joint)
    languages = len(architecture.languages)
    table = WordTable(vectors, languages=languages, frozen=system.vectors == "frozen", mapped=system.maps == "learned")
    if system.text == "transformer":
        small = SmallTransformer(
            table.dimension,
            layers=architecture.layers,
            heads=architecture.heads,
            positions=architecture.positions,
            dropout=dropout,
        )
        return TransformerEncoder(small, table.dimension, joint, table=table)
    return WordEncoder(
        table,
        joint,
        recurrences=languages if system.encoders == "per_language" else 1,
        bidirectional=system.recurrence == "both",
        dropout=dropout,
    )


def seeded_model(
    architecture: Architecture,
    vectors: Sequence[Tensor] = (),
    *,
    dropout: float,
    generator_seed: int,
    characters: int = 0,
    body: nn.Module | None = None,
) -> JointModel:
    """Make a model whose initial weights depend on the seed alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(generator_seed)
        return JointModel(architecture, vectors, characters=characters, body=body, dropout=dropout)
