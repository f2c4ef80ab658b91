"""The folder reader on miniature data sets."""

from __future__ import annotations

import csv
import hashlib
import json
import logging
import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from read_dataset import read_dataset

from crosscap.faults import InputError
from crosscap.readers import frames
from crosscap.readers.folder import draw_split, read_captions, read_folder
from crosscap.schemas import TABLES
from crosscap.tables import read_table, write_table

PERCENT = {"train": 80, "val": 10, "test": 10}
ROWS = [
    {"image": "a.jpg", "language": "en", "caption": "A dog, running.", "split": "train"},
    {"image": "a.jpg", "language": "de", "caption": 'Ein "Hund" rennt.', "split": "train"},
    {"image": "b.jpg", "language": "en", "caption": "A cat.", "split": "val"},
    {"image": "a.jpg", "language": "en", "caption": "The dog runs.", "split": "train"},
    {"image": "b.jpg", "language": "ja", "caption": "猫。", "split": "val"},
    {"image": "b.jpg", "language": "de", "caption": "Eine Katze.", "split": "val"},
]


def write(path: Path, rows: list[dict]) -> Path:
    if path.suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    elif path.suffix == ".tsv":
        lines = ["\t".join(values) for values in (list(rows[0]), *(row.values() for row in rows))]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    else:
        pd.DataFrame(rows).to_parquet(path)
    return path


def read(path: Path, *, images: Path | None = None, languages=("en", "de"), percent=PERCENT):
    return read_folder(path, images=images, languages=languages, split_percent=percent)


def faults_of(path: Path, **arguments) -> list[str]:
    with pytest.raises(InputError) as error:
        read(path, **arguments)
    return [line.strip() for line in str(error.value).split("\n")[1:]]


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet"])
def test_example_by_eye(tmp_path, ending):
    images, captions = read(write(tmp_path / f"captions.{ending}", ROWS))
    assert images.to_numpy().tolist() == [["a.jpg", "train", "", "", 0, 0], ["b.jpg", "val", "", "", 0, 0]]
    assert captions.to_numpy().tolist() == [
        ["a.jpg#en#0", "a.jpg", "en", 0, "A dog, running.", "human"],
        ["a.jpg#de#0", "a.jpg", "de", 0, 'Ein "Hund" rennt.', "human"],
        ["b.jpg#en#0", "b.jpg", "en", 0, "A cat.", "human"],
        ["a.jpg#en#1", "a.jpg", "en", 1, "The dog runs.", "human"],
        ["b.jpg#de#0", "b.jpg", "de", 0, "Eine Katze.", "human"],
    ]


def test_frames_are_the_declared_tables(tmp_path):
    for name, frame in zip(("images", "captions"), read(write(tmp_path / "c.csv", ROWS)), strict=True):
        assert list(frame.columns) == list(TABLES[name])
        write_table(frame, tmp_path / f"{name}.parquet", name=name)
        pd.testing.assert_frame_equal(read_table(tmp_path / f"{name}.parquet", name=name), frame)


def test_photos_are_measured_and_hashed(tmp_path):
    for name, size in (("a.jpg", (40, 30)), ("b.jpg", (20, 50))):
        Image.new("RGB", size).save(tmp_path / name)
    images, _ = read(write(tmp_path / "c.csv", ROWS), images=tmp_path)
    assert images["path"].tolist() == ["a.jpg", "b.jpg"]
    assert images[["width", "height"]].to_numpy().tolist() == [[40, 30], [20, 50]]
    expected = [hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in ("a.jpg", "b.jpg")]
    assert images["sha256"].tolist() == expected


