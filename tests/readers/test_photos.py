"""Photos: what is refused, what is not, sizes and hashes."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crosscap.faults import Faults
from crosscap.readers.checks import ImageRow
from crosscap.readers.photos import hash_photos, read_sizes, small_jpeg


def sizes_and_faults(folder: Path, *names: str) -> tuple[list[tuple[int, int]], list[str]]:
    faults = Faults()
    rows = [ImageRow("list.txt", line, name, "train") for line, name in enumerate(names, start=1)]
    sizes = read_sizes(rows, folder, faults=faults)
    return sizes, [str(fault) for fault in faults.found]


def write_png_header(path: Path, width: int, height: int) -> None:
    """Write a PNG of a few bytes that claims to be large."""
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), (b"IDAT", b""), (b"IEND", b"")]
    body = b"".join(struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)


def test_usual_photos_are_read(tmp_path):
    Image.new("RGB", (40, 30)).save(tmp_path / "colour.jpg")
    Image.new("L", (20, 10)).save(tmp_path / "grey.jpg")
    Image.new("CMYK", (21, 11)).save(tmp_path / "cmyk.jpg")
    Image.new("RGB", (22, 12)).save(tmp_path / "png-named.jpg", format="PNG")
    Image.new("RGB", (23, 13)).save(tmp_path / "progressive.jpg", progressive=True)
    Image.fromarray(np.zeros((14, 24), dtype=np.uint16)).save(tmp_path / "deep.png")
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (25, 15)).save(tmp_path / "turned.jpg", exif=exif)
    names = ["colour.jpg", "grey.jpg", "cmyk.jpg", "png-named.jpg", "progressive.jpg", "deep.png", "turned.jpg"]
    sizes, faults = sizes_and_faults(tmp_path, *names)
    assert faults == []
    assert sizes == [(40, 30), (20, 10), (21, 11), (22, 12), (23, 13), (24, 14), (25, 15)]


def test_hash_is_of_the_files_bytes(tmp_path):
    contents = [os.urandom(size) for size in (0, 1, 300_000)]
    for number, content in enumerate(contents):
        (tmp_path / f"{number}.jpg").write_bytes(content)
    expected = [hashlib.sha256(content).hexdigest() for content in contents]
    assert hash_photos(["0.jpg", "1.jpg", "2.jpg"], tmp_path) == expected


def test_missing_folder_is_one_fault(tmp_path):
    _, faults = sizes_and_faults(tmp_path / "photos", "a.jpg", "b.jpg")
    place = tmp_path / "photos"
    assert faults == [f"D-130 {place}: the images folder is not there; correct the setting or set it to null"]


def test_missing_photos_are_one_fault_with_five_examples(tmp_path):
    (tmp_path / "folder.jpg").mkdir()
    (tmp_path / "circle.jpg").symlink_to("circle.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")  # opening it would wait for ever
    names = ["gone.jpg", "folder.jpg", "circle.jpg", "pipe.jpg", "x" * 256, "no/such.jpg", "gone2.jpg"]
    _, (fault,) = sizes_and_faults(tmp_path, *names)
    assert fault.startswith(f"D-131 list.txt:1: 7 photos are not in {tmp_path}, first: 'gone.jpg' (line 1), 'folder")
    assert "(line 5); add them, correct the images folder, or set it to null" in fault
    _, (fault,) = sizes_and_faults(tmp_path, "gone.jpg")
    assert "1 photo is not in" in fault


def test_link_out_of_the_folder_is_a_fault_and_a_link_inside_is_not(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    Image.new("RGB", (4, 3)).save(tmp_path / "secret.jpg")
    Image.new("RGB", (4, 3)).save(folder / "a.jpg")
    (folder / "out.jpg").symlink_to(tmp_path / "secret.jpg")
    (folder / "in.jpg").symlink_to(folder / "a.jpg")
    sizes, (fault,) = sizes_and_faults(folder, "a.jpg", "out.jpg", "in.jpg")
    assert sizes == [(4, 3), (4, 3)]
    assert fault == f"D-132 list.txt:2: photo 'out.jpg' is a link out of {folder}; put the photo itself there"


def test_images_folder_may_itself_be_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    Image.new("RGB", (4, 3)).save(tmp_path / "real" / "a.jpg")
    (tmp_path / "photos").symlink_to(tmp_path / "real")
    assert sizes_and_faults(tmp_path / "photos", "a.jpg") == ([(4, 3)], [])


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xd8\xff", b"<!DOCTYPE html><html>404</html>", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"]
)
def test_other_files_are_a_fault(tmp_path, content):
    (tmp_path / "a.jpg").write_bytes(content)
    _, (fault,) = sizes_and_faults(tmp_path, "a.jpg")
    assert fault.startswith("D-133 list.txt:1: photo 'a.jpg' cannot be opened as JPEG or PNG; is it a web page")


@pytest.mark.parametrize("width", [5_001, 20_000, 40_000])  # Pillow accepts the first, warns of the second
@pytest.mark.filterwarnings("error::PIL.Image.DecompressionBombWarning")
def test_large_photos_are_a_fault(tmp_path, width):
    write_png_header(tmp_path / "a.png", width, 5_000)
    _, (fault,) = sizes_and_faults(tmp_path, "a.png")
    assert fault == "D-134 list.txt:1: photo 'a.png' has more than 25 megapixels; scale it down"


def test_25_megapixels_are_fine(tmp_path):
    write_png_header(tmp_path / "a.png", 5_000, 5_000)
    assert sizes_and_faults(tmp_path, "a.png") == ([(5_000, 5_000)], [])


def test_name_of_255_bytes_is_fine(tmp_path):
    name = "犬" * 83 + "ab.jpg"
    assert len(name.encode()) == 255
    Image.new("RGB", (4, 3)).save(tmp_path / name)
    assert sizes_and_faults(tmp_path, name) == ([(4, 3)], [])


def test_a_small_jpeg_keeps_its_shape_and_never_grows():
    for size, small in (((40, 30), (20, 15)), ((10, 40), (5, 20)), ((8, 6), (8, 6))):
        with Image.open(io.BytesIO(small_jpeg(Image.new("RGB", size), pixels=20)), formats=["JPEG"]) as picture:
            assert picture.size == small
