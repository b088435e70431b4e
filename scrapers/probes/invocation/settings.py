"""A connector's settings, out of the JSON Schema that `--about` prints of its config.

Nested settings are named as Meltano names them, `auth.token`: those of an object with
declared properties, one each. An object that takes any name (stream maps) is one setting.
What the SDK gives every connector is a setting like any other, and marked.
Source: meltano/hub schemas/common/base_setting.schema.json; singer_sdk.helpers.capabilities.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from registry.facts import Finding, Json
from registry.tried import Setting
from registry.tried.offers import SETTINGS_KEPT
from registry.vocabulary import SettingKind, Severity
from scrapers.probes.invocation.json_texts import (
    TEXT_LIMIT,
    cleaned,
    list_of,
    mapping_of,
    text_of,
)
from scrapers.probes.invocation.schemas import (
    alternatives,
    format_of,
    is_secret,
    kind_of,
    listed_in,
    merged,
    resolved,
    types_of,
    values_of,
)

# Objects without a setting of their own count as well.
OBJECTS_LIMIT = 5000
DEPTH_LIMIT = 12
# Defaults are written into every project's lock file: no tables in there.
VALUE_LIMIT = 2000
# What singer_sdk adds to each connector's own, by the first part of the name.
BUILT_IN = frozenset({
    "stream_maps", "stream_map_config", "faker_config", "batch_config",
    "flattening_enabled", "flattening_max_depth", "flattening_max_key_length",
    "flattening_separator", "add_record_metadata", "load_method", "batch_size_rows",
    "batch_wait_limit_seconds", "validate_records", "process_activate_version_messages",
    "default_target_schema", "hard_delete",
})  # fmt: skip


@dataclass(slots=True)
class _Reading:
    """One schema on its way to settings: what was found, and what was wrong with it."""

    root: Json
    settings: dict[str, Setting] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    visits: int = 0


def settings_of(schema: Any) -> tuple[tuple[Setting, ...], tuple[Finding, ...]]:
    """Return the settings of a config's schema, in its order, and what is wrong with it."""
    reading = _Reading(root=mapping_of(schema))
    if not isinstance(schema, dict):
        reading.findings.append(_warning("The settings are no JSON Schema."))
    _read(reading, merged(schema, reading.root), (), is_required=True)
    findings = {finding.message: finding for finding in reading.findings}
    return tuple(reading.settings.values()), tuple(findings.values())


def properties_of(schema: Json, root: Json) -> Json:
    """Return an object's declared properties, those of its alternatives behind its own.

    What tells the alternatives apart, `type` of one word in each, has all of their values.
    """
    properties = _members(schema)
    for parts in alternatives(schema, root):
        said: dict[str, list[Json]] = {}
        for part in parts:
            for name, inner in _members(part).items():
                said.setdefault(name, []).append(resolved(inner, root))
        count = sum(types_of(part, root) != frozenset() for part in parts)
        for name, ways in said.items():
            own = properties.get(name)
            is_closed = own is None or len(ways) == max(count, 1)
            properties[name] = _united(own, ways) if is_closed else own
    return dict(islice(properties.items(), SETTINGS_KEPT + 1))


def _members(schema: Json) -> Json:
    """Return a schema's properties. One more than is read, so that it is told."""
    members = mapping_of(schema.get("properties")).items()
    return dict(islice(members, SETTINGS_KEPT + 1))


def _united(own: Any, ways: list[Json]) -> Any:
    """Return one property of all alternatives: what is said of itself, else the first.

    Where each alternative lists its values, these are all that there are.
    """
    values = [listed_in(one) for one in ways]
    if not all(values) or (own is not None and listed_in(mapping_of(own))):
        return ways[0] if own is None else own
    base = mapping_of(own) or {key: ways[0][key] for key in ways[0] if key != "const"}
    if any(one.get("description") != ways[0].get("description") for one in ways):
        # Each speaks of its own alternative.
        base = {key: said for key, said in base.items() if key != "description"}
    united = [one for some in values for one in some]
    return {**base, "enum": [v for at, v in enumerate(united) if v not in united[:at]]}


def _read(
    reading: _Reading, schema: Json, path: tuple[str, ...], *, is_required: bool
) -> None:
    """Add the settings below one object. Required is what is so all the way down."""
    required = set(texts_in(schema.get("required"))) if is_required else set()
    properties = properties_of(schema, reading.root)
    for key in undeclared(schema, properties):
        name = ".".join((*path, text_of(key)))
        told = f"The setting {name!r} is required, and not declared."
        reading.findings.append(_warning(told))
    for key, said in properties.items():
        reading.visits += 1
        is_full = len(reading.settings) >= SETTINGS_KEPT
        if is_full or reading.visits > OBJECTS_LIMIT:
            told = f"There are more settings than the {SETTINGS_KEPT} that are read."
            reading.findings.append(_warning(told))
            return
        name = text_of(key)
        if not name:
            reading.findings.append(_warning("A setting has no name."))
            continue
        inner, inner_path = merged(said, reading.root), (*path, name)
        if _is_group(inner, reading.root) and len(inner_path) < DEPTH_LIMIT:
            _read(reading, inner, inner_path, is_required=key in required)
        else:
            _add(reading, inner, inner_path, is_required=key in required)


