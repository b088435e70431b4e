"""The commit that a question is about, fetched and kept as an archive for the sandbox.

Fetching is ours and happens out here, with the same care as every look at a repository:
Git runs on nobody's configuration, and nothing of the commit is checked out.
"""

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings

from registry.installations import installation_at
from registry.vocabulary import SourceKind
from sandbox.copies import whole_file, write_whole
from sandbox.locking import NotASpec
from sandbox.sources import SourceTree
from sandbox.workshop import Workshop
from scrapers.crawlers.git import Checkout, write_archive

MARK = "#subdirectory="
# A commit, or as much of it as somebody wrote.
DIGITS = re.compile(r"[0-9a-f]{7,64}")
# What the default branch holds, as Git calls it.
HEAD = "HEAD"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be installed: a requirement, or a tree and what stands for it in words.

    `beside` are requirements that are installed with it. `commit` is empty for what is none.
    """

    spec: str
    source: SourceTree | None = None
    beside: tuple[str, ...] = ()
    commit: str = ""

    @property
    def shown(self) -> str:
        """Return all of it as reports and records name it."""
        return " ".join((self.spec, *self.beside))


def asked(question: Mapping[str, Any], workshop: Workshop) -> Wanted:
    """Return what is in question, with the tree where it is a repository's.

    Raises NotASpec for what is none, and a CrawlError where the repository can't be had.
    """
    try:
        found = installation_at(str(question["source"]), str(question["address"]))
    except ValueError as error:
        raise NotASpec(str(error)) from error
    place = found.place
    if place.kind is SourceKind.PACKAGE:
        return Wanted(f"{found.own}=={question['version']}", beside=found.beside)
    source = source_tree({**question, "address": place.address}, workshop)
    source = replace(source, extras=place.extras)
    extras = found.own.removeprefix(place.address)
    spec = f"{place.address.partition(MARK)[0]}{extras} at {source.commit}"
    return Wanted(spec, source, found.beside, source.commit)


def source_tree(question: Mapping[str, Any], workshop: Workshop) -> SourceTree:
    """Return the tree of the repository and the revision that a question names.

    One commit is fetched once. Raises a CrawlError where the repository can't be had.
    """
    url, _, directory = str(question["address"]).partition(MARK)
    revision = str(question["revision"]) or HEAD
    folder = workshop.state / "sources"
    # A tag or a branch may have moved: only a commit is what it was, also by its beginning.
    known = _known(folder, url, revision) if DIGITS.fullmatch(revision) else None
    return replace(
        known or _fetched(folder, url, revision),
        directory=directory.strip("/"),
        version=str(question["version"]),
    )


def _known(folder: Path, url: str, commit: str) -> SourceTree | None:
    """Return the tree of a commit that was fetched before."""
    try:
        said = json.loads(_note(folder, url, commit).read_text())
        sha256, at = str(said["sha256"]), str(said["committed_at"])
        commit = str(said["commit"])
        archive = folder / f"{sha256}.tar"
        # Whoever tidies up sees that it is wanted now.
        os.utime(archive)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return SourceTree(archive=archive, sha256=sha256, commit=commit, committed_at=at)


def _fetched(folder: Path, url: str, revision: str) -> SourceTree:
    with tempfile.TemporaryDirectory(prefix="songbook-git-") as place:
        checkout = Checkout(url, Path(place), timeout_s=settings.CRAWL_TIMEOUT_S * 5)
        try:
            checkout.fetch([revision])
            commit = checkout.commit_of(revision)
            if known := _known(folder, url, commit):
                return _noted(known, folder, url, revision)
            part = Path(place, "tree.tar")
            with part.open("wb") as written:
                sha256 = write_archive(checkout.tree(commit), written)
            at = checkout.committed_at(commit).isoformat()
        finally:
            checkout.close()
        archive = folder / f"{sha256}.tar"
        with part.open("rb") as read, whole_file(archive) as whole:
            shutil.copyfileobj(read, whole)
    tree = SourceTree(archive=archive, sha256=sha256, commit=commit, committed_at=at)
    return _noted(tree, folder, url, revision)


def _noted(tree: SourceTree, folder: Path, url: str, revision: str) -> SourceTree:
    """Write down what a commit was fetched as, also by the digits that it was asked by."""
    said = {
        "sha256": tree.sha256,
        "committed_at": tree.committed_at,
        "commit": tree.commit,
    }
    for name in {tree.commit, revision}:
        if tree.commit.startswith(name):
            write_whole(_note(folder, url, name), json.dumps(said).encode())
    return tree


def _note(folder: Path, url: str, commit: str) -> Path:
    """Return where it is written down what a commit was fetched as."""
    return folder / f"{hashlib.sha256(f'{url} {commit}'.encode()).hexdigest()}.json"
