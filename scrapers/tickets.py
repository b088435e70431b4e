"""Which releases are to be tried: a package's newest, on each Python that is configured."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from registry.facts import Facts, ReleaseFacts
from registry.models import ProbeTicket, Snapshot
from registry.vocabulary import Origin


def issue_tickets(found: Sequence[tuple[Snapshot, Facts]], *, now: datetime) -> None:
    """Make tickets for the newest releases of packages; those there are stay as they are.

    Only what the default index has is tried: nobody vouches for another one's packages.
    """
    if not settings.PROBE:
        return
    for snapshot, facts in found:
        is_default = "://" not in snapshot.source.address
        if facts.origin is not Origin.PACKAGE or not is_default:
            continue
        for said in facts.variants:
            asked = {one.version: one.requires_python for one in said.releases}
            versions = newest_versions(said.releases)[: settings.PROBE_RELEASES]
            ProbeTicket.objects.issue(
                snapshot.source,
                {version: pythons_for(asked[version]) for version in versions},
                now=now,
            )


def pythons_for(requires_python: str) -> list[str]:
    """Return the configured Pythons that a release says it is for; all where it says none.

    Source: PyPA, core metadata, `Requires-Python`.
    """
    try:
        wanted = SpecifierSet(requires_python)
    except InvalidSpecifier:
        return list(settings.PROBE_PYTHONS)
    return [one for one in settings.PROBE_PYTHONS if f"{one}.99" in wanted]


def newest_versions(releases: Sequence[ReleaseFacts]) -> list[str]:
    """Return versions that an installer may take, in the order in which it would."""
    sorted_by = []
    for release in releases:
        try:
            version = Version(release.version)
        except InvalidVersion:
            continue
        if not release.yanked:
            sorted_by.append((not version.is_prerelease, version, release.version))
    return [text for _, _, text in sorted(sorted_by, reverse=True)]
