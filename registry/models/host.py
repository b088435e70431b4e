"""Host: who is asked for many sources, and from when on it may be asked again."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models.functions import Greatest

# A host that does not answer is left alone this long, doubled each time, up to the limit.
FIRST_REST, LAST_REST = timedelta(minutes=1), timedelta(hours=2)


class HostQuerySet(models.QuerySet["Host"]):
    """Questions about many hosts."""

    def open(self, now: datetime) -> Self:
        """Return hosts that may be asked now."""
        return self.filter(models.Q(open_at=None) | models.Q(open_at__lte=now))


class Host(models.Model):
    """One host by `name:port`; empty for the default package index, `local` for folders.

    Its row is what workers share: they lease sources host by host, with this row locked.
    """

    name = models.CharField(max_length=260, unique=True)
    open_at = models.DateTimeField(null=True)
    outages = models.PositiveIntegerField(default=0)

    objects = HostQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name or "the package index"

    def rest(self, until: datetime) -> None:
        """Leave the host alone until then, or longer if someone else heard so."""
        Host.objects.filter(pk=self.pk).update(
            open_at=Greatest("open_at", models.Value(until))
        )

    def fell_silent(self, now: datetime) -> None:
        """Leave the host alone for a while that doubles as long as it does not answer."""
        wait = min(LAST_REST, FIRST_REST * 2 ** min(self.outages, 10))
        Host.objects.filter(pk=self.pk).update(
            outages=models.F("outages") + 1, open_at=now + wait
        )

    def answered(self) -> None:
        """Forget an outage that is over. No query where there was none."""
        if self.outages:
            Host.objects.filter(pk=self.pk).update(outages=0, open_at=None)
