"""A full disk, in every writer: told in a line, the old file as it was, nothing left beside it."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import write_report as script

from crosscap import tables
from crosscap.cli import main
from crosscap.faults import InputError
from crosscap.files import no_room_told
from crosscap.folders import whole_folder
from crosscap.models.joint import seeded_model
from crosscap.models.store import Symbols, save_model
from crosscap.notes import write_note
from crosscap.search import store
from crosscap.search.lists import write_candidates
from crosscap.text.vocabulary import SPECIALS
from tests.architectures import small_architecture
from tests.search.serving import make_model, make_photos
from tests.small_disks import KINDS, NO_ROOM, no_room, small

ROOM = 2**15
WORDS = 5000  # of a model that needs more


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Return how room is short."""
    return str(request.param)


@pytest.fixture
def place(kind: str, tmp_path: Path) -> Iterator[Path]:
    """Give a folder in which room can be short."""
    with small(kind, tmp_path / "small") as folder:
        yield folder


def write_table(folder: Path, rows: int) -> None:
    frame = pd.DataFrame({"image_id": [f"{row}.jpg" for row in range(rows)]})
    tables.write_table(frame, folder / "t.parquet", name="features", matrix=np.ones((rows, 64), dtype=np.float32))


def write_values(folder: Path, count: int) -> None:
    write_note(folder / "a.json", {"words": ["word"] * count})


def write_model(folder: Path, count: int) -> None:
    architecture = small_architecture("ame", languages=("en",), feature_dimension=4, text_dimension=8)
    words = [*SPECIALS, *(f"word{number}" for number in range(count))]
    model = seeded_model(architecture, [torch.ones(len(words), 8)], dropout=0.0, generator_seed=1)
    save_model(model, folder / "model", symbols=Symbols(words={"en": words}), facts={})


def write_page(folder: Path, count: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(script, "assemble_report", lambda inputs: {"page": "<p>word</p>" * count})
        script.write_report({}, {"page": folder / "report.html"})


@pytest.mark.parametrize("write", [write_table, write_values, write_model, write_page])
def test_the_old_file_stays(place: Path, kind: str, write: Callable[[Path, int], None]) -> None:
    write(place, 5)
    before = contents(place)
    assert before
    with no_room(kind, place, room=ROOM), pytest.raises(InputError) as told:
        write(place, WORDS)
    assert contents(place) == before
    assert told.match(rf"{place}/.*: ({NO_ROOM}) \([\d,]+ bytes are free in {place}.*, .* needed\); .* and run again")
    write(place, WORDS)
    assert contents(place) != before


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of all files below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_that_does_not_fit_is_not_there(place: Path, kind: str) -> None:
    def write() -> None:
        with whole_folder(place / "new") as folder:
            (folder / "a").write_bytes(b"fits")
            (folder / "b").write_bytes(bytes(2 * ROOM))

    with no_room(kind, place, room=ROOM), pytest.raises(InputError, match=rf"{place}/new: ({NO_ROOM})"):
        write()
    assert not list(place.iterdir())


def test_how_much_is_needed_is_told_where_it_is_known(place: Path, kind: str) -> None:
    with (
        no_room(kind, place, room=ROOM),
        pytest.raises(InputError, match=r"\(\d[\d,]* bytes are free .*, 100,1\d\d byt"),
    ):
        write_note(place / "a.json", {"a": "x" * 100_000})


def test_an_index_stays_wherever_its_update_runs_out_of_room(
    place: Path, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos, model = make_photos(tmp_path / "photos"), make_model(tmp_path / "model")
    command = ["index", str(model), str(photos), "--output", str(place / "index")]
    assert main(command) == 0
    manifest = store.read_manifest(place / "index")
    sizes = [int(facts["bytes"]) for facts in manifest["files"].values()]
    most = sum(sizes) if kind == "disk" else max(sizes)
    for tenths in (0, 3, 6, 9):
        with no_room(kind, place, room=most * tenths // 10):
            assert main(command) == 2
        assert NO_ROOM.split("|")[KINDS.index(kind)] in capsys.readouterr().err
        assert store.verify(place / "index") == len(sizes)
        assert store.read_manifest(place / "index") == manifest
        assert sorted(path.name for path in (place / "index").iterdir()) == ["1", "lock", "manifest.json"]


def test_candidates_that_do_not_fit_are_told(place: Path, kind: str) -> None:
    np.save(place / store.EMBEDDINGS, np.random.default_rng(1).random((5000, 16), dtype=np.float32))
    with (
        no_room(kind, place, room=ROOM),
        pytest.raises(InputError, match=NO_ROOM),
        no_room_told(place / store.CANDIDATES),
    ):
        write_candidates(place, threshold=10)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "your quota of the disk is used up"),
        (OSError("1000 requested and 12 written"), "the disk is full"),  # NumPy's
    ],
)
def test_other_words_for_a_full_disk(tmp_path: Path, error: OSError, told: str) -> None:
    with pytest.raises(InputError, match=told), no_room_told(tmp_path / "a"):
        raise error


def test_other_errors_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(PermissionError), no_room_told(tmp_path / "a"):
        raise PermissionError(errno.EACCES, "Permission denied")
