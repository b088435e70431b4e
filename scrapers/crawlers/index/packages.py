"""Look at one package: one conditional request tells whether anything is new."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from registry.evidence import Evidence, Look
from registry.facts import Finding, Json
from registry.vocabulary import Severity
from scrapers.crawlers.index.connection import Connection
from scrapers.crawlers.index.known import Indexes, PackageIndex
from scrapers.crawlers.index.metadata import Metadata, read_metadata
from scrapers.crawlers.index.pages import Page, read_page
from scrapers.http import Answer, Gone

# The page of a project with ten thousand files has less.
PAGE_LIMIT = 20 * 1024 * 1024
REVISION_LIMIT = 200
# Where the next look finds what was listed. Another word when more is kept of a package, so
# that each is read once more: the first was without descriptions.
LISTING = "listing_described"


def fetch_package(
    address: str,
    *,
    validators: Mapping[str, Any],
    indexes: Indexes,
    timeout_s: float,
    previous: Callable[[], Json | None] = lambda: None,
) -> Look | None:
    """Return what an index shows of a package, or None where nothing is new.

    `address` is a bare name, or the address of a project's page on another index. Nothing
    is new where the page has its ETag, or lists what it listed: no metadata is read then.
    `previous` gives the last look's evidence where metadata can't be read. Raises
    Unreachable, Gone (no such project) or Refused (not a Simple API page).
    """
    index, name = indexes.project(address)
    elsewhere = None if index == indexes.default else index
    with Connection(index, timeout_s=timeout_s) as connection:
        answer = _asked(connection, index.page(name), name, _etag(validators))
        if answer is None:
            return None
        page = read_page(answer, name)
        listing = _listing(page, elsewhere)
        if validators.get(LISTING) == listing:
            return None
        metadata = read_metadata(connection, page.releases)
    etag = answer.headers.get("ETag", "")
    look = _look(
        page, _settled(etag, listing, metadata), page.serial or etag or listing
    )
    evidence = _evidence(page, name, metadata, elsewhere, previous)
    known = 1 if validators else 0
    return replace(look, evidence=(evidence,), known=known, wait=connection.wait)


def _look(page: Page, validators: Mapping[str, str], revision: str) -> Look:
    return Look(
        revision=revision[:REVISION_LIMIT],
        validators=validators,
        found=1,
        active_at=page.newest_upload,
    )


def _asked(connection: Connection, url: str, name: str, etag: str) -> Answer | None:
    what = f"The package index's page of {name}"
    try:
        return connection.ask_page(url, what=what, limit_bytes=PAGE_LIMIT, etag=etag)
    except Gone as error:
        message = f"The package index has no project named {name}."
        raise Gone(message) from error


def _settled(etag: str, listing: str, metadata: Metadata) -> dict[str, str]:
    """Return what the next look compares with."""
    if metadata.refusals:
        # A file that was refused may be given out the next time, on the same page.
        return {"etag": "", LISTING: ""}
    return {"etag": etag, LISTING: listing}


def _etag(validators: Mapping[str, Any]) -> str:
    """Return the ETag of the last look, if that look kept all that is kept now."""
    return str(validators.get("etag") or "") if LISTING in validators else ""


def _listing(page: Page, elsewhere: PackageIndex | None) -> str:
    """Return the digest of all that a page says, and of where it is but by default."""
    said: list[Any] = [
        page.status,
        page.status_reason,
        page.files,
        [package.has_metadata for _, package in page.releases],
        [finding.as_json() for finding in page.findings],
    ]
    said += [elsewhere.address] if elsewhere else []
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _evidence(
    page: Page,
    name: str,
    metadata: Metadata,
    elsewhere: PackageIndex | None,
    previous: Callable[[], Json | None],
) -> Evidence:
    """Return what was seen. Metadata that can't be read leaves what was read last.

    A refused file is no word about who keeps a package: a variant must not change hands
    because an index has an hour of trouble with its files.
    """
    findings, said = page.findings + metadata.findings, metadata.said
    if said is None and page.releases:
        said = (previous() or {}).get("metadata")
        findings += (_unread(metadata, is_kept=said is not None),)
    body: Json = {
        "name": name,
        "status": page.status,
        "status_reason": page.status_reason,
        "files": list(page.files),
        "metadata": said,
    }
    if elsewhere is not None:
        body["index"] = elsewhere.address
    return Evidence(subject="", body=body, findings=findings)


def _unread(metadata: Metadata, *, is_kept: bool) -> Finding:
    why = next(iter(metadata.refusals), "None of its files has any.")
    message = f"The newest release's metadata could not be read. {why}"
    message += " What was read before still counts." if is_kept else ""
    return Finding(code="metadata", message=message, severity=Severity.WARNING)
