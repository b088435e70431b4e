"""Logo: a picture that a tree of definitions carries for what its definitions describe."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from registry.models.plugin import Variant
from registry.models.statement import Statement

# Until what a snapshot shows is recorded, only the snapshot names its pictures. Seconds
# are usual, hours where the workers were down.
UNRECORDED = timedelta(days=1)


class LogoQuerySet(models.QuerySet["Logo"]):
    """Questions about many logos."""

    def at(self, path: str, *, digest: str = "") -> Self:
        """Return the logos of variants that name `path`, the one that is meant first."""
        named = Variant.objects.filter(logo_url=path).exclude(logo_digest="")
        return (
            self.filter(digest__in=named.values("logo_digest"))
            .alias(is_meant=Q(digest__startswith=digest))
            .order_by("-is_meant", "digest")
        )

    def orphaned(self, now: datetime) -> Self:
        """Return the logos that no source carries any more."""
        said = Statement.objects.filter(logo_digest=OuterRef("digest"))
        return self.filter(~Exists(said), kept_at__lt=now - UNRECORDED)


class Logo(models.Model):
    """A picture made safe, by the digest of its bytes: one row for all that name it.

    It is written with the snapshots that name it, before anything is recorded of them;
    `kept_at` is when that last was. Who shows it: statements and variants, by `logo_digest`.
    """

    digest = models.CharField(max_length=64, unique=True)
    content = models.BinaryField()
    content_type = models.CharField(max_length=40)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    kept_at = models.DateTimeField()

    objects = LogoQuerySet.as_manager()

    def __str__(self) -> str:
        return self.digest[:8]
