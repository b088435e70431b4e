"""What differs between two tried releases: in runs, and in their files."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from registry.catalog.installing import HEAD
from registry.differences import Difference, differences, worst_first
from registry.facts import Json
from registry.models import ProbeRun

# What is compared together: which settings are enough says nothing of others than these.
PARTS = (
    ("executable",),
    ("capabilities",),
    ("settings", "settings_group_validation"),
    ("streams",),
)

type ByPython = Mapping[str, ProbeRun]
type ByVersion = Mapping[str, ByPython]


def by_version(runs: Iterable[ProbeRun]) -> dict[str, dict[str, ProbeRun]]:
    """Return runs by version and Python, the newest version first."""
    found: dict[str, dict[str, ProbeRun]] = defaultdict(dict)
    for run in runs:
        found[run.version][run.python] = run
    return {one: found[one] for one in sorted(found, key=order, reverse=True)}


def order(version: str) -> tuple[bool, Version, str]:
    """Order versions as installers do: what is none first, and last what a branch holds."""
    return version == HEAD, _number(version) or Version("0.dev0"), version


def before(version: str, tried: ByVersion) -> str | None:
    """Return the tried release that `version` came after; None where that is not known.

    A commit or a branch has no place among numbers, but what nobody pinned comes last.
    """
    return next(
        (older for older, newer in successions(tried) if newer == version), None
    )


def successions(tried: ByVersion) -> list[tuple[str, str]]:
    """Return each release that has a tried one before it, that one first; the newest first."""
    placed = [one for one in tried if one == HEAD or _number(one) is not None]
    return [(older, newer) for newer, older in pairwise(placed)]


def _number(version: str) -> Version | None:
    try:
        return Version(version)
    except InvalidVersion:
        return None


@dataclass(frozen=True, slots=True)
class Compared:
    """What two releases say of the same, the older one first: in runs, and in their files.

    Nothing is in both: what files say counts where one of the two was not seen to tell it.
    """

    seen: tuple[Json, Json]
    read: tuple[Json, Json]

    def differences(self) -> tuple[Difference, ...]:
        """Return what differs, worst first; what was only read says so."""
        read = (one.as_read() for one in differences(*self.read))
        return worst_first([*differences(*self.seen), *read])


def compared(older: ByPython, newer: ByPython) -> Compared:
    """Return what two releases showed, each part of it on one Python.

    The newest one on which both showed it, so that it is no difference of Pythons. What was
    seen of one is never compared with what was read of the other, and what was read only
    with what a sandbox of the same layout read: else how it is known would differ, and not
    what it is. The Pythons they run on are compared where both were tried, and where the
    newer one says that it is not for one on which the older one was seen to run.
    """
    both = sorted(older.keys() & newer.keys(), key=order, reverse=True)
    seen = _parts(PARTS, [(older[one].surface, newer[one].surface) for one in both])
    unseen = [keys for keys in PARTS if keys[0] not in seen[0]]
    alike = [one for one in both if older[one].layout == newer[one].layout]
    read = _parts(unseen, [(older[one].code, newer[one].code) for one in alike])
    answers = {run[one].starts for run in (older, newer) for one in both}
    known = [] if "unknown" in answers else both
    dropped = _dropped(older, newer)
    if known or dropped:
        before, after = seen
        before["supported_python_versions"] = _running(older, [*known, *dropped])
        after["supported_python_versions"] = _running(newer, known)
    return Compared(seen, read)


def _parts(
    parts: Iterable[Sequence[str]], pairs: Sequence[tuple[Json, Json]]
) -> tuple[Json, Json]:
    """Return of each part what the first of the pairs has in which both tell it."""
    before: Json = {}
    after: Json = {}
    for keys in parts:
        telling = (pair for pair in pairs if all(keys[0] in one for one in pair))
        was, now = next(telling, ({}, {}))
        before |= {key: was[key] for key in keys if key in was}
        after |= {key: now[key] for key in keys if key in now}
    return before, after


def _dropped(older: ByPython, newer: ByPython) -> list[str]:
    """Return on which Pythons the older one runs that the newer one says it is not for.

    Nobody tries it there: a new `Requires-Python` is how most releases drop one.
    """
    said = next(filter(None, (run.requires_python for run in newer.values())), "")
    return [
        python
        for python, run in older.items()
        if python not in newer and run.starts == "yes" and not is_for(said, python)
    ]


def is_for(requires_python: str, python: str) -> bool:
    """Say whether a release is for a Python, by what it says; for all where it says nothing.

    Source: PyPA, core metadata, `Requires-Python`.
    """
    try:
        # Any patch release will do: `>=3.9.1` is true of 3.9.
        return f"{python}.99" in SpecifierSet(requires_python)
    except ValueError:
        return True


def _running(runs: ByPython, pythons: Iterable[str]) -> list[str]:
    running = [one for one in pythons if runs[one].starts == "yes"]
    return sorted(running, key=order)
