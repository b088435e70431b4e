"""Record facts as catalog rows: one transaction, safe to repeat, in any order.

What the catalog says is a function of the newest snapshots alone: a snapshot that a newer
one of the same subject has overtaken changes nothing, and what sources say of a variant
is kept apart, statement by statement, before it is laid together. Everything is done for
a whole batch at once, in a number of queries that does not grow with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from registry.catalog.joining import joined
from registry.catalog.laying import lay_plugins
from registry.catalog.logos import drop_logos
from registry.catalog.readmes import TELLING, keep_readmes
from registry.catalog.statements import TRIED, Found, keep_statements, lock_plugins
from registry.facts import Facts
from registry.models import Event, Plugin, Snapshot, Source, Statement
from registry.models.bulk import BATCH
from registry.vocabulary import EventVerb, Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What a recording changed, in variants, and the plugins it touched."""

    added: int = 0
    changed: int = 0
    gone: int = 0
    plugins: tuple[Plugin, ...] = ()

    def __add__(self, other: "Recorded") -> "Recorded":
        """Return what two recordings changed together."""
        return Recorded(
            added=self.added + other.added,
            changed=self.changed + other.changed,
            gone=self.gone + other.gone,
            plugins=tuple(
                {one.pk: one for one in self.plugins + other.plugins}.values()
            ),
        )


def record(found: Sequence[tuple[Snapshot, Facts]], *, now: datetime) -> Recorded:
    """Bring the catalog up to date with `found`, and write an Event for every change.

    Facts of a snapshot that has been overtaken are passed over, but for what runs say: who
    reads them decides that behind the lock, and the last one that started may be an older one.
    """
    if not found:
        return Recorded()
    with transaction.atomic():
        pairs = joined(_newest(found))
        plugins = lock_plugins([facts for _, facts in pairs], now=now)
        # Asked again behind the lock: who held it may have recorded a newer snapshot.
        current = [Found(snapshot, facts) for snapshot, facts in _newest(pairs)]
        current = [one for one in current if one.key in plugins]
        touched, events = keep_statements(current, plugins, now=now)
        events += lay_plugins(touched, now=now)
        said = [one.snapshot for one in current if one.facts.origin in TELLING]
        keep_readmes(touched, said)
        if any(one.facts.origin is Origin.DEFINITION for one in current):
            drop_logos(now=now)
        Event.objects.bulk_create(events, batch_size=BATCH)
    count = {verb: sum(e.verb == verb for e in events) for verb in EventVerb}
    return Recorded(
        added=count[EventVerb.ADDED],
        changed=count[EventVerb.CHANGED] + count[EventVerb.RETURNED],
        gone=count[EventVerb.GONE],
        plugins=tuple(touched),
    )


def silence(source: Source, *, now: datetime) -> Recorded:
    """End what a source says that is gone; variants nobody else speaks of are gone, too.

    No row is deleted. When the source answers again, its newest snapshot is judged again.
    """
    with transaction.atomic():
        spoken = Statement.objects.filter(source=source, gone_at=None)
        ids = set(spoken.values_list("variant__plugin", flat=True))
        locked = Plugin.objects.filter(pk__in=ids).select_for_update().order_by("pk")
        plugins = list(locked)
        spoken.update(gone_at=now)
        events = lay_plugins(plugins, now=now)
        keep_readmes(plugins, [])
        Event.objects.bulk_create(events, batch_size=BATCH)
    return Recorded(
        gone=sum(event.verb == EventVerb.GONE for event in events),
        plugins=tuple(plugins),
    )


def _newest(found: Sequence[tuple[Snapshot, Facts]]) -> list[tuple[Snapshot, Facts]]:
    """Return, once, the pairs that no newer snapshot of the same subject has overtaken."""
    newest = set(
        Snapshot.objects.filter(
            source__in={snapshot.source_id for snapshot, _ in found},
            subject__in={snapshot.subject for snapshot, _ in found},
        )
        .values("source", "subject")
        .annotate(newest=Max("pk"))
        .values_list("newest", flat=True)
    )
    once = {
        (snapshot.pk, facts.type, facts.name, facts.origin): (snapshot, facts)
        for snapshot, facts in found
    }
    return [
        (snapshot, facts)
        for snapshot, facts in once.values()
        if snapshot.pk in newest or facts.origin in TRIED
    ]
