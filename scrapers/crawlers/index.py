"""Look at one package on a package index that speaks the Simple API (PyPI by default).

One conditional request tells whether anything is new, and one more reads the newest
release's core metadata: on its own where the index serves it so, else out of the file.
Nothing is unpacked, installed or run.
Source: the PyPA specifications of the simple repository API and of core metadata.
"""

import tempfile
from collections.abc import Mapping
from typing import Any

from packaging.metadata import parse_email
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version
from pypi_simple import (
    PYPI_SIMPLE_ENDPOINT,
    DistributionPackage,
    NoMetadataError,
    ProjectPage,
    PyPISimple,
    UnsupportedRepoVersionError,
)

from registry.evidence import Evidence, Look
from registry.facts import Finding, Json
from registry.vocabulary import Severity
from scrapers.crawlers.archives import core_metadata
from scrapers.http import (
    Gone,
    Refused,
    RequestException,
    Session,
    Unreachable,
    codes,
    session,
)

# Connectors are small; one that is not is described by its name and files alone.
ARCHIVE_LIMIT = 10 * 1024 * 1024
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
        except UnsupportedRepoVersionError as error:
            raise Refused(f"The package index's page of {name}: {error}") from error


def _fetch(
    index: PyPISimple, http: Session, name: str, validators: Mapping[str, Any]
) -> Look | None:
    headers = {"Accept": ACCEPT}
    if etag := validators.get("etag"):
        headers["If-None-Match"] = etag
    answer = http.get(index.get_project_url(name), headers=headers)
    if answer.status_code == codes.not_modified:
        return None
    if answer.status_code in {codes.not_found, codes.gone}:
        raise Gone(f"The package index has no project named {name}.")
    answer.raise_for_status()
    page = ProjectPage.from_response(answer, name)
    releases, findings = _readable(page.packages)
    body: Json = {
        "name": name,
        "files": [_file(package) for _, package in releases],
        "metadata": _metadata(index, http, releases),
    }
    return Look(
        revision=str(page.last_serial or answer.headers.get("ETag", "")),
        validators={"etag": answer.headers.get("ETag", "")},
        evidence=(Evidence(subject="", body=body, findings=tuple(findings)),),
        known=1 if validators else 0,
        found=1,
    )


def _readable(
    packages: list[DistributionPackage],
) -> tuple[list[tuple[Version, DistributionPackage]], list[Finding]]:
    """Return files of a readable version, oldest version first, and what was passed over."""
    releases, findings = [], []
    for package in packages:
        try:
            releases.append((Version(package.version or ""), package))
        except InvalidVersion:
            message = f"{package.filename} has no version that can be read."
            finding = Finding(
                code="version", message=message, severity=Severity.WARNING
            )
            findings.append(finding)
    return sorted(releases, key=lambda pair: (pair[0], pair[1].filename)), findings


def _file(package: DistributionPackage) -> Json:
    return {
        "filename": package.filename,
        "version": str(Version(package.version or "")),
        "sha256": package.digests.get("sha256", ""),
        "uploaded_at": package.upload_time.isoformat() if package.upload_time else None,
        "requires_python": package.requires_python or "",
        "yanked": package.is_yanked,
    }


def _metadata(
    index: PyPISimple,
    http: Session,
    releases: list[tuple[Version, DistributionPackage]],
) -> Json | None:
    """Return the core metadata of the release an installer would take, if it can be read.

    An index that serves it on its own is asked for that; from others the smallest kind
    of file that holds it is read, a wheel before an sdist.
    """
    preferred = _preferred(releases)
    for package in preferred:
        if package.has_metadata:
            checked = bool(package.metadata_digests)
            try:
                return _kept(index.get_package_metadata(package, verify=checked))
            except NoMetadataError:
                continue
    for package in sorted(preferred, key=lambda p: not p.filename.endswith(".whl")):
        content = _from_archive(http, package)
        if content is not None:
            return _kept(content)
    return None


def _from_archive(http: Session, package: DistributionPackage) -> bytes | None:
    """Return the metadata inside a distribution, unless that is too large to fetch."""
    with (
        http.get(package.url, stream=True) as answer,
        tempfile.SpooledTemporaryFile(max_size=ARCHIVE_LIMIT) as archive,
    ):
        answer.raise_for_status()
        for chunk in answer.iter_content(chunk_size=65_536):
            archive.write(chunk)
            if archive.tell() > ARCHIVE_LIMIT:
                return None
        archive.seek(0)
        return core_metadata(package.filename, archive)


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


def _kept(content: bytes | str) -> Json:
    raw, _ = parse_email(content)
    return {key: raw[key] for key in METADATA_KEYS if raw.get(key)}  # type: ignore[literal-required]


def normalised(name: str) -> str:
    """Return a project's name as indexes compare names. Source: PyPA name normalisation."""
    return str(canonicalize_name(name))
