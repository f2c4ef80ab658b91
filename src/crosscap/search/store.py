"""An index on disk: `manifest.json`, and a folder of files that it lists, a new one each time the index is written.

The manifest is the last file to be written and is replaced in one step, so a reader sees the old or the new files, all
of them. It is sealed, and says of each file its size and sha256. Reading checks the manifest and the sizes;
`check_hashes` reads everything. A writer holds a lock.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from crosscap import files
from crosscap.faults import InputError
from crosscap.notes import read_sealed, write_sealed

FORMAT = "2"
MANIFEST, LOCK = "manifest.json", "lock"

# the files of an index; those of captions, words and candidates are there where they are needed
ITEMS, EMBEDDINGS = "items.parquet", "embeddings.npy"
THUMBNAILS, THUMBNAIL_ENDS = "thumbnails.bin", "thumbnail-ends.npy"
CAPTIONS, CAPTION_EMBEDDINGS = "captions.parquet", "caption-embeddings.npy"
MODEL, WORDS, CANDIDATES = "model", "words", "candidates.faiss"

AGAIN = "remove the folder and make the index again"
REMEDY = f"restore it, or {AGAIN}"
APPROXIMATE_FROM = 1_000_000  # images above which candidates alone are scored; fewer are scored one and all

Manifest = Mapping[str, Any]
Result = TypeVar("Result")


def read(folder: Path, opened: Callable[[Path, Manifest], Result]) -> Result:
    """Check the sizes of an index's files, and return what `opened` makes of their folder and the manifest.

    Where a writer replaces the index meanwhile, the new one is read.

    Raises:
        InputError: there is no index, it is of another format, or the manifest or a file is damaged.
    """
    while True:
        manifest = read_manifest(folder)
        place = folder / manifest["generation"]
        try:
            _check_sizes(place, manifest)
            return opened(place, manifest)
        except (InputError, OSError) as error:
            if read_manifest(folder) != manifest:
                continue
            if isinstance(error, InputError):
                raise
            raise InputError(f"{error}; {REMEDY}") from error


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest, and check it, but not the files that it lists.

    Raises:
        InputError: there is no index, it is of another format, or the manifest is damaged.
    """
    path = folder / MANIFEST
    if not path.is_file():
        if (folder / "index" / MANIFEST).is_file():
            raise InputError(f"{folder}: there is no index here, but there is one in it: give {folder / 'index'}")
        raise InputError(
            f"{folder}: there is no index here; make one with: crosscap index MODEL IMAGES --output {folder}"
        )
    manifest = read_sealed(path, kind="index", format=FORMAT, remedy=AGAIN)
    outside = [name for name in (manifest["generation"], *manifest["files"]) if not _is_inside(name)]
    if outside:
        raise InputError(f"{path}: names files outside its folder, such as {outside[0]}; {REMEDY}")
    return manifest


def _is_inside(name: str) -> bool:
    """Tell whether a name of a manifest stays below its folder."""
    parts = PurePosixPath(name).parts
    return not name.startswith("/") and ".." not in parts


def verify(folder: Path) -> int:
    """Read every file of an index, compare its sha256 with the manifest's, and return how many files there are.

    Raises:
        InputError: a file is missing or damaged; all such are named.
    """
    return read(folder, check_hashes)


def _check_sizes(place: Path, manifest: Manifest) -> None:
    """Refuse files that are missing or of another size than the manifest says."""
    for name, facts in manifest["files"].items():
        file = place / name
        size = file.stat().st_size if file.is_file() else None
        if size != facts["bytes"]:
            found = "missing" if size is None else f"{size:,} bytes instead of {facts['bytes']:,}"
            raise InputError(f"{file}: {found}; {REMEDY}")


def check_hashes(place: Path, manifest: Manifest, *, but: Sequence[str] = ()) -> int:
    """Compare the files of an index with its manifest, and return how many; names that begin as one of `but` are not.

    Raises:
        InputError: files are damaged; all such are named.
    """
    listed = {name: facts for name, facts in manifest["files"].items() if not name.startswith(tuple(but))}
    damaged = [str(place / name) for name, facts in listed.items() if files.sha256_of(place / name) != facts["sha256"]]
    if damaged:
        names = ", ".join(damaged)
        raise InputError(f"damaged: {names}; restore each from a copy, or {AGAIN}")
    return len(listed)


@contextmanager
def writing(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Hold an index alone and give an empty folder for its files, and facts to fill in for the manifest.

    At the end of the block the manifest is written, whereby the new files take the place of the old ones. A block that
    raises leaves the index as it was.

    Raises:
        InputError: another process writes the index, the folder holds something else, or the disk is full.
    """
    _refuse_foreign(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with files.no_room_told(folder), (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(f"{folder}: another process is writing this index; wait for it or stop it") from None
        generation = str(1 + max((int(path.name) for path in _generations(folder)), default=0))
        new = folder / generation
        new.mkdir()
        facts: dict[str, Any] = {}
        try:
            yield new, facts
            manifest = facts | {"generation": generation, "files": listing(new)}
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
        # a failure here leaves files that the next writer clears
        write_sealed(folder / MANIFEST, manifest, format=FORMAT)
        for old in _generations(folder):
            if old != new:
                shutil.rmtree(old, ignore_errors=True)


def _generations(folder: Path) -> list[Path]:
    """Return the folders of files that writers have made, one of them that of the manifest."""
    return [path for path in folder.iterdir() if path.is_dir() and path.name.isdecimal()]


def _refuse_foreign(folder: Path) -> None:
    """Refuse a folder that is in use for something else, lest a slip of the hand mixes it with an index."""
    if folder.is_dir() and not (folder / MANIFEST).is_file():
        other = [path.name for path in folder.iterdir() if not path.name.startswith(".") and path.name != LOCK]
        if any(not name.isdecimal() for name in other):
            raise InputError(
                f"{folder}: holds other files, such as {min(other)}; give a folder of its own for the index"
            )
    elif folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: a file; give a folder for the index")


def listing(folder: Path) -> dict[str, dict[str, object]]:
    """Return the size and sha256 of each file below a folder, by its name there."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": files.sha256_of(path)}
        for path in found
    }
