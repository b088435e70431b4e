"""Look at one repository: its references first, then only the commits that are new.

The evidence is about what was released and what the files say. It does not hold HEAD's
commit or time: a commit that changes no metadata is no news. A release stands for one
commit for good: a tag that was moved keeps the first in the evidence, and is told of.

Where the operator configured the forge, its entry is asked for first. If that is as it was
and would show a push, nothing else is asked: one request either way.
"""

import hashlib
import json
import logging
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from registry.evidence import Evidence, Look
from registry.facts import Json
from scrapers.crawlers.forges import Forge, ForgeFacts
from scrapers.crawlers.git import Checkout, References, references_of
from scrapers.crawlers.repository.known import Known
from scrapers.crawlers.repository.reading import read_tree
from scrapers.crawlers.repository.released import active_at, read_releases
from scrapers.crawlers.repository.releases import releases_of
from scrapers.http import CrawlError, Refused, Session, Unreachable

logger = logging.getLogger(__name__)

MARK = "#subdirectory="


def fetch_repository(
    address: str,
    *,
    known: Known,
    http: Session,
    timeout_s: float,
    forge: Forge | None = None,
) -> Look | None:
    """Return what is new at `https://host/owner/repo[#subdirectory=path]`, or None.

    A forge that does not answer is passed over, for the files say enough. Raises a
    CrawlError where the repository can't be read.
    """
    url = address.partition(MARK)[0]
    is_new, entry = _entry(forge, url, known)
    if forge is not None and forge.tells_pushes and not is_new:
        return None
    etag = known.validator("etag")
    references = references_of(url, http=http, etag=etag)
    if references is not None and not references.head:
        raise Refused(f"{url} has no commit yet.")
    if references is None or known.validator("references") == digest_of(references):
        return _look_at_entry(entry, known) if entry else None
    if references.head == known.held:
        return None
    look = _fetched(references, address, known, timeout_s)
    return _with_entry(look, entry, known.previous())


def _entry(
    forge: Forge | None, url: str, known: Known
) -> tuple[bool, ForgeFacts | None]:
    """Return whether anything may be new by the forge, and its entry where it gave one."""
    if forge is None:
        return True, None
    # Of a repository that was never read, an entry alone says too little.
    etag = known.validator("entry") if known.validator("references") else ""
    try:
        entry = forge.facts_of(url, etag=etag)
    except CrawlError as error:
        logger.info("%s Its files are read all the same.", error)
        return True, None
    return entry is not None, entry


def _look_at_entry(entry: ForgeFacts, known: Known) -> Look | None:
    """Return what a forge's entry alone has of news; the files are as they were."""
    previous = known.previous()
    if previous is None:
        return None
    look = Look(
        revision=known.revision,
        validators=known.validators,
        evidence=(previous,),
        known=1,
        found=1,
    )
    return _with_entry(look, entry, previous)


def _with_entry(
    look: Look, entry: ForgeFacts | None, previous: Evidence | None
) -> Look:
    """Return a look with what the forge says, or what it last said where it is silent."""
    [evidence] = look.evidence
    said = entry.as_evidence() if entry else previous and previous.body.get("forge")
    if said:
        evidence = replace(evidence, body={**evidence.body, "forge": said})
    if entry is None:
        return replace(look, evidence=(evidence,))
    return replace(
        look,
        evidence=(evidence,),
        validators={**look.validators, "entry": entry.etag},
        identity=f"{entry.identity} {look.identity}".strip(),
        # Counted by whom it belongs to, as all counts are.
        counters={entry.url.lower(): dict(entry.counters)},
        active_at=entry.pushed_at or look.active_at,
        moved_to=look.moved_to or _renamed(entry, evidence.body),
        wait=max(filter(None, (look.wait, entry.wait)), default=None),
    )


def _renamed(entry: ForgeFacts, body: Mapping[str, Any]) -> str:
    """Return the address that a forge has for a repository, where that is another."""
    if entry.url.lower() == body["url"].lower():
        return ""
    return entry.url + (f"{MARK}{body['directory']}" if body["directory"] else "")


def _fetched(
    references: References, address: str, known: Known, timeout_s: float
) -> Look:
    """Return what the files and tags say that `references` lead to."""
    url = address.partition(MARK)[0]
    with tempfile.TemporaryDirectory(prefix="songbook-git-") as folder:
        checkout = Checkout(
            references.served_at or url, Path(folder), timeout_s=timeout_s, trusted=()
        )
        try:
            return _look(checkout, references, address, known)
        finally:
            checkout.close()


def _look(
    checkout: Checkout, references: References, address: str, known: Known
) -> Look:
    url, _, directory = address.partition(MARK)
    last = known.previous()
    previous = last.body if last else None
    checkout.fetch([references.head])
    reading, findings = read_tree(checkout.tree(references.head, directory))
    # Only now the project's name is known for certain, and with it whose tags are its.
    names = [*_names(url, directory, previous), _name_in(reading)]
    tagged = releases_of(references.tags, names=names)
    before = {one["tag"]: one for one in (previous or {}).get("releases", [])}
    releases, more = read_releases(checkout, tagged, directory, before)
    body: Json = {
        "url": url,
        "directory": directory,
        "reading": reading,
        "releases": releases,
    }
    findings += more
    return Look(
        revision=references.head,
        validators={"etag": references.etag, "references": digest_of(references)},
        evidence=(Evidence(subject="", body=body, findings=tuple(findings)),),
        known=0 if previous is None else 1,
        found=1,
        identity=_identity(checkout, references, known, before),
        moved_to=_moved_to(references, directory),
        active_at=active_at(checkout, references.head),
        wait=references.wait,
    )


def _identity(
    checkout: Checkout,
    references: References,
    known: Known,
    before: Mapping[str, Json],
) -> str:
    """Return the first commit, or "" where the repository goes on from what was known.

    It goes on where it still offers a commit that was seen there. Else its whole history is
    read. Raises Unreachable where that is wanted and can't be read: then nothing tells
    whether somebody else has the address now.
    """
    offered = {references.head, *references.tags.values()}
    seen = {known.revision, *(str(one["commit"]) for one in before.values())}
    if known.identity and offered & seen:
        return ""
    if first := checkout.first_commit(references.head):
        return f"commit:{first}"
    if "commit:" in known.identity:
        raise Unreachable(
            f"{checkout.url} offers no commit that was seen there before, and its history "
            "can't be read as a whole: whether it is the same repository can't be told."
        )
    return ""


def digest_of(references: References) -> str:
    """Return the digest of all that a host's references say."""
    said = [references.head, references.branch, sorted(references.tags.items())]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _moved_to(references: References, directory: str) -> str:
    if not references.moved_to:
        return ""
    return references.moved_to + (f"{MARK}{directory}" if directory else "")


def _names(url: str, directory: str, previous: Mapping[str, Any] | None) -> list[str]:
    """Return what a tag may call the project: its folder, its repository, its own name."""
    repository = url.rstrip("/").rpartition("/")[2].removesuffix(".git")
    folder = directory.rstrip("/").rpartition("/")[2]
    names = [folder or repository]
    return [*names, _name_in((previous or {}).get("reading", {}))]


def _name_in(reading: Mapping[str, Any]) -> str:
    return str(reading.get("metadata", {}).get("name", ""))
