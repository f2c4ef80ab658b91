"""The checks of images and captions, and that the list of fault codes is complete."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from crosscap import readers
from crosscap.faults import Faults
from crosscap.readers import checks
from crosscap.readers.checks import CaptionRow, ImageRow

FOLDER = Path(readers.__file__).parent


def caption_faults(text: str) -> list[str]:
    faults = Faults()
    checks.check_captions([CaptionRow("c.csv", 7, "a.jpg", "en", text, "human")], faults)
    return [str(fault) for fault in faults.found]


def name_faults(name: str) -> list[str]:
    faults = Faults()
    checks.check_images([ImageRow("c.csv", 7, name, "train")], faults)
    return [str(fault) for fault in faults.found]


def cleaned(text: str) -> str:
    faults = Faults()
    (result,) = checks.check_captions([CaptionRow("c.csv", 1, "a.jpg", "en", text, "human")], faults)
    faults.raise_any()
    return result


def test_every_code_is_documented_used_and_tested():
    documented = set(re.findall(r"^(D-\d{3})", checks.__doc__ or "", re.MULTILINE))
    modules = sorted(FOLDER.glob("*.py"))
    used = {code for module in modules for code in re.findall(r'"(D-\d{3})"', module.read_text(encoding="utf-8"))}
    tests = sorted(Path(__file__).parent.glob("test_*.py"))
    tested = {code for test in tests for code in re.findall(r"D-\d{3}", test.read_text(encoding="utf-8"))}
    assert documented == used
    assert documented <= tested


@pytest.mark.parametrize("text", ["", "  ", "\t", "\u3000", "\u200b", "\ufeff", "\u2028"])
def test_caption_that_shows_nothing_is_a_fault(text):
    assert caption_faults(text) == ["D-120 c.csv:7: the caption is empty; write one or remove the line"]


def test_nul_is_a_fault():
    assert caption_faults("a\0b") == ["D-121 c.csv:7: the caption 'a\\x00b' holds a NUL character; remove it"]


@pytest.mark.parametrize("control", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_bidirectional_control_is_a_fault_and_shown_escaped(control):
    (fault,) = caption_faults(f"a{control}b")
    assert fault.startswith(f"D-122 c.csv:7: the caption 'a\\u{ord(control):04x}b' holds bidirectional control")


def test_long_caption_is_a_fault():
    assert caption_faults("x" * 10_000) == []
    (fault,) = caption_faults("x" * 10_001)
    assert fault.startswith("D-123 c.csv:7: the caption has 10,001 characters, at most 10,000 are allowed; shorten it")


def test_half_a_character_is_a_fault():
    (fault,) = caption_faults("a\ud800")
    assert fault.startswith("D-103 c.csv:7: the caption 'a\\ud800' holds half a character")


def test_all_that_is_wrong_with_a_caption_is_told():
    codes = [fault[:5] for fault in caption_faults("\0\u202e" + "x" * 10_000)]
    assert codes == ["D-121", "D-122", "D-123"]


@pytest.mark.parametrize(
    "text", ["🐕", "\U0001fae9", "كلب\u200f", "one\u2028two", "one\u0085two", '"quoted"', "<b>&amp;</b>", "={1+1}"]
)
def test_unusual_captions_are_kept_as_they_are(text):
    assert cleaned(text) == text


def test_caption_is_composed_and_stripped():
    decomposed = unicodedata.normalize("NFD", "ein großer Hügel, が")
    assert decomposed != "ein großer Hügel, が"
    assert cleaned(f" {decomposed}\u3000") == "ein großer Hügel, が"


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "a/../../b.jpg",
        "/etc/passwd",
        "a\0b.jpg",
        "C:\\a.jpg",
        "c:a.jpg",
        "C:/a.jpg",
        "\\\\server\\share\\a.jpg",
        "\\a.jpg",
        "..\\a.jpg",
        "..",
        "a\ud800.jpg",
    ],
)
def test_name_that_could_leave_the_folder_is_a_fault(name):
    (fault,) = name_faults(name)
    assert fault.startswith("D-110 c.csv:7: the image name ")
    assert fault.endswith("could lead out of the images folder; name a file inside it")


@pytest.mark.parametrize("name", ["", " ", "\t"])
def test_empty_name_is_a_fault(name):
    assert name_faults(name) == ["D-110 c.csv:7: the image name is empty; write one or remove the line"]


@pytest.mark.parametrize(("name", "plain"), [("./a.jpg", "a.jpg"), ("a//b.jpg", "a/b.jpg"), ("a/./b.jpg", "a/b.jpg")])
def test_second_spelling_of_a_name_is_a_fault(name, plain):
    (fault,) = name_faults(name)
    assert fault.startswith(f"D-110 c.csv:7: the image name {name!r} is not in its plain form; write {plain!r}")


@pytest.mark.parametrize("name", ["a.jpg", "a/b c.jpg", "%2e%2e", "..a.jpg", "a..jpg", "ü/犬.png", "a" * 255, "a#en#0"])
def test_name_inside_the_folder_is_fine(name):
    assert name_faults(name) == []


def test_repeated_images_and_unknown_splits_are_faults():
    names = [("a.jpg", "train"), ("a.jpg", "train"), ("b.jpg", "train"), ("b.jpg", "test"), ("c.jpg", "dev")]
    faults = Faults()
    rows = [ImageRow("list.txt", line, name, split) for line, (name, split) in enumerate(names, start=1)]
    assert checks.check_images(rows, faults) == [rows[0], rows[2], rows[4]]
    assert [str(fault) for fault in faults.found] == [
        "D-111 list.txt:2: image 'a.jpg' is listed already at list.txt:1; remove one",
        "D-112 list.txt:4: image 'b.jpg' is in two splits, 'test' here and 'train' at list.txt:3; keep it in one",
        "D-113 list.txt:5: the split is 'dev'; write train, val or test",
    ]


def test_long_text_is_cut_in_messages():
    assert checks.quote("x" * 60) == repr("x" * 60)
    assert checks.quote("x" * 61) == repr("x" * 60 + "...")


def test_many_texts_are_cut_in_messages():
    assert checks.quote_all([]) == "none"
    assert checks.quote_all(["a", "b\n"]) == "'a', 'b\\n'"
    assert checks.quote_all(["a"] * 1_012).endswith("'a', 'a' and 1,002 more")
