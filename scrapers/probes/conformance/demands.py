"""What a config has to hold: as the connector declares it, or else as its code lists it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from registry.tried import Setting
from scrapers.probes.conformance.messages import texts_in
from scrapers.probes.conformance.recording import Recording
from scrapers.probes.conformance.schemas import properties_of
from scrapers.probes.invocation.about import about_from
from scrapers.probes.invocation.reading import known_settings
from scrapers.probes.invocation.record import Record

type Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Demands:
    """Sets of top-level names, of which a config needs one whole; defaults left out.

    What `is_read` was found in the code, which is less sure than a declaration.
    """

    groups: tuple[frozenset[str], ...] = ()
    is_read: bool = False

    @property
    def is_any(self) -> bool:
        """Say whether there is something that no config can do without."""
        return bool(self.groups) and all(self.groups)

    @property
    def names(self) -> frozenset[str]:
        """Return all names that some set has."""
        return frozenset().union(*self.groups)

    @property
    def always(self) -> frozenset[str]:
        """Return the names that every set has."""
        return frozenset.intersection(*self.groups) if self.groups else frozenset()

    @property
    def basis(self) -> str:
        """Return who says so, in words that follow a name."""
        return (
            "its code lists as required" if self.is_read else "it declares as required"
        )

    def needed(self, config: Iterable[str]) -> list[str]:
        """Return the names in a config without which no set would be whole."""
        names = list(config)
        return [
            name
            for name in names
            if name in self.names
            and not any(group <= set(names) - {name} for group in self.groups)
        ]


def demands_of(about: Said | None, static: Said) -> Demands:
    """Return what `--about` demands; where that tells of no settings, what the code does."""
    settings = (about or {}).get("settings")
    if isinstance(settings, dict):
        return Demands(_declared(settings))
    read = known_settings(Record.read({"static": dict(static)}), None)
    listed = read.value if read else ()
    required = frozenset(one.path[0] for one in listed if one.is_required)
    return Demands((required,) if required else (), is_read=True)


def demands_in(recording: Recording) -> Demands:
    """Return what the config of a recorded connector has to hold."""
    return demands_of(recording.about, recording.static)


def _declared(schema: dict[str, Any]) -> tuple[frozenset[str], ...]:
    properties = properties_of(schema)
    required = texts_in(schema.get("required"))
    leaves = {
        one.path[0]
        for one in about_from({"settings": schema}).settings or ()
        if len(one.path) == 1
    }
    # No setting is what is demanded and not described, or has its settings within it.
    bare = {
        name
        for name in required
        if name not in leaves and not _has_default(properties.get(name))
    }
    described = [name for name in required if name in leaves]
    answer = about_from({"settings": {**schema, "required": described}})
    settings = {one.name: one for one in answer.settings or ()}
    groups = answer.groups or ((),) * bool(bare)
    return tuple(
        frozenset(bare | {s.path[0] for s in _open(group, settings, properties)})
        for group in groups
    )


def _open(
    group: Iterable[str], settings: Mapping[str, Setting], properties: Said
) -> Iterable[Setting]:
    """Yield the settings of a set that have no default, of their own or within an object's."""
    for name in group:
        setting = settings[name]
        if setting.value is None and not _has_default(properties.get(setting.path[0])):
            yield setting


def _has_default(schema: Any) -> bool:
    return isinstance(schema, Mapping) and "default" in schema
