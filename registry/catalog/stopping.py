"""The news that a current release stopped running on a Python, and that it runs again.

Nobody released anything: what came with it, or the Python itself, is another one by now. A new
run is told against the last answer before it of the same release on the same Python, so that
no limit of the machine makes news; and only where the same version of the probes judged both,
else it may be the rules that changed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery

from registry.catalog.speaking import spoken_of
from registry.differences.packages import moved
from registry.facts import Json
from registry.models import Event, Plugin, ProbeRun, Snapshot, Variant
from registry.tried import Answer
from registry.vocabulary import EventVerb

TURNS = {
    (Answer.YES, Answer.NO): EventVerb.STOPPED,
    (Answer.NO, Answer.YES): EventVerb.RUNS_AGAIN,
}
# Of more than that an event would be no news but a list.
MOVED_KEPT = 20


class Turn(NamedTuple):
    """A run that says another thing than the last one before it, and which it was."""

    verb: EventVerb
    last: ProbeRun
    run: ProbeRun


def keep_turns(runs: Sequence[ProbeRun]) -> None:
    """Write an event for each of these new runs that shows that a release stopped, or runs.

    One for each variant that installs just that. Two queries where nothing is news; eight
    more, however many runs, where something is.
    """
    turns = _turns(runs)
    if not turns:
        return
    events = _events(turns)
    with transaction.atomic():
        plugins = {event.plugin_id for event in events}
        # Two workers may judge the same run.
        list(Plugin.objects.filter(pk__in=plugins).order_by("pk").select_for_update())
        told = set(
            Event.objects.filter(
                verb__in=TURNS.values(), plugin__in=plugins
            ).values_list("variant_id", "at", "data__version", "data__python")
        )
        Event.objects.bulk_create(
            one
            for one in events
            if (one.variant_id, one.at, one.data["version"], one.data["python"])
            not in told
        )


def _turns(runs: Sequence[ProbeRun]) -> list[Turn]:
    """Return which of the runs say another thing than the last answer before each."""
    new = {run.snapshot_id: run for run in runs if run.starts != Answer.UNKNOWN}
    earlier = ProbeRun.objects.filter(
        source=OuterRef("source"),
        version=OuterRef("version"),
        python=OuterRef("python"),
        snapshot__lt=OuterRef("snapshot"),
    ).exclude(starts=Answer.UNKNOWN)
    rows = ProbeRun.objects.filter(snapshot__in=new).annotate(
        last=Subquery(earlier.order_by("-snapshot_id").values("pk")[:1]),
        ran=Exists(earlier.filter(starts=Answer.YES)),
    )
    # What never ran does not run again.
    last_of = dict(rows.filter(ran=True).values_list("snapshot_id", "last"))
    lasts = (
        ProbeRun.objects.select_related("snapshot")
        .only("starts", "interpreter", "snapshot__probed_with")
        .in_bulk(last_of.values())
    )
    turns = []
    for pk, last_pk in last_of.items():
        run, last = new[pk], lasts[last_pk]
        verb = TURNS.get((Answer(last.starts), Answer(run.starts)))
        is_alike = last.snapshot.probed_with == run.snapshot.probed_with
        if verb is not None and is_alike:
            turns.append(Turn(verb, last, run))
    return turns


def _events(turns: Sequence[Turn]) -> list[Event]:
    """Return an event, unsaved, for each variant that installs what turned."""
    taking = _taking({turn.run.source_id for turn in turns})
    return [
        Event(
            at=turn.run.ran_at,
            verb=turn.verb,
            plugin=variant.plugin,
            variant=variant,
            data=data,
        )
        for turn, data in zip(turns, _said(turns), strict=True)
        for variant in taking.get((turn.run.source_id, turn.run.version), ())
    ]


def _taking(source_ids: set[int]) -> Mapping[tuple[int, str], list[Variant]]:
    """Return who installs which release of these sources now, by source and version."""
    spoken = spoken_of(source_ids)
    rows = Variant.objects.filter(pk__in=spoken, current_release__isnull=False)
    found: dict[tuple[int, str], list[Variant]] = defaultdict(list)
    for row in rows.select_related("plugin", "current_release").order_by("pk"):
        for source_id in spoken[row.pk]:
            if row.current_release is not None:
                found[source_id, row.current_release.version].append(row)
    return found


def _said(turns: Sequence[Turn]) -> list[Json]:
    """Return what events say of turns: what moved, and why it fails. One query."""
    both = {pk for one in turns for pk in (one.last.snapshot_id, one.run.snapshot_id)}
    rows = Snapshot.objects.filter(pk__in=both).values_list("pk", "evidence")
    records = dict(rows)
    return [_data(turn, records) for turn in turns]


def _data(turn: Turn, records: Mapping[int, Json]) -> Json:
    last, run = turn.last, turn.run
    data: Json = {
        "version": run.version,
        "python": run.python,
        "run": run.pk,
        "run_before": last.pk,
    }
    found = moved(records[last.snapshot_id], records[run.snapshot_id])
    if found is not None:
        data["moved"] = [str(one) for one in found[:MOVED_KEPT]]
        if len(found) > MOVED_KEPT:
            data["moved_more"] = len(found) - MOVED_KEPT
    if pair := run.interpreters_since(last):
        data["interpreters"] = list(pair)
    if run.why_it_fails:
        data["cause"] = run.why_it_fails
    return data
