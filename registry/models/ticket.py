"""Probe tickets: what is to be tried in the sandbox, and who is at it."""

import random
import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Self

from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from registry import cadence
from registry.models.source import Source
from registry.vocabulary import TicketKind

# Who is at a ticket renews its lease; who was killed does not, and another one takes it.
LEASE = timedelta(minutes=5)
# More than there are Pythons to try one release on.
ROOM = 10
# A ticket that ended the worker so many times is not given to another.
CRASHES_LIMIT = 3
# What was tried is asked about again after anything that never was.
AGAIN = -1000
# Whether a current release still resolves to the same files: milliseconds, where it does.
RECHECK = timedelta(days=1)
# Where nothing could be resolved all of it is tried again; after a month, monthly.
DOUBLINGS = 5
NONE: Mapping[str, str] = {}


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

    def outdated(self, python: str, *, patch: int, layout: int) -> Self:
        """Return runs' tickets of current releases that an older Python or sandbox tried.

        Newer ones alone count: workers with several patch versions would otherwise undo
        each other's results for ever.
        """
        older = Q(patch__lt=patch) | Q(layout__lt=layout)
        return self.filter(
            older,
            kind=TicketKind.RUN,
            python=python,
            is_current=True,
            parked_at=None,
            tried_at__isnull=False,
        )

    def lease(
        self, now: datetime, *, pythons: Collection[str] | None = None
    ) -> "ProbeTicket | None":
        """Take the most urgent due ticket for one worker; nobody gets the same one.

        Counted before any work: a ticket that ends its workers is parked in the end.
        """
        with transaction.atomic():
            wanted = self.due(now)
            if pythons is not None:
                wanted = wanted.filter(python__in=pythons)
            ticket = wanted.select_for_update(skip_locked=True).first()
            if ticket is not None:
                ticket.lease, ticket.leased_until = uuid.uuid4(), now + LEASE
                ticket.attempts += 1
                ticket.save(update_fields=["lease", "leased_until", "attempts"])
        return ticket

    def renew(self, lease: uuid.UUID | None, now: datetime) -> bool:
        """Hold the ticket leased so for longer; False where nobody holds one by this lease."""
        held = self.filter(lease=lease, lease__isnull=False)
        return bool(held.update(leased_until=now + LEASE))

    def park_crashed(self, now: datetime) -> int:
        """Park what ended its workers each time; return how many."""
        crashed = self.filter(
            attempts__gte=CRASHES_LIMIT, leased_until__lte=now, parked_at=None
        )
        error = (
            f"The worker that tried it ended {CRASHES_LIMIT} times without a result."
        )
        return crashed.update(
            parked_at=now, lease=None, leased_until=None, last_error=error
        )

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
        self.bulk_create(
            [
                self.model(
                    kind=kind, source=source, version=version, python=python,
                    revision=revisions.get(version, ""),
                    is_current=version == current,
                    priority=places[version] - nth, due_at=now,
                )
                for version, pythons in wanted.items()
                for nth, python in enumerate(pythons)
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        for version, revision in revisions.items():
            if revision:
                moved = ours.filter(version=version).exclude(revision=revision)
                moved.update(revision=revision, due_at=now, priority=places[version])

    def put_first(self, current: str, now: datetime) -> None:
        """Mark the tickets of one version, and no others of these, as current."""
        self.filter(is_current=True).exclude(version=current).update(is_current=False)
        # An older one is current again where a newer one was yanked.
        self.filter(is_current=False, version=current).update(
            is_current=True, due_at=Coalesce("due_at", now)
        )


class ProbeTicket(models.Model):
    """One release of a package or a repository, to be asked one kind of question on one Python.

    `revision` is the commit, where it is installed from Git. `is_current` says that it is
    what an installer takes now: only that is asked about again. `due_at` is empty where
    nothing is to be asked. `attempts` counts what was begun since the last result, which
    came from the Python's `patch` version, by the sandbox's `layout`; `unchanged` how many
    results since showed nothing new. `parked_at` is set where nobody is to try again by
    himself.
    """

    kind = models.CharField(
        max_length=12,
        choices=[(kind.value, kind.value) for kind in TicketKind],
        default=TicketKind.RUN,
    )
    source = models.ForeignKey(Source, models.CASCADE, related_name="tickets")
    version = models.CharField(max_length=120)
    python = models.CharField(max_length=8)
    revision = models.CharField(max_length=64, blank=True)
    is_current = models.BooleanField(default=False)
    patch = models.PositiveSmallIntegerField(default=0)
    layout = models.PositiveSmallIntegerField(default=0)
    unchanged = models.PositiveSmallIntegerField(default=0)
    priority = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    tried_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)

    objects = ProbeTicketQuerySet.as_manager()

    class Meta:
        ordering = ["source", "-priority", "python"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "kind", "version", "python"], name="ticket_once"
            )
        ]
        indexes = [
            models.Index(
                F("priority").desc(),
                "due_at",
                condition=Q(due_at__isnull=False, parked_at__isnull=True),
                name="ticket_due",
            ),
            models.Index(
                fields=["leased_until"],
                condition=Q(leased_until__isnull=False),
                name="ticket_held",
            ),
            models.Index(
                fields=["lease"], condition=Q(lease__isnull=False), name="ticket_lease"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.version} on Python {self.python}"

    @property
    def subject(self) -> str:
        """Return what snapshots of its results are about."""
        return f"{self.kind}/{self.version}/{self.python}"

    def succeeded(
        self, now: datetime, *, lock: str, is_news: bool, patch: int, layout: int
    ) -> None:
        """Note that there is a result, whatever it says of the release, and when to ask again.

        `lock` is empty where nothing could be resolved: that is not known without trying.
        Whether a release still runs is asked by the day, anything else when something new
        makes it due.
        """
        self.unchanged = 0 if is_news else self.unchanged + 1
        wait = RECHECK if lock else RECHECK * 2 ** min(self.unchanged, DOUBLINGS)
        is_asked_again = self.is_current and self.kind == TicketKind.RUN
        self.tried_at, self.due_at = now, now + wait if is_asked_again else None
        self.patch, self.layout, self.priority = patch, layout, AGAIN
        self.failures, self.attempts, self.last_error = 0, 0, ""
        self.lease = self.leased_until = None
        self.save()

    def failed(self, now: datetime, error: str) -> None:
        """Note that there is none, through no fault of the release, and try again later.

        Who holds the ticket no more changes nothing, and what became of it meanwhile stays.
        """
        chance = random.random()  # noqa: S311  no secret
        due_at = now + cadence.retry(self.failures, chance=chance)
        ProbeTicket.objects.filter(pk=self.pk, lease=self.lease).update(
            due_at=due_at, failures=F("failures") + 1, attempts=0,
            last_error=error[:2000], lease=None, leased_until=None,
        )  # fmt: skip
