"""Indexes of folders of photos: what is new, gone, unreadable or oddly named, and an index of an embedded split."""

import io
import shutil

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

import crosscap.search
from crosscap.faults import InputError
from crosscap.models.description import read_description, write_description
from crosscap.models.store import load_model, save_model
from crosscap.search import opening, store
from crosscap.search.build import _read_alike, index_photos
from crosscap.search.contents import CAPTION_COLUMNS
from crosscap.search.embedded import index_embedded
from crosscap.search.model import Texts
from crosscap.torchvision_import import models
from tests.search.serving import NETWORK, make_captions, make_model, make_photos, photo


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("model") / "model")


@pytest.fixture
def photos(tmp_path):
    return make_photos(tmp_path / "photos")


def built(model, photos, index, **more):
    return index_photos(model, photos, index, network={}, texts=Texts(), **more)


def paths(searcher):
    return searcher.contents.items["path"].tolist()


def test_an_index_that_was_extended_is_the_one_made_anew(model, photos, tmp_path):
    first = built(model, photos, tmp_path / "index")
    assert (first.count, first.added, first.kept, first.dropped) == (12, 12, 0, 0)
    (photos / "photo-03.png").unlink()
    (photos / "more").mkdir()
    (photos / "more/new.jpg").write_bytes(photo())
    (photos / "photo-05.png").write_bytes(photo(kind="PNG"))  # another photo under the same name
    second = built(model, photos, tmp_path / "index")
    assert (second.count, second.added, second.kept, second.dropped) == (12, 2, 10, 2)
    built(model, photos, tmp_path / "fresh")
    extended, fresh = (crosscap.search.open(tmp_path / name) for name in ("index", "fresh"))
    assert paths(extended) == paths(fresh) == sorted(paths(fresh))
    np.testing.assert_allclose(extended.contents.embeddings, fresh.contents.embeddings, atol=1e-5)
    assert [extended.thumbnail(row) for row in range(12)] == [fresh.thumbnail(row) for row in range(12)]
    assert store.verify(tmp_path / "index") == len(extended.manifest["files"])


def test_a_photo_finds_itself_and_has_a_small_picture(model, photos, tmp_path):
    built(model, photos, tmp_path / "index")
    searcher = crosscap.search.open(tmp_path / "index")
    row = paths(searcher).index("photo-04.png")
    for image in (photos / "photo-04.png", (photos / "photo-04.png").read_bytes()):
        best = searcher.search_image(image, k=3)[0]
        assert (best.row, best.image_id, best.path) == (row, "photo-04.png", "photo-04.png")
        assert best.score == pytest.approx(1, abs=1e-5)
    with Image.open(io.BytesIO(searcher.thumbnail(row)), formats=["JPEG"]) as picture:
        assert picture.size == (48, 40)
    assert searcher.contents.items.loc[row, ["width", "height"]].tolist() == [48, 40]


def test_another_model_or_network_embeds_all_anew(model, photos, tmp_path):
    built(model, photos, tmp_path / "index")
    again = index_photos(model, photos, tmp_path / "index", network={"resize": 40}, texts=Texts())
    assert (again.added, again.kept) == (12, 0)
    assert crosscap.search.open(tmp_path / "index").manifest["features"]["resize"] == 40


