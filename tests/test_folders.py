"""Folders that are there whole or not at all."""

import stat

import pytest

from crosscap.faults import InputError
from crosscap.folders import whole_folder


def test_a_folder_appears_when_it_is_whole(tmp_path):
    place = tmp_path / "deep/new"
    with whole_folder(place) as folder:
        (folder / "file").write_text("all")
        assert not place.exists()
    assert (place / "file").read_text() == "all"
    assert stat.S_IMODE(place.stat().st_mode) == 0o755
    assert list(place.parent.iterdir()) == [place]


def test_nothing_is_left_of_a_failure(tmp_path):
    def fail():
        with whole_folder(tmp_path / "new") as folder:
            (folder / "file").write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert not list(tmp_path.iterdir())


def test_what_is_there_is_left_alone(tmp_path):
    (tmp_path / "link").symlink_to("nowhere")
    for place in (tmp_path, tmp_path / "link"):
        with pytest.raises(InputError, match="exists already; remove it, or choose another name"), whole_folder(place):
            pass
