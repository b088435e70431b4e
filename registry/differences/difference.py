"""One difference between two releases, and how two lists of named things are compared."""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
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
    SECRECY = "secrecy"
    KEYS = "keys"
    REPLICATION = "replication"
    NULL = "null"
    TEXT = "text"
    VALUE = "value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that differs. `subject` is its name: a setting's, `stream.field`, a Python.

    `is_read` says that it was read from the files of both releases, and seen in neither.
    """

    impact: Impact
    facet: Facet
    change: Change
    subject: str
    message: str
    is_read: bool = False

    def as_read(self) -> "Difference":
        """Return the same as what files say: what runs do may be another thing."""
        message = f"{self.message.removesuffix('.')}, as read from its files."
        return replace(self, is_read=True, message=message)


def membership(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    facet: Facet,
    sentence: Callable[[str], str],
    *,
    kept: float = math.inf,
) -> Iterator[Difference]:
    """Yield what went and what came, by its name.

    A list of as many as are `kept` may go on: nothing is missing in that.
    """
    for name in before.keys() ^ after.keys():
        is_gone = name in before
        if len(after if is_gone else before) >= kept:
            continue
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
    """Say whether two JSON values are the same: 1 is 1.0, and neither is true."""
    texts = [json.dumps(_whole(said), sort_keys=True) for said in (one, other)]
    return texts[0] == texts[1]


def _whole(value: Any) -> Any:
    """Return a JSON value in which a decimal without a fraction is a whole number."""
    if isinstance(value, dict):
        return {key: _whole(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    is_whole = isinstance(value, float) and value.is_integer()
    return int(value) if is_whole else value


def from_to(key: str, was: Json, now: Json) -> str:
    """Return what stands under a key and what stood there: "the kind `x`, and had `y`"."""
    said = [one.get(key) for one in (now, was)]
    after, before = map(shown, said)
    if after == before:
        # `1` may be a text as well, and an empty list is not nothing.
        after, before = (f"`{json.dumps(one)[:SHOWN_LIMIT]}`" for one in said)
    return f"the {key} {after}, and had {before}"


def shown(value: Any) -> str:
    """Return a value as a sentence has it: short, and as code."""
    if value in (None, "", []):
        return "none"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    short = text if len(text) <= SHOWN_LIMIT else f"{text[:SHOWN_LIMIT]}…"
    return f"`{short}`"
