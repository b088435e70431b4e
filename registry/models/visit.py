"""Visit: one crawl of a source that came to something, for anyone to read."""

from django.db import models

from registry.vocabulary import Outcome


class Visit(models.Model):
    """When a source was crawled, and what came of it.

    A crawl that finds nothing new writes no row: the source counts it in `quiet_looks`,
    and the next visit tells how many there were (`quiet_before`). `changed` counts what
    is new by its kind; `error` is in words that a maintainer can act on.
    """

    source = models.ForeignKey("Source", models.CASCADE, related_name="visits")
    at = models.DateTimeField()
    outcome = models.CharField(
        max_length=16, choices=[(one.value, one.value) for one in Outcome]
    )
    revision = models.CharField(max_length=200, blank=True)
    changed = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    quiet_before = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["source", "-at"], name="visit_history")]

    def __str__(self) -> str:
        return f"{self.source} at {self.at:%Y-%m-%d %H:%M}: {self.outcome}"
