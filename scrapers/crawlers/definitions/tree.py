"""A tree of files with content ids: what a folder and a Git commit have in common."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file: its path in the tree, an id that changes with its content, its size.

    Bytes of a path that are no UTF-8 are U+FFFD: such a file can be told of, not read.
    """

    path: str
    blob: str
    size: int


class Tree(Protocol):
    """Files that can be listed and read; `revision` names this state of all of them."""

    revision: str

    def files(self) -> Iterator[File]:
        """Yield every regular file."""

    def read(self, files: Iterable[File]) -> Iterator[tuple[File, bytes]]:
        """Yield the content of `files`."""

    def close(self) -> None:
        """Let go of what reading needed."""


class FolderTree:
    """A folder on this machine. Its revision is a digest of its files' names and content."""

    def __init__(self, root: Path, *, size_limit: int) -> None:
        """List `root`; a file above `size_limit` bytes is told by its size, not its content."""
        self._root = root
        self._files = [
            File(
                path=text_of(os.fsencode(path.relative_to(root))),
                blob=_blob(path, size_limit),
                size=path.stat().st_size,
            )
            for path in sorted(_listed(root))
            if path.is_file() and not path.is_symlink()
        ]
        listing = "".join(f"{file.path}\0{file.blob}\n" for file in self._files)
        self.revision = hashlib.sha256(listing.encode()).hexdigest()[:40]

    def files(self) -> Iterator[File]:
        """Yield every YAML file of the folder, and what stands where logos do."""
        yield from self._files

    def read(self, files: Iterable[File]) -> Iterator[tuple[File, bytes]]:
        """Yield the content of `files`."""
        for file in files:
            yield file, (self._root / file.path).read_bytes()

    def close(self) -> None:
        """Nothing is held."""


def text_of(path: bytes) -> str:
    """Return a path as text, whatever its bytes are."""
    return path.decode("utf-8", "replace")


def _listed(root: Path) -> Iterator[Path]:
    yield from root.rglob("*.yml")
    logos = root / "static" / "assets" / "logos"
    # A link may lead anywhere on this machine.
    if logos.resolve() == root.resolve() / "static" / "assets" / "logos":
        yield from (path for path in logos.rglob("*") if path.suffix != ".yml")


def _blob(path: Path, size_limit: int) -> str:
    size = path.stat().st_size
    if size > size_limit:
        return f"oversized:{size}"
    # SHA-1 only tells whether a file changed, as Git's own blob ids do.
    return hashlib.sha1(path.read_bytes(), usedforsecurity=False).hexdigest()
