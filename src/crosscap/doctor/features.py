"""Features that were computed elsewhere, of images and of captions, and the files of benchmarks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crosscap.doctor.dataset import Data
from crosscap.doctor.findings import Findings
from crosscap.doctor.inputs import Inputs
from crosscap.faults import Faults
from crosscap.readers.sts import read_similarity
from crosscap.readers.tags import read_tags
from crosscap.vision.precomputed import open_features

WHOLE = 2_000_000_000  # bytes; of larger files as many rows are read as make up this
NOT_IN_DATA = "D-162"  # a tag's image is not in the data set


def check_features(inputs: Inputs, data: Data | None, findings: Findings) -> None:
    """Check precomputed features of images, and of captions."""
    if inputs.features and Path(inputs.features).exists():
        with findings.check("precomputed features", code="D-211", file=inputs.features):
            names = [] if data is None else data.images["image_id"].tolist()
            findings.figures["features"] = _open(Path(inputs.features), names, item="image")
    for language, file in inputs.sentences.items():
        with findings.check(f"features of captions, {language}", code="D-326", file=file):
            names = [] if data is None else _captions(data, language)
            findings.figures.setdefault("sentences", {})[language] = _open(Path(file), names, item="caption")


def check_benchmarks(inputs: Inputs, data: Data | None, findings: Findings) -> None:
    """Check the files of sentence similarity and of tags, as far as they are there."""
    sts = {language: [Path(path) for path in paths] for language, paths in inputs.sts.items()}
    if sts and all(path.exists() for paths in sts.values() for path in paths):
        with findings.check("pairs of sentences", code="D-410", file="benchmarks.sts"):
            pairs = read_similarity(sts)[0]["language"].value_counts()
            findings.figures["sts"] = {language: int(pairs.get(language, 0)) for language in sts}
    if inputs.tags and all(Path(path).exists() for path in inputs.tags.values()):
        _check_tags(inputs, data, findings)


def _check_tags(inputs: Inputs, data: Data | None, findings: Findings) -> None:
    """Check tags; where the images are not known, no image is a fault."""
    names, truth = (Path(inputs.tags[key]) for key in ("names", "truth"))
    with findings.check("tags", code="D-410", file=names):
        faults = Faults()
        with faults.absorb("D-410", names):
            images, aside = (set(), ()) if data is None else (set(data.images["image_id"]), data.quarantined)
            right, _ = read_tags(names, truth, images=images, languages=inputs.languages, quarantined=aside)
            findings.figures["tags"] = {"images": right["image_id"].nunique(), "right": len(right)}
        faults.found = [fault for fault in faults.found if data is not None or fault.code != NOT_IN_DATA]
        faults.raise_any()


def _open(path: Path, names: Sequence[str], *, item: str) -> dict[str, Any]:
    """Check that there are features of all, finite ones: of large files of some. Return how many, and their shape."""
    step = max(1, math.ceil(path.stat().st_size / WHOLE))
    found = open_features(path, names[::step], item=item)
    return {"rows": len(names), "shape": list(found.shape[1:])}


def _captions(data: Data, language: str) -> list[str]:
    """Return the ids of a language's captions."""
    return data.captions.loc[data.captions["language"] == language, "caption_id"].tolist()
