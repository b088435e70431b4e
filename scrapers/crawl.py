"""Crawl: look at a source, and keep what is new as snapshots.

Looking is done without a lock and may take minutes; keeping is one short transaction that
first sees whether another crawl of the same source finished meanwhile, and then gives way.
So a source may be crawled twice at once, or killed in between, and nothing is kept twice.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from registry.catalog.counters import recount
from registry.catalog.logos import keep_logos
from registry.catalog.rating import unrate
from registry.evidence import Evidence, Look
from registry.facts import Finding, Json
from registry.models import ProbeTicket, Snapshot, Source
from registry.models.bulk import BATCH
from registry.vocabulary import Outcome, PluginType, SourceKind
from scrapers.looking import look_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """What a crawl came to: its outcome, the new snapshots and what was found wrong."""

    outcome: Outcome
    snapshots: tuple[Snapshot, ...] = ()
    findings: tuple[Finding, ...] = ()
    look: Look | None = None


def crawl(source: Source, *, now: datetime, accept: bool = False) -> Crawl:
    """Look at a source and keep what is new. Raises a CrawlError where looking fails.

    A tree that lost more than the allowed share of its plugins is held, and so is an
    address at which another repository stands than before: nothing of it is kept until a
    person has it crawled with `accept`. Nothing new writes no row.
    """
    look = look_at(source, accept=accept)
    if look is None:
        held = source.held is not None
        return Crawl(outcome=Outcome.HELD if held else Outcome.UNCHANGED)
    reason = None if accept else _reason_to_hold(source, look)
    if reason is not None:
        return _hold(source, look, reason, now=now)
    return _keep(source, look, now=now)


def _reason_to_hold(source: Source, look: Look) -> Finding | None:
    """Return why a person has to see a look before it is kept, if one has to."""
    limit: float = settings.SHRINK_LIMIT_PERCENT
    if len(look.gone) * 100 > look.known * limit:
        message = (
            f"{len(look.gone)} of {look.known} plugins are gone, more than "
            f"{limit:g} %. Nothing was changed. If this is meant, "
            "crawl the source again with --accept."
        )
        return Finding(code="shrunken", message=message)
    before, seen = _claims(source.identity), _claims(look.identity)
    if any(seen[kind] != before[kind] for kind in before.keys() & seen):
        message = (
            f"Another repository stands at this address ({look.identity}) than before "
            f"({source.identity}). Nothing of it was taken. If this is meant, crawl the "
            "source again with --accept."
        )
        return Finding(code="identity", message=message)
    return None


def _claims(identity: str) -> dict[str, str]:
    """Return what says which repository this is, by who says so: `commit` or a forge."""
    return {claim.rpartition(":")[0]: claim for claim in identity.split()}


def _hold(source: Source, look: Look, reason: Finding, *, now: datetime) -> Crawl:
    """Keep nothing of a look but that it waits for a person."""
    held = {"revision": look.revision, "gone": len(look.gone), "known": look.known}
    with transaction.atomic():
        row = _unless_overtaken(source)
        if row is None:
            return Crawl(outcome=Outcome.OVERTAKEN)
        row.crawl_succeeded(
            now,
            outcome=Outcome.HELD,
            held=held | {"because": reason.code},
            findings=[reason.as_json()],
        )
    return Crawl(outcome=Outcome.HELD, findings=(reason,), look=look)


def _keep(source: Source, look: Look, *, now: datetime) -> Crawl:
    """Write a snapshot for every subject that differs, and what the next look compares."""
    with transaction.atomic():
        row = _unless_overtaken(source)
        if row is None:
            return Crawl(outcome=Outcome.OVERTAKEN)
        news = _news(row, look, now=now)
        is_quiet = not news and row.seen_quietly(look)
        snapshots = Snapshot.objects.bulk_create(news, batch_size=BATCH)
        keep_logos(look.logos, now=now)
        if not is_quiet:
            changed = {"subjects": len(snapshots), "gone": len(look.gone)}
            _note(row, look, changed, asked_before=source.asked_at, now=now)
        if look.counters is not None:
            recount(row)
    if is_quiet:
        return Crawl(outcome=Outcome.UNCHANGED)
    return Crawl(
        outcome=Outcome.CHANGED,
        snapshots=tuple(snapshots),
        findings=(*look.findings, *(f for e in look.evidence for f in e.findings)),
        look=look,
    )


def _note(
    row: Source,
    look: Look,
    changed: Json,
    *,
    asked_before: datetime | None,
    now: datetime,
) -> None:
    """Write what follows from a look that saw anything new."""
    _enrol_places(row, look, now=now)
    _welcome_back(row)
    if look.revision != row.revision:
        # Whatever moved in a repository, what nobody pinned may do something else.
        ProbeTicket.objects.pushed(row, now=now)
    row.crawl_succeeded(
        now,
        outcome=Outcome.CHANGED,
        changed=changed,
        asked_before=asked_before,
        **_seen(row, look, now=now),
    )
    unrate([row])


def _seen(row: Source, look: Look, *, now: datetime) -> Json:
    """Return what a look saw of the source itself, by the row's fields."""
    return {
        "revision": look.revision,
        "validators": look.validators,
        "counters": row.counters if look.counters is None else look.counters,
        "findings": [finding.as_json() for finding in look.findings],
        "identity": _merged(row.identity, look.identity),
        "moved_to": look.moved_to[:500],
        # A commit may claim any time; none was made after it was seen.
        "active_at": min(look.active_at, now) if look.active_at else row.active_at,
        "held": None,
    }


