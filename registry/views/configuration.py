"""The settings of a variant as its page shows them. Pure."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from registry.models import Setting, Variant
from registry.views.groups import groups_of, requirement
from registry.vocabulary import SettingKind

# Every connector built with the SDK takes these; they say nothing about this one.
SDK_SETTINGS = frozenset({
    "stream_maps", "stream_map_config", "flattening_enabled", "flattening_max_depth",
    "flattening_max_key_length",
})  # fmt: skip
SDK_PREFIXES = ("batch_config.", "faker_config.", "flattening_", "stream_map")
KIND_WORDS = {
    "": "not declared",
    SettingKind.DATE: "ISO 8601 date",
    SettingKind.OPTIONS: "one of a list",
    SettingKind.OAUTH: "OAuth",
}
# A longer default is a document of its own; the whole one is in the definition.
DEFAULT_LIMIT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One setting in words."""

    name: str
    label: str
    kind: str
    is_secret: bool
    required: str
    meaning: str
    options: str
    default: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """A variant's settings: its own, those of every SDK connector, and what is needed."""

    own: tuple[Line, ...]
    common: tuple[Line, ...]
    groups: tuple[tuple[str, ...], ...]

    @property
    def count(self) -> int:
        """Return the number of settings."""
        return len(self.own) + len(self.common)


def configuration(variant: Variant, settings: Sequence[Setting]) -> Configuration:
    """Return what a variant's page says about its settings."""
    groups = groups_of(variant.definition)
    needed = {name for group in groups for name in group}
    own: list[Line] = []
    common: list[Line] = []
    for setting in settings:
        line = _line(setting, groups)
        is_common = _is_common(setting.name) and setting.name not in needed
        (common if is_common else own).append(line)
    return Configuration(
        own=tuple(own),
        common=tuple(common),
        groups=tuple(tuple(group) for group in groups if group),
    )


def _is_common(name: str) -> bool:
    return name in SDK_SETTINGS or name.startswith(SDK_PREFIXES)


def _line(setting: Setting, groups: list[list[str]]) -> Line:
    written = setting.definition
    return Line(
        name=setting.name,
        label=str(written.get("label") or ""),
        kind=KIND_WORDS.get(setting.kind, setting.kind),
        is_secret=setting.sensitive,
        required=requirement(setting.name, groups),
        meaning=str(written.get("description") or ""),
        options=", ".join(_options(written.get("options"))),
        default=_default(written["value"]) if "value" in written else None,
    )


def _options(options: Any) -> list[str]:
    rows = options if isinstance(options, list) else []
    return [
        str(row["value"]) for row in rows if isinstance(row, dict) and "value" in row
    ]


def _default(value: Any) -> str | None:
    """Return a default as it would be written; nothing for none."""
    if value is None or value == "":
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= DEFAULT_LIMIT else f"{text[:DEFAULT_LIMIT]}…"
