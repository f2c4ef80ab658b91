"""An invented workflow run on disk: two languages, photos, three experiments, one of them with two seeds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageDraw

from crosscap.evaluation.metrics import measure
from crosscap.models.description import write_description
from crosscap.notes import write_note
from crosscap.tables import write_table

IMAGES, CAPTIONS_AN_IMAGE = 40, 2
RUNS = [("mono-de", 1), ("fme", 1), ("ame", 1), ("ame", 2)]
TEXTS = {
    "en": 'Two <b>red</b> balls & a "cube" = {{7*7}}, no. {}',
    "de": "=Zwei rote Bälle $x_1$ auf grünem Grund, Nr. {}",
}
NOISE = {"ridge": 2.0, "mono-de": 1.5, "fme": 1.4, "ame": 0.9}


def images_and_captions() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the tables images and captions of a test split."""
    names = [f"photo {number:02}.png" for number in range(IMAGES)]
    images = pd.DataFrame({"image_id": names, "split": "test", "path": names, "sha256": "", "width": 64, "height": 48})
    captions = [
        (f"{name}#{language}#{position}", name, language, position, text.replace("{}", name), "human")
        for name in names
        for language, text in TEXTS.items()
        for position in range(CAPTIONS_AN_IMAGE)
    ]
    columns = ["caption_id", "image_id", "language", "position", "text", "origin"]
    return images, pd.DataFrame(captions, columns=columns)


def invented_embeddings(
    images: pd.DataFrame, captions: pd.DataFrame, *, languages: list[str], noise: float, seed: int
) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the table embeddings and unit vectors: images at random, captions near their images."""
    generator = np.random.default_rng(seed)
    spoken = captions[captions["language"].isin(languages)]
    photos = {"item_id": images["image_id"], "image_id": images["image_id"], "kind": "image", "language": ""}
    texts = {"item_id": spoken["caption_id"], "image_id": spoken["image_id"], "kind": "caption"}
    items = pd.concat([pd.DataFrame(photos), pd.DataFrame({**texts, "language": spoken["language"]})])
    of_images = generator.normal(size=(len(images), 8))
    of_captions = of_images[pd.Index(images["image_id"]).get_indexer(spoken["image_id"])]
    matrix = np.vstack([of_images, of_captions + noise * generator.normal(size=of_captions.shape)])
    unit = matrix / np.linalg.norm(matrix, axis=1, keepdims=True)
    return items.reset_index(drop=True), unit.astype(np.float32)


def ranks_of(items: pd.DataFrame, matrix: np.ndarray) -> pd.DataFrame:
    """Return the table ranks, a query at a time: how many images, or other images' captions, score above the own."""
    rows = []
    photos = items[items["kind"] == "image"]
    for language in [name for name in items["language"].unique() if name]:
        texts = items[items["language"] == language]
        for task, queries, gallery in (("text_to_image", texts, photos), ("image_to_text", photos, texts)):
            owners = gallery["image_id"].to_numpy()
            for query in queries.itertuples():
                scores = matrix[gallery.index] @ matrix[query.Index]
                rank = int((scores[owners != query.image_id] >= scores[owners == query.image_id].max()).sum())
                rows.append((query.item_id, query.image_id, "invented", task, language, 0, rank, rank))
    columns = ["query_id", "image_id", "benchmark", "task", "language", "fold", "rank_optimistic", "rank_pessimistic"]
    return pd.DataFrame(rows, columns=columns)


def invented_history(languages: list[str], *, best: float, seed: int) -> pd.DataFrame:
    """Return a table history with five validations."""
    generator = np.random.default_rng(seed)
    rows = []
    for validation in range(1, 6):
        sums = {language: best * (1 - 0.6**validation) + generator.normal(0, 3) for language in languages}
        rows += [(100 * validation, float(validation), language, "rsum", value) for language, value in sums.items()]
        rows.append((100 * validation, float(validation), "all", "rsum", sum(sums.values())))
        if len(languages) > 1:
            ratio = 80 - 4 * validation + (validation - 3) ** 2 * seed / 2 - best / 50
            rows.append((100 * validation, float(validation), "de-en", "alignment_ratio", ratio))
    return pd.DataFrame(rows, columns=["step", "epoch", "language", "metric", "value"])


