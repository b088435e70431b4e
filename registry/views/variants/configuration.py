"""The settings of a variant as its page shows them. Pure."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from registry.models import Setting, Variant
from registry.search import credentials
from registry.views.variants.configuring import (
    dotenv,
    entry_yaml,
    project_yaml,
    singer_json,
    variable,
)
from registry.views.variants.groups import ALWAYS, WITHIN, groups_of, requirement
from registry.views.variants.pinning import pin_of
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
# What is written as it is typed; anything else is a text.
LITERAL_KINDS = frozenset({
    SettingKind.INTEGER, SettingKind.DECIMAL, SettingKind.OBJECT, SettingKind.ARRAY,
})  # fmt: skip
# What `registry.views.variants.configuring` leaves for a value: `<string>`.
PLACE = re.compile(r"<\w+>")
# Secrets of several lines: a field of one line would drop the breaks.
OF_LINES = re.compile(
    r"(private|rsa|ssh|ssl|tls)[_ -]?key|pem\b|cert(ificate)?s?\b|service_account", re.I
)
# Fewer are seen at a glance.
FILTERED_FROM = 16
# A longer default is a document of its own; the whole one is in the definition.
DEFAULT_LIMIT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One setting in words, and how its value is asked for.

    `control` is the kind of field; of a select, `choices` are JSON and words.
    """

    name: str
    label: str
    kind: str
    is_secret: bool
    required: str
    meaning: str
    options: str
    default: str | None
    variable: str
    control: str
    choices: tuple[tuple[str, str], ...]

    @property
    def has_lines(self) -> bool:
        """Return whether its value may have several lines, as keys and certificates do."""
        return OF_LINES.search(self.name) is not None

    @property
    def need(self) -> str:
        """Say that it has to be given, always or in some sets; nothing where it has not."""
        if self.required == ALWAYS:
            return "required"
        return self.required.lower() if self.required.startswith(WITHIN) else ""


@dataclass(frozen=True, slots=True)
class Form:
    """One file that configures the variant, with a place for each value."""

    key: str
    label: str
    text: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """A variant's settings: its own, those of every SDK connector, and what is needed."""

    own: tuple[Line, ...]
    common: tuple[Line, ...]
    groups: tuple[tuple[str, ...], ...]
    head: str
    forms: tuple[Form, ...]

    @property
    def is_filtered(self) -> bool:
        """Say whether the settings are so many that a filter helps."""
        return len(self.own) >= FILTERED_FROM

    @property
    def has_places(self) -> bool:
        """Say whether a file has a place in angle brackets to be filled in."""
        return any(PLACE.search(form.text) for form in self.forms)

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
        line = line_of(variant, setting, groups)
        is_shared = is_common(setting.name) and setting.name not in needed
        (common if is_shared else own).append(line)
    return Configuration(
        own=tuple(own),
        common=tuple(common),
        groups=tuple(tuple(group) for group in groups if group),
        head=entry_yaml(variant, pin_of(variant).requirement),
        forms=_forms(variant, settings, set(groups[0]) if groups else set()),
    )


def _forms(
    variant: Variant, settings: Sequence[Setting], names: set[str]
) -> tuple[Form, ...]:
    """Return the three files with places for what the first group of settings needs."""
    needed = [one for one in settings if one.name in names]
    requirement = pin_of(variant).requirement
    secrets = {one.name for one in needed if is_secret(one)}
    return (
        Form("yaml", "meltano.yml", project_yaml(variant, requirement, needed, secrets),
             "Settings that are known as secrets, by their definition or their name, are not "
             "in it: it names their variables."),
        Form("env", ".env", dotenv(variant, needed, secrets),
             "Beside meltano.yml, and out of version control. Meltano reads it."),
        Form("json", "config.json", singer_json(needed),
             "For a run without Meltano. Settings that are known as secrets have a place in "
             "it and no value."),
    )  # fmt: skip


def is_secret(setting: Setting) -> bool:
    """Say whether a setting's value must be kept from others, as far as is known."""
    return credentials.is_secret({
        "name": setting.name, "kind": setting.kind, "sensitive": setting.sensitive,
    })  # fmt: skip


def is_common(name: str) -> bool:
    """Say whether every connector built with the SDK takes a setting."""
    return name in SDK_SETTINGS or name.startswith(SDK_PREFIXES)


def line_of(variant: Variant, setting: Setting, groups: list[list[str]]) -> Line:
    """Return one setting in words; `groups` are those of which one is needed."""
    written = setting.definition
    choices = _choices(setting)
    return Line(
        name=setting.name,
        label=str(written.get("label") or ""),
        kind=KIND_WORDS.get(setting.kind, setting.kind),
        is_secret=is_secret(setting),
        required=requirement(setting.name, groups),
        meaning=str(written.get("description") or ""),
        options=", ".join(
            words for _, words in choices if setting.kind != SettingKind.BOOLEAN
        ),
        default=_default(written["value"]) if "value" in written else None,
        variable=variable(variant, setting),
        control=_control(setting, choices),
        choices=choices,
    )


def _control(setting: Setting, choices: tuple[tuple[str, str], ...]) -> str:
    if is_secret(setting):
        return "password"
    if choices:
        return "select"
    return setting.kind if setting.kind in LITERAL_KINDS else "text"


def _choices(setting: Setting) -> tuple[tuple[str, str], ...]:
    """Return the values to choose from as JSON, with their words; none for a free one."""
    if setting.kind == SettingKind.BOOLEAN:
        return (("true", "true"), ("false", "false"))
    said = setting.definition.get("options")
    rows = said if isinstance(said, list) else []
    return tuple(
        (
            json.dumps(row["value"], ensure_ascii=False),
            str(row.get("label") or row["value"]),
        )
        for row in rows
        if isinstance(row, dict) and "value" in row
    )


def _default(value: Any) -> str | None:
    """Return a default as it would be written; nothing for none."""
    if value is None or value == "":
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= DEFAULT_LIMIT else f"{text[:DEFAULT_LIMIT]}…"
