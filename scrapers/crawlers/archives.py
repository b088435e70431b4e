"""Read core metadata out of a wheel or an sdist without unpacking it.

One member is read, up to a size, into memory: nothing is written and nothing runs.
Source: the PyPA specifications of the wheel and of the source distribution format.
"""

import bz2
import gzip
import lzma
import re
import tarfile
import zipfile
import zlib
from typing import IO, cast

from sandbox.archives import PACKINGS

# The largest metadata is mostly a README; a member that claims more is not read.
METADATA_LIMIT = 2 * 1024 * 1024
MEMBERS_LIMIT = 5000
# How far a compressed archive is followed: one byte of it may stand for a thousand.
UNPACKED_LIMIT = 100 * 1024 * 1024
IN_WHEEL = re.compile(r"[^/]+\.dist-info/METADATA")
IN_SDIST = re.compile(r"[^/]+/PKG-INFO")

# All that reading a broken archive was seen to raise; RuntimeError is an encrypted member
# or an unknown compression.
BROKEN = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError,
    RuntimeError, ValueError,
)  # fmt: skip


def core_metadata(filename: str, archive: IO[bytes]) -> bytes | None:
    """Return the core metadata file of a distribution, or None where it holds none.

    A broken or hostile archive holds none.
    """
    try:
        if filename.endswith((".whl", ".zip")):
            pattern = IN_WHEEL if filename.endswith(".whl") else IN_SDIST
            return _from_zip(archive, pattern)
        if filename.endswith((".tar.gz", ".tgz")):
            return _from_tar(gzip.GzipFile(fileobj=archive))
        if filename.endswith(".tar.bz2"):
            return _from_tar(bz2.BZ2File(archive))
    except BROKEN:
        return None
    return None


def _from_zip(archive: IO[bytes], pattern: re.Pattern[str]) -> bytes | None:
    with zipfile.ZipFile(archive) as opened:
        for member in opened.infolist()[:MEMBERS_LIMIT]:
            if pattern.fullmatch(member.filename):
                if member.compress_type not in PACKINGS:
                    return None
                with opened.open(member) as content:
                    return _limited(content)
    return None


class _Bounded:
    """An unpacked stream that fails where it does not end in good time."""

    def __init__(self, stream: gzip.GzipFile | bz2.BZ2File) -> None:
        self._stream = stream
        self._left = UNPACKED_LIMIT

    def read(self, size: int) -> bytes:
        """Return the next bytes. Raises tarfile.ReadError behind the limit."""
        self._left -= size
        if self._left < 0:
            raise tarfile.ReadError("The archive unpacks to too much.")
        return self._stream.read(size)


def _from_tar(unpacked: gzip.GzipFile | bz2.BZ2File) -> bytes | None:
    bounded = cast("IO[bytes]", _Bounded(unpacked))
    with unpacked, tarfile.open(fileobj=bounded, mode="r|") as opened:
        for count, member in enumerate(opened):
            if count > MEMBERS_LIMIT:
                return None
            if member.isfile() and IN_SDIST.fullmatch(member.name):
                content = opened.extractfile(member)
                return _limited(content) if content else None
    return None


def _limited(content: IO[bytes]) -> bytes | None:
    read = content.read(METADATA_LIMIT + 1)
    return read if len(read) <= METADATA_LIMIT else None
