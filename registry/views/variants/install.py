"""How a variant is installed: the commands, and what to know before. No query.

What a definition calls its package is text from outside: it is quoted for the shell, and
what is no single requirement gets no command at all.
"""

import re
import shlex
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from packaging.version import Version

from registry.catalog.adding import meltano_add
from registry.catalog.installing import specifier
from registry.models import Plugin, Release, Variant
from registry.views.variants.configuring import entry_yaml
from registry.views.variants.pinning import (
    Pin,
    git_reference,
    is_exact,
    is_git,
    pin_of,
    requirement_of,
)
from registry.vocabulary import PluginType

# dbt packages and file bundles are copied into a project, not installed as a program.
NO_PROGRAM = frozenset({PluginType.TRANSFORMS, PluginType.FILES})
# What would be read as an option or filled in by the shell is no requirement.
REQUIREMENT = re.compile(r"[^\s$`'\"\\-][^\s$`'\"\\]*")
PACKAGE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
# What a connector is run against: both are packages that need no account to try.
PARTNER_TARGET, PARTNER_TAP = "target-jsonl", "tap-jsonl"
BY_DEFINITION = "It writes the definition of {} into meltano.yml, held to {}."
CURRENT = "Takes whatever is current on the day."
NOT_PINNED = "The command takes what the definition says: {}"
SINGER_NOTE = (
    "Each program has an environment of its own. Choose streams in catalog.json. The last "
    "line of states.jsonl is the state to begin with the next time; keep it as state.json."
)
BY_PROJECT = " The meltano.yml tab holds a project to one release."


@dataclass(frozen=True, slots=True)
class Way:
    """One way to install: its key in a cookie, its name, what to type, what to know.

    `plain` is the shorter command that holds to no release, and `plain_note` is of it.
    """

    key: str
    label: str
    code: str
    note: str = ""
    plain: str = ""
    plain_note: str = ""


def command(plugin: Plugin, variant: Variant, *, is_named: bool) -> str:
    """Return how Meltano adds a variant; nothing where clients are not to be told.

    It is named in the command, or else taken for being the default.
    """
    if variant.listed_at is None or variant.withheld_at is not None:
        return ""
    return meltano_add(plugin, variant if is_named else None)


def ways(variant: Variant, *, tried: str = "") -> list[Way]:
    """Return every way to install a variant, the newest client's first.

    None where an index holds its package back. `tried` is the commit that was tried of it
    where it is installed from a branch.
    """
    if variant.withheld_at is not None:
        return []
    pin = pin_of(variant)
    return [
        *_by_meltano(variant, pin, tried),
        *_as_program(variant, pin),
        _in_project(variant, pin),
    ]


def package_source(pip_url: str) -> str:
    """Say in a few words what an install fetches, and whether it is pinned."""
    if not pip_url:
        return "Nothing to install"
    if " " in pip_url.strip():
        return f"{len(pip_url.split())} requirements"
    if is_git(pip_url):
        reference = git_reference(pip_url)
        return f"Git at {reference}" if reference else "Git, default branch"
    if "://" in pip_url:
        return "Download"
    if is_exact(pip_url):
        return "Package, pinned"
    is_any = not specifier(pip_url)
    return "Package, newest release" if is_any else "Package, newest release allowed"


def package_name(pip_url: str) -> str:
    """Return the package's name where it is installed by name from an index."""
    name = PACKAGE_NAME.match(pip_url)
    if name is None or "://" in pip_url or " " in pip_url:
        return ""
    return name.group()


def _by_meltano(variant: Variant, pin: Pin, tried: str) -> list[Way]:
    """Return the commands of both Meltanos, which take a release by its definition alone."""
    if not variant.listed_at:
        return []
    plugin = variant.plugin
    # The type in one word; before 4 it comes first, and a plugin has to have one.
    kind = PluginType(plugin.type).singular.split()[0]
    newer = meltano_add(plugin, variant)
    older = f"meltano add {kind} {plugin.name} --variant {variant.name}"
    note = _unpinned_note(variant, pin)
    labels = (("meltano-4", "Meltano 4"), ("meltano-3", "Meltano 3"))
    release = variant.current_release
    requirement = release and requirement_of(variant, release, tried=tried)
    if release is None or not requirement:
        return [
            Way(*label, code, note)
            for label, code in zip(labels, (newer, older), strict=True)
        ]
    from_ref = f"--from-ref {shlex.quote(definition_address(variant, release))}"
    pinned = (
        f"{meltano_add(plugin, None)} {from_ref}",
        f"meltano add {from_ref} {kind} {plugin.name}",
    )
    words = BY_DEFINITION.format(release.shown, requirement)
    plain_note = f"{CURRENT} {note}".strip()
    return [
        Way(*label, code, words, plain, plain_note)
        for label, code, plain in zip(labels, pinned, (newer, older), strict=True)
    ]


