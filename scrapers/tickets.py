"""Which releases are to be tried: what installs take, then the newest, on each Python."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.conf import settings
from packaging.version import InvalidVersion, Version

from registry.catalog.differing import is_for
from registry.catalog.installing import HEAD, revision_label, specifier
from registry.catalog.speaking import (
    INSTALLED,
    base_of,
    place_tried,
    with_installations,
)
from registry.facts import Facts, Json, ReleaseFacts
from registry.installations import installation_tried
from registry.models import ProbeTicket, Release, Snapshot, Source, Statement
from registry.vocabulary import Origin, SourceKind, TicketKind

FOUND_BY = "definition"
_LOOKED_FOR: set[str] = set()
# Versions with the commit of each, which is empty where there is none or it moves.
type Wanted = dict[str, str]
# By source, and by where the runs are kept: what variants install, as they write it.
type Asked = Mapping[int, Mapping[tuple[str, str], set[str]]]


def issue_tickets(found: Sequence[tuple[Snapshot, Facts]], *, now: datetime) -> None:
    """Make tickets for the releases that installs take; those there are stay as they are.

    Of packages only what the default index has is tried: nobody vouches for another one's.
    What is installed with others is tried by itself, at the releases of what it is of.
    """
    if not settings.PROBE:
        return
    asked = _asked([snapshot for snapshot, _ in found])
    sources = _enrolled(asked)
    for snapshot, facts in found:
        own = snapshot.source
        is_package = facts.origin is Origin.PACKAGE and "://" not in own.address
        if not is_package and facts.origin is not Origin.REPOSITORY:
            continue
        pythons = _pythons(snapshot, facts)
        is_installed = any(asked[own.pk].values())
        for place, pip_urls in asked[own.pk].items():
            source = sources.get(place, own)
            if not pip_urls and (is_installed or source is not own):
                # Of what nobody installs so any more, nothing further is asked either.
                ProbeTicket.objects.drop(source)
                continue
            wanted = (_of_package if is_package else _of_repository)(facts, pip_urls)
            ProbeTicket.objects.issue(
                source,
                {version: pythons_for(pythons.get(version, "")) for version in wanted},
                now=now,
                revisions=wanted,
            )


def issue_for_pythons() -> int:
    """Have sources judged again where a configured Python has no ticket; return how many.

    So it is after trying was switched on, or a Python added: what is known already would get
    tickets with its next news only. Once in a process's life for each Python, for there may
    be one that no release is for.
    """
    runs = ProbeTicket.objects.filter(kind=TicketKind.RUN)
    # Without an order, whose columns would be told apart as well.
    known = runs.order_by().values_list("python", flat=True).distinct()
    new = set(settings.PROBE_PYTHONS).difference(known, _LOOKED_FOR)
    _LOOKED_FOR.update(new)
    if not new:
        return 0
    newest = Snapshot.objects.filter(source__kind__in=INSTALLED, subject="")
    return newest.order_by("source_id", "-pk").distinct("source_id").unjudge()


def _asked(snapshots: Sequence[Snapshot]) -> Asked:
    """Return what variants install from sources; nothing for what nobody does any more.

    Two queries.
    """
    sources = {snapshot.source_id: snapshot.source for snapshot in snapshots}
    own = {_place(one): one.pk for one in sources.values()}
    asked: dict[int, dict[tuple[str, str], set[str]]] = {pk: {} for pk in sources}
    for one in with_installations(list(sources.values())):
        asked[own[base_of(one)]][_place(one)] = set()
    rows = Statement.objects.filter(source__in=sources, gone_at=None)
    for source_id, pip_url in rows.values_list("source", "variant__pip_url"):
        found = installation_tried(pip_url)
        if found and own.get((found.place.kind, found.place.address)) == source_id:
            place = found.tried.kind.value, found.tried.address
            asked[source_id].setdefault(place, set()).add(pip_url)
    return asked


def _enrolled(asked: Asked) -> Mapping[tuple[str, str], Source]:
    """Return the installations that are asked for, made where they are new. No look is due."""
    places = {
        (SourceKind.INSTALLATION, address)
        for of_source in asked.values()
        for kind, address in of_source
        if kind == SourceKind.INSTALLATION
    }
    if not places:
        return {}
    rows = Source.objects.enrol_all(sorted(places), found_by=FOUND_BY)
    return {_place(row): row for row in rows}


def _place(source: Source) -> tuple[str, str]:
    return source.kind, source.address


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


def _of_repository(facts: Facts, asked: Collection[str]) -> Wanted:
    """Return the revisions that requirements name, then the newest tags.

    Nothing where nobody installs it from Git: its package is what is tried.
    """
    refs = sorted(place.ref for pip_url in asked if (place := place_tried(pip_url)))
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
    """Return the configured Pythons that a release says it is for; all where it says none."""
    return [one for one in settings.PROBE_PYTHONS if is_for(requires_python, one)]


def newest_versions(releases: Sequence[ReleaseFacts | Release]) -> list[str]:
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
