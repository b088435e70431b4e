"""A logo as it is safe to show: pure, bounded in time and memory, the same for the same bytes.

What a file is follows from its bytes, never from its name. A picture of pixels is decoded and
drawn anew at the size that pages need, so that nothing of the file itself is served; an SVG is
written anew from the shapes in it. What can't be shown so is refused, in words for whoever
keeps the file.
"""

import hashlib
from dataclasses import dataclass

from registry.logos.pixels import FORMATS, drawn, format_of
from registry.logos.shapes import shaped
from registry.logos.unfit import Unfit

# Beside the pictures of a page a file of this size is a mistake.
SIZE_LIMIT = 256 * 1024
MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
SVG = "image/svg+xml"

__all__ = ["SIZE_LIMIT", "Picture", "Unfit", "picture_of", "refuse_large"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A logo's bytes as they are served; `width` and `height` are its shape, in pixels."""

    content: bytes
    content_type: str
    width: int
    height: int

    @property
    def digest(self) -> str:
        """Return the SHA-256 of what is served, as hex."""
        said = self.content_type.encode() + b"\0" + self.content
        return hashlib.sha256(said).hexdigest()


def picture_of(content: bytes) -> Picture:
    """Return what is shown of a logo's file. Raises Unfit where nothing can be."""
    refuse_large(len(content))
    kind = format_of(content)
    if kind is not None:
        made, content_type, (width, height) = drawn(content, kind)
    elif _is_markup(content):
        (made, (width, height)), content_type = shaped(content), SVG
    else:
        raise Unfit(f"The file is none of {', '.join(FORMATS)} and SVG.")
    return Picture(content=made, content_type=content_type, width=width, height=height)


def refuse_large(size_bytes: int) -> None:
    """Raise Unfit for a file that is too large to be read at all."""
    if size_bytes > SIZE_LIMIT:
        raise Unfit(
            f"The file has {size_bytes:,} bytes; at most {SIZE_LIMIT:,} are read."
        )


def _is_markup(content: bytes) -> bool:
    for mark in MARKS:
        content = content.removeprefix(mark)
    return content.lstrip(b"\0\t\r\n ").startswith(b"<")
