"""Tags, their names and the images that they are right for."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosscap.faults import InputError
from crosscap.readers.tags import read_tags, text_id

NAMES = "tag,language,text\ndog,en,dog\ndog,de,Hund\nred,en,red\nred,de,rote\ndog,fr,chien\n"
TRUTH = "image,tag\n1.jpg,dog\n1.jpg,red\n2.jpg,red\n"


def read(folder: Path, names: str = NAMES, truth: str = TRUTH):
    (folder / "names.csv").write_text(names, encoding="utf-8")
    (folder / "truth.csv").write_text(truth, encoding="utf-8")
    images = {"1.jpg", "2.jpg", "3.jpg"}
    return read_tags(folder / "names.csv", folder / "truth.csv", images=images, languages=["en", "de"])


def test_by_eye(tmp_path: Path) -> None:
    tags, texts = read(tmp_path)
    assert tags.to_numpy().tolist() == [["1.jpg", "dog"], ["1.jpg", "red"], ["2.jpg", "red"]]
    assert list(texts["caption_id"]) == ["dog#en", "dog#de", "red#en", "red#de"]  # French was not asked for
    assert list(texts["text"]) == ["dog", "Hund", "red", "rote"]
    assert list(texts["language"]) == ["en", "de"] * 2
    assert text_id("dog", "en") == "dog#en"


@pytest.mark.parametrize(
    ("names", "truth", "message"),
    [
        (NAMES, TRUTH + "9.jpg,dog\n", r"D-162 .*truth.csv:5: the data set has no image '9.jpg'"),
        (NAMES, TRUTH + "3.jpg,cat\n", r"D-163 .*truth.csv:5: the tag 'cat' has no name"),
        (NAMES, TRUTH + "1.jpg,dog\n", r"D-161 .*truth.csv:5: '1.jpg' 'dog' is there already in line 2"),
        (NAMES + "dog,en,hound\n", TRUTH, r"D-160 .*names.csv:7: 'dog' 'en' is there already in line 2"),
        (NAMES + "cat,fr,chat\ncat,en,cat\n", TRUTH, r"D-164 .*names.csv: 1 tags have no name in de: 'cat'; add"),
        (NAMES.replace("Hund", ""), TRUTH, r"D-104 .*names.csv:3: text is empty"),
        (NAMES.replace("text", "name"), TRUTH, r"D-105 .*names.csv: no single column text \(columns found: 'tag', "),
        (NAMES, "image,tag\n", r"D-165 .*no image has a tag"),
    ],
)
def test_faults(names: str, truth: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        read(tmp_path, names, truth)


def test_unreadable_files_are_told_once_each(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_tags(tmp_path / "a.csv", tmp_path / "b.csv", images=[], languages=["en"])
    assert str(caught.value).count("D-101") == 2
    assert "2 faults" in str(caught.value)