def test_photos_that_cannot_be_read_are_listed_with_why(model, photos, tmp_path):
    whole = photo()
    contents = {"empty.jpg": b"", "half.jpg": whole[: len(whole) // 2], "page.jpg": b"<html>not found</html>"}
    for name, data in contents.items():
        (photos / name).write_bytes(data)
    (photos / "thin.png").write_bytes(photo(900, 10, kind="PNG"))
    (photos / "PNG in fact.JPG").write_bytes(photo(kind="PNG"))
    (photos / "notes.txt").write_text("no photo by its name")
    made = built(model, photos, tmp_path / "index")
    assert made.count == 13
    assert sorted(one.path for one in made.unreadable) == ["empty.jpg", "half.jpg", "page.jpg", "thin.png"]
    listed = crosscap.search.open(tmp_path / "index").manifest["unreadable"]
    assert {one["path"]: one["problem"] for one in listed}["thin.png"].startswith("900 x 10 pixels: too thin")
    assert all(one["problem"] for one in listed)


def test_hidden_files_and_folders_are_no_photos(model, photos, tmp_path):
    (photos / ".thumbnails").mkdir()
    for name in (".thumbnails/small.jpg", "._photo-01.png.jpg"):
        (photos / name).write_bytes(photo())
    made = built(model, photos, tmp_path / "index")
    assert (made.count, len(made.unreadable)) == (12, 0)


def test_odd_names_and_links_never_lead_out_of_the_folder(model, photos, tmp_path):
    outside = tmp_path / "secret.jpg"
    outside.write_bytes(photo())
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/private.jpg").write_bytes(photo())
    odd = ["%2e%2e.jpg", "a b ü 日本.jpg", "n" * 251 + ".jpg"]
    for name in odd:
        (photos / name).write_bytes(photo())
    (photos / "C:\\secret.jpg").write_bytes(photo())
    (photos / "link.jpg").symlink_to(outside)
    (photos / "nowhere.jpg").symlink_to(photos / "gone.jpg")
    (photos / "folder").symlink_to(tmp_path / "elsewhere")
    (photos / "inside.jpg").symlink_to(photos / "photo-01.png")
    bad = str(photos).encode() + b"/\xff.jpg"
    with open(bad, "wb") as file:  # noqa: PTH123  a Path cannot hold these bytes as text
        file.write(photo())
    made = built(model, photos, tmp_path / "index")
    problems = {one.path: one.problem for one in made.unreadable}
    assert set(problems) == {"link.jpg", "nowhere.jpg", "folder", "C:\\secret.jpg", "\\udcff.jpg"}
    assert "out of the folder" in problems["link.jpg"]
    assert "could lead out" in problems["C:\\secret.jpg"]
    found = paths(crosscap.search.open(tmp_path / "index"))
    assert {*odd, "inside.jpg"} <= set(found)


def test_nothing_to_index_is_told(model, tmp_path):
    (tmp_path / "none").mkdir()
    with pytest.raises(InputError, match="no photo can be read; give a folder with JPEGs or PNGs"):
        built(model, tmp_path / "none", tmp_path / "index")
    with pytest.raises(InputError, match="no such folder"):
        built(model, tmp_path / "absent", tmp_path / "index")
    assert not (tmp_path / "index/manifest.json").exists()


def test_weights_that_the_model_was_not_trained_with_are_refused(photos, tmp_path):
    facts = {"features": NETWORK | {"weights_sha256": "ab" * 32}}
    other = make_model(tmp_path / "other")
    write_description(other, read_description(other) | facts)
    with pytest.raises(InputError, match="not the weights of resnet18 that the model was trained with"):
        built(other, photos, tmp_path / "index")


def test_a_file_of_weights_that_is_known_by_its_name_alone_is_asked_for_with_its_sha256(photos, tmp_path):
    model = make_model(tmp_path / "model")
    known = {"weights": "network.safetensors", "weights_sha256": "ab" * 32}
    write_description(model, read_description(model) | {"features": NETWORK | known})
    with pytest.raises(InputError, match=r"network\.safetensors: no such file; .*abababababab.* with --weights$"):
        built(model, photos, tmp_path / "index")


def test_captions_are_found_for_photos_and_kept_while_their_photo_stays(model, photos, tmp_path):
    captions = make_captions(photos, tmp_path / "captions.jsonl")
    assert built(model, photos, tmp_path / "index", captions=captions).captions == 36
    (photos / "photo-03.png").unlink()
    assert built(model, photos, tmp_path / "index").captions == 33
    searcher = crosscap.search.open(tmp_path / "index")
    german = searcher.captions(0, language="de", k=100)
    assert {hit.language for hit in german} == {"de"}
    assert len(german) == 11
    assert len(searcher.captions(photos / "photo-01.png", k=5)) == 5
    scores = [hit.score for hit in searcher.captions(0, k=33)]
    assert scores == sorted(scores, reverse=True)


def test_captions_are_embedded_anew_where_texts_are_read_otherwise(model, photos, tmp_path):
    captions = make_captions(photos, tmp_path / "captions.jsonl")
    built(model, photos, tmp_path / "index", captions=captions)
    before = crosscap.search.open(tmp_path / "index").contents.captions
    cased = tmp_path / "cased"  # the same weights, over captions that were split otherwise
    shutil.copytree(model, cased)
    write_description(cased, read_description(model) | {"tokens": {"tokenizer": "words", "lowercase": "true"}})
    again = built(cased, photos, tmp_path / "index")
    assert (again.kept, again.captions) == (12, 36)
    after = crosscap.search.open(tmp_path / "index").contents.captions
    built(cased, photos, tmp_path / "fresh", captions=captions)
    expected = crosscap.search.open(tmp_path / "fresh").contents.captions
    assert after[0].equals(before[0])
    np.testing.assert_allclose(after[1], expected[1], atol=1e-6)
    assert not np.allclose(after[1], before[1], atol=1e-3)


def test_texts_are_read_alike_by_the_same_files_and_encoder():
    reads, facts = {"model/a": {"sha256": "1"}, "words/en": {"sha256": "2"}}, {"tokens": {}, "encoder": "LaBSE"}
    old = facts | {"files": reads | {"items": {"sha256": "3"}}}
    assert _read_alike(old, facts, reads)
    assert not _read_alike(old, facts | {"encoder": "other"}, reads)
    assert not _read_alike(old, facts, reads | {"words/en": {"sha256": "4"}})
    assert not _read_alike(old, facts, {"model/a": {"sha256": "1"}})


def test_captions_stay_when_the_photos_are_embedded_anew(model, photos, tmp_path):
    built(model, photos, tmp_path / "index", captions=make_captions(photos, tmp_path / "captions.jsonl"))
    again = index_photos(model, photos, tmp_path / "index", network={"resize": 40}, texts=Texts())
    assert (again.added, again.captions) == (12, 36)


def test_other_weights_under_the_same_name_embed_all_anew(model, photos, tmp_path):
    weights = tmp_path / "network.safetensors"
    index = tmp_path / "index"
    for seed in (1, 2):
        torch.manual_seed(seed)
        save_file(models.resnet18().state_dict(), weights)
        made = index_photos(model, photos, index, network={"weights": str(weights)}, texts=Texts())
        assert (made.added, made.kept) == (12, 0)
    searcher = crosscap.search.open(index)
    assert len(searcher.manifest["features"]["weights_sha256"]) == 64
    assert index_photos(model, photos, index, network={"weights": str(weights)}, texts=Texts()).kept == 12
    torch.manual_seed(3)
    save_file(models.resnet18().state_dict(), weights)
    with pytest.raises(InputError, match="or its index made"):
        searcher.search_image(photos / "photo-01.png")


def test_a_manifest_tells_nothing_of_the_machine(model, photos, tmp_path):
    built(model, photos, tmp_path / "index")
    assert str(tmp_path) not in (tmp_path / "index/manifest.json").read_text()


def test_an_embedded_split_answers_as_its_embeddings_do(model, photos, tmp_path):
    names = sorted(path.name for path in photos.iterdir())[:4]
    built(model, photos, tmp_path / "reference")
    reference = crosscap.search.open(tmp_path / "reference")
    rows = [paths(reference).index(name) for name in names]
    texts = ["a red ball", "a blue house"]
    words = [text.split() for text in texts]
    matrix = np.concatenate([reference.contents.embeddings[rows], reference.reader.embed(texts, words, "en")])
    frame = pd.DataFrame(
        {
            "item_id": [*names, "c0", "c1"],
            "image_id": [*names, names[0], names[1]],
            "kind": ["image"] * 4 + ["caption"] * 2,
            "language": [""] * 4 + ["en"] * 2,
        }
    )
    images = reference.contents.items.assign(split="test").iloc[::-1]  # in another order than the embeddings
    captions = pd.DataFrame(
        {"caption_id": ["c1", "c0"], "image_id": [names[1], names[0]], "language": "en", "position": 0}
    ).assign(text=texts[::-1], origin="human")
    given = {"images": images, "captions": captions, "texts": Texts(), "network": NETWORK}
    index_embedded(model, (frame, matrix), tmp_path / "index", photos=photos, **given)
    searcher = crosscap.search.open(tmp_path / "index")
    assert searcher.contents.items["image_id"].tolist() == names
    assert np.array_equal(searcher.contents.embeddings, matrix[:4])
    assert searcher.thumbnail(1) == reference.thumbnail(rows[1])
    assert {hit.caption_id: hit.text for hit in searcher.captions(0)} == {"c0": texts[0], "c1": texts[1]}

    index_embedded(model, (frame, matrix), tmp_path / "bare", photos=None, **(given | {"network": {}}))
    bare = crosscap.search.open(tmp_path / "bare")
    assert bare.search("a red ball", "en", k=4).hits == searcher.search("a red ball", "en", k=4).hits
    with pytest.raises(InputError, match="has no picture"):
        bare.thumbnail(0)
    with pytest.raises(InputError, match="it cannot read photos"):
        bare.search_image(photos / names[0])


def index_one_image(model, index):
    """Make the index of one embedded image without a photo."""
    frame = pd.DataFrame({"item_id": ["a"], "image_id": ["a"], "kind": ["image"], "language": [""]})
    images = pd.DataFrame({"image_id": ["a"], "path": ["photo-01.png"], "sha256": ["0" * 64]})
    given = {"images": images, "captions": pd.DataFrame(columns=CAPTION_COLUMNS), "photos": None, "network": {}}
    index_embedded(model, (frame, np.zeros((1, 4), np.float32)), index, texts=Texts(), **given)


def test_an_embedded_split_takes_no_weights_but_those_described(model, tmp_path):
    copy = shutil.copytree(model, tmp_path / "model")
    weights = bytearray((copy / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (copy / "model.safetensors").write_bytes(weights)
    with pytest.raises(InputError, match=r"model\.safetensors: not the weights that model\.json describes"):
        index_one_image(copy, tmp_path / "index")
    assert not (tmp_path / "index" / store.MANIFEST).exists()


def test_weights_that_are_no_numbers_are_copied_but_an_index_with_them_is_not_opened(model, tmp_path):
    stored = load_model(model)
    next(stored.model.parameters()).data.fill_(float("nan"))
    save_model(stored.model, tmp_path / "model", symbols=stored.symbols, facts=stored.description)
    index_one_image(tmp_path / "model", tmp_path / "index")
    with pytest.raises(InputError, match=r"model\.safetensors: .* holds NaN or infinity; train it again"):
        crosscap.search.open(tmp_path / "index")


def test_a_damaged_file_of_a_large_index_is_refused_by_verify_and_a_cut_one_on_opening(
    model, photos, tmp_path, monkeypatch
):
    monkeypatch.setattr(opening, "HASHED", 0)
    built(model, photos, tmp_path / "index")
    file = tmp_path / "index/1" / store.EMBEDDINGS
    data = bytearray(file.read_bytes())
    data[-5] ^= 1
    file.write_bytes(data)
    crosscap.search.open(tmp_path / "index")
    with pytest.raises(InputError, match=r"embeddings\.npy"):
        store.verify(tmp_path / "index")
    file.write_bytes(data[:-100])
    with pytest.raises(InputError, match=r"embeddings\.npy: .* bytes instead of"):
        crosscap.search.open(tmp_path / "index")


def test_an_open_index_answers_on_while_it_is_replaced(model, photos, tmp_path):
    built(model, photos, tmp_path / "index", captions=make_captions(photos, tmp_path / "captions.jsonl"))
    expected = crosscap.search.open(tmp_path / "index")
    before = expected.search("a red ball", "en").hits, expected.captions(0), expected.thumbnail(2)
    searcher = crosscap.search.open(tmp_path / "index")  # which nothing has been asked before
    (photos / "photo-02.png").unlink()
    built(model, photos, tmp_path / "index")
    assert not searcher.contents.place.exists()
    assert (searcher.search("a red ball", "en").hits, searcher.captions(0), searcher.thumbnail(2)) == before
    assert len(crosscap.search.open(tmp_path / "index")) == 11


@pytest.mark.parametrize("name", [store.EMBEDDINGS, store.THUMBNAILS, store.ITEMS, store.CAPTION_EMBEDDINGS])
def test_an_update_refuses_to_keep_what_is_damaged_and_the_remedy_cures(model, photos, tmp_path, name):
    captions = make_captions(photos, tmp_path / "captions.jsonl")
    built(model, photos, tmp_path / "index", captions=captions)
    file = tmp_path / "index/1" / name
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    with pytest.raises(
        InputError, match=rf"{name}; restore each from a copy, or remove the folder and make the index again"
    ):
        built(model, photos, tmp_path / "index")
    with pytest.raises(InputError, match=name):  # nothing was written
        store.verify(tmp_path / "index")
    shutil.rmtree(tmp_path / "index")
    built(model, photos, tmp_path / "index", captions=captions)
    assert store.verify(tmp_path / "index")


def test_an_update_makes_anew_what_it_does_not_keep(model, photos, tmp_path):
    built(model, photos, tmp_path / "index", approximate_from=1)
    file = tmp_path / "index/1" / store.CANDIDATES
    file.write_bytes(bytes(file.stat().st_size))
    assert built(model, photos, tmp_path / "index", approximate_from=1).kept == 12
    assert store.verify(tmp_path / "index")
