"""Find packages that may be connectors in an index's own list of projects.

The list is one answer, asked for conditionally. Of the names in it those are kept that are
named like a connector, each with its serial where the index tells one: a serial that moved
says that a package has news, so nobody needs to look at the others.
Source: the PyPA specification of the simple repository API (PEP 503, PEP 691).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pypi_simple import IndexPage, parse_links_stream

from registry.evidence import Found, Look
from registry.facts import Finding
from registry.vocabulary import NAME_LIMIT, Severity
from scrapers.crawlers.index.connection import Connection
from scrapers.crawlers.index.known import Indexes, PackageIndex, normalised
from scrapers.crawlers.index.packages import REVISION_LIMIT
from scrapers.crawlers.index.pages import printable, simple_api
from scrapers.http import Answer, Refused

# The list of the largest index has a third of this.
LIST_LIMIT = 100 * 1024 * 1024
CHUNK = 65_536
# A list of nonsense is told by its first lines.
FINDINGS_LIMIT = 20
SERIAL_LIMIT = 40
# A list of so few loses most of them whenever one is withdrawn.
FEW = 2
VALID = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?", re.IGNORECASE | re.ASCII)
# `tap-x` and `acme-target-x`; else a whole part of the name says what it is for.
NAMED_LIKE_ONE = re.compile(
    r"(?:.+-)?(?:tap|target)-.+|(?:.+-)?(?:singer|meltano)(?:-.+)?",
    re.DOTALL,
)

type Listed = Iterable[tuple[str, str]]


def find_packages(
    address: str, *, validators: Mapping[str, Any], indexes: Indexes, timeout_s: float
) -> Look | None:
    """Return the packages that are new or moved, or None where none is.

    `address` is a Simple API address without credentials, empty for the default index.
    Raises a CrawlError; Refused also where more than half of more than two names are
    missing, for an outage must not look like deletions.
    """
    index = indexes.at(address)
    answer = _asked(index, str(validators.get("etag") or ""), timeout_s)
    if answer is None:
        return None
    serials, findings = _connectors(_listed(answer))
    seen: Mapping[str, str] = validators.get("serials") or {}
    _require_most(seen, serials)
    if serials == seen:
        return None
    news = [name for name, serial in serials.items() if seen.get(name) != serial]
    etag = answer.headers.get("ETag", "")
    return Look(
        revision=etag[:REVISION_LIMIT],
        validators={"etag": etag, "serials": serials},
        places=tuple(Found(address=indexes.place(index, name)) for name in news),
        findings=tuple(findings),
        known=len(seen),
        found=len(serials),
        wait=answer.wait,
    )


def _asked(index: PackageIndex, etag: str, timeout_s: float) -> Answer | None:
    what = "The package index's list of projects"
    with Connection(index, timeout_s=timeout_s) as connection:
        return connection.ask_page(
            index.address, what=what, limit_bytes=LIST_LIMIT, etag=etag
        )


def _listed(answer: Answer) -> Listed:
    """Return the name and serial of every project. Raises Refused for no list."""
    return simple_api(answer, "all projects", in_json=_from_json, in_html=_from_html)


def _from_json(data: Any, _answer: Answer, _what: str) -> list[tuple[str, str]]:
    # Asks for the version of the API only: a serial is not in what it returns.
    IndexPage.from_json_data({"meta": data["meta"], "projects": []})
    return [
        (str(row["name"]), printable(row.get("_last-serial"), limit=SERIAL_LIMIT))
        for row in data["projects"]
        if isinstance(row, dict) and "name" in row
    ]


def _from_html(
    answer: Answer, _what: str, charset: str | None
) -> list[tuple[str, str]]:
    links = parse_links_stream(_chunks(answer.content), http_charset=charset)
    return [(link.text, "") for link in links]


def _chunks(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), CHUNK):
        yield content[start : start + CHUNK]


def _connectors(listed: Listed) -> tuple[dict[str, str], list[Finding]]:
    """Return the serials of the projects named like a connector, and what names none."""
    serials: dict[str, str] = {}
    findings: list[Finding] = []
    for said, serial in listed:
        name = normalised(said)
        if not NAMED_LIKE_ONE.fullmatch(name):
            continue
        if VALID.fullmatch(said) and len(name) <= NAME_LIMIT:
            serials[name] = serial
        elif len(findings) < FINDINGS_LIMIT:
            message = f"{said[:NAME_LIMIT]!a} is no name of a project."
            findings.append(
                Finding(code="name", message=message, severity=Severity.WARNING)
            )
    return dict(sorted(serials.items())), findings


def _require_most(seen: Mapping[str, str], serials: Mapping[str, str]) -> None:
    lost = len(seen.keys() - serials.keys())
    if len(seen) > FEW and lost * 2 > len(seen):
        raise Refused(
            f"The package index's list of projects lacks {lost} of {len(seen)} packages "
            "that it had. Nothing was changed."
        )
