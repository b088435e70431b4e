"""Keep what a sandbox gives back for a ticket: once, and only from who holds it."""

import hashlib
import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from registry.facts import Json
from registry.models import ProbeRun, ProbeTicket, Snapshot
from registry.models.run import LIMITS

# In place of a record: what would be run again is what was run the last time.
UNCHANGED = "unchanged"
# The reason why there is none, which is no fault of the release: an index that is away.
FAILED = "failed"
# What differs from run to run and says nothing about the connector.
MEASURES = ("seconds", "cpu_seconds", "peak_bytes")
# What is done before a connector is called: not done again where it is done already.
PREPARATIONS = ("resolve", "download", "build", "install")
# Logs have times in them.
LOG = ("stderr", "stderr_bytes")


def keep_record(
    lease: uuid.UUID | None, record: Json, *, now: datetime
) -> Snapshot | None:
    """Keep a record as the newest snapshot of the ticket leased so, if it shows anything new.

    The lease ends with it: a second result finds no ticket. Returns None, and keeps nothing,
    where the record shows what the last one did, and where it is none: the ticket is tried
    again later. Raises ProbeTicket.DoesNotExist where nobody holds a ticket by this lease
    any more.
    """
    digest = digest_of(record)
    with transaction.atomic():
        ticket = ProbeTicket.objects.select_for_update().get(
            lease=lease, lease__isnull=False
        )
        last = Snapshot.objects.latest_of(ticket.source, [ticket.subject]).first()
        if reason := _why_none(record, last):
            ticket.failed(now, reason)
            return None
        is_same = UNCHANGED in record or (last is not None and last.digest == digest)
        _note(ticket, record, last, is_same=is_same, now=now)
        if is_same:
            return None
        return Snapshot.objects.create(
            source=ticket.source,
            subject=ticket.subject,
            digest=digest,
            revision=_lock(record)[:200],
            taken_at=now,
            evidence=record,
        )


def failure(reason: str) -> Json:
    """Return what is given for a question that has no answer, through no release's fault."""
    return {FAILED: reason}


def unchanged(question: Mapping[str, Any]) -> Json:
    """Return what is given for a question whose answer would be the last one again."""
    return {
        UNCHANGED: True,
        "lock": question["lock"],
        "interpreter": f"{question['python']}.{question['patch']}",
        "layout": question["layout"],
    }


def digest_of(record: Json) -> str:
    """Return the digest of what a record shows, whatever time that took.

    Of what went well only the answer counts, and of what went wrong the log as well.
    """
    steps = [
        _shown(step) if isinstance(step, dict) else step
        for step in _listed(record.get("steps"))
        if not _is_prepared(step)
    ]
    return hashlib.sha256(json.dumps({**record, "steps": steps}).encode()).hexdigest()


def _why_none(record: Json, last: Snapshot | None) -> str:
    """Return why a record is no result, or nothing where it is one."""
    if FAILED in record:
        return str(record[FAILED])
    if UNCHANGED in record and (last is None or last.revision != record.get("lock")):
        return "It was said to be as it was, and was never seen so."
    return ""


def _note(
    ticket: ProbeTicket,
    record: Json,
    last: Snapshot | None,
    *,
    is_same: bool,
    now: datetime,
) -> None:
    """Note at its ticket that there is a result, which a limit leaves open."""
    is_limited = _is_stopped(record) or (is_same and _was_limited(last))
    ticket.succeeded(
        now,
        lock="" if is_limited else _lock(record),
        is_news=not is_same and not _is_stopped_again(record, last),
        patch=_patch(record.get("interpreter")),
        layout=_number(record.get("layout")),
    )


def _is_stopped(record: Json) -> bool:
    """Say whether the sandbox ended a step: that is no answer of the connector."""
    return any(
        isinstance(step, dict) and step.get("ending") in LIMITS
        for step in _listed(record.get("steps"))
    )


def _is_stopped_again(record: Json, last: Snapshot | None) -> bool:
    """Say whether the same files met a limit as the last time, whatever the logs say."""
    return (
        last is not None
        and _is_stopped(record)
        and _is_stopped(last.evidence)
        and last.revision == _lock(record)
    )


def _was_limited(last: Snapshot | None) -> bool:
    """Say whether what the last record showed was a limit, as far as it was judged."""
    run = ProbeRun.objects.filter(snapshot=last).only("outcomes").first()
    return run is not None and run.was_limited


def _lock(record: Json) -> str:
    return str(record.get("lock", ""))


def _shown(step: Json) -> Json:
    passed_over = MEASURES + LOG if step.get("exit_code") == 0 else MEASURES
    return {key: value for key, value in step.items() if key not in passed_over}


def _is_prepared(step: object) -> bool:
    return (
        isinstance(step, dict)
        and step.get("name") in PREPARATIONS
        and step.get("exit_code") == 0
    )


def _patch(interpreter: object) -> int:
    """Return the last number of a Python's version, 0 where that is none."""
    return _number(str(interpreter).rpartition(".")[2])


def _number(said: object) -> int:
    """Return a small number whatever a sandbox sent in its place."""
    text = str(said)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []
