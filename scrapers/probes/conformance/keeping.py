"""What a target must have kept, when it ends in the middle, of what it has promised."""

from typing import Any

from scrapers.probes.conformance import feeding, spec
from scrapers.probes.conformance.check import (
    Verdict,
    checks_of,
    declare,
    failed,
    found,
    not_applicable,
    passed,
    skipped,
)
from scrapers.probes.conformance.fixtures import Fixture
from scrapers.probes.conformance.loading import (
    BY_ID,
    rows_there,
    states_of,
    unread_reason,
)
from scrapers.probes.conformance.recording import Kind, RecordedRun, Recording
from scrapers.probes.conformance.targets import loaded_runs

TARGET = Kind.TARGET


@declare(
    "G05",
    spec=spec.KEEP_IN_MIND,
    remedy="Pass a state on only when all records before it are written.",
    kind=TARGET,
    needs=("F65",),
)
def failure_passes_on_what_is_kept(recording: Recording) -> Verdict:
    """After a fault, states that were passed on cover only rows that are there."""
    return _is_covered(recording, "F65", BY_ID["F65"])


@declare(
    "G09",
    spec=spec.KEEP_IN_MIND,
    remedy="Flush and close what is written, then pass the state on.",
    kind=TARGET,
    needs=("G09",),
)
def kill_leaves_what_was_promised(recording: Recording) -> Verdict:
    """When it is killed, rows are there of all states that it passed on."""
    return _is_covered(recording, "G09", feeding.KILLED)


@declare(
    "G13",
    spec=spec.OUTPUT,
    remedy="Exit with 1 where a record can't be written, and say which.",
    kind=TARGET,
    after=("F01",),
)
def no_record_is_lost_in_silence(recording: Recording) -> Verdict:
    """Where it exits with 0, no record is lost, whatever was wrong with it."""
    if reason := unread_reason(recording.runs["F01"], recording):
        return skipped(reason)
    return found(
        f"{run.name}: {len(lost)} of {len(sent)} records of {stream!r} are gone."
        for run, fixture in loaded_runs(recording)
        for stream, sent in fixture.rows.items()
        if (lost := _lost(fixture, run, stream)) and not run.output.unread
    )


def _is_covered(recording: Recording, name: str, fixture: Fixture) -> Verdict:
    """Return whether rows are there of all that the last state passed on covers."""
    run = recording.runs[name]
    promised = max((_sent(state, "orders") for state in states_of(run)), default=0)
    if not promised:
        return not_applicable("It passed no state on that covers a record.")
    if reason := unread_reason(run, recording):
        return skipped(reason)
    there = rows_there(fixture, run, "orders")
    lost = [n for n in range(1, promised + 1) if n not in there]
    if not lost:
        return passed(f"{promised} records promised, {len(there)} there.")
    return failed(f"It promised {promised} records; {len(lost)} of them are gone.")


def _lost(fixture: Fixture, run: RecordedRun, stream: str) -> set[int]:
    sent = {row["id"] for row in fixture.rows[stream]}
    return sent - rows_there(fixture, run, stream)


def _sent(said: Any, stream: str) -> int:
    try:
        return int(said["bookmarks"][stream]["sent"])
    except (KeyError, TypeError, ValueError):
        return 0


CHECKS = checks_of(globals())
