"""Example queries: drawn evenly and repeatably, found images by eye, thumbnails upright and small."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from crosscap.faults import InputError
from crosscap.report.examples import Example, best_run, choose_examples
from crosscap.report.thumbnails import thumbnail

NAMES = [f"i{number}" for number in range(7)]


def examples(*, similarity: str = "cosine", count: int = 2, folds: int = 0, seed: int = 1) -> list[Example]:
    """Choose from seven images on a half circle and two captions: of i0 where i0 is, of i6 where i2 is."""
    angles = np.linspace(0, np.pi, len(NAMES))
    images = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    matrix = np.vstack([images, images[[0, 2]]]).astype(np.float32)
    items = pd.DataFrame({"item_id": [*NAMES, "c0", "c6"], "image_id": [*NAMES, "i0", "i6"], "language": ""})
    items["kind"] = ["image"] * len(NAMES) + ["caption"] * 2
    ranks = pd.DataFrame({"query_id": ["c0", "c6", *NAMES], "image_id": ["i0", "i6", *NAMES], "language": "en"})
    ranks["task"] = ["text_to_image"] * 2 + ["image_to_text"] * len(NAMES)
    ranks["rank_optimistic"] = ranks["rank_pessimistic"] = [0, 6, *[0] * len(NAMES)]
    ranks = pd.concat([ranks.assign(fold=fold) for fold in range(1 + folds)])
    return choose_examples(
        ranks,
        (items, matrix),
        model={"experiment": "ame", "architecture": {"similarity": similarity, "languages": ["en"]}},
        images=pd.DataFrame({"image_id": NAMES, "path": ""}),
        captions=pd.DataFrame({"caption_id": ["c0", "c6"], "text": ["the first", "the last"]}),
        images_folder=None,
        count=count,
        seed=seed,
    )


@pytest.mark.parametrize("similarity", ["cosine", "order_symmetric"])
def test_found_images_by_eye(similarity: str) -> None:
    right, wrong = examples(similarity=similarity)
    assert (right.text, right.rank) == ("the first", 1)
    assert [found.image_id for found in right.images] == ["i0", "i1", "i2", "i3", "i4"]
    assert [found.right for found in right.images] == [True, False, False, False, False]
    assert (wrong.text, wrong.rank) == ("the last", 7)
    assert wrong.images[0].image_id == "i2"
    assert (wrong.images[-1].image_id, wrong.images[-1].rank, wrong.images[-1].right) == ("i6", 7, True)
    assert len(wrong.images) == 6
    assert {found.thumbnail for found in wrong.images} == {""}


def test_with_folds_the_examples_are_of_the_whole_split() -> None:
    assert examples(folds=2) == examples()


def test_too_few_of_one_sort_are_made_up_by_the_other() -> None:
    assert [example.rank for example in examples(count=4)] == [1, 7]
    assert [example.rank for example in examples(count=1)] == [1]
    assert examples(count=0) == []


def test_the_draw_depends_on_the_seed_only() -> None:
    assert examples(seed=3) == examples(seed=3)


def test_the_run_shown_speaks_most_languages_and_finds_most() -> None:
    def model(name: str, *languages: str) -> dict[str, Any]:
        return {"experiment": name, "architecture": {"languages": languages}}

    columns = ["experiment", "task", "metric", "value"]
    rows = [("mono", "text_to_image", "R@10", 90.0), ("fme", "text_to_image", "R@10", 60.0)]
    rows += [("ame", "text_to_image", "R@10", 70.0), ("ame", "image_to_text", "R@10", 10.0)]
    models = [model("mono", "en"), model("fme", "en", "de"), model("ame", "en", "de"), model("ame", "en", "de")]
    assert best_run(pd.DataFrame(rows, columns=columns), models) == 2
    models += [model("zero-shot", "en") | {"zero_shot": ["de", "fr"]}, model("fme", "en", "de") | {"zero_shot": ["fr"]}]
    assert best_run(pd.DataFrame(rows, columns=columns), models) == 5


def test_a_thumbnail_is_small_upright_and_repeatable(tmp_path: Path) -> None:
    picture = Image.new("RGB", (400, 200), "red")
    rotated = picture.getexif()
    rotated[0x0112] = 6  # stands on its side
    picture.save(tmp_path / "a.jpg", exif=rotated)
    address = thumbnail(tmp_path / "a.jpg")
    assert address == thumbnail(tmp_path / "a.jpg")
    data = base64.b64decode(address.removeprefix("data:image/jpeg;base64,"))
    assert Image.open(io.BytesIO(data)).size == (48, 96)


@pytest.mark.parametrize("content", [b"", b"<svg onload=alert(1)>", b"\xff\xd8\xff\xe0"])
def test_a_damaged_photo_is_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(InputError, match=r"a.jpg: no thumbnail can be made"):
        thumbnail(tmp_path / "a.jpg")
