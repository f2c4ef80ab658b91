"""Every kind of image file is either decoded rightly or refused by name."""

import hashlib
import io
import random
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from crosscap.faults import Faults, InputError
from crosscap.vision.decoding import decode_image, decoder_version

RED = (200, 30, 40)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def decoded(data: bytes, folder: Path, *, name: str = "photo.jpg") -> np.ndarray:
    """Decode `data` as a file whose hash is known, and raise its faults."""
    faults = Faults()
    (folder / name).write_bytes(data)
    image = decode_image(folder / name, name=name, sha256=hashlib.sha256(data).hexdigest(), faults=faults)
    faults.raise_any()
    assert image is not None
    assert image.mode == "RGB"
    return np.asarray(image)


def raw_png(side: int, *, pixels: bytes) -> bytes:
    """Return a PNG that says it is a square of 16-bit RGB pixels, which Pillow reads but does not write."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", side, side, 16, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" + pixels)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.fixture
def noise() -> Image.Image:
    return Image.fromarray(np.random.default_rng(1).integers(0, 256, (30, 40, 3), dtype=np.uint8))


@pytest.mark.parametrize("mode", ["RGB", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_jpeg_of_one_colour(tmp_path: Path, mode: str, progressive: bool) -> None:
    data = encoded(Image.new("RGB", (20, 10), RED).convert(mode), "JPEG", progressive=progressive, quality=95)
    assert np.abs(decoded(data, tmp_path).astype(int) - RED).max() <= 4


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGBA", "LA"])
def test_opaque_png_of_any_mode_is_exact(tmp_path: Path, mode: str) -> None:
    image = Image.new("RGB", (4, 3), "white").convert(mode)
    assert (decoded(encoded(image), tmp_path) == 255).all()


def test_greyscale_jpeg_has_three_equal_channels(tmp_path: Path) -> None:
    pixels = decoded(encoded(Image.new("L", (20, 10), 90), "JPEG"), tmp_path)
    assert (pixels == 90).all()


def test_sixteen_bit_grey_is_scaled_not_clipped(tmp_path: Path) -> None:
    grey = np.array([[0, 257, 32768, 65535]], dtype=np.uint16)
    assert decoded(encoded(Image.fromarray(grey)), tmp_path)[0, :, 0].tolist() == [0, 1, 128, 255]


def test_sixteen_bit_colour_png(tmp_path: Path) -> None:
    # one pixel; 0x8080 is half of 0xffff as 0x80 is of 0xff
    assert decoded(raw_png(1, pixels=struct.pack(">HHH", 0xFFFF, 0x8080, 0)), tmp_path).tolist() == [[[255, 128, 0]]]


def test_transparency_lies_over_white(tmp_path: Path) -> None:
    image = Image.new("RGBA", (2, 1), (0, 0, 0, 0))
    image.putpixel((1, 0), (0, 0, 0, 255))
    assert decoded(encoded(image), tmp_path).tolist() == [[[255] * 3, [0] * 3]]
    palette = encoded(Image.new("P", (1, 1), 0), transparency=0)
    assert decoded(palette, tmp_path).tolist() == [[[255] * 3]]


def test_orientation_is_applied(tmp_path: Path) -> None:
    image = Image.new("RGB", (3, 2), "black")
    image.putpixel((0, 0), RED)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right: the left upper corner goes to the right upper one
    pixels = decoded(encoded(image, exif=exif), tmp_path)
    assert pixels.shape == (3, 2, 3)
    assert tuple(pixels[0, 1]) == RED


def test_the_content_counts_not_the_ending(tmp_path: Path, noise: Image.Image) -> None:
    assert (decoded(encoded(noise, "PNG"), tmp_path, name="photo.jpg") == np.asarray(noise)).all()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_cut_file_is_refused(tmp_path: Path, noise: Image.Image, kind: str) -> None:
    data = encoded(noise, kind)
    parts = [b"", data[:20], data[: len(data) // 2]]
    if kind == "JPEG":  # a PNG ends in a chunk without pixels, which Pillow does not need
        parts.append(data[:-1])
    for part in parts:
        with pytest.raises(InputError, match=r"D-203 photo\.jpg: not a whole JPEG or PNG image"):
            decoded(part, tmp_path)


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "WEBP"])
def test_other_formats_are_refused(tmp_path: Path, noise: Image.Image, kind: str) -> None:
    with pytest.raises(InputError, match="D-203"):
        decoded(encoded(noise, kind), tmp_path)


def test_a_web_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"D-203 photo\.jpg: not a whole JPEG or PNG image; replace it or remove it"):
        decoded(b"<html><body>404 not found</body></html>", tmp_path)


@pytest.mark.filterwarnings("error::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [5_001, 10_000, 14_000])
def test_bombs_are_refused_before_they_are_decoded(tmp_path: Path, side: int) -> None:
    # 25, 100 (Pillow warns) and 196 (Pillow refuses) megapixels
    with pytest.raises(InputError, match=r"D-204 photo\.jpg: .*shrink the image"):
        decoded(raw_png(side, pixels=b""), tmp_path)


def test_a_flipped_byte_is_seen_by_the_hash(tmp_path: Path, noise: Image.Image) -> None:
    data = bytearray(encoded(noise, "JPEG"))
    expected = hashlib.sha256(data).hexdigest()
    data[-100] ^= 1
    (tmp_path / "a.jpg").write_bytes(data)
    faults = Faults()
    assert decode_image(tmp_path / "a.jpg", name="a.jpg", sha256=expected, faults=faults) is None
    with pytest.raises(InputError, match=r"D-202 a\.jpg: the file changed since read_dataset"):
        faults.raise_any()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    faults = Faults()
    assert decode_image(tmp_path / "日本 a.jpg", name="日本 a.jpg", sha256="", faults=faults) is None
    assert decode_image(tmp_path, name="folder", sha256="", faults=faults) is None
    assert [fault.code for fault in faults.found] == ["D-201", "D-201"]
    assert "No such file" in str(faults.found[0])


def test_broken_bytes_never_escape_as_another_error(tmp_path: Path, noise: Image.Image) -> None:
    draw = random.Random(7)
    for kind in ("PNG", "JPEG"):
        whole = encoded(noise, kind)
        for _ in range(60):
            data = bytearray(whole)
            for _ in range(draw.choice([1, 5])):
                data[draw.randrange(min(len(data), draw.choice([60, 10**6])))] = draw.randrange(256)
            try:
                decoded(bytes(data), tmp_path)
            except InputError as error:
                assert "D-20" in str(error)  # noqa: PT017


def test_decoder_version_names_pillow() -> None:
    assert decoder_version().startswith("pillow 1")
