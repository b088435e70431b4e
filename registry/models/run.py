"""Probe runs: what came of trying one release on one Python."""

from typing import Self

from django.db import models
from django.db.models import Q

from registry.models.source import Source


class ProbeRunQuerySet(models.QuerySet["ProbeRun"]):
    """Questions about many runs."""

    def newest(self) -> Self:
        """Return the newest run of each version on each Python."""
        one = ("source_id", "version", "python")
        return self.order_by(*one, "-snapshot_id").distinct(*one)


class ProbeRun(models.Model):
    """What one run of one release on one Python came to: the facts of its snapshot.

    All of it is derived and made again when the probes' version is raised. `outcomes` are
    the answers with their causes, `surface` what `registry.differences` compares, `code`
    what was read from its files where it does not tell, in a definition's keys. `rescue` is
    what had to be added by hand for it to start. `commit` and its time are of what was
    installed from Git.
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
    code = models.JSONField(default=dict)
    rescue = models.CharField(max_length=200, blank=True)
    commit = models.CharField(max_length=64, blank=True)
    committed_at = models.DateTimeField(null=True)

    objects = ProbeRunQuerySet.as_manager()

    class Meta:
        ordering = ["source_id", "version", "python", "-snapshot_id"]
        indexes = [
            models.Index(
                fields=["source", "version", "python", "-snapshot"], name="run_newest"
            ),
            models.Index(
                fields=["-ran_at"],
                condition=Q(installs="no") | Q(imports="no"),
                name="run_failed",
            ),
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
