"""One round of a worker, in this process, for a source that is due."""

from datetime import timedelta

from django.utils import timezone

from registry.models import Host, Source
from registry.places import parse
from scrapers import tasks


def enrol(place):
    """A source at a tree of definitions that is due now."""
    found = parse(f"definitions:{place}")
    now = timezone.now()
    return Source.objects.enrol(found.kind, found.address, found_by="test", due_at=now)


def go(source):
    """Have a worker look at `source` now, whatever it waits for."""
    Host.objects.update(open_at=None)
    Source.objects.exclude(pk=source.pk).update(leased_until=None, due_at=None)
    past = timezone.now() - timedelta(seconds=1)
    Source.objects.filter(pk=source.pk).update(
        due_at=past, leased_until=None, lease=None
    )
    tasks.crawl()
    source.refresh_from_db()
    return source
