"""Snapshot: one immutable look at one subject of a source."""

from typing import TYPE_CHECKING, Self

from django.db import models

from registry.models.ordered_json import OrderedJSONField

if TYPE_CHECKING:
    from collections.abc import Iterable

    from registry.models.source import Source


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    """Questions about many snapshots."""

    def latest_of(
        self, source: "Source", subjects: "Iterable[str] | None" = None
    ) -> Self:
        """Return the newest snapshot of each subject (all of the source's by default)."""
        rows = self.filter(source=source)
        if subjects is not None:
            rows = rows.filter(subject__in=list(subjects))
        return rows.order_by("subject", "-pk").distinct("subject")

    def unjudge(self) -> int:
        """Have the probes judge these again, and what follows recorded again."""
        ids = list(self.values_list("pk", flat=True))
        return self.model.objects.filter(pk__in=ids).update(probed_with=0)

    def unprobed(self, version: int) -> Self:
        """Return newest snapshots that this version of the probes has not judged yet."""
        newer = self.model.objects.filter(
            source=models.OuterRef("source"),
            subject=models.OuterRef("subject"),
            pk__gt=models.OuterRef("pk"),
        )
        return (
            self.exclude(probed_with=version)
            .filter(~models.Exists(newer))
            .order_by("pk")
        )


class Snapshot(models.Model):
    """What one crawl saw of one subject, and what was wrong with it.

    Evidence and its `findings` are never edited. `probe_findings` follow from them and
    are made again by every version of the probes (`probed_with`).

    `subject` is a plugin's folder (`extractors/tap-csv`) in a tree of definitions, and
    empty for a package. Rows of one subject are written with the source locked, so
    their ids grow in the order of the looks.
    """

    source = models.ForeignKey("Source", models.CASCADE, related_name="snapshots")
    subject = models.CharField(max_length=300, blank=True)
    digest = models.CharField(max_length=64)
    revision = models.CharField(max_length=200, blank=True)
    taken_at = models.DateTimeField()
    evidence = OrderedJSONField()
    findings = models.JSONField(default=list)
    probe_findings = models.JSONField(default=list)
    probed_with = models.PositiveIntegerField(default=0)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["source", "subject", "-id"], name="snapshot_latest"),
            models.Index(fields=["probed_with"], name="snapshot_unprobed"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.subject} at {self.revision}"
