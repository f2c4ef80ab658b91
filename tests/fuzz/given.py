"""Every parser of what people give Crosscap: a small valid input of each, and a call that reads it.

A case writes its input into a folder and returns the files that may be damaged. It is read wholly, as far as its stage
goes: tables are written, too, as values that no file can store are found there at the latest.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import fasttext
import numpy as np
import pandas as pd
import torch
from PIL import Image
from safetensors.torch import save

from crosscap.faults import Faults
from crosscap.files import sha256_of
from crosscap.readers.checks import ImageRow
from crosscap.readers.coco import read_coco
from crosscap.readers.flickr30k import read_flickr30k
from crosscap.readers.folder import read_folder
from crosscap.readers.multi30k import read_multi30k
from crosscap.readers.photos import read_sizes
from crosscap.readers.sts import read_similarity
from crosscap.readers.tags import read_tags
from crosscap.readers.translations import read_translations
from crosscap.readers.vatex import read_vatex
from crosscap.readers.xtd import read_xtd
from crosscap.settings import load_settings
from crosscap.tables import write_table
from crosscap.text.lexicon import build_lexicon
from crosscap.text.vectors import first_words, read_sentences, select_vectors
from crosscap.text.vocabulary import SPECIALS
from crosscap.vision.backbones import read_safetensors
from crosscap.vision.decoding import decode_image
from crosscap.vision.precomputed import read_features
from tests.readers import layouts

ROWS = [
    {"image": f"{number}.jpg", "language": language, "caption": f"{text} {number}", "split": split, "origin": "human"}
    for number, split in enumerate(("train", "val", "test"))
    for language, text in (("en", "a dog, it runs"), ("ja", "犬 走る"))
]
CAPTIONS = pd.DataFrame(ROWS)
PERCENT = {"train": 80, "val": 10, "test": 10}
WORDS = [*SPECIALS, "dog", "cat", "runs"]
IMAGES = ["0.jpg", "1.jpg", "2.jpg"]


class Case(NamedTuple):
    """A parser: what writes its input into a folder, and what reads it there."""

    write: Callable[[Path], Sequence[Path]]
    parse: Callable[[Path], object]


def text(name: str, content: str) -> Callable[[Path], list[Path]]:
    """Return what writes one text file."""
    return lambda folder: [layouts.write_lines(folder / name, content.splitlines())]


def captions_file(ending: str) -> Case:
    """Return the case of the user's own data set."""
    name = f"captions.{ending}"

    def write(folder: Path) -> list[Path]:
        if ending == "parquet":
            CAPTIONS.to_parquet(folder / name)
        elif ending == "jsonl":
            CAPTIONS.to_json(folder / name, orient="records", lines=True, force_ascii=False)
        else:
            CAPTIONS.to_csv(folder / name, index=False, sep="," if ending == "csv" else "\t")
        return [folder / name]

    return Case(
        write,
        lambda folder: written(
            folder, *read_folder(folder / name, images=None, languages=["en", "ja"], split_percent=PERCENT)
        ),
    )


def written(folder: Path, images: pd.DataFrame, captions: pd.DataFrame) -> None:
    """Write what a reader returns."""
    write_table(images, folder / "images.table", name="images")
    write_table(captions, folder / "captions.table", name="captions")


def multi30k(folder: Path) -> list[Path]:
    """Write Multi30K's task 1 in plain text, and one file compressed."""
    raw = layouts.write_multi30k_task1(folder, languages=("en", "de")) / "raw"
    for file in sorted(raw.glob("*.de.gz")):
        layouts.write_lines(file.with_suffix(""), [f"ein Bild {number}" for number in range(1, 4)][: lines_of(file)])
        file.unlink()
    return sorted(file for file in folder.rglob("*") if file.is_file())


def lines_of(file: Path) -> int:
    """Return how many images the split of a caption file of Multi30K has."""
    return len(layouts.MULTI30K_IMAGES[file.name.partition(".")[0].partition("_")[0]])


def coco(folder: Path) -> list[Path]:
    """Write COCO with Japanese captions and a list of images held out."""
    names = layouts.write_lines(folder / "names.txt", [layouts.coco_name("train2014", 25)])
    return [layouts.write_coco(folder / "coco.json"), *layouts.write_stair(folder), names]


