"""Bookmarks out of states, whoever wrote them, and what is before what.

The SDK keeps a value under a name of its own, the specification's example likewise; what
`singer.write_bookmark` writes is under the name of the replication key.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from scrapers.probes.conformance.catalogs import name_of, replication_of, streams_of
from scrapers.probes.conformance.messages import Message, messages, texts_in
from scrapers.probes.conformance.recording import Recording
from scrapers.probes.conformance.records import record_of

# Under what a bookmark is kept: by the SDK, and in the example of the specification.
VALUES = ("replication_key_value", "last_record")
# What stands beside a bookmark, or in its place where there is none yet.
BESIDE = frozenset(
    {
        "replication_key",
        "starting_replication_value",
        "replication_key_signpost",
        "version",
    }
)


# Where somebody is within pages, which begins anew with each list of them.
POSITION = re.compile(r"(?:^|_)(?:offset|page|cursor|skip)(?:$|_)")


def final_state(recording: Recording, run: str) -> Mapping[str, Any] | None:
    """Return the value of a run's last STATE, or None where it is no object."""
    said = messages(recording.runs[run].stdout, "STATE")
    value = said[-1].body.get("value") if said else None
    return value if isinstance(value, dict) else None


def bookmarks_of(recording: Recording, state: Any) -> dict[str, Any]:
    """Return the bookmarks in a state with a known value by stream: a number or a text each."""
    [marks] = bookmarks_in(recording, [state])
    return marks


def bookmarks_in(recording: Recording, states: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the same for each of the states.

    Streams are called as in messages, though most taps keep bookmarks by the catalog's id.
    """
    keys = replication_keys(recording)
    names = {
        s.get("tap_stream_id"): name_of(s)
        for s in streams_of(recording.catalog)
        if isinstance(s.get("tap_stream_id"), str) and name_of(s)
    }
    return [dict(_marks(state, keys, names)) for state in states]


def replication_keys(recording: Recording) -> dict[str, str]:
    """Return the replication key of each stream, by its SCHEMA or else by the catalog."""
    run = recording.runs.get("sync")
    schemas = messages(run.stdout, "SCHEMA") if run else ()
    written = ((m.stream, texts_in(m.body.get("bookmark_properties"))) for m in schemas)
    named = ((name_of(s), replication_of(s)[1]) for s in streams_of(recording.catalog))
    return {stream: key for stream, key in named if isinstance(key, str)} | {
        stream: keys[0] for stream, keys in written if len(keys) == 1
    }


def keyed_records(recording: Recording, run: str) -> Iterator[tuple[Message, Any]]:
    """Yield the records of a run that have their stream's replication key, with its value."""
    keys = replication_keys(recording)
    for message in messages(recording.runs[run].stdout, "RECORD"):
        value = record_of(message).get(keys.get(message.stream, ""))
        if _is_scalar(value):
            yield message, value


def is_less(one: Any, other: Any) -> bool:
    """Say whether one is surely less: numbers by value, texts of one kind by order."""
    if isinstance(one, str) and isinstance(other, str):
        for told in (
            _before(_instant(one), _instant(other)),
            _before(_number(one), _number(other)),
        ):
            if told is not None:
                return told
        return _is_before(one, other)
    if isinstance(one, str) or isinstance(other, str):
        return False
    left, right = _number(one), _number(other)
    # True, or what is no number: neither has an order.
    return left is not None and right is not None and left < right


def is_ordered(one: Any, other: Any) -> bool:
    """Say whether it is sure which of two comes first, or that they are the same."""
    return one == other or is_less(one, other) or is_less(other, one)


def _before[T: (datetime, Decimal)](one: T | None, other: T | None) -> bool | None:
    """Say whether one comes first; not where only one is of this kind, None where none is."""
    if one is None or other is None:
        return None if one is other else False
    return one < other


def _is_before(one: str, other: str) -> bool:
    """Say whether a text comes before another in whatever order its source has.

    `v9` comes before `v10` to some, and `a` before `B`: of two lengths nothing is sure, nor
    of what upper case decides.
    """
    return len(one) == len(other) and one < other and one.casefold() < other.casefold()


def _marks(
    state: Any, keys: Mapping[str, str], names: Mapping[Any, str]
) -> Iterator[tuple[str, Any]]:
    said = state.get("bookmarks") if isinstance(state, Mapping) else None
    for written, mark in (said if isinstance(said, dict) else {}).items():
        stream = names.get(written, written)
        value = _value_of(mark, keys.get(stream))
        if value is not None:
            yield stream, value


def _value_of(mark: Any, key: str | None) -> Any:
    """Return the value in one bookmark, None where it can't be told from what is beside it."""
    values = mark if isinstance(mark, dict) else {}
    named = [v for k, v in values.items() if k in VALUES]
    if named:
        return named[0] if _is_scalar(named[0]) else None
    if key is not None:
        return values[key] if _is_scalar(values.get(key)) else None
    left = [
        v
        for k, v in values.items()
        if k not in BESIDE and not POSITION.search(k) and _is_scalar(v)
    ]
    # Which of two it is nobody knows, and a token of somebody's pages has no order.
    return left[0] if len(left) == 1 and _has_order(left[0]) else None


def _is_scalar(value: Any) -> bool:
    return isinstance(value, int | float | str) and not isinstance(value, bool)


def _has_order(value: Any) -> bool:
    return not isinstance(value, str) or _instant(value) is not None


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _instant(text: str) -> datetime | None:
    """Return the moment that a text names, in UTC where it names no zone."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
