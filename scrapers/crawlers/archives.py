"""Read core metadata out of a wheel or an sdist without unpacking it.

One member is read, up to a size, into memory: nothing is written and nothing runs.
Source: the PyPA specifications of the wheel and of the source distribution format.
"""

import re
import tarfile
import zipfile
from typing import IO

# The largest metadata is mostly a README; a member that claims more is not read.
METADATA_LIMIT = 2 * 1024 * 1024
MEMBERS_LIMIT = 5000
IN_WHEEL = re.compile(r"[^/]+\.dist-info/METADATA")
IN_SDIST = re.compile(r"[^/]+/PKG-INFO")


def core_metadata(filename: str, archive: IO[bytes]) -> bytes | None:
    """Return the core metadata file of a distribution, or None where it holds none.

    A broken or hostile archive holds none.
    """
    try:
        if filename.endswith((".whl", ".zip")):
            pattern = IN_WHEEL if filename.endswith(".whl") else IN_SDIST
            return _from_zip(archive, pattern)
        if filename.endswith((".tar.gz", ".tar.bz2", ".tgz")):
            return _from_tar(archive)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, ValueError):
        return None
    return None


def _from_zip(archive: IO[bytes], pattern: re.Pattern[str]) -> bytes | None:
    with zipfile.ZipFile(archive) as opened:
        for member in opened.infolist()[:MEMBERS_LIMIT]:
            if pattern.fullmatch(member.filename):
                with opened.open(member) as content:
                    return _limited(content)
    return None


def _from_tar(archive: IO[bytes]) -> bytes | None:
    with tarfile.open(fileobj=archive, mode="r|*") as opened:
        for count, member in enumerate(opened):
            if count > MEMBERS_LIMIT or member.size > METADATA_LIMIT * 20:
                return None
            if member.isfile() and IN_SDIST.fullmatch(member.name):
                content = opened.extractfile(member)
                return _limited(content) if content else None
    return None


def _limited(content: IO[bytes]) -> bytes | None:
    read = content.read(METADATA_LIMIT + 1)
    return read if len(read) <= METADATA_LIMIT else None
