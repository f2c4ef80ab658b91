"""A small index that the tests of the server and of its page ask: twelve photos and an untrained model."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from PIL import Image

from crosscap.models.joint import seeded_model
from crosscap.models.store import Symbols, save_model
from crosscap.search.build import index_photos
from crosscap.search.model import Texts
from crosscap.search.searcher import Searcher
from crosscap.search.server import create_app, listen, server
from crosscap.text.vocabulary import SPECIALS
from tests.architectures import small_architecture

NETWORK = {"backbone": "resnet18", "weights": "seed:1", "crops": 1, "resize": 32, "crop": 32}
WORDS = {
    "en": ("a", "red", "blue", "ball", "house", "on", "sand"),
    "de": ("ein", "rot", "blau", "ball", "haus", "auf", "sand"),
    "ja": ("赤い", "青い", "家", "の", "上", "砂", "です"),
}
PHOTOS = 12
HTML = "<img src=x onerror=alert(1)> a red ball"
LOOPBACK = "http://127.0.0.1"


def photo(width=40, height=40, kind="JPEG") -> bytes:
    """Return a red photo as it is in a file."""
    data = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 30)).save(data, format=kind)
    return data.getvalue()


def make_model(folder: Path) -> Path:
    """Write a small model of three languages, whose words stand where they fell."""
    sizes = {"feature_dimension": 512, "text_dimension": 8, "joint_dimension": 16}
    architecture = small_architecture("ame", languages=tuple(WORDS), **sizes)
    words = {language: [*SPECIALS, *some] for language, some in WORDS.items()}
    generator = torch.Generator().manual_seed(1)
    vectors = [torch.randn(len(some), 8, generator=generator) for some in words.values()]
    model = seeded_model(architecture, vectors, dropout=0.0, generator_seed=1)
    facts = {"experiment": "tiny", "seed": 1, "features": NETWORK, "tokens": {"tokenizer": "auto", "lowercase": "true"}}
    save_model(model, folder, symbols=Symbols(words=words), facts=facts)
    return folder


def make_photos(folder: Path) -> Path:
    """Write photos of one colour each; one's name is what a page must not read as HTML."""
    folder.mkdir(parents=True)
    for number in range(PHOTOS):
        name = "<img src=x onerror=alert(2)>" if number == 0 else f"photo-{number:02d}"
        colour = (20 * number, 255 - 20 * number, 40 * (number % 6))
        Image.new("RGB", (48, 40), colour).save(folder / f"{name}.png")
    return folder


def make_captions(photos: Path, file: Path) -> Path:
    """Write a caption a photo and language; one of them is HTML."""
    said = {"en": "a red ball", "de": "ein rot ball auf sand", "ja": "赤い家です"}
    rows = [
        {"image": photo.name, "language": language, "caption": text}
        for photo in sorted(photos.iterdir())
        for language, text in said.items()
    ]
    rows[0]["caption"] = HTML
    file.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    return file


def make_searcher(folder: Path) -> Searcher:
    """Index the photos and their captions, and open the index."""
    photos = make_photos(folder / "photos")
    captions = make_captions(photos, folder / "captions.jsonl")
    model = make_model(folder / "model")
    index_photos(model, photos, folder / "index", network={}, texts=Texts(), captions=captions)
    return Searcher(folder / "index")


@contextmanager
def serving(searcher: Searcher) -> Iterator[str]:
    """Serve an index on a free port in a thread, and give the page's address."""
    listener = listen("127.0.0.1", 0)
    running = server(create_app(searcher))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
    thread.start()
    while not running.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        running.should_exit = True
        thread.join()
