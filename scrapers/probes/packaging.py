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
    VariantFacts,
)
from registry.vocabulary import Origin, PluginType, is_name

# `meltanolabs-tap-github` is tap-github; the part before names who made it.
CONNECTOR_NAME = re.compile(r"(?:(?P<owner>.+?)-)??(?P<name>(?P<kind>tap|target)-.+)")
TYPES = {"tap": PluginType.EXTRACTORS, "target": PluginType.LOADERS}
FORGES = re.compile(
    r"https?://(?:www\.)?(?P<host>github\.com|gitlab\.com|bitbucket\.org|codeberg\.org)"
    r"/(?P<owner>[^/\s]+)/(?P<repo>[^/\s#?]+)"
)
# Labels of project addresses that lead to the code, likeliest first.
CODE_LABELS = ("repository", "source", "source code", "github", "code", "homepage")


def probe_package(body: Mapping[str, Any]) -> Report:
    """Return the one variant a package is, named by who keeps its code.

    A package whose name is no `tap-*` or `target-*`, with or without a prefix, gives no
    facts but a finding: its name alone does not say what it is.
    """
    match = CONNECTOR_NAME.fullmatch(body["name"])
    if match is None or not is_name(match["name"]):
        message = f"{body['name']} is not named like a tap or a target."
        return Report(facts=None, findings=(Finding(code="name", message=message),))
    if not body["files"]:
        message = f"{body['name']} has no release on the index."
        return Report(facts=None, findings=(Finding(code="empty", message=message),))
    metadata = body["metadata"] or {}
    repo, owner = _code(metadata)
    variant = _slug(owner or match["owner"] or metadata.get("author") or "unattributed")
    facts = VariantFacts(
        name=variant,
        definition=_definition(match["name"], variant, repo, body["name"], metadata),
        maintainer=MaintainerFacts.of(
            variant,
            label=owner or metadata.get("author"),
            url=repo.rpartition("/")[0],
        ),
        releases=_releases(body["files"], metadata),
    )
    kind = TYPES[match["kind"]]
    return Report(
        facts=Facts(
            type=kind, name=match["name"], origin=Origin.PACKAGE, variants=(facts,)
        )
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
