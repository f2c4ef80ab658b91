"""What the page shows of a single run: example queries with the images found, and images with their best tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from crosscap.report.examples import Example, best_run, choose_examples
from crosscap.report.tagged import TaggedImage, choose_tagged
from crosscap.tables import read_matrix, read_table


@dataclass(frozen=True)
class Shown:
    """The examples of the run named `experiment`; `tagged` is empty where no tags were given."""

    experiment: str
    queries: Sequence[Example]
    tagged: Sequence[TaggedImage]


def read_shown(
    inputs: Mapping[str, Any],
    results: pd.DataFrame,
    models: Sequence[Mapping[str, Any]],
    *,
    images: pd.DataFrame,
    captions: pd.DataFrame,
    settings: Mapping[str, Any],
) -> Shown:
    """Choose the best run and read its examples.

    `inputs` are files: ranks, embeddings and tagged, a list in the order of `models` each (tagged may be empty), and
    tags and truth, a list of one each where images are tagged. `settings` are images_folder, count and seed.
    """
    number = best_run(results, models)
    run = {name: Path(inputs[name][number]) for name in ("ranks", "embeddings", "tagged") if inputs[name]}
    queries = choose_examples(
        read_table(run["ranks"], name="ranks"),
        read_matrix(run["embeddings"], name="embeddings"),
        model=models[number],
        images=images,
        captions=captions,
        **settings,
    )
    tagged = _read_tagged(run["tagged"], inputs, images=images, settings=settings) if "tagged" in run else []
    return Shown(str(models[number]["experiment"]), queries, tagged)


def _read_tagged(
    tagged: Path, inputs: Mapping[str, Any], *, images: pd.DataFrame, settings: Mapping[str, Any]
) -> list[TaggedImage]:
    """Read the tags of a run, their names and which are right, and choose the images."""
    (texts,), (truth,) = inputs["tags"], inputs["truth"]
    return choose_tagged(
        read_table(tagged, name="tagged"),
        texts=read_table(texts, name="captions"),
        truth=read_table(truth, name="tags"),
        images=images,
        **settings,
    )
