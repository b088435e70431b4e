"""Whose runs speak of a variant: those of what it installs, and of nothing else.

Who says what a variant installs is its package or repository. Where more is installed, by
extras or by other requirements, runs are kept at a source of its own, an installation: what
was seen of the connector alone is not what that gives.
"""

from collections import defaultdict
from collections.abc import Collection

from django.db.models import Q

from registry.installations import installation_at, installation_tried
from registry.models import Source, Statement
from registry.places import Place
from registry.vocabulary import Origin, SourceKind

# What connectors are installed from, and who speaks for it.
INSTALLED = (SourceKind.PACKAGE, SourceKind.REPOSITORY, SourceKind.INSTALLATION)
SPEAKING = (Origin.PACKAGE, Origin.REPOSITORY)


def installs_from(pip_url: str, source: Source) -> Place | None:
    """Return the place where runs of what is asked for are kept if it is this source."""
    place = place_tried(pip_url)
    is_here = place and (place.kind, place.address) == (source.kind, source.address)
    return place if is_here else None


def place_tried(pip_url: str) -> Place | None:
    """Return where runs of what is asked for are kept; None where it is not to be tried."""
    found = installation_tried(pip_url)
    return found.tried if found else None


def base_of(source: Source) -> tuple[str, str]:
    """Return the kind and the address of what an installation is of, or of any other source."""
    place = installation_at(source.kind, source.address).place
    return place.kind.value, place.address


def with_installations(sources: Collection[Source]) -> list[Source]:
    """Return sources with the installations of what is at them, and what those are of.

    Runs of an installation speak of variants that its package or repository knows. One
    query.
    """
    wanted = Q(pk__in=())
    for kind, address in {base_of(one) for one in sources if one.kind in INSTALLED}:
        begun = Q(address__startswith=f"{address} ")
        begun |= Q(address__startswith=f"{address}[")
        wanted |= Q(begun, kind=SourceKind.INSTALLATION) | Q(kind=kind, address=address)
    found = {one.pk: one for one in Source.objects.filter(wanted)}
    return list((found | {one.pk: one for one in sources}).values())


def spoken_of(source_ids: set[int]) -> dict[int, set[int]]:
    """Return the sources whose runs speak of each variant, by its id."""
    sources = with_installations(list(Source.objects.filter(pk__in=source_ids)))
    here = {(one.kind, one.address): one.pk for one in sources if one.pk in source_ids}
    rows = Statement.objects.filter(
        source__in=sources, origin__in=SPEAKING, gone_at=None
    )
    found: dict[int, set[int]] = defaultdict(set)
    for variant_id, pip_url in rows.values_list("variant", "variant__pip_url"):
        place = place_tried(pip_url)
        if place is not None and (place.kind, place.address) in here:
            found[variant_id].add(here[place.kind, place.address])
    return found
