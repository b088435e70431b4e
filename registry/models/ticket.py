"""Probe tickets: one release that is to be tried in the sandbox on one Python."""

import random
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from registry import cadence
from registry.models.machine import Machine
from registry.models.source import Source
from registry.models.ticketing import AGAIN, LAST, ProbeTicketQuerySet
from registry.vocabulary import SourceKind, TicketKind

# Whether a current release still resolves to the same files: milliseconds, where it does.
RECHECK = timedelta(days=1)
# What could not be resolved, or met a limit, is tried again; after a month, monthly.
DOUBLINGS = 5


class ProbeTicket(models.Model):
    """One release of a package or a repository, to be asked one kind of question on one Python.

    `revision` is the commit, where it is installed from Git. `is_current` says that it is
    what an installer takes now: only that is asked about again. `due_at` is empty where
    nothing is to be asked. `attempts` counts what was begun since the last result, and `log`
    has what is known of each (see `registry.models.attempt`). That result came from the
    Python's `patch` version, by the sandbox's `layout`; `unchanged` is how many results since
    showed nothing new. `leased_revision` is the commit that was asked for with the lease, and
    `machine` who took it. `given_lease` is by which the last record was given,
    `given_digest` what that showed. `made_with` are the interpreter and the SDK of the run that
    it follows, for kinds that follow runs. `parked_at` is set where nobody is to try again by
    himself, before there is a newer Python or sandbox than `parked_patch` and
    `parked_layout`.
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
    machine = models.ForeignKey(
        Machine, models.SET_NULL, null=True, related_name="tickets"
    )
    leased_revision = models.CharField(
        max_length=200, blank=True, default="", db_default=""
    )
    given_lease = models.UUIDField(null=True)
    given_digest = models.CharField(
        max_length=64, blank=True, default="", db_default=""
    )
    made_with = models.CharField(max_length=130, blank=True, default="", db_default="")
    attempts = models.PositiveIntegerField(default=0)
    log = models.JSONField(default=list, db_default=[])
    failures = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    tried_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)
    parked_patch = models.PositiveSmallIntegerField(default=0, db_default=0)
    parked_layout = models.PositiveSmallIntegerField(default=0, db_default=0)

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
            models.Index(
                fields=["given_lease"],
                condition=Q(given_lease__isnull=False),
                name="ticket_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.version} on Python {self.python}"

    @property
    def subject(self) -> str:
        """Return what snapshots of its results are about."""
        return f"{self.kind}/{self.version}/{self.python}"

    @property
    def asked_revision(self) -> str:
        """Return the commit or reference that it asks about now; empty for a package.

        A branch that nobody pinned is tried as it was last seen.
        """
        if self.source.kind != SourceKind.REPOSITORY:
            # Nobody looks at an installation: what its branch holds is found out with it.
            return self.revision
        return self.revision or self.source.revision

    @property
    def has_moved(self) -> bool:
        """Say whether it asks about another commit by now than it was leased for."""
        return self.lease is not None and self.leased_revision != self.asked_revision

    def succeeded(
        self, now: datetime, *, is_open: bool, is_news: bool, patch: int, layout: int
    ) -> None:
        """Note that there is a result, whatever it says of the release, and when to ask again.

        It `is_open` where the same may come to something else without any news: where
        nothing could be resolved, or a limit ended it. Whether a release still runs is asked
        by the day, what is open again and again, anything else when something new makes it
        due. What moved since it was leased stays due: this result is of what was there before.
        """
        self.unchanged = 0 if is_news else self.unchanged + 1
        wait = RECHECK * 2 ** min(self.unchanged, DOUBLINGS) if is_open else RECHECK
        is_followed = self.is_current and self.kind == TicketKind.RUN
        if self.has_moved:
            self.due_at = now
        else:
            self.due_at = now + wait if is_open or is_followed else None
            self.priority = AGAIN if self.is_current else LAST
        self.tried_at, self.patch, self.layout = now, patch, layout
        self.failures, self.attempts, self.log, self.last_error = 0, 0, [], ""
        self.lease = self.leased_until = None
        self.save()

    def failed(self, now: datetime, error: str) -> None:
        """Note that there is none, through no fault of the release, and try again later.

        Who holds the ticket no more changes nothing, and what became of it meanwhile stays.
        """
        chance = random.random()  # noqa: S311  no secret
        due_at = now + cadence.retry(self.failures, chance=chance)
        ProbeTicket.objects.filter(pk=self.pk, lease=self.lease).update(
            due_at=due_at, failures=F("failures") + 1, attempts=0, log=[],
            last_error=error[:2000], lease=None, leased_until=None,
        )  # fmt: skip
