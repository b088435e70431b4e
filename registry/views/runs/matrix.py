"""The matrix: which targets were seen to load what which taps offer."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from registry.loads import Blocked
from registry.models import Loading, ProbeTicket, TapSchemas
from registry.views.runs.conforming import word_of
from registry.views.runs.run import MARKS, TONES
from registry.views.site import page
from registry.vocabulary import TicketKind

TAPS_SHOWN = 25
# As many as stand beside each other on a wide screen.
TARGETS_SHOWN = 8
FILTER_LIMIT = 100


@page
def matrix(request: HttpRequest) -> HttpResponse:
    """Show taps by targets, narrowed by names. Five queries."""
    tap, target = (_typed(request, name) for name in ("tap", "target"))
    taps = TapSchemas.objects.filter(source__gone_at=None).select_related("source")
    targets = ProbeTicket.objects.filter(
        kind=TicketKind.LOADING, is_current=True
    ).select_related("source")
    rows: Page[TapSchemas] = _paged(request, "page", taps, tap, TAPS_SHOWN)
    columns: Page[ProbeTicket] = _paged(
        request, "targets", targets, target, TARGETS_SHOWN
    )
    cells = _cells(rows, columns)
    context = {
        "tap": tap,
        "target": target,
        "page": rows,
        "columns": columns,
        "rows": [
            (row, [cells.get((row.source_id, one.source_id)) for one in columns])
            for row in rows
        ],
        "reasons": _reasons(columns, cells.values()),
        "kept": request.GET,
    }
    return render(request, "registry/matrix.html", context)


@page
def loading(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what came of one tap's records in one target. One query."""
    rows = Loading.objects.select_related("tap__schemas", "target")
    row = get_object_or_404(rows, pk=pk)
    schemas = getattr(row.tap, "schemas", None)
    context = {
        "cell": _cell(row),
        # Of schemas that the tap has no more it is not known.
        "schemas_are_read": schemas is not None
        and schemas.is_read
        and schemas.digest == row.digest,
    }
    return render(request, "registry/loading.html", context)


def _paged(
    request: HttpRequest, key: str, rows: QuerySet[Any], typed: str, shown: int
) -> Page[Any]:
    """Return a page of those whose package has the typed text in its name; the nearest."""
    if typed:
        rows = rows.filter(source__address__icontains=typed)
    ordered = rows.order_by("source__address", "pk")
    return Paginator(ordered, shown).get_page(request.GET.get(key))


def _typed(request: HttpRequest, key: str) -> str:
    # A NUL is no text to the database.
    return request.GET.get(key, "").replace("\0", "").strip()[:FILTER_LIMIT]


def _cells(
    rows: Iterable[TapSchemas], columns: Iterable[ProbeTicket]
) -> dict[tuple[int, int], dict[str, Any]]:
    taps = {row.source_id: row for row in rows}
    targets = {one.source_id: one.version for one in columns}
    found = Loading.objects.filter(tap__in=taps, target__in=targets)
    return {
        (row.tap_id, row.target_id): _cell(row)
        | {
            # What was seen of an older release is told as such.
            "of": row.target_version
            if row.target_version != targets[row.target_id]
            else "",
            "from": row.tap_version
            if row.tap_version != taps[row.tap_id].version
            else "",
        }
        for row in found
    }


def _cell(row: Loading) -> dict[str, Any]:
    return {
        "row": row,
        "word": word_of(row.answer, row.read),
        "mark": MARKS.get(row.answer, "–"),
        "tone": TONES.get(row.answer, ""),
    }


def _reasons(
    columns: Sequence[ProbeTicket], cells: Iterable[dict[str, Any]]
) -> list[tuple[str, str]]:
    """Return why nothing is known of a target, once for each."""
    names = {one.source_id: one.source.shown for one in columns}
    found = {
        cell["row"].target_id: cell["row"].cause
        for cell in cells
        if cell["row"].code in set(Blocked)
    }
    return [(names[key], cause) for key, cause in found.items()]