def invented_description(name: str, *, seed: int, languages: list[str]) -> dict[str, Any]:
    """Return what model.json says of a run."""
    return {
        "experiment": name,
        "seed": seed,
        "architecture": {"system": name.split("-")[0], "similarity": "cosine", "languages": languages},
        "training": {
            "learning_rate": 0.001,
            "align_every": 50 if name == "ame" else 0,
            "margin": {"cosine": 0.2},
            "precision": "bfloat16" if name == "ame" else "float32",
        },
        "paper": "Mohammadshahi et al. 2019",
        "fidelity": "reconstruction" if name == "fme" else "paper",
        "note": "rebuilt from <hearsay>" if name == "fme" else "",
        "steps": 500,
        "best_step": 400,
        "parameters": {"images": 1000, "recurrence": 200, "words": 30, "frozen": 5000, "maps": 4},
        "parameters_added": dict.fromkeys(languages, 2515),
        "words": {language: ["_pad_", "ball|s", "red"] for language in languages},
        "weights_sha256": "0f" * 32,
        "fingerprint": {
            "torch": "2.9",
            "device": "cpu",
            "data.images": "da" * 32,
            "code": "c0" * 32,
            "learning_rate": 0.001,
        },
    }


@pytest.fixture(scope="session")
def run_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the files of an invented run."""
    folder = tmp_path_factory.mktemp("run")
    images, captions = images_and_captions()
    for number, name in enumerate(images["path"]):
        photo = Image.new("RGB", (64, 48), (200, 6 * number, 90))
        ImageDraw.Draw(photo).ellipse((number, 8, number + 24, 32), fill=(30, 90, 200))
        photo.save(folder / name)
    write_table(images, folder / "images.parquet", name="images")
    write_table(captions, folder / "captions.parquet", name="captions")
    broken = {"image_id": "<b>.jpg", "split": "test", "problem": "D-133 photo '<b>.jpg' cannot be opened"}
    seen = {"texts": 80, "in_training": 2, "percent": 2.5}
    write_note(folder / "doctor.json", {"leakage": {"test captions": {"de": seen}}})
    write_note(folder / "quarantine.json", {"photos": [broken], "captions": 2, "images": {"test": 41}})
    write_baselines(folder, images, captions)
    for name, seed in RUNS:
        write_run(folder / name / f"seed{seed}", name, seed=seed, images=images, captions=captions)
    write_similarity(folder)
    write_tags(folder, images)
    write_reports(folder)
    return folder


def write_baselines(folder: Path, images: pd.DataFrame, captions: pd.DataFrame) -> None:
    """Write ranks and metrics of the baselines."""
    ranks = ranks_of(*invented_embeddings(images, captions, languages=list(TEXTS), noise=NOISE["ridge"], seed=7))
    write_table(ranks, folder / "baseline_ranks.parquet", name="ranks")
    metrics = measured(ranks, experiment="ridge", seed=0)
    worse = metrics["value"].where(metrics["metric"].str.endswith("rank"), metrics["value"] / 8)
    chance = metrics.assign(experiment="chance", value=worse, low=np.nan, high=np.nan)
    write_table(pd.concat([chance, metrics]), folder / "baseline_metrics.parquet", name="metrics")


def write_run(folder: Path, name: str, *, seed: int, images: pd.DataFrame, captions: pd.DataFrame) -> None:
    """Write what training and measuring leave of a run."""
    languages = ["de"] if name == "mono-de" else list(TEXTS)
    items, matrix = invented_embeddings(images, captions, languages=languages, noise=NOISE[name], seed=seed)
    write_table(items, folder / "embeddings.parquet", name="embeddings", matrix=matrix)
    ranks = ranks_of(items, matrix)
    write_table(ranks, folder / "ranks.parquet", name="ranks")
    write_table(measured(ranks, experiment=name, seed=seed), folder / "metrics.parquet", name="metrics")
    identity = {"experiment": name, "seed": seed, "benchmark": "lexicon", "task": "translation"}
    methods = {"alignment_ratio": 70.0 + seed, "alignment_ratio_csls": 80.0 + seed}
    rows = [
        {**identity, "language": direction, "metric": metric, "value": value, "low": value - 5, "high": value + 5}
        for direction in ("de-en", "en-de")
        for metric, value in methods.items()
        if len(languages) > 1
    ]
    columns = ["experiment", "seed", "benchmark", "task", "language", "metric", "value", "low", "high"]
    write_table(pd.DataFrame(rows, columns=columns), folder / "translation.parquet", name="metrics")
    write_table(
        invented_history(languages, best=600 - 150 * NOISE[name], seed=seed), folder / "history.parquet", name="history"
    )
    write_description(folder / "model", invented_description(name, seed=seed, languages=languages))


def write_similarity(folder: Path) -> None:
    """Write what a benchmark of sentences leaves: a language that was trained on, and one that was not."""
    identity = {"experiment": "mono-de", "seed": 1, "benchmark": "sts", "task": "similarity"}
    rows = [
        {**identity, "language": "de", "metric": "pearson", "value": 61.2, "low": 60.0, "high": 62.0},
        {**identity, "language": "fr", "metric": "pearson", "value": 55.5, "low": 54.0, "high": 57.0},
    ]
    write_table(pd.DataFrame(rows), folder / "similarity.parquet", name="metrics")


def write_tags(folder: Path, images: pd.DataFrame) -> None:
    """Write the names of three tags, the one that is right for all images, and what each run puts first."""
    names = {"ball": ("ball", "Ball"), "cube": ("cube", "Würfel"), "script": ("<script>", "<Skript>")}
    texts = [
        (f"{tag}#{language}", "", language, 0, text, "human")
        for tag, called in names.items()
        for language, text in zip(TEXTS, called, strict=True)
    ]
    columns = ["caption_id", "image_id", "language", "position", "text", "origin"]
    write_table(pd.DataFrame(texts, columns=columns), folder / "tags.parquet", name="captions")
    truth = pd.DataFrame({"image_id": images["image_id"], "tag_id": "ball"})
    write_table(truth, folder / "truth.parquet", name="tags")
    for name, seed in RUNS:
        first = [
            (image, language, rank, tag, -float(rank))
            for language in (["de"] if name == "mono-de" else TEXTS)
            for image in images["image_id"]
            for rank, tag in enumerate(names if name == "ame" else reversed(names))
        ]
        frame = pd.DataFrame(first, columns=["image_id", "language", "rank", "tag_id", "score"])
        write_table(frame, folder / name / f"seed{seed}" / "tagged.parquet", name="tagged")


def measured(ranks: pd.DataFrame, *, experiment: str, seed: int) -> pd.DataFrame:
    """Return the metrics of some ranks."""
    return measure(ranks, experiment=experiment, seed=seed, resamples=50, random_seed=1)


def write_reports(folder: Path) -> None:
    """Write the small reports on words."""
    unknown = {"unknown_tokens_percent": 1.25, "unknown_types_percent": 6.5, "captions_with_unknown_percent": 9.0}
    for language, size in {"en": 8190, "de": 9993}.items():
        report = {"vocabulary": size, "known_percent": 97.5, "splits": {"val": unknown, "test": unknown}}
        write_note(folder / "vectors" / f"{language}.json", report)
    lexicon = dict.fromkeys(("train_pairs", "train_words", "test_pairs", "test_words"), 1234)
    shares = {"source_coverage_percent": 31.4, "target_coverage_percent": 27.1, "overlap_words": 0}
    write_note(folder / "lexicon" / "de-en.json", lexicon | shares)
    write_note(folder / "translations" / "de.json", {"method": "files", "captions": 80, "translated": 80})
    write_note(folder / "sts-overlap.json", {"de": {"texts": 40, "in_training": 3, "percent": 7.5}})
    precision = {"precision_at_1": 61.5, "precision_at_1_csls": 66.5}
    maps = {"raw": {"precision_at_1": 0.1, "precision_at_1_csls": 0.2}, "procrustes": precision, "rcsls": precision}
    write_note(folder / "mapping" / "de-en.json", {"objective": [1.0], "precision": maps})
