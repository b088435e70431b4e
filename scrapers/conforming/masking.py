"""Secrets of a config, out of what a connector printed."""

import json
from collections.abc import Iterable
from typing import Any

MASK = "[secret]"


def masked(said: Any, secrets: Iterable[str]) -> Any:
    """Return a JSON value without the secrets that a connector may have printed."""
    spelt = [one for secret in secrets for one in (secret, json.dumps(secret)[1:-1])]
    return _masked(said, spelt) if spelt else said


def _masked(said: Any, spelt: list[str]) -> Any:
    if isinstance(said, str):
        for one in spelt:
            said = said.replace(one, MASK)
        return said
    if isinstance(said, dict):
        return {
            _masked(key, spelt): _masked(inner, spelt) for key, inner in said.items()
        }
    if isinstance(said, list | tuple):
        return [_masked(inner, spelt) for inner in said]
    return said
