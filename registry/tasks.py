"""The registry's own ticks."""

from celery import shared_task
from django.utils import timezone

from registry import publishing


@shared_task
def publish_due() -> None:
    """Publish whatever changed, and bring this machine's folder up to date."""
    publishing.publish_changed(now=timezone.now())


@shared_task
def publish_legacy() -> None:
    """Publish the file that clients before the hub API read."""
    publishing.publish_legacy(now=timezone.now())
