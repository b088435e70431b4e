"""What may be fetched from an index for one sandbox, or to install one lock.

Each page and each file counts once. It counts as well where it is here already: what a
release may have does not hang on what was tried before it.
"""

import threading
from dataclasses import dataclass, field

# Locks of 400 packages ask for as many pages; the longest page has 40 MB.
PAGES_LIMIT = 3_000
PAGES_LIMIT_BYTES = 500_000_000
# The largest lock of a connector that we have seen has 1 GB, with pyspark in it; one with
# CUDA has 3 GB.
FILES_LIMIT = 10_000
FILES_LIMIT_BYTES = 4_000_000_000


class Spent(Exception):
    """More was asked for than may be had. It is said in words, and no index's fault."""


class Share:
    """So many things, and so many bytes of them. Threads may take of it at once."""

    def __init__(self, what: str, limit: int, limit_bytes: int) -> None:
        self._what = what
        self._limit, self._limit_bytes = limit, limit_bytes
        self._asked: set[str] = set()
        self._counted: set[str] = set()
        self._bytes = 0
        self._turn = threading.Lock()

    def ask(self, key: str) -> None:
        """Note that one of the things is asked for. Raises Spent."""
        with self._turn:
            self._asked.add(key)
            if len(self._asked) > self._limit:
                raise _spent(f"{self._limit:,} {self._what}")
        self.expect(0)

    def expect(self, size_bytes: int) -> None:
        """Raise Spent where so many more bytes would be too many."""
        if self._bytes + size_bytes > self._limit_bytes:
            raise _spent(f"{self._limit_bytes:,} bytes of {self._what}")

    def take(self, size_bytes: int) -> None:
        """Count bytes as they come in. Raises Spent."""
        with self._turn:
            self._bytes += size_bytes
        self.expect(0)

    def once(self, key: str, size_bytes: int) -> None:
        """Count the bytes of a thing that is there, unless it was counted. Raises Spent."""
        with self._turn:
            if key in self._counted:
                return
            self._counted.add(key)
        self.take(size_bytes)


@dataclass(frozen=True, slots=True)
class Allowance:
    """The pages and the files that may be fetched; they are counted as they are."""

    pages: Share = field(
        default_factory=lambda: Share("pages", PAGES_LIMIT, PAGES_LIMIT_BYTES)
    )
    files: Share = field(
        default_factory=lambda: Share("files", FILES_LIMIT, FILES_LIMIT_BYTES)
    )


def _spent(limit: str) -> Spent:
    return Spent(
        f"It asks the index for more than {limit}: too large to be tried here."
    )
