"""The columns of every table that travels between the stages; `crosscap.tables` checks them on write and on read."""

from __future__ import annotations

VECTOR = "vector"  # stands for fixed_size_list<float32>[width]; the width is known when a table is written

# One row a line: what a row is stands in design order, the units in the column names.
TABLES: dict[str, dict[str, str]] = {
    # an image; path is relative to the images folder, "" where only features are at hand (then width = height = 0)
    "images": {"image_id": "str", "split": "str", "path": "str", "sha256": "str", "width": "int32", "height": "int32"},
    # a caption; position counts an image's captions in a language from 0; origin: human, translation or machine
    "captions": {
        "caption_id": "str",
        "image_id": "str",
        "language": "str",
        "position": "int16",
        "text": "str",
        "origin": "str",
    },
    # a caption
    "tokens": {
        "caption_id": "str",
        "image_id": "str",
        "language": "str",
        "position": "int16",
        "origin": "str",
        "split": "str",
        "tokens": "list<str>",
    },
    # a caption or a text of a benchmark, as a frozen sentence encoder sees it
    "sentences": {"caption_id": "str", "feature": VECTOR},
    # a word; the four special symbols come first
    "vocabulary": {"index": "int32", "word": "str", "count": "int64"},
    # an image
    "features": {"image_id": "str", "feature": VECTOR},
    # a word of the vocabulary, in its order; known is False where the vector was made up
    "vectors": {"index": "int32", "word": "str", "vector": VECTOR, "known": "bool"},
    # a word pair; part: train or test
    "lexicon": {"source": "str", "target": "str", "part": "str"},
    # a row of the map R that carries the source language's vectors to the target's: y ~ R x
    "mapping": {"row": VECTOR},
    # a metric at a validation during training
    "history": {"step": "int64", "epoch": "float64", "language": "str", "metric": "str", "value": "float64"},
    # an image or a caption; language is "" for images
    "embeddings": {"item_id": "str", "image_id": "str", "kind": "str", "language": "str", "embedding": VECTOR},
    # a query; fold: 0 where the whole split is ranked at once, folds count from 1; ranks count from 0
    "ranks": {
        "query_id": "str",
        "image_id": "str",
        "benchmark": "str",
        "task": "str",
        "language": "str",
        "fold": "int16",
        "rank_optimistic": "int32",
        "rank_pessimistic": "int32",
    },
    # two texts of a benchmark by their caption ids, and how alike people find them; source: the file, as 2014/images
    "similarity_pairs": {
        "pair_id": "str",
        "first_id": "str",
        "second_id": "str",
        "language": "str",
        "score": "float64",
        "source": "str",
    },
    # a tag that is right for an image
    "tags": {"image_id": "str", "tag_id": "str"},
    # one of the tags that a model ranks first for an image; ranks count from 0
    "tagged": {"image_id": "str", "language": "str", "rank": "int32", "tag_id": "str", "score": "float64"},
    # an image of a search index; path is below the folder of photos, width and height are those of the upright image
    "items": {"row": "int32", "image_id": "str", "path": "str", "sha256": "str", "width": "int32", "height": "int32"},
    # a metric of one experiment and seed; low and high bound its 95 % interval
    "metrics": {
        "experiment": "str",
        "seed": "int64",
        "benchmark": "str",
        "task": "str",
        "language": "str",
        "metric": "str",
        "value": "float64",
        "low": "float64",
        "high": "float64",
    },
}


def matrix_column(name: str) -> str | None:
    """Return the vector column of the table `name`, None where it has none."""
    return next((column for column, kind in TABLES[name].items() if kind == VECTOR), None)
