"""What a tap must make of state: how it looks, what it covers, and that it can go on."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from scrapers.probes.conformance import spec
from scrapers.probes.conformance.catalogs import name_of, replication_of, streams_of
from scrapers.probes.conformance.check import (
    Level,
    Verdict,
    checks_of,
    declare,
    failed,
    found,
    not_applicable,
    passed,
)
from scrapers.probes.conformance.messages import Message, messages
from scrapers.probes.conformance.recording import Kind, Recording
from scrapers.probes.conformance.records import record_of
from scrapers.probes.conformance.sync import each_message

SHOULD, TAP = Level.SHOULD, Kind.TAP
RUN = ("sync",)
# Under what a bookmark is kept: by the SDK, and in the example of the specification.
VALUES = ("replication_key_value", "last_record")


@declare(
    "S13",
    spec=spec.STATE,
    remedy='Write the state as an object under "value".',
    kind=TAP,
    needs=RUN,
)
@each_message("STATE")
def state_is_an_object(message: Message) -> str:
    """Every STATE has a value that is an object."""
    value = message.body.get("value")
    return "" if isinstance(value, dict) else f"its value is {value!r}"


@declare(
    "S14",
    level=SHOULD,
    spec=spec.BOOKMARKS,
    remedy='Keep the state of a stream in {"bookmarks": {STREAM: {...}}}.',
    kind=TAP,
    needs=RUN,
)
def bookmarks_have_their_shape(recording: Recording) -> Verdict:
    """Bookmarks are objects by stream."""
    state = final_state(recording, "sync")
    if not state:
        return not_applicable("It printed no state with anything in it.")
    bookmarks = state.get("bookmarks")
    if not isinstance(bookmarks, dict):
        return failed('The final state has no object "bookmarks".')
    bad = (s for s, b in bookmarks.items() if not isinstance(b, dict))
    return found(f"The bookmark of {stream!r} is no object." for stream in bad)


@declare(
    "S15",
    level=SHOULD,
    spec=spec.STATE_FILE,
    remedy="Write a STATE after the last record, else it is read again.",
    kind=TAP,
    after=RUN,
)
def state_comes_last(recording: Recording) -> Verdict:
    """A STATE follows the last record of every stream with a bookmark."""
    stdout = recording.runs["sync"].stdout
    states = messages(stdout, "STATE")
    marked = bookmarks_of(final_state(recording, "sync"))
    if not states or not marked:
        return not_applicable("It printed no bookmark.")
    late = (
        m
        for m in messages(stdout, "RECORD")
        if m.line > states[-1].line and m.stream in marked
    )
    return found(f"Line {m.line}: a record of {m.stream!r} after it." for m in late)


@declare(
    "S16",
    spec=spec.KEEP_IN_MIND,
    remedy="Turn progress markers into bookmarks when a stream is done.",
    kind=TAP,
    after=RUN,
)
def no_progress_is_left(recording: Recording) -> Verdict:
    """The final state has no progress markers."""
    state = final_state(recording, "sync")
    if state is None:
        return not_applicable("It printed no state.")
    return found(f"There are some at {p!r}." for p in _paths(state, "progress_markers"))


@declare(
    "S16b",
    level=SHOULD,
    spec=spec.KEEP_IN_MIND,
    remedy="Remove currently_syncing when the run is done.",
    kind=TAP,
    after=RUN,
)
def nothing_is_in_work(recording: Recording) -> Verdict:
    """The final state has no stream in work."""
    state = final_state(recording, "sync")
    if state is None:
        return not_applicable("It printed no state.")
    said = state.get("currently_syncing")
    return failed(f"currently_syncing is {said!r}.") if said else passed()


@declare(
    "S17",
    spec=spec.KEEP_IN_MIND,
    remedy="Keep the highest value; read in ascending order where that is possible.",
    kind=TAP,
    needs=RUN,
)
def bookmarks_only_rise(recording: Recording) -> Verdict:
    """A bookmark never goes back."""
    said = messages(recording.runs["sync"].stdout, "STATE")
    series = [(m.line, bookmarks_of(m.body.get("value"))) for m in said]
    if not any(marks for _, marks in series):
        return not_applicable("It printed no bookmark with a value.")
    return found(_falls(series))


@declare(
    "S17b",
    level=SHOULD,
    spec=spec.BOOKMARKS,
    remedy="Keep the highest replication key of all records as the bookmark.",
    kind=TAP,
    after=RUN,
)
def bookmark_is_the_highest(recording: Recording) -> Verdict:
    """The bookmark is the highest value that was read."""
    marks = bookmarks_of(final_state(recording, "sync"))
    highest = {s: h for s, h in _highest(recording).items() if s in marks}
    if not highest:
        return not_applicable("No stream has both a bookmark and a replication key.")
    return found(
        f"{s}: the bookmark is {marks[s]!r}, the highest value {h!r}."
        for s, h in highest.items()
        if is_less(marks[s], h) or is_less(h, marks[s])
    )


def final_state(recording: Recording, run: str) -> Mapping[str, Any] | None:
    """Return the value of a run's last STATE, or None where it is no object."""
    said = messages(recording.runs[run].stdout, "STATE")
    value = said[-1].body.get("value") if said else None
    return value if isinstance(value, dict) else None


