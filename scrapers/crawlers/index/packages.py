"""Look at one package: one conditional request tells whether anything is new."""

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from registry.evidence import Evidence, Look
from scrapers.crawlers.index.connection import Connection
from scrapers.crawlers.index.known import Indexes
from scrapers.crawlers.index.metadata import read_metadata
from scrapers.crawlers.index.pages import Page, read_page
from scrapers.http import Answer, Gone

if TYPE_CHECKING:
    from registry.facts import Json

# The page of a project with ten thousand files has less.
PAGE_LIMIT = 20 * 1024 * 1024
REVISION_LIMIT = 200


def fetch_package(
    address: str, *, validators: Mapping[str, Any], indexes: Indexes, timeout_s: float
) -> Look | None:
    """Return what an index shows of a package, or None where nothing is new.

    `address` is a bare name on the default index, or the address of a project's page on
    another. Nothing is new where the page has the ETag it had, or lists what it listed:
    then no metadata is read either. Raises Unreachable, Gone (no such project) or
    Refused (not a Simple API page).
    """
    index, name = indexes.project(address)
    with Connection(index, timeout_s=timeout_s) as connection:
        answer = _asked(connection, index.page(name), name, _etag(validators))
        if answer is None:
            return None
        page = read_page(answer, name)
        listing = _listing(page)
        if validators.get("listing") == listing:
            return None
        evidence = _evidence(connection, page, name)
    etag = answer.headers.get("ETag", "")
    return Look(
        revision=(page.serial or etag or listing)[:REVISION_LIMIT],
        validators={"etag": etag, "listing": listing},
        evidence=(evidence,),
        known=1 if validators else 0,
        found=1,
        active_at=page.newest_upload,
        wait=connection.wait,
    )


def _asked(connection: Connection, url: str, name: str, etag: str) -> Answer | None:
    what = f"The package index's page of {name}"
    try:
        return connection.ask_page(url, what=what, limit_bytes=PAGE_LIMIT, etag=etag)
    except Gone as error:
        message = f"The package index has no project named {name}."
        raise Gone(message) from error


def _etag(validators: Mapping[str, Any]) -> str:
    """Return the ETag of the last look, if that look kept all that is kept now."""
    return str(validators.get("etag") or "") if "listing" in validators else ""


def _listing(page: Page) -> str:
    """Return the digest of all that a page says."""
    said = [
        page.status,
        page.status_reason,
        page.files,
        [package.has_metadata for _, package in page.releases],
        [finding.as_json() for finding in page.findings],
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _evidence(connection: Connection, page: Page, name: str) -> Evidence:
    body: Json = {
        "name": name,
        "status": page.status,
        "status_reason": page.status_reason,
        "files": list(page.files),
        "metadata": read_metadata(connection, page.releases),
    }
    return Evidence(subject="", body=body, findings=page.findings)
