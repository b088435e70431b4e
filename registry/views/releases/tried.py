"""The variant at an address, and the runs in the sandbox of what it is installed from."""

from collections.abc import Callable, Iterable, Sequence
from functools import reduce, wraps
from operator import or_
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from registry.catalog.speaking import place_tried
from registry.models import ProbeRun, Source, Variant
from registry.models.run import ProbeRunQuerySet
from registry.views.missing import not_found
from registry.views.site import page
from registry.vocabulary import PluginType


def variant_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Make a page of a view that takes a variant and the rest of its address.

    Where no variant is at the address, the page says what is near. One query.
    """

    @page
    @wraps(view)
    def at_address(
        request: HttpRequest,
        kind: PluginType,
        name: str,
        variant_name: str,
        **rest: Any,
    ) -> HttpResponse:
        row = variant_at(kind, name, variant_name)
        return view(request, row, **rest) if row else not_found(request, name)

    return at_address


def variant_at(kind: PluginType, name: str, variant_name: str) -> Variant | None:
    """Return the variant of this address with its plugin; None where there is none."""
    return (
        Variant.objects.select_related(
            "plugin", "maintainer", "current_release", "repository"
        )
        .filter(plugin__type=kind, plugin__name=name, name=variant_name)
        .first()
    )


def named(row: Variant) -> dict[str, Any]:
    """Return what the head of every page of a variant names."""
    plugin = row.plugin
    return {"kind": PluginType(plugin.type), "plugin": plugin, "variant": row}


def runs_of(variant: Variant) -> ProbeRunQuerySet:
    """Return the newest run of each release, of what it installs, on each Python."""
    return all_runs_of(variant).newest()


def all_runs_of(variant: Variant) -> ProbeRunQuerySet:
    """Return the runs of all releases of what a variant installs."""
    place = place_tried(variant.pip_url)
    if place is None:
        return ProbeRun.objects.none()
    return ProbeRun.objects.filter(
        source__kind=place.kind, source__address=place.address
    )


def sources_tried(variants: Sequence[Variant]) -> list[tuple[int, Source]]:
    """Return each variant's key with the source that its runs are of. One query at most.

    None where nothing of it is to be tried.
    """
    places = {row.pk: place_tried(row.pip_url) for row in variants}
    wanted = {(one.kind, one.address) for one in places.values() if one is not None}
    if not wanted:
        return []
    of_any = reduce(or_, (Q(kind=kind, address=address) for kind, address in wanted))
    found = {(row.kind, row.address): row for row in Source.objects.filter(of_any)}
    return [
        (pk, found[one.kind, one.address])
        for pk, one in places.items()
        if one is not None and (one.kind, one.address) in found
    ]


def commit_tried(runs: Iterable[ProbeRun]) -> str:
    """Return the commit that the newest of these runs installed; nothing where none did."""
    of_git = [run for run in runs if run.commit]
    newest = max(of_git, key=lambda run: (run.ran_at, run.pk), default=None)
    return newest.commit if newest else ""