def definition_address(variant: Variant, release: Release) -> str:
    """Return where the definition of one release is served."""
    plugin = variant.plugin
    args = [plugin.type, plugin.name, variant.name, release.version]
    return f"{settings.PUBLIC_URL}{reverse('definition', args=args)}"


def _unpinned_note(variant: Variant, pin: Pin) -> str:
    """Say what the plain command installs; nothing where that is the shown release."""
    if not variant.pip_url or (variant.pip_url == pin.requirement and pin.is_pinned):
        return ""
    note = NOT_PINNED.format(f"{variant.pip_url}.")
    return note + (BY_PROJECT if pin.is_pinned else f" {pin.words}")


def _as_program(variant: Variant, pin: Pin) -> list[Way]:
    """Return how its program is installed in an environment of its own, and run."""
    if variant.plugin.type in NO_PROGRAM or not REQUIREMENT.fullmatch(variant.pip_url):
        return []
    package = shlex.quote(pin.requirement)
    program = str(variant.definition.get("executable") or variant.plugin.name)
    python = _python(variant)
    option = f"--python {python} " if python else ""
    seen = f" A run in the sandbox saw it start on Python {python}." if python else ""
    note = f"{pin.words} The definition runs it as {program}.{seen}".strip()
    found = [
        Way("uv", "uv", f"uv tool install {option}{package}", note),
        Way("pipx", "pipx", f"pipx install {option}{package}", note),
    ]
    if run := _run(variant, program):
        code = f"uv tool install {option}{package}\n{run}"
        found.append(Way("singer", "Plain Singer", code, SINGER_NOTE))
    return found


def _run(variant: Variant, program: str) -> str:
    """Return the lines that run a tap into a target; nothing for what is neither.

    Source: the Singer specification, running taps with targets.
    """
    said = variant.definition.get("capabilities")
    known: set[Any] = set(map(str, said)) if isinstance(said, list) else set()
    command = shlex.quote(program)
    if variant.plugin.type == PluginType.EXTRACTORS:
        return _tap_lines(command, known)
    if variant.plugin.type == PluginType.LOADERS:
        tap = f"{PARTNER_TAP} --config tap-config.json"
        return "\n".join([
            f"uv tool install {PARTNER_TAP}",
            f"{tap} --discover > catalog.json",
            f"{tap} --catalog catalog.json | {command} --config config.json > states.jsonl",
        ])  # fmt: skip
    return ""


def _tap_lines(command: str, known: set[Any]) -> str:
    tap = f"{command} --config config.json"
    target = f"{PARTNER_TARGET} --config target-config.json > states.jsonl"
    lines = [f"uv tool install {PARTNER_TARGET}"]
    # Older taps take their catalog by another name.
    option = (
        "properties" if "properties" in known and "catalog" not in known else "catalog"
    )
    chosen = ""
    if "discover" in known:
        lines.append(f"{tap} --discover > catalog.json")
        chosen = f" --{option} catalog.json"
    lines.append(f"{tap}{chosen} | {target}")
    if "state" in known:
        lines.append("tail -n 1 states.jsonl > state.json")
        lines.append(f"{tap}{chosen} --state state.json | {target}")
    return "\n".join(lines)


def _python(variant: Variant) -> str:
    """Return the newest Python on which a run saw the current release start, if any."""
    release, tried = variant.current_release, variant.tried
    if release is None or tried.get("version") != release.version:
        return ""
    runs = [one for one, said in tried["pythons"].items() if said == "yes"]
    return max(runs, key=Version, default="")


def _in_project(variant: Variant, pin: Pin) -> Way:
    """Return the entry for `meltano.yml`, pinned; its settings are filled in below it."""
    return Way(
        "project", "meltano.yml", entry_yaml(variant, pin.requirement), pin.words
    )
