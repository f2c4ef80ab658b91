"""What is measured at each validation: recalls per language and how well the languages' words are aligned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from crosscap.evaluation.ranking import CUTOFFS, mutual_ranks
from crosscap.evaluation.translation import translation_precision
from crosscap.models.encoders import word_table
from crosscap.models.joint import JointModel
from crosscap.training.data import CaptionSet
from crosscap.training.directions import Direction
from crosscap.training.embed import embed_set
from crosscap.training.state import Alignment, Progress

ALL_LANGUAGES = "all"


@dataclass(frozen=True)
class Measurement:
    """One figure of a validation; language is ``en``, ``de-en`` for a translation direction, or ``all``."""

    language: str
    metric: str
    value: float


def measure(model: JointModel, captions: CaptionSet, *, alignment: Alignment, progress: Progress) -> list[Measurement]:
    """Return all figures of a model as it is and of its training since the last validation."""
    return [
        *measure_retrieval(model, captions),
        *measure_alignment(model, alignment.test_pairs),
        *measure_maps(
            model,
            alignment.directions,
            losses=progress.align_losses,
            learning_rates=progress.align_learning_rates,
        ),
        Measurement(ALL_LANGUAGES, "learning_rate", progress.learning_rate),
        *measure_losses(progress.losses, steps=progress.loss_steps),
    ]


def measure_retrieval(model: JointModel, captions: CaptionSet) -> list[Measurement]:
    """Return the recalls of each language in both directions, their sum, and the sum over the languages."""
    images, embedded = embed_set(model, captions)
    languages = captions.languages.numpy()
    image_rows = captions.image_rows.numpy()
    found: list[Measurement] = []
    for number, language in enumerate(model.architecture.languages):
        rows = languages == number
        by_caption, by_image = mutual_ranks(
            embedded[rows],
            images,
            groups_a=image_rows[rows],
            groups_b=np.arange(len(images)),
            similarity=model.architecture.similarity,
        )
        ranks = {"t2i": by_caption.pessimistic, "i2t": by_image.pessimistic}
        recalls = {key: value for way, of_way in ranks.items() for key, value in _recalls(of_way, way).items()}
        medians = {f"median_rank_{way}": _median_rank(of_way) for way, of_way in ranks.items()}
        figures = recalls | medians | {"rsum": sum(recalls.values())}
        found += [Measurement(language, metric, value) for metric, value in figures.items()]
    total = sum(m.value for m in found if m.metric == "rsum")
    return [*found, Measurement(ALL_LANGUAGES, "rsum", total)]


def measure_alignment(model: JointModel, test_pairs: Mapping[str, np.ndarray]) -> list[Measurement]:
    """Return the alignment ratio (nearest neighbour, after the maps) of every translation direction."""
    table, languages = word_table(model.texts), model.architecture.languages
    if table is None:
        return []
    carried = {name: table.carried_block(number).detach().cpu().numpy() for number, name in enumerate(languages)}
    found = []
    for direction, pairs in test_pairs.items():
        source, target = direction.split("-")
        precision = translation_precision(carried[source], carried[target], pairs=pairs, neighbours=1)
        found.append(Measurement(direction, "alignment_ratio", precision["precision_at_1"]))
    return found


def measure_maps(
    model: JointModel,
    directions: Sequence[Direction],
    *,
    losses: Sequence[float | None],
    learning_rates: Sequence[float],
) -> list[Measurement]:
    """Return each trained map's distance from orthogonal, |R'R - I|, its last alignment loss and its step size."""
    found: list[Measurement] = []
    table = word_table(model.texts)
    if table is None:
        return found
    for direction, loss, learning_rate in zip(directions, losses, learning_rates, strict=True):
        name = direction.name(model.architecture.languages)
        mapping = table.maps[direction.source]
        distance = float((mapping.T @ mapping - torch.eye(len(mapping), device=mapping.device)).norm())
        found.append(Measurement(name, "orthogonality", distance))
        found.append(Measurement(name, "alignment_learning_rate", learning_rate))
        if loss is not None:
            found.append(Measurement(name, "alignment_loss", loss))
    return found


def _recalls(ranks: np.ndarray, direction: str) -> dict[str, float]:
    """Return R@k in percent over the queries that have a positive."""
    valid = ranks[ranks >= 0]
    return {f"R@{k}_{direction}": float(100 * np.mean(valid < k)) for k in CUTOFFS}


def _median_rank(ranks: np.ndarray) -> float:
    """Return the median rank, counted from 1, over the queries that have a positive."""
    return float(np.floor(np.median(ranks[ranks >= 0])) + 1)


def measure_losses(totals: Mapping[str, float], *, steps: int) -> list[Measurement]:
    """Return the mean loss a row over some steps, of all terms, and of each where there are several; none of no steps.

    `totals` are sums over the steps, by the name of the term.
    """
    if not steps:
        return []
    means = {name: total / steps for name, total in totals.items()}
    each = [Measurement(ALL_LANGUAGES, f"loss_{name}", mean) for name, mean in means.items()] if len(means) > 1 else []
    return [Measurement(ALL_LANGUAGES, "loss", sum(means.values())), *each]
