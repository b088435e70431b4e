"""What a target must do whatever it is fed: states, keys, aborts, and its own folder."""

from collections.abc import Iterator
from typing import Any

from scrapers.probes.conformance import spec
from scrapers.probes.conformance.check import (
    Level,
    Verdict,
    checks_of,
    declare,
    failed,
    found,
    inconclusive,
    not_applicable,
    passed,
    skipped,
)
from scrapers.probes.conformance.fixtures import Expected, Fixture
from scrapers.probes.conformance.lacking import limit_of
from scrapers.probes.conformance.loading import (
    BY_ID,
    UNWRITTEN,
    states_of,
    unread_reason,
)
from scrapers.probes.conformance.messages import json_object
from scrapers.probes.conformance.recording import (
    Ending,
    Kind,
    RecordedRun,
    Recording,
)
from scrapers.probes.conformance.written import by_id, column, rows_of
from scrapers.probes.invocation.json_texts import mapping_of

TARGET, INFO = Kind.TARGET, Level.INFO


@declare(
    "G01",
    spec=spec.STATE,
    remedy="Write logs to stderr; stdout is for the values of STATE messages.",
    kind=TARGET,
    needs=("F01",),
)
def stdout_has_states_alone(recording: Recording) -> Verdict:
    """stdout has only states, as JSON."""
    if not any(run.stdout.strip() for run, _ in loaded_runs(recording)):
        return not_applicable("It printed nothing where it loaded a fixture.")
    return found(
        f"{run.name}: {text[:100].decode('utf-8', 'replace')!r} is no state."
        for run, _ in loaded_runs(recording)
        for text in run.stdout.split(b"\n")
        if text.strip() and json_object(text) is None
    )


@declare(
    "G02",
    spec=spec.STATE,
    remedy="Pass states on as they came and in their order; leave out older ones.",
    kind=TARGET,
    needs=("F01",),
)
def states_are_those_that_came(recording: Recording) -> Verdict:
    """Only states that came are passed on, in their order."""
    if not any(states_of(run) for run, _ in loaded_runs(recording)):
        return not_applicable("It passed no state on.")
    return found(
        f"{run.name}: it passes on {said!r}, which did not come, or not then."
        for run, fixture in loaded_runs(recording)
        for said in _strange(states_of(run), list(fixture.states))
    )


@declare(
    "G03",
    spec=spec.OUTPUT,
    remedy="Catch the fault, and exit with 1 and a message.",
    kind=TARGET,
)
def no_signal_ends_it(recording: Recording) -> Verdict:
    """It never dies of a signal."""
    if not recording.runs:
        return not_applicable("There was no run.")
    died = [r for r in recording.runs.values() if r.ending is Ending.SIGNALLED]
    stopped = {run.name: limit for run in died if (limit := limit_of(run))}
    crashed = [run for run in died if run.name not in stopped]
    for name, limit in () if crashed else stopped.items():
        return inconclusive(f"The run {name!r} says nothing: {limit}")
    return found(f"{run.name}: {run.ended}." for run in crashed)


@declare(
    "G04",
    spec=spec.STATE_FILE,
    remedy="Write the last state to stdout before the end, else it is all loaded again.",
    kind=TARGET,
    needs=("F01",),
)
def last_state_is_passed_on(recording: Recording) -> Verdict:
    """The last state is passed on."""
    loaded = [one for one in loaded_runs(recording) if one[1].ends_with_state]
    if not loaded:
        return not_applicable("It loaded no fixture that ends with a state.")
    return found(
        f"{run.name}: the input ends with a state, and that was not passed on."
        for run, fixture in loaded
        if states_of(run)[-1:] != [fixture.states[-1]]
    )


@declare(
    "G04b",
    level=Level.SHOULD,
    spec=spec.STATE_FILE,
    remedy="Keep the last state when records follow it, and pass it on at the end.",
    kind=TARGET,
    needs=("F66",),
)
def earlier_state_is_passed_on(recording: Recording) -> Verdict:
    """A state that more records follow is passed on."""
    run = recording.runs["F66"]
    if not run.is_ok:
        return not_applicable("It did not take the records that follow.")
    return passed() if states_of(run) else failed("It passed no state on at all.")


