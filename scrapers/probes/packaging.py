"""What a package's index page and core metadata say about the connector in it."""

import re
import shlex
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from packaging.version import Version

from registry.facts import (
    Facts,
    Finding,
    Json,
    MaintainerFacts,
    ReleaseFacts,
    Report,
    SourceFacts,
    VariantFacts,
)
from registry.places import is_local, repository_place
from registry.vocabulary import Origin, ProjectStatus, Severity
from scrapers.probes.naming import (
    ConnectorName,
    connector_name,
    license_name,
    namespace,
    variant_name,
)

FORGES = re.compile(
    r"https?://(?:www\.)?(?P<host>github\.com|gitlab\.com|bitbucket\.org|codeberg\.org)"
    r"/(?P<owner>[^/\s]+)/(?P<repo>[^/\s#?]+)"
)
# What a source's row holds of an address.
ADDRESS_LIMIT = 500
# What a package is called of which nothing proves who keeps its code, and by whom it is.
PACKAGE = "package"
LABELS = {False: "A package of the index", True: "A package of another index"}
# Labels of project addresses that lead to the code, likeliest first.
CODE_LABELS = ("repository", "source", "source code", "github", "code", "homepage")


def probe_package(body: Mapping[str, Any]) -> Report:
    """Return the one variant a package is, under a name that anyone's package may have.

    Whose code it is, only the repository can say (`registry.catalog.joining`).
    A package whose name is no `tap-*` or `target-*`, with or without a prefix, gives no
    facts but a finding: its name alone does not say what it is. What the package says of
    its source (its repository, whether work goes on) is there in any case.
    """
    source, findings = _source(body)
    facts = None
    connector = connector_name(body["name"])
    is_withheld = source.status is ProjectStatus.QUARANTINED
    if connector is None:
        message = f"{body['name']} is not named like a tap or a target."
        findings.append(Finding(code="name", message=message))
    elif not body["files"] and not is_withheld:
        message = f"{body['name']} has no release on the index."
        findings.append(Finding(code="empty", message=message))
    else:
        facts = Facts(
            type=connector.type,
            name=connector.name,
            origin=Origin.PACKAGE,
            # What an index withholds from installers is listed nowhere.
            variants=(_variant(connector, body),) if not is_withheld else (),
        )
    return Report(facts=facts, findings=tuple(findings), source=source)


def _source(body: Mapping[str, Any]) -> tuple[SourceFacts, list[Finding]]:
    """Return whose package it is and its status; evidence of old has no status."""
    repo = _code(body["metadata"] or {})
    word, findings = body.get("status") or ProjectStatus.ACTIVE.value, []
    try:
        status = ProjectStatus(word)
    except ValueError:
        status = ProjectStatus.ACTIVE
        message = f"The index says {word!r} of {body['name']}, which is no status."
        findings.append(
            Finding(code="status", message=message, severity=Severity.WARNING)
        )
    place = repository_place(repo)
    if place is not None and len(place.address) > ADDRESS_LIMIT:
        place = None
    facts = SourceFacts(
        names=(place.address,) if place is not None else (),
        status=status,
        status_reason=str(body.get("status_reason") or ""),
    )
    return facts, findings


def _variant(connector: ConnectorName, body: Mapping[str, Any]) -> VariantFacts:
    metadata = body["metadata"] or {}
    repo = _code(metadata)
    host = urlsplit(str(body.get("index") or "")).hostname or ""
    variant = variant_name(" ".join(filter(None, (PACKAGE, host, connector.owner))))
    return VariantFacts(
        name=variant,
        definition=_definition(connector.name, variant, repo, body),
        maintainer=MaintainerFacts.of(variant, label=LABELS[bool(host)], url=""),
        releases=_releases(body["files"], metadata),
    )


def _definition(name: str, variant: str, repo: str, body: Mapping[str, Any]) -> Json:
    """Return a plugin definition of what is known, and no key for what is not."""
    metadata = body["metadata"] or {}
    summary = str(metadata.get("summary") or "").strip()
    known = {
        "name": name,
        "namespace": namespace(name),
        "variant": variant,
        "description": "" if summary == "UNKNOWN" else summary,
        "repo": repo,
        "pip_url": _pip_url(body["name"], body.get("index")),
    }
    return {key: value for key, value in known.items() if value}


def _pip_url(package: str, index: str | None) -> str:
    """Return what installs a package from the index that it was seen on.

    By its bare name it would be taken from the default index, where anybody may have put
    another one of that name. `--extra-index-url` asks both, and pip takes the higher
    version of either. `NAME @ URL` takes one file for ever, and what it needs from the
    default index. `--index-url` asks this index and those that the user set up, for what
    it needs as well; pip and uv both take it, and the user's own login for it.
    Source: meltano-client, `pip_url`: split by shlex, after $NAME has been replaced.
    """
    if not index:
        return package
    return shlex.join(["--index-url", index.replace("$", "%24"), package])


def _code(metadata: Mapping[str, Any]) -> str:
    """Return the repository's address as the package has it, empty where none is named.

    A known forge under any label; any other host only where the label says that it is code.
    """
    urls = {k.lower(): v for k, v in (metadata.get("project_urls") or {}).items()}
    urls.setdefault("homepage", metadata.get("home_page") or "")
    labels = [*(label for label in CODE_LABELS if label in urls), *urls]
    for label in labels:
        if match := FORGES.match(urls[label]):
            repo = match["repo"].removesuffix(".git")
            return f"https://{match['host']}/{match['owner']}/{repo}"
    for label in labels:
        if label in CODE_LABELS and label != "homepage":
            place = repository_place(urls[label])
            if place is not None and not is_local(place.address):
                return place.address
    return ""


def _releases(
    files: list[Json], metadata: Mapping[str, Any]
) -> tuple[ReleaseFacts, ...]:
    """Return one release a version; yanked when all of its files are."""
    by_version: dict[str, list[Json]] = defaultdict(list)
    for file in files:
        by_version[file["version"]].append(file)
    return tuple(
        ReleaseFacts(
            version=version,
            released_at=_first_upload(parts),
            yanked=all(part["yanked"] for part in parts),
            requires_python=parts[0]["requires_python"],
            license=_license(metadata) if version == _version_of(metadata) else "",
            artifacts={part["filename"]: part["sha256"] for part in parts},
        )
        for version, parts in by_version.items()
    )


def _version_of(metadata: Mapping[str, Any]) -> str:
    """Return the version that metadata is of; empty where it says none that can be read."""
    try:
        return str(Version(metadata.get("version") or ""))
    except ValueError:
        return ""


def _first_upload(files: list[Json]) -> datetime | None:
    times = [file["uploaded_at"] for file in files if file["uploaded_at"]]
    return min(map(datetime.fromisoformat, times), default=None)


def _license(metadata: Mapping[str, Any]) -> str:
    """Return the licence: an expression, else a classifier, else a short text."""
    if expression := metadata.get("license_expression"):
        return str(expression)[:200]
    for classifier in metadata.get("classifiers", ()):
        if classifier.startswith("License :: OSI Approved :: "):
            return str(classifier).rpartition(" :: ")[2][:200]
    return license_name(metadata.get("license"))