def bookmarks_of(state: Any) -> dict[str, Any]:
    """Return the bookmarks with a known value by stream: a number or a text each."""
    said = state.get("bookmarks") if isinstance(state, Mapping) else None
    marks = {}
    for stream, mark in (said if isinstance(said, dict) else {}).items():
        values = mark if isinstance(mark, dict) else {}
        named = [v for k, v in values.items() if k in VALUES]
        if named and isinstance(named[0], int | float | str):
            marks[stream] = named[0]
    return marks


def _falls(series: list[tuple[int, dict[str, Any]]]) -> Iterator[str]:
    highest: dict[str, Any] = {}
    for line, marks in series:
        for stream, mark in marks.items():
            if stream in highest and is_less(mark, highest[stream]):
                yield f"Line {line}: {stream} goes from {highest[stream]!r} to {mark!r}."
            highest[stream] = mark


def _highest(recording: Recording) -> dict[str, Any]:
    """Return the highest replication key of each stream's records."""
    keys = replication_keys(recording)
    highest: dict[str, Any] = {}
    for message in messages(recording.runs["sync"].stdout, "RECORD"):
        if message.stream not in keys:
            continue
        value = record_of(message).get(keys[message.stream])
        if isinstance(value, int | float | str):
            known = highest.setdefault(message.stream, value)
            highest[message.stream] = value if is_less(known, value) else known
    return highest


def replication_keys(recording: Recording) -> dict[str, str]:
    """Return the replication key of each stream of the catalog."""
    named = ((name_of(s), replication_of(s)[1]) for s in streams_of(recording.catalog))
    return {stream: key for stream, key in named if isinstance(key, str)}


def is_less(one: Any, other: Any) -> bool:
    """Say whether one is surely less: numbers by value, texts of one kind by order."""
    if isinstance(one, str) and isinstance(other, str):
        moments = _instant(one), _instant(other)
        if moments[0] is None or moments[1] is None:
            return one < other
        return moments[0] < moments[1]
    if isinstance(one, str) or isinstance(other, str):
        return False
    try:
        return Decimal(str(one)) < Decimal(str(other))
    except InvalidOperation:
        # True, or what is no number: neither has an order.
        return False


def _instant(text: str) -> datetime | None:
    """Return the moment that a text names, in UTC where it names no zone."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _paths(value: Any, key: str, at: str = "") -> Iterator[str]:
    """Yield where a key with something in it stands, in objects and lists at any depth."""
    named = value.items() if isinstance(value, dict) else ()
    inside = enumerate(value) if isinstance(value, list) else named
    for name, inner in inside:
        if name == key and inner:
            yield f"{at}/{name}"
        yield from _paths(inner, key, f"{at}/{name}")


CHECKS = checks_of(globals())
