"""What differs between two tried releases, and the news that one of them breaks something.

An event is written for a release that came while Songbook watched, and that was tried on all
Pythons that others of its source were tried on: what an older release broke is no news, and
a Python that was not tried yet may be one that it dropped. There is one for each pair of
releases, whatever later runs show.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from django.db import transaction
from django.db.models import Exists, OuterRef
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from registry.catalog.installing import HEAD, SPEAKING
from registry.differences import Difference, Impact, differences
from registry.facts import Json
from registry.models import Event, Plugin, ProbeRun, ProbeTicket, Statement
from registry.vocabulary import EventVerb, TicketKind

# Nobody counts epochs that far. Source: PyPA, version specifiers.
LAST = Version("999999!0")
# Of more than that an event would be no news but a list.
MESSAGES_KEPT = 50

type ByPython = Mapping[str, ProbeRun]
type ByVersion = Mapping[str, ByPython]


def by_version(runs: Iterable[ProbeRun]) -> dict[str, dict[str, ProbeRun]]:
    """Return runs by version and Python, the newest version first."""
    found: dict[str, dict[str, ProbeRun]] = defaultdict(dict)
    for run in runs:
        found[run.version][run.python] = run
    return {one: found[one] for one in sorted(found, key=order, reverse=True)}


def order(version: str) -> tuple[bool, Version, str]:
    """Order versions as installers do: what is none first, and last what a branch holds."""
    return version == HEAD, _number(version) or Version("0.dev0"), version


def before(version: str, tried: ByVersion) -> str | None:
    """Return the tried release that `version` came after; None where that is not known.

    A commit or a branch has no place among numbers, but what nobody pinned comes last.
    """
    return next(
        (older for older, newer in successions(tried) if newer == version), None
    )


def successions(tried: ByVersion) -> list[tuple[str, str]]:
    """Return each release that has a tried one before it, that one first; the newest first."""
    placed = [one for one in tried if one == HEAD or _number(one) is not None]
    return [(older, newer) for newer, older in pairwise(placed)]


def _number(version: str) -> Version | None:
    try:
        return Version(version)
    except InvalidVersion:
        return None


def compared(older: ByPython, newer: ByPython) -> tuple[Json, Json]:
    """Return what two releases showed on one Python, the older one first.

    The newest Python on which both showed anything, so that it is no difference of
    Pythons; those they run on are compared where both were tried, and where the newer one
    says that it is not for a Python on which the older one was seen to run.
    """
    both = sorted(older.keys() & newer.keys(), key=order, reverse=True)
    seen = [one for one in both if older[one].surface and newer[one].surface]
    python = next(iter(seen), None)
    before = dict(older[python].surface) if python else {}
    after = dict(newer[python].surface) if python else {}
    answers = {run[one].starts for run in (older, newer) for one in both}
    known = [] if "unknown" in answers else both
    dropped = _dropped(older, newer)
    if known or dropped:
        before["supported_python_versions"] = _running(older, [*known, *dropped])
        after["supported_python_versions"] = _running(newer, known)
    return before, after


def _dropped(older: ByPython, newer: ByPython) -> list[str]:
    """Return on which Pythons the older one runs that the newer one says it is not for.

    Nobody tries it there: a new `Requires-Python` is how most releases drop one.
    """
    said = next(filter(None, (run.requires_python for run in newer.values())), "")
    return [
        python
        for python, run in older.items()
        if python not in newer and run.starts == "yes" and not is_for(said, python)
    ]


def is_for(requires_python: str, python: str) -> bool:
    """Say whether a release is for a Python, by what it says; for all where it says nothing.

    Source: PyPA, core metadata, `Requires-Python`.
    """
    try:
        # Any patch release will do: `>=3.9.1` is true of 3.9.
        return f"{python}.99" in SpecifierSet(requires_python)
    except ValueError:
        return True


def _running(runs: ByPython, pythons: Iterable[str]) -> list[str]:
    running = [one for one in pythons if runs[one].starts == "yes"]
    return sorted(running, key=order)


def keep_breaking(runs: Sequence[ProbeRun]) -> None:
    """Write an event for each release among `runs` that breaks what the one before it did.

    Two queries where nothing is news; four more, however many runs, where something is.
    """
    spoken = _spoken({run.source_id for run in runs})
    news = _news(spoken, {(run.source_id, run.version) for run in runs})
    if not news:
        return
    with transaction.atomic():
        plugins = {event.plugin_id for event, _ in news}
        # Two workers may be at the last two Pythons of one release.
        list(Plugin.objects.filter(pk__in=plugins).order_by("pk").select_for_update())
        told = set(
            Event.objects.filter(
                verb=EventVerb.BREAKING, plugin__in=plugins
            ).values_list("variant_id", "data__version", "data__before")
        )
        tried = _tried({source_id for _, source_id in news})
        events = [
            event
            for released, source_id in news
            if (event := _breaking(released, tried[source_id])) is not None
            and (event.variant_id, event.data["version"], event.data["before"])
            not in told
        ]
        Event.objects.bulk_create(events)


def _spoken(source_ids: set[int]) -> dict[int, set[int]]:
    """Return the sources that each variant is installed from, by its id."""
    rows = Statement.objects.filter(
        source__in=source_ids, origin__in=SPEAKING, gone_at=None
    )
    found: dict[int, set[int]] = defaultdict(set)
    for variant_id, source_id in rows.values_list("variant", "source"):
        found[variant_id].add(source_id)
    return found


def _news(
    spoken: Mapping[int, set[int]], judged: set[tuple[int, str]]
) -> list[tuple[Event, int]]:
    """Return when the judged releases came, with their source; none that is still tried."""
    rows = Event.objects.filter(
        verb=EventVerb.RELEASED,
        variant__in=spoken,
        data__version__in={version for _, version in judged},
    )
    came = [
        (event, source_id)
        for event in rows.select_related("variant", "plugin")
        for source_id in spoken[event.variant_id or 0]
        if (source_id, event.data["version"]) in judged
    ]
    if not came:
        return []
    pending = _pending({source_id for _, source_id in came})
    return [one for one in came if (one[1], one[0].data["version"]) not in pending]


def _pending(source_ids: set[int]) -> set[tuple[int, str]]:
    """Return the sources and versions of which a try is still to come.

    A Python that nothing of a source was tried on is not waited for: it may be on nobody's
    machine.
    """
    compared_on = ProbeRun.objects.filter(
        source=OuterRef("source"), python=OuterRef("python")
    )
    return set(
        ProbeTicket.objects.filter(
            kind=TicketKind.RUN,
            source__in=source_ids,
            tried_at=None,
            parked_at=None,
            due_at__isnull=False,
        )
        .filter(Exists(compared_on))
        .values_list("source_id", "version")
    )


def _tried(source_ids: set[int]) -> dict[int, dict[str, dict[str, ProbeRun]]]:
    grouped: dict[int, list[ProbeRun]] = {pk: [] for pk in source_ids}
    for run in ProbeRun.objects.filter(source__in=source_ids).newest():
        grouped[run.source_id].append(run)
    return {pk: by_version(runs) for pk, runs in grouped.items()}


def _breaking(released: Event, tried: ByVersion) -> Event | None:
    """Return what a release breaks of the tried one before it, unsaved, if it does."""
    version = released.data["version"]
    older = before(version, tried)
    if older is None:
        return None
    broken = breaking(compared(tried[older], tried[version]))
    if not broken:
        return None
    messages = [one.message for one in broken[:MESSAGES_KEPT]]
    return Event(
        at=max(run.ran_at for run in tried[version].values()),
        verb=EventVerb.BREAKING,
        plugin=released.plugin,
        variant=released.variant,
        data={"version": version, "before": older, "differences": messages},
    )


def breaking(surfaces: tuple[Json, Json]) -> list[Difference]:
    """Return the differences after which a project that worked may fail."""
    found = differences(*surfaces)
    return [one for one in found if one.impact is Impact.BREAKING]
