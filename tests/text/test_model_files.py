"""fastText's .bin files: whole ones pass, and damaged ones never reach fastText, which might read beyond its memory."""

from __future__ import annotations

import struct
from pathlib import Path

import fasttext
import pytest

from crosscap.faults import InputError
from crosscap.text.model_files import check_model_file
from crosscap.text.vectors import first_words, select_vectors
from crosscap.text.vocabulary import SPECIALS

FIELDS = {"magic": 0, "version": 4, "dimension": 8, "kind": 36, "bucket": 40, "entries": 64, "words": 68, "labels": 72}
PRUNED = 84  # 64 bits
FIRST_WORD = 92


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("model")
    (folder / "text.txt").write_text("the dog runs\nthe cat sleeps\n" * 5)
    settings = {"dim": 3, "minCount": 1, "minn": 2, "maxn": 3, "bucket": 7, "epoch": 1, "verbose": 0, "thread": 1}
    fasttext.train_unsupervised(str(folder / "text.txt"), **settings).save_model(str(folder / "words.bin"))
    return (folder / "words.bin").read_bytes()


def with_field(whole: bytes, name: str, value: int) -> bytes:
    data = bytearray(whole)
    struct.pack_into("<i", data, FIELDS[name], value)
    return bytes(data)


def refusal(data: bytes, folder: Path) -> str:
    path = folder / "words.bin"
    path.write_bytes(data)
    with pytest.raises(InputError) as error:
        select_vectors(path, [*SPECIALS, "dog"], seed=1)
    with pytest.raises(InputError):
        first_words(path, 3)
    message = str(error.value)
    assert message.startswith(f"{path}: not a whole fastText model of word vectors (")
    assert message.endswith("); download the file again")
    return message


@pytest.mark.parametrize("longest", [0, 3])
@pytest.mark.parametrize("kind", ["skipgram", "cbow"])
def test_models_as_fasttext_writes_them_pass(kind: str, longest: int, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("犬 が 走る\nthe dog\n" * 5, encoding="utf-8")
    subwords = {"minn": 2 if longest else 0, "maxn": longest, "bucket": 50}
    model = fasttext.train_unsupervised(
        str(tmp_path / "text.txt"), model=kind, dim=2, minCount=1, epoch=1, verbose=0, thread=1, **subwords
    )
    model.save_model(str(tmp_path / "words.bin"))
    check_model_file(tmp_path / "words.bin")
    assert set(first_words(tmp_path / "words.bin", 9)) >= {"犬", "走る", "dog"}


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("magic", 1, "it does not begin as one of version 0.9 does"),
        ("version", 11, "it does not begin as one of version 0.9 does"),
        ("kind", 3, "it is quantised or classifies texts"),
        ("labels", 1, "it is quantised or classifies texts"),
        ("dimension", 0, "6 words of dimension 0"),
        ("dimension", -4, "6 words of dimension -4"),
        ("words", -1, "-1 words of dimension 3"),
        ("words", 5, "5 words of dimension 3"),  # not as many as entries
        ("bucket", 0, "0 subwords"),  # fastText divides by it
        ("bucket", -2, "-2 subwords"),
        ("dimension", 2_000_000_000, "cut short, "),
        ("bucket", 2_000_000_000, "cut short, "),
        ("bucket", 6, "its first matrix is not of 12 x 3 plain numbers"),
    ],
)
def test_impossible_numbers(whole: bytes, field: str, value: int, problem: str, tmp_path: Path) -> None:
    assert problem in refusal(with_field(whole, field, value), tmp_path)


def test_a_pruned_model(whole: bytes, tmp_path: Path) -> None:
    data = whole[:PRUNED] + struct.pack("<q", 2**40) + whole[PRUNED + 8 :]
    assert "it is quantised" in refusal(data, tmp_path)


def test_every_length_but_the_right_one(whole: bytes, tmp_path: Path) -> None:
    for size in (0, 50, FIRST_WORD, FIRST_WORD + 20, len(whole) // 2, len(whole) - 1):
        refusal(whole[:size], tmp_path)
    assert f"{len(whole) + 1} bytes instead of {len(whole)}" in refusal(whole + b"\0", tmp_path)


def test_damaged_words(whole: bytes, tmp_path: Path) -> None:
    end = whole.index(b"\0", FIRST_WORD)
    damages = {
        "word 1 is not UTF-8": whole[:FIRST_WORD] + b"\xff" + whole[FIRST_WORD + 1 :],
        "the count of word 1 is impossible": whole[: end + 1] + struct.pack("<q", -1) + whole[end + 9 :],
    }
    for problem, data in damages.items():
        assert problem in refusal(data, tmp_path)
    endless = whole[: end + 1] + struct.pack("<q", 2**60) + whole[end + 9 :]  # of which it builds a tree without end
    assert "the count of word 1 is impossible" in refusal(endless, tmp_path)
    assert "cut short at word 1 of 6" in refusal(whole[:FIRST_WORD] + b"a" * 500, tmp_path)