def _merged(before: str, seen: str) -> str:
    return " ".join(sorted((_claims(before) | _claims(seen)).values()))[:200]


def _welcome_back(source: Source) -> None:
    """Have what a source said last count again, if it was gone; unsaved."""
    if source.gone_at is not None:
        source.gone_at = None
        Snapshot.objects.latest_of(source).unjudge()


def _enrol_places(index: Source, look: Look, *, now: datetime) -> None:
    """Make sources of what an index lists, due now; what is known and moved is due, too."""
    if not look.places:
        return
    places = [(SourceKind.PACKAGE, place.address) for place in look.places]
    found_by = f"index {index.shown}"[:60]
    Source.objects.enrol_all(places, found_by=found_by, due_at=now)
    moved = [place.address for place in look.places if place.is_news]
    Source.objects.filter(kind=SourceKind.PACKAGE, address__in=moved).update(due_at=now)


def _news(source: Source, look: Look, *, now: datetime) -> list[Snapshot]:
    """Return an unsaved snapshot of every subject that is not as it was last seen."""
    seen = [*look.evidence, *map(_nothing_there, look.gone)]
    latest = Snapshot.objects.latest_of(source, [one.subject for one in seen])
    digests = dict(latest.values_list("subject", "digest"))
    return [
        Snapshot(
            source=source,
            subject=evidence.subject,
            digest=evidence.digest,
            revision=look.revision,
            taken_at=now,
            evidence=evidence.body,
            findings=[finding.as_json() for finding in evidence.findings],
        )
        for evidence in seen
        if digests.get(evidence.subject) != evidence.digest
    ]


def _unless_overtaken(source: Source) -> Source | None:
    """Return the source's row, locked, or None if it was crawled since `source` was read."""
    row = Source.objects.select_for_update().get(pk=source.pk)
    return row if row.crawled_at == source.crawled_at else None


def _nothing_there(subject: str) -> Evidence:
    """Return the evidence that a plugin's folder is not there any more."""
    kind, plugin = subject.split("/")
    body: Json = {
        "type": PluginType(kind).value,
        "plugin": plugin,
        "default_variant": None,
        "maintainers": {},
        "variants": {},
    }
    return Evidence(subject=subject, body=body)
