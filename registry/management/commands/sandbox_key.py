"""`manage.py sandbox_key NAME`: let a machine try releases, or end that."""

import secrets
from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from registry.models import Machine

NAME_LENGTH = 60
# A hundred years.
DAYS_LIMIT = 36_525


class Command(BaseCommand):
    """Issue and revoke the keys of machines, and list who has one."""

    help = (
        "Print a new key for the machine NAME, which replaces the one it has; "
        "without NAME, list all machines."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the machine, and what to do about its key."""
        parser.add_argument("name", metavar="NAME", nargs="?", default="")
        parser.add_argument(
            "--days", type=int, help="for how long the key is good; without, for ever"
        )
        parser.add_argument(
            "--revoke", action="store_true", help="end the key instead of making one"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what is asked for. Raises CommandError for a machine that has no key."""
        name, now = options["name"], timezone.now()
        if not name:
            self._list(now)
        elif len(name) > NAME_LENGTH or not name.isprintable():
            raise CommandError(
                f"A name has {NAME_LENGTH} printable characters at most."
            )
        elif not options["revoke"]:
            key, expires_at = secrets.token_urlsafe(32), _end(options["days"], now)
            Machine.objects.issue(name, key, now=now, expires_at=expires_at)
            self.stdout.write(key)
        elif not Machine.objects.revoke(name, now):
            raise CommandError(f"{name} has no key.")

    def _list(self, now: datetime) -> None:
        """Print each machine with the state of its key and when that was last shown."""
        valid = set(Machine.objects.valid(now))
        for one in Machine.objects.all():
            state = "valid" if one in valid else "revoked" if one.revoked_at else "over"
            until = f" until {one.expires_at:%Y-%m-%d}" if one.expires_at else ""
            used = f"{one.used_at:%Y-%m-%d %H:%M} UTC" if one.used_at else "never"
            self.stdout.write(f"{one.name}: {state}{until}, last used {used}")


def _end(days: int | None, now: datetime) -> datetime | None:
    """Return when a key ends, None for never. Raises CommandError."""
    if days is None:
        return None
    if not 1 <= days <= DAYS_LIMIT:
        raise CommandError(f"A key is good for 1 to {DAYS_LIMIT} days.")
    return now + timedelta(days=days)
