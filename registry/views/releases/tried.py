"""The variant at an address, and the runs in the sandbox of what it is installed from."""

from registry.catalog.installing import place_alone
from registry.models import ProbeRun, Variant
from registry.models.run import ProbeRunQuerySet
from registry.vocabulary import PluginType


def variant_at(kind: PluginType, name: str, variant_name: str) -> Variant | None:
    """Return the variant of this address with its plugin; None where there is none."""
    return (
        Variant.objects.select_related(
            "plugin", "maintainer", "current_release", "repository"
        )
        .filter(plugin__type=kind, plugin__name=name, name=variant_name)
        .first()
    )


def runs_of(variant: Variant) -> ProbeRunQuerySet:
    """Return the newest run of each release, of what it installs, on each Python."""
    place = place_alone(variant.pip_url)
    if place is None:
        return ProbeRun.objects.none()
    return ProbeRun.objects.filter(
        source__kind=place.kind, source__address=place.address
    ).newest()
