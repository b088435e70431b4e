"""The commit that a question is about, fetched and kept as an archive for the sandbox.

Fetching is ours and happens out here, with the same care as every look at a repository:
Git runs on nobody's configuration, and nothing of the commit is checked out.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings

from registry.vocabulary import SourceKind
from sandbox.copies import whole_file, write_whole
from sandbox.sources import SourceTree
from sandbox.workshop import Workshop
from scrapers.crawlers.git import COMMIT, Checkout, write_archive

MARK = "#subdirectory="


def asked(
    question: Mapping[str, Any], workshop: Workshop
) -> tuple[str, SourceTree | None]:
    """Return the requirement in question, or what stands for it in words and the tree.

    Raises a CrawlError where the repository can't be had.
    """
    address = str(question["address"])
    if question["source"] != SourceKind.REPOSITORY:
        return f"{address}=={question['version']}", None
    source = source_tree(question, workshop)
    return f"{address.partition(MARK)[0]} at {source.commit}", source


def source_tree(question: Mapping[str, Any], workshop: Workshop) -> SourceTree:
    """Return the tree of the repository and the revision that a question names.

    One commit is fetched once. Raises a CrawlError where the repository can't be had.
    """
    url, _, directory = str(question["address"]).partition(MARK)
    revision = str(question["revision"])
    folder = workshop.state / "sources"
    # A tag or a branch may have moved: only a commit is what it was.
    known = _known(folder, url, revision) if COMMIT.fullmatch(revision) else None
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
                return known
            part = Path(place, "tree.tar")
            with part.open("wb") as written:
                sha256 = write_archive(checkout.tree(commit), written)
            at = checkout.committed_at(commit).isoformat()
        finally:
            checkout.close()
        archive = folder / f"{sha256}.tar"
        with part.open("rb") as read, whole_file(archive) as whole:
            shutil.copyfileobj(read, whole)
    said = {"sha256": sha256, "committed_at": at}
    write_whole(_note(folder, url, commit), json.dumps(said).encode())
    return SourceTree(archive=archive, sha256=sha256, commit=commit, committed_at=at)


def _note(folder: Path, url: str, commit: str) -> Path:
    """Return where it is written down what a commit was fetched as."""
    return folder / f"{hashlib.sha256(f'{url} {commit}'.encode()).hexdigest()}.json"
