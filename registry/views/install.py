"""How a variant is installed: the commands, and what they fetch. Pure.

What a definition calls its package is text from outside: it is quoted for the shell, and
what is no single requirement gets no command at all.
"""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from registry.models import Plugin, Setting, Variant
from registry.views.groups import groups_of
from registry.vocabulary import PluginType

# dbt packages and file bundles are copied into a project, not installed as a program.
NO_PROGRAM = frozenset({PluginType.TRANSFORMS, PluginType.FILES})
# What would be read as an option or filled in by the shell is no requirement.
REQUIREMENT = re.compile(r"[^\s$`'\"\\-][^\s$`'\"\\]*")
PACKAGE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
NOT_IN_VARIABLE = re.compile(r"[^A-Z0-9]")


@dataclass(frozen=True, slots=True)
class Way:
    """One way to install: what it is called, what to type, and what to know before."""

    label: str
    code: str
    note: str = ""


def ways(variant: Variant, settings: Sequence[Setting]) -> list[Way]:
    """Return every way to install a variant, the newest client's first."""
    plugin = variant.plugin
    found = []
    if variant.listed_at:
        kind = PluginType(plugin.type).singular.split()[0]
        older = f"meltano add {kind} {plugin.name} --variant {variant.name}"
        found += [
            Way("Meltano 4", meltano_add(plugin, variant)),
            Way("Meltano 3", older),
        ]
    if plugin.type not in NO_PROGRAM and REQUIREMENT.fullmatch(variant.pip_url):
        package = shlex.quote(variant.pip_url)
        program = variant.definition.get("executable") or plugin.name
        note = f"The definition runs it as {program}."
        found += [
            Way("uv", f"uv tool install {package}", note),
            Way("pipx", f"pipx install {package}", note),
        ]
    return [*found, _project_block(variant, settings)]


def meltano_add(plugin: Plugin, variant: Variant | None) -> str:
    """Return what Meltano 4 is told; it guesses the type from the name, often wrongly.

    Source: meltano-client §4, `add`.
    """
    guessed = PluginType.UTILITIES
    if plugin.name.startswith("tap-"):
        guessed = PluginType.EXTRACTORS
    elif plugin.name.startswith("target-"):
        guessed = PluginType.LOADERS
    kind = PluginType(plugin.type)
    words = ["meltano add"]
    if kind is not guessed:
        words.append(f"--plugin-type {kind.singular.split()[0]}")
    words.append(plugin.name)
    if variant is not None:
        words.append(f"--variant {variant.name}")
    return " ".join(words)


def package_source(pip_url: str) -> str:
    """Say in a few words what an install fetches, and whether it is pinned."""
    if not pip_url:
        return "Nothing to install"
    if " " in pip_url.strip():
        return f"{len(pip_url.split())} requirements"
    scheme, _, place = pip_url.partition("://")
    # An `@` before the first slash names an account, one behind it a branch or tag.
    path, _, reference = place.partition("/")[2].partition("@")
    if place and (scheme.startswith("git") or path.endswith(".git")):
        return f"Git at {reference}" if reference else "Git, default branch"
    if place:
        return "Download"
    return "Package, pinned" if "==" in pip_url else "Package, newest release"


def is_moving(pip_url: str) -> bool:
    """Say whether an install fetches whatever a default branch holds that day."""
    return package_source(pip_url) == "Git, default branch"


def package_name(pip_url: str) -> str:
    """Return the package's name where it is installed by name from an index."""
    name = PACKAGE_NAME.match(pip_url)
    if name is None or "://" in pip_url or " " in pip_url:
        return ""
    return name.group()


def _project_block(variant: Variant, settings: Sequence[Setting]) -> Way:
    """Return the entry for `meltano.yml`, with a place for each setting it needs."""
    entry: dict[str, Any] = {"name": variant.plugin.name, "variant": variant.name}
    if variant.pip_url:
        entry["pip_url"] = variant.pip_url
    groups = groups_of(variant.definition)
    needed = set(groups[0]) if groups else set()
    places = [s for s in settings if s.name in needed and not s.sensitive]
    if places:
        entry["config"] = {s.name: f"<{s.kind or 'value'}>" for s in places}
    block = {"plugins": {str(variant.plugin.type): [entry]}}
    secrets = [
        _variable(variant, s) for s in settings if s.name in needed and s.sensitive
    ]
    note = f"Keep secrets out of the file: set {', '.join(secrets)}." if secrets else ""
    # So wide that no line is broken: a folded address could not be copied.
    text = yaml.safe_dump(block, sort_keys=False, width=10_000, allow_unicode=True)
    return Way("meltano.yml", text.rstrip(), note)


def _variable(variant: Variant, setting: Setting) -> str:
    """Return the environment variable that Meltano reads a setting from."""
    name = f"{variant.plugin.name}_{setting.name}".upper()
    return str(setting.definition.get("env") or NOT_IN_VARIABLE.sub("_", name))
