"""The loss of a batch: the weighted terms of a system's recipe, each taken over the pairs that the recipe names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import torch
from torch import Tensor

from crosscap.devices import moved
from crosscap.models.contrastive import contrastive_loss, distillation_loss
from crosscap.models.encoders import TransformerEncoder
from crosscap.models.joint import JointModel
from crosscap.models.losses import mismatched_pairs, ranking_loss, schedule_hardness, scheduled_ranking_loss
from crosscap.models.systems import Between, System, Term
from crosscap.models.tightening import tightening_loss
from crosscap.models.transport import word_alignment_loss
from crosscap.training.data import CaptionSet
from crosscap.training.precision import PrecisionName, encoding
from crosscap.training.state import Settings


@dataclass(frozen=True)
class Encoded:
    """A batch in the joint space.

    Shapes:
        images [B, E]; image_rows [B] say which image; captions [C, E]; rows [C] of the batch, languages [C] and
        lengths [C] of the captions; teacher [C, E] and words [C, T, E] where the system has a teacher, else without
        elements. Rows, languages, lengths and places in the batch are on the CPU (`CaptionSet`).
    """

    images: Tensor
    image_rows: Tensor
    captions: Tensor
    rows: Tensor
    languages: Tensor
    lengths: Tensor
    teacher: Tensor
    words: Tensor

    def images_of(self, captions: Tensor) -> Tensor:
        """Return the embedded images of some captions: [K] -> [K, E]."""
        return self.images[moved(self.rows[captions], self.images.device)]

    def negatives(self, captions: Tensor, settings: Settings) -> Tensor:
        """Return which of some captions and of their images are mismatched: [K] -> [K, K]."""
        image_rows = moved(self.image_rows[self.rows[captions]], self.images.device)
        return mismatched_pairs(image_rows, same_image_negatives=settings.same_image_negatives)


def encode_batch(model: JointModel, captions: CaptionSet, batch: Tensor, *, precision: PrecisionName) -> Encoded:
    """Embed a batch of caption rows [B, K], -1 where a row has no caption; what comes out is float32 in any case."""
    batch_rows, columns = (batch >= 0).nonzero(as_tuple=True)
    chosen = batch[batch_rows, columns]  # [C]
    inputs, lengths, languages = captions.texts(chosen)
    image_rows = captions.image_rows[batch.max(dim=1).values]  # the captions of a row share their image
    teacher = words = torch.empty(0, device=inputs.device)
    with encoding(precision, inputs.device):
        if isinstance(model.texts, TransformerEncoder):
            student, teacher, words = model.texts.teach(inputs, lengths, languages)
            embedded = model.positive(student)
        else:
            embedded = model.embed_captions(inputs, lengths, languages)
        images = model.embed_images(captions.images(image_rows))
    return Encoded(
        images=images,
        image_rows=image_rows,
        captions=embedded,
        rows=batch_rows,
        languages=languages,
        lengths=lengths,
        teacher=teacher,
        words=words,
    )


def batch_loss(model: JointModel, encoded: Encoded, settings: Settings, *, step: int) -> dict[str, Tensor]:
    """Return the weighted loss of each term by its name; `step` counts from 1 and moves the hinge's schedule.

    Terms between images and captions run over each language's captions apart, or with mixed negatives over all
    together; terms between captions over every pair of languages that the term names.
    """
    losses = {}
    for term in model.architecture.recipe.terms:
        total = encoded.images.sum() * 0  # where a batch has no pair, the term is zero and still has a gradient
        if term.between in ("images_captions", "images_hub"):
            for captions in _groups(encoded, model, term.between, mixed=settings.negatives == "mixed"):
                total = total + _image_loss(term, model, encoded, captions, settings, step=step)
        else:
            for first, second in _pairs(encoded, model, term.between):
                total = total + _caption_loss(term, model, encoded, first, second, settings, step=step)
        losses[term.name] = settings.loss_weights.get(term.name, term.weight) * total
    return losses


def losses_per_row(losses: Mapping[str, Tensor], *, system: System, rows: int) -> dict[str, Tensor]:
    """Return each term's loss for a row of the batch, in double precision: sums divided by the rows, means as such."""
    summed = {term.name for term in system.terms if term.summed}
    return {name: loss.detach().double() / (rows if name in summed else 1) for name, loss in losses.items()}


