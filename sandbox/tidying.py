"""Keep the state folder within a size: what was used longest ago goes first.

Everything in it can be had again, but not while a try needs it: a wheel that vanishes
between two steps would look like a fault of the release. So tries hold the room together,
and who tidies up has it alone. A turnstile before it keeps new tries out while he waits.
A commit that somebody has just fetched, for a try that has yet to begin, stays as well.

Measuring reads the whole folder, which takes seconds. So it is noted what the folder had and
what the disk had: while the disk has not grown by what was free then, the folder hasn't.
"""

import fcntl
import json
import math
import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sandbox.copies import write_whole

# Each of these is whole in itself, and made again by whoever misses it.
PIECES = (
    "index/files/*/*",
    "index/metadata/*/*",
    "index/pages/*/*",
    "wheelhouse/*/*",
    "sources/*",
    "locks/*",
)
# An installer's cache refers to itself: it goes as a whole, with what was judged of it.
CACHES = ("uv", "judged")
# Down to this part of the limit, so that not every hour begins with tidying up.
ENOUGH = 0.7
# A commit is fetched before its try takes the room, and may wait for it.
AHEAD = "sources"
RECENT_S = 1800
# For so long what was noted is believed: what others remove hides what tries add.
BELIEVED_S = 600
NOTE = ".measured"
# What is left on the disk for others: the database may be there as well.
SPARE_BYTES = 2_000_000_000
# Of `st_blocks`, whatever the file system's own are.
BLOCK = 512


@contextmanager
def in_use(state: Path) -> Iterator[None]:
    """Keep what is in the folder there until the end; waits while somebody tidies up."""
    with _room(state, fcntl.LOCK_SH):
        yield


def keep_within(state: Path, *, limit_bytes: int) -> int:
    """Make room where the folder may be over its limit by now; return bytes removed.

    This is for before each try: where little was added since the folder was measured, it
    takes no time.
    """
    if _noted_bytes(state) <= limit_bytes:
        return 0
    return make_room(state, limit_bytes=limit_bytes)


def is_nearly_full(state: Path) -> bool:
    """Say whether the disk has too little left for a try."""
    return shutil.disk_usage(state).free < SPARE_BYTES


def make_room(state: Path, *, limit_bytes: int) -> int:
    """Remove what was used longest ago where the folder is over its limit; return bytes.

    Waits for the tries that run. What can't be removed stays.
    """
    if (size_bytes := size_of(state)) <= limit_bytes:
        _note(state, size_bytes)
        return 0
    with _room(state, fcntl.LOCK_EX):
        before = left_bytes = size_of(state)
        enough_bytes = limit_bytes * ENOUGH
        caches = [state / name for name in CACHES]
        if sum(map(size_of, caches)) > enough_bytes / 2:
            for cache in caches:
                left_bytes -= _removed(cache)
        for piece in _oldest_first(state):
            if left_bytes <= enough_bytes:
                break
            left_bytes -= _removed(piece)
        _note(state, left_bytes)
        return before - left_bytes


def size_of(path: Path) -> int:
    """Return the bytes that a file or a folder takes on disk; each file counts once."""
    if not path.is_dir():
        return path.lstat().st_blocks * BLOCK if path.exists() else 0
    found: dict[int, int] = {}
    folders = [path]
    while folders:
        with suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(Path(entry.path))
                    continue
                # Environments are links to what an installer keeps.
                said = entry.stat(follow_symlinks=False)
                found[said.st_ino] = said.st_blocks * BLOCK
    return sum(found.values())


def _note(state: Path, size_bytes: int) -> None:
    """Note what the folder has, and the disk that it is on."""
    said = [time.time(), size_bytes, shutil.disk_usage(state).used]
    write_whole(state / NOTE, json.dumps(said).encode())


def _noted_bytes(state: Path) -> float:
    """Return what the folder has at most, by what was noted: infinitely much for nothing."""
    try:
        at, size_bytes, used_bytes = json.loads((state / NOTE).read_bytes())
    except (OSError, ValueError):
        return math.inf
    if not 0 <= time.time() - at < BELIEVED_S:
        return math.inf
    more_bytes = shutil.disk_usage(state).used - used_bytes
    return float(size_bytes + max(0, more_bytes))


@contextmanager
def _room(state: Path, how: int) -> Iterator[None]:
    state.mkdir(parents=True, exist_ok=True)
    with (
        (state / ".turnstile").open("a") as turnstile,
        (state / ".room").open("a") as room,
    ):
        fcntl.flock(turnstile, fcntl.LOCK_EX)
        fcntl.flock(room, how)
        fcntl.flock(turnstile, fcntl.LOCK_UN)
        # Both are let go when their files are closed, at the latest with this process.
        yield


def _oldest_first(state: Path) -> list[Path]:
    """Return pieces by when they were last read, where the file system keeps that.

    A commit that was fetched just now is left out.
    """
    found = []
    recent = time.time() - RECENT_S
    for pattern in PIECES:
        for piece in state.glob(pattern):
            with suppress(OSError):
                used_at = max(map(_used_at, (piece, *piece.glob("*"))))
                if used_at < recent or piece.parent.name != AHEAD:
                    found.append((used_at, piece))
    return [piece for _, piece in sorted(found)]


def _used_at(path: Path) -> float:
    """Return when a file was last read or written; of a folder only when it was written.

    Whoever measures it has just read every folder.
    """
    said = path.lstat()
    if stat.S_ISDIR(said.st_mode):
        return said.st_mtime
    return max(said.st_atime, said.st_mtime)


def _removed(path: Path) -> int:
    """Remove a file or a folder; return the bytes that it had."""
    size_bytes = size_of(path)
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
    return size_bytes - (size_of(path) if path.exists() else 0)
