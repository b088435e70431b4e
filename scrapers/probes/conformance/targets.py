"""What a target must do whatever it is fed: states, keys, aborts, and its own folder."""

from collections.abc import Iterator
from typing import Any

from scrapers.probes.conformance import feeding, spec
from scrapers.probes.conformance.check import (
    Level,
    Verdict,
    checks_of,
    declare,
    ended_badly,
    failed,
    found,
    not_applicable,
    passed,
    skipped,
)
from scrapers.probes.conformance.fixtures import Fixture
from scrapers.probes.conformance.loading import (
    BY_ID,
    judge_fixture,
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
    return found(
        f"{run.name}: {run.ended}."
        for run in recording.runs.values()
        if run.ending is Ending.SIGNALLED
    )


@declare(
    "G04",
    spec=spec.STATE_FILE,
    remedy="Write the last state to stdout before the end, else it is all loaded again.",
    kind=TARGET,
    needs=("F01",),
)
def last_state_is_passed_on(recording: Recording) -> Verdict:
    """The last state is passed on."""
    return found(
        f"{run.name}: the input ends with a state, and that was not passed on."
        for run, fixture in loaded_runs(recording)
        if fixture.ends_with_state and states_of(run)[-1:] != [fixture.states[-1]]
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
    return found(
        f"{run.name}: it wrote {path}."
        for run in recording.runs.values()
        for path in run.output.escaped
    )


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
    "G10",
    spec=spec.BATCH,
    remedy="Read every file of the manifest as its encoding says.",
    kind=TARGET,
    needs=("G10",),
)
def batches_areloaded_runs(recording: Recording) -> Verdict:
    """A target with the capability batch loads the files of a BATCH."""
    if "batch" not in recording.capabilities:
        return not_applicable("It does not declare the capability batch.")
    run = recording.runs["G10"]
    if not run.is_ok:
        return ended_badly(run)
    return judge_fixture(feeding.BATCH, recording)


@declare(
    "G11",
    spec=spec.BATCH,
    remedy="End with an error for a BATCH that is not supported.",
    kind=TARGET,
    needs=("G10",),
)
def batches_are_not_dropped(recording: Recording) -> Verdict:
    """A target without the capability batch does not drop a BATCH in silence."""
    if "batch" in recording.capabilities:
        return not_applicable("It declares the capability batch.")
    return judge_fixture(feeding.BATCH, recording)


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
    return found(
        f"{run.name}: {path} holds a secret of the config."
        for run in recording.runs.values()
        for path in run.output.leaks
    )


def states_of(run: RecordedRun) -> list[Any]:
    """Return the states that a target passed on, in order.

    States may be any JSON; ours are objects.
    """
    read = (json_object(text) for text in run.stdout.split(b"\n") if text.strip())
    return [said for said in read if said is not None]


def loaded_runs(recording: Recording) -> Iterator[tuple[RecordedRun, Fixture]]:
    """Yield the runs that took a fixture with exit code 0."""
    for name, fixture in BY_ID.items():
        if run := recording.succeeded(name):
            yield run, fixture


def _strange(said: list[Any], sent: list[Any]) -> Iterator[Any]:
    """Yield states that are not in what is left of those that were sent.

    One may be passed on again: it still covers what it did.
    """
    at = 0
    for state in said:
        if state in sent[at:]:
            at = sent.index(state, at)
        else:
            yield state


CHECKS = checks_of(globals())
