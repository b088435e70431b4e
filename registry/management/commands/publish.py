"""`manage.py publish`: publish whatever changed, now."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from registry import publishing


class Command(BaseCommand):
    """Publish changed plugins and the legacy file, and mirror them to this machine."""

    help = "Publish whatever changed, and bring this machine's folder up to date."

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish and say what was written."""
        now = timezone.now()
        published = publishing.publish_changed(now=now)
        legacy = publishing.publish_legacy(now=now)
        self.stdout.write(
            f"{published.plugins} plugins looked at, "
            f"{published.written + legacy} documents written, "
            f"{published.held} variants held back"
        )
