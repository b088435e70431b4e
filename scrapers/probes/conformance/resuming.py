"""What a tap must do with a state that it wrote itself."""

from scrapers.probes.conformance import spec
from scrapers.probes.conformance.bookmarks import (
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
from scrapers.probes.conformance.cli import refuses
from scrapers.probes.conformance.recording import Kind, Recording
from scrapers.probes.conformance.records import record_counts

SHOULD, TAP = Level.SHOULD, Kind.TAP
RUN, RESUME = ("sync",), ("sync", "resume")


@declare(
    "S21",
    spec=spec.STATE_FILE,
    remedy="Take the value of a STATE message as the content of --state.",
    kind=TAP,
    needs=RESUME,
    after=RUN,
)
def own_state_is_taken(recording: Recording) -> Verdict:
    """It goes on from the state it wrote."""
    run = recording.runs["resume"]
    return passed() if run.is_ok else failed(f"With it, {run.ended}.")


@declare(
    "S21b",
    level=SHOULD,
    spec=spec.STATE_FILE,
    remedy="Ask the source for what is new only.",
    kind=TAP,
    after=RESUME,
)
def resuming_reads_less(recording: Recording) -> Verdict:
    """It reads no more from a state than from the beginning."""
    first, second = (record_counts(recording.runs[name]) for name in RESUME)
    if not first:
        return not_applicable("The first run printed no RECORD.")
    return found(
        f"{s}: {second[s]} records, {first[s]} before."
        for s in second
        if second[s] > first[s]
    )


@declare(
    "S21c",
    spec=spec.STATE_FILE,
    remedy="Begin with the bookmark that was given, and keep it if nothing is new.",
    kind=TAP,
    after=RESUME,
)
def resumed_bookmark_does_not_go_back(recording: Recording) -> Verdict:
    """A bookmark does not go back from one run to the next."""
    before = bookmarks_of(recording, recording.state)
    after = bookmarks_of(recording, final_state(recording, "resume"))
    both = [s for s in before if s in after and is_ordered(before[s], after[s])]
    if not both:
        told = "The second run printed no bookmark, or none in a sure order."
        return not_applicable(told)
    return found(
        f"{s}: {before[s]!r} before, {after[s]!r} now."
        for s in both
        if is_less(after[s], before[s])
    )


@declare(
    "S21d",
    level=SHOULD,
    spec=spec.KEEP_IN_MIND,
    remedy="Filter by the bookmark, in the query or before a record is written.",
    kind=TAP,
    after=RESUME,
)
def resumed_records_are_new(recording: Recording) -> Verdict:
    """No record is older than the bookmark."""
    before = bookmarks_of(recording, recording.state)
    if not before:
        return not_applicable("The state has no bookmark with a value.")
    said = keyed_records(recording, "resume")
    marked = [
        (m, value)
        for m, value in said
        if m.stream in before and is_ordered(value, before[m.stream])
    ]
    if not marked:
        return not_applicable("No record of a stream with a bookmark came.")
    return found(
        f"Line {m.line}: {m.stream} has {value!r}, the bookmark is {before[m.stream]!r}."
        for m, value in marked
        if is_less(value, before[m.stream])
    )


@declare(
    "S21f",
    spec=spec.STATE_FILE,
    remedy="Exit with 1 where the state can't be parsed; do not begin anew.",
    kind=TAP,
    needs=("broken-state",),
    after=RUN,
)
def broken_state_is_refused(recording: Recording) -> Verdict:
    """A state that is no JSON is refused."""
    return refuses(recording, "broken-state", "resume")


CHECKS = checks_of(globals())
