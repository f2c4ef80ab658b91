"""Writes the generated data set: pictures, captions in several languages, and word dictionaries.

Everything is drawn from one seed: the same seed gives the same bytes, and an image's picture and its captions in one
language do not depend on how many images or which other languages are asked for.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from crosscap.files import atomic_write
from crosscap.logs import progress
from crosscap.readers.scenes.dictionaries import dictionary_files
from crosscap.readers.scenes.drawing import draw_scene
from crosscap.readers.scenes.languages import check_languages, write_captions
from crosscap.readers.scenes.world import sample_scene


def generate_scenes(
    folder: Path, *, seed: int, train: int, val: int, test: int, pixels: int, languages: Sequence[str]
) -> None:
    """Write ``images/``, ``captions.csv`` and ``dictionaries/`` of `train` + `val` + `test` scenes into `folder`.

    Raises:
        InputError: a language is not known.
    """
    check_languages(languages)
    splits = ["train"] * train + ["val"] * val + ["test"] * test
    (folder / "images").mkdir(parents=True, exist_ok=True)
    rows: list[tuple[str, str, str, str]] = []
    for index, split in enumerate(progress(splits, unit="image")):
        name = f"scene-{index + 1:05d}.png"
        scene = sample_scene(seed, index)
        draw_scene(scene, pixels).save(folder / "images" / name)
        for language in languages:
            captions = write_captions(scene, language=language, seed=seed, index=index)
            rows += [(name, language, caption, split) for caption in captions]
    _write_csv(rows, folder / "captions.csv")
    for name, text in dictionary_files(languages).items():
        atomic_write(folder / "dictionaries" / name, text.encode())


def _write_csv(rows: Sequence[tuple[str, str, str, str]], path: Path) -> None:
    """Write the captions with a header, quoted as the csv module does by default."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("image", "language", "caption", "split"))
    writer.writerows(rows)
    atomic_write(path, text.getvalue().encode())
