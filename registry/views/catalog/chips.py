"""Fact chips: a few words that are true on their own, with a mark so colour is not alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.dateformat import format as format_date

from registry.models import Variant

DATE = "j F Y"


@dataclass(frozen=True, slots=True)
class Chip:
    """One fact. `tone` is a class of the stylesheet, `mark` a sign for who sees no colour."""

    text: str
    tone: str = ""
    mark: str = ""


# No probe has looked yet; that is no praise and no blame.
NOT_CHECKED = Chip("Not checked", mark="–")


def chips(variant: Variant) -> list[Chip]:
    """Return what a list says of a variant."""
    said = [*tried_chips(variant.tried)]
    if variant.gone_at is not None:
        day = format_date(variant.gone_at, DATE)
        said.append(Chip(f"Deprecated: gone since {day}", "warn", "!"))
    if status := variant.maintenance_status:
        is_quiet = status == "inactive"
        said.append(Chip(f"curated: {status}", *(("warn", "!") if is_quiet else ())))
    if variant.hidden:
        said.append(Chip("curated: hidden"))
    return said


def tried_chips(tried: Mapping[str, Any]) -> Iterator[Chip]:
    """Yield on which Pythons the current release was seen to install and start."""
    if not tried:
        yield NOT_CHECKED
        return
    pythons: Mapping[str, str] = tried["pythons"]
    on = {
        answer: [python for python, said in pythons.items() if said == answer]
        for answer in ("yes", "no")
    }
    if on["yes"]:
        yield Chip(f"Runs on Python {python_versions(on['yes'])}", "ok", "✓")
    if on["no"]:
        yield Chip(f"Fails on Python {python_versions(on['no'])}", "bad", "×")
    if not on["yes"] and not on["no"]:
        yield Chip("Could not be tried", mark="–")


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
