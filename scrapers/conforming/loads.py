"""What a sandbox answers for a loading ticket: which taps' records a target loads.

Nobody has the taps' services, so records are made up from the schemas that they were seen
to offer. A target that does not load the simplest fixture, with a config that was made up,
was not seen to do anything: it may need a database, and nothing is said of it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import batched
from typing import Any

from registry.facts import Json
from registry.loads import LAYOUT, Blocked
from registry.tried import Answer, Cause
from sandbox.workshop import Workshop
from scrapers.conforming.cases import Case, configured
from scrapers.conforming.command_line import about_of
from scrapers.conforming.driving import CantRun, Connector, drive
from scrapers.conforming.installing import Installed, installed
from scrapers.conforming.masking import masked
from scrapers.conforming.presets import Preset, made_up
from scrapers.conforming.replays import Replay, replays
from scrapers.conforming.verdicts import NotStarted, made_of
from scrapers.probes.conformance.comparing import compared
from scrapers.probes.conformance.lacking import step_of
from scrapers.probes.conformance.loading import BY_ID, SIMPLEST
from scrapers.probes.conformance.recording import Kind, RecordedRun
from scrapers.probes.conformance.written import by_id, rows_of
from scrapers.probes.invocation.causes import cause_of
from scrapers.probes.invocation.json_texts import cleaned
from scrapers.source_trees import asked

# As many as two sandboxes run to their end, however long each takes.
AT_ONCE = 8
TEXT_BYTES = 500
# What the machine lacks, and not the target.
LACKING = frozenset(
    {"config", "credentials", "network", "memory", "disk", "timed-out", "output",
     "refused", "processes"}
)  # fmt: skip
RAISED = re.compile(
    r"^(?:\w+\.){0,9}\w*(?:Error|Exception|Invalid\w*)\b.*", re.MULTILINE
)

LOG_LIMIT = 20_000
ABOUT = Case(name="about", args=("--about", "--format=json"))


@dataclass(frozen=True, slots=True)
class Seen:
    """What one tap's records came to: an answer, and its cause where that is not yes."""

    answer: Answer
    code: str = ""
    cause: str = ""
    read: int | None = None


def answer_loading(question: Mapping[str, Any], workshop: Workshop) -> Json:
    """Return for each tap in question whether the target loads what it would write.

    Raises NotStarted, what `asked` raises, and what `installed` raises but CantRun.
    """
    taps, wanted = question["taps"], asked(question, workshop)
    head: Json = {
        "layout": LAYOUT,
        "spec": wanted.shown,
        "commit": wanted.commit,
        "config_is_made_up": True,
        "loads": [],
    }
    if not taps:
        return head
    try:
        with installed(
            wanted.spec,
            python=str(question["python"]),
            workshop=workshop,
            rescue=str(question["rescue"]),
            kind=Kind.TARGET,
            source=wanted.source,
            beside=wanted.beside,
        ) as one:
            return head | made_of(one) | loads_of(one, taps)
    except CantRun as error:
        return head | _blocked(Blocked.NOT_INSTALLED, str(error))


def loads_of(one: Installed, taps: Sequence[Mapping[str, Any]]) -> Json:
    """Return what an installed target does with each tap's records. Raises NotStarted."""
    try:
        about = about_of(drive(one.connector, [ABOUT]))
        name, static = one.connector.name, one.connector.static
        preset = made_up(Kind.TARGET, name, about, static)
        lent = one.connector.postgres
        if preset.needs_postgres and not lent.folder:
            return _blocked(Blocked.SIMPLEST, lent.lack) | {"config_is_made_up": True}
        first = _case(SIMPLEST, preset, BY_ID[SIMPLEST].stdin)
        simplest = _driven(one.connector, preset, [first])[SIMPLEST]
        if simplest.is_ok:
            told = _all(one.connector, preset, simplest, taps)
        else:
            told = _blocked(Blocked.SIMPLEST, _cause(simplest).message)
    except CantRun as error:
        raise NotStarted(str(error)) from error
    kept: Json = masked(told, preset.secrets)
    return kept | {"config_is_made_up": not preset.is_real(loaded=simplest.is_ok)}


