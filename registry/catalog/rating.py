"""Rate whether anyone looks after a variant, from what its sources say of themselves."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

from django.db import transaction
from django.db.models import Q

from registry.catalog.laying import lay_plugins
from registry.catalog.withholding import is_withheld
from registry.maintenance import Maintenance, maintenance
from registry.models import Event, Plugin, Source, Statement, Variant
from registry.models.bulk import BATCH, save_all
from registry.search import index
from registry.vocabulary import ProjectStatus, SourceKind

PER_TICK = 2000
# What a maintainer or an index may say of one connector; a tree speaks of hundreds.
SPEAKERS = (SourceKind.PACKAGE, SourceKind.REPOSITORY)
# The worst of what several sources say counts.
GRAVITY = list(ProjectStatus)


def withhold_variants(*, now: datetime) -> int:
    """Lay the plugins anew of which a package was quarantined, or is no more.

    Of variants that are to be rated. Returns how many plugins; two queries where none is.
    """
    unrated = Variant.objects.filter(is_rated=False).order_by("pk")
    rows = unrated.select_related("package").defer("definition")[:PER_TICK]
    moved = {row.plugin_id for row in rows if is_withheld(row) != bool(row.withheld_at)}
    with transaction.atomic():
        locked = Plugin.objects.filter(pk__in=moved).select_for_update()
        plugins = list(locked.order_by("pk"))
        events = lay_plugins(plugins, now=now) if plugins else []
        Event.objects.bulk_create(events, batch_size=BATCH)
    return len(plugins)


def rate_variants(*, now: datetime) -> int:
    """Rate variants of which a source had news, and those whose state ends by the calendar.

    Returns how many were looked at. A number of queries that does not grow; what is searched
    is written where a state changed.
    """
    withhold_variants(now=now)
    today = now.astimezone(UTC).date()
    with transaction.atomic():
        rows = list(
            Variant.objects.filter(Q(is_rated=False) | Q(maintenance_until__lte=today))
            .order_by("pk")
            .select_for_update(skip_locked=True)[:PER_TICK]
        )
        speakers, moved = speakers_of(rows), set()
        for row in rows:
            rating = rated(speakers[row.pk], now=now)
            state = rating.state.value if rating else ""
            if row.maintenance != state:
                moved.add(row.plugin_id)
            row.is_rated, row.maintenance = True, state
            row.maintenance_until = rating.until if rating else None
        save_all(rows, ["is_rated", "maintenance", "maintenance_until"])
    index.refresh(moved)
    return len(rows)


def unrate(sources: Sequence[Source]) -> None:
    """Have the variants rated again that these packages and repositories are of.

    A tree of definitions speaks of hundreds, and says of none whether work goes on.
    """
    ids = {source.pk for source in sources if source.kind in SPEAKERS}
    if not ids:
        return
    # Asked first: as a part of the condition below, it would have every variant read.
    spoken = list(
        Statement.objects.filter(source__in=ids, gone_at=None).values_list(
            "variant", flat=True
        )
    )
    Variant.objects.filter(
        Q(package__in=ids) | Q(repository__in=ids) | Q(pk__in=spoken), is_rated=True
    ).update(is_rated=False)


def speakers_of(variants: Sequence[Variant]) -> Mapping[int, set[Source]]:
    """Return the package and the repository of each variant, by its key. Two queries."""
    found: dict[int, set[int]] = defaultdict(set)
    for variant in variants:
        linked = (variant.package_id, variant.repository_id)
        found[variant.pk] = {pk for pk in linked if pk is not None}
    # A variant that all are silent of is rated by who spoke of it last.
    heard = Q(gone_at=None) | Q(variant__gone_at__isnull=False)
    spoken = Statement.objects.filter(
        heard, variant__in=variants, source__kind__in=SPEAKERS
    )
    for variant_id, source_id in spoken.values_list("variant", "source"):
        found[variant_id].add(source_id)
    sources = Source.objects.defer("validators", "findings").in_bulk(
        {pk for ids in found.values() for pk in ids}
    )
    return {key: {sources[pk] for pk in ids} for key, ids in found.items()}


def rated(sources: Iterable[Source], *, now: datetime) -> Maintenance | None:
    """Return what several sources of one connector come to, or None where none says.

    The latest commit or release counts, and the worst status. A connector is gone when all
    of its sources are.
    """
    rows = list(sources)
    if not rows:
        return None
    worst = max(rows, key=_gravity)
    gone = [row.gone_at for row in rows if row.gone_at is not None]
    seeking = [row for row in rows if row.facts.get("is_seeking")]
    active = [row.active_at for row in rows if row.active_at is not None]
    return maintenance(
        active_at=max(active, default=None),
        status=ProjectStatus(worst.facts.get("status", ProjectStatus.ACTIVE)),
        status_reason=str(worst.facts.get("status_reason", "")),
        status_since=_day(worst, "status_since"),
        gone_at=max(gone) if len(gone) == len(rows) else None,
        is_seeking=bool(seeking),
        seeking_since=_day(seeking[0], "seeking_since") if seeking else None,
        now=now,
    )


def _gravity(source: Source) -> int:
    return GRAVITY.index(ProjectStatus(source.facts.get("status", "active")))


def _day(source: Source, key: str) -> date | None:
    return date.fromisoformat(source.facts[key]) if key in source.facts else None
