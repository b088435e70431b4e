"""Logos of pixels: drawn anew, small, and whatever is hidden in them left behind."""

import io
import struct
import time
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from registry.logos import SIZE_LIMIT, Unfit, picture_of
from tests.registry.logos.drawing import opened, pixels

FORMATS = [("PNG", "RGBA"), ("JPEG", "RGB"), ("GIF", "RGB"), ("WEBP", "RGBA")]
TYPES = {"image/png": "PNG", "image/webp": "WEBP"}


@pytest.mark.parametrize(("form", "mode"), FORMATS)
def test_a_picture_is_shrunk_and_keeps_its_shape(form, mode):
    picture = picture_of(pixels(form, (600, 300), mode))
    assert (picture.width, picture.height) == (176, 88)
    assert opened(picture).size == (176, 88)
    assert opened(picture).format == TYPES[picture.content_type]


def test_a_small_picture_is_not_made_larger():
    assert picture_of(pixels(size=(20, 30))).height == 30


@pytest.mark.parametrize(("form", "mode"), FORMATS)
def test_whatever_is_in_it_a_logo_comes_to_12_kb_at_most(form, mode):
    picture = picture_of(pixels(form, (230, 230), mode, noise=True))
    assert len(picture.content) <= 12 * 1024
    assert picture.content_type == "image/webp"


def test_the_same_file_gives_the_same_bytes():
    file = pixels("JPEG", mode="RGB", noise=True)
    assert picture_of(file) == picture_of(file)


def test_what_can_be_seen_through_stays_so():
    image = opened(picture_of(pixels(mode="RGBA", size=(40, 40))))
    assert image.convert("RGBA").getpixel((5, 5)) == (200, 20, 20, 255)
    clear = io.BytesIO()
    Image.new("RGBA", (40, 40), (9, 9, 9, 0)).save(clear, "PNG")
    image = opened(picture_of(clear.getvalue()))
    assert image.convert("RGBA").getpixel((5, 5))[3] == 0


SECRET = b"a-place-and-a-name"


def hidden_in_text():
    said = PngImagePlugin.PngInfo()
    said.add_text("Author", SECRET.decode())
    return pixels(pnginfo=said)


def hidden_in_profile():
    return pixels("JPEG", mode="RGB", icc_profile=b"\0" * 40 + SECRET)


def hidden_in_exif():
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    return pixels("JPEG", mode="RGB", exif=exif)


def hidden_in_noise():
    return pixels("WEBP", (230, 230), noise=True, xmp=SECRET, icc_profile=SECRET)


@pytest.mark.parametrize(
    "file",
    [
        hidden_in_text(),
        hidden_in_profile(),
        hidden_in_exif(),
        hidden_in_noise(),
        pixels() + SECRET,
    ],
)
def test_nothing_but_the_picture_is_kept(file):
    assert SECRET in file
    assert SECRET not in picture_of(file).content


def test_an_animation_is_its_first_frame():
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    image = opened(picture_of(file.getvalue()))
    assert getattr(image, "n_frames", 1) == 1
    assert image.convert("RGB").getpixel((5, 5)) == (255, 0, 0)


def claiming(width, height):
    """A PNG of a few bytes that claims a size, and unpacks to nothing of it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 99)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(said))
        + name
        + said
        + struct.pack(">I", zlib.crc32(name + said))
        for name, said in parts
    )


def webp_claiming(side):
    canvas = (side - 1).to_bytes(3, "little") * 2
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\0" * 4 + canvas
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    "file",
    [
        claiming(50_000, 50_000),
        claiming(2**31 - 1, 2**31 - 1),
        webp_claiming(16_000),
        pixels("GIF", (3300, 3300), "P"),
        pixels(size=(3300, 3300)),
    ],
)
def test_what_claims_too_many_pixels_is_not_decoded(file):
    began = time.process_time()
    with pytest.raises(Unfit, match=r"pixels; at most 10,000,000|can't be decoded"):
        picture_of(file)
    assert time.process_time() - began < 0.1


def test_the_largest_picture_that_is_decoded_takes_little_time():
    file = pixels(size=(3162, 3162))
    began = time.process_time()
    assert picture_of(file).width == 176
    assert time.process_time() - began < 5


def test_a_jpeg_of_scans_without_end_is_not_decoded():
    file = pixels("JPEG", mode="RGB", progressive=True)
    scan = file.index(b"\xff\xda")
    with pytest.raises(Unfit, match="more than 50 scans"):
        picture_of(file[:scan] + file[scan : scan + 14] * 60 + file[scan:])


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"", "none of PNG, JPEG, GIF, WebP and SVG"),
        (b"version https://git-lfs.github.com/spec/v1", "none of PNG"),
        (b"BM" + b"\0" * 100, "none of PNG"),
        (b"%PDF-1.7", "none of PNG"),
        (pixels()[:60], "The PNG can't be decoded"),
        (pixels("JPEG", mode="RGB")[:300], "The JPEG can't be decoded"),
        (b"RIFF\0\0\0\0WEBPjunk", "The WebP has no picture"),
        (b"GIF89a" + b"\0" * (SIZE_LIMIT + 1), "at most 262,144 are read"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(file, said):
    with pytest.raises(Unfit, match=said):
        picture_of(file)


def test_a_name_does_not_make_a_format():
    assert picture_of(pixels("GIF", mode="RGB")).content_type == "image/png"


MADE = [pixels(form, (24, 24), mode, noise=True) for form, mode in FORMATS]


@st.composite
def broken(draw):
    """A real picture with some bytes changed, and perhaps cut off."""
    file = bytearray(draw(st.sampled_from(MADE)))
    for at in draw(st.lists(st.integers(0, len(file) - 1), max_size=8)):
        file[at] = draw(st.integers(0, 255))
    return bytes(file[: draw(st.integers(0, len(file)))])


@given(broken() | st.binary(max_size=300))
@example(b"\x89PNG\r\n\x1a\n")
@example(b"\xff\xd8\xff")
@example(b"GIF89a")
def test_any_bytes_are_a_picture_or_a_refusal(file):
    try:
        picture = picture_of(file)
    except Unfit:
        return
    assert opened(picture).size == (picture.width, picture.height)
    assert max(opened(picture).size) <= 176
