"""Fact chips: a few words that are true on their own, with a mark so colour is not alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.urls import reverse

from registry.maintenance import Maintenance, MaintenanceState
from registry.models import Plugin, Variant

DATE = "j F Y"
UPKEEP = {
    MaintenanceState.ACTIVE: ("Active", "", ""),
    MaintenanceState.QUIET: ("Quiet", "warn", "!"),
    MaintenanceState.SEEKING: ("Maintainer seeks help", "warn", "!"),
    MaintenanceState.NONE: ("Nobody looks after it", "warn", "!"),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """One fact. `tone` is a class of the stylesheet, `mark` a sign for who sees no colour.

    `place` is the address of what shows it, `on` the day of what was seen, if there is one.
    """

    text: str
    tone: str = ""
    mark: str = ""
    place: str = ""
    on: date | None = None


def chips(plugin: Plugin, variant: Variant) -> list[Chip]:
    """Return what a list says of a variant, each with the part of its page that shows it."""
    page = reverse("variant", args=(plugin.type, plugin.name, variant.name))
    said = [
        *withheld_chips(variant),
        tried_chip(variant.tried),
        *upkeep_chips(variant),
        *hidden_chips(variant),
    ]
    return [replace(one, place=page + one.place) for one in said]


def withheld_chips(variant: Variant) -> Iterator[Chip]:
    """Yield that its package is quarantined, and since when that is known."""
    if variant.withheld_at is not None:
        yield Chip("Quarantined", "bad", "×", "#notices", variant.withheld_at)


def tried_chip(tried: Mapping[str, Any]) -> Chip:
    """Return on which Pythons the current release was seen to install and start."""
    if not tried:
        # No probe has looked yet; that is no praise and no blame.
        return Chip("Not checked", mark="–", place="#tried")
    runs, fails = tried_on(tried, "yes"), tried_on(tried, "no")
    if runs and fails:
        said = f"Runs on Python {runs}, fails on {fails}", "warn", "!"
    elif runs:
        said = f"Runs on Python {runs}", "ok", "✓"
    elif fails:
        said = f"Fails on Python {fails}", "bad", "×"
    else:
        said = "Could not be tried", "", "–"
    return Chip(*said, "#tried", datetime.fromisoformat(tried["at"]))


def upkeep_chips(
    variant: Variant,
    maintenance: Maintenance | None = None,
    read_on: date | None = None,
) -> Iterator[Chip]:
    """Yield whether anyone looks after it: by its sources, or else as its definition says.

    `maintenance` is what the sources come to, where it was computed with its day; `read_on`
    when the definition was last read.
    """
    state = maintenance.state if maintenance else variant.maintenance
    said = variant.maintenance_status
    if variant.gone_at is not None:
        words = "Gone from all its sources"
        yield Chip(words, "warn", "!", "#says", variant.gone_at)
    elif state:
        since = maintenance.since if maintenance else None
        yield Chip(*UPKEEP[MaintenanceState(state)], "#about", since)
    elif said and said != "unknown":
        tone, mark = ("warn", "!") if said == "inactive" else ("", "")
        yield Chip(f"Its definition says: {said}", tone, mark, "#says", read_on)


def hidden_chips(variant: Variant, read_on: date | None = None) -> Iterator[Chip]:
    """Yield that its definition asks lists to leave it out."""
    if variant.hidden:
        yield Chip("Hidden by its definition", place="#says", on=read_on)


def tried_on(tried: Mapping[str, Any], answer: str) -> str:
    """Return the Pythons of which runs say yes, or no, in few words."""
    pythons: Mapping[str, str] = tried["pythons"]
    return python_versions([one for one, said in pythons.items() if said == answer])


def python_versions(versions: Any) -> str:
    """Return a list of Python versions in few words: an unbroken run becomes a range."""
    if not isinstance(versions, list):
        return ""
    minors = sorted(
        {int(text[2:]) for text in map(str, versions) if text[2:].isdecimal()}
    )
    if len(minors) > 2 and all(b - a == 1 for a, b in pairwise(minors)):
        return f"3.{minors[0]}–3.{minors[-1]}"
    return ", ".join(f"3.{minor}" for minor in minors)
