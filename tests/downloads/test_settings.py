"""The settings of downloads, and the script that reads them."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from crosscap.faults import InputError
from crosscap.settings import check_settings, load_schema, load_settings

ROOT = Path(__file__).parents[2]
SCHEMA = load_schema(ROOT / "workflow/schemas/config.schema.yaml")
SHIPPED = load_settings([ROOT / "config.yaml"], arguments={})


def changed(**fetch: Any) -> dict[str, Any]:
    """The shipped settings with other downloads."""
    settings = copy.deepcopy(SHIPPED)
    settings["fetch"] |= fetch
    return settings


def test_nothing_is_fetched_unless_asked_for():
    assert SHIPPED["fetch"]["items"] == []


def test_items_of_the_catalogue_pass():
    check_settings(changed(items=["multi30k-task2", "muse-en-de", "coco-images"]), schema=SCHEMA)


@pytest.mark.parametrize(
    ("fetch", "message"),
    [
        ({"items": ["muse-de-en"]}, "D-904 fetch.items: there is nothing named muse-de-en; write muse-en-de"),
        ({"items": ["xtd10", "xtd10"]}, "D-903 fetch.items"),
        ({"mirrors": {"https://a": "ftp://b"}}, "D-903 fetch.mirrors.https://a: 'ftp://b' does not match"),
        ({"folder": ""}, "D-903 fetch.folder"),
    ],
)
def test_other_settings_are_refused(fetch: dict[str, Any], message: str):
    with pytest.raises(InputError) as caught:
        check_settings(changed(**fetch), schema=SCHEMA)
    assert message in str(caught.value)


def test_the_script_hands_its_settings_on(tmp_path: Path):
    from fetch_item import fetch_item

    (tmp_path / "flickr30k-images").mkdir()
    receipt = tmp_path / ".receipts/flickr30k-images.json"
    fetch_item(receipt, item="flickr30k-images", folder=tmp_path, mirrors={})
    assert receipt.is_file()