def test_one_photo_in_two_splits_under_two_names_is_warned_of(tmp_path, caplog):
    for name in ("a.jpg", "b.jpg"):
        Image.new("RGB", (4, 3)).save(tmp_path / name)
    tables = {name: tmp_path / f"{name}.parquet" for name in ("images", "captions")}
    section = {"captions": write(tmp_path / "c.csv", ROWS), "images": tmp_path, "split_percent": PERCENT}
    chosen = {"reader": "folder", "languages": ["en", "de"], "broken_photos": "fail", "settings": section}
    read_dataset(**tables, quarantined=tmp_path / "quarantine.json", **chosen)
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        "1 photos are in two splits under different names: results on them flatter"
    ]


def test_origin_column_is_kept(tmp_path):
    rows = [{**row, "origin": "machine" if row["language"] == "de" else "human"} for row in ROWS]
    _, captions = read(write(tmp_path / "c.csv", rows))
    assert set(zip(captions["language"], captions["origin"], strict=True)) == {("en", "human"), ("de", "machine")}


def test_other_languages_are_left_out_and_counted(tmp_path, caplog):
    caplog.set_level(logging.INFO, logger="crosscap")
    images, captions = read(write(tmp_path / "c.csv", ROWS), languages=["ja"])
    assert images["image_id"].tolist() == ["b.jpg"]
    assert captions["text"].tolist() == ["猫。"]
    message = "left out 5 captions in languages not asked for ('en: 3', 'de: 2') and 1 images that have no others"
    assert message in caplog.text
    assert "1 images (train 0, val 1, test 0), 1 captions (ja 1)" in caplog.text


def test_drawn_splits_follow_the_percentages_and_do_not_move(tmp_path):
    names = [f"{number}.jpg" for number in range(2_000)]
    rows = [{"image": name, "language": "en", "caption": name} for name in names]
    images, _ = read(write(tmp_path / "c.csv", rows), languages=["en"])
    share = images["split"].value_counts(normalize=True)
    assert share["train"] == pytest.approx(0.8, abs=0.03)
    assert share["val"] == pytest.approx(0.1, abs=0.03)
    before = images.set_index("image_id")["split"]
    more, _ = read(write(tmp_path / "d.csv", [{**rows[0], "image": "new.jpg"}, *reversed(rows)]), languages=["en"])
    assert more.set_index("image_id")["split"].loc[names].tolist() == before.tolist()


def test_drawn_split_by_hand():
    percentile = int(hashlib.sha256(b"a.jpg").hexdigest()[:16], 16) % 100
    assert draw_split("a.jpg", {"train": percentile + 1, "val": 99 - percentile}) == "train"
    assert draw_split("a.jpg", {"train": percentile, "val": 100 - percentile}) == "val"
    assert draw_split("a.jpg", {"train": percentile, "test": 100 - percentile}) == "test"


@pytest.mark.parametrize(
    "percent", [{"train": 80, "val": 10}, {"train": 110, "val": -10}, {"train": 90, "dev": 10}, {}]
)
def test_bad_percentages_are_a_fault(tmp_path, percent):
    path = write(tmp_path / "c.csv", [{name: row[name] for name in ("image", "language", "caption")} for row in ROWS])
    (fault,) = faults_of(path, percent=percent)
    assert fault == f"D-114 split_percent: {percent}: give percentages of train, val and test that add up to 100"
    read(write(tmp_path / "d.csv", ROWS), percent=percent)  # not used where the table has a split column


def test_missing_file_is_one_fault(tmp_path):
    (fault,) = faults_of(tmp_path / "captions.csv")
    assert fault.startswith(f"D-101 {tmp_path / 'captions.csv'}: cannot be read (No such file or directory)")


def test_missing_columns_are_faults_that_name_the_columns_found(tmp_path):
    path = tmp_path / "c.csv"
    path.write_text("filename,caption,language,caption\na.jpg,one,en,two\n", encoding="utf-8")
    columns = "(columns found: 'filename', 'caption', 'language', 'caption'); correct the names"
    assert faults_of(path) == [
        f"D-105 {path}: column 'image' is missing {columns}",
        f"D-105 {path}: column 'caption' is there twice {columns}",
    ]
    path.write_text("", encoding="utf-8")
    assert [fault.partition(": ")[2] for fault in faults_of(path)] == [
        f"column '{name}' is missing (columns found: none); correct the names"
        for name in ("image", "language", "caption")
    ]


