"""What was given up: releases that ended the sandbox's worker, and what is known of that."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from registry.catalog.speaking import place_tried
from registry.models import ProbeTicket, Source, Variant
from registry.vocabulary import TicketKind

TICKETS_SHOWN = 10
# What a machine does with a release, by the kind of the ticket.
WORDS = {
    TicketKind.RUN: "",
    TicketKind.CONFORMANCE: "the conformance suite",
    TicketKind.LOADING: "loading taps' records",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A ticket that nobody is to try again, with the entries of its tries in their order."""

    version: str
    python: str
    kind: str
    at: datetime
    tries: list[dict[str, Any]]


def parked_of(source: Source) -> list[Parked]:
    """Return what was given up of a source, the newest first. One query."""
    return _read(ProbeTicket.objects.filter(source=source))


def parked_release(variant: Variant, version: str) -> list[Parked]:
    """Return on which Pythons a release that a variant installs was given up. One query."""
    place = place_tried(variant.pip_url)
    if place is None:
        return []
    tickets = ProbeTicket.objects.filter(version=version)
    return _read(tickets.filter(source__kind=place.kind, source__address=place.address))


def _read(tickets: QuerySet[ProbeTicket]) -> list[Parked]:
    rows = tickets.filter(parked_at__isnull=False).order_by("-parked_at", "pk")
    shown = rows.only("kind", "version", "python", "parked_at", "log")
    return [
        Parked(
            version=one.version,
            python=one.python,
            kind=WORDS[TicketKind(one.kind)],
            at=one.parked_at,
            tries=[_try(entry) for entry in one.log],
        )
        for one in shown[:TICKETS_SHOWN]
        if one.parked_at
    ]


def _try(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry of a ticket's log with its times as such."""
    times = {key: _moment(entry[key]) for key in ("began_at", "heard_at")}
    return entry | times


def _moment(said: str) -> datetime | None:
    return datetime.fromisoformat(said) if said else None
