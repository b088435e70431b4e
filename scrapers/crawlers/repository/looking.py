"""Look at one repository: its references first, then only the commits that are new.

The evidence is about what was released and what the files say. It does not hold HEAD's
commit or time: a commit that changes no metadata is no news. A release stands for one
commit for good: a tag that was moved keeps the first in the evidence, and is told of.
"""

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from registry.evidence import Evidence, Look
from registry.facts import Finding, Json
from registry.vocabulary import Severity
from scrapers.crawlers.git import Checkout, References, references_of
from scrapers.crawlers.repository.reading import read_tree
from scrapers.crawlers.repository.releases import Tagged, releases_of
from scrapers.http import Refused, Session

MARK = "#subdirectory="
# So many releases are read; of the others the tag, the commit and its time are known.
READINGS = 30


def fetch_repository(
    address: str,
    *,
    validators: Mapping[str, Any],
    previous: Callable[[], Json | None],
    http: Session,
    timeout_s: float,
) -> Look | None:
    """Return what is new at `https://host/owner/repo[#subdirectory=path]`, or None.

    `previous` gives the body of the last evidence, and is asked only where something
    moved. Raises a CrawlError.
    """
    url = address.partition(MARK)[0]
    references = references_of(url, http=http, etag=str(validators.get("etag") or ""))
    if references is None:
        return None
    if not references.head:
        raise Refused(f"{url} has no commit yet.")
    if validators.get("references") == digest_of(references):
        return None
    with tempfile.TemporaryDirectory(prefix="songbook-git-") as folder:
        checkout = Checkout(
            references.served_at or url, Path(folder), timeout_s=timeout_s, trusted=()
        )
        try:
            return _look(checkout, references, address, previous())
        finally:
            checkout.close()


def _look(
    checkout: Checkout, references: References, address: str, previous: Json | None
) -> Look:
    url, _, directory = address.partition(MARK)
    checkout.fetch([references.head])
    reading, findings = read_tree(checkout.tree(references.head, directory))
    # Only now the project's name is known for certain, and with it whose tags are its.
    names = [*_names(url, directory, previous), _name_in(reading)]
    tagged = releases_of(references.tags, names=names)
    before = {one["tag"]: one for one in (previous or {}).get("releases", [])}
    releases, more = _releases(checkout, tagged, directory, before)
    body: Json = {
        "url": url,
        "directory": directory,
        "reading": reading,
        "releases": releases,
    }
    findings += more
    is_first = previous is None
    first = checkout.first_commit(references.head) if is_first else ""
    return Look(
        revision=references.head,
        validators={"etag": references.etag, "references": digest_of(references)},
        evidence=(Evidence(subject="", body=body, findings=tuple(findings)),),
        known=0 if is_first else 1,
        found=1,
        identity=f"commit:{first}" if first else "",
        moved_to=_moved_to(references, directory),
        active_at=_active_at(checkout, references.head),
        wait=references.wait,
    )


def digest_of(references: References) -> str:
    """Return the digest of all that a host's references say."""
    said = [references.head, references.branch, sorted(references.tags.items())]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _releases(
    checkout: Checkout,
    tagged: list[Tagged],
    directory: str,
    before: Mapping[str, Json],
) -> tuple[list[Json], list[Finding]]:
    """Return releases, newest first: those known as they were, and the new ones fetched."""
    new = [one for one in tagged if one.tag not in before]
    if new:
        checkout.fetch([one.commit for one in new])
    releases, findings = [], []
    for place, one in enumerate(tagged):
        seen = before.get(one.tag)
        if seen is None:
            is_read = place < READINGS
            releases.append(_release(checkout, one, directory, is_read=is_read))
            continue
        # What is no longer among the newest keeps its reading: it was made already.
        releases.append(seen)
        if seen["commit"] != one.commit:
            findings.append(_retagged(one, str(seen["commit"])))
    return releases, findings


def _release(
    checkout: Checkout, tagged: Tagged, directory: str, *, is_read: bool
) -> Json:
    at = _active_at(checkout, tagged.commit)
    return {
        "tag": tagged.tag,
        "version": str(tagged.version),
        "commit": tagged.commit,
        "committed_at": at.isoformat() if at else None,
        "reading": _small(checkout, tagged.commit, directory) if is_read else None,
    }


def _small(checkout: Checkout, commit: str, directory: str) -> Json | None:
    """Return what changes from release to release: metadata, names of settings and streams."""
    try:
        tree = checkout.tree(commit, directory)
    except Refused:
        # The folder was not there yet.
        return None
    reading, _ = read_tree(tree)
    kept = ("name", "version", "requires_python", "license", "dependencies", "scripts")
    metadata = reading.get("metadata", {})
    classes = reading.get("classes", [])
    streams = {schema["stream"] for schema in reading.get("schemas", [])}
    streams |= {
        one["attributes"]["name"]
        for one in classes
        if one["bases"][0].endswith("Stream")
        and isinstance(one.get("attributes", {}).get("name"), str)
    }
    settings = {
        setting["name"] for one in classes for setting in one.get("settings", [])
    }
    settings |= set(reading.get("required_config_keys", []))
    small: Json = {key: metadata[key] for key in kept if key in metadata}
    return small | {"settings": sorted(settings), "streams": sorted(streams)}


def _retagged(tagged: Tagged, first: str) -> Finding:
    message = (
        f"The tag {tagged.tag} was moved from commit {first} to {tagged.commit}. The "
        "release stays what it was first: publish a new version instead."
    )
    return Finding(code="retagged", message=message, severity=Severity.WARNING)


def _active_at(checkout: Checkout, commit: str) -> datetime | None:
    try:
        return checkout.committed_at(commit)
    except Refused:
        # A commit may say any time, even one that never was.
        return None


def _moved_to(references: References, directory: str) -> str:
    if not references.moved_to:
        return ""
    return references.moved_to + (f"{MARK}{directory}" if directory else "")


def _names(url: str, directory: str, previous: Json | None) -> list[str]:
    """Return what a tag may call the project: its folder, its repository, its own name."""
    repository = url.rstrip("/").rpartition("/")[2].removesuffix(".git")
    folder = directory.rstrip("/").rpartition("/")[2]
    names = [folder or repository]
    return [*names, _name_in((previous or {}).get("reading", {}))]


def _name_in(reading: Mapping[str, Any]) -> str:
    return str(reading.get("metadata", {}).get("name", ""))
