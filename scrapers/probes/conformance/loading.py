"""Checks out of fixtures: whether a target loaded, or refused, what it was fed."""

import re
from collections.abc import Iterator, Mapping
from functools import partial

from scrapers.probes.conformance import faults, shapes, values
from scrapers.probes.conformance.check import (
    Check,
    Verdict,
    failed,
    found,
    inconclusive,
    not_applicable,
    passed,
    skipped,
    tail,
)
from scrapers.probes.conformance.fixtures import Expected, Fixture, Record
from scrapers.probes.conformance.recording import Ending, Kind, RecordedRun, Recording
from scrapers.probes.conformance.written import by_id, differences, rows_of

FIXTURES: tuple[Fixture, ...] = (
    *shapes.FIXTURES,
    *values.FIXTURES,
    *faults.FIXTURES,
)
# If it is not loaded, nothing that is refused was refused for what is wrong with it.
SIMPLEST = "F01"
WHOLE = re.compile(r"-?[0-9]{1,20}")
BY_ID: Mapping[str, Fixture] = {fixture.id: fixture for fixture in FIXTURES}


def judge_fixture(fixture: Fixture, recording: Recording) -> Verdict:
    """Return whether a target did with a fixture what it has to do."""
    run = recording.runs[fixture.id]
    if fixture.id != SIMPLEST and not _loads_anything(recording):
        return not_applicable("Not even the simplest fixture was loaded (F01).")
    if run.ending is Ending.SIGNALLED:
        return failed(f"{run.ended.capitalize()}.", tail(run))
    if run.output.escaped:
        return failed(f"It wrote outside its folder: {run.output.escaped[0]}.")
    if not run.is_ok:
        return _refused(fixture, run, recording)
    if fixture.expected is Expected.REFUSED:
        return failed("It exits with 0.")
    return _read_back(fixture, run, recording) if fixture.rows else passed()


def can_be_read(recording: Recording) -> str:
    """Return why rows of this target can't be read back, or nothing.

    If those of the simplest fixture are found, later ones that are not found are lost.
    """
    run = recording.runs.get(SIMPLEST)
    if run is None or not run.is_ok:
        return "The simplest fixture was not loaded."
    if run.output.unread:
        return run.output.unread
    rows = rows_of(run.output, "orders", alone=True)
    return "" if by_id(rows) else "Nothing that it wrote could be found and read."


def rows_there(fixture: Fixture, run: RecordedRun, stream: str) -> set[int]:
    """Return the ids of a stream's rows that were read back."""
    rows = rows_of(run.output, stream, alone=len(fixture.rows) == 1)
    return {int(key) for key in by_id(rows) if WHOLE.fullmatch(key)}


def _refused(fixture: Fixture, run: RecordedRun, recording: Recording) -> Verdict:
    if fixture.expected is not Expected.LOADED:
        return passed(f"It refuses it: {tail(run)}")
    if fixture.id == SIMPLEST and recording.is_synthetic:
        return inconclusive(f"It may need a real config: {tail(run)}")
    return failed(f"{run.ended.capitalize()}.", tail(run))


def _loads_anything(recording: Recording) -> bool:
    run = recording.runs.get(SIMPLEST)
    return run is not None and run.is_ok


def _read_back(fixture: Fixture, run: RecordedRun, recording: Recording) -> Verdict:
    # F01 itself is judged, since nothing there to be found is what it asks.
    reason = run.output.unread or can_be_read(recording)
    if reason:
        return skipped(f"It exits with 0; its rows were not read back: {reason}")
    streams = fixture.rows.items()
    return found(
        problem
        for stream, sent in streams
        for problem in _lost(fixture, run, stream, sent)
    )


def _lost(
    fixture: Fixture, run: RecordedRun, stream: str, sent: tuple[Record, ...]
) -> Iterator[str]:
    rows = by_id(rows_of(run.output, stream, alone=len(fixture.rows) == 1))
    gone = [record["id"] for record in sent if str(record["id"]) not in rows]
    if gone:
        yield (
            f"{stream}: {len(gone)} of {len(sent)} records are gone, exit code 0 "
            f"notwithstanding; the first has the id {gone[0]}."
        )
    for record in sent:
        for row in rows.get(str(record["id"]), ())[-1:]:
            yield from (f"{stream}: {what}." for what in differences(record, row))


def _check(fixture: Fixture) -> Check:
    return Check(
        id=fixture.id,
        title=fixture.title,
        level=fixture.level,
        spec=fixture.spec,
        remedy=fixture.remedy,
        rule=partial(judge_fixture, fixture),
        kind=Kind.TARGET,
        needs=(fixture.id,),
    )


CHECKS: tuple[Check, ...] = tuple(
    _check(fixture) for fixture in sorted(FIXTURES, key=lambda f: f.id)
)
