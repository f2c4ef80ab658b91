"""Writes the generated data set: pictures, captions in several languages, word dictionaries, tags, and sentence pairs.

Everything is drawn from one seed: the same seed gives the same bytes, and an image's picture and its captions in one
language do not depend on how many images or which other languages are asked for.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from crosscap.files import atomic_write
from crosscap.logs import progress
from crosscap.readers.scenes.dictionaries import dictionary_files
from crosscap.readers.scenes.drawing import draw_scene
from crosscap.readers.scenes.languages import check_languages, write_captions
from crosscap.readers.scenes.similarity import similarity_pairs
from crosscap.readers.scenes.tags import scene_tags, tag_names
from crosscap.readers.scenes.world import Scene, sample_scene


def generate_scenes(
    folder: Path, *, seed: int, train: int, val: int, test: int, pixels: int, languages: Sequence[str]
) -> None:
    """Write `train` + `val` + `test` scenes into `folder`.

    That is ``images/``, ``captions.csv``, ``dictionaries/``, the benchmark of tags in ``tags.csv`` and
    ``image_tags.csv`` (all scenes), and ``similarity.tsv`` (English sentences about the scenes of test).

    Raises:
        InputError: a language is not known.
    """
    check_languages(languages)
    splits = ["train"] * train + ["val"] * val + ["test"] * test
    scenes = {f"scene-{index + 1:05d}.png": sample_scene(seed, index) for index in range(len(splits))}
    _draw(scenes, folder / "images", pixels=pixels)
    captions = [
        (name, language, caption, split)
        for index, (split, (name, scene)) in enumerate(zip(splits, scenes.items(), strict=True))
        for language in languages
        for caption in write_captions(scene, language=language, seed=seed, index=index)
    ]
    _write_csv(captions, folder / "captions.csv", header=("image", "language", "caption", "split"))
    for name, text in dictionary_files(languages).items():
        atomic_write(folder / "dictionaries" / name, text.encode())
    _write_tags(scenes, folder, languages=languages)
    _write_similarity(list(scenes.values())[train + val :], folder / "similarity.tsv", seed=seed)


def _draw(scenes: Mapping[str, Scene], folder: Path, *, pixels: int) -> None:
    """Save the picture of each scene under its name."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, scene in progress(scenes.items(), unit="image"):
        draw_scene(scene, pixels).save(folder / name)


def _write_tags(scenes: Mapping[str, Scene], folder: Path, *, languages: Sequence[str]) -> None:
    """Write the tags' names, and which image shows what."""
    _write_csv(tag_names(languages), folder / "tags.csv", header=("tag", "language", "text"))
    shown = [(name, tag) for name, scene in scenes.items() for tag in scene_tags(scene)]
    _write_csv(shown, folder / "image_tags.csv", header=("image", "tag"))


def _write_similarity(scenes: Sequence[Scene], path: Path, *, seed: int) -> None:
    """Write the scored pairs of sentences in SemEval's format: no header, no quotes."""
    pairs = similarity_pairs(scenes, seed=seed)
    atomic_write(path, "".join(f"{score:.3f}\t{first}\t{second}\n" for score, first, second in pairs).encode())


def _write_csv(rows: Sequence[tuple[str, ...]], path: Path, *, header: Sequence[str]) -> None:
    """Write rows with a header, quoted as the csv module does by default."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    atomic_write(path, text.getvalue().encode())
