"""`manage.py export DIR`: the whole discovery API as files that any web server can serve."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from registry import publishing
from registry.mirror import write_tree


class Command(BaseCommand):
    """Write every published document into a folder."""

    help = "Write the discovery API as static files; serve DIR as the hub's root."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the folder."""
        parser.add_argument("folder", metavar="DIR", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish what is due, and write."""
        folder: Path = options["folder"]
        if folder.exists() and any(folder.iterdir()):
            raise CommandError(f"{folder} is not empty; nothing was written.")
        now = timezone.now()
        publishing.publish_changed(now=now)
        publishing.publish_legacy(now=now)
        count = write_tree(folder)
        self.stdout.write(
            f"{count} documents in {folder}. Their references start with "
            f"{settings.PUBLIC_URL}: serve the folder there, JSON as application/json."
        )
