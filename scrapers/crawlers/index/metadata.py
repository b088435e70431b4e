"""Core metadata of the release that an installer would take.

An index that serves it on its own is asked for that; from others the smallest kind of
file that holds it is read, a wheel before an sdist. Nothing is unpacked or run.
Source: the PyPA specification of core metadata, PEP 658 and PEP 714.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from packaging.metadata import RawMetadata, parse_email
from packaging.version import Version
from pypi_simple import DistributionPackage

from registry.facts import Finding, Json
from registry.texts import tidied
from scrapers.crawlers.archives import METADATA_LIMIT, core_metadata
from scrapers.crawlers.index.connection import Connection
from scrapers.http import Gone, Refused

# Connectors are small; one that is not is described by its name and files alone.
ARCHIVE_LIMIT = 10 * 1024 * 1024
# The part of core metadata that says what a connector is and who made it.
METADATA_KEYS = (
    "name", "version", "summary", "license", "license_expression", "classifiers",
    "keywords", "requires_python", "requires_dist", "project_urls", "home_page",
    "author", "author_email", "maintainer", "maintainer_email",
    "description_content_type",
)  # fmt: skip
# How lines go on in a header. Source: core metadata, Description.
CONTINUED = re.compile(r"^ {7}[ |]", re.MULTILINE)
# As much as is kept of a repository's README, which it mostly is.
DESCRIPTION_LIMIT = 100 * 1000


@dataclass(frozen=True, slots=True)
class Metadata:
    """What was read of a release; `refusals` are the files that were not given out.

    `said` is None where none of its files says anything that can be read; `findings` are
    what is wrong with what it says.
    """

    said: Json | None
    refusals: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def read_metadata(
    connection: Connection, releases: Sequence[tuple[Version, DistributionPackage]]
) -> Metadata:
    """Return the newest release's core metadata.

    Raises Unreachable: a host in trouble must not look like a release that says nothing.
    """
    preferred = _preferred(releases)
    connection.trust(package.url for package in preferred)
    refusals: list[str] = []
    for read in (_beside, _inside):
        for package in sorted(preferred, key=_is_no_wheel):
            content = read(connection, package, refusals)
            if content is not None:
                return _kept(content)
    return Metadata(None, tuple(refusals))


def _is_no_wheel(package: DistributionPackage) -> bool:
    return not package.filename.endswith(".whl")


def _preferred(
    releases: Sequence[tuple[Version, DistributionPackage]],
) -> list[DistributionPackage]:
    """Return the files of the newest release: final before pre-release, kept before yanked."""
    if not releases:
        return []
    newest = max(
        releases, key=lambda pair: (not pair[1].is_yanked, not pair[0].is_prerelease, pair[0])
    )[0]  # fmt: skip
    return [package for version, package in releases if version == newest]


def _beside(
    connection: Connection, package: DistributionPackage, refusals: list[str]
) -> bytes | None:
    """Return the metadata that stands beside a file, unless it is not what the page says."""
    if not package.has_metadata:
        return None
    url = package.metadata_url
    content = _download(connection, url, package, refusals, limit=METADATA_LIMIT)
    expected = (package.metadata_digests or {}).get("sha256")
    if content is None or expected in {None, hashlib.sha256(content).hexdigest()}:
        return content
    return None


def _inside(
    connection: Connection, package: DistributionPackage, refusals: list[str]
) -> bytes | None:
    """Return the metadata in a file, if that is small enough to be fetched for it."""
    if (package.size or 0) > ARCHIVE_LIMIT:
        return None
    url = package.url
    archive = _download(connection, url, package, refusals, limit=ARCHIVE_LIMIT)
    return core_metadata(package.filename, BytesIO(archive or b""))


def _download(
    connection: Connection,
    url: str,
    package: DistributionPackage,
    refusals: list[str],
    *,
    limit: int,
) -> bytes | None:
    """Return what is at `url`; None, and a refusal, where nothing is that we take."""
    what = f"The package index's file {package.filename[:200]}"
    try:
        answer = connection.ask(url, what=what, limit_bytes=limit)
    except (Gone, Refused) as error:
        refusals.append(str(error))
        return None
    return None if answer is None else answer.content


def _kept(content: bytes) -> Metadata:
    # A text with a NUL in it is none that PostgreSQL keeps.
    raw, unparsed = parse_email(content.replace(b"\0", b""))
    said: Json = {key: raw[key] for key in METADATA_KEYS if raw.get(key)}  # type: ignore[literal-required]
    text, findings = _description(raw, unparsed)
    if text:
        said["description"] = text
    return Metadata(said, findings=tuple(findings))


def _description(
    raw: RawMetadata, unparsed: dict[str, list[str]]
) -> tuple[str, list[Finding]]:
    """Return the description, which stands in a header or behind all of them.

    Where it stands in both, the one behind counts: tools of old wrote it twice.
    """
    said: str | bytes = raw.get("description") or ""
    if not said and "description" in unparsed:
        said = unparsed["description"][-1]
    text, findings = tidied(said, what="The description", limit=DESCRIPTION_LIMIT)
    first, *others = text.split("\n")
    if others and all(CONTINUED.match(line) for line in others if line.strip()):
        text = "\n".join([first, *(CONTINUED.sub("", line) for line in others)])
    return text, findings
