"""The three files that configure a variant, with a place for each value. Pure.

A project's `meltano.yml` names its settings, `.env` holds the secrets it refers to, and
`config.json` is what a Singer program reads without Meltano. `static/js/settings.js` writes
the same three from what somebody types, in the browser alone.
"""

import json
import re
from collections.abc import Collection, Sequence
from typing import Any

import yaml

from registry.models import Setting, Variant

# Source: meltano.core.utils.to_env_var.
NOT_IN_VARIABLE = re.compile(r"[^A-Za-z0-9]")
PLAIN_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
NO_SECRET = "# No secret is known to be needed."  # noqa: S105  says that there is none


def variable(variant: Variant, setting: Setting) -> str:
    """Return the environment variable that Meltano reads a setting from."""
    name = f"{variant.plugin.name}_{setting.name}"
    said = str(setting.definition.get("env") or "")
    return said or NOT_IN_VARIABLE.sub("_", name).upper()


def entry_yaml(variant: Variant, requirement: str, **more: Any) -> str:
    """Return a project's entry of a variant, as `meltano.yml` has it."""
    entry: dict[str, Any] = {"name": variant.plugin.name, "variant": variant.name}
    if requirement:
        entry["pip_url"] = requirement
    block = {"plugins": {str(variant.plugin.type): [entry | more]}}
    # So wide that no line is broken: a folded address could not be copied.
    text: str = yaml.dump(
        block,
        Dumper=yaml.CSafeDumper,
        sort_keys=False,
        width=10_000,
        allow_unicode=True,
    )
    return text.rstrip()


def project_yaml(
    variant: Variant,
    requirement: str,
    needed: Sequence[Setting],
    secrets: Collection[str],
) -> str:
    """Return the entry with a place for each setting; a secret's is a variable."""
    config = {
        one.name: reference(variable(variant, one))
        if one.name in secrets
        else _place(one)
        for one in needed
    }
    return entry_yaml(variant, requirement, **({"config": config} if config else {}))


def dotenv(
    variant: Variant, needed: Sequence[Setting], secrets: Collection[str]
) -> str:
    """Return a line for each secret, without its value."""
    lines = [f"{variable(variant, one)}=" for one in needed if one.name in secrets]
    return "\n".join(lines) or NO_SECRET


def singer_json(needed: Sequence[Setting]) -> str:
    """Return a Singer config with a place for each value; dots in names lead inwards.

    Source: meltano.core.utils.nest_object.
    """
    config: dict[str, Any] = {}
    for one in needed:
        inner = config
        *path, last = one.name.split(".")
        for part in path:
            inner = inner.setdefault(part, {})
            if not isinstance(inner, dict):
                break
        if isinstance(inner, dict):
            inner[last] = _place(one)
    return json.dumps(config, indent=2, ensure_ascii=False)


def reference(name: str) -> str:
    """Return how `meltano.yml` speaks of a variable. Source: Meltano's ENV_VAR_PATTERN."""
    return f"${name}" if PLAIN_VARIABLE.fullmatch(name) else f"${{{name}}}"


def _place(setting: Setting) -> str:
    return f"<{setting.kind or 'value'}>"
