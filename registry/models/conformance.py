"""Conformance runs and loadings: what connectors do with messages, as the sandbox saw."""

from collections import defaultdict
from typing import Any, Self

from django.db import connection, models
from django.db.models import Exists, OuterRef

from registry.models.release import Release
from registry.models.run import LIMITS
from registry.models.source import Source
from registry.models.ticket import ProbeTicket
from registry.tried import Basis
from registry.vocabulary import TicketKind


class ConformanceRunQuerySet(models.QuerySet["ConformanceRun"]):
    """Questions about many conformance runs."""

    def newest(self) -> Self:
        """Return the newest run of each connector."""
        return self.order_by("source_id", "-snapshot_id").distinct("source_id")

    def current(self) -> Self:
        """Return runs of releases that installers take now, on the Python they are asked on."""
        tickets = ProbeTicket.objects.filter(
            kind=TicketKind.CONFORMANCE,
            source=OuterRef("source"),
            version=OuterRef("version"),
            is_current=True,
        )
        return self.filter(Exists(tickets))

    def tally(self) -> dict[str, dict[str, int]]:
        """Return how many of these runs have each result, by check. One query."""
        rows, params = self.values("pk").query.sql_with_params()
        # The rows are a query of our own; its values are parameters.
        asked = (
            "SELECT key, value, count(*) FROM registry_conformancerun, "  # noqa: S608
            f"jsonb_each_text(results) WHERE id IN ({rows}) GROUP BY key, value"
        )
        found: dict[str, dict[str, int]] = defaultdict(dict)
        with connection.cursor() as cursor:
            cursor.execute(asked, params)
            for check, result, count in cursor.fetchall():
                found[check][result] = count
        return found


class ConformanceRun(models.Model):
    """What the checks say of one release on one Python: the verdicts of its snapshot.

    All of it is derived from the record. `results` are words by check, `counts` how many
    verdicts there are of each word, `must_failures` what the page of a variant says of each
    MUST that does not hold. `shown` are capabilities that were seen at work, or seen not to
    work, each with the check and the reason. `suite` is the version of the checks. `problem`
    says why there are none, where it could not be run.
    """

    snapshot = models.OneToOneField(
        "Snapshot", models.CASCADE, related_name="conformance"
    )
    source = models.ForeignKey(Source, models.CASCADE, related_name="conformance_runs")
    version = models.CharField(max_length=120)
    python = models.CharField(max_length=8)
    suite = models.PositiveSmallIntegerField(default=0)
    ran_at = models.DateTimeField()
    kind = models.CharField(max_length=8, blank=True)
    counts = models.JSONField(default=dict)
    results = models.JSONField(default=dict)
    must_failures = models.JSONField(default=list)
    shown = models.JSONField(default=dict, db_default={})
    config_is_made_up = models.BooleanField(default=True)
    problem = models.CharField(max_length=600, blank=True)

    objects = ConformanceRunQuerySet.as_manager()

    class Meta:
        ordering = ["source_id", "-snapshot_id"]
        indexes = [
            models.Index(fields=["source", "-snapshot"], name="conformance_newest")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.version} on Python {self.python}"


class TapSchemasQuerySet(models.QuerySet["TapSchemas"]):
    """Questions about what many taps have to load."""

    def not_loaded_by(
        self, target: Any, version: Any, *, commit: Any, layout: int
    ) -> Self:
        """Return what a target's release was not seen with yet, or not as it is now.

        `target`, `version` and `commit` may be of an outer query. `layout` is the version of
        how records are made up and judged. What met a limit was not seen.
        """
        known = Loading.objects.filter(
            tap=OuterRef("source"),
            digest=OuterRef("digest"),
            target=target,
            target_version=version,
            target_commit=commit,
            layout__gte=layout,
        ).exclude(code__in=LIMITS)
        return self.filter(~Exists(known), source__gone_at=None)


class TapSchemas(models.Model):
    """The streams of a tap's current release, as something that targets are to load.

    `digest` is that of the schemas and keys that are sent, of which there are `streams`;
    they are rows of `release`, and all of one `basis`.
    """

    source = models.OneToOneField(Source, models.CASCADE, related_name="schemas")
    release = models.ForeignKey(Release, models.CASCADE, related_name="+")
    version = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    streams = models.PositiveSmallIntegerField()
    basis = models.CharField(
        max_length=8, default=Basis.OBSERVED, db_default=Basis.OBSERVED.value
    )

    objects = TapSchemasQuerySet.as_manager()

    class Meta:
        ordering = ["source_id"]

    def __str__(self) -> str:
        return f"{self.source} {self.version}"

    @property
    def is_read(self) -> bool:
        """Say whether no run showed these schemas: they stand in the release's files."""
        return self.basis == Basis.STATIC


class Loading(models.Model):
    """Whether a target loads records that were made up from a tap's schemas.

    Of a tap and a target only what was seen last is kept. `target_commit` is empty where the
    target is a package's release, `read` where what it wrote could not be read back. `cause`
    says why, in words, where the answer is not yes. `layout` is the version of how records
    are made up and judged.
    """

    tap = models.ForeignKey(Source, models.CASCADE, related_name="loaded_into")
    tap_version = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    target = models.ForeignKey(Source, models.CASCADE, related_name="loaded_from")
    target_version = models.CharField(max_length=120)
    target_commit = models.CharField(max_length=64, blank=True)
    python = models.CharField(max_length=8)
    layout = models.PositiveSmallIntegerField(default=0)
    answer = models.CharField(max_length=8)
    code = models.CharField(max_length=40, blank=True)
    cause = models.CharField(max_length=600, blank=True)
    streams = models.PositiveIntegerField(default=0)
    sent = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(null=True)
    config_is_made_up = models.BooleanField(default=True)
    ran_at = models.DateTimeField()

    class Meta:
        ordering = ["tap_id", "target_id"]
        constraints = [
            models.UniqueConstraint(fields=["tap", "target"], name="loading_once")
        ]

    def __str__(self) -> str:
        return f"{self.tap} into {self.target}"