@declare(
    "G06",
    spec=spec.SECURITY,
    remedy="Replace separators and dots in names of streams before they name files.",
    kind=TARGET,
    needs=("F26",),
)
def nothing_leaves_its_folder(recording: Recording) -> Verdict:
    """No run writes outside the folder it was given."""
    written = [run for run in recording.runs.values() if run.output.files]
    escaped = [(r, path) for r in recording.runs.values() for path in r.output.escaped]
    if not written and not escaped:
        return not_applicable(UNWRITTEN)
    return found(f"{run.name}: it wrote {path}." for run, path in escaped)


@declare(
    "G07",
    level=INFO,
    spec=spec.SCHEMA,
    remedy="Say in the documentation whether rows are merged by their key.",
    kind=TARGET,
    after=("G07",),
)
def second_load_merges(recording: Recording) -> Verdict:
    """A second load of the same records merges them by their key."""
    run = recording.runs["G07"]
    if reason := unread_reason(run, recording):
        return skipped(reason)
    rows = by_id(rows_of(run.output, "orders", alone=True))
    if set(rows) != {"1", "2"}:
        return failed(f"After two loads of the ids 1 and 2, {sorted(rows)} are there.")
    if all(len(same) == 1 for same in rows.values()):
        return passed("It merges rows.")
    return failed("It appends rows: each is there twice.")


@declare(
    "G08",
    spec=spec.SCHEMA,
    remedy="Keep the last record of a key, or all in their order.",
    kind=TARGET,
    after=("G08",),
)
def last_of_a_key_is_kept(recording: Recording) -> Verdict:
    """Of records with one key, the last is kept, or all."""
    run = recording.runs["G08"]
    if reason := unread_reason(run, recording):
        return skipped(reason)
    rows = rows_of(run.output, "orders", alone=True)
    names = [column(row, "name") for row in rows]
    if names == ["c"]:
        return passed("It merges rows.")
    if sorted(map(str, names)) == ["a", "b", "c"]:
        return passed("It appends rows.")
    return failed(f"Of a, b and c it keeps {names}.")


@declare(
    "G12",
    spec=spec.SECRETS,
    remedy="Leave config values out of what is written.",
    kind=TARGET,
)
def secrets_are_not_written(recording: Recording) -> Verdict:
    """No secret of the config is in what it writes."""
    if not recording.secrets:
        return not_applicable("No secret was in the config.")
    runs = recording.runs.values()
    if not any(run.output.files or run.output.tables for run in runs):
        return not_applicable(UNWRITTEN)
    return found(
        f"{run.name}: {path} holds a secret of the config."
        for run in runs
        for path in run.output.leaks
    )


def loaded_runs(recording: Recording) -> Iterator[tuple[RecordedRun, Fixture]]:
    """Yield the runs that took a fixture with exit code 0, and should have."""
    for name, fixture in BY_ID.items():
        run = recording.succeeded(name)
        if run is not None and fixture.expected is not Expected.REFUSED:
            yield run, fixture


def _strange(said: list[Any], sent: list[Any]) -> Iterator[Any]:
    """Yield states that are not in what is left of those that were sent.

    One may be passed on again: it still covers what it did.
    """
    at = 0
    for state in said:
        if state in sent[at:]:
            at = sent.index(state, at)
        elif not _is_joined(state, sent):
            yield state


def _is_joined(state: Any, sent: list[Any]) -> bool:
    """Say whether a state is the bookmarks of several that came, each as it came.

    What keeps a batch for each stream can promise no more than the bookmarks of those that
    it has written: so do PipelineWise's targets.
    """
    marks = mapping_of(state).get("bookmarks")
    if not isinstance(marks, dict) or len(marks) < 2 or len(state) > 1:
        return False
    came = [mapping_of(mapping_of(one).get("bookmarks")) for one in sent]
    return all(
        any(stream in each and each[stream] == mark for each in came)
        for stream, mark in marks.items()
    )


CHECKS = checks_of(globals())
