"""Lint a document before it is published: what a client accepts and trips over later.

An error holds the document back; a warning only tells. Every rule was observed on the
real client. Source: meltano-client §3, "Accepted at add but broken later".
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from registry import schemas
from registry.documents import Address
from registry.facts import Finding
from registry.vocabulary import Severity

# The client passes a document's keys to a constructor that already has these.
FORBIDDEN_KEYS = frozenset({"plugin_type", "is_default_variant", "self"})
PROCESSORS = frozenset({"nest_object", "upcase_string", "stringify", "parse_date"})
COMMAND_KEYS = frozenset({"args", "description", "executable", "container_spec"})
PYTHON_VERSION = re.compile(r"3\.\d{1,2}")
INTEGER = re.compile(r"[+-]?\d+")
ERRORS_SHOWN = 5


def lint(address: Address, document: Mapping[str, Any]) -> list[Finding]:
    """Return every reason for which `document` would break a client, and every warning."""
    return [
        *_identity(address, document),
        *_schema(address, document),
        *_python_versions(document),
        *_groups(document),
        *_commands(document),
        *_settings(document),
    ]


def is_held(findings: list[Finding]) -> bool:
    """Say whether the findings keep a document from being published."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def _error(code: str, message: str) -> Finding:
    return Finding(code=code, message=message)


def _warning(code: str, message: str) -> Finding:
    return Finding(code=code, message=message, severity=Severity.WARNING)


def _identity(address: Address, document: Mapping[str, Any]) -> Iterator[Finding]:
    """A document locked under another name than it was asked for can't be updated."""
    for key, expected in (("name", address.name), ("variant", address.variant)):
        if document.get(key) != expected:
            message = (
                f"`{key}` is {document.get(key)!r}, but it is listed as {expected!r}."
            )
            yield _error("identity", message)
    if not document.get("namespace"):
        yield _error("identity", "`namespace` is missing.")
    for key in sorted(FORBIDDEN_KEYS & document.keys()):
        yield _error("forbidden-key", f"The key `{key}` makes the client fail.")


def _schema(address: Address, document: Mapping[str, Any]) -> Iterator[Finding]:
    """Keys outside the API's schema would be written into every user's lock file."""
    # Upstream never deprecates, so its schema has no word for it; the client does.
    plain = {key: value for key, value in document.items() if key != "deprecated"}
    errors = list(schemas.document_errors(address.type, plain))
    for error in errors[:ERRORS_SHOWN]:
        where = ".".join(str(part) for part in error.absolute_path)
        said = error.message[:200]
        yield _error("schema", f"{where}: {said}" if where else said)


def _python_versions(document: Mapping[str, Any]) -> Iterator[Finding]:
    for version in _list(document.get("supported_python_versions")):
        if not isinstance(version, str) or not PYTHON_VERSION.fullmatch(version):
            message = f"`supported_python_versions` holds {version!r}, not like '3.12'."
            yield _error("python-version", message)


def _groups(document: Mapping[str, Any]) -> Iterator[Finding]:
    for group in _list(document.get("settings_group_validation")):
        if not all(isinstance(name, str) for name in _list(group)):
            message = "`settings_group_validation` holds something that is not a name."
            yield _error("group", message)


def _commands(document: Mapping[str, Any]) -> Iterator[Finding]:
    commands = document.get("commands")
    for name, command in commands.items() if isinstance(commands, dict) else ():
        if isinstance(command, str):
            continue
        keys = command.keys() if isinstance(command, dict) else {"no mapping"}
        for key in sorted(keys - COMMAND_KEYS):
            yield _error(
                "command", f"The command {name!r} has the unknown key {key!r}."
            )
        if "args" not in keys:
            yield _warning("command", f"The command {name!r} has no `args`.")


def _settings(document: Mapping[str, Any]) -> Iterator[Finding]:
    for setting in _list(document.get("settings")):
        if isinstance(setting, dict):
            name = setting.get("name")
            for message in (*_options(setting), *_default(setting)):
                yield _error("setting", f"The setting {name!r} {message}")


def _options(setting: Mapping[str, Any]) -> Iterator[str]:
    if "options" not in setting:
        return
    options = [o if isinstance(o, dict) else {} for o in _list(setting["options"])]
    if any("value" not in option for option in options):
        yield "has an option without a value."
        return
    # The client compares with types: 1 is not "1".
    values = [(type(o["value"]), o["value"]) for o in options]
    default = setting.get("value")
    if default is not None and (type(default), default) not in values:
        yield f"has the default {default!r}, which is not one of its options."


def _default(setting: Mapping[str, Any]) -> Iterator[str]:
    """What the client can't cast it can't print or pass on; references are cast later."""
    default = setting.get("value")
    text = default if isinstance(default, str) else None
    if setting.get("kind") == "decimal" and text is not None:
        yield f"is a decimal with the text {text!r} as default."
    is_reference = text is not None and "$" in text
    is_number = text is None or INTEGER.fullmatch(text.strip()) is not None
    if setting.get("kind") == "integer" and not is_number and not is_reference:
        yield f"is an integer with the default {text!r}."
    for key in ("value_processor", "value_post_processor"):
        if key in setting and setting[key] not in PROCESSORS:
            yield f"has the unknown {key} {setting[key]!r}."


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
