"""Where runs of a variant are kept, and what is asked of its current release."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import JSONObject

from registry.catalog.speaking import SPEAKING, installs_from, place_tried
from registry.facts import Json
from registry.models import ProbeTicket, Source, Variant
from registry.views.releases.tried import sources_tried
from registry.vocabulary import SourceKind, TicketKind


def asked_of(
    row: Variant, speakers: Sequence[Source]
) -> tuple[list[Source], Sequence[Json]]:
    """Return the sources that runs of a variant are of, and the tickets of what it takes now.

    `row` has those of its speakers in `asked`. No query; two for what is installed with
    others, of which nobody speaks.
    """
    place = place_tried(row.pip_url)
    if place is None:
        return [], []
    if place.kind is not SourceKind.INSTALLATION:
        here = [one for one in speakers if installs_from(row.pip_url, one)]
        return here, row.asked  # type: ignore[attr-defined]  # annotated by the view
    sources = [source for _, source in sources_tried([row])]
    return sources, list(_said(ProbeTicket.objects.filter(source__in=sources)))


def tickets_of_speakers(variant: Any) -> QuerySet[ProbeTicket, Json]:
    """Return the tickets of what is installed alone, by who speaks of a variant."""
    return _said(
        ProbeTicket.objects.filter(
            source__statements__variant=variant,
            source__statements__origin__in=SPEAKING,
            source__statements__gone_at=None,
        )
    )


def _said(rows: QuerySet[ProbeTicket]) -> QuerySet[ProbeTicket, Json]:
    """Return what pages say of the tickets of current releases, as JSON."""
    said = JSONObject(
        version="version", python="python", leased_until="leased_until",
        parked_at="parked_at", failures="failures",
    )  # fmt: skip
    current = rows.filter(kind=TicketKind.RUN, is_current=True)
    return current.values_list(said, flat=True)
