"""Which releases are to be tried: what installs take, then the newest, on each Python."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models.expressions import RawSQL
from packaging.version import InvalidVersion, Version

from registry.catalog.differing import is_for
from registry.catalog.installing import (
    HEAD,
    INSTALLED,
    SPEAKING,
    installs_from,
    revision_label,
    specifier,
)
from registry.facts import Facts, Json, ReleaseFacts
from registry.models import ProbeTicket, Release, Snapshot, Source, Statement
from registry.models.ticket import AGAIN
from registry.vocabulary import Origin, SourceKind, TicketKind

_LOOKED_FOR: set[str] = set()
# After all else: what was tried once is asked about again before.
LAST = 2 * AGAIN
# How many tickets are drawn at once, each of a source that an older release may be tried of.
DRAWN = 5
# From some eight pages of the table: all of it, where it is as small as that.
DRAW = """
    SELECT id FROM registry_probeticket TABLESAMPLE SYSTEM (
        least(100, 100.0 * 8 * 8192 / greatest(1, pg_relation_size('registry_probeticket')))
    ) WHERE kind = 'run' AND is_current AND tried_at > %s
    ORDER BY random() LIMIT %s
"""
# What is current is asked about by the day: a Python that was not since is on no machine.
LATELY = timedelta(days=7)
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


def issue_for_pythons() -> int:
    """Have sources judged again where a configured Python has no ticket; return how many.

    So it is after trying was switched on, or a Python added: what is known already would get
    tickets with its next news only. Once in a process's life for each Python, for there may
    be one that no release is for.
    """
    known = ProbeTicket.objects.filter(kind=TicketKind.RUN).values_list(
        "python", flat=True
    )
    new = set(settings.PROBE_PYTHONS).difference(known.distinct(), _LOOKED_FOR)
    _LOOKED_FOR.update(new)
    if not new:
        return 0
    newest = Snapshot.objects.filter(source__kind__in=INSTALLED, subject="")
    return newest.order_by("source_id", "-pk").distinct("source_id").unjudge()


def issue_older(*, now: datetime) -> int:
    """Make tickets for a few releases that nobody asked for, where all others were tried.

    A ticket each for the newest untried release of up to DRAWN sources, on the newest Python
    that it is for and that somebody tries on. Which sources is drawn by lot: nothing is
    remembered, and each comes up in time. Returns how many. Six queries at most, of these few
    sources or of what is due, however large the catalogue is.
    """
    if not settings.PROBE or not settings.PROBE_OLDER:
        return 0
    drawn = _drawn(now)
    served = {ticket.python for ticket in drawn}
    due = ProbeTicket.objects.due(now).filter(python__in=served)
    if not drawn or due.exists():
        return 0
    tickets = [
        ProbeTicket(
            source=source, version=release.version, python=python, priority=LAST,
            revision=_commit(release, source), due_at=now,
        )
        for source, releases in _untried({one.source for one in drawn}).items()
        for release, python in _first_fit(releases, served)
    ]  # fmt: skip
    return len(ProbeTicket.objects.bulk_create(tickets, ignore_conflicts=True))


def _drawn(now: datetime) -> list[ProbeTicket]:
    """Return the tickets of some current releases that were tried lately."""
    drawn = RawSQL(DRAW, [now - LATELY, DRAWN])  # noqa: S611  nothing from outside
    rows = ProbeTicket.objects.filter(pk__in=drawn)
    return list(rows.select_related("source"))


def _untried(sources: Collection[Source]) -> dict[Source, list[Release]]:
    """Return the releases of each source that have no ticket. Three queries."""
    by_key = {source.pk: source for source in sources}
    said = Statement.objects.filter(
        source__in=by_key, origin__in=SPEAKING, gone_at=None
    ).select_related("variant")
    of_variant: dict[int, Source] = {
        one.variant_id: by_key[one.source_id]
        for one in said
        if installs_from(one.variant.pip_url, by_key[one.source_id])
    }
    runs = ProbeTicket.objects.filter(source__in=by_key, kind=TicketKind.RUN)
    asked = set(runs.values_list("source", "version"))
    found: dict[Source, list[Release]] = {source: [] for source in sources}
    for release in Release.objects.filter(variant__in=of_variant):
        source = of_variant[release.variant_id]
        if (source.pk, release.version) not in asked and _is_at(release, source):
            found[source].append(release)
    return found


def _first_fit(
    releases: Sequence[Release], pythons: Collection[str]
) -> list[tuple[Release, str]]:
    """Return the newest release that is for one of these Pythons, with the newest such."""
    by_version = {one.version: one for one in releases}
    for version in newest_versions(releases):
        release = by_version[version]
        fit = set(pythons_for(release.requires_python)).intersection(pythons)
        if fit:
            return [(release, max(fit, key=Version))]
    return []


def _is_at(release: Release, source: Source) -> bool:
    """Say whether a release was seen at a source: a variant's others are elsewhere.

    A package's has files, a repository's has a commit.
    """
    is_tag = source.kind == SourceKind.REPOSITORY
    return any((name == "commit") == is_tag for name in release.artifacts)


def _commit(release: Release, source: Source) -> str:
    is_tag = source.kind == SourceKind.REPOSITORY
    return str(release.artifacts["commit"]) if is_tag else ""


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
