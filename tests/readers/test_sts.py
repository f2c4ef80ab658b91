"""Pairs of sentences in both layouts of SemEval's files."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from crosscap.faults import InputError
from crosscap.readers.sts import parts_of, read_similarity, source_name


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def faults(files: dict[str, list[Path]]) -> str:
    with pytest.raises(InputError) as caught:
        read_similarity(files)
    return str(caught.value)


def test_one_file_with_scores_first(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    text = '4.40\tA cat.\tThe "cat".\r\n\tno\tscore\r\n0\tA dog.\tCafe\u0301 \r\n'
    with caplog.at_level(logging.INFO):
        pairs, texts = read_similarity({"en": [write(tmp_path, "2014/images.test.tsv", text)]})
    assert pairs.to_dict("list") == {
        "pair_id": ["2014/images#1", "2014/images#3"],
        "first_id": ["2014/images#1#1", "2014/images#3#1"],
        "second_id": ["2014/images#1#2", "2014/images#3#2"],
        "language": ["en", "en"],
        "score": [4.4, 0.0],
        "source": ["2014/images", "2014/images"],
    }
    assert dict(zip(texts["caption_id"], texts["text"], strict=True)) == {
        "2014/images#1#1": "A cat.",
        "2014/images#1#2": 'The "cat".',
        "2014/images#3#1": "A dog.",
        "2014/images#3#2": "Caf\u00e9",
    }
    assert set(texts["language"]) == {"en"}
    assert set(texts["image_id"]) == {""}
    assert set(texts["origin"]) == {"human"}
    assert "2 pairs, and 1 without a score left out" in caplog.text


def test_sentences_and_scores_in_two_files(tmp_path: Path) -> None:
    sentences = write(tmp_path, "y/STS15.input.images.txt", "a\tb\nc\td\ne\tf\n")
    write(tmp_path, "y/STS15.gs.images.txt", "1.5\n\n5\n")
    pairs, texts = read_similarity({"de": [sentences]})
    assert list(pairs["pair_id"]) == ["y/STS15.images#1", "y/STS15.images#3"]
    assert list(pairs["score"]) == [1.5, 5.0]
    assert list(texts["text"]) == ["a", "b", "e", "f"]
    assert set(texts["language"]) == {"de"}


def test_names_of_files() -> None:
    assert source_name(Path("a/2014/images.test.tsv")) == "2014/images"
    assert source_name(Path("a/STS.input.images.txt")) == "a/STS.images"
    assert parts_of(Path("a/STS.input.images.txt")) == [Path("a/STS.input.images.txt"), Path("a/STS.gs.images.txt")]
    assert parts_of(Path("input/pairs.tsv")) == [Path("input/pairs.tsv")]


def test_several_files_and_languages_keep_their_order(tmp_path: Path) -> None:
    files = {
        "de": [write(tmp_path, "x/a.tsv", "1\tein\tzwei\n")],
        "en": [write(tmp_path, f"x/{name}.tsv", f"2\t{name} one\ttwo\n") for name in "bc"],
    }
    pairs, texts = read_similarity(files)
    assert list(zip(pairs["source"], pairs["language"], strict=True)) == [("x/a", "de"), ("x/b", "en"), ("x/c", "en")]
    assert texts["caption_id"].is_unique
    assert list(texts["text"]) == ["ein", "zwei", "b one", "two", "c one", "two"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "score\ts1\ts2\n1\ta\tb\n",
            r"D-150 .*p.tsv:1: the score is 'score', which is not a number; the format has no",
        ),
        ("1\ta\tb\nnan\ta\tb\n", r"D-150 .*p.tsv:2: the score is 'nan'"),
        ("1\ta\tb\n1\ta\n", r"D-150 .*p.tsv:2: 2 fields where a score and two sentences belong"),
        ("1\ta\t\n", r"D-120 .*p.tsv:1: the caption is empty"),
        ("\ta\tb\n", r"D-152 .*p.tsv: no pair has a score"),
        ("", r"D-152"),
    ],
)
def test_faults_have_file_and_line(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        read_similarity({"en": [write(tmp_path, "p.tsv", text)]})


def test_all_faults_at_once_and_no_others(tmp_path: Path) -> None:
    sentences = write(tmp_path, "STS.input.a.txt", "a\tb\nc\td\n")
    message = faults({"en": [sentences, write(tmp_path, "x/p.tsv", "high\ta\tb\n")], "de": [tmp_path / "x/p.csv"]})
    assert "D-101" in message
    assert "STS.gs.a.txt" in message
    assert "p.csv: would be called x/p in the results, as" in message
    assert "4 faults" in message  # the score and the missing file p.csv
    write(tmp_path, "STS.gs.a.txt", "1\n")
    assert "1 fault in" in (message := faults({"en": [sentences]}))
    assert "D-151" in message
    assert "1 scores for the 2 pairs" in message


def test_a_score_that_is_no_number_is_looked_for_in_the_file_of_scores(tmp_path: Path) -> None:
    sentences = write(tmp_path, "STS.input.a.txt", "a\tb\n")
    write(tmp_path, "STS.gs.a.txt", "x\n")
    assert "STS.gs.a.txt:1: the score is 'x'" in faults({"en": [sentences]})


def test_files_that_would_have_one_name_in_the_results_are_faults(tmp_path: Path) -> None:
    same = [write(tmp_path / folder / "2014", "images.tsv", "3\tA dog.\tA cat.\n") for folder in ("a", "b")]
    message = faults({"en": same})
    assert f"D-153 {same[1]}: would be called 2014/images in the results, as {same[0]}" in message
