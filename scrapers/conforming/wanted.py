"""What a person wants judged, in any of the ways in which an installer is told it."""

import hashlib
import re
import shutil
from dataclasses import dataclass
from os import sep
from pathlib import Path

from packaging.utils import InvalidSdistFilename, parse_sdist_filename

from registry.places import is_local, repository_place
from sandbox.copies import whole_file
from sandbox.locking import requirement
from sandbox.sources import SourceTree
from sandbox.workshop import Workshop
from scrapers.conforming.driving import CantRun
from scrapers.conforming.folders import SHORT, folder_tree
from scrapers.source_trees import MARK, source_tree

GIT = "git+"
SDIST = ".tar.gz"
# A repository on this machine, where nothing but the last `@` can begin a revision.
LOCAL = re.compile(r"(?P<url>[^#]+?)(?:@(?P<ref>[^@/#]+))?(?P<directory>#.*)?")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to call it, and where it comes from if not from the package index.

    `commit` is empty for what is none.
    """

    spec: str
    source: SourceTree | None = None
    commit: str = ""


def wanted(spec: str, workshop: Workshop) -> Wanted:
    """Return what is meant by a requirement, a Git address, a folder or an sdist's path.

    As for pip, a path has a separator in it or begins with a dot. Raises NotASpec and
    CantRun for what is none of these, OSError for files, a CrawlError for repositories.
    """
    if spec.startswith(GIT):
        return _commit(spec, workshop)
    if sep not in spec and not spec.startswith(".") and not spec.endswith(SDIST):
        requirement(spec)
        return Wanted(spec)
    path = Path(spec)
    if path.suffix == ".whl":
        raise CantRun(f"{spec} is a wheel; name the folder or the sdist it is made of.")
    if spec.endswith(SDIST):
        return Wanted(spec, _sdist_tree(path, workshop))
    return Wanted(spec, folder_tree(path, workshop))


def _commit(spec: str, workshop: Workshop) -> Wanted:
    said = spec.removeprefix(GIT)
    if is_local(said) and (found := LOCAL.fullmatch(said)):
        address, ref = f"{found['url']}{found['directory'] or ''}", found["ref"]
    elif place := repository_place(spec):
        address, ref = place.address, place.ref
    else:
        raise CantRun(f"{spec} is no address of a repository.")
    asked = {"address": address, "revision": ref or "HEAD", "version": ""}
    source = source_tree(asked, workshop)
    name = f"{GIT}{address.partition(MARK)[0]} at {source.commit}"
    return Wanted(name, source, source.commit)


def _sdist_tree(path: Path, workshop: Workshop) -> SourceTree:
    """Return an sdist as it is: it is unpacked where it is built, and nowhere else."""
    try:
        version = parse_sdist_filename(path.name)[1]
    except InvalidSdistFilename as error:
        raise CantRun(f"{path.name} is no name of an sdist.") from error
    with path.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
        archive = workshop.state / "sources" / f"{sha256}.tar"
        opened.seek(0)
        with whole_file(archive) as whole:
            shutil.copyfileobj(opened, whole)
    return SourceTree(
        archive=archive,
        sha256=sha256,
        commit=sha256[:SHORT],
        directory=path.name.removesuffix(SDIST),
        version=str(version),
    )
