"""Mirror the published documents to a folder that any web server can serve as it is.

The database is the truth; the folder follows it by serial and can be deleted at any time.
Each file is replaced by an atomic rename, definitions before the indexes that name them, so
a reader sees a whole old body or a whole new one, and never a reference to nothing. Only
rows above the folder's serial are read: the cost is that of what changed.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registry.models import Document

SERIAL = "serial"
# Bodies are read and written in pieces, so a first mirroring needs little memory.
CHUNK = 200


def mirror(root: Path) -> int:
    """Bring the folder up to date with the documents; return how many files it wrote.

    Any number of processes may call this at once: they take turns. One query where
    nothing changed.
    """
    with _turn(root):
        last = mirrored_serial(root)
        newest = Document.objects.order_by("-serial").values_list("serial", flat=True)
        target = newest.first() or 0
        if target == last:
            return 0
        if target < last:
            # The database is an older one than the folder saw: all of it counts as news.
            last = 0
        # In the order of serials, so that definitions come before indexes.
        rows = Document.objects.filter(serial__gt=last, serial__lte=target)
        written = 0
        for document in rows.order_by("serial").iterator(chunk_size=CHUNK):
            _write(root / "documents" / document.path, document)
            written += 1
        _replace(root / SERIAL, str(target).encode())
    return written


def write_tree(root: Path) -> int:
    """Write every document, plain and compressed, below `root`; return how many."""
    count = 0
    for document in Document.objects.iterator(chunk_size=CHUNK):
        _write(root / document.path, document)
        count += 1
    return count


def mirrored_serial(root: Path) -> int:
    """Return the serial up to which the folder follows the database; 0 for a new folder."""
    try:
        return int((root / SERIAL).read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return 0


@contextmanager
def _turn(root: Path) -> Iterator[None]:
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write(path: Path, document: Document) -> None:
    """Write both forms of a body, with the time it was published at as theirs.

    Equal times on every machine give equal ETags behind a web server that makes them
    from time and size.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    at = int(document.published_at.timestamp())
    packed = path.with_name(path.name + ".gz")
    for target, content in ((packed, document.gzip), (path, document.body)):
        _replace(target, bytes(content), at=at)


def _replace(path: Path, content: bytes, *, at: int | None = None) -> None:
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    if at is not None:
        os.utime(partial, (at, at))
    partial.replace(path)
