"""Probe tickets and probe runs: what is to be tried in the sandbox, and what came of it."""

import random
import uuid
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Self

from django.db import models, transaction
from django.db.models import F, Q

from registry import cadence
from registry.models.source import Source

# Longer than the longest try: resolving, building and calling each have limits of their own.
LEASE = timedelta(minutes=20)
# More than there are Pythons to try one release on.
ROOM = 10
# A ticket that ended the worker so many times is not given to another.
CRASHES_LIMIT = 3


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
    ) -> None:
        """Make a ticket for each version on its Pythons, due now; those there are stay.

        Versions and Pythons come most wanted first: of all packages the newest release is
        tried on the first Python before any is on the next. One query.
        """
        self.bulk_create(
            [
                self.model(
                    source=source, version=version, python=python,
                    priority=-(place * ROOM + nth), due_at=now,
                )
                for place, (version, pythons) in enumerate(wanted.items())
                for nth, python in enumerate(pythons)
            ],
            ignore_conflicts=True,
        )  # fmt: skip


class ProbeTicket(models.Model):
    """One release of a package to be tried on one Python.

    `due_at` is empty once there is a result. `attempts` counts what was begun since the
    last result. `parked_at` is set where nobody is to try again by himself.
    """

    source = models.ForeignKey(Source, models.CASCADE, related_name="tickets")
    version = models.CharField(max_length=120)
    python = models.CharField(max_length=8)
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
                fields=["source", "version", "python"], name="ticket_once"
            )
        ]
        indexes = [
            models.Index(
                F("priority").desc(),
                "due_at",
                condition=Q(due_at__isnull=False, parked_at__isnull=True),
                name="ticket_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.version} on Python {self.python}"

    @property
    def subject(self) -> str:
        """Return what snapshots of its runs are about."""
        return f"{RUN}{self.version}/{self.python}"

    def succeeded(self, now: datetime) -> None:
        """Note that there is a result, whatever it says of the release."""
        self.tried_at, self.due_at = now, None
        self.failures, self.attempts, self.last_error = 0, 0, ""
        self.lease = self.leased_until = None
        self.save()

    def failed(self, now: datetime, error: str) -> None:
        """Note that there is none, through no fault of the release, and try again later."""
        chance = random.random()  # noqa: S311  no secret
        self.due_at = now + cadence.retry(self.failures, chance=chance)
        self.failures += 1
        self.attempts, self.last_error = 0, error[:2000]
        self.lease = self.leased_until = None
        self.save()


class ProbeRunQuerySet(models.QuerySet["ProbeRun"]):
    """Questions about many runs."""

    def newest(self) -> Self:
        """Return the newest run of each version on each Python."""
        one = ("source_id", "version", "python")
        return self.order_by(*one, "-snapshot_id").distinct(*one)


class ProbeRun(models.Model):
    """What one run of one release on one Python came to: the facts of its snapshot.

    All of it is derived and made again when the probes' version is raised. `outcomes` are
    the answers with their causes, `surface` what `registry.differences` compares, `facts`
    the rest of `registry.tried.Tried`.
    """

    snapshot = models.OneToOneField("Snapshot", models.CASCADE, related_name="run")
    source = models.ForeignKey(Source, models.CASCADE, related_name="runs")
    version = models.CharField(max_length=120)
    python = models.CharField(max_length=8)
    ran_at = models.DateTimeField()
    interpreter = models.CharField(max_length=40, blank=True)
    platform = models.CharField(max_length=120, blank=True)
    level = models.CharField(max_length=20, blank=True)
    lock = models.CharField(max_length=64, blank=True)
    installs = models.CharField(max_length=8)
    imports = models.CharField(max_length=8)
    outcomes = models.JSONField(default=list)
    surface = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)

    objects = ProbeRunQuerySet.as_manager()

    class Meta:
        ordering = ["source_id", "version", "python", "-snapshot_id"]
        indexes = [
            models.Index(
                fields=["source", "version", "python", "-snapshot"], name="run_newest"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.version} on Python {self.python}"

    @property
    def starts(self) -> str:
        """Return whether the release installs and starts: yes, no or unknown."""
        answers = {self.installs, self.imports}
        if answers == {"yes"}:
            return "yes"
        return "no" if "no" in answers else "unknown"


# The subjects of snapshots that are records of runs begin with this.
RUN = "run/"
