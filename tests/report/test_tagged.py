"""Images with their best tags, by eye."""

from __future__ import annotations

import pandas as pd
import pytest

from crosscap.report.tagged import SHOWN, Tag, TaggedImage, choose_tagged

TAGS = [f"t{number}" for number in range(7)]


def chosen(count: int, *, seed: int = 1) -> list[TaggedImage]:
    """Choose among three images whose tags stand in the order t0 to t6, of which t1 is right for image a alone."""
    rows = [(i, code, rank, tag) for code in ("en", "de") for i in "abc" for rank, tag in enumerate(TAGS)]
    names = [(f"{tag}#{code}", f"{tag} in {code}") for tag in TAGS for code in ("en", "de")]
    return choose_tagged(
        pd.DataFrame(rows, columns=["image_id", "language", "rank", "tag_id"]),
        texts=pd.DataFrame(names, columns=["caption_id", "text"]),
        truth=pd.DataFrame({"image_id": ["a", "z"], "tag_id": ["t1", "t0"]}),
        images=pd.DataFrame({"image_id": list("abc"), "path": ""}),
        images_folder=None,
        count=count,
        seed=seed,
    )


def test_the_first_tags_by_name_and_the_right_one_marked() -> None:
    shown = {image.image_id: image for image in chosen(3)}
    assert set(shown) == set("abc")
    assert list(shown["a"].tags) == ["en", "de"]
    assert shown["a"].tags["de"][:2] == (Tag("t0 in de", right=False), Tag("t1 in de", right=True))
    assert {len(tags) for image in shown.values() for tags in image.tags.values()} == {SHOWN}
    assert not any(tag.right for tag in shown["b"].tags["en"])
    assert shown["a"].thumbnail == ""


@pytest.mark.parametrize(("count", "expected"), [(0, 0), (2, 2), (9, 3)])
def test_as_many_as_asked_for_or_there(count: int, expected: int) -> None:
    assert len(chosen(count)) == expected


def test_the_draw_depends_on_the_seed_only() -> None:
    assert chosen(2, seed=5) == chosen(2, seed=5)
    assert len({tuple(image.image_id for image in chosen(2, seed=seed)) for seed in range(9)}) > 1
