"""The files of a lock, from the index's own pages: wheels, and sources to be built."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from sandbox.allowance import Spent
from sandbox.index import Absent, Unfit
from sandbox.interpreters import Interpreter
from sandbox.locking import Lock, Locked
from sandbox.pages import File
from sandbox.wheels import best_wheel
from sandbox.workshop import Workshop

AT_ONCE = 8
SOURCES = (".tar.gz", ".zip")


class NoFile(Exception):
    """The index has no file of a locked release that this Python can take."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A locked package and the file that it comes from, at `path`."""

    package: Locked
    file: File
    path: Path

    @property
    def is_source(self) -> bool:
        """Return whether a wheel has to be built of it."""
        return self.file.is_source


def fetch(
    lock: Lock, *, interpreter: Interpreter, workshop: Workshop
) -> tuple[Fetched, ...]:
    """Return the best file of each package for this Python, fetched and checked.

    Raises NoFile, also where all of them together are more than one lock may have, and
    Unavailable where the index is why.
    """
    index, allowance = workshop.index, workshop.allowance()
    files = choose(lock, interpreter=interpreter, workshop=workshop)

    def take(package: Locked, file: File) -> Fetched:
        path = index.file(package.name, file.sha256, allowance)
        return Fetched(package, file, path)

    try:
        allowance.files.expect(sum(file.size_bytes or 0 for file in files))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return tuple(pool.map(take, lock.packages, files))
    except (Absent, Unfit, Spent) as error:
        raise NoFile(str(error)) from error


def choose(
    lock: Lock, *, interpreter: Interpreter, workshop: Workshop
) -> tuple[File, ...]:
    """Return the best file of each package for this Python. Raises NoFile, Unavailable."""

    def best(package: Locked) -> File:
        files = workshop.index.page(package.name).files.values()
        allowed = [file for file in files if file.sha256 in package.hashes]
        return _best(package, allowed, interpreter)

    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return tuple(pool.map(best, lock.packages))
    except (Absent, Unfit) as error:
        raise NoFile(str(error)) from error


def _best(package: Locked, files: Iterable[File], interpreter: Interpreter) -> File:
    """Return the wheel that fits best, or else the sources. Raises NoFile."""
    named = [(file.filename, file) for file in files]
    if found := best_wheel(named, interpreter.tags):
        return found[1]
    for suffix in SOURCES:
        for filename, file in named:
            if filename.endswith(suffix):
                return file
    release = f"{package.name} {package.version}"
    raise NoFile(
        f"The index has no file of {release} for Python {interpreter.version}."
    )
