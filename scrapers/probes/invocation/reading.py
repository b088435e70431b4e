"""Settings, demands and streams, as they were told, and else as the code has them."""

from typing import Any

from registry.tried import Basis, Known, Setting, Stream
from registry.vocabulary import SettingKind
from scrapers.probes.invocation.about import About
from scrapers.probes.invocation.json_texts import (
    TEXT_LIMIT,
    list_of,
    mapping_of,
    text_of,
    texts_of,
)
from scrapers.probes.invocation.record import Record
from scrapers.probes.invocation.streams import Catalog, streams_of

KINDS = frozenset(SettingKind)
NUMBERS = frozenset({SettingKind.INTEGER, SettingKind.DECIMAL})

Settings = Known[tuple[Setting, ...]] | None
Groups = Known[tuple[tuple[str, ...], ...]] | None
Streams = Known[tuple[Stream, ...]] | None


def known_settings(record: Record, about: About | None) -> Settings:
    """Return the settings that it tells, else those that its code has."""
    if about is not None and about.settings is not None:
        return Known(value=about.settings, basis=Basis.OBSERVED)
    if not isinstance(record.static.get("settings"), list):
        return None
    read = (_setting(mapping_of(one)) for one in list_of(record.static["settings"]))
    by_name = {one.name: one for one in read if one is not None}
    return Known(value=tuple(by_name.values()), basis=Basis.STATIC)


def known_groups(settings: Settings, about: About | None) -> Groups:
    """Return the sets of settings that are enough, each of its own; None if not known."""
    if about is not None and about.settings is not None:
        groups = about.groups
        return None if groups is None else Known(value=groups, basis=Basis.OBSERVED)
    if settings is None:
        return None
    required = tuple(one.name for one in settings.value if one.is_required)
    return Known(value=(required,) if required else (), basis=settings.basis)


def known_streams(record: Record, catalog: Catalog) -> Streams:
    """Return the streams that it lists, else those that its code has."""
    if catalog.streams is not None:
        return Known(value=catalog.streams, basis=Basis.OBSERVED)
    listed = record.static.get("streams")
    read = streams_of(listed).streams if isinstance(listed, list) and listed else None
    return Known(value=read, basis=Basis.STATIC) if read else None


def _setting(said: dict[str, Any]) -> Setting | None:
    name = text_of(said.get("name"))
    if not name:
        return None
    word = said.get("kind")
    kind = SettingKind(word) if isinstance(word, str) and word in KINDS else None
    options = texts_of(said.get("options")) if kind is SettingKind.OPTIONS else ()
    value = said.get("value")
    # A client refuses a default that it can't take.
    is_fit = not options or value in options
    is_fit = is_fit and not (kind in NUMBERS and isinstance(value, str))
    return Setting(
        path=tuple(name.split(".")),
        kind=kind,
        label=text_of(said.get("label")),
        description=text_of(said.get("description"), TEXT_LIMIT),
        value=value if is_fit else None,
        options=options,
        is_sensitive=said.get("sensitive") is True,
        is_required=said.get("required") is True,
    )