def _all(
    connector: Connector,
    preset: Preset,
    simplest: RecordedRun,
    taps: Sequence[Mapping[str, Any]],
) -> Json:
    """Return what each tap's records came to."""
    said = replays(taps)
    runs = _runs(connector, preset, said)
    seen = [_seen(one, run, simplest) for one, run in zip(said, runs, strict=True)]
    return {
        "loads": [_row(*these) for these in zip(taps, said, seen, strict=True)],
    }


def _blocked(code: Blocked, cause: str) -> Json:
    cause = cleaned(cause, text_limit=TEXT_BYTES)
    return {"blocked": {"code": code.value, "cause": cause}}


def _runs(
    connector: Connector, preset: Preset, said: Sequence[Replay]
) -> list[RecordedRun | None]:
    """Return the run of each tap for which there are messages."""
    cases = [
        _case(str(number), preset, one.said.messages)
        for number, one in enumerate(said)
        if one.said
    ]
    runs: dict[str, RecordedRun] = {}
    for some in batched(cases, AT_ONCE, strict=False):
        runs |= _driven(connector, preset, some)
    return [runs.get(str(number)) for number in range(len(said))]


def _driven(
    connector: Connector, preset: Preset, cases: Sequence[Case]
) -> dict[str, RecordedRun]:
    return drive(connector, cases, has_postgres=preset.needs_postgres)


def _case(name: str, preset: Preset, stdin: bytes) -> Case:
    return configured(name, preset.config, stdin=stdin, read_back=True)


def _seen(tap: Replay, run: RecordedRun | None, simplest: RecordedRun) -> Seen:
    """Return what a run shows, and nothing that only its config or its records may."""
    if tap.said is None or run is None:
        return Seen(Answer.UNKNOWN, "schemas", tap.problem)
    if run.is_ok:
        return _read_back(run, simplest, tap.said.messages)
    cause = _cause(run)
    if cause.code in LACKING:
        return Seen(Answer.UNKNOWN, cause.code, cause.message)
    if tap.said.doubt:
        said = f"{tap.said.doubt} It was refused: {cause.message}"
        return Seen(Answer.UNKNOWN, "doubt", said)
    return Seen(Answer.NO, cause.code, cause.message)


def _read_back(run: RecordedRun, simplest: RecordedRun, messages: bytes) -> Seen:
    """Return whether the rows of every stream are there, as `compared` finds them.

    Where the rows of the simplest fixture are not found, nothing is known of any.
    """
    rows = rows_of(simplest.output, "orders", alone=True)
    if simplest.output.unread or run.output.unread or not by_id(rows):
        return Seen(Answer.YES)
    said = compared(messages, run.output)
    if not said.gone:
        return Seen(Answer.YES, read=None if said.untold else said.read)
    gone = f"{said.gone} of {said.expected} rows are not there"
    streams = ", ".join(f"{n} of {name!r}" for name, n in said.lost.items())
    cause = f"It exits with 0, and {gone}{f': {streams}' if streams else ''}."
    return Seen(Answer.NO, "rows", cause, said.expected - said.gone)


def _cause(run: RecordedRun) -> Cause:
    """Return why a run failed: by the rules, or by the last error that it printed."""
    said = run.stderr.decode("utf-8", "replace")
    cause = cause_of(step_of(run, "load")) or Cause(
        code="unknown", message="It did not end well."
    )
    raised = RAISED.findall(said[-LOG_LIMIT:])
    if cause.code == "unknown" and raised:
        return replace(cause, message=f"{run.ended.capitalize()}: {raised[-1][:300]}")
    return cause


def _row(tap: Mapping[str, Any], given: Replay, seen: Seen) -> Json:
    return {
        "tap": tap["tap"],
        "version": tap["version"],
        "digest": tap["digest"],
        "streams": given.said.streams if given.said else 0,
        "sent": given.said.sent if given.said else 0,
        "read": seen.read,
        "answer": seen.answer.value,
        "code": seen.code,
        "cause": cleaned(seen.cause, text_limit=TEXT_BYTES),
    }
