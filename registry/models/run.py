"""Probe runs: what came of trying one release on one Python."""

from typing import Self

from django.db import models
from django.db.models import Q

from registry.models.source import Source
from registry.tried import Answer

# Limits of the machine, as causes of outcomes name them, and as steps of a record end. What
# crashed is one of them where somebody else ended it, which leaves the answer unknown.
# Source: `scrapers.probes.invocation.causes`; a test compares the two.
LIMITS = frozenset({
    "timed-out", "memory", "output", "processes", "refused", "disk", "crashed",
    "open-files", "shared-memory", "sandbox",
})  # fmt: skip


class ProbeRunQuerySet(models.QuerySet["ProbeRun"]):
    """Questions about many runs."""

    def newest(self) -> Self:
        """Return the newest run of each version on each Python."""
        one = ("source_id", "version", "python")
        return self.order_by(*one, "-snapshot_id").distinct(*one)


class ProbeRun(models.Model):
    """What one run of one release on one Python came to: the facts of its snapshot.

    All of it is derived and made again when the probes' version is raised. `outcomes` are
    the answers with their causes, `starts` what they come to: whether the release installs,
    imports, and does anything when it is called; yes, no or unknown. `surface` is what
    `registry.differences` compares, `code` what was read from its files where it does not
    tell, in the same keys. `rescue` is what had to be added by hand for it to start.
    `needs_compiler` is yes, no or unknown of its install here, `needs_library` the system
    library that was missing, `layout` the version of the sandbox that read its files.
    `requires_python` is what its metadata says, `commit` and its time are of what was
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
    starts = models.CharField(
        max_length=8, default=Answer.UNKNOWN, db_default=Answer.UNKNOWN.value
    )
    outcomes = models.JSONField(default=list)
    surface = models.JSONField(default=dict)
    code = models.JSONField(default=dict)
    rescue = models.CharField(max_length=200, blank=True)
    requires_python = models.CharField(
        max_length=200, blank=True, default="", db_default=""
    )
    needs_compiler = models.CharField(
        max_length=8, default=Answer.UNKNOWN, db_default=Answer.UNKNOWN.value
    )
    needs_library = models.CharField(
        max_length=120, blank=True, default="", db_default=""
    )
    sdk_version = models.CharField(max_length=40, blank=True, default="", db_default="")
    framework = models.CharField(max_length=40, blank=True, default="", db_default="")
    layout = models.PositiveSmallIntegerField(default=0, db_default=0)
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
                condition=Q(starts="no"),
                name="run_failed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.version} on Python {self.python}"

    @property
    def why_it_fails(self) -> str:
        """Return the first cause that it did not start; "" where it did or names none."""
        causes = (one["cause"]["message"] for one in self.outcomes if one["cause"])
        return "" if self.starts == Answer.YES else next(causes, "")

    def interpreters_since(self, earlier: "ProbeRun") -> tuple[str, str] | None:
        """Return the interpreters of an earlier run and of this one, where these differ."""
        pair = earlier.interpreter, self.interpreter
        return pair if all(pair) and pair[0] != pair[1] else None

    @property
    def was_limited(self) -> bool:
        """Say whether a limit left anything unknown: another try may show it."""
        return any(
            one["answer"] == Answer.UNKNOWN
            and one["cause"] is not None
            and one["cause"]["code"] in LIMITS
            for one in self.outcomes
        )
