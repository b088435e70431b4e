"""Configs made up from declared settings, with canaries for secrets.

A target is told to write to `{work}`, by whatever name it has for that. Settings that are
required get a value of their type; nothing real answers to it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scrapers.conforming.postgres import PASSWORD, address_for
from scrapers.probes.conformance.configs import required_settings, settings_of
from scrapers.probes.conformance.recording import Kind
from scrapers.probes.conformance.schemas import properties_of

# What connectors call the folder or the file that they write to.
FOLDERS = (
    "destination_path", "output_path", "output_folder", "output_dir", "output_path_prefix",
    "destination_folder", "destination_dir", "base_path", "local_path", "target_path",
    "path", "folder", "directory",
)  # fmt: skip
FILES = ("filepath", "file_path", "path_to_db", "db_path", "database_path", "db_file")
# What targets of one family need beside it, and do not say.
COMMON = {"default_target_schema": "main"}
EMBEDDED = re.compile(r"sqlite|duckdb")
URL = "sqlalchemy_url"
SECRET = re.compile(r"secret|password|passphrase|token|api_?key|private_key|credential")
# Anything shorter may be a word of any log.
SECRET_LENGTH = 8
CANARY = "songbook-canary"
VALUES: Mapping[str, Any] = {
    "integer": 1,
    "number": 1,
    "boolean": False,
    "array": [],
    "object": {},
}


@dataclass(frozen=True, slots=True)
class Preset:
    """A config, what of it must not come out, and whether it was made up.

    With `needs_postgres` it leads to a PostgreSQL of ours, if there is one.
    """

    config: Mapping[str, Any] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    is_synthetic: bool = False
    needs_postgres: bool = False

    def is_real(self, *, loaded: bool) -> bool:
        """Say whether something real answers to it; a database that has `loaded` rows does."""
        return not self.is_synthetic and (loaded or not self.needs_postgres)


def given(config: Mapping[str, Any]) -> Preset:
    """Return a config that a person gave: real, with its secrets by their names."""
    return _made(config, is_synthetic=False)


def made_up(kind: Kind, name: str, about: Mapping[str, Any] | None) -> Preset:
    """Return a config for a connector by what it declares, or by what is common."""
    required = required_settings(about)
    properties = properties_of(settings_of(about))
    config = {key: _value(key, properties.get(key)) for key in required}
    places: Mapping[str, Any] = {}
    address = address_for(name, properties, required) if kind is Kind.TARGET else {}
    if address:
        places = address
    elif kind is Kind.TARGET:
        known = properties or dict.fromkeys((*FOLDERS[:6], *FILES))
        places = _places(known, is_file=bool(EMBEDDED.search(name)))
        places = places if properties else {**places, **COMMON}
    # A target that writes to a folder has all it needs.
    if kind is Kind.TARGET and not places:
        return _made(config, is_synthetic=True)
    is_known = about is not None or bool(address)
    is_synthetic = not is_known or bool(set(config) - set(places))
    return _made({**config, **places}, is_synthetic=is_synthetic)


def mistyped(config: Mapping[str, Any], about: Mapping[str, Any]) -> dict[str, Any]:
    """Return a config with one setting of a wrong type, empty where none can be."""
    known = properties_of(settings_of(about))
    # Numbers first: a text may be read as many things.
    for key, schema in known.items():
        words = _types(schema)
        if words and not words & {"string", "object", "array"}:
            return {**config, key: "songbook"}
    texts = (key for key, schema in known.items() if _types(schema) == {"string"})
    key = next(texts, "")
    return {**config, key: {"song": "book"}} if key else {}


def _made(config: Mapping[str, Any], *, is_synthetic: bool) -> Preset:
    leads_to_ours = PASSWORD in json.dumps(config)
    secrets = dict.fromkeys([*_secrets_in(config), *([PASSWORD] * leads_to_ours)])
    return Preset(config, tuple(secrets), is_synthetic, needs_postgres=leads_to_ours)


def _places(known: Mapping[str, Any], *, is_file: bool) -> dict[str, str]:
    """Return the folder or file for each setting that names one."""
    file = "{work}/songbook.db"
    places = {key: file if is_file else "{work}" for key in known if key in FOLDERS}
    places |= {key: file for key in known if key in FILES}
    if is_file:
        places |= {key: file for key in known if key == "database"}
    if is_file and URL in known:
        places[URL] = f"sqlite:///{file}"
    return places


def _value(key: str, schema: Any) -> Any:
    """Return a value for a setting: the first allowed one, or one of its type."""
    known = schema if isinstance(schema, Mapping) else {}
    choices = known.get("enum") or known.get("examples")
    if isinstance(choices, list) and choices:
        return choices[0]
    if known.get("format") == "date-time" or key.endswith("_date"):
        return "2020-01-01T00:00:00Z"
    if known.get("format") == "uri" or key.endswith("url"):
        return "http://127.0.0.1:8765"
    word = next(iter(sorted(_types(schema) - {"null"})), "string")
    return VALUES.get(
        word, f"{CANARY}-{key}" if _is_secret(key, schema) else "songbook"
    )


def _types(schema: Any) -> set[str]:
    said = schema.get("type") if isinstance(schema, Mapping) else None
    words = said if isinstance(said, list) else [said]
    return {word for word in words if isinstance(word, str)}


def _is_secret(key: str, schema: Any) -> bool:
    marked = isinstance(schema, Mapping) and schema.get("secret") is True
    return marked or bool(SECRET.search(key.lower()))


def _secrets_in(config: Mapping[str, Any]) -> list[str]:
    """Return the texts under names of secrets that are long enough to be looked for."""
    return [
        value
        for key, value in config.items()
        if isinstance(value, str)
        and len(value) >= SECRET_LENGTH
        and (_is_secret(key, None) or value.startswith(CANARY))
    ]
