"""Which tickets are due, who may try them, and how they are made."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models, transaction
from django.db.models import Case, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce, Greatest

from registry.facts import Json
from registry.models.attempt import begun, heard
from registry.models.machine import Machine
from registry.models.source import Source
from registry.vocabulary import SourceKind, TicketKind

if TYPE_CHECKING:
    from registry.models.ticket import ProbeTicket

# Who is at a ticket renews its lease; who was killed does not, and another one takes it.
LEASE = timedelta(minutes=5)
# More than there are Pythons to try one release on.
ROOM = 10
# A ticket that ended the worker so many times is not given to another.
CRASHES_LIMIT = 3
# What was tried is asked about again after anything that never was.
AGAIN = -1000
# After all else, what is current no more.
LAST = 2 * AGAIN
NONE: Mapping[str, str] = {}
NOTHING_SAID: Json = {}
# What was begun of something else does not count.
UNPARKED: Mapping[str, Any] = {
    "parked_at": None,
    "attempts": Case(When(parked_at=None, then="attempts"), default=0),
}
LEASED = ("lease", "leased_until", "leased_revision", "machine", "attempts", "log")


class ProbeTicketQuerySet(models.QuerySet["ProbeTicket"]):
    """Questions about many tickets."""

    def due(self, now: datetime) -> Self:
        """Return tickets to be tried now that no worker holds, the most urgent first."""
        free = Q(leased_until=None) | Q(leased_until__lte=now)
        return self.filter(
            free, due_at__lte=now, parked_at=None, attempts__lt=CRASHES_LIMIT
        ).order_by("-priority", "due_at")

    def held(self, now: datetime) -> Self:
        """Return tickets that a worker is trying now."""
        return self.filter(leased_until__gt=now)

    def outdate(self, python: str, *, patch: int, layout: int, now: datetime) -> int:
        """Have tried again what an older Python or sandbox tried; return how many.

        Releases that are current no more come after all else. Newer ones alone count: workers
        with several patch versions would otherwise undo each other's results for ever.
        """
        older = Q(patch__lt=patch) | Q(layout__lt=layout)
        tried = self.filter(
            older, kind=TicketKind.RUN, python=python, parked_at=None,
            tried_at__isnull=False, source__gone_at=None,
        )  # fmt: skip
        current = tried.filter(is_current=True, due_at__gt=now).update(due_at=now)
        former = tried.filter(is_current=False, due_at=None)
        return current + former.update(due_at=now, priority=LAST)

    def lease(
        self,
        now: datetime,
        *,
        pythons: Collection[str] | None = None,
        machine: Machine | None = None,
    ) -> "ProbeTicket | None":
        """Take the most urgent due ticket for one worker; nobody gets the same one.

        Who names a `machine` renews and gives as that machine, and no other one can.
        Counted before any work: a ticket that ends its workers is parked in the end.
        """
        with transaction.atomic():
            wanted = self.due(now)
            if pythons is not None:
                wanted = wanted.filter(python__in=pythons)
            wanted = wanted.select_related("source")
            locked = wanted.select_for_update(skip_locked=True, of=("self",))
            ticket = locked.first()
            if ticket is not None:
                ticket.lease, ticket.leased_until = uuid.uuid4(), now + LEASE
                ticket.leased_revision = ticket.asked_revision
                ticket.attempts += 1
                ticket.machine = machine
                log = [*ticket.log, begun(str(machine or ""), now)]
                ticket.log = log[-CRASHES_LIMIT:]
                ticket.save(update_fields=LEASED)
        return ticket

    def leased(self, lease: uuid.UUID | None, machine: Machine | None) -> Self:
        """Return the ticket that a machine holds by this lease, if it does; it is locked."""
        held = self.filter(lease=lease, lease__isnull=False, machine=machine)
        return held.select_for_update(of=("self",))

    def renew(
        self,
        lease: uuid.UUID | None,
        now: datetime,
        *,
        machine: Machine | None = None,
        said: Json = NOTHING_SAID,
    ) -> bool:
        """Hold the ticket leased so for longer; False where nobody holds one by this lease.

        What is `said` of the try is the last that its log knows of it. Said while the record
        was on its way it changes nothing, and is no fault of who said it.
        """
        with transaction.atomic():
            ticket = self.leased(lease, machine).first()
            if ticket is None:
                given = self.filter(given_lease=lease, given_lease__isnull=False)
                return given.exists()
            ticket.leased_until = now + LEASE
            last = ticket.log[-1] if ticket.log else begun("", now)
            ticket.log = [*ticket.log[:-1], heard(last, said, now)]
            ticket.save(update_fields=["leased_until", "log"])
        return True

    def give(
        self, lease: uuid.UUID | None, digest: str, *, machine: Machine | None = None
    ) -> "ProbeTicket | None":
        """Lock the ticket leased so for a record with this digest; None where it was given.

        Raises DoesNotExist where nobody holds one by this lease, and none was given so. To be
        called in a transaction.
        """
        # Asked first: who gives it twice at once waits here for himself.
        ticket = self.leased(lease, machine).first()
        if ticket is None:
            if self.filter(given_lease=lease, given_digest=digest).exists():
                return None
            raise self.model.DoesNotExist
        ticket.given_lease, ticket.given_digest = lease, digest
        ticket.save(update_fields=["given_lease", "given_digest"])
        return ticket

    def park_crashed(self, now: datetime) -> int:
        """Park what ended its workers each time; return how many.

        Noted is the newest Python and sandbox that gave any result there: by these it was
        tried, as far as is known.
        """
        crashed = self.filter(
            attempts__gte=CRASHES_LIMIT, leased_until__lte=now, parked_at=None
        )
        beside = self.model.objects.filter(
            python=OuterRef("python"), kind=TicketKind.RUN
        )
        newest = {
            f"parked_{field}": Greatest(
                f"parked_{field}",
                Subquery(beside.order_by(f"-{field}").values(field)[:1]),
            )
            for field in ("patch", "layout")
        }
        error = (
            f"The worker that tried it ended {CRASHES_LIMIT} times without a result."
        )
        return crashed.update(
            parked_at=now, lease=None, leased_until=None, last_error=error, **newest
        )

    def unpark(self, python: str, *, patch: int, layout: int) -> int:
        """Have what is parked tried once more by a newer Python or sandbox; return how many.

        What ends the workers of that one, too, stays parked until there is a newer one.
        """
        older = Q(parked_patch__lt=patch) | Q(parked_layout__lt=layout)
        parked = self.filter(older, python=python, parked_at__isnull=False)
        return parked.update(
            **UNPARKED,
            parked_patch=Greatest("parked_patch", patch),
            parked_layout=Greatest("parked_layout", layout),
        )  # fmt: skip

    def issue(
        self,
        source: Source,
        wanted: Mapping[str, Iterable[str]],
        *,
        now: datetime,
        kind: TicketKind = TicketKind.RUN,
        revisions: Mapping[str, str] = NONE,
        priority: int = 0,
    ) -> None:
        """Make a ticket for each version on its Pythons, due now; those there are stay.

        Versions and Pythons come most wanted first: of all packages the newest release is
        tried on the first Python before any is on the next. The first version is the current
        one, and those before it are current no more. `revisions` are the commits of
        versions that are installed from Git: one that moved is due. `priority` is that of
        the first. Three queries, and one for each revision.
        """
        ours = self.filter(source=source, kind=kind)
        current = next(iter(wanted), "")
        ours.put_first(current, now)
        places = {version: priority - n * ROOM for n, version in enumerate(wanted)}
        made = (
            self.model(
                kind=kind, source=source, version=version, python=python,
                revision=revisions.get(version, ""), is_current=version == current,
                priority=places[version] - nth, due_at=now,
            )
            for version, pythons in wanted.items()
            for nth, python in enumerate(pythons)
        )  # fmt: skip
        self.bulk_create(made, ignore_conflicts=True)
        for version, revision in revisions.items():
            if revision:
                ours.move(version, revision, priority=places[version], now=now)

    def move(
        self, version: str, revision: str, *, priority: int, now: datetime
    ) -> None:
        """Have a version of these asked about, now, where it was another commit before.

        What was parked was that one.
        """
        moved = self.filter(version=version).exclude(revision=revision)
        moved.update(revision=revision, due_at=now, priority=priority, **UNPARKED)

    def pushed(self, source: Source, *, now: datetime) -> None:
        """Have the release that follows a repository's branch tried again, now."""
        follows = self.filter(source=source, kind=TicketKind.RUN, revision="")
        if source.kind == SourceKind.REPOSITORY:
            follows.filter(due_at__gt=now).update(due_at=now)
            follows.filter(parked_at__isnull=False).update(**UNPARKED)

    def drop(self, source: Source) -> None:
        """Ask nothing more of a source, whatever was asked: nobody installs it any more."""
        self.filter(source=source, is_current=True).update(
            is_current=False, due_at=None
        )

    def put_first(self, current: str, now: datetime) -> None:
        """Mark the tickets of one version, and no others of these, as current."""
        self.filter(is_current=True).exclude(version=current).update(is_current=False)
        # An older one is current again where a newer one was yanked.
        self.filter(is_current=False, version=current).update(
            is_current=True, due_at=Coalesce("due_at", now)
        )
