"""What a tap must do with a state that it wrote itself."""

from scrapers.probes.conformance import spec
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
from scrapers.probes.conformance.messages import messages
from scrapers.probes.conformance.recording import Kind, Recording
from scrapers.probes.conformance.records import record_counts, record_of
from scrapers.probes.conformance.states import (
    bookmarks_of,
    final_state,
    is_less,
    replication_keys,
)

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
    before = bookmarks_of(recording.state)
    after = bookmarks_of(final_state(recording, "resume"))
    both = [s for s in before if s in after]
    if not both:
        return not_applicable("The second run printed no bookmark.")
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
    before = bookmarks_of(recording.state)
    if not before:
        return not_applicable("The state has no bookmark with a value.")
    keys = replication_keys(recording)
    return found(
        f"Line {m.line}: {m.stream} has {record_of(m)[keys[m.stream]]!r}, the bookmark "
        f"is {before[m.stream]!r}."
        for m in messages(recording.runs["resume"].stdout, "RECORD")
        if m.stream in before
        and keys.get(m.stream) in record_of(m)
        and is_less(record_of(m)[keys[m.stream]], before[m.stream])
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
    return refuses(recording.runs["broken-state"])


CHECKS = checks_of(globals())
