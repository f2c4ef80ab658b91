"""The data set: read as the workflow reads it, counted, and searched for what is in train and in another split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pandas as pd

from crosscap.doctor.findings import Findings
from crosscap.doctor.inputs import Inputs
from crosscap.readers.accepted import SPLITS
from crosscap.readers.choose import read
from crosscap.readers.quarantine import Quarantine
from crosscap.text.overlap import overlap_report
from crosscap.text.tokens import tokenize

WHAT = "data set: captions and photos"


@dataclass(frozen=True)
class Data:
    """The tables images and captions of a sound data set, its table tokens, and the images that were set aside."""

    images: pd.DataFrame
    captions: pd.DataFrame
    tokens: pd.DataFrame
    quarantined: frozenset[str] = frozenset()


def check_dataset(inputs: Inputs, findings: Findings) -> Data | None:
    """Read the data set, and return it where it is sound.

    Of each photo the header is read, for its kind and size, and all bytes are hashed. It is not decoded, but where
    broken photos are set aside: that takes ten times as long, and the stage that extracts features, which has to do
    it, names each photo that fails.
    """
    if inputs.reader == "scenes":
        findings.note(WHAT, "scenes are generated: there is nothing to read")
        return None
    if missing := inputs.missing():
        findings.skip(WHAT, f"not read: {', '.join(missing)} of dataset.{inputs.reader} must be mended first")
        return None
    data = None
    with findings.check(WHAT, code="D-100", file=f"dataset.{inputs.reader}"):
        aside = Quarantine() if inputs.broken_photos == "quarantine" else None
        images, captions = read(inputs.reader, languages=inputs.languages, settings=inputs.section, quarantine=aside)
        quarantined = {photo.image_id for photo in aside.photos} if aside else set()
        data = Data(images, captions, split_into_words(images, captions, inputs.tokens), frozenset(quarantined))
    if data is not None:
        findings.figures |= {"counts": counts(data), "leakage": _leaked_captions(data.tokens, findings)}
        findings.figures["leaked_photos"] = _leaked_photos(data.images, findings)
        for split in (split for split in SPLITS if split not in set(data.images["split"])):
            findings.warnings.add("D-502", f"dataset.{inputs.reader}", None, f"no image is in {split}; is that meant?")
    return data


def split_into_words(images: pd.DataFrame, captions: pd.DataFrame, settings: Mapping[str, Any]) -> pd.DataFrame:
    """Return the table tokens of all languages."""
    frame = captions.merge(images[["image_id", "split"]], on="image_id")
    for language, rows in frame.groupby("language").groups.items():
        words = tokenize(frame.loc[rows, "text"].tolist(), language=str(language), **settings)
        frame.loc[rows, "tokens"] = pd.Series(words, index=rows)
    return frame


def counts(data: Data) -> dict[str, Any]:
    """Return how many images each split has, and how many captions by language."""
    by_language = data.tokens.groupby("language")["split"]
    return {
        "images": _by_split(data.images["split"]),
        "captions": {str(language): _by_split(splits) for language, splits in by_language},
    }


def _by_split(splits: pd.Series) -> dict[str, int]:
    """Return how often each split occurs."""
    return {split: int((splits == split).sum()) for split in SPLITS}


def _leaked_captions(tokens: pd.DataFrame, findings: Findings) -> dict[str, Any]:
    """Return how many captions of val and test stand word for word among those of train, by language; warn of them."""
    leakage = {}
    for split in SPLITS[1:]:
        report = overlap_report(tokens[tokens["split"] == split], tokens)
        leakage[f"{split} captions"] = report
        told = [f"{row['percent']} % in {language}" for language, row in report.items() if row["in_training"]]
        if told:
            message = f"{', '.join(told)} are training captions word for word; results on them flatter"
            findings.warnings.add("D-501", f"{split} captions", None, message)
    return leakage


def _leaked_photos(images: pd.DataFrame, findings: Findings) -> dict[str, int]:
    """Return how many photos of val and test are, byte for byte, in train; warn of these, and of test's in val."""
    hashed = images[images["sha256"] != ""]
    photos = {split: set(hashed.loc[hashed["split"] == split, "sha256"]) for split in SPLITS}
    leaked = {}
    for other, split in combinations(SPLITS, 2):
        twice = hashed.loc[(hashed["split"] == split) & hashed["sha256"].isin(photos[other]), "image_id"]
        leaked[other, split] = len(twice)
        if len(twice):
            message = f"{len(twice)} photos are in {other} too, first: {twice.iloc[0]}; remove one of the two"
            findings.warnings.add("D-501", f"{split} photos", None, message)
    return {split: leaked["train", split] for split in SPLITS[1:]}
