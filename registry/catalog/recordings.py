"""Recordings on their way: taken out of a record, kept, and lent to be judged once more.

They are packed by the sandbox that made them and judged in one. Here nobody unpacks them.
"""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from registry.facts import Json
from registry.models import ProbeTicket, Recording

# Where a record has its recording, and a question the last one.
RECORDING = "recording"
# A record that was judged from an older recording says when that was made.
RECORDED_AT = "recorded_at"
# Ten times what the largest known one takes. Of a larger one the verdicts alone are kept.
CONTENT_BYTES = 2 << 20


def without_recording(record: Json) -> tuple[Json, Mapping[str, Any]]:
    """Return a record as evidence, and its recording beside it; empty where it has none."""
    said = record.get(RECORDING)
    kept = {key: value for key, value in record.items() if key != RECORDING}
    return kept, said if isinstance(said, dict) else {}


def keep_recording(
    ticket: ProbeTicket, said: Mapping[str, Any], record: Json, *, now: datetime
) -> None:
    """Keep what a record brought with it, in place of what there was.

    Where it brought none, what there was is of another run, and goes; unless that is what
    the record was judged from.
    """
    content, plan = _decoded(said.get("content")), said.get("plan")
    mine = Recording.objects.filter(ticket=ticket)
    if content and isinstance(plan, str):
        Recording.objects.update_or_create(
            ticket=ticket,
            defaults={
                "plan": plan[:64],
                "commit": str(record.get("commit", ""))[:64],
                "content": content,
                "made_at": now,
            },
        )
    elif RECORDED_AT not in record:
        mine.delete()


def lent_recording(ticket: ProbeTicket) -> Json:
    """Return for a question what is kept of the very thing it asks about; empty for nothing.

    One query.
    """
    kept = Recording.objects.filter(ticket=ticket, commit=ticket.asked_revision).first()
    if kept is None:
        return {}
    return {
        RECORDING: {
            "plan": kept.plan,
            "content": b64encode(kept.content).decode(),
            "made_at": kept.made_at.isoformat(),
        }
    }


def drop_recordings(tickets: QuerySet[ProbeTicket]) -> int:
    """Delete what is kept of what tickets ask about; return how many.

    Its verdicts stay, as of the suite that gave them.
    """
    return Recording.objects.filter(ticket__in=tickets).delete()[0]


def made_at(record: Json, taken_at: datetime) -> datetime:
    """Return when what a record shows was run; `taken_at` where it doesn't tell otherwise."""
    said = record.get(RECORDED_AT)
    try:
        told = datetime.fromisoformat(said) if isinstance(said, str) else taken_at
        return min(told, taken_at)
    except (ValueError, TypeError):
        # No time, or one of no zone.
        return taken_at


def _decoded(said: object) -> bytes:
    try:
        content = b64decode(said, validate=True) if isinstance(said, str) else b""
    except (NotBase64, ValueError):
        return b""
    return content if len(content) <= CONTENT_BYTES else b""
