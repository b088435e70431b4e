"""What two runs installed differently. Pure.

Packages are as a sandbox recorded them, which is foreign: whatever stands in one is shown as
text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.facts import Json
from registry.foreign import objects_in

ABSENT = "none"

type Package = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Moved:
    """A package that two runs installed differently, with both in words."""

    name: str
    before: str
    after: str

    def __str__(self) -> str:
        if self.before == ABSENT:
            return f"{self.name} {self.after} (new)"
        if self.after == ABSENT:
            return f"{self.name} {self.before} (gone)"
        return f"{self.name} {self.before} → {self.after}"


def packages_in(record: Mapping[str, Any]) -> list[Json]:
    """Return the packages of a run's record, whatever a sandbox sent as such."""
    return objects_in(record.get("packages"))


def moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Moved] | None:
    """Return the packages that the runs of two records installed differently, by name.

    None where either came to no list of them: what it would have installed is not known.
    """
    old, new = (
        {str(one.get("name")): one for one in packages_in(record)}
        for record in (before, after)
    )
    if not old or not new:
        return None
    return [
        Moved(name, _shown(old.get(name)), _shown(new.get(name), old.get(name)))
        for name in sorted(old.keys() | new.keys())
        if _identity(old.get(name)) != _identity(new.get(name))
    ]


def _identity(one: Package | None) -> tuple[Any, Any] | None:
    return None if one is None else (one.get("version"), one.get("sha256"))


def _shown(one: Package | None, other: Package | None = None) -> str:
    """Return a package's version; of the same one as `other`, that its file differs."""
    if one is None:
        return ABSENT
    version = str(one.get("version"))
    if other is None or other.get("version") != one.get("version"):
        return version
    return f"{version}, another file"
