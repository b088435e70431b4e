"""What taps have to load and which targets were seen to load it: asked for, and kept.

A target is asked about the taps that its release was not seen with yet, or not with the
schemas that they have now: what has changed costs, and nothing else does.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from typing import Any

from django.db.models import Exists, OuterRef

from registry.catalog.conforming import short
from registry.facts import Json
from registry.foreign import layout_of
from registry.loads import LAYOUT, Blocked
from registry.models import (
    Loading,
    ProbeTicket,
    Release,
    Snapshot,
    Source,
    Statement,
    Stream,
    TapSchemas,
)
from registry.models.bulk import put_all
from registry.tried import Answer, Basis
from registry.vocabulary import Origin, PluginType, TicketKind

# Of one question: a sandbox answers it within a quarter of an hour.
TAPS_LIMIT = 20
QUESTION_BYTES = 2_000_000
# Of one tap: more of the same says no more, and leaves no room for others.
STREAMS_LIMIT = 50
TAP_BYTES = 500_000


def keep_schemas(sources: Iterable[Source]) -> set[int]:
    """Keep what the current releases of taps have to load; return the sources of what is new.

    A query, and three or four for each tap; two more where any is new: what can't be said of
    any tap is said of these.
    """
    moved = []
    for source_id, release in _current_releases(sources).items():
        streams = sent_streams(release.pk)
        said = {
            "release_id": release.pk,
            "version": release.version,
            "digest": _digest(streams),
            "streams": len(streams),
            "basis": _basis(release),
        }
        known = TapSchemas.objects.filter(source=source_id)
        if not streams:
            known.delete()
        elif not known.filter(**said).exists():
            row, _ = TapSchemas.objects.update_or_create(
                source_id=source_id, defaults=said
            )
            moved.append(row)
    if moved:
        blocked = [made for target in _blocked() for made in _like(target, moved)]
        put_all(blocked, by=["tap", "target"])
    return {row.source_id for row in moved}


def _basis(release: Release) -> Basis:
    """Return how the streams of a release are known: a run listed all of them, or none."""
    is_read = Stream.objects.filter(release=release, basis=Basis.STATIC).exists()
    return Basis.STATIC if is_read else Basis.OBSERVED


def _current_releases(sources: Iterable[Source]) -> dict[int, Release]:
    """Return by package the release that an installer takes of the tap that it is."""
    spoken = Statement.objects.filter(
        source__in=list(sources),
        # Where its runs speak: it installs from there what was tried.
        origin=Origin.PROBE,
        gone_at=None,
        variant__plugin__type=PluginType.EXTRACTORS,
        variant__current_release__isnull=False,
    ).select_related("variant__current_release")
    return {
        row.source_id: row.variant.current_release
        for row in spoken.defer("variant__current_release__artifacts").order_by("-pk")
        if row.variant.current_release
    }


def sent_streams(release_id: int) -> list[Json]:
    """Return the streams of a release that are sent to targets, as a catalog has them."""
    rows = Stream.objects.filter(release=release_id, schema__isnull=False)
    streams, size = [], 0
    for row in rows[:STREAMS_LIMIT]:
        stream = {
            "tap_stream_id": row.tap_stream_id,
            "stream": row.tap_stream_id,
            "key_properties": row.key_properties,
            "schema": row.schema,
        }
        size += len(json.dumps(stream))
        if size > TAP_BYTES:
            break
        streams.append(stream)
    return streams


def asked_taps(ticket: ProbeTicket) -> list[Json]:
    """Return the taps that a ticket's target is asked about, with their streams.

    One query, and one for each tap.
    """
    missing = TapSchemas.objects.not_loaded_by(
        ticket.source_id, ticket.version, commit=ticket.revision, layout=LAYOUT
    ).select_related("source")
    # What met a limit before comes after what was never seen.
    before = Loading.objects.filter(tap=OuterRef("source"), target=ticket.source_id)
    taps: list[Json] = []
    size = 0
    for row in missing.order_by(Exists(before), "source_id")[:TAPS_LIMIT]:
        streams = sent_streams(row.release_id)
        size += len(json.dumps(streams))
        if taps and size > QUESTION_BYTES:
            break
        taps.append(
            {
                "tap": row.source_id,
                "name": row.source.address,
                "version": row.version,
                "digest": row.digest,
                "streams": streams,
            }
        )
    return taps


def unload(ticket: ProbeTicket) -> None:
    """Have a ticket's target asked about all taps again; what it was seen to do is shown on."""
    if ticket.kind == TicketKind.LOADING:
        Loading.objects.filter(target=ticket.source_id).update(layout=0)


