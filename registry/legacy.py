"""The one document that clients before the hub API read: `/discovery.yml`.

Its body is JSON, which is YAML too, and which those clients were seen to read. One plugin
they can't parse costs them the whole file, so everything is brought down to what the
oldest of them knows. Source: meltano-client, "Older clients and discovery.yml".
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from registry.documents import Address
from registry.facts import Json
from registry.vocabulary import PluginType

# The file's `version` must equal the client's own constant.
CLIENTS = (
    (re.compile(r"Meltano/1\.(9[6-9]|10[0-5])(\.|$)"), 20),
    (re.compile(r"Meltano/2\."), 22),
)
VERSIONS = tuple(version for _, version in CLIENTS)


def path(version: int) -> str:
    """Return where the document for clients of a file version is kept."""
    return f"discovery-{version}.yml"


def version_for(user_agent: str) -> int | None:
    """Return the file version that a client reads, or None for clients that read none."""
    for pattern, version in CLIENTS:
        if pattern.match(user_agent):
            return version
    return None


def discovery(
    version: int, documents: Iterable[tuple[Address, bool, Mapping[str, Any]]]
) -> Json:
    """Return the file of all definitions: (address, is default, document) each.

    A plugin's default variant comes first, because that is what makes it the default.
    """
    plugins: dict[PluginType, dict[str, list[Json]]] = {
        kind: defaultdict(list) for kind in PluginType
    }
    for address, is_default, document in documents:
        variants = plugins[address.type][address.name]
        variants.insert(0 if is_default else len(variants), _variant(document))
    return {"version": version} | {
        kind.value: [
            _plugin(name, plugins[kind][name]) for name in sorted(plugins[kind])
        ]
        for kind in PluginType
    }


def _plugin(name: str, variants: list[Json]) -> Json:
    """Return a plugin with its variants; what it shows is its default's."""
    shown = ("label", "description", "logo_url")
    return {
        "name": name,
        "namespace": variants[0]["namespace"],
        **{key: variants[0][key] for key in shown if key in variants[0]},
        "variants": [_without(variant, {"namespace", *shown}) for variant in variants],
    }


def _variant(document: Mapping[str, Any]) -> Json:
    """Return a definition document as a variant of the old format."""
    old = {"name": document["variant"]} | _without(document, {"name", "variant"})
    if "settings" in old:
        old["settings"] = [_setting(setting) for setting in old["settings"]]
    if "commands" in old:
        old["commands"] = {
            name: command
            for name, command in old["commands"].items()
            if isinstance(command, str) or "args" in command
        }
    return old


def _setting(setting: Mapping[str, Any]) -> Json:
    """Return a setting in kinds the old clients know: `decimal` came with Meltano 3.9."""
    kind = {"kind": "integer"} if setting.get("kind") == "decimal" else {}
    return dict(setting) | kind


def _without(value: Mapping[str, Any], keys: set[str]) -> Json:
    return {key: part for key, part in value.items() if key not in keys}
