"""Checks out of fixtures: whether a target loaded, or refused, what it was fed."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from scrapers.probes.conformance import faults, shapes, values
from scrapers.probes.conformance.check import (
    Check,
    Verdict,
    ended_badly,
    ended_without,
    failed,
    found,
    not_applicable,
    passed,
    skipped,
    tail,
)
from scrapers.probes.conformance.fixtures import Expected, Fixture, Record
from scrapers.probes.conformance.messages import json_object
from scrapers.probes.conformance.recording import Ending, Kind, RecordedRun, Recording
from scrapers.probes.conformance.written import RowsById, by_id, differences, rows_of

FIXTURES: tuple[Fixture, ...] = (
    *shapes.FIXTURES,
    *values.FIXTURES,
    *faults.FIXTURES,
)
# If it is not loaded, nothing that is refused was refused for what is wrong with it.
SIMPLEST = "F01"
# Its streams are called like files elsewhere.
ESCAPING = "F26"
UNWRITTEN = "It wrote nothing to its folder."
WHOLE = re.compile(r"-?[0-9]{1,20}")
BY_ID: Mapping[str, Fixture] = {fixture.id: fixture for fixture in FIXTURES}


def judge_fixture(fixture: Fixture, recording: Recording) -> Verdict:
    """Return whether a target did with a fixture what it has to do."""
    run = recording.runs[fixture.id]
    if fixture.id != SIMPLEST and recording.succeeded(SIMPLEST) is None:
        return not_applicable("Not even the simplest fixture was loaded (F01).")
    if run.ending is Ending.SIGNALLED:
        return ended_badly(run)
    # What all others write elsewhere is told once, by G06: it does not break their rules.
    if run.output.escaped and fixture.id == ESCAPING:
        return failed(f"It wrote outside its folder: {run.output.escaped[0]}.")
    if not run.is_ok:
        return _refused(fixture, run, recording)
    if fixture.expected is Expected.REFUSED:
        return failed("It exits with 0.")
    if fixture.rows:
        return _read_back(fixture, run, recording)
    return WITHOUT_ROWS.get(fixture.id, _loaded)(fixture, run)


def states_of(run: RecordedRun) -> list[Any]:
    """Return the states that a target passed on, in order.

    States may be any JSON; ours are objects.
    """
    read = (json_object(text) for text in run.stdout.split(b"\n") if text.strip())
    return [said for said in read if said is not None]


def unread_reason(run: RecordedRun, recording: Recording) -> str:
    """Return why the rows of a run can't be judged, or nothing.

    If those of the simplest fixture are found, later ones that are not found are lost.
    """
    simplest = recording.succeeded(SIMPLEST)
    if run.output.unread:
        return run.output.unread
    if simplest is None:
        return "The simplest fixture was not loaded."
    if simplest.output.unread:
        return simplest.output.unread
    rows = rows_of(simplest.output, "orders", alone=True)
    return "" if by_id(rows) else "Nothing that it wrote could be found and read."


def rows_there(fixture: Fixture, run: RecordedRun, stream: str) -> set[int]:
    """Return the ids of a stream's rows that were read back."""
    return {int(key) for key in _rows(fixture, run, stream) if WHOLE.fullmatch(key)}


def _refused(fixture: Fixture, run: RecordedRun, recording: Recording) -> Verdict:
    if fixture.expected is not Expected.LOADED:
        return passed(f"It refuses it: {tail(run)}")
    if fixture.id == SIMPLEST:
        return ended_without(run, is_synthetic=recording.is_synthetic)
    return ended_badly(run)


def _read_back(fixture: Fixture, run: RecordedRun, recording: Recording) -> Verdict:
    # F01 itself is judged, since nothing there to be found is what it asks.
    if reason := unread_reason(run, recording):
        return skipped(f"It exits with 0; its rows were not read back: {reason}")
    return found(
        problem
        for stream, sent in fixture.rows.items()
        for problem in _differing(stream, sent, _rows(fixture, run, stream))
    )


def _loaded(fixture: Fixture, run: RecordedRun) -> Verdict:
    """Return a pass: to end well is all that is asked."""
    return passed()


def _is_passed_on(fixture: Fixture, run: RecordedRun) -> Verdict:
    if fixture.states[-1] in states_of(run):
        return passed()
    return failed("It exits with 0, and passes no state on.")


def _stays_inside(fixture: Fixture, run: RecordedRun) -> Verdict:
    """Return a pass for what wrote files, and all of them within its folder."""
    return passed() if run.output.files else not_applicable(UNWRITTEN)


# What is asked besides the exit code of fixtures without rows.
WITHOUT_ROWS: Mapping[str, Callable[[Fixture, RecordedRun], Verdict]] = {
    "F04": _is_passed_on,
    ESCAPING: _stays_inside,
}


def _rows(fixture: Fixture, run: RecordedRun, stream: str) -> RowsById:
    return by_id(rows_of(run.output, stream, alone=len(fixture.rows) == 1))


def _differing(stream: str, sent: tuple[Record, ...], rows: RowsById) -> Iterator[str]:
    """Yield what is gone of a stream's records, and what its rows have otherwise."""
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
