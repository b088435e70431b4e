"""Which releases are to be tried: what installs take, then the newest, on each Python."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.conf import settings
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from registry.catalog.installing import (
    HEAD,
    INSTALLED,
    installs_from,
    revision_label,
    specifier,
)
from registry.facts import Facts, Json, ReleaseFacts
from registry.models import ProbeTicket, Snapshot, Statement
from registry.vocabulary import Origin, TicketKind

_LOOKED_FOR: set[str] = set()
# Versions with the commit of each, which is empty where there is none or it moves.
type Wanted = dict[str, str]


def issue_tickets(found: Sequence[tuple[Snapshot, Facts]], *, now: datetime) -> None:
    """Make tickets for the releases that installs take; those there are stay as they are.

    Of packages only what the default index has is tried: nobody vouches for another one's.
    """
    if not settings.PROBE:
        return
    asked = _asked([snapshot for snapshot, _ in found])
    for snapshot, facts in found:
        if facts.origin is Origin.PACKAGE and "://" not in snapshot.source.address:
            wanted = _of_package(facts, asked[snapshot.source_id])
        elif facts.origin is Origin.REPOSITORY:
            wanted = _of_repository(snapshot, facts, asked[snapshot.source_id])
        else:
            continue
        pythons = _pythons(snapshot, facts)
        ProbeTicket.objects.issue(
            snapshot.source,
            {version: pythons_for(pythons.get(version, "")) for version in wanted},
            now=now,
            revisions=wanted,
        )


def issue_for_pythons(here: Collection[str]) -> int:
    """Have sources judged again where a configured Python of this machine has no ticket.

    So it is after trying was switched on, or a Python set up: what is known already would get
    tickets with its next news only. Once in a process's life for each Python, for there may
    be one that no release is for. Returns how many sources.
    """
    known = ProbeTicket.objects.filter(kind=TicketKind.RUN).values_list(
        "python", flat=True
    )
    missing = (
        set(settings.PROBE_PYTHONS).intersection(here).difference(known.distinct())
    )
    new = missing - _LOOKED_FOR
    _LOOKED_FOR.update(new)
    if not new:
        return 0
    newest = Snapshot.objects.filter(source__kind__in=INSTALLED, subject="")
    return newest.order_by("source_id", "-pk").distinct("source_id").unjudge()


def _asked(snapshots: Sequence[Snapshot]) -> Mapping[int, set[str]]:
    """Return what variants install from sources, as they write it. One query."""
    sources = {snapshot.source_id: snapshot.source for snapshot in snapshots}
    rows = Statement.objects.filter(source__in=sources, gone_at=None)
    asked: dict[int, set[str]] = defaultdict(set)
    for source_id, pip_url in rows.values_list("source", "variant__pip_url"):
        if installs_from(pip_url, sources[source_id]):
            asked[source_id].add(pip_url)
    return asked


def _of_package(facts: Facts, asked: Collection[str]) -> Wanted:
    """Return the newest release that each requirement allows, then the newest of all."""
    said = [one for variant in facts.variants for one in variant.releases]
    newest = newest_versions(said)
    taken = [
        next((one for one in newest if Version(one) in wanted), "")
        for wanted in map(specifier, asked)
        if wanted
    ]
    free = newest[:1] if not asked or len(taken) < len(asked) else []
    wanted = [*free, *filter(None, taken), *newest[: settings.PROBE_RELEASES]]
    return dict.fromkeys(wanted, "")


def _of_repository(snapshot: Snapshot, facts: Facts, asked: Collection[str]) -> Wanted:
    """Return the revisions that requirements name, then the newest tags.

    Nothing where nobody installs it from Git: its package is what is tried.
    """
    refs = sorted(
        place.ref
        for pip_url in asked
        if (place := installs_from(pip_url, snapshot.source))
    )
    wanted = {label: ref for ref in refs if (label := revision_label(ref))}
    if not wanted:
        return {}
    said = [one for variant in facts.variants for one in variant.releases]
    commits = {one.version: one.artifacts.get("commit", "") for one in said}
    room = max(settings.PROBE_RELEASES - len(wanted), 0)
    tagged = {one: commits[one] for one in newest_versions(said)[:room]}
    # What a branch holds first: nobody who pins waits for it to change.
    first = {HEAD: ""} if HEAD in wanted else {}
    return first | wanted | {k: v for k, v in tagged.items() if k not in wanted}


def _pythons(snapshot: Snapshot, facts: Facts) -> dict[str, str]:
    """Return which Pythons versions say that they are for, as far as that is known."""
    said = {
        one.version: one.requires_python
        for variant in facts.variants
        for one in variant.releases
    }
    reading: Json = snapshot.evidence.get("reading") or {}
    metadata: Json = reading.get("metadata") or {}
    return {HEAD: str(metadata.get("requires_python") or ""), **said}


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
