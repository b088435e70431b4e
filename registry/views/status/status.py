"""Status: how the work stands, in numbers that were counted just now.

Whether this site could be reached is measured by nobody here, so no page claims it.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.checks import run_checks
from django.db import connection
from django.db.models import FETCH_RAISE, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from registry import documents
from registry.models import Variant, Visit
from registry.search import index
from registry.views.site import kept
from registry.views.status import standing

FRESH_S = 30
# A number of half a minute ago is shown rather than waited for, one of minutes ago not.
STALE_S = 30
SHOWN = 20
# How far back errors are looked for: the newest visits, and not all there ever were.
VISITS_SEARCHED = 5000
HOSTS_SHOWN = 30
VARIANTS_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """All numbers of the page, counted at one time."""

    at: datetime
    sources: standing.Freshness
    hosts: Sequence[standing.HostState]
    tickets: standing.Tickets
    runs: standing.Runs
    published: standing.Published

    @property
    def resting(self) -> list[standing.HostState]:
        """Return the hosts that are left alone now."""
        return [host for host in self.hosts if host.rests(self.at)]

    @property
    def due(self) -> int:
        """Return how many sources wait for a look, those at a resting host too."""
        return sum(host.due for host in self.hosts)

    @property
    def is_due_a_floor(self) -> bool:
        """Say whether more may be due than were counted."""
        limit = standing.COUNT_LIMIT
        return len(self.hosts) > limit or any(host.due > limit for host in self.hosts)

    @property
    def held(self) -> int:
        """Return how many sources workers have."""
        return sum(host.held for host in self.hosts)


def counted(now: datetime) -> Standing:
    """Return how all work stands. Six queries."""
    return Standing(
        at=now,
        sources=standing.freshness(now),
        hosts=standing.hosts(now),
        tickets=standing.tickets(now),
        runs=standing.runs(now),
        published=standing.published(),
    )


@kept(FRESH_S, STALE_S)
def status(request: HttpRequest) -> HttpResponse:
    """Show how the work stands, with what is wrong first. Six queries."""
    found = counted(timezone.now())
    context = {
        "standing": found,
        "troubles": list(troubles(found)),
        "in_time_target": standing.IN_TIME_PERCENT,
        "limit": standing.COUNT_LIMIT,
        "is_probing": settings.PROBE,
        "why_untried": why_untried(found),
        "versions": _versions(),
    }
    return render(request, "registry/status.html", context)


@kept(FRESH_S, STALE_S)
def crawl(request: HttpRequest) -> HttpResponse:
    """Show what waits at each host, what failed last and what was given up. Five queries."""
    now = timezone.now()
    at_hosts = standing.hosts(now)
    waiting = [one for one in at_hosts if one.due or one.held or one.rests(now)]
    context = {
        "now": now,
        "sources": standing.freshness(now),
        "in_time_target": standing.IN_TIME_PERCENT,
        "limit": standing.COUNT_LIMIT,
        "hosts": [(one, one.rests(now)) for one in waiting[:HOSTS_SHOWN]],
        "hosts_quiet": len(at_hosts) - len(waiting),
        "hosts_left_out": len(waiting[HOSTS_SHOWN:]),
        "slots": settings.CRAWL_HOST_SLOTS,
        "pace_s": settings.CRAWL_PACE_S,
        "errors": _with_variants(_errors()),
        "parked": _parked(),
    }
    return render(request, "registry/status_crawl.html", context)


@require_safe
@cache_control(public=True, max_age=FRESH_S, stale_while_revalidate=STALE_S)
def status_json(request: HttpRequest) -> HttpResponse:
    """Answer the numbers of the page. Six queries."""
    found = counted(timezone.now())
    said = {
        "at": found.at,
        "troubles": list(troubles(found)),
        "sources": asdict(found.sources)
        | {
            "due": found.due,
            "held": found.held,
            "in_time_percent": found.sources.in_time_percent,
            "in_time_percent_wanted": standing.IN_TIME_PERCENT,
        },
        "hosts_resting": [
            {"name": one.name, "until": one.open_at, "due": one.due}
            for one in found.resting
        ],
        "tickets": asdict(found.tickets),
        "runs": asdict(found.runs),
        "published": asdict(found.published),
        "versions": {name.lower(): version for name, version in _versions()},
    }
    return JsonResponse(said, json_dumps_params={"indent": 2})


def troubles(found: Standing) -> Iterator[str]:
    """Yield what is not as it should be, in a sentence each."""
    if not found.sources.counted:
        yield "No source is known yet, so nothing is read."
    if not found.sources.is_in_time:
        share, wanted = found.sources.in_time_percent, standing.IN_TIME_PERCENT
        yield f"{share} % of the sources were looked at in time; {wanted} % should be."
    if resting := len(found.resting):
        plural = "s are" if resting > 1 else " is"
        yield f"{resting} host{plural} left alone for now: see the crawl."
    if waiting := found.published.unpublished:
        of_them = "s wait for their" if waiting > 1 else " waits for its"
        number = f"{waiting}" if waiting <= standing.COUNT_LIMIT else "Many"
        yield f"{number} plugin{of_them} documents to be published."
    is_idle = not (found.tickets.held or found.runs.within_day)
    if settings.PROBE and found.tickets.due and is_idle:
        yield "Releases wait to be tried, and none was in the last day."


def why_untried(found: Standing) -> str:
    """Return why no release is tried, in the words of the system check for it; else nothing.

    Asked only where no result came within a day: it attacks the sandbox of this machine,
    which takes a second, once for each process.
    """
    if not settings.PROBE or found.runs.within_day:
        return ""
    said = run_checks(tags=["sandbox"], include_deployment_checks=True)
    return " ".join(one.msg for one in said)


def _versions() -> list[tuple[str, str]]:
    """Return what documents and pages are made with."""
    return [
        ("Documents", str(documents.VERSION)),
        ("Search", str(index.VERSION)),
        ("PostgreSQL", ".".join(map(str, connection.get_database_version()))),
    ]


def _errors() -> list[Visit]:
    """Return the newest visits that failed, of the newest visits there are. One query."""
    newest = Visit.objects.order_by("-pk").values("pk")[:VISITS_SEARCHED]
    return list(
        Visit.objects.exclude(error="")
        .filter(pk__in=newest)
        .select_related("source")
        .only("at", "outcome", "error", "source__kind", "source__address",
              "source__failures")
        .order_by("-pk")
        .fetch_mode(FETCH_RAISE)[:SHOWN]
    )  # fmt: skip


def _with_variants(visits: list[Visit]) -> list[tuple[Visit, list[Variant], bool]]:
    """Return visits with a few variants of the source, and whether it has more. One query."""
    sources = {visit.source_id for visit in visits}
    by_source: dict[int | None, list[Variant]] = defaultdict(list)
    rows = (
        Variant.objects.filter(Q(package__in=sources) | Q(repository__in=sources))
        .select_related("plugin")
        .only("name", "package_id", "repository_id", "plugin__type", "plugin__name")
        .order_by("pk")
        .fetch_mode(FETCH_RAISE)[: SHOWN * (VARIANTS_SHOWN + 1)]
    )
    for variant in rows:
        for source_id in {variant.package_id, variant.repository_id} & sources:
            by_source[source_id].append(variant)
    return [
        (visit, found[:VARIANTS_SHOWN], len(found) > VARIANTS_SHOWN)
        for visit in visits
        for found in [by_source[visit.source_id]]
    ]


def _parked() -> list[dict[str, Any]]:
    """Return the tickets that were given up last, why, and what the last try was at.

    One query.
    """
    rows = (
        standing.given_up(SHOWN)
        .select_related("source")
        .only("version", "python", "parked_at", "last_error", "log", "source__kind",
              "source__address")
        .order_by("-parked_at")
        .fetch_mode(FETCH_RAISE)
    )  # fmt: skip
    return [
        {
            "ticket": one,
            "line": (one.last_error.strip().splitlines() or [""])[-1],
            "doing": one.log[-1]["doing"] if one.log else "",
        }
        for one in rows
    ]
