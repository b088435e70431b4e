"""What a person wants judged, in any of the ways in which an installer is told it."""

import hashlib
import re
import shutil
from dataclasses import replace
from os import sep
from pathlib import Path

from packaging.utils import (
    InvalidSdistFilename,
    canonicalize_name,
    parse_sdist_filename,
)

from registry.installations import RefusedRequirement, asked_together
from registry.places import is_local, repository_place
from sandbox.copies import whole_file
from sandbox.locking import requirement
from sandbox.sources import SourceTree
from sandbox.wheels import UnfitWheel, check_built
from sandbox.workshop import Workshop
from scrapers.conforming.driving import CantRun
from scrapers.conforming.folders import SHORT, folder_tree
from scrapers.source_trees import HEAD, MARK, Wanted, source_tree

SDIST, WHEEL = ".tar.gz", ".whl"
# `tap-x[s3] @ git+…`, or the address alone.
GIT = re.compile(r"(?:[\w.-]+(?:\[(?P<extras>[^\]]*)\])?\s*@\s*)?git\+(?P<said>.+)")
# Behind a path, as pip takes them: `.[s3]`, `dist/tap_x-1.0-py3-none-any.whl[s3]`.
PATH = re.compile(r"(?P<path>.+?)(?:\[(?P<extras>[\w., -]+)\])?")


def wanted(spec: str, workshop: Workshop) -> Wanted:
    """Return what is meant by a requirement, a Git address, or the path of a project.

    As for pip, a path has a separator in it or begins with a dot: of a folder, an sdist or
    a wheel. Others by name may follow: these are installed with it. Raises NotASpec and
    CantRun for what is none of these, OSError for files, a CrawlError for repositories.
    """
    if _is_path(spec) and Path(spec).exists():
        return _at_path(spec, workshop)
    try:
        own, beside = asked_together(spec)
    except RefusedRequirement as refused:
        raise CantRun(f"{spec!r} can't be judged: {refused}") from refused
    if GIT.fullmatch(own):
        found = _commit(own, workshop)
    elif _is_path(own):
        found = _at_path(own, workshop)
    else:
        requirement(own)
        found = Wanted(own)
    return replace(found, beside=beside)


def _is_path(spec: str) -> bool:
    return sep in spec or spec.startswith(".") or spec.endswith((SDIST, WHEEL))


def _at_path(spec: str, workshop: Workshop) -> Wanted:
    path, extras = Path(spec), ""
    if not path.exists() and (found := PATH.fullmatch(spec)):
        path, extras = Path(found["path"]), found["extras"] or ""
    if path.name.endswith(WHEEL):
        source = _wheel(path, workshop)
    elif path.name.endswith(SDIST):
        source = _sdist_tree(path, workshop)
    else:
        source = folder_tree(path, workshop)
    return Wanted(spec, replace(source, extras=_extras(extras)))


def _extras(said: str) -> tuple[str, ...]:
    names = (name.strip() for name in said.split(","))
    return tuple(sorted({str(canonicalize_name(name)) for name in names if name}))


def _commit(spec: str, workshop: Workshop) -> Wanted:
    found = GIT.fullmatch(spec)
    said = found["said"] if found else ""
    if found and is_local(said):
        address, ref = _local(said)
        extras = _extras(found["extras"] or "")
    elif place := repository_place(spec):
        address, ref, extras = place.address, place.ref, place.extras
    else:
        raise CantRun(f"{spec} is no address of a repository.")
    asked = {"address": address, "revision": ref or HEAD, "version": ""}
    source = replace(source_tree(asked, workshop), extras=extras)
    added = f"[{','.join(extras)}]" if extras else ""
    name = f"git+{address.partition(MARK)[0]}{added} at {source.commit}"
    return Wanted(name, source, commit=source.commit)


def _local(said: str) -> tuple[str, str]:
    """Return a repository of this machine as sources are written, and the revision.

    An `@` may be in any folder's name: the first that follows a folder begins a revision.
    """
    path, _, fragment = said.partition("#")
    asked = dict(part.partition("=")[::2] for part in fragment.split("&"))
    folder = asked.get("subdirectory", "")
    address, ref = path, ""
    for at in (one.start() for one in re.finditer("@", path)):
        if Path(path[:at].removeprefix("file://")).is_dir():
            address, ref = path[:at], path[at + 1 :]
            break
    return f"{address}{MARK}{folder}" if folder else address, ref


def _wheel(path: Path, workshop: Workshop) -> SourceTree:
    """Return a wheel as it is, judged as one that was built: nothing of it is unpacked here."""
    sha256 = _digest(path)
    kept = workshop.state / "sources" / sha256 / path.name
    _copy(path, kept)
    try:
        check_built(kept, None)
    except UnfitWheel as error:
        raise CantRun(f"{path.name} can't be installed: {error}") from error
    return SourceTree(archive=kept, sha256=sha256, commit=sha256[:SHORT])


def _sdist_tree(path: Path, workshop: Workshop) -> SourceTree:
    """Return an sdist as it is: it is unpacked where it is built, and nowhere else."""
    try:
        version = parse_sdist_filename(path.name)[1]
    except InvalidSdistFilename as error:
        raise CantRun(f"{path.name} is no name of an sdist.") from error
    sha256 = _digest(path)
    archive = workshop.state / "sources" / f"{sha256}.tar"
    _copy(path, archive)
    return SourceTree(
        archive=archive,
        sha256=sha256,
        commit=sha256[:SHORT],
        directory=path.name.removesuffix(SDIST),
        version=str(version),
    )


def _digest(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _copy(path: Path, kept: Path) -> None:
    with path.open("rb") as opened, whole_file(kept) as whole:
        shutil.copyfileobj(opened, whole)
