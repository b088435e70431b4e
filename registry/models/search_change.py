"""SearchChange: that an entry of the search was written, or is gone."""

from django.db import models


class SearchChange(models.Model):
    """One entry that changed, by its key. Written by triggers of the entries' table alone.

    Who keeps entries in memory reads on from the last change that it knows; if that one is
    not here any more, it begins anew: the database was restored, or has gone on too far
    without it. Changes become visible in the order of their ids, for writers take turns.
    Only the newest few thousand are kept.
    """

    entry = models.BigIntegerField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.pk}: entry {self.entry}"
