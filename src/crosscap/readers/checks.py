"""What every reader checks of images and captions, and the codes of the faults that reading a data set finds.

===== ==============================================================================================================
code  what is wrong
===== ==============================================================================================================
D-101 a file or folder that the data set needs is not there
D-102 a .gz file is cut short or damaged
D-103 text is not valid UTF-8 (a byte order mark at the start of a file is fine)
D-104 a line cannot be read: quotes, JSON, number of fields, a value that is not text
D-105 a column or a key is missing, or there twice
D-106 an image list is empty, or a caption file does not have one line an image
D-107 a captions file is of no known kind
D-108 a .gz file unpacks to more than 2 GB
D-110 an image name is empty, not in its plain form, or could lead out of the images folder
D-111 an image is listed twice
D-112 an image is in two splits
D-113 a split has an unknown name
D-114 the split percentages do not add up to 100
D-115 no COCO id can be read from a file name
D-116 an image that is to be left out of training is still in it: a file's ids and file names contradict each other
D-117 a split has no images left
D-120 a caption is empty or shows nothing
D-121 a caption holds a NUL character
D-122 a caption holds bidirectional controls, which make text read otherwise than it is stored
D-123 a caption is too long
D-124 an annotation is there twice
D-125 a language asked for has no captions
D-126 a language is empty, or written otherwise than it is asked for
D-127 an origin has an unknown name
D-128 captions belong to images that are not listed
D-129 an image has more captions in a language than can be counted
D-130 the images folder is not there
D-131 photos are missing
D-132 a photo lies outside the images folder, through a symbolic link
D-133 a photo cannot be opened as JPEG or PNG
D-134 a photo has too many pixels
D-135 more than half of a split's photos cannot be used, where such are to be set aside
D-140 translations do not have one line a training caption
D-141 training captions have no translation
D-142 a training caption is translated in two ways
D-150 a line is no pair of sentences with a score: number of fields, a score that is no number
D-151 scores do not have one line a pair
D-152 a file of pairs has no scored pair
D-153 two files of pairs would have one name in the results
D-160 a tag has two names in a language
D-161 a tag of an image is there twice
D-162 a tag is given to an image that is not in the data set
D-163 a tag of an image has no name
D-164 tags have no name in a language asked for
D-165 no image has a tag
===== ==============================================================================================================
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import NamedTuple

from crosscap.faults import Faults
from crosscap.readers.accepted import SPLITS

ORIGINS = ("human", "translation", "machine")
LONGEST_CAPTION = 10_000  # characters
_SHOWN_CHARACTERS = 60  # of a user's text in a message
_SHOWN_TEXTS = 10  # users' texts in a message, such as the columns found

# Embeddings, overrides and isolates; the marks U+200E, U+200F and U+061C belong to Arabic and Hebrew text.
_BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_SURROGATES = re.compile("[\ud800-\udfff]")  # JSON can write half a character, which no file can store
_INVISIBLE = {"Cc", "Cf", "Zl", "Zp", "Zs"}  # Unicode categories: controls, format characters and spaces


class ImageRow(NamedTuple):
    """An image as the data set lists it, and where."""

    file: str
    line: int
    image_id: str
    split: str


class CaptionRow(NamedTuple):
    """A caption as the data set gives it, and where."""

    file: str
    line: int
    image_id: str
    language: str
    text: str
    origin: str


def quote(text: str) -> str:
    """Return a user's text in quotes for a message: escaped, and cut where it is long."""
    return repr(text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}...")


def quote_all(texts: Sequence[str]) -> str:
    """Return users' texts for a message, the first few of them where they are many."""
    more = f" and {len(texts) - _SHOWN_TEXTS:,} more" if len(texts) > _SHOWN_TEXTS else ""
    return (", ".join(map(quote, texts[:_SHOWN_TEXTS])) or "none") + more