def _is_group(schema: Json, root: Json) -> bool:
    """Say whether an object's properties are settings, and it is none itself.

    Where one can also be something else, or takes names nobody knows, it is set as a whole.
    """
    if isinstance(schema.get("additionalProperties"), dict) or is_secret(schema, root):
        return False
    has_members = bool(properties_of(schema, root))
    return has_members and types_of(schema, root) == {"object"}


def _add(
    reading: _Reading, schema: Json, path: tuple[str, ...], *, is_required: bool
) -> None:
    setting, problems = _setting(schema, path, reading.root, is_required=is_required)
    if setting.name in reading.settings:
        problems = ["is declared twice"]
    reading.settings.setdefault(setting.name, setting)
    for problem in problems:
        reading.findings.append(_warning(f"The setting {setting.name!r} {problem}."))


def _setting(
    schema: Json, path: tuple[str, ...], root: Json, *, is_required: bool
) -> tuple[Setting, list[str]]:
    kind = kind_of(schema, root)
    is_hidden = is_secret(schema, root)
    options = () if is_hidden else _options(schema, root, kind)
    if options:
        kind = SettingKind.OPTIONS
    if is_hidden and kind in {SettingKind.STRING, None}:
        kind = SettingKind.PASSWORD
    value, problems = _default(schema, kind, options, is_hidden=is_hidden)
    minimum = schema.get("minimum")
    items = merged(schema.get("items"), root)
    setting = Setting(
        path=path,
        kind=kind,
        label=text_of(schema.get("title")).strip(),
        description=text_of(schema.get("description"), TEXT_LIMIT).strip(),
        value=value,
        options=options,
        is_sensitive=is_hidden,
        is_required=is_required,
        is_built_in=path[0] in BUILT_IN,
        format=text_of(format_of(schema, root)),
        items=kind_of(items, root),
        minimum=cleaned(minimum) if is_number(minimum) else None,
    )
    if not types_of(schema, root) and not options:
        problems.append("has no type: say one, so that its value can be checked")
    return setting, problems


def _options(schema: Json, root: Json, kind: SettingKind | None) -> tuple[str, ...]:
    """Return the texts that are allowed. Source: an option's value is a text there."""
    values = values_of(schema, root)
    is_text = kind in {SettingKind.STRING, None}
    if not is_text or not all(isinstance(one, str) for one in values):
        return ()
    return tuple(dict.fromkeys(text_of(one) for one in values))


def _default(
    schema: Json,
    kind: SettingKind | None,
    options: tuple[str, ...],
    *,
    is_hidden: bool,
) -> tuple[Any, list[str]]:
    """Return a default that a client can take, and why another one is left out."""
    value = cleaned(schema.get("default"))
    if value is None:
        return None, []
    if is_hidden:
        return None, ["is a secret with a default: take the default out"]
    if len(str(value)) > VALUE_LIMIT:
        return None, ["has a default that is too large to be kept"]
    if options and value not in options:
        return None, [f"has the default {value!r}, which is not one of its options"]
    is_text = isinstance(value, str)
    if is_text and kind in {SettingKind.INTEGER, SettingKind.DECIMAL}:
        number = _number(value, kind)
        told = f"has the text {value[:80]!r} as default of a number"
        return number, [f"{told}: write a number"]
    return value, []


def _number(text: str, kind: SettingKind) -> int | float | None:
    try:
        read: int | float = int(text) if kind is SettingKind.INTEGER else float(text)
    except ValueError:
        return None
    kept: int | float | None = cleaned(read)
    return kept


def setting_of(schema: Json, path: tuple[str, ...], root: Json) -> Setting:
    """Return the setting at a path whose schema is known, as it stands there."""
    return _setting(schema, path, root, is_required=True)[0]


def texts_in(value: Any) -> Iterator[str]:
    """Yield the texts of a list, as they are."""
    yield from (one for one in list_of(value) if isinstance(one, str))


def undeclared(schema: Json, properties: Json) -> list[str]:
    """Return the names that an object demands, and says nothing else of."""
    return [key for key in texts_in(schema.get("required")) if key not in properties]


def is_number(value: Any) -> bool:
    """Say whether a value is a number, which a yes or no is to Python alone."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _warning(message: str) -> Finding:
    return Finding(code="settings", message=message, severity=Severity.WARNING)
