"""crosscap index on the command line."""

from pathlib import Path

import pytest

from crosscap.cli import main
from crosscap.commands.index import _told
from crosscap.search.build import Built
from crosscap.search.photos import Unreadable
from tests.search.serving import make_captions, make_model, make_photos


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("command")
    photos = make_photos(folder / "photos")
    (photos / "broken.jpg").write_bytes(b"no photo")
    return make_model(folder / "model"), photos, make_captions(photos, folder / "captions.jsonl")


def index(model, photos, folder, *more):
    return main(["index", str(model), str(photos), "--output", str(folder / "index"), *map(str, more)])


def test_an_index_is_made_brought_up_to_date_and_verified(made, tmp_path, capsys):
    model, photos, captions = made
    assert index(model, photos, tmp_path, "--captions", captions) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("index: 12 photos (12 new, 0 kept, 0 dropped), 36 captions")
    assert lines[1] == "1 photos cannot be read and are left out:"
    assert lines[2] == "  broken.jpg: not a whole JPEG or PNG image; replace it or remove it"
    assert index(model, photos, tmp_path) == 0
    assert "(0 new, 12 kept, 0 dropped), 36 captions" in capsys.readouterr().out
    assert main(["index", "--verify", str(tmp_path / "index")]) == 0
    assert "files are whole" in capsys.readouterr().out


def test_a_terminal_obeys_no_name_of_a_file():
    built = Built(0, 0, 0, 0, 0, unreadable=(Unreadable("a\x1b[2J\n\u202e.jpg", "no photo"),))
    assert _told(built, Path("index")).splitlines()[2] == "  a\ufffd[2J\ufffd\ufffd.jpg: no photo"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--backbone", "resnet19"], "unknown network 'resnet19'"),
        (
            ["--backbone", "resnet50"],
            "makes features of 2048 numbers, the model reads 1 x 512; give the network of its training with --backbone",
        ),
        (["--weights", "absent.safetensors"], "absent.safetensors: no such file"),
        (["--approximate-from", "0"], "--approximate-from is 0; give 1 image or more"),
        (["--approximate-from=-1"], "--approximate-from is -1; give 1 image or more"),
        (["--crop", "64"], "crop must be from 1 to resize"),
        (["--languages", "fr"], "no words in fr; make a model that has them: crosscap add-language"),
        (["--captions", "absent.csv"], "absent.csv"),
    ],
)
def test_what_does_not_fit_is_told_in_a_line(made, tmp_path, capsys, more, told):
    model, photos, _ = made
    assert index(model, photos, tmp_path, *more) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "index/manifest.json").exists()


def test_a_folder_above_the_model_names_the_model_in_it(made, tmp_path, capsys):
    model, photos, _ = made
    assert index(model.parent, photos, tmp_path) == 2
    assert f"model.json: no such file; give the folder model in it: {model}" in capsys.readouterr().err
    assert index(photos, photos, tmp_path) == 2
    assert capsys.readouterr().err.rstrip().endswith("model.json: no such file")


def test_arguments_that_are_missing_are_told(capsys):
    assert main(["index", "model"]) == 2
    assert "give MODEL, IMAGES and --output INDEX, or --verify INDEX" in capsys.readouterr().err
