"""Read the keywords of a `setup()` call out of a `setup.py` that is never run."""

import ast
from collections.abc import Mapping
from typing import Any

from scrapers.crawlers.repository.literals import (
    Names,
    NotLiteral,
    dotted,
    names_of,
    value_of,
)

CALLS = {"setup", "setuptools.setup", "distutils.core.setup", "core.setup"}


def setup_keywords(module: ast.Module) -> dict[str, Any]:
    """Return the literal keywords of the first `setup()` call, and none that are computed."""
    names = names_of(module.body)
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and dotted(node.func) in CALLS:
            return _keywords(node, names)
    return {}


def _keywords(call: ast.Call, names: Names) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for keyword in call.keywords:
        try:
            value = value_of(keyword.value, names)
        except NotLiteral:
            continue
        if keyword.arg is not None:
            read[keyword.arg] = value
        elif isinstance(value, Mapping):
            read.update(value)
    return read
