"""Keep what a sandbox gives back for a ticket: once, and only from who holds it."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from registry.catalog.recordings import keep_recording, without_recording
from registry.catalog.showing import answers_the_same, digest_of, is_stopped
from registry.facts import Json
from registry.foreign import layout_of
from registry.models import Machine, ProbeRun, ProbeTicket, Snapshot
from registry.vocabulary import TicketKind

# In place of a record: what would be run again is what was run the last time.
UNCHANGED = "unchanged"
# The reason why there is none, which is no fault of the release: an index that is away.
FAILED = "failed"


def keep_record(
    lease: uuid.UUID | None,
    record: Json,
    *,
    now: datetime,
    machine: Machine | None = None,
) -> Snapshot | None:
    """Keep a record as the newest snapshot of the ticket leased so, if it shows anything new.

    The lease ends with it: another result finds no ticket. Returns None, and keeps nothing,
    where the record shows what the last one did, and where it is none: the ticket is tried
    again later. So it does where this lease has given it before, for who lost the answer
    can't know. Raises ProbeTicket.DoesNotExist where the `machine` holds no ticket by this
    lease any more.
    """
    record, recording = without_recording(record)
    digest = digest_of(record)
    with transaction.atomic():
        ticket = ProbeTicket.objects.give(lease, digest, machine=machine)
        if ticket is None:
            return None
        last = Snapshot.objects.latest_of(ticket.source, [ticket.subject]).first()
        if reason := _why_none(record, last):
            ticket.failed(now, reason)
            return None
        is_same = UNCHANGED in record or (last is not None and last.digest == digest)
        _note(ticket, record, last, is_same=is_same, now=now)
        if ticket.kind == TicketKind.CONFORMANCE:
            keep_recording(ticket, recording, record, now=now)
        return None if is_same else _snapshot(ticket, record, digest, now)


def _snapshot(
    ticket: ProbeTicket, record: Json, digest: str, now: datetime
) -> Snapshot:
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
    is_open = is_stopped(record) or (is_same and _was_limited(last))
    if ticket.kind == TicketKind.RUN:
        is_open = is_open or not _lock(record)
    is_old = last is not None and answers_the_same(record, last.evidence)
    ticket.succeeded(
        now,
        is_open=is_open,
        is_news=not is_same and not is_old,
        patch=_patch(record.get("interpreter")),
        layout=layout_of(record),
    )


def _was_limited(last: Snapshot | None) -> bool:
    """Say whether what the last record showed was a limit, as far as it was judged."""
    run = ProbeRun.objects.filter(snapshot=last).only("outcomes").first()
    return run is not None and run.was_limited


def _lock(record: Json) -> str:
    return str(record.get("lock", ""))


def _patch(interpreter: object) -> int:
    """Return the last number of a Python's version, 0 where that is none."""
    text = str(interpreter).rpartition(".")[2]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
