"""The main line, in order, and the ticks that keep it moving.

    crawl (look, keep) → probe (judge) → record (rows) → publish (documents)

Each step reads what is now true and writes what follows, so any of them may be killed,
repeated or run by someone else; a tick then does what was left.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from registry import catalog, publishing
from registry.catalog import Recorded
from registry.facts import Finding
from registry.models import Snapshot, Source
from registry.models.bulk import save_all
from registry.publishing import Published
from registry.vocabulary import SourceKind
from scrapers import probes
from scrapers.crawl import Crawl, Outcome, locate
from scrapers.crawl import crawl as look_and_keep
from scrapers.http import CrawlError
from scrapers.probes import run_probes
from scrapers.seed import enrol_seed

logger = logging.getLogger(__name__)

# How many sources one tick hands out; the next tick is seconds away.
SOURCES_PER_TICK = 16
SNAPSHOTS_PER_TICK = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One source's way down the whole line."""

    crawl: Crawl
    recorded: Recorded = field(default_factory=Recorded)
    published: Published = field(default_factory=Published)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return all that was found wrong: by the look, and by the probes after it."""
        probed = (one for row in self.crawl.snapshots for one in row.probe_findings)
        return (*self.crawl.findings, *map(Finding.from_json, probed))


def follow(source: Source, *, now: datetime, accept_loss: bool = False) -> Passage:
    """Take one source down the whole line, in this process.

    Raises a CrawlError where looking fails. Nothing new ends it after the first step.
    """
    crawled = look_and_keep(source, now=now, accept_loss=accept_loss)
    if crawled.outcome is not Outcome.CHANGED:
        return Passage(crawl=crawled)
    recorded = judge(crawled.snapshots, now=now)
    return Passage(
        crawl=crawled,
        recorded=recorded,
        published=publishing.publish_changed(now=now),
    )


def judge(snapshots: Sequence[Snapshot], *, now: datetime) -> Recorded:
    """Probe snapshots, record what follows, and mark them as done. Safe to repeat."""
    found = []
    for snapshot in snapshots:
        kind = SourceKind(snapshot.source.kind)
        report = run_probes(kind, snapshot.evidence)
        snapshot.probe_findings = [one.as_json() for one in report.findings]
        snapshot.probed_with = probes.VERSION
        if report.facts is not None:
            found.append((snapshot, report.facts))
    recorded = catalog.record(found, now=now)
    save_all(snapshots, ["probe_findings", "probed_with"])
    return recorded


@shared_task
def enrol_sources() -> None:
    """Make sure that the configured sources are known and looked at."""
    for address in settings.DEFINITIONS_SOURCES:
        kind, place = locate(address)
        source = Source.objects.enrol(kind, place, found_by="settings")
        if source.due_at is None:
            Source.objects.filter(pk=source.pk).update(due_at=timezone.now())


@shared_task
def crawl_due() -> None:
    """Hand out the sources that are due, each to one worker."""
    now = timezone.now()
    for source in Source.objects.due(now).lease(now, limit=SOURCES_PER_TICK):
        crawl.delay(source.pk)


@shared_task
def crawl(source_id: int) -> None:
    """Take one leased source down the line; a failure is kept and tried again later."""
    source = Source.objects.filter(pk=source_id).first()
    if source is None:
        # Taken out of the registry since it was handed out.
        return
    now = timezone.now()
    try:
        passage = follow(source, now=now)
    except CrawlError as error:
        _failed(source, error, now=now)
        return
    if passage.crawl.outcome in {Outcome.UNCHANGED, Outcome.HELD}:
        source.refresh_from_db()
        source.crawl_changed_nothing(now)
    _tell(source, passage)


@shared_task
def probe_due() -> None:
    """Judge what nothing has judged yet, or an earlier version of the probes."""
    rows = Snapshot.objects.unprobed(probes.VERSION).select_related("source")
    if snapshots := list(rows[:SNAPSHOTS_PER_TICK]):
        judge(snapshots, now=timezone.now())
        publishing.publish_changed(now=timezone.now())


def _failed(source: Source, error: CrawlError, *, now: datetime) -> None:
    """Keep the failure; where no definitions were ever read, begin with the seed."""
    wait = source.crawl_failed(now, str(error))
    minutes = wait.total_seconds() / 60
    logger.warning("%s Trying again in %.0f min.", error, minutes)
    definitions = Source.objects.filter(kind=SourceKind.DEFINITIONS)
    if (
        source.kind != SourceKind.DEFINITIONS
        or definitions.exclude(revision="").exists()
    ):
        return
    if new := enrol_seed(now=now):
        logger.info("Beginning with %d connectors from the package index.", new)


def _tell(source: Source, passage: Passage) -> None:
    """Log what came of a source, and how far the first reading of all sources is."""
    recorded = passage.recorded
    counts = {
        "new": recorded.added,
        "changed": recorded.changed,
        "gone": recorded.gone,
        "findings": len(passage.findings),
    }
    said = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    waiting = Source.objects.filter(crawled_at=None).count()
    logger.info(
        "Crawled %s: %s%s",
        source,
        said or passage.crawl.outcome,
        f" ({waiting} sources still to read)" if waiting else "",
        extra={"source_id": source.pk},
    )
