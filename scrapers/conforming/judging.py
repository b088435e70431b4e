"""Recordings are judged, in a process with limits, and the report is cut to what is kept.

That process begins here, without settings: nothing of Django's may be imported.
"""

import json

from registry.facts import Json
from scrapers.apart import CPU_S, Overrun, apart
from scrapers.conformance_report import as_json
from scrapers.conforming.masking import masked
from scrapers.probes.conformance import CHECKS, judge
from scrapers.probes.conformance.check import Judged, Report, inconclusive
from scrapers.probes.conformance.recording import Recording
from scrapers.probes.invocation.json_texts import cleaned

# Of each text: a message, and the end of what was printed.
TEXT_BYTES = 500
# Of a whole record, as JSON.
RECORD_BYTES = 300_000
TOO_LONG = "Judging what it wrote took too long, and was stopped."


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
