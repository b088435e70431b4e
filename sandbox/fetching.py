"""The files of a lock, from the index's own pages: wheels, and sources to be built."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

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
        return not self.file.filename.endswith(".whl")


def fetch(
    lock: Lock, *, interpreter: Interpreter, workshop: Workshop
) -> tuple[Fetched, ...]:
    """Return the best file of each package for this Python, fetched and checked.

    Raises NoFile, and Unavailable where the index is why.
    """

    def take(package: Locked) -> Fetched:
        try:
            files = workshop.index.page(package.name).files.values()
            allowed = [file for file in files if file.sha256 in package.hashes]
            file = _best(package, allowed, interpreter)
            path = workshop.index.file(package.name, file.sha256)
        except (Absent, Unfit) as error:
            raise NoFile(str(error)) from error
        return Fetched(package, file, path)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return tuple(pool.map(take, lock.packages))


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
