"""What a package's index page and core metadata say about the connector in it."""

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

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
from registry.vocabulary import Origin, PluginType, ProjectStatus, Severity, is_name

# `meltanolabs-tap-github` is tap-github; the part before names who made it.
CONNECTOR_NAME = re.compile(r"(?:(?P<owner>.+?)-)??(?P<name>(?P<kind>tap|target)-.+)")
TYPES = {"tap": PluginType.EXTRACTORS, "target": PluginType.LOADERS}
FORGES = re.compile(
    r"https?://(?:www\.)?(?P<host>github\.com|gitlab\.com|bitbucket\.org|codeberg\.org)"
    r"/(?P<owner>[^/\s]+)/(?P<repo>[^/\s#?]+)"
)
# What a source's row holds of an address.
ADDRESS_LIMIT = 500
# Labels of project addresses that lead to the code, likeliest first.
CODE_LABELS = ("repository", "source", "source code", "github", "code", "homepage")


def probe_package(body: Mapping[str, Any]) -> Report:
    """Return the one variant a package is, named by who keeps its code.

    A package whose name is no `tap-*` or `target-*`, with or without a prefix, gives no
    facts but a finding: its name alone does not say what it is. What the package says of
    its source (its repository, whether work goes on) is there in any case.
    """
    source, findings = _source(body)
    facts = None
    match = CONNECTOR_NAME.fullmatch(body["name"])
    if match is None or not is_name(match["name"]):
        message = f"{body['name']} is not named like a tap or a target."
        findings.append(Finding(code="name", message=message))
    elif not body["files"]:
        message = f"{body['name']} has no release on the index."
        findings.append(Finding(code="empty", message=message))
    else:
        facts = Facts(
            type=TYPES[match["kind"]],
            name=match["name"],
            origin=Origin.PACKAGE,
            variants=(_variant(match, body),),
        )
    return Report(facts=facts, findings=tuple(findings), source=source)


def _source(body: Mapping[str, Any]) -> tuple[SourceFacts, list[Finding]]:
    """Return whose package it is and its status; evidence of old has no status."""
    repo, _ = _code(body["metadata"] or {})
    word, findings = body.get("status") or ProjectStatus.ACTIVE.value, []
    try:
        status = ProjectStatus(word)
    except ValueError:
        status = ProjectStatus.ACTIVE
        message = f"The index says {word!r} of {body['name']}, which is no status."
        findings.append(
            Finding(code="status", message=message, severity=Severity.WARNING)
        )
    facts = SourceFacts(
        # Forges do not tell upper from lower case, and addresses are compared as texts.
        names=(repo.lower(),) if repo and len(repo) <= ADDRESS_LIMIT else (),
        status=status,
        status_reason=str(body.get("status_reason") or ""),
    )
    return facts, findings


def _variant(match: re.Match[str], body: Mapping[str, Any]) -> VariantFacts:
    metadata = body["metadata"] or {}
    repo, owner = _code(metadata)
    variant = _slug(owner or match["owner"] or metadata.get("author") or "unattributed")
    return VariantFacts(
        name=variant,
        definition=_definition(match["name"], variant, repo, body["name"], metadata),
        maintainer=MaintainerFacts.of(
            variant,
            label=owner or metadata.get("author"),
            url=repo.rpartition("/")[0],
        ),
        releases=_releases(body["files"], metadata),
    )


def _definition(
    name: str, variant: str, repo: str, package: str, metadata: Mapping[str, Any]
) -> Json:
    """Return a plugin definition of what is known, and no key for what is not."""
    summary = str(metadata.get("summary") or "").strip()
    known = {
        "name": name,
        "namespace": name.replace("-", "_").replace(".", "_"),
        "variant": variant,
        "description": "" if summary == "UNKNOWN" else summary,
        "repo": repo,
        "pip_url": package,
    }
    return {key: value for key, value in known.items() if value}


def _code(metadata: Mapping[str, Any]) -> tuple[str, str]:
    """Return the repository's address and its owner, empty where none is named."""
    urls = {k.lower(): v for k, v in (metadata.get("project_urls") or {}).items()}
    urls.setdefault("homepage", metadata.get("home_page") or "")
    labels = [*(label for label in CODE_LABELS if label in urls), *urls]
    for label in labels:
        if match := FORGES.match(urls[label]):
            repo = match["repo"].removesuffix(".git")
            return f"https://{match['host']}/{match['owner']}/{repo}", match["owner"]
    return "", ""


def _slug(owner: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", owner.lower()).strip("-")[:60].strip("-")
    return slug if is_name(slug) else "unattributed"


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
    text = str(metadata.get("license") or "").strip()
    return text if len(text) <= 60 and "\n" not in text else ""
