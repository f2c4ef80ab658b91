"""crosscap search on the command line."""

import json

import pytest

from crosscap.cli import main
from crosscap.commands.search import _table
from tests.search.serving import make_searcher


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("command")
    make_searcher(folder)
    return folder


def search(folder, *arguments):
    return main(["search", *map(str, arguments), "--index", str(folder / "index")])


def test_a_text_finds_photos_in_a_table(folder, capsys):
    assert search(folder, "ein rot ball dort", "-k", 3) == 0
    first, head, *rows = capsys.readouterr().out.splitlines()
    assert first.startswith("language de (guessed; --language says another); not known: dort")
    assert head.split() == ["score", "row", "path"]
    assert len(rows) == 3
    scores = [float(row.split()[0]) for row in rows]
    assert scores == sorted(scores, reverse=True)


def test_a_terminal_obeys_no_query_path_or_caption():
    evil, plain = "a\x1b[2J\u202e", "a\ufffd[2J\ufffd"
    read = {"text": "", "language": "en", "detected": False, "tokens": [{"text": evil, "known": False}]}
    shown = _table(read | {"hits": [{"score": 1.0, "row": 0, "path": evil}]})
    assert shown.splitlines()[0].endswith(f"not known: {plain}")
    assert shown.splitlines()[2].endswith(plain)
    assert _table({"captions": [{"score": 1.0, "language": "en", "text": evil}]}).endswith(f"{plain}\n")


def test_the_same_as_json(folder, capsys):
    assert search(folder, "a red ball", "--language", "en", "-k", 2, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["language"], answer["detected"], len(answer["hits"])) == ("en", False, 2)
    assert answer["tokens"][1] == {"text": "red", "known": True}


def test_a_photo_finds_itself_and_its_captions(folder, capsys):
    photo = folder / "photos/photo-04.png"
    assert search(folder, "--image", photo, "-k", 1) == 0
    assert capsys.readouterr().out.splitlines()[1].endswith("photo-04.png")
    assert search(folder, "--image", photo, "--captions", "--language", "ja", "-k", 2) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ["score", "language", "text"]
    assert [row.split()[1:] for row in rows] == [["ja", "赤い家です"]] * 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "give a text or --image PHOTO, one of the two"),
        (["text", "--image", "photo.jpg"], "one of the two"),
        (["text", "--captions"], "--captions are found for a photo"),
        (["text", "-k", "0"], "k is 0"),
        (["text", "--language", "xx"], "the index answers in en, de, ja"),
        (["--image", "absent.jpg"], "absent.jpg: no such file"),
        ([""], "the query is empty"),
    ],
)
def test_wrong_questions_are_told_in_a_line(folder, capsys, arguments, told):
    assert search(folder, *arguments) == 2
    assert told in capsys.readouterr().err


def test_a_folder_is_no_photo(folder, capsys):
    assert search(folder, "--image", folder / "photos") == 2
    assert "photos: a folder; give a photo" in capsys.readouterr().err


def test_a_folder_above_an_index_names_the_index_in_it(folder, capsys):
    assert main(["search", "text", "--index", str(folder)]) == 2
    assert f"there is no index here, but there is one in it: give {folder / 'index'}" in capsys.readouterr().err


def test_no_index_says_how_to_make_one(tmp_path, capsys):
    assert main(["search", "text", "--index", str(tmp_path)]) == 2
    assert "make one with: crosscap index" in capsys.readouterr().err
