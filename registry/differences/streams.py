"""What differs in the streams of two releases, in their keys and their replication."""

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
from registry.differences.fields import field_differences
from registry.facts import Json
from registry.tried.offers import STREAMS_KEPT


def stream_differences(
    older: Mapping[str, Any], newer: Mapping[str, Any]
) -> Iterator[Difference]:
    """Yield how the streams differ, their keys, their replication and their fields."""
    was, now = older.get("streams"), newer.get("streams")
    if not isinstance(was, list) or not isinstance(now, list):
        return
    before, after = named(was, "id"), named(now, "id")
    sentence = "The stream `{}`".format
    yield from membership(before, after, Facet.STREAM, sentence, kept=STREAMS_KEPT)
    for name in before.keys() & after.keys():
        yield from _stream(name, before[name], after[name])
        yield from field_differences(name, before[name], after[name])


def _stream(name: str, was: Json, now: Json) -> Iterator[Difference]:
    for key, impact, change, word in (
        ("key_properties", Impact.BREAKING, Change.KEYS, "key"),
        ("replication_method", Impact.BEHAVIOURAL, Change.REPLICATION, "replication"),
        ("replication_keys", Impact.BEHAVIOURAL, Change.REPLICATION, "replication key"),
    ):
        if key in was and key in now and not same(_plain(key, was), _plain(key, now)):
            words = from_to(key, was, now).replace(key, word, 1)
            yield Difference(
                impact=impact,
                facet=Facet.STREAM,
                change=change,
                subject=name,
                message=f"The stream `{name}` has {words}.",
            )


def _plain(key: str, stream: Json) -> Any:
    """Return what stands under a key; of a key of several fields the order says nothing."""
    said = stream[key]
    is_set = key == "key_properties" and isinstance(said, list)
    return sorted(said, key=str) if is_set else said
