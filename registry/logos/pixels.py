"""Pictures of pixels: recognised by their first bytes, drawn anew, small and without metadata.

A few kilobytes can claim, or unpack to, more pixels than a machine has memory for; so the
claim is read before anything is decoded. A progressive JPEG may have its pixels gone over
once for every ten bytes; so its scans are counted.
"""

import io
import re
import struct

from PIL import Image

from registry.logos.unfit import Unfit

# Twice the largest that a page shows, for screens of two dots a pixel; some room beside it.
SIDE = 176
# 3,162 pixels square: 40 MB while it is decoded, a third of a second.
PIXELS_LIMIT = 10_000_000
# Real ones have some ten.
SCANS_LIMIT = 50
# Twenty of them are on a page of results.
WANTED_BYTES = 12 * 1024
# Each smaller than the one before: the first that is small enough is taken.
SMALLER = ((SIDE, 80), (SIDE, 55), (SIDE // 2, 55))
FORMATS = {
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "GIF": re.compile(rb"GIF8[79]a"),
    "WebP": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
}
# What Pillow's readers raise of broken files, by their format and their luck.
BROKEN = (
    OSError, SyntaxError, ValueError, ArithmeticError, LookupError, TypeError,
    AttributeError, NotImplementedError, MemoryError, AssertionError, EOFError,
    struct.error, Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip


def format_of(content: bytes) -> str | None:
    """Return which of the formats the bytes begin as, None for anything else."""
    return next((name for name, begin in FORMATS.items() if begin.match(content)), None)


def drawn(content: bytes, kind: str) -> tuple[bytes, str, tuple[int, int]]:
    """Return a picture of at most 176 pixels a side, its media type and its size.

    Of an animation the first frame. Raises Unfit.
    """
    if kind == "WebP":
        # Its reader makes room for all pixels before it says how many there are.
        _refuse_many(*_webp_size(content))
    elif kind == "JPEG" and content.count(b"\xff\xda") > SCANS_LIMIT:
        raise Unfit(f"The JPEG has more than {SCANS_LIMIT} scans.")
    try:
        small = _decoded(content, kind)
        return *_encoded(small), small.size
    except BROKEN as error:
        raise Unfit(f"The {kind} can't be decoded.") from error


def _decoded(content: bytes, kind: str) -> Image.Image:
    with Image.open(io.BytesIO(content), formats=[kind.upper()]) as image:
        _refuse_many(*image.size)
        # Reads a JPEG at a fraction of its size where that will do.
        image.draft("RGB", (SIDE * 2, SIDE * 2))
        plain = image.convert("RGBA")
    plain.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    # Profiles, comments and places ride along in it to whatever is saved.
    plain.info.clear()
    return plain


def _encoded(image: Image.Image) -> tuple[bytes, str]:
    """Return the picture as a PNG, or as a WebP where a PNG is not small."""
    png = _saved(image, "PNG", optimize=True)
    if len(png) <= WANTED_BYTES:
        return png, "image/png"
    webp = b""
    for side, quality in SMALLER:
        image.thumbnail((side, side), Image.Resampling.LANCZOS)
        webp = _saved(image, "WEBP", quality=quality, method=4)
        if len(webp) <= WANTED_BYTES:
            break
    return webp, "image/webp"


def _saved(image: Image.Image, kind: str, **how: int) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def _refuse_many(width: int, height: int) -> None:
    if width * height > PIXELS_LIMIT:
        raise Unfit(
            f"The picture has {width:,} by {height:,} pixels; "
            f"at most {PIXELS_LIMIT:,} are decoded."
        )


def _webp_size(content: bytes) -> tuple[int, int]:
    """Return the size that a WebP claims. Raises Unfit where it claims none.

    Source: WebP Container Specification, and RFC 9649, sections 2.5 to 2.7.
    """
    head = content[12:30].ljust(18, b"\0")
    match head[:4]:
        case b"VP8X":
            wide, high = head[12:15], head[15:18]
            return (
                int.from_bytes(wide, "little") + 1,
                int.from_bytes(high, "little") + 1,
            )
        case b"VP8L":
            bits = int.from_bytes(head[9:13], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            wide, high = struct.unpack("<HH", head[14:18])
            return wide & 0x3FFF, high & 0x3FFF
    raise Unfit("The WebP has no picture.")
