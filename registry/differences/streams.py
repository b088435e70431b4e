"""What differs in the streams of two releases, and in their fields."""

from collections.abc import Iterator, Mapping
from typing import Any

from registry.differences.difference import (
    Change,
    Difference,
    Facet,
    Impact,
    from_to,
    membership,
    named,
    same,
)
from registry.facts import Json


def stream_differences(
    older: Mapping[str, Any], newer: Mapping[str, Any]
) -> Iterator[Difference]:
    """Yield how the streams differ, their keys, their replication and their fields."""
    was, now = older.get("streams"), newer.get("streams")
    if not isinstance(was, list) or not isinstance(now, list):
        return
    before, after = named(was, "id"), named(now, "id")
    yield from membership(before, after, Facet.STREAM, "The stream `{}`".format)
    for name in before.keys() & after.keys():
        yield from _stream(name, before[name], after[name])
        yield from _fields(name, before[name], after[name])


def _stream(name: str, was: Json, now: Json) -> Iterator[Difference]:
    for key, impact, change, word in (
        ("key_properties", Impact.BREAKING, Change.KEYS, "key"),
        ("replication_method", Impact.BEHAVIOURAL, Change.REPLICATION, "replication"),
        ("replication_keys", Impact.BEHAVIOURAL, Change.REPLICATION, "replication key"),
    ):
        if key in was and key in now and not same(was[key], now[key]):
            words = from_to(key, was, now).replace(key, word, 1)
            yield Difference(
                impact=impact,
                facet=Facet.STREAM,
                change=change,
                subject=name,
                message=f"The stream `{name}` has {words}.",
            )


def _fields(name: str, was: Json, now: Json) -> Iterator[Difference]:
    before, after = was.get("fields"), now.get("fields")
    if not isinstance(before, dict) or not isinstance(after, dict):
        return
    old = {f"{name}.{field}": {"kind": kind} for field, kind in before.items()}
    new = {f"{name}.{field}": {"kind": kind} for field, kind in after.items()}
    yield from membership(old, new, Facet.FIELD, "The field `{}`".format)
    for field in old.keys() & new.keys():
        if not same(old[field]["kind"], new[field]["kind"]):
            words = from_to("kind", old[field], new[field]).replace("kind", "type", 1)
            yield Difference(
                impact=Impact.BREAKING,
                facet=Facet.FIELD,
                change=Change.KIND,
                subject=field,
                message=f"The field `{field}` has {words}.",
            )
