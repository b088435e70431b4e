"""Which capabilities a recording shows at work, and which it shows to be none.

A declaration is no evidence, and neither is a run in which nothing came: "yes" is said where
the thing itself was seen, "no" where its contrary was, and nothing else is said at all.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TypedDict

from scrapers.probes.conformance import feeding
from scrapers.probes.conformance.batches import batch_runs
from scrapers.probes.conformance.bookmarks import (
    bookmarks_of,
    is_less,
    keyed_records,
)
from scrapers.probes.conformance.check import Report, Result
from scrapers.probes.conformance.deleting import GONE, MARKED, what_became_of
from scrapers.probes.conformance.discovery import streams_in
from scrapers.probes.conformance.lacking import knows_not
from scrapers.probes.conformance.messages import messages
from scrapers.probes.conformance.recording import Ending, Kind, Recording
from scrapers.probes.conformance.records import record_counts

YES, NO = "yes", "no"
OPTIONS = {"--catalog": "catalog", "--properties": "properties"}
# What validators say of records.
MISFIT = re.compile(
    rb"is not of type|is a required property|[Ff]ailed validating|must contain \["
    rb"|must be (?:integer|null or integer)"
)


class Shown(TypedDict):
    """A capability's word, whether it was seen at work, by which check, and how."""

    word: str
    answer: str
    check: str
    because: str


def shown(report: Report, recording: Recording) -> list[Shown]:
    """Return what a recording shows of capabilities, one entry at most for each word."""
    results = {one.check.id: one.verdict.result for one in report.judged}
    said = of_tap if recording.kind is Kind.TAP else of_target
    found = {one["word"]: one for one in said(results, recording)}
    return list(found.values())


type Results = Mapping[str, Result]


def of_tap(results: Results, recording: Recording) -> Iterator[Shown]:
    """Yield what the runs of a tap show."""
    yield from _option("about", "C03", results, recording)
    yield from _option("discover", "D01", results, recording)
    yield from _selecting(results, recording)
    yield from _resuming(results, recording)
    if results.get("S24") is Result.PASS and batch_runs(recording):
        yield _seen("batch", "S24", "It wrote BATCH messages as they have to be.")
    elif results.get("S24") is Result.NOT_APPLICABLE and _has_records(recording):
        told = "With a batch_config it wrote RECORD messages all the same."
        yield _refuted("batch", "S24", told)
    if results.get("S23") is Result.PASS:
        told = "It wrote ACTIVATE_VERSION messages as they have to be."
        yield _seen("activate-version", "S23", told)


def of_target(results: Results, recording: Recording) -> Iterator[Shown]:
    """Yield what the runs of a target show."""
    yield from _option("about", "C03", results, recording)
    yield from _deleting(results, recording)
    batch = recording.succeeded("G10")
    if batch and Result.PASS in (results.get("G10"), results.get("G11")):
        check = "G10" if results.get("G10") is Result.PASS else "G11"
        yield _seen("batch", check, "The rows of a BATCH were there afterwards.")
    elif batch and results.get("G11") is Result.FAIL:
        told = "It exits with 0 on a BATCH, and its rows are not there."
        yield _refuted("batch", "G11", told)
    if recording.succeeded("F01") and _is_misfit(recording, "F16", "F63"):
        told = "It refused a record without a required field, and one of a wrong type."
        yield _seen("validate-records", "F16", told)


def _option(
    word: str, check: str, results: Results, recording: Recording
) -> Iterator[Shown]:
    """Yield whether an option is answered, by what a run with it alone has printed."""
    run = recording.runs.get(word)
    if run is None:
        return
    if results.get(check) is Result.PASS and (word == "about" or streams_in(recording)):
        yield _seen(word, check, f"It answers to --{word} as it has to.")
    elif knows_not(run, f"--{word}"):
        yield _refuted(word, check, f"It does not know the option --{word}.")