def test_language_without_captions_is_a_fault(tmp_path):
    path = write(tmp_path / "c.csv", ROWS)
    assert faults_of(path, languages=["en", "fr"]) == [
        f"D-125 {path}: no captions in fr (languages found: 'de', 'en', 'ja'); add them or ask for other languages"
    ]
    path.write_text("image,language,caption\n", encoding="utf-8")
    assert faults_of(path, languages=["en"]) == [
        f"D-125 {path}: no captions in en (languages found: none); add them or ask for other languages"
    ]


def test_translations_of_different_captions_may_be_the_same(tmp_path):
    rows = [{**row, "origin": "machine"} for row in (*ROWS, ROWS[0])]
    _, captions = read(write(tmp_path / "c.csv", rows), languages=("en", "de", "ja"))
    assert len(captions) == len(rows)


def test_repeated_captions_are_kept_and_warned_of(tmp_path, caplog):
    read(write(tmp_path / "plain.csv", ROWS), languages=("en", "de", "ja"))
    assert "repeat" not in caplog.text
    more = [ROWS[0], {**ROWS[2], "caption": " A cat. "}, {**ROWS[0], "language": "de"}]
    _, captions = read(write(tmp_path / "c.csv", [*ROWS, *more]), languages=("en", "de", "ja"))
    first = f"first: {ROWS[0]['caption']!r} of {ROWS[0]['image']!r}; all are kept"
    total = len(ROWS) + len(more)
    assert f"2 of {total} captions repeat one of the same image and language, {first}" in caplog.text
    assert len(captions) == total
    assert captions["caption_id"].is_unique


def test_all_faults_are_told_at_once(tmp_path):
    rows = [
        *ROWS,
        {"image": "a.jpg", "language": "en", "caption": "in another split", "split": "test"},
        {"image": "c.jpg", "language": "en", "caption": "unknown split", "split": "dev"},
        {"image": "d.jpg", "language": "EN", "caption": "no code", "split": "test"},
        {"image": "e.jpg", "language": "en", "caption": " ", "split": "test"},
        {"image": "../f.jpg", "language": "en", "caption": "out", "split": "test"},
        {"image": "../f.jpg", "language": "en", "caption": "told once", "split": "test"},
    ]
    path = write(tmp_path / "c.csv", rows)
    images = tmp_path / "photos"
    images.mkdir()
    for name in ("a.jpg", "c.jpg", "e.jpg"):
        Image.new("RGB", (4, 3)).save(images / name)
    (images / "c.jpg").write_text("<html>", encoding="utf-8")
    faults = faults_of(path, images=images)
    assert [fault.partition(": ")[0].replace(str(path), "c.csv") for fault in faults] == [
        "D-131 c.csv:4",
        "D-112 c.csv:8",
        "D-113 c.csv:9",
        "D-133 c.csv:9",
        "D-126 c.csv:10",
        "D-120 c.csv:11",
        "D-110 c.csv:12",
    ]
    assert faults[4].endswith("the language is 'EN'; write its ISO 639-1 code, such as en")


@pytest.mark.parametrize("language", ["", " ", "EN", " en"])
def test_language_that_would_be_left_out_by_mistake_is_a_fault(tmp_path, language):
    path = write(tmp_path / "c.csv", [*ROWS, {**ROWS[0], "language": language}])
    assert faults_of(path) == [f"D-126 {path}:8: the language is {language!r}; write its ISO 639-1 code, such as en"]
    read(write(tmp_path / "d.csv", [*ROWS, {**ROWS[0], "language": "zh-Hant"}]))


