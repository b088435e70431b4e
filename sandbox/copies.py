"""Files that are there whole or not at all, readable for the account of the sandbox."""

import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

# What nobody needs to run a connector or to build one: the tests of the standard library,
# what was installed into the interpreter itself, and archives to embed it.
LEFT_OUT = ("test", "tests", "idle_test", "site-packages", "config-*", "*.a")


def is_open_to_all(path: Path) -> bool:
    """Return whether every account may reach and read `path` itself."""
    wanted = stat.S_IROTH | (stat.S_IXOTH if path.is_dir() else 0)
    try:
        if path.stat().st_mode & wanted != wanted:
            return False
        return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents)
    except OSError:
        return False


def copy_folder(source: Path, target: Path) -> None:
    """Copy an interpreter's folder to `target`, whole or not at all. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}-{secrets.token_hex(4)}")
    try:
        ignore = shutil.ignore_patterns(*LEFT_OUT)
        shutil.copytree(source, partial, symlinks=True, ignore=ignore)
        _open(partial)
        _place(partial, target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def copy_file(source: Path, target: Path) -> None:
    """Copy a program to `target`. What is there stays. Raises OSError."""
    if target.exists():
        return
    with source.open("rb") as read, whole_file(target, mode=0o755) as written:
        shutil.copyfileobj(read, written)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file. Raises OSError."""
    with whole_file(path) as written:
        written.write(content)


@contextmanager
def whole_file(path: Path, *, mode: int = 0o644) -> Iterator[BinaryIO]:
    """Yield a file to write, which is at `path` once all went well. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{secrets.token_hex(8)}.partial")
    try:
        with partial.open("xb") as written:
            yield written
        partial.chmod(mode)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _place(partial: Path, target: Path) -> None:
    """Give a whole folder its name; another process may have been first with the same."""
    try:
        partial.rename(target)
    except OSError:
        if not target.is_dir():
            raise


def _open(folder: Path) -> None:
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place, name)
            if not path.is_symlink():
                _allow(path)
    _allow(folder)


def _allow(path: Path) -> None:
    mode = path.stat().st_mode
    runs = stat.S_ISDIR(mode) or mode & stat.S_IXUSR
    path.chmod(stat.S_IMODE(mode) | (0o555 if runs else 0o444))
