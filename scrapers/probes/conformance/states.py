"""What a tap must make of state: how it looks, what it covers, and that it can go on."""

from collections.abc import Iterable, Iterator
from typing import Any

from scrapers.probes.conformance import spec
from scrapers.probes.conformance.bookmarks import (
    bookmarks_in,
    bookmarks_of,
    final_state,
    is_less,
    is_ordered,
    keyed_records,
)
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
from scrapers.probes.conformance.sync import each_message

SHOULD, TAP = Level.SHOULD, Kind.TAP
RUN = ("sync",)


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
    if not bookmarks:
        return not_applicable("The final state has no bookmark.")
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
    marked = bookmarks_of(recording, final_state(recording, "sync"))
    if not states or not marked:
        return not_applicable("It printed no bookmark with a value.")
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
    marks = bookmarks_in(recording, (m.body.get("value") for m in said))
    if not any(marks):
        return not_applicable("It printed no bookmark with a value.")
    steps = list(_steps(zip((m.line for m in said), marks, strict=True)))
    if not steps:
        return not_applicable("No bookmark was written twice, or it has no sure order.")
    return found(
        f"Line {line}: {stream} goes from {was!r} to {now!r}."
        for line, stream, was, now in steps
        if is_less(now, was)
    )


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
    marks = bookmarks_of(recording, final_state(recording, "sync"))
    unsure = {
        message.stream
        for message, value in keyed_records(recording, "sync")
        if not is_ordered(marks.get(message.stream, value), value)
    }
    highest = {
        stream: high
        for stream, high in _highest(recording).items()
        if stream in marks.keys() - unsure
    }
    if not highest:
        told = "No stream has both a bookmark and a replication key, in a sure order."
        return not_applicable(told)
    return found(
        f"{s}: the bookmark is {marks[s]!r}, the highest value {h!r}."
        for s, h in highest.items()
        if is_less(marks[s], h) or is_less(h, marks[s])
    )


def _steps(
    series: Iterable[tuple[int, dict[str, Any]]],
) -> Iterator[tuple[int, str, Any, Any]]:
    """Yield each bookmark that follows another of its stream, with the line and with that."""
    last: dict[str, Any] = {}
    for line, marks in series:
        for stream, mark in marks.items():
            if stream in last and is_ordered(last[stream], mark):
                yield line, stream, last[stream], mark
            last[stream] = mark


def _highest(recording: Recording) -> dict[str, Any]:
    """Return the highest replication key of each stream's records."""
    highest: dict[str, Any] = {}
    for message, value in keyed_records(recording, "sync"):
        known = highest.setdefault(message.stream, value)
        highest[message.stream] = value if is_less(known, value) else known
    return highest


def _paths(value: Any, key: str, at: str = "") -> Iterator[str]:
    """Yield where a key with something in it stands, in objects and lists at any depth."""
    named = value.items() if isinstance(value, dict) else ()
    inside = enumerate(value) if isinstance(value, list) else named
    for name, inner in inside:
        if name == key and inner:
            yield f"{at}/{name}"
        yield from _paths(inner, key, f"{at}/{name}")


CHECKS = checks_of(globals())
