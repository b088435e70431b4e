"""Keep the streams that a run listed, else those that were read, with the release it was of."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import F

from registry.facts import Json
from registry.models import Plugin, ProbeRun, Release, Stream, Variant
from registry.models.bulk import BATCH, save_all
from registry.tried import Basis


def keep_streams(deciding: Mapping[int, ProbeRun]) -> None:
    """Replace the streams of releases where their runs say others than are kept.

    `deciding` are runs by variant. A plugin is touched where anything moved.
    """
    _keep_revisions({pk: run for pk, run in deciding.items() if run.commit})
    rows = Release.objects.filter(
        variant__in=deciding, version__in={run.version for run in deciding.values()}
    ).defer("artifacts")
    releases = {
        row.pk: row for row in rows if deciding[row.variant_id].version == row.version
    }
    said = {pk: _said(deciding[row.variant_id]) for pk, row in releases.items()}
    kept: dict[int, list[Json]] = defaultdict(list)
    for stream in Stream.objects.filter(release__in=releases):
        kept[stream.release_id].append(_as_said(stream))
    stale = [
        pk for pk in releases
        if sorted(map(repr, kept[pk])) != sorted(map(repr, said[pk]))
    ]  # fmt: skip
    touched = {releases[pk].variant_id for pk in stale}
    plugins = Variant.objects.filter(pk__in=touched).values_list("plugin", flat=True)
    touch_plugins(plugins)
    Stream.objects.filter(release__in=stale).delete()
    Stream.objects.bulk_create(
        [Stream(release_id=pk, **one) for pk in stale for one in said[pk]],
        batch_size=BATCH,
    )


def touch_plugins(ids: Iterable[int]) -> None:
    """Have plugins published again."""
    if wanted := set(ids):
        Plugin.objects.filter(pk__in=wanted).update(revision=F("revision") + 1)


def _keep_revisions(runs: Mapping[int, ProbeRun]) -> None:
    """Make a branch or a commit that was tried the current release of who installs it.

    It has the time of the commit, and no artifacts: those of a release never change, and
    what a branch holds does. A tag is a release by itself.
    """
    if not runs:
        return
    named = Release.objects.filter(variant__in=runs)
    tagged = set(named.exclude(artifacts={}).values_list("variant", "version"))
    Release.objects.bulk_create(
        [
            Release(variant_id=pk, version=run.version, released_at=_made_at(run))
            for pk, run in runs.items()
            if (pk, run.version) not in tagged
        ],
        update_conflicts=True,
        unique_fields=["variant", "version"],
        update_fields=["released_at"],
    )
    tried = {
        row.variant_id: row.pk
        for row in named.only("variant", "version")
        if row.version == runs[row.variant_id].version
    }
    _make_current(tried)


def _make_current(releases: Mapping[int, int]) -> None:
    """Make releases the current ones; both are ids, of a variant and of its release."""
    moved = [
        row
        for row in Variant.objects.filter(pk__in=releases).only("current_release")
        if row.current_release_id != releases[row.pk]
    ]
    for row in moved:
        row.current_release_id = releases[row.pk]
    save_all(moved, ["current_release"])


def _made_at(run: ProbeRun) -> datetime | None:
    """Return when a commit was made: it says so itself, but not of a time after its run."""
    return min(run.committed_at, run.ran_at) if run.committed_at else None


def _said(run: ProbeRun) -> list[Json]:
    """Return the streams that a run listed, else those that its release's files have."""
    if "streams" in run.surface:
        return _columns(run.surface["streams"], Basis.OBSERVED)
    return _columns(run.code.get("streams", []), Basis.STATIC)


def _columns(streams: Sequence[Json], basis: Basis) -> list[Json]:
    """Return the columns of the first stream of each id that a row can hold."""
    first: dict[str, Json] = {}
    for stream in streams:
        keys = stream["replication_keys"]
        first.setdefault(
            stream["id"][:300],
            {
                "tap_stream_id": stream["id"][:300],
                "key_properties": stream["key_properties"],
                "replication_method": stream["replication_method"][:20],
                "replication_key": (keys[0] if keys else "")[:300],
                "schema": stream["schema"] or None,
                "basis": basis.value,
            },
        )
    return list(first.values())


def _as_said(row: Stream) -> Json:
    return {
        "tap_stream_id": row.tap_stream_id,
        "key_properties": row.key_properties,
        "replication_method": row.replication_method,
        "replication_key": row.replication_key,
        "schema": row.schema,
        "basis": row.basis,
    }
