"""The VATEX reader."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from crosscap.faults import InputError
from crosscap.readers.vatex import read_vatex
from tests.readers.layouts import vatex_documents, write_document, write_vatex


def read(folder: Path, *, test: Path | None = None, seed: int = 1, languages=("en", "zh")):
    return read_vatex(**write_vatex(folder), test=test, seed=seed, languages=languages)


def splits(images) -> dict[str, list[str]]:
    return images.groupby("split")["image_id"].apply(list).to_dict()


def test_by_eye_with_a_test_file(tmp_path):
    test = write_document(tmp_path / "test.json", vatex_documents(["t1"], captions=3))
    images, captions = read(tmp_path, test=test)
    expected = {"train": ["tr-A_000001_000011", "-trB_000002_000012"], "val": ["v1", "v2", "v3", "v4"], "test": ["t1"]}
    assert splits(images) == expected
    assert set(images["path"]) == {""}
    assert len(captions) == 6 * 20 + 6
    texts = captions.set_index("caption_id")["text"]
    assert texts["v2#zh#9"] == "v2 zh 9"
    assert texts["t1#en#2"] == "t1 en 2"
    assert set(captions["origin"]) == {"human"}


@pytest.mark.parametrize("count", [1, 2, 3, 7, 40])
def test_half_of_validation_is_the_test_split(tmp_path, count):
    names = [f"v{number}" for number in range(count)]
    training = write_document(tmp_path / "t.json", vatex_documents(["a"]))

    def drawn(order: list[str], seed: int) -> dict[str, list[str]]:
        validation = write_document(tmp_path / "v.json", vatex_documents(order, captions=1))
        images, _ = read_vatex(training, validation=validation, test=None, seed=seed, languages=["en"])
        return splits(images)

    found = drawn(names, 1)
    by_hash = sorted((hashlib.sha256(f"1:{name}".encode()).hexdigest(), name) for name in names)
    assert sorted(found.get("test", [])) == sorted(name for _, name in by_hash[(count + 1) // 2 :])
    assert len(found["val"]) - len(found.get("test", [])) == count % 2
    assert {split: set(members) for split, members in drawn(names[::-1], 1).items()} == {
        split: set(members) for split, members in found.items()
    }
    if count == 40:
        assert drawn(names, 2) != found


def test_only_the_languages_asked_for_are_needed(tmp_path):
    documents = [{"videoID": "a", "enCap": ["one\n"]}]
    training = write_document(tmp_path / "t.json", documents)
    validation = write_document(tmp_path / "v.json", vatex_documents(["b", "c"]))
    _, captions = read_vatex(training, validation=validation, test=None, seed=1, languages=["en"])
    assert captions["text"][0] == "one"
    with pytest.raises(InputError, match=r"D-105 .*t.json:1: no key chCap \(keys found: 'videoID', 'enCap'\)"):
        read_vatex(training, validation=validation, test=None, seed=1, languages=["en", "zh"])


def test_other_languages_are_a_fault(tmp_path):
    with pytest.raises(InputError, match=r"D-125 .*no captions in ja \(languages found: 'en', 'zh'\)"):
        read(tmp_path, languages=["en", "ja"])


def test_all_faults_are_told_at_once(tmp_path):
    documents = vatex_documents(["v1", "v2", "v2", ""], captions=1)
    documents[0]["enCap"] = ["", 5]
    documents[1]["chCap"] = None
    training = write_document(tmp_path / "t.json", documents)
    validation = write_document(tmp_path / "v.json", vatex_documents(["v1"], captions=1))
    with pytest.raises(InputError) as error:
        read_vatex(training, validation=validation, test=None, seed=1, languages=["en", "zh"])
    faults = [line.strip().partition(": ")[0] for line in str(error.value).split("\n")[1:]]
    assert faults == [
        f"D-104 {training}:1",
        f"D-120 {training}:1",
        f"D-104 {training}:2",
        f"D-110 {training}:4",
        f"D-112 {validation}:1",
    ]


def test_a_video_listed_twice_is_a_fault(tmp_path):
    training = write_document(tmp_path / "t.json", vatex_documents(["a", "a"]))
    validation = write_document(tmp_path / "v.json", vatex_documents(["b"]))
    with pytest.raises(InputError, match=rf"D-111 {training}:2: image 'a' is listed already at {training}:1"):
        read_vatex(training, validation=validation, test=None, seed=1, languages=["en"])
