"""Which sources are due, and who may look at them: a query with a lease.

Workers lease a batch of one host's sources, with the host's row locked, so that no host is
asked by more workers at once than it has slots. A batch carries one token: what a worker
writes back counts only while the rows still bear it.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Greatest

from registry.models.host import Host
from registry.places import parse
from registry.vocabulary import SourceKind

if TYPE_CHECKING:
    from registry.models.source import Source

# Longer than a round lasts, and the longest crawl begun at its end: a worker that was
# killed gives its sources back after this.
LEASE = timedelta(minutes=8)

ENDED_QUIETLY = """
    UPDATE registry_source AS source
    SET looked_at = %(now)s,
        due_at = CASE WHEN source.asked_at > %(began)s THEN %(now)s ELSE seen.due_at END,
        asked_at = CASE WHEN source.asked_at > %(began)s THEN source.asked_at END,
        leased_until = NULL, lease = NULL, attempts = 0, failures = 0, last_error = '',
        absences = '[]', quiet_looks = source.quiet_looks + 1
    FROM unnest(%(ids)s::bigint[], %(due)s::timestamptz[]) AS seen (id, due_at)
    WHERE source.id = seen.id AND source.lease IS NOT DISTINCT FROM %(lease)s
"""


class SourceQuerySet(models.QuerySet["Source"]):
    """Questions about many sources."""

    def due(self, now: datetime) -> Self:
        """Return sources to look at now that no worker holds: those asked for come first."""
        free = Q(leased_until=None) | Q(leased_until__lte=now)
        return self.filter(free, due_at__lte=now).order_by(
            F("asked_at").asc(nulls_last=True), "due_at"
        )

    def lease(self, now: datetime, *, limit: int) -> list["Source"]:
        """Take up to `limit` due sources of one host for one worker; nobody gets the same.

        Marks each before any work, so a killed worker's come back later. Four queries, and
        three more for each host that others emptied meanwhile; nothing is returned only
        where nothing is due at any host that may be asked.
        """
        emptied: list[str] = []
        while True:
            # A transaction for each host: who held two could wait in a circle.
            with transaction.atomic():
                host = self._open_host(now, emptied)
                if host is None:
                    return []
                if rows := self._lease_at(host, now, limit=limit):
                    return rows
            emptied.append(host.name)

    def _open_host(self, now: datetime, emptied: Sequence[str]) -> Host | None:
        """Return the host to go to, locked: of those with a free slot the longest due.

        One at which a source was asked for comes first, as that source does there.
        """
        due = self.due(now).filter(host=OuterRef("name"))
        hosts = (
            Host.objects.open(now)
            .filter(Exists(due))
            .exclude(name__in=self.crowded(now).values("host"))
            .exclude(name__in=emptied)
            .order_by(
                Subquery(due.values("asked_at")[:1]).asc(nulls_last=True),
                Subquery(due.values("due_at")[:1]),
            )
            .select_for_update(of=("self",))
        )
        return hosts.first()

    def _lease_at(self, host: Host, now: datetime, *, limit: int) -> list["Source"]:
        """Mark due sources of a locked host as taken, and return them."""
        # Asked again behind the lock: another worker may have taken the last slot.
        if self.crowded(now).filter(host=host.name).exists():
            return []
        at_host = self.due(now).filter(host=host.name)
        rows = list(at_host.select_for_update(skip_locked=True)[:limit])
        lease, until = uuid.uuid4(), now + LEASE
        self.model.objects.filter(pk__in=[row.pk for row in rows]).update(
            lease=lease, leased_until=until, attempts=F("attempts") + 1
        )
        for row in rows:
            row.lease, row.leased_until, row.attempts = lease, until, row.attempts + 1
        return rows

    def crowded(self, now: datetime) -> models.QuerySet[Any, Any]:
        """Return sources, one row a host, of hosts that all slots are taken at."""
        return (
            self.model.objects.filter(leased_until__gt=now)
            .values("host")
            .annotate(workers=Count("lease", distinct=True))
            .filter(workers__gte=settings.CRAWL_HOST_SLOTS)
        )

    def ended_quietly(
        self,
        lease: uuid.UUID | None,
        due: Mapping[int, datetime],
        *,
        began: datetime,
        now: datetime,
    ) -> int:
        """Set when each of these is due next, and nothing else; their lease ends.

        One statement. A source that was asked for since the round `began` is due again.
        """
        if not due:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(
                ENDED_QUIETLY,
                {
                    "now": now, "began": began, "lease": lease,
                    "ids": list(due), "due": list(due.values()),
                },
            )  # fmt: skip
            return int(cursor.rowcount)

    def let_go(self, sources: Sequence["Source"]) -> int:
        """Give sources back that were leased and not looked at."""
        return self._held(sources).update(
            lease=None, leased_until=None, attempts=Greatest(F("attempts") - 1, 0)
        )

    def put_back(self, sources: Sequence["Source"], *, now: datetime) -> int:
        """Give sources back that did not answer, behind all that wait longer."""
        return self._held(sources).update(
            lease=None, leased_until=None, attempts=Greatest(F("attempts") - 1, 0),
            asked_at=None, due_at=now,
        )  # fmt: skip

    def _held(self, sources: Sequence["Source"]) -> Self:
        """Return those of these that still bear the lease they were taken with."""
        leases = {source.lease for source in sources}
        keys = [source.pk for source in sources]
        return self.filter(pk__in=keys, lease__in=leases)

    def is_asked(self, now: datetime, *, here: str) -> bool:
        """Say whether somebody waits for a look that a worker could go to from this host.

        That is at any host that may be asked and has a free slot, or the worker's. One query.
        """
        open_host = Host.objects.open(now).filter(name=OuterRef("host"))
        full = self.crowded(now).exclude(host=here).values("host")
        asked = self.due(now).filter(Exists(open_host), asked_at__isnull=False)
        return asked.exclude(host__in=full).exists()

    def answering(self, besides: Sequence["Source"]) -> Self:
        """Return other sources at the host of these that answered last, newest first."""
        return (
            self.filter(host=besides[0].host, failures=0, gone_at=None)
            .exclude(pk__in=[source.pk for source in besides])
            .exclude(looked_at=None)
            .order_by("-looked_at")
        )

    def named(self, names: Sequence[str]) -> Self:
        """Return the sources at places that another names, as `registry.places` writes them.

        A package names a whole repository, though it may be made of one folder of it.
        """
        wanted = Q(pk__in=())
        for place in map(parse, names):
            wanted |= Q(kind=place.kind, address=place.address)
            if place.kind is SourceKind.REPOSITORY:
                folder = f"{place.address}#subdirectory="
                wanted |= Q(kind=place.kind, address__startswith=folder)
        return self.filter(wanted)

    def enrol(
        self,
        kind: SourceKind,
        address: str,
        *,
        found_by: str,
        due_at: datetime | None = None,
    ) -> "Source":
        """Return the source at `address`, made if it is new; one that is known stays as is."""
        source = self.filter(kind=kind.value, address=address).first()
        return (
            source
            or self.enrol_all([(kind, address)], found_by=found_by, due_at=due_at)[0]
        )

    def enrol_all(
        self,
        places: Sequence[tuple[SourceKind, str]],
        *,
        found_by: str,
        due_at: datetime | None = None,
    ) -> list["Source"]:
        """Return the sources at all these places; new ones are made. Three queries."""
        rows = [
            self.model(
                kind=kind.value, address=address, found_by=found_by, due_at=due_at
            )
            for kind, address in places
        ]
        for row in rows:
            row.host = row.host_of_address()
        # In one order, so that two that enrol the same places wait and never deadlock.
        names = sorted({row.host for row in rows})
        Host.objects.bulk_create(
            [Host(name=name) for name in names], ignore_conflicts=True
        )
        rows.sort(key=lambda row: (row.kind, row.address))
        self.bulk_create(rows, ignore_conflicts=True)
        return list(
            self.filter(
                kind__in={row.kind for row in rows},
                address__in={row.address for row in rows},
            )
        )
