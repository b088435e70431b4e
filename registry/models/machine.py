"""Machines that may try releases, each with a key of its own."""

import hashlib
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q

# When a key was last shown is for people to read: not each time is written down.
USE_NOTED = timedelta(minutes=1)


class MachineQuerySet(models.QuerySet["Machine"]):
    """Questions about many machines."""

    def valid(self, now: datetime) -> Self:
        """Return machines whose keys are good now."""
        lasting = Q(expires_at=None) | Q(expires_at__gt=now)
        return self.filter(lasting, revoked_at=None)

    def issue(
        self, name: str, key: str, *, now: datetime, expires_at: datetime | None = None
    ) -> "Machine":
        """Give a machine this key; the one that it had before is good no more."""
        said = {
            "key_digest": digest_of(key),
            "issued_at": now,
            "expires_at": expires_at,
            "revoked_at": None,
            "used_at": None,
        }
        return self.update_or_create(name=name, defaults=said)[0]

    def revoke(self, name: str, now: datetime) -> bool:
        """End a machine's key; False where it has none that could be ended."""
        return bool(self.filter(name=name, revoked_at=None).update(revoked_at=now))

    def bearing(self, key: str, now: datetime) -> "Machine | None":
        """Return whose key this is, and note that it was shown; None for any other text.

        It is looked for by its digest: how long that takes says nothing of the key.
        """
        machine = self.valid(now).filter(key_digest=digest_of(key)).first()
        if machine and (not machine.used_at or now - machine.used_at > USE_NOTED):
            self.filter(pk=machine.pk).update(used_at=now)
        return machine


class Machine(models.Model):
    """A machine that asks for tickets over HTTP, and the digest of its key.

    The key itself is kept nowhere: it is shown once, when it is made.
    """

    name = models.CharField(max_length=60, unique=True)
    key_digest = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    objects = MachineQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


def digest_of(key: str) -> str:
    """Return what is kept of a key. It is as long as it is random: no salt is needed."""
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()