def keep_loadings(snapshots: Sequence[Snapshot]) -> set[int]:
    """Write what targets were seen to load; return the sources of those that said anything.

    What was seen later stays. Two queries for each snapshot.
    """
    told = set()
    for snapshot in snapshots:
        rows = _rows(snapshot)
        if said := _said_of_all(snapshot):
            missing = TapSchemas.objects.not_loaded_by(
                said.target_id, said.target_version,
                commit=said.target_commit, layout=said.layout,
            )  # fmt: skip
            rows = _like(said, missing)
        put_all(rows, by=["tap", "target"])
        if rows:
            told.add(snapshot.source_id)
    return told


def _said_of_all(snapshot: Snapshot) -> Loading | None:
    """Return what is to be said of a target with any tap, where it could not be judged."""
    said = snapshot.evidence.get("blocked")
    if not isinstance(said, dict) or said.get("code") not in list(Blocked):
        return None
    blank = {"tap": 0, "digest": "", "answer": Answer.UNKNOWN.value}
    return _row(snapshot, {**blank, "code": said["code"], "cause": said.get("cause")})


def _blocked() -> list[Loading]:
    """Return a loading of each target of which nothing can be said, by its current release."""
    current = ProbeTicket.objects.filter(
        kind=TicketKind.LOADING,
        is_current=True,
        source=OuterRef("target"),
        version=OuterRef("target_version"),
        revision=OuterRef("target_commit"),
    )
    rows = Loading.objects.filter(
        Exists(current), code__in=list(Blocked), layout__gte=LAYOUT
    )
    return list(rows.order_by("target_id", "pk").distinct("target_id"))


def _like(said: Loading, taps: Iterable[TapSchemas]) -> list[Loading]:
    """Return the same of a target with each of these taps: it was not asked for any."""
    rows = []
    for tap in taps:
        row = copy(said)
        row.pk = None
        row.tap_id, row.tap_version, row.digest = tap.source_id, tap.version, tap.digest
        rows.append(row)
    return rows


def _rows(snapshot: Snapshot) -> list[Loading]:
    said = snapshot.evidence.get("loads")
    listed = said[:TAPS_LIMIT] if isinstance(said, list) else []
    by_tap = {one["tap"]: one for one in listed if _is_loading(one)}
    taps = TapSchemas.objects.filter(source__in=by_tap)
    known = set(taps.values_list("source", flat=True))
    later: dict[int, bool] = defaultdict(bool)
    for row in Loading.objects.filter(tap__in=by_tap, target=snapshot.source_id):
        later[row.tap_id] = row.ran_at > snapshot.taken_at
    return [
        _row(snapshot, one)
        for tap, one in by_tap.items()
        if tap in known and not later[tap]
    ]


def _is_loading(one: object) -> bool:
    return (
        isinstance(one, dict)
        and _count(one.get("tap")) > 0
        and one.get("answer") in list(Answer)
        and isinstance(one.get("digest"), str)
    )


def _row(snapshot: Snapshot, one: Mapping[str, Any]) -> Loading:
    _, version, python = snapshot.subject.split("/")
    read = one.get("read")
    return Loading(
        tap_id=one["tap"],
        tap_version=short(one.get("version"), 120),
        digest=one["digest"][:64],
        target_id=snapshot.source_id,
        target_version=version,
        target_commit=short(snapshot.evidence.get("commit"), 64),
        python=python,
        layout=layout_of(snapshot.evidence),
        answer=one["answer"],
        code=short(one.get("code"), 40),
        cause=short(one.get("cause")),
        streams=_count(one.get("streams")),
        sent=_count(one.get("sent")),
        read=None if read is None else _count(read),
        config_is_made_up=snapshot.evidence.get("config_is_made_up") is not False,
        ran_at=snapshot.taken_at,
    )


def _count(value: object) -> int:
    """Return a number that a column takes, 0 for anything else."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and 0 <= value < 2**31 else 0  # type: ignore[operator,return-value]


def _digest(streams: Sequence[Json]) -> str:
    return hashlib.sha256(json.dumps(streams, sort_keys=True).encode()).hexdigest()
