"""The news that a release breaks something.

An event is written for a release that came while Songbook watched, and that was tried on all
Pythons that others of its source were tried on: what an older release broke is no news, and
a Python that was not tried yet may be one that it dropped. There is one for each pair of
releases, whatever later runs show.
"""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef

from registry.catalog.differing import ByVersion, before, by_version, compared
from registry.catalog.speaking import spoken_of
from registry.differences import Impact
from registry.models import Event, Plugin, ProbeRun, ProbeTicket
from registry.vocabulary import EventVerb, TicketKind

# Of more than that an event would be no news but a list.
MESSAGES_KEPT = 50


def keep_breaking(runs: Sequence[ProbeRun]) -> None:
    """Write an event for each release among `runs` that breaks what the one before it did.

    Four queries where nothing is news; four more, however many runs, where something is.
    """
    spoken = spoken_of({run.source_id for run in runs})
    news = _news(spoken, {(run.source_id, run.version) for run in runs})
    if not news:
        return
    with transaction.atomic():
        plugins = {event.plugin_id for event, _ in news}
        # Two workers may be at the last two Pythons of one release.
        list(Plugin.objects.filter(pk__in=plugins).order_by("pk").select_for_update())
        told = set(
            Event.objects.filter(
                verb__in=(EventVerb.BREAKING, EventVerb.STOPPED), plugin__in=plugins
            ).values_list("variant_id", "data__version", "data__before")
        )
        tried = _tried({source_id for _, source_id in news})
        events = [
            event
            for released, source_id in news
            if (event := _breaking(released, tried[source_id])) is not None
            and not _keys(event) & told
        ]
        Event.objects.bulk_create(events)


def _keys(event: Event) -> set[tuple[int | None, str, str | None]]:
    """Return by what an event is known, and the news that its release stopped running.

    What ran at first and does not since, the release did not break.
    """
    version = event.data["version"]
    own = event.variant_id, version, event.data["before"]
    return {own, (event.variant_id, version, None)}


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
    found = compared(tried[older], tried[version]).differences()
    broken = [one for one in found if one.impact is Impact.BREAKING]
    if not broken:
        return None
    messages = [one.message for one in broken[:MESSAGES_KEPT]]
    said = {"version": version, "before": older, "differences": messages}
    if all(one.is_read for one in broken):
        said["read"] = True
    return Event(
        at=max(run.ran_at for run in tried[version].values()),
        verb=EventVerb.BREAKING,
        plugin=released.plugin,
        variant=released.variant,
        data=said,
    )
