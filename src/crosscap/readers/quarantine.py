"""Photos that cannot be used, set aside with their captions instead of ending the run, and told of beside the results.

This is for large collections in which some photos are always broken. It is asked for (`dataset.broken_photos`), because
results on fewer test images are results on another test set.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from crosscap.faults import Faults
from crosscap.readers.accepted import SPLITS
from crosscap.readers.checks import CaptionRow, ImageRow
from crosscap.readers.photos import find_broken

POLICIES = ("fail", "quarantine")
_TOO_MANY = 0.5  # of a split's photos: then the folder is wrong rather than the photos

logger = logging.getLogger(__name__)


class BrokenPhoto(NamedTuple):
    """A photo that is set aside, and why."""

    image_id: str
    split: str
    problem: str


@dataclass
class Quarantine:
    """A collector of the photos that are set aside, the captions that go with them, and the images that there were."""

    photos: list[BrokenPhoto] = field(default_factory=list)
    captions: int = 0
    images: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for the file that the report reads."""
        photos = [photo._asdict() for photo in sorted(self.photos)]
        return {"photos": photos, "captions": self.captions, "images": self.images}


def set_aside(
    images: Sequence[ImageRow], captions: Sequence[CaptionRow], *, folder: Path, quarantine: Quarantine, faults: Faults
) -> tuple[list[ImageRow], list[CaptionRow]]:
    """Return the images whose photos can be decoded whole, and their captions; the others go to `quarantine`.

    A split that loses more than half of its photos is a fault.
    """
    problems = find_broken(images, folder) if folder.is_dir() else {}  # a missing folder is noted later
    broken = [
        BrokenPhoto(row.image_id, row.split, problems[row.image_id]) for row in images if row.image_id in problems
    ]
    kept = [row for row in captions if row.image_id not in problems]
    quarantine.photos += broken
    quarantine.captions += len(captions) - len(kept)
    quarantine.images = dict(Counter(row.split for row in images))
    for split, count in Counter(photo.split for photo in broken).items():
        if count > _TOO_MANY * quarantine.images[split]:
            first = next(photo for photo in broken if photo.split == split)
            found = (
                f"{count:,} of {quarantine.images[split]:,} photos of {split} cannot be used, first: {first.problem}"
            )
            faults.add("D-135", folder, None, f"{found}; is it the right folder?")
    for line in notices(quarantine.as_dict()):
        logger.warning("%s", line)
    return [row for row in images if row.image_id not in problems], kept


def notices(quarantined: Mapping[str, Any]) -> list[str]:
    """Return what must be said beside results of a data set from which photos were set aside, nothing where none were.

    `quarantined` is what `Quarantine.as_dict` returned.
    """
    counts = Counter(photo["split"] for photo in quarantined["photos"])
    if not counts:
        return []
    by_split = ", ".join(f"{counts[split]:,} {split}" for split in SPLITS if counts[split])
    total = sum(counts.values())
    photos = f"{total:,} photo{'s' * (total > 1)} quarantined with {quarantined['captions']:,} captions: {by_split}."
    lines = [f"{photos} They cannot be read; quarantine.json names them."]
    if counts["test"]:
        images = quarantined["images"]["test"]
        left = f"{images - counts['test']:,} of its {images:,} images"
        lines.append(f"THE TEST SET IS SHORTER: {left} are left. Results are not comparable with those on all of them.")
    return lines
