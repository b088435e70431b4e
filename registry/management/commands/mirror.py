"""`manage.py mirror`: bring this machine's folder of documents up to date, and keep it so."""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from registry.mirror import mirror

INTERVAL_S = 1.0


class Command(BaseCommand):
    """Mirror the published documents for the web server on this machine."""

    help = "Bring PUBLISHED_ROOT up to date with the database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether to go on."""
        parser.add_argument(
            "--follow", action="store_true", help="look again every second, for ever"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Mirror once, or for ever."""
        written = mirror(settings.PUBLISHED_ROOT)
        self.stdout.write(f"{written} documents written to {settings.PUBLISHED_ROOT}")
        while options["follow"]:
            time.sleep(INTERVAL_S)
            mirror(settings.PUBLISHED_ROOT)
