"""Files of word pairs in the format of MUSE's dictionaries (Conneau 2018): a word and its translation a line."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from pathlib import Path

from crosscap.faults import Faults, InputError

logger = logging.getLogger(__name__)

MUSE_ADDRESS = "https://dl.fbaipublicfiles.com/arrival/dictionaries/"

Pairs = list[tuple[str, str]]


def read_dictionaries(paths: Sequence[Path]) -> list[Pairs]:
    """Read files of word pairs, a pair a line, separated by spaces or a tab; every fault of all files in one error.

    Raises:
        InputError: files are missing, empty, not UTF-8, or have lines without exactly two words.
    """
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        raise InputError(
            f"{paths[0].parent}: {', '.join(missing)} missing; each direction needs "
            f"{', '.join(path.name for path in paths)} (MUSE has them at {MUSE_ADDRESS})"
        )
    faults = Faults()
    dictionaries = [_read_dictionary(path, faults) for path in paths]
    faults.raise_any()
    return dictionaries


def _read_dictionary(path: Path, faults: Faults) -> Pairs:
    """Read one file of pairs, blank lines left out; its faults go to `faults`."""
    pairs = []
    for number, raw in enumerate(path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        try:
            line = raw.decode().strip(" \t\r")
        except UnicodeDecodeError:
            faults.add("D-301", path, number, "not UTF-8; convert the file")
            continue
        words = re.split(r"[ \t]+", line)  # no other white space: words may hold a no-break space
        if len(words) == 2:
            pairs.append((words[0], words[1]))
        elif line:
            faults.add("D-302", path, number, f"{len(words)} words, expected two: a word and its translation")
    if not pairs:
        faults.add("D-303", path, None, "no word pairs; download the file again")
    if repeated := len(pairs) - len(set(pairs)):
        logger.warning("%s: %d of %d pairs are repetitions, which count once", path, repeated, len(pairs))
    return pairs