def test_unknown_origin_is_a_fault(tmp_path):
    path = write(tmp_path / "c.csv", [{**row, "origin": "robot"} for row in ROWS[:1]])
    assert faults_of(path, languages=["en"]) == [
        f"D-127 {path}:2: the origin is 'robot'; write human, translation or machine"
    ]


def test_values_that_are_not_text_are_faults(tmp_path):
    path = write(tmp_path / "c.jsonl", [*ROWS, {**ROWS[0], "image": 1007}, {**ROWS[0], "caption": None}])
    assert faults_of(path) == [
        f"D-104 {path}:7: image is '1007', which is not text; write it as text",
        f"D-104 {path}:8: caption is 'None', which is not text; write it as text",
    ]
    frame = pd.DataFrame({"image": [7], "language": "en", "caption": "one"})
    frame.to_parquet(tmp_path / "c.parquet")
    (fault,) = [fault for fault in faults_of(tmp_path / "c.parquet", languages=["en"]) if "D-104" in fault]
    assert "c.parquet:1: image is '7'" in fault


def test_row_without_a_split_in_a_table_with_splits_is_a_fault(tmp_path):
    path = write(tmp_path / "c.jsonl", [*ROWS, {"image": "z.jpg", "language": "en", "caption": "z"}])
    assert faults_of(path) == [f"D-113 {path}:7: the split is ''; write train, val or test"]


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp")), min_size=1, max_size=20).filter(
    lambda text: text.strip() != ""
)
NAMES = st.from_regex(r"[a-z0-9_ü犬%]{1,8}\.jpg", fullmatch=True)


@settings(max_examples=25, deadline=None)
@given(
    captions=st.lists(st.tuples(NAMES, st.sampled_from(["en", "de", "ja"]), TEXT), min_size=1, max_size=8, unique=True),
    ending=st.sampled_from(["csv", "tsv", "jsonl", "parquet"]),
)
def test_valid_data_set_round_trips(tmp_path_factory, captions, ending):
    rows = [dict(zip(("image", "language", "caption"), caption, strict=True)) for caption in captions]
    path = write(tmp_path_factory.mktemp("set") / f"c.{ending}", rows)
    languages = sorted({language for _, language, _ in captions})
    images, frame = read(path, languages=languages)
    expected = [(name, language, unicodedata.normalize("NFC", text).strip()) for name, language, text in captions]
    assert list(frame[["image_id", "language", "text"]].itertuples(index=False, name=None)) == expected
    assert images["image_id"].tolist() == list(dict.fromkeys(name for name, _, _ in captions))
    assert frame["caption_id"].is_unique
    for _, group in frame.groupby(["image_id", "language"]):
        assert group["position"].tolist() == list(range(len(group)))


def test_captions_alone_in_the_languages_that_the_file_has(tmp_path):
    path = write(tmp_path / "captions.csv", [{**row, "split": "of no interest"} for row in ROWS])
    captions = read_captions(path, languages=["fr", "ja", "en"])
    assert captions["caption_id"].tolist() == ["a.jpg#en#0", "b.jpg#en#0", "a.jpg#en#1", "b.jpg#ja#0"]
    with pytest.raises(InputError, match=r"no captions in fr \(languages found: 'de', 'en', 'ja'\)"):
        read_captions(path, languages=["fr"])


def test_more_captions_of_an_image_than_can_be_counted_are_a_fault(tmp_path, monkeypatch):
    assert np.iinfo(np.int16).max == frames.MOST_CAPTIONS - 1
    monkeypatch.setattr(frames, "MOST_CAPTIONS", 3)
    for count in (3, 4):
        rows = [{"image": "a.jpg", "language": "en", "caption": str(number)} for number in range(count)]
        path = write(tmp_path / f"{count}.csv", rows)
        if count == 3:
            assert read(path, languages=("en",))[1]["position"].max() == 2
        else:
            found = f"D-129 {path}: image 'a.jpg' has 4 captions in en, at most 3 are counted"
            assert faults_of(path, languages=["en"]) == [f"{found}; is one name given to many images?"]
