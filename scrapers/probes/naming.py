"""How connectors and those who keep them are named in the registry."""

import re
from dataclasses import dataclass

from registry.vocabulary import PluginType, is_name

# `meltanolabs-tap-github` is tap-github; the part before names who made it.
CONNECTOR_NAME = re.compile(r"(?:(?P<owner>.+?)-)??(?P<name>(?P<kind>tap|target)-.+)")
TYPES = {"tap": PluginType.EXTRACTORS, "target": PluginType.LOADERS}
# Whose variant it is where nobody is named.
UNATTRIBUTED = "unattributed"
OWNER_LIMIT = 60
# A licence is a name; what is longer is its text.
LICENSE_LIMIT = 60


@dataclass(frozen=True, slots=True)
class ConnectorName:
    """What the name of a package, script, folder or repository says.

    `owner` is the part before `tap-` or `target-`, or "".
    """

    name: str
    type: PluginType
    owner: str = ""


def connector_name(said: str) -> ConnectorName | None:
    """Return the connector that `said` is the name of, None where it is no connector's."""
    match = CONNECTOR_NAME.fullmatch(said.lower().replace("_", "-"))
    if match is None or not is_name(match["name"]):
        return None
    return ConnectorName(match["name"], TYPES[match["kind"]], match["owner"] or "")


def variant_name(owner: str) -> str:
    """Return the name of the variant that `owner` keeps, a person's or an account's name."""
    slug = re.sub(r"[^a-z0-9]+", "-", owner.lower()).strip("-")
    slug = slug[:OWNER_LIMIT].strip("-")
    return slug if is_name(slug) else UNATTRIBUTED


def namespace(name: str) -> str:
    """Return a plugin's namespace, as Meltano makes it of its name."""
    return name.replace("-", "_").replace(".", "_")


def license_name(said: object) -> str:
    """Return the licence where it is a name, and "" for a whole text or none."""
    text = str(said or "").strip()
    # What old build tools write where nothing was stated.
    if text == "UNKNOWN":
        return ""
    return text if len(text) <= LICENSE_LIMIT and "\n" not in text else ""
