"""A folder as it is now, in the archive that a commit of it would be.

Of a repository that is what Git knows of and what it would take, so that neither what is
ignored nor `.git` itself is there. Git runs on nobody's configuration, and starts nothing
that the repository asks for. Nothing of the folder is run or imported out here.
"""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from git import Git
from git.exc import CommandError

from sandbox.copies import whole_file
from sandbox.sources import SourceTree
from sandbox.workshop import Workshop
from scrapers.crawlers.definitions.tree import File
from scrapers.crawlers.git import write_archive
from scrapers.crawlers.git.running import QUIET
from scrapers.crawlers.git.trees import LINK, CommitTree

LIST = (
    "git",
    # Its hook of that name would be run, whoever wrote it.
    "-c", "core.fsmonitor=false",
    # Containers of a CI often work on a checkout of another account.
    "-c", "safe.directory=*",
    "ls-files", "--cached", "--others", "--exclude-standard", "-z",
)  # fmt: skip
FILE, PROGRAM = "100644", "100755"
# As much of a digest as tells two states of a folder apart, in versions and messages.
SHORT = 12


class WorkingTree(CommitTree):
    """The files of a folder as they are, listed as those of a commit are."""

    def __init__(self, folder: Path) -> None:
        self.revision = str(folder)
        self._folder = folder

    def entries(self) -> Iterator[tuple[str, File]]:
        """Yield every file and link with its mode, as Git writes it: "100755"."""
        for path in sorted(_listed(self._folder)):
            place = self._folder / path
            if place.is_symlink():
                mode = LINK
            elif place.is_file():
                mode = PROGRAM if place.stat().st_mode & 0o100 else FILE
            else:
                # A submodule, or what was removed since it was last committed.
                continue
            yield mode, File(path=path, blob="", size=place.lstat().st_size)

    def read(self, files: Iterable[File]) -> Iterator[tuple[File, bytes]]:
        """Yield the content of `files`; of a link, where it leads."""
        for file in files:
            place = self._folder / file.path
            is_link = place.is_symlink()
            yield file, os.fsencode(place.readlink()) if is_link else place.read_bytes()


def folder_tree(folder: Path, workshop: Workshop) -> SourceTree:
    """Return a folder's files as the sandbox takes them.

    Raises OSError where it can't be read, and Refused for what is too large.
    """
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is no folder.")
    sources = workshop.state / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=sources) as part:
        sha256 = write_archive(WorkingTree(folder.resolve()), part)
        part.seek(0)
        archive = sources / f"{sha256}.tar"
        with whole_file(archive) as whole:
            shutil.copyfileobj(part, whole)
    return SourceTree(archive=archive, sha256=sha256, commit=sha256[:SHORT])


def _listed(folder: Path) -> Iterable[str]:
    """Return the paths in a folder: as Git lists them, or all where it lists none."""
    try:
        said = Git(folder).execute(
            LIST, env=QUIET, stdout_as_string=False, strip_newline_in_stdout=False
        )
    except CommandError:
        # It is in no repository, or there is no Git.
        said = b""
    # Nothing is listed of a folder that its repository ignores as a whole.
    return [os.fsdecode(path) for path in said.split(b"\0") if path] or _walked(folder)


def _walked(folder: Path) -> Iterator[str]:
    for place, folders, names in folder.walk():
        # An environment, by the file that makes it one, is none of its sources.
        folders[:] = [
            name
            for name in folders
            if name != ".git" and not (place / name / "pyvenv.cfg").exists()
        ]
        links = [name for name in folders if (place / name).is_symlink()]
        yield from (str((place / n).relative_to(folder)) for n in [*names, *links])
