"""A config made up of what a connector says of itself, for a call that needs one.

It is whole by the connector's own schema: of alternatives it takes one, with all that this
demands, and what an array has to hold is in it.
"""

from collections.abc import Iterator
from typing import Any

from registry.facts import Json
from scrapers.probes.invocation.about import about_from
from scrapers.probes.invocation.branches import decided
from scrapers.probes.invocation.configuring import config_for, value_for
from scrapers.probes.invocation.json_texts import cleaned, mapping_of, text_of
from scrapers.probes.invocation.reading import known_groups, known_settings
from scrapers.probes.invocation.record import Record
from scrapers.probes.invocation.schemas import listed_in, type_of, types_of
from scrapers.probes.invocation.settings import is_number, setting_of, texts_in


def config_from(about: Json, static: Json) -> Json | None:
    """Return a config by what `--about` printed ({} for nothing), else by the code.

    `static` is the record's. None where neither tells of settings, or none has to be set.
    """
    schema = decided(about.get("settings"))
    said = {**about, "settings": schema} if schema else about
    answer = about_from(said) if about else None
    settings = known_settings(Record.read({"static": static}), answer)
    if settings is None:
        return None
    groups = known_groups(settings, answer)
    config = config_for(settings.value, groups.value if groups else ())
    if answer is None or answer.settings is None:
        return config
    return _whole(config or {}, schema, ()) or None


def _whole(value: Any, schema: Json, path: tuple[str, ...]) -> Any:
    """Return a value with all that its schema, which has no choices, demands of it."""
    if isinstance(value, list):
        items = mapping_of(schema.get("items"))
        return [_whole(_fitting(one, items, path), items, path) for one in value]
    if not isinstance(value, dict):
        return value
    members = {
        text_of(name): mapping_of(inner)
        for name, inner in mapping_of(schema.get("properties")).items()
    }
    missing = {
        key: value_for(setting_of(members[key], (*path, key), {}))
        for key in _needed(schema, value)
        if key in members
    }
    whole = {}
    for key, inner in (value | missing).items():
        at, part = (*path, key), members.get(key, {})
        whole[key] = _whole(_fitting(inner, part, at), part, at)
    return whole


def _fitting(value: Any, schema: Json, path: tuple[str, ...]) -> Any:
    """Return a value, or another one where its schema does not take it."""
    types = types_of(schema, {})
    values = cleaned(listed_in(schema))
    if values:
        return value if value in values else values[0]
    # Each integer is a number, too.
    wider = types | ({"integer"} if "number" in types else set())
    least = schema.get("minimum")
    is_low = is_number(value) and is_number(least) and value < least
    if not is_low and (not types or type_of(value) in wider):
        return value
    return value_for(setting_of(schema, path, {}))


def _needed(schema: Json, value: Json) -> Iterator[str]:
    """Yield the keys that an object lacks, by what it has."""
    dependent = mapping_of(schema.get("dependentRequired"))
    lists = [schema.get("required"), *(dependent.get(key) for key in value)]
    for listed in lists:
        keys = map(text_of, texts_in(listed))
        yield from (key for key in keys if key and key not in value)
