"""One difference between two releases, and how two lists of named things are compared."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from registry.facts import Json

SHOWN_LIMIT = 80
By = Mapping[str, Json]


class Impact(StrEnum):
    """Whom a difference concerns, worst first.

    Breaking: a project that worked may fail. Behavioural: it runs and does something else.
    Additive: there is more to use. Cosmetic: it only reads differently.
    """

    BREAKING = "breaking"
    BEHAVIOURAL = "behavioural"
    ADDITIVE = "additive"
    COSMETIC = "cosmetic"


class Facet(StrEnum):
    """What part of a connector differs, in the order in which it is told."""

    EXECUTABLE = "executable"
    PYTHON = "python"
    CAPABILITY = "capability"
    SETTING = "setting"
    GROUP = "group"
    STREAM = "stream"
    FIELD = "field"


class Change(StrEnum):
    """What happened to it."""

    REMOVED = "removed"
    ADDED = "added"
    REQUIRED = "required"
    OPTIONAL = "optional"
    KIND = "kind"
    DEFAULT = "default"
    OPTIONS = "options"
    KEYS = "keys"
    REPLICATION = "replication"
    TEXT = "text"
    VALUE = "value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that differs. `subject` is its name: a setting's, `stream.field`, a Python."""

    impact: Impact
    facet: Facet
    change: Change
    subject: str
    message: str

    def as_json(self) -> Json:
        """Return the difference as it is kept in a row."""
        return {
            "impact": self.impact.value,
            "facet": self.facet.value,
            "change": self.change.value,
            "subject": self.subject,
            "message": self.message,
        }


def membership(
    before: By, after: By, facet: Facet, sentence: Callable[[str], str]
) -> Iterator[Difference]:
    """Yield what went and what came, by its name."""
    for name in before.keys() ^ after.keys():
        is_gone = name in before
        yield Difference(
            impact=Impact.BREAKING if is_gone else Impact.ADDITIVE,
            facet=facet,
            change=Change.REMOVED if is_gone else Change.ADDED,
            subject=name,
            message=f"{sentence(name)} is {'gone' if is_gone else 'new'}.",
        )


def named(listed: Iterable[Any], key: str = "name") -> By:
    """Return mappings by their names; the first of a name counts."""
    by_name: dict[str, Json] = {}
    for one in listed:
        name = one.get(key) if isinstance(one, dict) else None
        if isinstance(name, str):
            by_name.setdefault(name, one)
    return by_name


def same(one: Any, other: Any) -> bool:
    """Say whether two JSON values are the same: 1 is neither 1.0 nor true."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def from_to(key: str, was: Json, now: Json) -> str:
    """Return what stands under a key and what stood there: "the kind `x`, and had `y`"."""
    return f"the {key} {_shown(now.get(key))}, and had {_shown(was.get(key))}"


def _shown(value: Any) -> str:
    if value in (None, "", []):
        return "none"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    short = text if len(text) <= SHOWN_LIMIT else f"{text[:SHOWN_LIMIT]}…"
    return f"`{short}`"
