"""An index on disk: written whole or not at all, by one at a time, and refused by name when damaged."""

import json

import pytest

from crosscap.faults import InputError
from crosscap.notes import write_sealed
from crosscap.search import store


def write(folder, **contents):
    with store.writing(folder) as (place, facts):
        for name, text in contents.items():
            (place / name).write_text(text)
        facts["count"] = len(contents)


def content(folder, name):
    return store.read(folder, lambda place, _: (place / name).read_text())


def test_new_files_take_the_place_of_the_old_ones(tmp_path):
    write(tmp_path / "index", a="old", b="gone")
    write(tmp_path / "index", a="new")
    assert content(tmp_path / "index", "a") == "new"
    assert store.read_manifest(tmp_path / "index")["count"] == 1
    assert sorted(path.name for path in (tmp_path / "index").iterdir()) == ["2", "lock", "manifest.json"]
    assert store.verify(tmp_path / "index") == 1


def test_a_writer_that_fails_leaves_the_index_as_it_was(tmp_path):
    write(tmp_path, a="old")
    with pytest.raises(IsADirectoryError):
        write(tmp_path, a="half", **{".": "no file"})
    assert content(tmp_path, "a") == "old"
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["1"]


def test_what_a_killed_writer_left_is_cleared_by_the_next(tmp_path):
    write(tmp_path, a="old")
    (tmp_path / "7").mkdir()
    (tmp_path / "7/half").write_text("half")
    assert content(tmp_path, "a") == "old"
    write(tmp_path, a="new")
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["8"]


def test_a_second_writer_is_refused(tmp_path):
    with store.writing(tmp_path), pytest.raises(InputError, match="another process is writing this index"):
        write(tmp_path, a="mine")


def test_a_folder_in_other_use_is_not_written_into(tmp_path):
    (tmp_path / "holiday.jpg").write_text("")
    with pytest.raises(InputError, match=r"holds other files, such as holiday\.jpg"):
        write(tmp_path, a="mine")
    with pytest.raises(InputError, match="a file; give a folder"):
        write(tmp_path / "holiday.jpg", a="mine")


def test_a_folder_without_an_index_says_how_to_make_one(tmp_path):
    with pytest.raises(InputError, match="no index here; make one with: crosscap index"):
        store.read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda file: file.write_text("shorter"), "7 bytes instead of 12"),
        (lambda file: file.unlink(), "missing"),
    ],
)
def test_a_file_of_another_size_or_missing_is_named_on_opening(tmp_path, damage, told):
    write(tmp_path, a="twelve bytes")
    damage(tmp_path / "1/a")
    with pytest.raises(InputError, match=f"1/a: {told}"):
        content(tmp_path, "a")


def test_a_flipped_bit_is_found_by_verify(tmp_path):
    write(tmp_path, a="text", b="text")
    (tmp_path / "1/b").write_text("texu")
    assert content(tmp_path, "b") == "texu"
    with pytest.raises(InputError, match=r"damaged: \S*1/b; restore"):
        store.verify(tmp_path)


def test_a_manifest_that_was_changed_or_is_of_another_format_is_refused(tmp_path):
    write(tmp_path, a="text")
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps(manifest | {"count": 2}))
    with pytest.raises(InputError, match=r"manifest\.json: damaged"):
        store.read_manifest(tmp_path)
    (tmp_path / "manifest.json").write_text(json.dumps(manifest | {"format": "0"}))
    with pytest.raises(InputError, match="index format 0, expected 2"):
        store.read_manifest(tmp_path)
    (tmp_path / "manifest.json").write_text("[]")
    with pytest.raises(InputError, match="index format none, expected 2"):
        store.read_manifest(tmp_path)


@pytest.mark.parametrize(
    "changed", [{"generation": "../other"}, {"files": {"../secret": {}}}, {"files": {"/etc/passwd": {}}}]
)
def test_a_manifest_never_names_files_outside_its_folder(tmp_path, changed):
    write(tmp_path, a="text")
    manifest = store.read_manifest(tmp_path)
    write_sealed(tmp_path / store.MANIFEST, {**manifest, **changed}, format=store.FORMAT)
    with pytest.raises(InputError, match="names files outside its folder"):
        store.read_manifest(tmp_path)


def test_a_reader_that_a_writer_overtakes_reads_the_new_files(tmp_path):
    write(tmp_path, a="first")
    overtakers = iter(("second", "third"))

    def read_slowly(place, manifest):
        if text := next(overtakers, ""):
            write(tmp_path, a=text)
        return (place / "a").read_text()

    assert store.read(tmp_path, read_slowly) == "third"


def test_sizes_that_a_writer_takes_away_are_no_damage(tmp_path, monkeypatch):
    write(tmp_path, a="first")
    stale = store.read_manifest(tmp_path)
    write(tmp_path, a="second")
    manifests = iter((stale,))
    read_manifest = store.read_manifest
    monkeypatch.setattr(store, "read_manifest", lambda folder: next(manifests, None) or read_manifest(folder))
    assert content(tmp_path, "a") == "second"


def test_a_file_that_cannot_be_read_is_named_where_no_writer_is_about(tmp_path):
    write(tmp_path, a="text")
    with pytest.raises(InputError, match=r"1/b'?; restore it, or remove the folder and make the index again"):
        content(tmp_path, "b")
