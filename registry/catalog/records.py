"""Keep what a sandbox gives back for a ticket: once, and only from who holds it."""

import hashlib
import json
import uuid
from datetime import datetime

from django.db import transaction

from registry.facts import Json
from registry.models import ProbeTicket, Snapshot

# What differs from run to run and says nothing about the connector.
MEASURES = ("seconds", "cpu_seconds", "peak_bytes")


def keep_record(
    lease: uuid.UUID | None, record: Json, *, now: datetime
) -> Snapshot | None:
    """Keep a record as the newest snapshot of the ticket leased so, if it shows anything new.

    The lease ends with it: a second result finds no ticket. Returns None, and keeps nothing,
    where the record shows what the last one did. Raises ProbeTicket.DoesNotExist where
    nobody holds a ticket by this lease any more.
    """
    digest = digest_of(record)
    with transaction.atomic():
        ticket = ProbeTicket.objects.select_for_update().get(
            lease=lease, lease__isnull=False
        )
        last = Snapshot.objects.latest_of(ticket.source, [ticket.subject]).first()
        is_news = last is None or last.digest != digest
        ticket.succeeded(
            now,
            lock=str(record.get("lock", "")),
            is_news=is_news,
            patch=_patch(record.get("interpreter")),
            layout=_number(record.get("layout")),
        )
        if not is_news:
            return None
        return Snapshot.objects.create(
            source=ticket.source,
            subject=ticket.subject,
            digest=digest,
            revision=str(record.get("lock", ""))[:200],
            taken_at=now,
            evidence=record,
        )


def digest_of(record: Json) -> str:
    """Return the digest of what a record shows, whatever time that took."""
    steps = [
        {key: value for key, value in step.items() if key not in MEASURES}
        if isinstance(step, dict)
        else step
        for step in _listed(record.get("steps"))
    ]
    return hashlib.sha256(json.dumps({**record, "steps": steps}).encode()).hexdigest()


def _patch(interpreter: object) -> int:
    """Return the last number of a Python's version, 0 where that is none."""
    return _number(str(interpreter).rpartition(".")[2])


def _number(said: object) -> int:
    """Return a small number whatever a sandbox sent in its place."""
    text = str(said)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []
