"""The main line, in order.

    crawl (look, keep) → probe (judge) → record (rows) → publish (documents)

Each step reads what is now true and writes what follows, so any of them may be killed,
repeated or run by someone else; a tick then does what was left.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError
from django.db.models import Func, IntegerField

from registry import catalog, publishing
from registry.catalog import Recorded
from registry.catalog.conforming import keep_conformance
from registry.catalog.following import follow_names
from registry.catalog.observing import observe
from registry.catalog.rating import unrate
from registry.catalog.runs import keep_runs, last_started
from registry.catalog.speaking import INSTALLED
from registry.facts import Facts, Finding, Json, SourceFacts
from registry.models import Snapshot, Source
from registry.models.bulk import save_all
from registry.publishing import Published
from registry.tried import Basis, Tried
from registry.vocabulary import Outcome, SourceKind, TicketKind
from scrapers import probes
from scrapers.crawl import Crawl
from scrapers.crawl import crawl as look_and_keep
from scrapers.issuing import keep_further
from scrapers.probes import run_probes
from scrapers.probes.invocation import probe_record, surface_of
from scrapers.tickets import issue_tickets

logger = logging.getLogger(__name__)

# What ends a judgement through no fault of what is judged: a tick tries it again.
PASSING = (InterfaceError, OperationalError, SoftTimeLimitExceeded)
# As the database packs evidence: what is read of it takes many times as much.
BATCH_BYTES = 4 * 1024 * 1024


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


def follow(source: Source, *, now: datetime, accept: bool = False) -> Passage:
    """Take one source down the whole line, in this process.

    Raises a CrawlError where looking fails. Nothing new ends it after the first step.
    """
    crawled = look_and_keep(source, now=now, accept=accept)
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
    # First of all: news are only what the same version of the probes tells otherwise.
    for snapshot in snapshots:
        snapshot.probed_with = probes.VERSION
    crawled, seen = _by_kind(snapshots)
    found = _probe(crawled, now=now)
    recorded = catalog.record(found, now=now)
    _keep_tries(seen[TicketKind.RUN])
    keep_conformance(seen[TicketKind.CONFORMANCE])
    # Whatever installs from a source, its runs speak of.
    tried = {one.source for one in snapshots if one.source.kind in INSTALLED}
    observed = observe(tried, now=now)
    issue_tickets(found, now=now)
    keep_further(seen, tried, now=now)
    save_all(snapshots, ["probe_findings", "probed_with"])
    return recorded + observed


def _by_kind(
    snapshots: Sequence[Snapshot],
) -> tuple[list[Snapshot], Mapping[str, list[Snapshot]]]:
    """Return what crawls saw, and what machines gave by the kind of its ticket."""
    crawled: list[Snapshot] = []
    seen: dict[str, list[Snapshot]] = {kind: [] for kind in TicketKind}
    for snapshot in snapshots:
        seen.get(snapshot.subject.partition("/")[0], crawled).append(snapshot)
    return crawled, seen


def _probe(
    crawled: Sequence[Snapshot], *, now: datetime
) -> list[tuple[Snapshot, Facts]]:
    """Return the facts of what crawls saw; note what sources say of themselves."""
    found, spoken, before = [], [], set()
    for snapshot in crawled:
        report = run_probes(SourceKind(snapshot.source.kind), snapshot.evidence)
        snapshot.probe_findings = [one.as_json() for one in report.findings]
        named = snapshot.source.facts.get("names", ())
        if report.source is not None and _is_news(snapshot, report.source):
            spoken.append(snapshot.source)
            before.update(named)
        if report.facts is not None:
            found.append((snapshot, report.facts))
    save_all(spoken, ["facts"])
    if spoken:
        follow_names(spoken, before=before, now=now)
        unrate(spoken)
    return found


def _keep_tries(snapshots: Sequence[Snapshot]) -> None:
    """Write the runs of snapshots, and by the same rules those that speak on in their place."""
    keep_runs([_tried(one) for one in snapshots])
    earlier = last_started(snapshots, version=probes.VERSION)
    for snapshot in earlier:
        snapshot.probed_with = probes.VERSION
    keep_runs([_tried(one) for one in earlier])
    save_all(earlier, ["probe_findings", "probed_with"])


def judge_due(*, limit: int, now: datetime, batch_bytes: int = BATCH_BYTES) -> int:
    """Judge what nothing has judged yet, or an earlier version of the probes.

    Returns how many. A batch that our own code breaks on is judged one by one. Raises what
    is no fault of a snapshot, after which the rest is still to be judged.
    """
    count = 0
    for snapshots in _batches(limit, batch_bytes):
        count += len(snapshots)
        try:
            judge(snapshots, now=now)
        except PASSING:
            raise
        except Exception:  # noqa: BLE001  whatever one of them holds, the rest goes on
            judge_one_by_one(snapshots, now=now)
    return count


def _batches(limit: int, batch_bytes: int) -> Iterator[list[Snapshot]]:
    """Yield what is to be judged, of each batch no more than so many bytes of evidence.

    One that is larger is alone. One query, and one for each batch.
    """
    waiting = Snapshot.objects.unprobed(probes.VERSION)
    packed = Func("evidence", function="pg_column_size", output_field=IntegerField())
    batches: list[list[int]] = []
    room = 0
    for key, size in waiting.values_list("pk", packed)[:limit]:
        if not batches or size > room:
            batches.append([])
            room = batch_bytes
        batches[-1].append(key)
        room -= size
    for keys in batches:
        # What is no longer the newest by now is not judged.
        yield list(waiting.filter(pk__in=keys).select_related("source"))


def judge_one_by_one(snapshots: Sequence[Snapshot], *, now: datetime) -> None:
    """Judge each by itself; one that our own code breaks on is logged and left behind.

    It keeps what the version of the probes before made of it, until the next version. Raises
    what is no fault of it.
    """
    for snapshot in snapshots:
        try:
            judge([snapshot], now=now)
        except PASSING:
            raise
        except Exception:
            logger.exception("%s could not be judged.", snapshot)
            Snapshot.objects.filter(pk=snapshot.pk).update(probed_with=probes.VERSION)


def _tried(snapshot: Snapshot) -> tuple[Snapshot, Tried, Json, Json]:
    tried = probe_record(snapshot.evidence)
    snapshot.probe_findings = [one.as_json() for one in tried.findings]
    read = surface_of(tried, basis=Basis.STATIC)
    return snapshot, tried, surface_of(tried), read


def _is_news(snapshot: Snapshot, said: SourceFacts) -> bool:
    """Set what a source says of itself, unsaved; say whether it said otherwise before.

    A status and a call for help keep the day of the snapshot that first had them.
    """
    source, facts = snapshot.source, said.as_json()
    before, day = source.facts, snapshot.taken_at.date().isoformat()
    for fact, since in (("status", "status_since"), ("is_seeking", "seeking_since")):
        is_same = before.get(fact) == facts[fact] and since in before
        facts[since] = before[since] if is_same else day
    source.facts = facts
    return bool(facts != before)
