"""Look at one package on a package index that speaks the Simple API (PyPI by default).

One conditional request tells whether anything is new, and one more reads the newest
release's core metadata: on its own where the index serves it so, else out of the file.
Nothing is unpacked, installed or run.
Source: the PyPA specifications of the simple repository API and of core metadata.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC
from io import BytesIO
from typing import Any

from packaging.metadata import parse_email
from packaging.utils import canonicalize_name
from packaging.version import Version
from pypi_simple import (
    PYPI_SIMPLE_ENDPOINT,
    DistributionPackage,
    ProjectPage,
    PyPISimple,
    UnsupportedRepoVersionError,
)

from registry.evidence import Evidence, Look
from registry.facts import Finding, Json
from registry.vocabulary import Severity
from scrapers.crawlers.archives import METADATA_LIMIT, core_metadata
from scrapers.http import (
    Gone,
    Refused,
    RequestException,
    Response,
    Session,
    Unreachable,
    codes,
    session,
)

# Connectors are small; one that is not is described by its name and files alone.
ARCHIVE_LIMIT = 10 * 1024 * 1024
# What a row holds; the longest real one has 40 characters.
VERSION_LIMIT = 120
SHA256 = re.compile(r"[0-9a-f]{64}")
ABSENT = {codes.not_found, codes.gone}
ACCEPT = (
    "application/vnd.pypi.simple.v1+json, "
    "application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
)
# The part of core metadata that says what a connector is and who made it.
METADATA_KEYS = (
    "name", "version", "summary", "license", "license_expression", "classifiers",
    "keywords", "requires_python", "requires_dist", "project_urls", "home_page",
    "author", "author_email", "maintainer", "maintainer_email",
)  # fmt: skip


def fetch_package(
    name: str, *, validators: Mapping[str, Any], index_url: str, timeout_s: float
) -> Look | None:
    """Return what the index shows of a package, or None where nothing is new.

    Raises Unreachable, Gone (no such project) or Refused (not a Simple API page).
    """
    with session(timeout_s) as http:
        index = PyPISimple(index_url or PYPI_SIMPLE_ENDPOINT, session=http)
        try:
            return _fetch(index, http, name, validators)
        except RequestException as error:
            reason = type(error).__name__
            message = f"The package index did not answer for {name}: {reason}."
            raise Unreachable(message) from error


def _fetch(
    index: PyPISimple, http: Session, name: str, validators: Mapping[str, Any]
) -> Look | None:
    headers = {"Accept": ACCEPT}
    if etag := validators.get("etag"):
        headers["If-None-Match"] = etag
    answer = http.get(index.get_project_url(name), headers=headers)
    if answer.status_code == codes.not_modified:
        return None
    if answer.status_code in ABSENT:
        raise Gone(f"The package index has no project named {name}.")
    answer.raise_for_status()
    page = _page(answer, name)
    releases, findings = _readable(page.packages)
    body: Json = {
        "name": name,
        "files": [_file(package) for _, package in releases],
        "metadata": _metadata(http, releases),
    }
    return Look(
        revision=str(page.last_serial or answer.headers.get("ETag", ""))[:200],
        validators={"etag": answer.headers.get("ETag", "")},
        evidence=(Evidence(subject="", body=body, findings=tuple(findings)),),
        known=1 if validators else 0,
        found=1,
    )


def _page(answer: Response, name: str) -> ProjectPage:
    """Return what an answer lists. Raises Refused where it is no page of the Simple API."""
    try:
        return ProjectPage.from_response(answer, name)
    except UnsupportedRepoVersionError as error:
        raise Refused(f"The package index's page of {name}: {error}") from error
    except ValueError as error:
        message = f"What the package index has of {name} is no page of the Simple API."
        raise Refused(message) from error


def _readable(
    packages: list[DistributionPackage],
) -> tuple[list[tuple[Version, DistributionPackage]], list[Finding]]:
    """Return files of a readable version, oldest version first, and what was passed over."""
    releases, findings = [], []
    for package in packages:
        version = _version(package)
        if version is not None:
            releases.append((version, package))
            continue
        message = f"{package.filename[:200]!r} has no version that can be read."
        findings.append(
            Finding(code="version", message=message, severity=Severity.WARNING)
        )
    return sorted(releases, key=lambda pair: (pair[0], pair[1].filename)), findings


def _version(package: DistributionPackage) -> Version | None:
    """Return the version a file is of, if it is one that a row can hold."""
    try:
        version = Version(package.version or "")
        is_short = len(str(version)) <= VERSION_LIMIT
    except ValueError:
        # No version, or one of more digits than Python counts.
        return None
    return version if is_short and package.filename.isprintable() else None


def _file(package: DistributionPackage) -> Json:
    at, sha256 = package.upload_time, package.digests.get("sha256", "")
    if at is not None and at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return {
        "filename": package.filename,
        "version": str(Version(package.version or "")),
        "sha256": sha256 if SHA256.fullmatch(sha256) else "",
        "uploaded_at": at.isoformat() if at else None,
        "requires_python": (package.requires_python or "").replace("\0", "")[:200],
        "yanked": package.is_yanked,
    }


def _metadata(
    http: Session, releases: list[tuple[Version, DistributionPackage]]
) -> Json | None:
    """Return the core metadata of the release an installer would take, if it can be read.

    An index that serves it on its own is asked for that; from others the smallest kind
    of file that holds it is read, a wheel before an sdist.
    """
    preferred = _preferred(releases)
    for package in preferred:
        if package.has_metadata:
            content = _served(http, package)
            if content is not None:
                return _kept(content)
    for package in sorted(preferred, key=lambda p: not p.filename.endswith(".whl")):
        archive = _download(http, package.url, limit=ARCHIVE_LIMIT)
        content = core_metadata(package.filename, BytesIO(archive or b""))
        if content is not None:
            return _kept(content)
    return None


def _served(http: Session, package: DistributionPackage) -> bytes | None:
    """Return the metadata that stands beside a file, unless it is not what the page says."""
    content = _download(http, package.metadata_url, limit=METADATA_LIMIT)
    expected = (package.metadata_digests or {}).get("sha256")
    if content is None or expected in {None, hashlib.sha256(content).hexdigest()}:
        return content
    return None


def _download(http: Session, url: str, *, limit: int) -> bytes | None:
    """Return what is at `url`, or None where nothing is, or more than `limit` bytes."""
    with http.get(url, stream=True) as answer:
        if answer.status_code in ABSENT:
            return None
        answer.raise_for_status()
        content = bytearray()
        for chunk in answer.iter_content(chunk_size=65_536):
            content += chunk
            if len(content) > limit:
                return None
    return bytes(content)


def _preferred(
    releases: list[tuple[Version, DistributionPackage]],
) -> list[DistributionPackage]:
    """Return the files of the newest release: final before pre-release, kept before yanked."""
    if not releases:
        return []
    newest = max(
        releases, key=lambda pair: (not pair[1].is_yanked, not pair[0].is_prerelease, pair[0])
    )[0]  # fmt: skip
    return [package for version, package in releases if version == newest]


def _kept(content: bytes) -> Json:
    # A text with a NUL in it is none that PostgreSQL keeps.
    raw, _ = parse_email(content.replace(b"\0", b""))
    return {key: raw[key] for key in METADATA_KEYS if raw.get(key)}  # type: ignore[literal-required]


def normalised(name: str) -> str:
    """Return a project's name as indexes compare names. Source: PyPA name normalisation."""
    return str(canonicalize_name(name))
