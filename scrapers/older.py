"""Older releases, tried where nothing else is to be: a few at a time, on one Python each."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models.expressions import RawSQL
from packaging.version import Version

from registry.catalog.speaking import SPEAKING, installs_from
from registry.models import ProbeTicket, Release, Source, Statement
from registry.models.ticketing import LAST
from registry.vocabulary import SourceKind, TicketKind
from scrapers.tickets import newest_versions, pythons_for

# How many tickets are drawn at once, each of a source that an older release may be tried of.
DRAWN = 5
# From so many pages of the table: all of it, where it is as small as that.
PAGES = 8
DRAW = """
    SELECT id FROM registry_probeticket TABLESAMPLE SYSTEM (
        least(100, %s * 819200.0 / greatest(1, pg_relation_size('registry_probeticket')))
    ) WHERE kind = 'run' AND is_current AND tried_at > %s
    ORDER BY random() LIMIT %s
"""
# What is current is asked about by the day: a Python that was not since is on no machine.
LATELY = timedelta(days=7)


def issue_older(*, now: datetime) -> int:
    """Make tickets for a few releases that nobody asked for, where all others were tried.

    A ticket each for the newest untried release of up to DRAWN sources, on the newest Python
    that it is for and that somebody tries on. Which sources is drawn by lot: nothing is
    remembered, and each comes up in time. Returns how many. Six queries at most, of these few
    sources or of what is due, however large the catalogue is.
    """
    if not settings.PROBE or not settings.PROBE_OLDER:
        return 0
    drawn = _drawn(now)
    served = {ticket.python for ticket in drawn}
    due = ProbeTicket.objects.due(now).filter(python__in=served)
    if not drawn or due.exists():
        return 0
    tickets = [
        ProbeTicket(
            source=source, version=release.version, python=python, priority=LAST,
            revision=_commit(release, source), due_at=now,
        )
        for source, releases in _untried({one.source for one in drawn}).items()
        for release, python in _first_fit(releases, served)
    ]  # fmt: skip
    return len(ProbeTicket.objects.bulk_create(tickets, ignore_conflicts=True))


def _drawn(now: datetime) -> list[ProbeTicket]:
    """Return the tickets of some current releases that were tried lately."""
    drawn = RawSQL(DRAW, [PAGES, now - LATELY, DRAWN])  # noqa: S611  nothing from outside
    rows = ProbeTicket.objects.filter(pk__in=drawn)
    return list(rows.select_related("source"))


def _untried(sources: Collection[Source]) -> dict[Source, list[Release]]:
    """Return the releases of each source that have no ticket. Three queries."""
    by_key = {source.pk: source for source in sources}
    said = Statement.objects.filter(
        source__in=by_key, origin__in=SPEAKING, gone_at=None
    ).select_related("variant")
    of_variant: dict[int, Source] = {
        one.variant_id: by_key[one.source_id]
        for one in said
        if installs_from(one.variant.pip_url, by_key[one.source_id])
    }
    runs = ProbeTicket.objects.filter(source__in=by_key, kind=TicketKind.RUN)
    asked = set(runs.values_list("source", "version"))
    found: dict[Source, list[Release]] = {source: [] for source in sources}
    for release in Release.objects.filter(variant__in=of_variant):
        source = of_variant[release.variant_id]
        if (source.pk, release.version) not in asked and _is_at(release, source):
            found[source].append(release)
    return found


def _first_fit(
    releases: Sequence[Release], pythons: Collection[str]
) -> list[tuple[Release, str]]:
    """Return the newest release that is for one of these Pythons, with the newest such."""
    by_version = {one.version: one for one in releases}
    for version in newest_versions(releases):
        release = by_version[version]
        fit = set(pythons_for(release.requires_python)).intersection(pythons)
        if fit:
            return [(release, max(fit, key=Version))]
    return []


def _is_at(release: Release, source: Source) -> bool:
    """Say whether a release was seen at a source: a variant's others are elsewhere.

    A package's has files, a repository's has a commit.
    """
    is_tag = source.kind == SourceKind.REPOSITORY
    return any((name == "commit") == is_tag for name in release.artifacts)


def _commit(release: Release, source: Source) -> str:
    is_tag = source.kind == SourceKind.REPOSITORY
    return str(release.artifacts["commit"]) if is_tag else ""
