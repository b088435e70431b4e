"""What a sandbox is asked for a ticket: all that it needs to know, as JSON.

The same goes to a worker of our own and to one elsewhere, which has no database.
"""

from registry.catalog.loading import asked_taps
from registry.catalog.recordings import lent_recording
from registry.facts import Json
from registry.models import ProbeRun, ProbeTicket
from registry.vocabulary import TicketKind


def question_of(ticket: ProbeTicket) -> Json:
    """Return what a ticket asks: kind, place, release, Python, and what was seen before.

    `lock` and `rescue` are those of its last run where the same Python and the same sandbox
    would give the same again; empty where it has to be run, as after a limit of the machine
    ended it. One query or two, and for a target that is to load what `asked_taps` makes; for
    the conformance suite with what is kept of the last run, which need not be made again.
    """
    source = ticket.source
    return {
        "kind": ticket.kind,
        "source": source.kind,
        "address": source.address,
        "version": ticket.version,
        "revision": ticket.asked_revision,
        "python": ticket.python,
        "patch": ticket.patch,
        "layout": ticket.layout,
        **_seen(ticket),
        **_of_kind(ticket),
    }


def _of_kind(ticket: ProbeTicket) -> Json:
    if ticket.kind == TicketKind.LOADING:
        return {"taps": asked_taps(ticket)}
    return lent_recording(ticket) if ticket.kind == TicketKind.CONFORMANCE else {}


def _seen(ticket: ProbeTicket) -> Json:
    last = (
        ProbeRun.objects.filter(
            source=ticket.source_id, version=ticket.version, python=ticket.python
        )
        .order_by("-snapshot_id")
        .only("lock", "rescue", "outcomes")
        .first()
    )
    if last is None or last.was_limited:
        return {"lock": "", "rescue": ""}
    return {"lock": last.lock, "rescue": last.rescue}
