"""Enrol the sources that others name.

Curated definitions name what a variant installs and where it is kept; a package names the
repository it is made from. Nothing else is followed: what a package claims says nothing
about who speaks of its variant.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from registry.models import Snapshot, Source, Variant
from registry.models.bulk import save_all
from registry.places import Place, parse, repository_place, requirement_place
from registry.vocabulary import SourceKind

FOUND_BY = "definition"
PER_TICK = 2000


def follow_variants(*, now: datetime) -> int:
    """Give variants whose addresses changed the sources at them; return how many.

    New sources are due now. What a known source said last is recorded again, for it now
    speaks of these variants as well, or of them no more; and of who is there still, another
    release may be wanted. A number of queries that does not grow.
    """
    with transaction.atomic():
        rows = list(
            Variant.objects.filter(is_followed=False)
            .order_by("pk")
            .select_for_update(skip_locked=True)[:PER_TICK]
        )
        places = {row.pk: places_of(row) for row in rows}
        wanted = {place for pair in places.values() for place in pair if place}
        sources = _enrolled(wanted, found_by=FOUND_BY, now=now)
        linked = set()
        for row in rows:
            package, repository = places[row.pk]
            before = {row.package_id, row.repository_id}
            row.package = sources[package] if package else None
            row.repository = sources[repository] if repository else None
            row.is_followed = True
            linked |= before | {row.package_id, row.repository_id}
        save_all(rows, ["package", "repository", "is_followed"])
        newest = Snapshot.objects.filter(source__in=linked - {None}, subject="")
        newest.order_by("source_id", "-pk").distinct("source_id").unjudge()
    return len(rows)


def follow_names(
    sources: Sequence[Source], *, before: Iterable[str], now: datetime
) -> None:
    """Have the repositories looked at that packages name, and sources joined anew.

    `sources` say something new of where they belong; `before` are all that they named until
    now. Only who is named can be joined, so what these said last is judged again: they may
    be joined now, or no more.
    """
    names = {name for one in sources for name in one.facts["names"]}
    repositories = [
        place for place in map(parse, names) if place.kind is SourceKind.REPOSITORY
    ]
    _enrolled(filter(_known, repositories), found_by="package", now=now)
    others = Source.objects.named(sorted(names.union(before)))
    others = others.exclude(pk__in=[one.pk for one in sources])
    newest = Snapshot.objects.filter(source__in=others, subject="")
    newest.order_by("source_id", "-pk").distinct("source_id").unjudge()


def places_of(variant: Variant) -> tuple[Place | None, Place | None]:
    """Return where a variant's package and its repository are, as far as it says.

    What is installed from Git is kept where it is installed from, whatever `repo` says.
    Nobody vouches for what a variant says that no definition speaks of.
    """
    if not variant.is_curated:
        return None, None
    installed = requirement_place(variant.pip_url) if variant.pip_url else None
    kept = repository_place(variant.repo) if variant.repo else None
    if installed is not None and installed.kind is SourceKind.REPOSITORY:
        return None, _known(installed)
    return _known(installed), _known(kept)


def _known(place: Place | None) -> Place | None:
    """Return a place without what one variant wants of it; no folder of this machine."""
    if place is None or not 0 < len(place.address) <= 500:
        return None
    is_web = place.address.startswith(("https://", "http://"))
    if place.kind is SourceKind.REPOSITORY and not is_web:
        return None
    return Place(place.kind, place.address)


def _enrolled(
    places: Iterable[Place], *, found_by: str, now: datetime
) -> dict[Place, Source]:
    """Return the source at each place, made if it is new."""
    wanted = [(place.kind, place.address) for place in places]
    if not wanted:
        return {}
    rows = Source.objects.enrol_all(wanted, found_by=found_by, due_at=now)
    return {Place(SourceKind(row.kind), row.address): row for row in rows}
