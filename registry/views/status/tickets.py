"""Tickets for sandboxes, here or elsewhere: they hold no database, no broker, no other secret.

A worker takes a ticket with the operator's token, and gives its record back at an address
that is good once. What it sends is foreign JSON: it is kept as evidence and judged later.
"""

import json
import uuid
from collections.abc import Callable
from typing import TypeGuard

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from registry.catalog.questions import question_of
from registry.catalog.records import keep_record
from registry.facts import Json
from registry.models import ProbeTicket

# A record holds two documents of 4 MB at most, and as much again in JSON's escapes.
RECORD_LIMIT = 32 * 1024 * 1024
PYTHONS_LIMIT = 20


def for_workers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer only who bears the operator's token; 404 where there is none."""

    def checked(request: HttpRequest, **kwargs: object) -> HttpResponse:
        token = str(settings.SANDBOX_TOKEN)
        if not token:
            return _problem(
                "This Songbook has no SANDBOX_TOKEN, so nobody gets a ticket.", 404
            )
        said = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not constant_time_compare(said, token):
            return _problem(
                "The token is not the one of this Songbook's sandboxes.", 401
            )
        return view(request, **kwargs)

    return never_cache(csrf_exempt(require_POST(checked)))


@for_workers
def announce(request: HttpRequest) -> HttpResponse:
    """Hear which Pythons and which sandbox a machine has.

    What older ones tried is due, and what ended those is tried once more.
    """
    said = _json(request) or {}
    pythons, layout = said.get("pythons"), said.get("layout")
    if not _are_patches(pythons) or not isinstance(layout, int):
        return _problem('Send {"pythons": {"3.13": 5, …}, "layout": 1}.', 400)
    now = timezone.now()
    for python, patch in pythons.items():
        ProbeTicket.objects.outdated(python, patch=patch, layout=layout).filter(
            due_at__gt=now
        ).update(due_at=now)
        ProbeTicket.objects.unpark(python, patch=patch, layout=layout)
    return HttpResponse(status=204)


@for_workers
def take(request: HttpRequest) -> HttpResponse:
    """Lease the most urgent ticket for one of the worker's Pythons; 204 where none is due."""
    said = _json(request)
    pythons = said.get("pythons") if said else None
    if not isinstance(pythons, list) or len(pythons) > PYTHONS_LIMIT:
        return _problem('Send {"pythons": ["3.13", …]}.', 400)
    if not settings.PROBE:
        return HttpResponse(status=204)
    wanted = [one for one in pythons if isinstance(one, str)]
    ticket = ProbeTicket.objects.lease(timezone.now(), pythons=wanted)
    if ticket is None:
        return HttpResponse(status=204)
    return JsonResponse({"lease": str(ticket.lease), **question_of(ticket)})


@for_workers
def hold(_request: HttpRequest, *, lease: uuid.UUID) -> HttpResponse:
    """Let a worker have its ticket for longer; 404 where nobody holds one by this lease."""
    if not ProbeTicket.objects.renew(lease, timezone.now()):
        return _problem("Nobody holds a ticket by this lease.", 404)
    return HttpResponse(status=204)


@for_workers
def give(request: HttpRequest, *, lease: uuid.UUID) -> HttpResponse:
    """Keep a record for the ticket leased so; 404 once it was given, or for no lease."""
    record = _json(request)
    if record is None:
        return _problem("A record is a JSON object of 32 MB at most.", 400)
    try:
        keep_record(lease, record, now=timezone.now())
    except ProbeTicket.DoesNotExist:
        return _problem("Nobody holds a ticket by this lease.", 404)
    return HttpResponse(status=204)


def _are_patches(said: object) -> TypeGuard[dict[str, int]]:
    return (
        isinstance(said, dict)
        and len(said) <= PYTHONS_LIMIT
        and all(isinstance(one, int) and 0 <= one < 1000 for one in said.values())
    )


def _json(request: HttpRequest) -> Json | None:
    """Return the object that was sent, or None for anything else."""
    body = request.read(RECORD_LIMIT + 1)
    if len(body) > RECORD_LIMIT:
        return None
    try:
        # Half a surrogate pair is no character, and no column takes it; nor NUL, nor NaN.
        text = body.replace(b"\\u0000", b"\\ufffd").decode()
        said = json.loads(text)
        json.dumps(said, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _problem(detail: str, status: int) -> JsonResponse:
    return JsonResponse({"detail": detail}, status=status)
