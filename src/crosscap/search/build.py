"""Making an index of the photos in a folder, of which only those that are new are embedded."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from crosscap import tables
from crosscap.faults import InputError
from crosscap.search import store
from crosscap.search.captions import embed_captions, kept_captions, read_captions, write_captions
from crosscap.search.contents import Contents, open_contents
from crosscap.search.encoding import PhotoEncoder
from crosscap.search.extended import load_extended, write_model
from crosscap.search.items import Kept, item_table, write_embeddings, write_pictures
from crosscap.search.lists import write_candidates
from crosscap.search.model import Texts, facts_of, sentences_of
from crosscap.search.network import Network
from crosscap.search.photos import Seen, Unreadable, find_photos, first_problem
from crosscap.search.queries import QueryReader

logger = logging.getLogger(__name__)

SAME = ("model", "features")  # facts of a manifest that must agree for embeddings to be kept


@dataclass(frozen=True)
class Built:
    """What became of the photos: rows of the index, how many are new, kept and gone, and which cannot be read."""

    count: int
    added: int
    kept: int
    dropped: int
    captions: int
    unreadable: tuple[Unreadable, ...]


def index_photos(
    model: Path,
    photos: Path,
    index: Path,
    *,
    network: Mapping[str, Any],
    texts: Texts,
    captions: Path | None = None,
    approximate_from: int = store.APPROXIMATE_FROM,
) -> Built:
    """Make or bring up to date the index of the photos below a folder.

    Photos that the index has already, by path and bytes, are kept as they are, unless the model or the network is
    another one; captions are kept where none are given, and embedded anew where texts are read otherwise than before.
    `network` is what the user gives of `Network`.

    Raises:
        InputError: no photo can be read, the model or the network does not fit, or the index is damaged or in writing.
    """
    if not photos.is_dir():
        raise InputError(f"{photos}: no such folder")
    stored = load_extended(model, texts)
    encoder = PhotoEncoder(stored.model, Network.of(facts_of(stored.description, "features"), **network))
    with store.writing(index) as (place, facts):
        facts |= write_model(stored, model, texts, place)
        facts |= {"features": encoder.identified().as_dict()}
        reads = store.listing(place)
        before = store.read(index, _open_whole) if (index / store.MANIFEST).is_file() else None
        old = Kept(_reusable(before, facts))
        seen, problems = _pictures_below(photos, place, kept=old)
        items = item_table(seen)
        tables.write_table(items, place / store.ITEMS, name="items")
        write_embeddings(items, photos, place, encoder=encoder, kept=old)
        reader = QueryReader(stored, tokens=facts["tokens"], sentences=sentences_of(place, facts))
        facts |= {"count": len(items), "unreadable": [asdict(problem) for problem in problems]}
        alike = before is not None and _read_alike(before.manifest, facts, reads)
        facts["captions"] = _index_captions(captions, before, items, reader, place, alike=alike)
        facts["approximate"] = write_candidates(place, threshold=approximate_from)
    reused = sum(old.row(one.photo.path, one.photo.sha256) >= 0 for one in seen)
    return Built(len(items), len(items) - reused, reused, len(old.rows) - reused, facts["captions"], problems)


def _pictures_below(photos: Path, place: Path, *, kept: Kept) -> tuple[list[Seen], tuple[Unreadable, ...]]:
    """Write the small pictures of all photos below a folder; return those that can be read, and why others cannot."""
    found, refused = find_photos(photos)
    seen, unreadable = write_pictures(found, photos, place, kept=kept)
    problems = (*refused, *unreadable)
    if not seen:
        raise InputError(f"{photos}: no photo can be read{first_problem(problems)}")
    return seen, problems


def _open_whole(place: Path, manifest: store.Manifest) -> Contents:
    """Open an index to keep what it holds: damage would be written anew, with hashes that hide it."""
    store.check_hashes(place, manifest, but=(f"{store.MODEL}/", f"{store.WORDS}/", store.CANDIDATES))  # are not kept
    return open_contents(place, manifest)


def _reusable(old: Contents | None, facts: Mapping[str, Any]) -> Contents | None:
    """Return the index as it was, None where there is none or it was made with another model or network."""
    if old is None:
        return None
    changed = [key for key in SAME if old.manifest.get(key) != facts.get(key)]
    if changed:
        logger.warning("another %s than before: all photos are embedded anew", " and ".join(changed))
        return None
    return old


def _index_captions(
    given: Path | None, before: Contents | None, items: pd.DataFrame, reader: QueryReader, place: Path, *, alike: bool
) -> int:
    """Write the captions that are given, or else those of before, and return their number.

    Those of before keep their embeddings where texts are read `alike`.
    """
    if given is not None:
        frame = read_captions(given, items, reader)
    elif before is not None:
        frame, embedded = kept_captions(before, items, reader)
        if alike:
            return write_captions(frame, embedded, place)
    else:
        return 0
    return write_captions(frame, embed_captions(frame, reader), place)


def _read_alike(old: store.Manifest, facts: Mapping[str, Any], reads: Mapping[str, Any]) -> bool:
    """Tell whether texts are read as before: by the same files, `reads`, in the same words, by the same encoder."""
    read = {
        name: file for name, file in old["files"].items() if name.startswith((f"{store.MODEL}/", f"{store.WORDS}/"))
    }
    return read == reads and all(old[key] == facts[key] for key in ("tokens", "encoder"))
