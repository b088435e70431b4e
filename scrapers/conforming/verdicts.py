"""What a sandbox answers for a conformance ticket: verdicts on a release, no recording."""

import json
from collections.abc import Mapping
from typing import Any

from registry.facts import Json
from sandbox.workshop import Workshop
from scrapers.apart import CPU_S, Overrun, apart
from scrapers.conformance_report import as_json
from scrapers.conforming import CantRun, record
from scrapers.conforming.installing import Installed, installed
from scrapers.conforming.masking import masked
from scrapers.probes.conformance import CHECKS, VERSION, judge
from scrapers.probes.conformance.check import Judged, Report, inconclusive
from scrapers.probes.conformance.recording import Recording
from scrapers.probes.invocation.json_texts import cleaned
from scrapers.source_trees import asked

# Of each text: a message, and the end of what was printed.
TEXT_BYTES = 500
# Of a whole record, as JSON.
RECORD_BYTES = 300_000
TOO_LONG = "Judging what it wrote took too long, and was stopped."


class NotStarted(OSError):
    """This machine could not run anything; it says nothing of the connector."""


def answer_conformance(question: Mapping[str, Any], workshop: Workshop) -> Json:
    """Return the verdicts on the release in question; none where it can't be installed.

    Judged here, next to the recording, which is megabytes and is not kept. Raises NotStarted,
    what `asked` raises, and what `installed` raises but CantRun.
    """
    spec, source = asked(question, workshop)
    head: Json = {"layout": VERSION, "spec": spec, "problem": ""}
    head["commit"] = source.commit if source else ""
    try:
        with installed(
            spec,
            python=str(question["python"]),
            workshop=workshop,
            rescue=str(question["rescue"]),
            source=source,
        ) as one:
            return head | made_of(one) | _judged(spec, one)
    except CantRun as error:
        return head | {"problem": cleaned(str(error), text_limit=TEXT_BYTES)}


def made_of(one: Installed) -> Json:
    """Return what a record says of how its release was installed and held."""
    return {
        "lock": one.lock,
        "rescue": one.rescue,
        "interpreter": one.interpreter,
        "platform": one.platform,
        "level": one.level,
    }


def judged_apart(name: str, recording: Recording, *, cpu_s: int = CPU_S) -> Json:
    """Return the report on a recording, whatever its schemas would have the judge do."""
    try:
        said: Json = apart(report_of, name, recording, cpu_s=cpu_s)
    except Overrun:
        meant = [one for one in CHECKS if one.kind in (None, recording.kind)]
        said = as_json(
            name,
            Report(tuple(Judged(one, inconclusive(TOO_LONG)) for one in meant)),
            recording,
        )
        return fitted(said, recording)
    return said


def report_of(name: str, recording: Recording) -> Json:
    """Return the report as it is kept. It may take for ever: see `judged_apart`."""
    return fitted(as_json(name, judge(recording), recording), recording)


def fitted(said: Json, recording: Recording) -> Json:
    """Return a report without secrets, with short texts, and not too long as a whole."""
    kept: Json = cleaned(masked(said, recording.secrets), text_limit=TEXT_BYTES)
    if len(json.dumps(kept)) > RECORD_BYTES:
        kept["runs"] = []
    if len(json.dumps(kept)) > RECORD_BYTES:
        kept["checks"] = [{**one, "evidence": []} for one in kept["checks"]]
    return kept


def _judged(spec: str, one: Installed) -> Json:
    try:
        recording = record(one.kind, one.connector)
    except CantRun as error:
        raise NotStarted(str(error)) from error
    except RecursionError:
        return {"problem": "Its catalog is nested too deeply to be handed back to it."}
    return judged_apart(spec, recording)
