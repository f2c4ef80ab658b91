"""The scripts of the benchmarks one after another, on small tables; and their settings."""

from __future__ import annotations

import copy
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from crosscap.faults import InputError
from crosscap.notes import read_note, write_note
from crosscap.schemas import TABLES
from crosscap.settings import check_settings, load_schema, load_settings, merge
from crosscap.tables import read_table, write_table

ROOT = Path(__file__).parents[2]
SCHEMA = load_schema(ROOT / "workflow/schemas/config.schema.yaml")
RUN = {"experiment": "ame", "seed": 1, "similarity": "order", "resamples": 20, "random_seed": 1}


def script(name: str) -> Callable[..., None]:
    """The function of a rule's script."""
    return runpy.run_path(str(ROOT / f"workflow/scripts/{name}.py"))[name]


def write_embeddings(items: list[tuple[str, str, str, str]], path: Path) -> Path:
    """Embeddings by lot for (item, image, kind, language)."""
    frame = pd.DataFrame(items, columns=["item_id", "image_id", "kind", "language"])
    write_table(frame, path, name="embeddings", matrix=np.random.default_rng(0).normal(size=(len(frame), 4)))
    return path


def write_tokens(path: Path, tokens: list[list[str]], *, language: str) -> Path:
    """Training captions of these words."""
    names = [f"{language}{number}" for number in range(len(tokens))]
    frame = pd.DataFrame({"caption_id": names, "image_id": names, "tokens": tokens})
    frame = frame.assign(language=language, position=0, origin="human", split="train")
    write_table(frame[list(TABLES["tokens"])], path, name="tokens")
    return path


def of_texts(path: Path) -> list[tuple[str, str, str, str]]:
    """The items of a benchmark's texts."""
    texts = read_table(path, name="captions")
    return [(name, "", "caption", code) for name, code in zip(texts["caption_id"], texts["language"], strict=True)]


def test_similarity_from_file_to_metrics(tmp_path: Path) -> None:
    file, pairs, texts = (tmp_path / name for name in ("similarity.tsv", "pairs.parquet", "sts.parquet"))
    file.write_text("0\tA dog.\tThe cat.\n3\tA dog.\tA dog!\n5\tA red car.\t...\n")
    script("read_similarity")(pairs, texts, files={"en": [str(file)]})
    captions = [
        write_tokens(tmp_path / "en.parquet", [["the", "cat", "."], ["a"]], language="en"),
        write_tokens(tmp_path / "de.parquet", [["a", "dog", "."]], language="de"),
    ]
    tokens, overlap = tmp_path / "tokens.parquet", tmp_path / "overlap.json"
    script("tokenize_texts")(texts, captions, tokens, overlap, tokenizer="auto", lowercase=True)
    split = read_table(tokens, name="tokens")
    assert [list(words) for words in split["tokens"][:2]] == [["a", "dog", "."], ["the", "cat", "."]]
    assert set(split["split"]) == {""}
    assert read_note(overlap) == {"en": {"texts": 5, "in_training": 1, "percent": 20.0}}
    embedded, metrics = write_embeddings(of_texts(texts), tmp_path / "embedded.parquet"), tmp_path / "metrics.parquet"
    script("evaluate_similarity")(pairs, embedded, metrics, **RUN)
    assert len(read_table(metrics, name="metrics")) == 4


def test_tagging_from_files_to_metrics(tmp_path: Path) -> None:
    names, truth, images, right, texts = (
        tmp_path / name for name in ("names.csv", "truth.csv", "images.parquet", "right.parquet", "tags.parquet")
    )
    names.write_text(
        "tag,language,text\ndog,en,dog\ndog,ja,\u72ac\nred,en,red\nred,ja,\u8d64\u3044\n", encoding="utf-8"
    )
    truth.write_text("image,tag\n1.jpg,dog\nbroken.jpg,red\n")
    shown = {"image_id": ["1.jpg", "2.jpg"], "split": "test", "path": "", "sha256": "", "width": 0, "height": 0}
    write_table(pd.DataFrame(shown), images, name="images")
    quarantined = tmp_path / "quarantine.json"
    write_note(quarantined, {"photos": [{"image_id": "broken.jpg"}]})
    script("read_tags")(names, truth, images, right, texts, quarantined=quarantined, languages=["en", "ja"])
    assert list(read_table(right, name="tags")["image_id"]) == ["1.jpg"]
    tokens, overlap = tmp_path / "tokens.parquet", tmp_path / "overlap.json"
    captions = [write_tokens(tmp_path / f"{code}.parquet", [["dog"]], language=code) for code in ("en", "ja")]
    script("tokenize_texts")(texts, captions, tokens, overlap, tokenizer="auto", lowercase=True)
    assert [len(words) for words in read_table(tokens, name="tokens")["tokens"]] == [1, 1, 1, 1]
    embedded = write_embeddings(of_texts(texts), tmp_path / "embedded.parquet")
    of_images = write_embeddings(
        [(name, name, "image", "") for name in shown["image_id"]], tmp_path / "images-e.parquet"
    )
    metrics, tagged = tmp_path / "metrics.parquet", tmp_path / "tagged.parquet"
    script("evaluate_tagging")(of_images, embedded, right, metrics, tagged, languages=["en", "ja"], **RUN)
    assert set(read_table(metrics, name="metrics")["language"]) == {"en", "ja"}
    assert len(read_table(tagged, name="tagged")) == 4  # two tags in two languages for the one image that has a tag


@pytest.mark.parametrize("languages", [["en"], ["en", "de"]])
def test_retrieval_is_measured_with_clusters_and_consistency(languages: list[str], tmp_path: Path) -> None:
    items = [(name, name, "image", "") for name in "abc"]
    items += [(f"{name}#{code}", name, "caption", code) for name in "abc" for code in languages]
    ranks, metrics = tmp_path / "ranks.parquet", tmp_path / "metrics.parquet"
    embeddings = write_embeddings(items, tmp_path / "embeddings.parquet")
    script("evaluate_retrieval")(
        embeddings, ranks, metrics, languages=languages, fold_size=None, benchmark="scenes", **RUN
    )
    tasks = set(read_table(metrics, name="metrics")["task"])
    assert {"image_to_text", "clusters"} <= tasks
    assert ("consistency" in tasks) == (len(languages) > 1)


def refused(benchmarks: dict[str, Any]) -> str:
    """The message that settings of benchmarks are refused with."""
    settings = load_settings([ROOT / "config.yaml"], arguments={})
    with pytest.raises(InputError) as caught:
        check_settings(merge(copy.deepcopy(settings), {"benchmarks": benchmarks}), schema=SCHEMA)
    return str(caught.value)


def test_contradictory_settings_are_refused(tmp_path: Path) -> None:
    sentences = tmp_path / "STS.input.images.txt"
    sentences.touch()
    message = refused(
        {"sts": {"files": {"en": [str(sentences)], "it": ["none.tsv"]}}, "tags": {"names": str(sentences)}}
    )
    assert "4 faults" in message
    assert f"benchmarks.sts.files.en: there is no {tmp_path}/STS.gs.images.txt" in message
    assert "benchmarks.sts.files: it is not one of dataset.languages" in message
    assert "benchmarks.sts.files.it: there is no none.tsv" in message
    assert "benchmarks.tags.truth: is not set" in message