def read_all_coco(folder: Path) -> None:
    """Read what `coco` writes."""
    stair = sorted(folder.glob("stair*.json"))
    settings = {"languages": ["en", "ja"], "restval": "train", "only_captioned": False, "split_percent": None}
    written(
        folder,
        *read_coco(
            folder / "coco.json", captions={"ja": stair}, images=None, held_out=folder / "names.txt", **settings
        ),
    )


def vatex(folder: Path) -> list[Path]:
    """Write VATEX."""
    return list(layouts.write_vatex(folder).values())


def read_all_vatex(folder: Path) -> None:
    """Read what `vatex` writes."""
    training, validation = sorted(folder.glob("vatex*.json"))
    written(folder, *read_vatex(training, validation=validation, test=None, seed=1, languages=["en", "zh"]))


def xtd(folder: Path) -> list[Path]:
    """Write XTD10; return its list of images and two of its caption files."""
    layouts.write_xtd(folder)
    return [folder / "XTD10/test_image_names.txt", folder / layouts.XTD_FILES["ko"], folder / layouts.XTD_FILES["ja"]]


def read_all_xtd(folder: Path) -> None:
    """Read what `xtd` writes."""
    written(folder, *read_xtd(folder, coco=None, restval="train", images=None, languages=["ja", "ko"]))


def tags(folder: Path) -> list[Path]:
    """Write names of tags and the images that they are right for."""
    names = text("names.csv", "tag,language,text\ndog,en,dog\ndog,ja,犬\ncat,en,cat\ncat,ja,猫")(folder)
    return names + text("truth.tsv", "image\ttag\n0.jpg\tdog\n1.jpg\tcat")(folder)


def dictionaries(folder: Path) -> list[Path]:
    """Write the four parts of a dictionary."""
    parts = {
        "full": "dog Hund\ncat Katze\nruns rennt",
        "test": "dog Hund",
        "extra": "runs\trennt",
        "reverse": "Hund dog",
    }
    return [text(f"{part}.txt", content)(folder)[0] for part, content in parts.items()]


def read_dictionaries(folder: Path) -> None:
    """Read what `dictionaries` writes."""
    frame, _ = build_lexicon(
        *(folder / f"{part}.txt" for part in ("full", "test", "extra", "reverse")),
        source="en",
        target="de",
        source_words=WORDS,
        target_words=[*SPECIALS, "Hund", "Katze", "rennt"],
        protocol="leakfree",
    )
    write_table(frame, folder / "lexicon.table", name="lexicon")


def vectors(name: str) -> Case:
    """Return the case of word vectors as text, plain or compressed."""

    def parse(folder: Path) -> None:
        first_words(folder / name, 2)
        select_vectors(folder / name, WORDS, seed=1)

    return Case(text(name, "3 4\ndog 1 2 3 4\ncat 0.5 -1 2e-3 0\nthe 4 3 2 1"), parse)


def model(folder: Path) -> list[Path]:
    """Write a fastText model with subwords."""
    lines = text("text.txt", "the dog runs\nthe cat sleeps\n" * 5)(folder)
    settings = {"dim": 3, "minCount": 1, "minn": 2, "maxn": 3, "bucket": 7, "epoch": 1, "verbose": 0, "thread": 1}
    fasttext.train_unsupervised(str(lines[0]), **settings).save_model(str(folder / "words.bin"))
    return [folder / "words.bin"]


def read_model(folder: Path) -> None:
    """Read what `model` writes."""
    first_words(folder / "words.bin", 2)
    select_vectors(folder / "words.bin", WORDS, seed=1)


def numpy_features(folder: Path) -> list[Path]:
    """Write precomputed features with their names."""
    np.save(folder / "features.npy", np.arange(12, dtype=np.float32).reshape(3, 4))
    return [folder / "features.npy", *text("features.txt", "\n".join(IMAGES))(folder)]


def parquet_features(folder: Path) -> list[Path]:
    """Write precomputed features as a user may."""
    frame = pd.DataFrame({"image_id": IMAGES, "feature": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]})
    frame.to_parquet(folder / "features.parquet")
    return [folder / "features.parquet"]


def weights(folder: Path) -> list[Path]:
    """Write weights of a network."""
    path = folder / "weights.safetensors"
    path.write_bytes(save({"a": torch.ones(2, 3), "b": torch.zeros(4, dtype=torch.float16)}))
    return [path]


