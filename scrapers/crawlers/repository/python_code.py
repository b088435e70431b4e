"""Read what a connector's Python says of itself: its SDK classes, or its parsed arguments.

Nothing is imported or run. What can't be told from the text alone is left out.
Source: the Singer SDK's Tap, Target, Stream and Sink classes; `singer.utils.parse_args`.
"""

import ast
from collections.abc import Iterable
from typing import Any

from registry.facts import Finding, Json
from scrapers.crawlers.repository.literals import (
    Names,
    NotLiteral,
    dotted,
    names_of,
    parse,
    value_of,
)
from scrapers.crawlers.repository.sdk_settings import settings_of

BASES = ("Stream", "Tap", "Target", "Sink")
ATTRIBUTES = (
    "name", "primary_keys", "replication_key", "replication_method", "path",
)  # fmt: skip
CLASSES_LIMIT = 300
ARGUMENTS = {"discover", "catalog", "properties", "state", "config"}
REQUIRED = "REQUIRED_CONFIG_KEYS"


def read_code(files: Iterable[tuple[str, bytes]]) -> tuple[Json, list[Finding]]:
    """Return `classes`, `required_config_keys` and `args_used`, each where found."""
    classes: list[Json] = []
    required: list[str] = []
    used: set[str] = set()
    findings = []
    for path, content in files:
        module = parse(path, content)
        if isinstance(module, Finding):
            findings.append(module)
            continue
        names = names_of(module.body)
        for node in ast.walk(module):
            if isinstance(node, ast.ClassDef):
                classes += _sdk_class(node, path, names)
        required += [
            key for key in _required_keys(module, names) if key not in required
        ]
        used |= _arguments_used(module)
    read: Json = {
        "classes": classes[:CLASSES_LIMIT],
        "required_config_keys": list(dict.fromkeys(required)),
        "args_used": sorted(used),
    }
    return {key: value for key, value in read.items() if value}, findings


def _sdk_class(node: ast.ClassDef, path: str, names: Names) -> list[Json]:
    """Return a class whose base is named like one of the SDK's, as a list of one."""
    bases = [base for base in map(dotted, node.bases) if base.endswith(BASES)]
    if not bases:
        return []
    body = names_of(node.body)
    # A class body sees the file's names, and its own before them.
    scope = {**names, **body}
    found: Json = {"name": node.name, "bases": bases, "path": path}
    if attributes := _attributes(body, scope):
        found["attributes"] = attributes
    if (schema := body.get("config_jsonschema")) is not None:
        settings, is_complete = settings_of(schema, names)
        found["settings"] = settings
        found["settings_complete"] = is_complete
    return [found]


def _attributes(body: Names, scope: Names) -> Json:
    read: Json = {}
    for name in (name for name in ATTRIBUTES if name in body):
        try:
            value = value_of(body[name], scope)
        except NotLiteral:
            continue
        if _is_plain(value):
            read[name] = value
    match body.get("capabilities"):
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            words = [dotted(part) for part in parts]
            if all(words):
                read["capabilities"] = words
    return read


def _is_plain(value: Any) -> bool:
    """Say whether a value is text, yes or no, or a list of texts."""
    if isinstance(value, list):
        return all(isinstance(one, str) for one in value)
    return isinstance(value, str | bool)


def _required_keys(module: ast.Module, names: Names) -> list[str]:
    """Return the keys a classic tap demands of its config."""
    wanted = [names[REQUIRED]] if REQUIRED in names else []
    wanted += [call.args[0] for call in _parse_calls(module) if call.args]
    keys: list[str] = []
    for node in wanted:
        try:
            value = value_of(node, names)
        except NotLiteral:
            continue
        if isinstance(value, list):
            keys += [key for key in value if isinstance(key, str)]
    return keys


def _parse_calls(module: ast.Module) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and dotted(node.func).rpartition(".")[2] == "parse_args"
    ]


def _arguments_used(module: ast.Module) -> set[str]:
    """Return which of the known arguments are read from what `parse_args` returned."""
    parsed = {
        target.id
        for node in ast.walk(module)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and dotted(node.value.func).rpartition(".")[2] == "parse_args"
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return {
        node.attr
        for node in ast.walk(module)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in parsed
        and node.attr in ARGUMENTS
    }