def _image_loss(
    term: Term, model: JointModel, encoded: Encoded, captions: Tensor, settings: Settings, *, step: int
) -> Tensor:
    """Return a term's loss between captions, given by their places in the batch [K], and their images."""
    texts, images = encoded.captions[moved(captions, encoded.captions.device)], encoded.images_of(captions)
    negatives = encoded.negatives(captions, settings)
    if term.loss == "contrastive":
        return contrastive_loss(images, texts, temperature=settings.temperature, negatives=negatives)
    if term.loss == "tightening":
        return tightening_loss(images, texts, negatives=negatives, **settings.tightening)
    scores = model.similarity(texts, images)
    return _ranking(scores, negatives, settings, decay=settings.hinge_decay.get("images", 0.0), step=step)


def _caption_loss(
    term: Term, model: JointModel, encoded: Encoded, first: Tensor, second: Tensor, settings: Settings, *, step: int
) -> Tensor:
    """Return a term's loss between captions of two languages, given by their places in the batch, [K] each."""
    negatives = encoded.negatives(first, settings)
    one, other = (moved(places, encoded.captions.device) for places in (first, second))
    if term.loss == "ranking":
        scores = model.caption_similarity(encoded.captions[one], encoded.captions[other])
        return _ranking(scores, negatives, settings, decay=settings.hinge_decay.get("captions", 0.0), step=step)
    if term.loss == "contrastive":
        taught = encoded.teacher[one], encoded.teacher[other]
        return contrastive_loss(*taught, temperature=settings.temperature, negatives=negatives)
    if term.loss == "word_alignment":
        # a caption's first and last symbols say nothing: between them stand its words
        return word_alignment_loss(
            encoded.words[one, 1:],
            encoded.words[other, 1:],
            first_lengths=(encoded.lengths[first] - 2).clamp(min=1),
            second_lengths=(encoded.lengths[second] - 2).clamp(min=1),
            temperature=settings.temperature,
            **settings.transport,
        )
    if step < settings.distillation["from_step"]:
        return encoded.images.sum() * 0
    return distillation_loss(
        encoded.teacher[one] @ encoded.teacher[other].T,
        encoded.images_of(first) @ encoded.captions[other].T,
        temperature=settings.distillation["temperature"],
    )


def _ranking(scores: Tensor, negatives: Tensor, settings: Settings, *, decay: float, step: int) -> Tensor:
    """Return the ranking loss with the hinge that the settings name."""
    if settings.hinge == "schedule":
        hardness = schedule_hardness(decay, step)
        return scheduled_ranking_loss(scores, margin=settings.margin, hardness=hardness, negatives=negatives)
    return ranking_loss(scores, margin=settings.margin, hinge=settings.hinge, negatives=negatives)


def _groups(encoded: Encoded, model: JointModel, between: Between, *, mixed: bool) -> Iterator[Tensor]:
    """Yield the places of the captions that meet their images together, [K] each."""
    if between == "images_hub":
        yield from _of_language(encoded, _hub(model))
    elif mixed:
        yield torch.arange(len(encoded.rows))
    else:
        for language in range(len(model.architecture.languages)):
            yield from _of_language(encoded, language)


def _of_language(encoded: Encoded, language: int) -> Iterator[Tensor]:
    """Yield the places of a language's captions; a single one has no negatives and is left out."""
    places = (encoded.languages == language).nonzero().squeeze(1)
    if len(places) > 1:
        yield places


def _pairs(encoded: Encoded, model: JointModel, between: Between) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield the places of the captions of two languages that share a row of the batch, [K] each."""
    languages = len(model.architecture.languages)
    hub = _hub(model)
    every = between == "captions_captions"
    pairs = combinations(range(languages), 2) if every else ((hub, other) for other in range(languages) if other != hub)
    place = torch.full((len(encoded.images), languages), -1)  # of a row's captions, [B, L]
    place[encoded.rows, encoded.languages] = torch.arange(len(encoded.rows))
    for first, second in pairs:
        both = place[(place[:, first] >= 0) & (place[:, second] >= 0)]
        if len(both) > 1:
            yield both[:, first], both[:, second]


def _hub(model: JointModel) -> int:
    """Return the language that images are tied to: the hub, or the first where the hub is not among them."""
    languages = model.architecture.languages
    return languages.index(model.architecture.hub) if model.architecture.hub in languages else 0