def photo(kind: str, **options: object) -> Case:
    """Return the case of a photo, whose header and whose pixels are read."""
    name = f"photo.{kind.lower()}"

    def write(folder: Path) -> list[Path]:
        pixels = np.random.default_rng(1).integers(0, 256, (12, 16, 3), dtype=np.uint8)
        exif = Image.Exif()
        exif[0x0112] = 6
        data = io.BytesIO()
        Image.fromarray(pixels).save(data, kind, exif=exif, **options)
        (folder / name).write_bytes(data.getvalue())
        return [folder / name]

    def parse(folder: Path) -> None:
        faults = Faults()
        read_sizes([ImageRow("captions.csv", 1, name, "train")], folder, faults=faults)
        decode_image(folder / name, name=name, sha256=sha256_of(folder / name), faults=faults)
        faults.raise_any()

    return Case(write, parse)


def translations(name: str, content: str) -> Case:
    """Return the case of translations made elsewhere."""
    source = pd.DataFrame({"image_id": IMAGES[:2], "position": [0, 0], "text": ["a dog", "a cat"]})
    return Case(text(name, content), lambda folder: read_translations(folder / name, source, language="de"))


def similarity(folder: Path) -> None:
    """Read scored pairs in one file and in two."""
    pairs, texts = read_similarity({"en": [folder / "pairs.tsv", folder / "STS.input.images.txt"]})
    write_table(pairs, folder / "pairs.table", name="similarity_pairs")
    write_table(texts, folder / "texts.table", name="captions")


def scored_pairs(folder: Path) -> list[Path]:
    """Write scored pairs in one file and in two."""
    one = text("pairs.tsv", "4.5\ta dog\tone dog\n\ta cat\ta dog\n0\tein Hund\teine Katze")(folder)
    two = text("STS.input.images.txt", "a dog\tone dog\na cat\ta dog")(folder)
    return one + two + text("STS.gs.images.txt", "5.0\n0.4")(folder)


GIVEN = {
    **{f"captions.{ending}": captions_file(ending) for ending in ("csv", "tsv", "jsonl", "parquet")},
    "multi30k": Case(
        multi30k,
        lambda folder: written(folder, *read_multi30k(folder, task="task1", images=None, languages=["en", "de"])),
    ),
    "coco": Case(coco, read_all_coco),
    "karpathy": Case(
        lambda folder: [layouts.write_flickr30k(folder / "flickr.json")],
        lambda folder: written(folder, *read_flickr30k(folder / "flickr.json", images=None, languages=["en"])),
    ),
    "xtd": Case(xtd, read_all_xtd),
    "vatex": Case(vatex, read_all_vatex),
    "sts": Case(scored_pairs, similarity),
    "tags": Case(
        tags,
        lambda folder: read_tags(folder / "names.csv", folder / "truth.tsv", images=IMAGES, languages=["en", "ja"]),
    ),
    "translations.txt": translations("de.txt", "ein Hund\neine Katze"),
    "translations.csv": translations("de.csv", "image,position,caption\n0.jpg,0,ein Hund\n1.jpg,0,eine Katze"),
    "translations.jsonl": translations(
        "de.jsonl", '{"source": "a dog", "caption": "ein Hund"}\n{"source": "a cat", "caption": "eine Katze"}'
    ),
    "dictionaries": Case(dictionaries, read_dictionaries),
    ".vec": vectors("words.vec"),
    ".vec.gz": vectors("words.vec.gz"),
    ".bin": Case(model, read_model),
    "text": Case(text("more.txt.gz", "a dog\n犬 走る"), lambda folder: list(read_sentences([folder / "more.txt.gz"]))),
    ".npy": Case(numpy_features, lambda folder: read_features(folder / "features.npy", IMAGES)),
    ".parquet": Case(parquet_features, lambda folder: read_features(folder / "features.parquet", IMAGES)),
    ".safetensors": Case(weights, lambda folder: read_safetensors(folder / "weights.safetensors")),
    "jpeg": photo("JPEG"),
    "progressive": photo("JPEG", progressive=True),
    "png": photo("PNG"),
    "yaml": Case(
        text("settings.yaml", "dataset:\n  name: x # comment\n  languages: [en, 'no']\n  share: 1e-4\nempty: {}"),
        lambda folder: load_settings([folder / "settings.yaml"], arguments={}),
    ),
}
