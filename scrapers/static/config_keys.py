"""The settings a classic connector's code reads out of its config: `config["x"]`."""

import ast
import re
from collections.abc import Iterator, Mapping, Set
from typing import Any

from registry.facts import Finding, Json
from registry.search.credentials import is_secret
from registry.tried.offers import SETTINGS_KEPT
from registry.vocabulary import SettingKind
from scrapers.crawlers.repository.literals import (
    NotLiteral,
    dotted,
    names_of,
    parse,
    value_of,
)
from scrapers.static.narrowing import narrowed_names

NAME = re.compile(r"[A-Za-z][\w.-]{0,99}")
DATE = re.compile(r"(?:^|_)date$")
# The second is how PipelineWise's connectors hand it on. What else ends in `config` is mostly a
# stream's or an endpoint's.
CONFIGS = frozenset({"config", "connection_config"})


def read_settings(code: Mapping[str, str], reading: Json) -> list[Json] | None:
    """Return a setting for each key that is demanded or read; None where none is.

    Kinds are told from names and from defaults: a classic config has no schema.
    """
    required = reading.get("required_config_keys") or []
    defaults: dict[str, Any] = dict.fromkeys(required)
    read = (parse(path, text.encode()) for path, text in code.items())
    modules = [module for module in read if not isinstance(module, Finding)]
    narrowed = narrowed_names(modules, is_config)
    for module in modules:
        for key, default in _reads(module, narrowed):
            if defaults.get(key) is None:
                defaults[key] = default
    names = [name for name in defaults if NAME.fullmatch(name)][:SETTINGS_KEPT]
    settings = [_setting(name, defaults[name], required) for name in names]
    return settings or None


def is_config(node: ast.expr) -> bool:
    """Say whether something is called as configs are, and is no part of one."""
    if not isinstance(node, ast.Name | ast.Attribute):
        return False
    return dotted(node).rpartition(".")[2].lower().lstrip("_") in CONFIGS


def _reads(module: ast.Module, narrowed: Set[int]) -> Iterator[tuple[str, Any]]:
    """Yield each key that is read of something called a config, with its default.

    Names that are `narrowed`, by the identities of their nodes, are a part of one.
    """
    names = names_of(module.body)
    for node in ast.walk(module):
        match node:
            case ast.Subscript(value=of, slice=ast.Constant(value=str() as key)):
                is_read = isinstance(node.ctx, ast.Load) and id(of) not in narrowed
                if is_read and is_config(of):
                    yield key, None
            case ast.Call(
                func=ast.Attribute(value=of, attr="get" | "pop"),
                args=[ast.Constant(value=str() as key), *rest],
            ):
                if is_config(of) and id(of) not in narrowed:
                    yield key, _default(rest, names)


def _default(rest: list[ast.expr], names: Mapping[str, ast.expr]) -> Any:
    try:
        value = value_of(rest[0], names) if len(rest) == 1 else None
    except NotLiteral:
        return None
    return value if isinstance(value, str | int | float) else None


def _setting(name: str, default: Any, required: list[str]) -> Json:
    setting: Json = {"name": name, "required": name in required}
    if kind := _kind(name, default):
        setting["kind"] = kind.value
    if is_secret(setting):
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
