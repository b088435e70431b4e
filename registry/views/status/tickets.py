"""Tickets for machines, here or elsewhere: they hold no database, no broker, no other secret.

A machine takes a ticket with its key, and gives the record back at an address that is good
once, and for that machine alone. What it sends is foreign JSON: it is kept as evidence and
judged later.
"""

import json
import re
import uuid
from collections.abc import Callable
from itertools import accumulate
from typing import TypeGuard

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from registry.catalog.questions import question_of
from registry.catalog.records import keep_record
from registry.facts import Json
from registry.models import Machine, ProbeTicket

# A record holds two documents of 4 MB at most, and as much again in JSON's escapes.
RECORD_LIMIT = 32 * 1024 * 1024
# The parser takes 10,000, for which the stack of a web server's thread is too small.
DEPTH_LIMIT = 500
STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
NOT_BRACKETS = bytes(sorted({*range(256)} - {*b"[]{}"}))
PYTHONS_LIMIT = 20
NUMBERS_LIMIT = 1000


def for_machines(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer only who bears the key of a machine, and tell the view of which one."""

    def checked(request: HttpRequest, **kwargs: object) -> HttpResponse:
        key = request.headers.get("Authorization", "").removeprefix("Bearer ")
        machine = Machine.objects.bearing(key, timezone.now())
        if machine is None:
            return _problem("The key is none of this Songbook's machines now.", 401)
        return view(request, machine, **kwargs)

    return never_cache(csrf_exempt(require_POST(checked)))


@for_machines
def announce(request: HttpRequest, _machine: Machine) -> HttpResponse:
    """Hear which Pythons and which sandbox a machine has.

    What older ones tried is due, and what ended those is tried once more.
    """
    said = _json(request) or {}
    pythons, layout = said.get("pythons"), said.get("layout")
    if not _are_patches(pythons) or not _is_number(layout):
        return _problem('Send {"pythons": {"3.13": 5, …}, "layout": 1}.', 400)
    now = timezone.now()
    for python, patch in pythons.items():
        ProbeTicket.objects.outdate(python, patch=patch, layout=layout, now=now)
        ProbeTicket.objects.unpark(python, patch=patch, layout=layout)
    return HttpResponse(status=204)


@for_machines
def take(request: HttpRequest, machine: Machine) -> HttpResponse:
    """Lease the most urgent ticket for one of the machine's Pythons; 204 where none is due."""
    said = _json(request)
    pythons = said.get("pythons") if said else None
    if not isinstance(pythons, list) or len(pythons) > PYTHONS_LIMIT:
        return _problem('Send {"pythons": ["3.13", …]}.', 400)
    if not settings.PROBE:
        return HttpResponse(status=204)
    wanted = [one for one in pythons if isinstance(one, str)]
    now = timezone.now()
    ticket = ProbeTicket.objects.lease(now, pythons=wanted, machine=machine)
    if ticket is None:
        return HttpResponse(status=204)
    return JsonResponse({"lease": str(ticket.lease), **question_of(ticket)})


@for_machines
def hold(request: HttpRequest, machine: Machine, *, lease: uuid.UUID) -> HttpResponse:
    """Let a machine have its ticket for longer; 404 where it holds none by this lease.

    What it says that it is at is kept: if it is killed, nobody knows more.
    """
    said = _json(request) or {}
    now = timezone.now()
    if not ProbeTicket.objects.renew(lease, now, machine=machine, said=said):
        return _problem("You hold no ticket by this lease.", 404)
    return HttpResponse(status=204)


@for_machines
def give(request: HttpRequest, machine: Machine, *, lease: uuid.UUID) -> HttpResponse:
    """Keep a record for the ticket leased so; 404 for no lease, and for another one.

    The same record given again, by who lost the answer, is answered as the first time.
    """
    record = _json(request)
    if record is None:
        return _problem(
            "A record is a JSON object of 32 MB and 500 levels at most.", 400
        )
    try:
        keep_record(lease, record, now=timezone.now(), machine=machine)
    except ProbeTicket.DoesNotExist:
        return _problem("You hold no ticket by this lease.", 404)
    return HttpResponse(status=204)


def _are_patches(said: object) -> TypeGuard[dict[str, int]]:
    return (
        isinstance(said, dict)
        and len(said) <= PYTHONS_LIMIT
        and all(map(_is_number, said.values()))
    )


def _is_number(said: object) -> TypeGuard[int]:
    """Say whether it is a number as patch versions and layouts are."""
    return isinstance(said, int) and 0 <= said < NUMBERS_LIMIT


def _json(request: HttpRequest) -> Json | None:
    """Return the object that was sent, or None for anything else."""
    body = request.read(RECORD_LIMIT + 1)
    if len(body) > RECORD_LIMIT or _depth(body) > DEPTH_LIMIT:
        return None
    try:
        # Half a surrogate pair is no character, and no column takes it; nor NUL, nor NaN.
        text = body.replace(b"\\u0000", b"\\ufffd").decode()
        said = json.loads(text)
        json.dumps(said, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _depth(body: bytes) -> int:
    """Return how deeply JSON is nested, without reading it as such."""
    brackets = STRING.sub(b"", body).translate(None, NOT_BRACKETS)
    return max(accumulate(1 if one in b"[{" else -1 for one in brackets), default=0)


def _problem(detail: str, status: int) -> JsonResponse:
    return JsonResponse({"detail": detail}, status=status)
