"""Zip archives of strangers, read within limits: nothing is unpacked to a disk.

An archive says of itself how many members it has, how long they are and how they are packed.
Python's reader believes it, and raises whatever its decompressors raise. So what it is given
to read is bounded before it reads, and all that it was seen to raise is one failure here.

Source: APPNOTE.TXT of PKWARE; `uv pip install` takes members that are stored, deflated, or
packed with zstd, which Python before 3.14 can't read.
"""

import lzma
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from io import FileIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

# The list of members is held in memory, some ten times as long. That of the largest wheels
# that we have seen, with 13,000 members, has 2 MB.
DIRECTORY_LIMIT_BYTES = 8_000_000
# The others give thousands of times what goes in at once, however little is asked for.
PACKINGS = {ZIP_STORED, ZIP_DEFLATED}
CHUNK_BYTES = 262_144
# All that reading a broken archive was seen to raise. A member that is encrypted is a
# RuntimeError, a version of the format to come a NotImplementedError, which is one.
BROKEN = (
    BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, RuntimeError,
    ValueError, OverflowError,
)  # fmt: skip


class Unreadable(Exception):
    """An archive, or a member of one, that can't be read. The message says why."""


@contextmanager
def opened(path: Path) -> Iterator[ZipFile]:
    """Yield an archive to be read. Raises Unreadable, also for what is done with it."""
    try:
        with _Bounded(path) as content, ZipFile(content) as archive:
            yield archive
    except BROKEN as error:
        raise Unreadable(f"can't be read ({type(error).__name__})") from error


def read_member(archive: ZipFile, member: ZipInfo, *, limit_bytes: int) -> bytes:
    """Return what a member holds. Raises Unreadable."""
    _check_packing(member)
    with archive.open(member) as content:
        read = content.read(limit_bytes + 1)
    if len(read) > limit_bytes:
        raise Unreadable(f"has a {member.filename!r} that is too long")
    return read


def check_member(archive: ZipFile, member: ZipInfo) -> None:
    """Raise Unreadable where a member is not as long as it says, or is broken."""
    _check_packing(member)
    # One byte more than it says: where there are more, one of them comes.
    asked = copy(member)
    asked.file_size += 1
    left_bytes = member.file_size
    with archive.open(asked) as content:
        while chunk := content.read(CHUNK_BYTES):
            left_bytes -= len(chunk)
    if left_bytes:
        raise Unreadable(f"has a {member.filename!r} that is not as long as it says")


def _check_packing(member: ZipInfo) -> None:
    if member.compress_type not in PACKINGS:
        raise Unreadable(f"has a {member.filename!r} that is packed in a rare way")


class _Bounded(FileIO):
    """A file that is not read in larger pieces than the longest list of members."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes, or all that are left of few. Raises BadZipFile."""
        if size is None or size < 0:
            size = DIRECTORY_LIMIT_BYTES
        if size > DIRECTORY_LIMIT_BYTES:
            raise BadZipFile("It has too long a list of members.")
        return super().read(size)
