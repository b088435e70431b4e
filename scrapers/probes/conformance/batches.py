"""BATCH messages: records in files, as taps write them and targets load them."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from scrapers.probes.conformance import feeding, spec
from scrapers.probes.conformance.check import (
    Result,
    Verdict,
    checks_of,
    declare,
    ended_badly,
    found,
    found_on_lines,
    not_applicable,
    skipped,
)
from scrapers.probes.conformance.loading import judge_fixture
from scrapers.probes.conformance.messages import Message, is_texts, messages, texts_in
from scrapers.probes.conformance.recording import (
    Kind,
    Output,
    RecordedRun,
    Recording,
)
from scrapers.probes.conformance.schemas import (
    Validator,
    record_problem,
    usable_validator,
)

TAP, TARGET = Kind.TAP, Kind.TARGET
RUN = ("sync",)


@declare(
    "S24",
    spec=spec.BATCH,
    remedy="Write manifest as a list of addresses, encoding with a format.",
    kind=TAP,
    needs=RUN,
)
def batches_have_their_shape(recording: Recording) -> Verdict:
    """A BATCH names its files and how they are written."""
    said = [m for run in batch_runs(recording) for m in messages(run.stdout, "BATCH")]
    if not said:
        return _no_batch(recording)
    return found_on_lines((m.line, p) for m in said for p in _batch_problems(m))


@declare(
    "S24b",
    spec=spec.BATCH,
    remedy="Close and name each file before its BATCH is written.",
    kind=TAP,
    needs=RUN,
)
def batch_files_fit(recording: Recording) -> Verdict:
    """The files of a BATCH are there, and fit the schema."""
    runs = batch_runs(recording)
    if not runs:
        return _no_batch(recording)
    # Where nobody told it the folder of the run, they may rightly lie elsewhere.
    seen = [r for r in runs if r.name == "batch" or _has_files(r)]
    if not seen:
        return skipped("The files of its BATCH are not in the folder of its run.")
    said = found(p for run in seen for p in _bad_files(run.stdout, run.output))
    if said.result is Result.PASS and not any(map(_has_rows, seen)):
        return skipped("The files of its BATCH are there, and nobody could read them.")
    return said


@declare(
    "G10",
    spec=spec.BATCH,
    remedy="Read every file of the manifest as its encoding says.",
    kind=TARGET,
    needs=("G10",),
)
def batches_are_loaded(recording: Recording) -> Verdict:
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


def batch_runs(recording: Recording) -> list[RecordedRun]:
    """Return the runs with a BATCH in them, whether or not it was asked for."""
    made = (recording.runs.get("sync"), recording.succeeded("batch"))
    return [run for run in made if run is not None and messages(run.stdout, "BATCH")]


def _no_batch(recording: Recording) -> Verdict:
    if recording.succeeded("batch"):
        return not_applicable("It wrote no batch although a batch_config was given.")
    if run := recording.runs.get("batch"):
        return not_applicable(f"With a batch_config {run.ended}.")
    return not_applicable("It wrote no batch, and does not declare the capability.")


def _has_files(run: RecordedRun) -> bool:
    """Say whether all files of a run's BATCH messages are in its folder."""
    return all(
        any(path.endswith(address.rpartition("/")[2]) for path in run.output.files)
        for m in messages(run.stdout, "BATCH")
        for address in texts_in(m.body.get("manifest"))
    )


def _has_rows(run: RecordedRun) -> bool:
    """Say whether a file of a run's BATCH messages was read back."""
    read = {PurePosixPath(table.name).name for table in run.output.tables if table.rows}
    return any(
        _stem(address.rpartition("/")[2]) in read
        for message in messages(run.stdout, "BATCH")
        for address in texts_in(message.body.get("manifest"))
    )


def _batch_problems(message: Message) -> Iterator[str]:
    manifest, encoding = message.body.get("manifest"), message.body.get("encoding")
    if not message.stream:
        yield "it names no stream"
    if not is_texts(manifest):
        yield "its manifest is no list of addresses"
    if not isinstance(encoding, dict) or not isinstance(encoding.get("format"), str):
        yield "its encoding names no format"


def _bad_files(stdout: bytes, output: Output) -> Iterator[str]:
    rows = {PurePosixPath(t.name).name: t.rows for t in output.tables}
    validators: dict[str, Validator] = {}
    for message in messages(stdout, "SCHEMA", "BATCH"):
        if message.type == "SCHEMA":
            said = message.body.get("schema")
            validators[message.stream] = usable_validator(said)
            continue
        for address in texts_in(message.body.get("manifest")):
            name = address.rpartition("/")[2]
            if not any(path.endswith(name) for path in output.files):
                yield f"Line {message.line}: {name!r} is not there."
            validator = validators.get(message.stream, usable_validator({}))
            for row in rows.get(_stem(name), ()):
                if problem := record_problem(validator, row):
                    yield f"{name}: {problem}."


def _stem(name: str) -> str:
    """Return a file's name without what says its format, as tables are called."""
    return PurePosixPath(name.removesuffix(".gz")).stem


CHECKS = checks_of(globals())
