"""The settings a classic connector's code reads out of its config: `config["x"]`."""

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from registry.facts import Finding, Json
from registry.vocabulary import SettingKind
from scrapers.crawlers.repository.literals import (
    NotLiteral,
    dotted,
    names_of,
    parse,
    value_of,
)

SETTINGS_LIMIT = 300
NAME = re.compile(r"[A-Za-z][\w.-]{0,99}")
SECRET = re.compile(
    r"(?:password|passwd|passphrase|secret|token|api_?key|access_?key|private_?key)$",
    re.IGNORECASE,
)
DATE = re.compile(r"(?:^|_)date$")


def read_settings(code: Mapping[str, str], reading: Json) -> list[Json] | None:
    """Return a setting for each key that is demanded or read; None where none is.

    Kinds are told from names and from defaults: a classic config has no schema.
    """
    required = reading.get("required_config_keys") or []
    defaults: dict[str, Any] = dict.fromkeys(required)
    for path, text in code.items():
        module = parse(path, text.encode())
        if not isinstance(module, Finding):
            for key, default in _reads(module):
                if defaults.get(key) is None:
                    defaults[key] = default
    names = [name for name in defaults if NAME.fullmatch(name)][:SETTINGS_LIMIT]
    settings = [_setting(name, defaults[name], required) for name in names]
    return settings or None


def _reads(module: ast.Module) -> Iterator[tuple[str, Any]]:
    """Yield each key that is read of something called `config`, with its default."""
    names = names_of(module.body)
    for node in ast.walk(module):
        match node:
            case ast.Subscript(value=of, slice=ast.Constant(value=str() as key)):
                if _is_config(of) and isinstance(node.ctx, ast.Load):
                    yield key, None
            case ast.Call(
                func=ast.Attribute(value=of, attr="get"),
                args=[ast.Constant(value=str() as key), *rest],
            ):
                if _is_config(of):
                    yield key, _default(rest, names)


def _is_config(node: ast.expr) -> bool:
    return dotted(node).rpartition(".")[2].lower().lstrip("_") == "config"


def _default(rest: list[ast.expr], names: Mapping[str, ast.expr]) -> Any:
    try:
        value = value_of(rest[0], names) if len(rest) == 1 else None
    except NotLiteral:
        return None
    return value if isinstance(value, str | int | float) else None


def _setting(name: str, default: Any, required: list[str]) -> Json:
    is_secret = SECRET.search(name) is not None
    setting: Json = {"name": name, "required": name in required}
    if kind := _kind(name, default):
        setting["kind"] = kind.value
    if is_secret:
        setting |= {"kind": SettingKind.PASSWORD.value, "sensitive": True}
    elif default not in (None, ""):
        setting["value"] = default
    return setting


def _kind(name: str, default: Any) -> SettingKind | None:
    if isinstance(default, bool):
        return SettingKind.BOOLEAN
    if isinstance(default, int):
        return SettingKind.INTEGER
    if isinstance(default, float):
        return SettingKind.DECIMAL
    return SettingKind.DATE if DATE.search(name) else None
