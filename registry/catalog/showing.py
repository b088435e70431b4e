"""What a record shows, and whether the same may come to something else. Pure."""

import hashlib
import json
from typing import Any

from registry.facts import Json
from registry.foreign import list_in, objects_in
from registry.models.run import LIMITS

# What differs from run to run and says nothing about the connector.
MEASURES = ("seconds", "cpu_seconds", "peak_bytes")
# What is done before a connector is called: not done again where it is done already.
PREPARATIONS = ("resolve", "download", "build", "install")
# Logs have times in them.
LOG = ("stderr", "stderr_bytes")
# How the runs of a recording end that the suite's limits end.
STOPPED = frozenset({"timed-out", "too-much-output", "lost"})


def digest_of(record: Json) -> str:
    """Return the digest of what a record shows, whatever time that took.

    Of what went well only the answer counts, and of what went wrong the log as well.
    """
    steps = [
        _shown(step) if isinstance(step, dict) else step
        for step in list_in(record.get("steps"))
        if not _is_prepared(step)
    ]
    return hashlib.sha256(json.dumps({**record, "steps": steps}).encode()).hexdigest()


def is_stopped(record: Json) -> bool:
    """Say whether a limit of the sandbox or of the suite ended anything: that is no answer.

    Nor is it where a release could not be put before the suite at all.
    """
    steps, runs = objects_in(record.get("steps")), objects_in(record.get("runs"))
    loads = objects_in(record.get("loads"))
    return (
        any(str(step.get("ending")) in LIMITS for step in steps)
        or any(str(run.get("ending")) in STOPPED for run in runs)
        or any(str(load.get("code")) in LIMITS for load in loads)
        or bool(record.get("problem"))
    )


def answers_the_same(record: Json, last: Json) -> bool:
    """Say whether two records answer alike, whatever their logs and times say.

    Of runs that is where the same files met a limit again, of others each verdict.
    """
    if "steps" in record:
        is_same = record.get("lock") == last.get("lock")
        return is_same and is_stopped(record) and is_stopped(last)
    return _answers(record) == _answers(last)


def _answers(record: Json) -> list[Any]:
    checks, loads = objects_in(record.get("checks")), objects_in(record.get("loads"))
    verdicts = [(one.get("id"), one.get("result")) for one in checks]
    answers = [(one.get("tap"), one.get("answer")) for one in loads]
    return [record.get("problem"), record.get("blocked"), verdicts, answers]


def _shown(step: Json) -> Json:
    passed_over = MEASURES + LOG if step.get("exit_code") == 0 else MEASURES
    return {key: value for key, value in step.items() if key not in passed_over}


def _is_prepared(step: object) -> bool:
    return (
        isinstance(step, dict)
        and step.get("name") in PREPARATIONS
        and step.get("exit_code") == 0
    )
