"""Configs made up from declared settings, with canaries for secrets.

A target is told to write to `{work}`, by whatever name it has for that. What else a config
has to hold is made up as for a try of a release; nothing real answers to it.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from registry.search import credentials
from scrapers.conforming.driving import MOCK
from scrapers.conforming.postgres import PASSWORD, address_for
from scrapers.probes.conformance.configs import settings_of
from scrapers.probes.conformance.demands import Demands, demands_of
from scrapers.probes.conformance.recording import Kind
from scrapers.probes.conformance.schemas import properties_of
from scrapers.probes.invocation import config_from
from scrapers.probes.invocation.configuring import ADDRESS, canaries_of, canary
from scrapers.probes.invocation.json_texts import mapping_of
from scrapers.probes.invocation.schemas import is_secret, merged
from scrapers.probes.invocation.settings import properties_of as members_of

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
# Anything shorter may be a word of any log.
SECRET_LENGTH = 8
# What is made up for a text of which nothing is known, and so is no secret yet.
EXAMPLE = "example"
NOTHING: Mapping[str, Any] = {}


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


def given(config: Mapping[str, Any], about: Mapping[str, Any] | None = None) -> Preset:
    """Return a config that a person gave: real, with its secrets by their marks and names."""
    root = mapping_of(settings_of(about))
    return _made(config, _secrets_in(config, root, root), is_synthetic=False)


def made_up(
    kind: Kind,
    name: str,
    about: Mapping[str, Any] | None,
    static: Mapping[str, Any] = NOTHING,
) -> Preset:
    """Return a config for a connector by what it declares, its code has, or is common."""
    demands, properties = demands_of(about, static), properties_of(settings_of(about))
    config = _demanded(kind, about, static, demands)
    places: Mapping[str, Any] = {}
    required = demands.always
    address = address_for(name, properties, required) if kind is Kind.TARGET else {}
    if address:
        places = address
    elif kind is Kind.TARGET:
        known = properties or dict.fromkeys((*FOLDERS[:6], *FILES, *config))
        places = _places(known, is_file=bool(EMBEDDED.search(name)))
        places = places if properties else {**places, **COMMON}
    # A target that writes to a folder has all it needs.
    if kind is Kind.TARGET and not places:
        return _made(config, canaries_of(config), is_synthetic=True)
    is_known = about is not None or bool(address)
    is_synthetic = not is_known or bool(set(config) - set(places))
    # What was made up and is no canary may stand in any log.
    secrets = canaries_of(config)
    return _made({**config, **places}, secrets, is_synthetic=is_synthetic)


def mistyped(
    config: Mapping[str, Any], about: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    """Return a setting, and a config in which it is of a wrong type; both empty if none can."""
    known = properties_of(settings_of(about))
    # Numbers first: a text may be read as many things.
    for key, schema in known.items():
        words = _types(schema)
        if words and not words & {"string", "object", "array"}:
            return key, {**config, key: "songbook"}
    texts = (key for key, schema in known.items() if _types(schema) == {"string"})
    key = next(texts, "")
    return key, {**config, key: {"song": "book"}} if key else {}


def _demanded(
    kind: Kind,
    about: Mapping[str, Any] | None,
    static: Mapping[str, Any],
    demands: Demands,
) -> dict[str, Any]:
    """Return what has to be set, with canaries for secrets; addresses lead to our server.

    Without a key hardly any tap answers, demanded or not. A target may do without.
    """
    made = config_from(dict(about or {}), dict(static)) or {}
    if kind is Kind.TARGET:
        made = {key: value for key, value in made.items() if key in demands.names}
    root = mapping_of(settings_of(about))
    config: dict[str, Any] = _with_canaries(made, root, root)
    return config


def _with_canaries(value: Any, schema: Any, root: Any, name: str = "") -> Any:
    """Return a made-up value in which each text that is a secret by its name is a canary."""
    if isinstance(value, dict):
        return {
            key: _with_canaries(inner, _member(schema, key, root), root, key)
            for key, inner in value.items()
        }
    if value == ADDRESS:
        return MOCK
    is_one = bool(name) and (is_secret(mapping_of(schema), root) or _is_secret(name))
    return canary(name) if value == EXAMPLE and is_one else value


def _made(
    config: Mapping[str, Any], secrets: Iterable[str], *, is_synthetic: bool
) -> Preset:
    leads_to_ours = PASSWORD in json.dumps(config)
    found = dict.fromkeys([*secrets, *([PASSWORD] * leads_to_ours)])
    return Preset(config, tuple(found), is_synthetic, needs_postgres=leads_to_ours)


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


def _types(schema: Any) -> set[str]:
    said = schema.get("type") if isinstance(schema, Mapping) else None
    words = said if isinstance(said, list) else [said]
    return {word for word in words if isinstance(word, str)}


def _is_secret(key: str) -> bool:
    return credentials.is_secret({"name": key})


def _member(schema: Any, key: str, root: Any) -> Any:
    """Return the schema of a member of an object, as far as one is declared."""
    said = mapping_of(schema)
    return merged(
        members_of(said, root).get(key, said.get("additionalProperties")), root
    )


def _secrets_in(
    value: Any,
    schema: Any,
    root: Any,
    *,
    is_marked: bool = False,
    is_named: bool = False,
) -> Iterator[str]:
    """Yield the texts that are marked or named as secrets, and long enough to be looked for.

    All that is in what is marked is secret. Of what is only called so, the text alone is, or
    the texts of a list: an object called `credentials` may hold the name of a user.
    """
    if isinstance(value, str):
        if (is_marked or is_named) and len(value) >= SECRET_LENGTH:
            yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            said = _member(schema, key, root)
            marked = is_marked or is_secret(mapping_of(said), root)
            named = _is_secret(key)
            yield from _secrets_in(inner, said, root, is_marked=marked, is_named=named)
    elif isinstance(value, list):
        said = merged(mapping_of(schema).get("items"), root)
        marked = is_marked or is_secret(mapping_of(said), root)
        for inner in value:
            yield from _secrets_in(
                inner, said, root, is_marked=marked, is_named=is_named
            )
