"""Read the files a connector ships beside its code: what it says to Songbook and Meltano.

Of a configuration, even a sample, only the keys are taken: real passwords stand in some.
"""

import json
import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from registry.facts import Finding, Json
from registry.vocabulary import Severity
from scrapers.crawlers.definitions.reading import Unreadable, read_yaml

# What `.songbook.yml` may say, and of which type.
SONGBOOK_KEYS: dict[str, type] = {
    "maintenance": str,
    "successor": str,
    "claim": str,
    "listed": bool,
}
MAINTENANCE = ("active", "seeking")
ENTRY_KEYS = (
    "name", "namespace", "variant", "label", "description", "capabilities", "executable",
    "settings_group_validation",
)  # fmt: skip
SETTING_KEYS = (
    "name", "kind", "label", "description", "env", "options", "sensitive", "required",
    "documentation", "aliases",
)  # fmt: skip
ITSELF = {".", "-e .", "--editable ."}
SAMPLE = re.compile(
    r"(sample|example|template)[._-]?config\.json"
    r"|config[._-]?(sample|example|template|dist)\.json"
    r"|config\.json[._-](sample|example|template|dist)"
)
FIELDS_LIMIT = 500
JSON_TYPES = {
    str: "string", bool: "boolean", int: "integer", float: "number", list: "array",
    dict: "object", type(None): "null",
}  # fmt: skip
Read = tuple[Any, list[Finding]]


def read_songbook(path: str, content: bytes) -> Read:
    """Return what the maintainer says to Songbook, and a finding for each wrong key."""
    said, findings = _yaml(path, content)
    if said is not None and not isinstance(said, dict):
        return {}, [*findings, _finding("songbook", "It has to be a mapping.", path)]
    kept: Json = {}
    for key, value in (said or {}).items():
        if key not in SONGBOOK_KEYS:
            message = f"{key[:60]!r} means nothing here: {', '.join(SONGBOOK_KEYS)} do."
        elif not isinstance(value, SONGBOOK_KEYS[key]):
            word = "yes or no" if SONGBOOK_KEYS[key] is bool else "text"
            message = f"{key} has to be {word}."
        elif key == "maintenance" and value not in MAINTENANCE:
            message = f"maintenance has to be one of {', '.join(MAINTENANCE)}."
        else:
            kept[key] = value
            continue
        findings.append(_finding("songbook", message, path))
    return kept, findings


def read_meltano(path: str, content: bytes, *, names: Iterable[str]) -> Read:
    """Return the plugin entries that are about this very connector, called one of `names`."""
    said, findings = _yaml(path, content)
    plugins = _mapping(_mapping(said).get("plugins"))
    known = set(names)
    entries = []
    for kind in ("extractors", "loaders"):
        listed = plugins.get(kind)
        entries += [
            {"type": kind} | _entry(entry)
            for entry in (listed if isinstance(listed, list) else [])
            if isinstance(entry, dict) and _is_itself(entry, known)
        ]
    return entries, findings


def read_sample(path: str, content: bytes) -> Read:
    """Return the keys of a sample configuration with their JSON types, and no value."""
    said, findings = _json(path, content)
    pairs = list(_mapping(said).items())[:FIELDS_LIMIT]
    keys = {key: JSON_TYPES[type(value)] for key, value in pairs}
    return {"path": path, "keys": keys} if keys else None, findings


def read_schema(path: str, content: bytes) -> Read:
    """Return the names of a stream's fields, and its keys where the schema says them."""
    said, findings = _json(path, content)
    properties = _mapping(_mapping(said).get("properties"))
    if not properties:
        return None, findings
    read: Json = {
        "stream": PurePosixPath(path).stem,
        "fields": list(properties)[:FIELDS_LIMIT],
    }
    for key in ("key_properties", "table-key-properties", "x-key-properties"):
        listed = said.get(key)
        if isinstance(listed, list) and all(isinstance(one, str) for one in listed):
            read["key_properties"] = listed[:20]
    return read, findings


def _is_itself(entry: Json, names: set[str]) -> bool:
    pip_url = entry.get("pip_url")
    if isinstance(pip_url, str) and pip_url.strip() in ITSELF:
        return True
    return entry.get("name") in names and "inherit_from" not in entry


def _entry(said: Json) -> Json:
    """Return an entry without what someone's own project adds to it."""
    entry = {key: said[key] for key in ENTRY_KEYS if key in said}
    listed = said.get("settings")
    settings = [
        {key: one[key] for key in SETTING_KEYS if key in one}
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, dict)
    ]
    if settings:
        entry["settings"] = settings
    if config := _mapping(said.get("config")):
        entry["config_keys"] = sorted(config)
    return entry


def _yaml(path: str, content: bytes) -> Read:
    try:
        return read_yaml(path, content).value, []
    except Unreadable as error:
        seen = error.finding
        # What can't be read here is no reason to keep anything else back.
        return None, [_finding(seen.code, seen.message, path, seen.line)]


def _json(path: str, content: bytes) -> Read:
    try:
        return json.loads(content.decode("utf-8-sig")), []
    except (ValueError, RecursionError):
        return None, [_finding("json", "The file is no JSON that can be read.", path)]


def _mapping(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _finding(code: str, message: str, path: str, line: int | None = None) -> Finding:
    return Finding(
        code=code, message=message, path=path, line=line, severity=Severity.WARNING
    )
