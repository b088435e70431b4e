"""What a project's page lists: its files, its status, and what can't be read.

Source: the PyPA specification of the simple repository API, with PEP 592 (yanked),
PEP 691 (JSON), PEP 700 (sizes and times), PEP 740 (provenance), PEP 792 (status).
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from mailbits import ContentType
from packaging.version import Version
from pypi_simple import (
    DistributionPackage,
    ProjectPage,
    RepositoryPage,
    UnsupportedRepoVersionError,
)

from registry.facts import Finding, Json
from registry.texts import tidied
from registry.vocabulary import Severity, without_credentials
from scrapers.http import Answer, Refused

JSON_TYPE = "application/vnd.pypi.simple.v1+json"
HTML_TYPES = {"application/vnd.pypi.simple.v1+html", "text/html"}
# What a row holds; the longest real one has 40 characters.
VERSION_LIMIT = 120
SHA256 = re.compile(r"[0-9a-f]{64}")
# The longest real reasons are two sentences.
REASON_LIMIT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A project's page as it was read. `releases` are by version, oldest first.

    `files` are the releases as evidence; `status` is the index's own word, empty where it
    says none.
    """

    releases: tuple[tuple[Version, DistributionPackage], ...]
    serial: str = ""
    status: str = ""
    status_reason: str = ""
    files: tuple[Json, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def newest_upload(self) -> datetime | None:
        """Return when a file came last, where the index says."""
        times = (_uploaded_at(package) for _, package in self.releases)
        return max((at for at in times if at is not None), default=None)


@dataclass(slots=True)
class _Read:
    packages: list[DistributionPackage] = field(default_factory=list)
    serial: object = ""
    status: object = ""
    reason: object = ""
    findings: list[Finding] = field(default_factory=list)


def read_page(answer: Answer, name: str) -> Page:
    """Return what a page lists. Raises Refused where it is no page of the Simple API."""
    read = simple_api(answer, name, in_json=_from_json, in_html=_from_html)
    releases = _readable(read)
    reason = _tidied(read.reason, f"{name}'s status", read.findings)
    return Page(
        releases=tuple(releases),
        serial=printable(
            read.serial or answer.headers.get("X-PyPI-Last-Serial"), limit=100
        ),
        status=printable(read.status, limit=40),
        status_reason=reason,
        files=tuple(_file(*one, read.findings) for one in releases),
        findings=tuple(read.findings),
    )


def simple_api[T](
    answer: Answer,
    what: str,
    *,
    in_json: Callable[[Any, Answer, str], T],
    in_html: Callable[[Answer, str, str | None], T],
) -> T:
    """Return a page read by the reader for its type. Raises Refused where it can't be."""
    try:
        kind = ContentType.parse(answer.headers.get("Content-Type", "text/html"))
        if kind.content_type == JSON_TYPE:
            return in_json(json.loads(answer.content), answer, what)
        if kind.content_type in HTML_TYPES:
            return in_html(answer, what, kind.params.get("charset"))
    except UnsupportedRepoVersionError as error:
        raise Refused(f"The package index's page of {what}: {error}") from error
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise Refused(_no_page(what)) from error
    raise Refused(_no_page(what))


def _no_page(what: str) -> str:
    return f"What the package index has of {what} is no page of the Simple API."


def _from_json(data: Any, answer: Answer, name: str) -> _Read:
    """Return what a JSON page says, file by file: a broken one does not hide the rest."""
    rows, status = data["files"], data.get("project-status") or {}
    # Asks for the version of the API, and for files: pages without either are none.
    head = ProjectPage.from_json_data({"name": name, "meta": data["meta"], "files": []})
    if not isinstance(rows, list):
        raise TypeError("The page's files are no list.")
    read = _Read(serial=head.last_serial)
    if isinstance(status, dict):
        read.status, read.reason = status.get("status"), status.get("reason")
    base = without_credentials(answer.url)
    for row in rows:
        try:
            read.packages.append(DistributionPackage.from_json_data(row, name, base))
        except ValueError:
            named = row.get("filename") if isinstance(row, dict) else row
            read.findings.append(_passed_over(named, "is described as no file is"))
    return read


def _from_html(answer: Answer, name: str, charset: str | None) -> _Read:
    base = without_credentials(answer.url)
    page = RepositoryPage.from_html(answer.content, base, charset)
    read = _Read(
        status=page.pypi_meta.get("project-status", [""])[0],
        reason=page.pypi_meta.get("project-status-reason", [""])[0],
    )
    for link in page.links:
        package = DistributionPackage.from_link(link, name)
        package.upload_time = _said_in_html(link.attrs.get("data-upload-time"))
        read.packages.append(package)
    return read


def _said_in_html(text: object) -> datetime | None:
    """Return the upload time that some indexes add to a link; no standard names it."""
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def _readable(read: _Read) -> list[tuple[Version, DistributionPackage]]:
    """Return files of a readable version, oldest version first, and note the others."""
    releases = []
    for package in read.packages:
        version = _version(package)
        if version is not None:
            releases.append((version, package))
            continue
        why = "has no version that can be read"
        read.findings.append(_passed_over(package.filename, why))
    return sorted(releases, key=lambda pair: (pair[0], pair[1].filename))


def _passed_over(filename: object, why: str) -> Finding:
    message = f"{str(filename)[:200]!r} {why}."
    return Finding(code="version", message=message, severity=Severity.WARNING)


def _version(package: DistributionPackage) -> Version | None:
    """Return the version a file is of, if it is one that a row can hold."""
    try:
        version = Version(package.version or "")
        is_short = len(str(version)) <= VERSION_LIMIT
    except ValueError:
        # No version, or one of more digits than Python counts.
        return None
    return version if is_short and package.filename.isprintable() else None


def _file(
    version: Version, package: DistributionPackage, findings: list[Finding]
) -> Json:
    """Return a file as evidence, and note what its texts held that nobody should see."""
    what = f"The yanked {package.filename[:200]}"
    at, sha256 = _uploaded_at(package), package.digests.get("sha256", "")
    return {
        "filename": package.filename,
        "version": str(version),
        "sha256": sha256 if SHA256.fullmatch(sha256) else "",
        "uploaded_at": at.isoformat() if at else None,
        "requires_python": printable(package.requires_python, limit=200),
        "size": package.size,
        "provenance": package.provenance_url is not None,
        "yanked": package.is_yanked,
        "yanked_reason": _tidied(package.yanked_reason, what, findings),
    }


def _uploaded_at(package: DistributionPackage) -> datetime | None:
    at = package.upload_time
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


def _tidied(said: object, what: str, findings: list[Finding]) -> str:
    """Return the reason that somebody gives for a status or a yank, on one line."""
    reason, found = tidied(str(said or ""), what=what, limit=REASON_LIMIT)
    findings += found
    return " ".join(reason.split())


def printable(said: object, *, limit: int) -> str:
    """Return a text on one line and without what no row keeps: NUL, lone surrogates."""
    text = " ".join(str(said or "").split())
    return "".join(char for char in text if char.isprintable())[:limit]
