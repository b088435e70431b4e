"""The ticks that keep the main line moving. What each does is in `line` and `rounds`."""

import logging
from functools import partial

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from registry import publishing
from registry.catalog.following import follow_variants
from registry.catalog.rating import rate_variants
from registry.catalog.recordings import drop_recordings
from registry.models import ProbeTicket, Source
from registry.places import parse
from registry.vocabulary import SourceKind
from scrapers.issuing import issue_again
from scrapers.leftovers import remove_leftovers
from scrapers.line import Passage, judge_due
from scrapers.older import issue_older
from scrapers.rounds import Round
from scrapers.seed import enrol_seed
from scrapers.tickets import issue_for_pythons

logger = logging.getLogger(__name__)

# How many sources one worker takes at once, and how many workers one tick calls.
SOURCES_PER_ROUND = 50
ROUNDS_PER_TICK = 8
SNAPSHOTS_PER_TICK = 1000
CALL_LIFE_S = 60


@shared_task
def enrol_sources() -> None:
    """Make sure that the configured sources are known and looked at; sweep this machine."""
    now = timezone.now()
    remove_leftovers(now)
    wanted = [f"definitions:{one}" for one in settings.DEFINITIONS_SOURCES]
    wanted += [f"index:{one}" for one in settings.FIND_IN_INDEXES]
    for place in map(parse, wanted):
        source = Source.objects.enrol(place.kind, place.address, found_by="settings")
        if source.due_at is None:
            Source.objects.filter(pk=source.pk).update(due_at=now)


@shared_task
def crawl_due() -> None:
    """Call as many workers as there may be rounds to go."""
    waiting = Source.objects.due(timezone.now())[: SOURCES_PER_ROUND * ROUNDS_PER_TICK]
    for _ in range(-(-waiting.count() // SOURCES_PER_ROUND)):
        # What no worker has taken by then, another tick asks for again.
        crawl.apply_async(expires=CALL_LIFE_S)


@shared_task
def crawl() -> None:
    """Go one round, and call for another while there is more to do."""
    now = timezone.now()
    if sources := Source.objects.lease(now, limit=SOURCES_PER_ROUND):
        with_news: list[Source] = []
        Round(sources, began=now).go(partial(_tell, with_news))
        _tell_how_far(with_news)
        if any(source.kind == SourceKind.DEFINITIONS for source in sources):
            _begin_with_seed()
        crawl.delay()


@shared_task
def follow_definitions() -> None:
    """Enrol what definitions name, so that every variant has its sources."""
    if count := follow_variants(now=timezone.now()):
        logger.info("Followed %d variants to what they name.", count)


@shared_task
def rate_due() -> None:
    """Rate whether anyone looks after the variants whose sources had news."""
    rate_variants(now=timezone.now())


@shared_task
def probe_due() -> None:
    """Judge what nothing has judged yet, or an earlier version of the probes."""
    if judge_due(limit=SNAPSHOTS_PER_TICK, now=timezone.now()):
        publishing.publish_changed(now=timezone.now())


@shared_task
def ticket_due() -> None:
    """Leave alone what ended its sandbox again and again; have older releases tried, too."""
    now = timezone.now()
    ProbeTicket.objects.park_crashed(now)
    issue_older(now=now)


@shared_task
def renew() -> None:
    """Ask about all that newer suites and settings want to know; drop what none will."""
    drop_recordings(ProbeTicket.objects.filter(is_current=False))
    if not settings.PROBE:
        return
    if count := issue_for_pythons():
        logger.info("Making tickets of %d sources for Pythons that are new.", count)
    if count := issue_again(now=timezone.now()):
        logger.info("Asking again of %d releases, beyond runs.", count)


def _begin_with_seed() -> None:
    """Where no definitions could be read yet, begin with known connectors."""
    definitions = Source.objects.filter(kind=SourceKind.DEFINITIONS)
    if definitions.filter(revision="", failures__gt=0).exists():
        if definitions.exclude(revision="").exists():
            return
        if new := enrol_seed(now=timezone.now()):
            logger.info("Beginning with %d connectors from the package index.", new)


def _tell(with_news: list[Source], source: Source, passage: Passage) -> None:
    """Log what came of a source, if anything did."""
    if passage.crawl.look is None:
        return
    with_news.append(source)
    recorded = passage.recorded
    counts = {
        "new": recorded.added,
        "changed": recorded.changed,
        "gone": recorded.gone,
        "findings": len(passage.findings),
    }
    said = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    logger.info(
        "Crawled %s: %s", source, said or passage.crawl.outcome,
        extra={"source_id": source.pk},
    )  # fmt: skip


def _tell_how_far(with_news: list[Source]) -> None:
    """Log how far the first reading of all sources is, after a round that had some."""
    if not any(source.crawled_at is None for source in with_news):
        return
    unread = Source.objects.filter(crawled_at=None, last_error="")
    if waiting := unread.exclude(kind=SourceKind.INSTALLATION).count():
        logger.info("%d sources are still to be read.", waiting)
