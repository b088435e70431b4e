"""A config to try `--discover` with, and the search for its secrets in what was printed.

Nothing in it leads anywhere: addresses are below `.invalid`, secrets are canaries, texts
that say of which setting they are. Whoever prints one would print a real secret too.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from registry.facts import Finding, Json
from registry.tried import Setting
from registry.vocabulary import SettingKind
from scrapers.probes.invocation.record import Record

# Hexadecimal, so that no quoting or encoding of addresses changes it.
CANARY = re.compile(r"5ec2e7ca9a27[0-9a-f]{20}")
CANARY_PREFIX = "5ec2e7ca9a27"
ADDRESS, HOST = "https://example.invalid", "example.invalid"
DATE = "2024-01-01T00:00:00Z"
EMAIL = "nobody@example.invalid"
PORT = 443
URL_NAME = re.compile(r"(?:^|_)(?:url|uri|endpoint)s?$", re.IGNORECASE)
HOST_NAME = re.compile(
    r"(?:^|_)(?:host|hostname|server|domain|account)$", re.IGNORECASE
)
PORT_NAME = re.compile(r"(?:^|_)port$", re.IGNORECASE)
DATE_NAME = re.compile(r"(?:^|_)date$", re.IGNORECASE)
# What every connector of old needs and rarely demands.
WANTED = frozenset({"start_date"})
DEPTH_LIMIT = 20
# Fewer letters than these of an encoded canary might stand anywhere.
ENCODED_LEAST = 24


def canary(name: str) -> str:
    """Return the secret for the setting of this name: always the same one."""
    return (
        CANARY_PREFIX + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:20]
    )


def config_for(
    settings: Iterable[Setting], groups: Iterable[Iterable[str]] = ()
) -> Json | None:
    """Return a config that holds what has to be set; None where nothing has to be.

    That is the first group and what is required, each start date, and, where no group says
    what is enough, each secret: without a key hardly anything answers.
    """
    listed = tuple(settings)
    needed = frozenset(next(iter(groups), ()))
    chosen = [one for one in listed if _is_needed(one, needed)]
    config: Json = {}
    for setting in chosen:
        _put(config, setting.path, value_for(setting))
    return config or None


def canaries_of(config: Any) -> Mapping[str, str]:
    """Return the canaries of a config, each with the name of its setting."""
    return {
        text: ".".join(path) for path, text in _leaves(config, ()) if _is_canary(text)
    }


def leaks(record: Record) -> list[Finding]:
    """Return a finding for each secret of a config that any step printed."""
    secrets: dict[str, str] = {}
    for step in record.steps:
        secrets |= canaries_of(step.config)
    found: dict[str, Finding] = {}
    for step in record.steps:
        text = f"{step.stdout}\n{step.stderr}"
        for secret, name in _printed(text, secrets):
            call = " ".join(step.args) or step.name
            found.setdefault(secret, _leak(name, call))
    return list(found.values())


def _is_needed(setting: Setting, group: frozenset[str]) -> bool:
    if setting.name in group or setting.is_required or setting.name in WANTED:
        return True
    return not group and setting.is_sensitive and setting.value is None


def _put(config: Json, path: tuple[str, ...], value: Any) -> None:
    """Set a nested value; where a setting is both a value and a parent, the value stays."""
    for key in path[:-1]:
        inner = config.setdefault(key, {})
        if not isinstance(inner, dict):
            return
        config = inner
    config.setdefault(path[-1], value)


def value_for(setting: Setting) -> Any:
    """Return a value of the setting's kind that leads nowhere."""
    if setting.value is not None:
        return setting.value
    if setting.options:
        return setting.options[0]
    if setting.kind is SettingKind.ARRAY:
        return [_plain(setting, setting.items or SettingKind.STRING)]
    return _plain(setting, setting.kind)


def _plain(setting: Setting, kind: SettingKind | None) -> Any:
    least = setting.minimum or 1
    match kind:
        case SettingKind.INTEGER:
            return max(1, int(least))
        case SettingKind.DECIMAL:
            return max(1.0, float(least))
        case SettingKind.BOOLEAN:
            return False
        case SettingKind.OBJECT:
            return {}
        case SettingKind.ARRAY:
            return []
        case SettingKind.DATE:
            return DATE[:10] if setting.format == "date" else DATE
        case SettingKind.EMAIL:
            return EMAIL
        case _:
            return _by_name(setting)


def _by_name(setting: Setting) -> str | int:
    """Return a value for a setting that says nothing more than that it is a text, if that."""
    name = setting.path[-1]
    if setting.is_sensitive:
        return canary(setting.name)
    if setting.format in {"uri", "url", "uri-reference"} or URL_NAME.search(name):
        return ADDRESS
    if setting.format == "hostname" or HOST_NAME.search(name):
        return HOST
    if PORT_NAME.search(name):
        return str(PORT) if setting.kind else PORT
    return DATE if DATE_NAME.search(name) else "example"


def _leaves(
    value: Any, path: tuple[str, ...], depth: int = 0
) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, str):
        yield path, value
    if depth >= DEPTH_LIMIT:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, str(key)), depth + 1)
    if isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, path, depth + 1)


def _is_canary(text: str) -> bool:
    return CANARY.fullmatch(text) is not None


def _printed(text: str, secrets: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the secrets that stand in a text, as they are or encoded, with their names."""
    lower = text.lower() if CANARY_PREFIX in text.lower() else ""
    for secret in dict.fromkeys(CANARY.findall(lower)):
        yield secret, secrets.get(secret, "")
    for secret, name in secrets.items():
        if any(encoded in text for encoded in _encoded(secret)):
            yield secret, name


def _encoded(secret: str) -> Iterator[str]:
    """Yield how a secret looks within Base64, whatever stands before it: `user:secret`."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + secret.encode()).decode()
        # The first and last letters depend on the neighbours.
        core = encoded[4 if before else 0 :].rstrip("=")[:-2]
        if len(core) >= ENCODED_LEAST:
            yield core


def _leak(name: str, call: str) -> Finding:
    what = (
        f"the value of the setting {name!r}"
        if name
        else "the value of a secret setting"
    )
    message = (
        f"`{call}` prints {what}, which is a secret: logs are kept and read by others. "
        "Mask it, in addresses of errors too."
    )
    return Finding(code="secret-printed", message=message)
