"""What differs in the fields of a stream, those within others by their paths: `s.a.b`.

Whom it concerns is who reads the rows. A field that is gone or has another type breaks his
queries; one that may be empty now gives him rows that he did not get before; one that is
never empty any more takes nothing from him. What is within a field is compared where both
releases say it: an object without `properties` may hold anything.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from registry.differences.difference import (
    Change,
    Difference,
    Facet,
    Impact,
    from_to,
    membership,
)
from registry.facts import Json
from registry.tried.offers import FIELDS_KEPT

# Whatever a schema is, this ends.
DEPTH = 20
ALTERNATIVES = ("anyOf", "oneOf", "allOf")
ALTERNATIVES_LIMIT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """What is said of a field; an empty `type` and None are not known.

    One that `leads_elsewhere` has its type behind a reference, which is not followed.
    """

    type: str = ""
    leads_elsewhere: bool = False
    may_be_null: bool | None = None
    members: Mapping[str, Any] | None = None
    items: Any = None


def field_differences(name: str, was: Json, now: Json) -> Iterator[Difference]:
    """Yield how a stream's fields differ, by the schemas that both have.

    Where one has none, because it was too large to keep, the types of the topmost fields
    are compared alone.
    """
    before, after = (_shape(one.get("schema")).members for one in (was, now))
    if before is None or after is None:
        before, after = was.get("fields"), now.get("fields")
    if isinstance(before, dict) and isinstance(after, dict):
        kept = FIELDS_KEPT if before is was.get("fields") else math.inf
        yield from _members(name, before, after, depth=DEPTH, kept=kept)


def _members(
    path: str,
    was: Mapping[str, Any],
    now: Mapping[str, Any],
    *,
    depth: int,
    kept: float = math.inf,
) -> Iterator[Difference]:
    before = {f"{path}.{name}": said for name, said in was.items()}
    after = {f"{path}.{name}": said for name, said in now.items()}
    sentence = "The field `{}`".format
    yield from membership(before, after, Facet.FIELD, sentence, kept=kept)
    for one in before.keys() & after.keys():
        yield from _field(one, before[one], after[one], depth=depth)


def _field(path: str, was: Any, now: Any, *, depth: int) -> Iterator[Difference]:
    before, after = _shape(was), _shape(now)
    for impact, change, words in (*_type(before, after), *_null(before, after)):
        yield Difference(
            impact=impact,
            facet=Facet.FIELD,
            change=change,
            subject=path,
            message=f"The field `{path}` {words}.",
        )
    if not depth:
        return
    if before.members is not None and after.members is not None:
        yield from _members(path, before.members, after.members, depth=depth - 1)
    if before.items is not None and after.items is not None:
        yield from _field(f"{path}[]", before.items, after.items, depth=depth - 1)


def _type(was: _Shape, now: _Shape) -> Iterator[tuple[Impact, Change, str]]:
    is_open = was.leads_elsewhere or now.leads_elsewhere
    if was.type != now.type and not is_open:
        is_known = bool(was.type and now.type)
        words = from_to("type", {"type": was.type}, {"type": now.type})
        impact = Impact.BREAKING if is_known else Impact.COSMETIC
        yield impact, Change.KIND, f"has {words}"


def _null(was: _Shape, now: _Shape) -> Iterator[tuple[Impact, Change, str]]:
    match was.may_be_null, now.may_be_null:
        case (False, True):
            yield Impact.BEHAVIOURAL, Change.NULL, "may be empty now"
        case (True, False):
            yield Impact.COSMETIC, Change.NULL, "is never empty any more"


def _shape(said: Any) -> _Shape:
    """Return what a JSON Schema says of a value, or the words that are kept of its type.

    Source: JSON Schema, `type`, `format`, `properties`, `items` and the alternatives.
    """
    if isinstance(said, str):
        return _Shape(type=said)
    if not isinstance(said, dict):
        return _Shape()
    parts = [said, *_alternatives(said)]
    words = {word for part in parts for word in _types(part)}
    if "number" in words:
        # Each integer is one.
        words.discard("integer")
    formats = [part["format"] for part in parts if isinstance(part.get("format"), str)]
    return _Shape(
        type=" ".join([*sorted(words - {"null"}), *formats[:1]]),
        leads_elsewhere=not words and any("$ref" in part for part in parts),
        may_be_null="null" in words if words else None,
        members=_members_of(parts),
        items=_first(parts, "items"),
    )


def _alternatives(schema: Json) -> list[Json]:
    """Return the schemas of which a value fits one, or all."""
    lists = [schema.get(word) for word in ALTERNATIVES]
    parts = [one for each in lists if isinstance(each, list) for one in each]
    return [one for one in parts[:ALTERNATIVES_LIMIT] if isinstance(one, dict)]


def _types(schema: Json) -> list[str]:
    """Return the types that a schema says, else those of the values that it lists."""
    said = schema.get("type")
    listed = said if isinstance(said, list) else [said]
    words = [word for word in listed if isinstance(word, str)]
    values = schema.get("enum")
    values = values if isinstance(values, list) else []
    values = [schema["const"]] if "const" in schema else values[:ALTERNATIVES_LIMIT]
    return words or [word for value in values if (word := _type_of(value))]


def _type_of(value: Any) -> str:
    """Return the JSON type of a value."""
    # A yes or no is an integer to Python.
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string",
             list: "array", dict: "object", type(None): "null"}  # fmt: skip
    return next((word for kind, word in kinds.items() if isinstance(value, kind)), "")


def _members_of(parts: list[Json]) -> Json | None:
    """Return the properties of all parts, whichever comes first; None where none has any."""
    said = [
        part["properties"] for part in parts if isinstance(part.get("properties"), dict)
    ]
    members: Json = {}
    for one in reversed(said):
        members |= one
    return members if said else None


def _first(parts: list[Json], key: str) -> Any:
    """Return the first object under a key; None where there is none."""
    found = (part[key] for part in parts if isinstance(part.get(key), dict))
    return next(found, None)
