"""A commit as one file: all that an installer would find of it, in a tar archive.

Written from Git's objects, never through its filters: what `.gitattributes` asks for would
leave files out, or start programs.
"""

import hashlib
import tarfile
from io import BytesIO
from typing import IO

from scrapers.crawlers.definitions.tree import File
from scrapers.crawlers.git.trees import LINK, CommitTree
from scrapers.http import Refused

# Connectors have some hundred files and a megabyte; tests' recordings the rest.
ENTRIES_LIMIT = 20_000
BYTES_LIMIT = 200 * 1024 * 1024
PROGRAM = "100755"
# The first day that a wheel, which is a ZIP archive, can name in every time zone.
MADE_AT = 315_619_200


def write_archive(tree: CommitTree, target: IO[bytes]) -> str:
    """Write the files and links of a commit, or of a folder, to `target`; return its SHA-256.

    The same files give the same bytes. Submodules are left out. Raises Refused for what
    is too large.
    """
    entries = list(tree.entries())
    if len(entries) > ENTRIES_LIMIT:
        raise Refused(f"{tree.revision} has {len(entries):,} files.")
    size_bytes = sum(file.size for _, file in entries)
    if size_bytes > BYTES_LIMIT:
        raise Refused(f"The files of {tree.revision} have {size_bytes:,} bytes.")
    hashed = _Hashed(target)
    with tarfile.open(fileobj=hashed, mode="w|") as archive:  # type: ignore[call-overload]
        modes = {file.path: mode for mode, file in entries}
        for file, content in tree.read(file for _, file in entries):
            member = _member(file, modes[file.path], content)
            is_link = member.issym()
            archive.addfile(member, None if is_link else BytesIO(content))
    return hashed.sha256.hexdigest()


def _member(file: File, mode: str, content: bytes) -> tarfile.TarInfo:
    member = tarfile.TarInfo(file.path)
    member.mtime = MADE_AT
    if mode == LINK:
        member.type = tarfile.SYMTYPE
        member.linkname = content.decode("utf-8", "surrogateescape")
        return member
    member.size = len(content)
    member.mode = 0o755 if mode == PROGRAM else 0o644
    return member


class _Hashed:
    """A file to write to that knows the hash of what it was given."""

    def __init__(self, target: IO[bytes]) -> None:
        self.sha256 = hashlib.sha256()
        self._target = target

    def write(self, content: bytes) -> int:
        self.sha256.update(content)
        return self._target.write(content)