def _selecting(results: Results, recording: Recording) -> Iterator[Shown]:
    """Yield whether the catalog that it was given decided what came."""
    for check, name in (("S20", "sync-less-streams"), ("S20b", "sync-less-fields")):
        run = recording.succeeded(name)
        word = next((OPTIONS[a] for a in run.args if a in OPTIONS), "") if run else ""
        if not run or not word:
            continue
        if results.get(check) is Result.PASS:
            told = f"What the catalog did not select, {run.stdin!r}, did not come."
            yield _seen(word, check, told)
        elif check == "S20" and results.get(check) is Result.FAIL:
            told = (
                f"The stream {run.stdin!r} came though the catalog did not select it."
            )
            yield _refuted(word, check, told)


def _resuming(results: Results, recording: Recording) -> Iterator[Shown]:
    """Yield whether it read on from a bookmark, or all that it had read once more."""
    if results.get("S21") is not Result.PASS or recording.succeeded("sync") is None:
        return
    marks = bookmarks_of(recording, recording.state)
    first, again, second = (
        _counts(recording, n) for n in ("sync", "sync-again", "resume")
    )
    older = _older(recording, marks)
    steady = [s for s in sorted(marks) if first[s] > 0 and first[s] == again[s]]
    for stream in steady:
        if second[stream] < first[stream]:
            counts = (
                f"{first[stream]} records came, and {second[stream]} from its state"
            )
            told = f"{stream}: {counts}."
            yield _seen("state", "S21b", told)
            return
    for stream in steady:
        if second[stream] == first[stream] and older[stream]:
            told = f"{stream}: the same {first[stream]} records came in spite of a bookmark."
            yield _refuted("state", "S21d", told)
            return


def _counts(recording: Recording, name: str) -> Counter[str]:
    run = recording.succeeded(name)
    return record_counts(run) if run else Counter()


def _older(recording: Recording, marks: Mapping[str, object]) -> Counter[str]:
    """Return how many records came from a state that are older than its bookmark."""
    said = keyed_records(recording, "resume")
    return Counter(
        m.stream
        for m, value in said
        if m.stream in marks and is_less(value, marks[m.stream])
    )


def _deleting(results: Results, recording: Recording) -> Iterator[Shown]:
    """Yield what became of rows of an older version, whether or not it is declared.

    One that loses what came before a state has deleted nothing; one that does not say its
    settings may only have to be told.
    """
    keeps = results.get("F30") is Result.PASS
    for run, word, check, how in (
        ("G14", "soft-delete", "G16", MARKED),
        ("G15", "hard-delete", "G15", GONE),
        ("G14", "activate-version", "G14", ""),
    ):
        # Nothing is said of what it took too long to judge.
        is_open = results.get(check) is Result.INCONCLUSIVE
        if is_open or recording.succeeded(run) is None:
            continue
        said = what_became_of(recording, run, feeding.VERSIONED, feeding.OLD_NAMES)
        is_so = said.result is Result.PASS and how in ("", said.detail)
        if is_so and (keeps or said.detail == MARKED):
            told = (
                f"Rows of an older version: {said.detail[0].lower()}{said.detail[1:]}"
            )
            yield _seen(word, check, told)
        elif said.result is Result.FAIL and check == "G14" and recording.about:
            yield _refuted(word, check, said.detail)


def _has_records(recording: Recording) -> bool:
    """Say whether it wrote records when it was told to write batches."""
    run = recording.succeeded("batch")
    return run is not None and bool(messages(run.stdout, "RECORD"))


def _is_misfit(recording: Recording, *names: str) -> bool:
    """Say whether all of these runs ended with what a validator says of a record."""
    runs = [recording.runs.get(name) for name in names]
    return all(
        run is not None
        and run.ending is Ending.EXITED
        and not run.is_ok
        and MISFIT.search(run.stderr)
        for run in runs
    )


def _seen(word: str, check: str, because: str) -> Shown:
    return {"word": word, "answer": YES, "check": check, "because": because}


def _refuted(word: str, check: str, because: str) -> Shown:
    return {"word": word, "answer": NO, "check": check, "because": because}