def check_images(rows: Sequence[ImageRow], faults: Faults) -> list[ImageRow]:
    """Note bad names, unknown splits and images listed twice or in two splits; return the rows with a usable name."""
    first: dict[str, ImageRow] = {}
    for row in rows:
        if problem := _name_problem(row.image_id):
            faults.add("D-110", row.file, row.line, problem)
            continue
        if row.split not in SPLITS:
            message = f"the split is {quote(row.split)}; write train, val or test"
            faults.add("D-113", row.file, row.line, message)
        earlier = first.setdefault(row.image_id, row)
        if earlier is not row:
            _note_repeated_image(row, earlier, faults)
    return list(first.values())


def check_captions(rows: Sequence[CaptionRow], faults: Faults) -> list[str]:
    """Note captions that cannot be used; return all texts in Unicode's composed form (NFC) without outer spaces."""
    texts = []
    for row in rows:
        text = unicodedata.normalize("NFC", row.text).strip()
        for code, message in _caption_problems(text):
            faults.add(code, row.file, row.line, message)
        texts.append(text)
    return texts


def check_labels(rows: Sequence[CaptionRow], languages: Sequence[str], faults: Faults) -> None:
    """Note languages that are empty or, but for spaces and capitals, those asked for; note unknown origins."""
    for row in rows:
        plain = row.language.strip().lower()
        if row.language not in languages and (not plain or plain in languages):
            message = f"the language is {quote(row.language)}; write its ISO 639-1 code, such as {languages[0]}"
            faults.add("D-126", row.file, row.line, message)
        if row.origin not in ORIGINS:
            message = f"the origin is {quote(row.origin)}; write human, translation or machine"
            faults.add("D-127", row.file, row.line, message)


def check_languages(languages: Sequence[str], *, found: Collection[str], file: Path, faults: Faults) -> None:
    """Note each language asked for of which the data set has no captions."""
    for language in languages:
        if language not in found:
            has = quote_all(sorted(found))
            message = f"no captions in {language} (languages found: {has}); add them or ask for other languages"
            faults.add("D-125", file, None, message)


def _name_problem(name: str) -> str | None:
    """Return why an image name cannot be used, or None."""
    path = PureWindowsPath(name)  # knows drives, and splits at / and at \ alike
    if not name.strip():
        return "the image name is empty; write one or remove the line"
    if "\0" in name or _SURROGATES.search(name) or path.anchor or ".." in path.parts:
        return f"the image name {quote(name)} could lead out of the images folder; name a file inside it"
    plain = str(PurePosixPath(name))
    if plain != name or plain == ".":
        return f"the image name {quote(name)} is not in its plain form; write {quote(plain)}, in all places alike"
    return None


def _note_repeated_image(row: ImageRow, earlier: ImageRow, faults: Faults) -> None:
    """Note an image that is listed again, in the same or in another split."""
    place = f"{earlier.file}:{earlier.line}"
    if row.split == earlier.split:
        faults.add("D-111", row.file, row.line, f"image {quote(row.image_id)} is listed already at {place}; remove one")
    else:
        splits = f"{quote(row.split)} here and {quote(earlier.split)} at {place}"
        message = f"image {quote(row.image_id)} is in two splits, {splits}; keep it in one"
        faults.add("D-112", row.file, row.line, message)


def _caption_problems(text: str) -> list[tuple[str, str]]:
    """Return the code and message of everything that is wrong with a caption."""
    problems = []
    if all(unicodedata.category(character) in _INVISIBLE for character in text):
        problems.append(("D-120", "the caption is empty; write one or remove the line"))
    if "\0" in text:
        problems.append(("D-121", f"the caption {quote(text)} holds a NUL character; remove it"))
    if _BIDI_CONTROLS.search(text):
        problems.append(("D-122", f"the caption {quote(text)} holds bidirectional control characters; remove them"))
    if len(text) > LONGEST_CAPTION:
        limit = f"{len(text):,} characters, at most {LONGEST_CAPTION:,} are allowed"
        problems.append(("D-123", f"the caption has {limit}; shorten it (was a closing quote forgotten?)"))
    if _SURROGATES.search(text):
        problems.append(("D-103", f"the caption {quote(text)} holds half a character (a surrogate); write it whole"))
    return problems
