"""Which keys of its settings each reader reads paths from, and which files those are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

NEEDED = {
    "multi30k": ("folder",),
    "coco": ("split_file",),
    "flickr30k": ("split_file",),
    "xtd": ("folder",),
    "vatex": ("training", "validation"),
    "folder": ("captions",),
}
OPTIONAL = {"coco": ("leave_out",), "xtd": ("coco",), "vatex": ("test",)}
LANGUAGES = {"flickr30k": ("en",), "vatex": ("en", "zh")}  # of readers whose data sets have no others
_XTD_FILES = {
    "de": "MIC/test_1kcaptions_de.txt",
    "fr": "MIC/test_1kcaptions_fr.txt",
    "ja": "STAIR/test_1kcaptions_jp.txt",
}


def named_paths(reader: str, *, settings: Mapping[str, Any], languages: Sequence[str]) -> dict[str, str | None]:
    """Return the paths in a reader's settings by key, those of photos excepted; None where a needed one is not set."""
    paths = {key: settings[key] for key in NEEDED[reader]}
    paths |= {key: settings[key] for key in OPTIONAL.get(reader, ()) if settings[key] is not None}
    if reader == "coco":
        for language in (code for code in languages if code in settings["captions"]):
            for number, path in enumerate(settings["captions"][language]):
                paths[f"captions.{language}.{number}"] = path
    return paths


def caption_files(reader: str, *, settings: Mapping[str, Any], languages: Sequence[str]) -> list[str]:
    """Return the files that a reader reads, those of photos excepted; scenes are read as a folder."""
    if reader == "multi30k":
        task = Path(settings["folder"], "data", settings["task"])
        return sorted(str(file) for part in ("image_splits", "raw") for file in (task / part).glob("*.*"))
    if reader == "xtd":
        folder = Path(settings["folder"])
        captions = [xtd_captions(folder, language) for language in languages]
        coco = [settings["coco"]] if settings["coco"] is not None else []
        # a language without a file is told by the reader, with those that there are
        return [str(xtd_names(folder)), *(str(file) for file in captions if file.is_file()), *coco]
    paths = named_paths("folder" if reader == "scenes" else reader, settings=settings, languages=languages)
    return [path for path in paths.values() if path is not None]


def absent_languages(reader: str, *, settings: Mapping[str, Any], languages: Sequence[str]) -> list[str]:
    """Return the languages that a reader cannot find captions in, as far as its settings tell."""
    found = ("en", *settings["captions"]) if reader == "coco" else LANGUAGES.get(reader, languages)
    return [language for language in languages if language not in found]


def xtd_names(folder: Path) -> Path:
    """Return the list of XTD10's images."""
    return folder / "XTD10/test_image_names.txt"


def xtd_captions(folder: Path, language: str) -> Path:
    """Return XTD10's captions in a language; those of two other data sets lie in folders of their own."""
    return folder / _XTD_FILES.get(language, f"XTD10/test_1kcaptions_{language}.txt")
