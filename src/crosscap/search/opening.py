"""Opening an index: all that answers are made from is read or mapped at once, before a writer can replace it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from crosscap.models.store import StoredModel, load_model
from crosscap.search import store
from crosscap.search.approximate import Candidates, read_candidates
from crosscap.search.contents import Contents, open_contents
from crosscap.search.encoding import PhotoEncoder
from crosscap.search.model import sentences_of
from crosscap.search.network import Network
from crosscap.search.sentences import Sentences

HASHED = 2**28  # bytes of an index, some 30,000 photos, that are hashed on opening: less than half a second


@dataclass(frozen=True)
class Opened:
    """An open index; None stands for what its model or its size does not need, or its features do not allow."""

    contents: Contents
    stored: StoredModel
    sentences: Sentences | None
    candidates: Candidates | None
    encoder: PhotoEncoder | None


def open_index(folder: Path) -> Opened:
    """Open an index; the networks for photos and sentences are loaded when they are first asked.

    Raises:
        InputError: there is no index, or it is damaged.
    """
    return store.read(folder, _open)


def _open(place: Path, manifest: store.Manifest) -> Opened:
    """Open the files of an index, after reading all of a small one: the bits of a memory-mapped file flip silently."""
    if sum(facts["bytes"] for facts in manifest["files"].values()) <= HASHED:
        store.check_hashes(place, manifest)
    contents, stored, facts = open_contents(place, manifest), load_model(place / store.MODEL), manifest["features"]
    reads_photos = facts.get("backbone", "precomputed") != "precomputed"
    return Opened(
        contents=contents,
        stored=stored,
        sentences=sentences_of(place, manifest),
        candidates=read_candidates(place, contents.embeddings) if manifest["approximate"] else None,
        encoder=PhotoEncoder(stored.model, Network(**facts)) if reads_photos else None,
    )
