"""Recordings: what the conformance suite saw of a release, kept to be judged by other rules."""

from django.db import models

from registry.models.ticket import ProbeTicket


class Recording(models.Model):
    """The newest recording of what one ticket asks about, as packed by whoever made it.

    `content` is never read here: it holds what foreign code printed. `plan` is the digest of
    what was run, `commit` of what, where it is installed from Git.
    """

    ticket = models.OneToOneField(ProbeTicket, models.CASCADE, related_name="recording")
    plan = models.CharField(max_length=64)
    commit = models.CharField(max_length=64, blank=True)
    content = models.BinaryField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.ticket}, recorded at {self.made_at:%Y-%m-%d %H:%M}"
