"""What Meltano writes into a lock file for a definition document.

The rule of Meltano 4, ported from its classes. Source: meltano-client §3, "What the lock
file contains".
"""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

# What the client knows by name. Everything else is kept verbatim, even if it is empty.
KNOWN = frozenset({
    "plugin_type", "name", "namespace", "variant", "label", "docs", "repo", "pip_url",
    "python", "executable", "description", "logo_url", "capabilities",
    "settings_group_validation", "settings", "commands", "requires", "requires_meltano",
    "supported_python_versions", "env",
})  # fmt: skip
NOT_LOCKED = frozenset({"hidden", "original", "deprecated", "annotations"})
# The flag that replaces a kind of setting.
FLAGS = {"hidden": "hidden", "password": "sensitive", "oauth": "sensitive"}


def lock_of(kind: str, document: Mapping[str, Any]) -> Json:
    """Return the lock file's content for a document of a plugin type."""
    locked = {key: value for key, value in document.items() if key not in NOT_LOCKED}
    locked["plugin_type"] = kind
    locked["label"] = locked.get("label") or locked["name"]
    locked["settings"] = [_setting(each) for each in locked.get("settings") or []]
    commands = locked.get("commands") or {}
    locked["commands"] = {name: _command(each) for name, each in commands.items()}
    known = {key: value for key, value in locked.items() if key in KNOWN}
    extras = {key: value for key, value in locked.items() if key not in KNOWN}
    return _without_empty(known) | extras


def _setting(setting: Mapping[str, Any]) -> Json:
    """Return a setting with the flag its kind stands for, and its default even if empty."""
    locked = dict(setting)
    if flag := FLAGS.get(locked.get("kind", "")):
        if locked.get(flag):
            locked["kind"] = "string"
        locked[flag] = True
    default = {"value": locked["value"]} if locked.get("value") is not None else {}
    return _without_empty(locked) | default


def _command(command: str | Mapping[str, Any]) -> str | Json:
    """Return a command, as its arguments alone if it has nothing else."""
    if isinstance(command, str):
        return command
    locked = _without_empty(command)
    return str(locked["args"]) if locked.keys() == {"args"} else locked


def _without_empty(value: Mapping[str, Any]) -> Json:
    return {key: part for key, part in value.items() if part or part is False}
