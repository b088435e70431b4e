"""What a connector offers by its own word or its files: capabilities, settings, streams.

And what it brings with it: the packages that it is installed with.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from registry.facts import Json
from registry.vocabulary import PluginType, SettingKind

# What is kept of a longer list. One as long as this may go on: what it lacks is not known.
STREAMS_KEPT = 1000
FIELDS_KEPT = 1000
SETTINGS_KEPT = 500

# Source: schemas/common/{extractors,loaders}_specific.schema.json.
CAPABILITIES: Mapping[PluginType, tuple[str, ...]] = {
    PluginType.EXTRACTORS: (
        "properties", "catalog", "discover", "state", "about", "stream-maps",
        "schema-flattening", "activate-version", "batch", "test", "log-based",
        "structured-logging",
    ),
    PluginType.LOADERS: (
        "about", "stream-maps", "activate-version", "batch", "soft-delete",
        "hard-delete", "datatype-failsafe", "schema-flattening", "target-schema",
        "validate-records", "structured-logging",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting as the connector declares it, named as Meltano names nested ones.

    `path` are the keys that lead to it in a config; `kind` is None where several would do.
    `is_built_in` marks what the SDK gives every connector (stream maps, batches, ...).
    `format`, `items` and `minimum` are of its JSON Schema; `options` are values of texts.
    """

    path: tuple[str, ...]
    kind: SettingKind | None = None
    label: str = ""
    description: str = ""
    value: Any = None
    options: tuple[str, ...] = ()
    is_sensitive: bool = False
    is_required: bool = False
    is_built_in: bool = False
    format: str = ""
    items: SettingKind | None = None
    minimum: float | None = None

    @property
    def name(self) -> str:
        """Return the name in the plugin definition format: `auth.token`."""
        return ".".join(self.path)

    def as_json(self) -> Json:
        """Return the setting as it is kept in a row."""
        return self.as_definition() | {
            "required": self.is_required,
            "built_in": self.is_built_in,
        }

    def as_definition(self) -> Json:
        """Return the setting in the plugin definition format, with no key for unknowns.

        Source: schemas/common/base_setting.schema.json.
        """
        said = {
            "name": self.name,
            "kind": self.kind.value if self.kind else None,
            "label": self.label or None,
            "description": self.description or None,
            "value": self.value,
            "options": [{"label": one, "value": one} for one in self.options] or None,
            "sensitive": self.is_sensitive or None,
        }
        return {key: value for key, value in said.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One stream of a catalog. `fields` maps names to JSON types, `format` appended.

    `schema` is empty where it was too large to keep. `replication_method` is in the words
    of the Singer specification, empty where the catalog leaves it open.
    """

    id: str
    name: str
    key_properties: tuple[str, ...] = ()
    replication_method: str = ""
    is_method_forced: bool = False
    replication_keys: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    schema: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> Json:
        """Return the stream as it is kept in a row."""
        return {
            "id": self.id,
            "name": self.name,
            "key_properties": list(self.key_properties),
            "replication_method": self.replication_method,
            "is_method_forced": self.is_method_forced,
            "replication_keys": list(self.replication_keys),
            "fields": dict(self.fields),
            "schema": dict(self.schema),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """One package of the lock. `is_built`: there was no wheel of it to take."""

    name: str
    version: str
    license: str = ""
    size_bytes: int = 0
    is_built: bool = False

    def as_json(self) -> Json:
        """Return the dependency as it is kept in a row."""
        return {
            "name": self.name,
            "version": self.version,
            "license": self.license,
            "size_bytes": self.size_bytes,
            "built": self.is_built,
        }
