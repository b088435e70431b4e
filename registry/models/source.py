"""Source: an address to look at, and when to look next."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models, transaction

from registry.models.bulk import save_all
from registry.models.ordered_json import OrderedJSONField
from registry.vocabulary import SourceKind, without_credentials

# How often a source that answers is looked at.
CADENCE = {
    SourceKind.DEFINITIONS: timedelta(minutes=15),
    SourceKind.PACKAGE: timedelta(hours=6),
}
# A failing source is asked again after this, doubled with each failure, up to the limit.
FIRST_RETRY = timedelta(minutes=1)
LAST_RETRY = timedelta(hours=6)
# Longer than the longest crawl (the task's hard time limit): a worker that was killed
# gives its source back after this.
LEASE = timedelta(minutes=7)


class SourceQuerySet(models.QuerySet["Source"]):
    """Questions about many sources."""

    def due(self, now: datetime) -> Self:
        """Return sources that should be looked at now and that no worker holds."""
        free = models.Q(leased_until=None) | models.Q(leased_until__lte=now)
        return self.filter(free, due_at__lte=now).order_by("due_at")

    def lease(self, now: datetime, *, limit: int) -> list["Source"]:
        """Take up to `limit` of these for one worker; no other worker gets the same.

        Marks each before any work, so a killed worker's come back later. Two queries.
        """
        with transaction.atomic():
            rows = list(self.select_for_update(skip_locked=True)[:limit])
            for row in rows:
                row.leased_until = now + LEASE
                row.attempts += 1
            save_all(rows, ["leased_until", "attempts"])
        return rows

    def enrol(
        self,
        kind: SourceKind,
        address: str,
        *,
        found_by: str,
        due_at: datetime | None = None,
    ) -> "Source":
        """Return the source at `address`, made if it is new; one that is known stays as is."""
        source, _ = self.get_or_create(
            kind=kind.value,
            address=address,
            defaults={"found_by": found_by, "due_at": due_at},
        )
        return source


class Source(models.Model):
    """Where to look: a tree of definitions, or a package on the index.

    `revision` and `validators` are what the last look saw (a commit, file blobs, an ETag);
    they decide whether there is anything new. `held` says why the newest look waits for a
    person; `counters` change daily and decide nothing.
    """

    kind = models.CharField(
        max_length=16, choices=[(kind.value, kind.value) for kind in SourceKind]
    )
    address = models.CharField(max_length=500)
    priority = models.SmallIntegerField(default=0)
    found_by = models.CharField(max_length=60)
    revision = models.CharField(max_length=200, blank=True)
    validators = OrderedJSONField(default=dict)
    counters = OrderedJSONField(default=dict)
    findings = models.JSONField(default=list)
    held = models.JSONField(null=True)
    crawled_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    due_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "address"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "address"], name="source_address_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(due_at__isnull=False),
                name="source_due",
            )
        ]

    def __str__(self) -> str:
        return self.shown

    @property
    def shown(self) -> str:
        """Return the address as it may be shown: no password, no path of this machine."""
        if self.address.startswith("/"):
            return f"folder {self.address.rpartition('/')[2]}"
        return without_credentials(self.address)

    def crawl_succeeded(self, now: datetime, **seen: Any) -> None:
        """Keep what the look saw and set the next one; the lease ends.

        `seen` are fields of this row: revision, validators, counters, findings, held.
        """
        for name, value in seen.items():
            setattr(self, name, value)
        self.crawled_at = now
        self.failures, self.attempts, self.last_error = 0, 0, ""
        self.due_at = now + CADENCE[SourceKind(self.kind)]
        self.leased_until = None
        self.save()

    def crawl_changed_nothing(self, now: datetime) -> None:
        """Set the next look and nothing else; the lease ends. One row, no catalog row."""
        self.failures, self.attempts, self.last_error = 0, 0, ""
        self.due_at = now + CADENCE[SourceKind(self.kind)]
        self.leased_until = None
        self.save(
            update_fields=[
                "failures", "attempts", "last_error", "due_at", "leased_until",
            ]
        )  # fmt: skip

    def crawl_failed(self, now: datetime, error: str) -> timedelta:
        """Keep the error, let go of the lease and return how long until the next try."""
        doubled: int = 2 ** min(self.failures, 20)
        wait = min(LAST_RETRY, FIRST_RETRY * doubled)
        self.failures += 1
        self.last_error = error[:2000]
        self.due_at = now + wait
        self.leased_until = None
        self.save(update_fields=["failures", "last_error", "due_at", "leased_until"])
        return wait
