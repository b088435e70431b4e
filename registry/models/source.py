"""Source: an address to look at, and when to look next."""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import models

from registry import cadence
from registry.evidence import Look
from registry.facts import Finding
from registry.models.leasing import SourceQuerySet
from registry.models.ordered_json import OrderedJSONField
from registry.models.visit import Visit
from registry.places import Place, written
from registry.vocabulary import Outcome, SourceKind, without_credentials

# A source is gone when nothing was there so many times, at least so far apart.
ABSENCES_NEEDED = 3
BETWEEN_ABSENCES = timedelta(days=1)


class Source(models.Model):
    """Where to look: a repository, a package, a tree of definitions or an index's list.

    `revision` and `validators` are what the last look saw (a commit, file blobs, an ETag);
    they decide whether there is anything new. `held` says why the newest look waits for a
    person; `counters` change daily and decide nothing; `facts` follow from the newest
    snapshot (`registry.facts.SourceFacts`).

    `looked_at` is the last look that was answered, `changed_at` the last that was news,
    `crawled_at` the last that wrote this row. `absences` are when nothing was there.
    """

    kind = models.CharField(
        max_length=16, choices=[(kind.value, kind.value) for kind in SourceKind]
    )
    address = models.CharField(max_length=500)
    host = models.CharField(max_length=260, blank=True)
    priority = models.SmallIntegerField(default=0)
    found_by = models.CharField(max_length=60)
    revision = models.CharField(max_length=200, blank=True)
    validators = OrderedJSONField(default=dict)
    counters = OrderedJSONField(default=dict)
    facts = models.JSONField(default=dict)
    findings = models.JSONField(default=list)
    held = models.JSONField(null=True)
    identity = models.CharField(max_length=200, blank=True)
    moved_to = models.CharField(max_length=500, blank=True)
    active_at = models.DateTimeField(null=True)
    crawled_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)
    quiet_looks = models.PositiveIntegerField(default=0)
    absences = models.JSONField(default=list)
    gone_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    asked_at = models.DateTimeField(null=True)
    asked_last_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)
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
                "host",
                models.F("asked_at").asc(nulls_last=True),
                "due_at",
                condition=models.Q(due_at__isnull=False),
                name="source_due_at_host",
            ),
            models.Index(
                fields=["leased_until"],
                condition=models.Q(leased_until__isnull=False),
                name="source_leased",
            ),
        ]

    def __str__(self) -> str:
        return self.shown

    @property
    def shown(self) -> str:
        """Return the address as it may be shown: no password, no path of this machine."""
        if self.address.startswith("/"):
            return f"folder {self.address.rpartition('/')[2]}"
        return without_credentials(self.address)

    @property
    def spellings(self) -> frozenset[str]:
        """Return what other sources may call this one: a folder by its repository, too."""
        place = Place(SourceKind(self.kind), self.address)
        root = replace(place, address=self.address.partition("#")[0])
        return frozenset({written(place), written(root)})

    def host_of_address(self) -> str:
        """Return who is asked: `name:port`, `local`, or nothing for the default index."""
        if self.address.startswith(("/", "file:")):
            return "local"
        return urlsplit(self.address).netloc.rpartition("@")[2].lower()

    def next_look(self, now: datetime) -> datetime:
        """Return when a source that answered is due again."""
        if self.gone_at is not None:
            return now + cadence.QUIET
        # Spread, so that what was enrolled together is not asked together for ever.
        chance = random.random()  # noqa: S311  no secret
        since = self.changed_at or now
        return now + cadence.pause(
            SourceKind(self.kind), changed_at=since, now=now, chance=chance
        )

    def ask(self, now: datetime, *, limit: timedelta) -> timedelta | None:
        """Have this looked at next; return how long to wait where that was asked just now.

        One conditional update, so that of many who ask at once one is heard.
        """
        asked = Source.objects.filter(pk=self.pk).filter(
            models.Q(asked_last_at=None) | models.Q(asked_last_at__lte=now - limit)
        )
        if asked.update(asked_at=now, asked_last_at=now, due_at=now):
            return None
        self.refresh_from_db(fields=["asked_last_at"])
        last = self.asked_last_at or now
        return max(timedelta(), last + limit - now)

    def announce(self, now: datetime, *, limit: timedelta) -> None:
        """Have this looked at for who knows of news: next, or when the limit has passed.

        Nothing announced is dropped: what came after the look began is looked at again.
        """
        if wait := self.ask(now, limit=limit):
            Source.objects.filter(pk=self.pk).update(asked_at=now, due_at=now + wait)

    def seen_quietly(self, look: Look) -> bool:
        """Keep counts and what the next look compares with, if a look brought only these.

        Returns False, and writes nothing, where it brought more: that is a visit.
        """
        said = [finding.as_json() for finding in look.findings]
        brings_more = (
            look.places or look.gone or look.revision != self.revision
            or said != self.findings or look.moved_to != self.moved_to
            or self.held is not None or self.gone_at is not None
        )  # fmt: skip
        if brings_more:
            return False
        self.validators = look.validators
        self.counters = self.counters if look.counters is None else look.counters
        self.save(update_fields=["validators", "counters"])
        return True

    def crawl_succeeded(
        self,
        now: datetime,
        *,
        outcome: Outcome,
        changed: Mapping[str, int] | None = None,
        asked_before: datetime | None = None,
        **seen: Any,
    ) -> None:
        """Keep what the look saw, as a visit too, and set the next one; the lease ends.

        `seen` are fields of this row: revision, validators, counters, findings, held. Where
        the source was asked for since `asked_before` was read, it is due again at once.
        """
        for name, value in seen.items():
            setattr(self, name, value)
        visit = Visit(
            source=self, at=now, outcome=outcome, revision=self.revision,
            changed=dict(changed or {}), quiet_before=self.quiet_looks,
        )  # fmt: skip
        self.crawled_at = self.looked_at = now
        if outcome is Outcome.CHANGED:
            self.changed_at = self.active_at or now
        self.failures, self.attempts, self.quiet_looks = 0, 0, 0
        self.last_error, self.absences = "", []
        is_asked = self.asked_at is not None and self.asked_at != asked_before
        self._end_lease(now if is_asked else self.next_look(now))
        self.save()
        visit.save()

    def crawl_failed(
        self, now: datetime, error: str, *, outcome: Outcome = Outcome.UNREACHABLE
    ) -> timedelta:
        """Keep the error, let go of the lease and return how long until the next try.

        A failure with the same words as the last one is no visit of its own.
        """
        is_news = self.last_error != error[:2000]
        chance = random.random()  # noqa: S311  no secret
        wait = cadence.retry(self.failures, chance=chance)
        if self.absences and outcome is Outcome.GONE:
            wait = max(wait, BETWEEN_ABSENCES)
        self.failures += 1
        self.last_error = error[:2000]
        self._end_lease(now + wait)
        fields = [
            "failures",
            "last_error",
            "due_at",
            "asked_at",
            "lease",
            "leased_until",
        ]
        if is_news:
            visit = Visit(source=self, at=now, outcome=outcome, error=self.last_error)
            visit.quiet_before, self.quiet_looks = self.quiet_looks, 0
            visit.save()
            fields.append("quiet_looks")
        self.save(update_fields=[*fields, "absences", "gone_at"])
        return wait

    def count_absence(self, now: datetime) -> bool:
        """Note that nothing is there, unsaved; say whether that makes the source gone.

        Looks within a day of each other count once.
        """
        last = max(map(datetime.fromisoformat, self.absences), default=None)
        if last is None or now - last >= BETWEEN_ABSENCES:
            self.absences = [*self.absences, now.isoformat()]
        if self.gone_at is not None or len(self.absences) < ABSENCES_NEEDED:
            return False
        self.gone_at = now
        return True

    def _end_lease(self, due_at: datetime) -> None:
        self.due_at, self.asked_at = due_at, None
        self.lease = self.leased_until = None

    @property
    def problems(self) -> list[Finding]:
        """Return what the last look found wrong."""
        return [Finding.from_json(one) for one in self.findings]
