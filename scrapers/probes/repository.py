"""What a repository's files and tags say about the connector in it.

Who keeps the code is proved by its address, so that gives the variant's name. Settings and
capabilities are taken only where the SDK's own classes leave no doubt about them.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name
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
from registry.vocabulary import (
    Origin,
    PluginType,
    ProjectStatus,
    SettingKind,
)
from scrapers.probes.naming import (
    ConnectorName,
    connector_name,
    license_name,
    namespace,
    variant_name,
)

BASES = {
    PluginType.EXTRACTORS: {"Tap", "SQLTap"},
    PluginType.LOADERS: {"Target", "SQLTarget"},
}
# What every version of the SDK's base class can do, where a connector does not say.
BUILT_IN = {
    PluginType.EXTRACTORS: ("about", "catalog", "discover", "state", "stream-maps"),
    PluginType.LOADERS: ("about", "stream-maps"),
}
# `PluginCapabilities.FLATTENING` has another value than its name; the others don't.
OTHER_WORDS = {"flattening": "schema-flattening"}
CAPABILITY = re.compile(
    r"(?:\w+\.)*(?:Plugin|Tap|Target)Capabilities\.(?P<word>[A-Z_]+)"
)
SDK = re.compile(r"(meltano[._-])?singer[._-]sdk(?![\w.-])", re.IGNORECASE)
KINDS = frozenset(SettingKind)
PLAIN_TAG = re.compile(r"[\w./+-]+")


def probe_repository(body: Mapping[str, Any]) -> Report:
    """Return the one variant a repository is, named by who keeps it.

    A project that is no `tap-*` or `target-*` by its name, its scripts, its folder or its
    repository gives no facts but a finding.
    """
    reading: Json = body["reading"]
    metadata: Json = reading.get("metadata") or {}
    owner, repository = _owner_and_name(body["url"])
    source = _source(body, metadata, owner)
    connector = _connector(metadata, body["directory"], repository)
    if connector is None:
        said = metadata.get("name") or repository
        message = (
            f"{said} is not named like a tap or a target, and neither is a script."
        )
        finding = Finding(code="name", message=message)
        return Report(facts=None, findings=(finding,), source=source)
    found = Facts(
        type=connector.type,
        name=connector.name,
        origin=Origin.REPOSITORY,
        variants=(_variant(body, connector, owner),),
    )
    return Report(facts=found, source=source)


def _variant(
    body: Mapping[str, Any], connector: ConnectorName, owner: str
) -> VariantFacts:
    variant = variant_name(owner)
    return VariantFacts(
        name=variant,
        definition=_definition(body, connector, variant),
        maintainer=MaintainerFacts.of(
            variant, label=owner, url=body["url"].rpartition("/")[0]
        ),
        releases=tuple(map(_release, body["releases"])),
    )


def _source(body: Mapping[str, Any], metadata: Json, owner: str) -> SourceFacts:
    name = metadata.get("name")
    songbook = body["reading"].get("songbook") or {}
    forge: Json = body.get("forge") or {}
    is_archived = forge.get("is_archived") is True
    return SourceFacts(
        names=(f"pypi:{canonicalize_name(name)}",) if name else (),
        variant=variant_name(owner),
        status=ProjectStatus.ARCHIVED if is_archived else ProjectStatus.ACTIVE,
        status_reason="its forge says so" if is_archived else "",
        is_seeking=songbook.get("maintenance") == "seeking",
    )


def _owner_and_name(url: str) -> tuple[str, str]:
    """Return whose repository it is, and its name. Source: an address's last two parts."""
    parts = urlsplit(url).path.strip("/").removesuffix(".git").split("/")
    return (parts[-2] if len(parts) > 1 else ""), parts[-1]


def _connector(metadata: Json, directory: str, repository: str) -> ConnectorName | None:
    """Return the connector that something here is named for, likeliest first."""
    folder = directory.rstrip("/").rpartition("/")[2]
    scripts = sorted(metadata.get("scripts") or {})
    said = (metadata.get("name") or "", *scripts, folder, repository)
    return next(filter(None, map(connector_name, said)), None)


def _definition(
    body: Mapping[str, Any], connector: ConnectorName, variant: str
) -> Json:
    """Return a plugin definition of what is known, and no key for what is not."""
    reading: Json = body["reading"]
    metadata: Json = reading.get("metadata") or {}
    kind = connector.type
    plugin = _plugin_class(reading, metadata, kind)
    known = {
        "name": connector.name,
        "namespace": namespace(connector.name),
        "variant": variant,
        "description": metadata.get("summary", ""),
        "repo": body["url"].removesuffix(".git"),
        "pip_url": _pip_url(body),
        "capabilities": _capabilities(plugin, kind) if plugin else [],
        "settings": _settings(plugin) if plugin else [],
    }
    return {key: value for key, value in known.items() if value}


def _pip_url(body: Mapping[str, Any]) -> str:
    """Return what installs the newest release, a final one where there is any."""
    versions = {one["tag"]: Version(one["version"]) for one in body["releases"]}
    newest = max(
        versions, key=lambda tag: (not versions[tag].is_prerelease, versions[tag]),
        default="",
    )  # fmt: skip
    commits = {one["tag"]: one["commit"] for one in body["releases"]}
    # An installer splits at the last @ and at #: a tag that holds one goes by its commit.
    ref = newest if PLAIN_TAG.fullmatch(newest) else commits.get(newest, "")
    at = f"@{ref}" if ref else ""
    folder = f"#subdirectory={body['directory']}" if body["directory"] else ""
    return f"git+{body['url'].removesuffix('.git')}.git{at}{folder}"


def _plugin_class(reading: Json, metadata: Json, kind: PluginType) -> Json | None:
    """Return the SDK class that is the connector, where there is one and no other."""
    if not any(map(SDK.match, metadata.get("dependencies") or ())):
        return None
    classes = [
        one
        for one in reading.get("classes") or ()
        if {base.rpartition(".")[2] for base in one["bases"]} & BASES[kind]
    ]
    return classes[0] if len(classes) == 1 else None


def _capabilities(plugin: Json, kind: PluginType) -> list[str]:
    """Return what a class says it can do: nothing where one word of it is not known."""
    said = plugin.get("attributes", {}).get("capabilities")
    if said is None:
        return list(BUILT_IN[kind])
    matches = [CAPABILITY.fullmatch(word) for word in said]
    words = [m["word"].lower().replace("_", "-") for m in matches if m is not None]
    return [OTHER_WORDS.get(w, w) for w in words] if len(words) == len(said) else []


def _settings(plugin: Json) -> list[Json]:
    """Return a class's settings, where all of them could be read."""
    if not plugin.get("settings_complete"):
        return []
    return [_setting(said) for said in plugin["settings"]]


def _setting(said: Json) -> Json:
    setting: Json = {"name": said["name"]}
    if said.get("kind") in KINDS:
        setting["kind"] = said["kind"]
    for key in ("label", "description"):
        if said.get(key):
            setting[key] = said[key]
    if said.get("kind") == "options":
        setting["options"] = [
            {"label": str(one), "value": one} for one in said.get("options", ())
        ]
    if "default" in said:
        setting["value"] = said["default"]
    return setting


def _release(said: Json) -> ReleaseFacts:
    at = said["committed_at"]
    metadata = said["reading"] or {}
    return ReleaseFacts(
        version=said["version"],
        released_at=datetime.fromisoformat(at) if at else None,
        requires_python=str(metadata.get("requires_python", ""))[:200],
        license=license_name(metadata.get("license")),
        artifacts={"commit": said["commit"]},
    )
