"""What runs in the sandbox showed: rows of them, and what they say of the variants.

A run speaks of one release on one Python. Of a connector speaks the run of the release
that an installer takes now, on the Python where it answered best: what it was seen to do
there is laid over what others say of the variants that install this package.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import F
from packaging.version import Version

from registry.catalog.laying import newest_release
from registry.facts import Facts, Json, MaintainerFacts, VariantFacts
from registry.models import (
    Plugin,
    ProbeRun,
    Release,
    Snapshot,
    Source,
    Statement,
    Stream,
    Variant,
)
from registry.models.bulk import BATCH, save_all
from registry.tried import Answer, Question, Tried
from registry.vocabulary import Origin, PluginType

# The better a run answered, the more of it was seen: weightiest question first.
WEIGHTS = (Question.ABOUT, Question.DISCOVERS, Question.IMPORTS, Question.INSTALLS)
# What a surface has beyond the keys of a plugin definition.
BEYOND = ("streams", "supported_python_versions")


def keep_runs(tried: Sequence[tuple[Snapshot, Tried, Json]]) -> None:
    """Write the row of each run, anew where there is one: from a snapshot, all of it."""
    rows = [_row(snapshot, one, surface) for snapshot, one, surface in tried]
    fields = [field.name for field in ProbeRun._meta.fields]  # noqa: SLF001  public API
    ProbeRun.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["snapshot"],
        update_fields=[name for name in fields if name not in {"id", "snapshot"}],
    )


def _row(snapshot: Snapshot, tried: Tried, surface: Json) -> ProbeRun:
    _, version, python = snapshot.subject.split("/")
    return ProbeRun(
        snapshot=snapshot,
        source_id=snapshot.source_id,
        # As it was asked for: what it says of itself is foreign.
        version=version,
        python=python,
        ran_at=snapshot.taken_at,
        interpreter=tried.interpreter[:40],
        platform=tried.platform[:120],
        level=str(snapshot.evidence.get("level", ""))[:20],
        lock=tried.lock[:64],
        installs=tried.answer(Question.INSTALLS),
        imports=tried.answer(Question.IMPORTS),
        outcomes=[one.as_json() for one in tried.outcomes],
        surface=surface,
        rescue=tried.rescue[:200],
    )


def observations(sources: Iterable[Source]) -> list[tuple[Snapshot, Facts]]:
    """Return what the deciding runs of packages say, for `catalog.record`; keep streams.

    One pair for each package and plugin; without variants where nothing is seen any more.
    """
    ids = {source.pk for source in sources}
    spoken = _spoken(ids)
    runs = _current_runs(spoken)
    deciding = {pk: max(tried, key=_worth) for pk, tried in runs.items()}
    _keep_summaries(runs, spoken)
    streams: dict[int, list[Json]] = {}
    found = []
    for (source_id, kind, name), statements in spoken.items():
        run = deciding.get(source_id)
        if run is None:
            continue
        said = [one for one in statements if one.origin != Origin.PROBE]
        variants = tuple(_variant(one, run) for one in said) if _is_seen(run) else ()
        facts = Facts(
            type=PluginType(kind), name=name, origin=Origin.PROBE, variants=variants
        )
        found.append((run.snapshot, facts))
        streams |= {one.variant_id: run.surface.get("streams", []) for one in said}
    _keep_streams(streams, deciding, spoken)
    return found


type Spoken = Mapping[tuple[int, str, str], list[Statement]]


def _spoken(source_ids: set[int]) -> Spoken:
    """Return what packages and runs say now, by package and plugin."""
    rows = Statement.objects.filter(
        source__in=source_ids, origin__in=(Origin.PACKAGE, Origin.PROBE), gone_at=None
    ).select_related("variant__plugin", "variant__maintainer")
    grouped: dict[tuple[int, str, str], list[Statement]] = defaultdict(list)
    for row in rows.order_by("pk"):
        plugin = row.variant.plugin
        grouped[row.source_id, plugin.type, plugin.name].append(row)
    return grouped


def _current_runs(spoken: Spoken) -> dict[int, list[ProbeRun]]:
    """Return the newest runs of the release of each package that an installer takes."""
    of_source: dict[int, set[int]] = defaultdict(set)
    for (source_id, _, _), statements in spoken.items():
        of_source[source_id] |= {one.variant_id for one in statements}
    released: dict[int, list[Release]] = defaultdict(list)
    wanted = {pk for ids in of_source.values() for pk in ids}
    for release in Release.objects.filter(variant__in=wanted).defer("artifacts"):
        released[release.variant_id].append(release)
    runs: dict[tuple[int, str], list[ProbeRun]] = defaultdict(list)
    newest = ProbeRun.objects.filter(source__in=of_source).newest()
    for run in newest.select_related("snapshot").defer("snapshot__evidence"):
        runs[run.source_id, run.version].append(run)
    found = {}
    for source_id, variant_ids in of_source.items():
        current = newest_release(r for pk in variant_ids for r in released[pk])
        if current and (tried := runs.get((source_id, current.version))):
            found[source_id] = tried
    return found


def _keep_summaries(runs: Mapping[int, Sequence[ProbeRun]], spoken: Spoken) -> None:
    """Write where the current releases run; a plugin is touched where that moved."""
    of_variant = {
        # What an older release was seen to do says nothing of the one that is taken now.
        one.variant_id: _summary(runs[source_id]) if source_id in runs else {}
        for (source_id, _, _), statements in spoken.items()
        for one in statements
    }
    moved = []
    for row in Variant.objects.filter(pk__in=of_variant).only("tried", "plugin"):
        if row.tried != of_variant[row.pk]:
            row.tried = of_variant[row.pk]
            moved.append(row)
    save_all(moved, ["tried"])
    plugins = {row.plugin_id for row in moved}
    Plugin.objects.filter(pk__in=plugins).update(revision=F("revision") + 1)


def _summary(runs: Sequence[ProbeRun]) -> Json:
    return {
        "version": runs[0].version,
        "pythons": {run.python: run.starts for run in runs},
        "at": max(run.ran_at for run in runs).isoformat(),
    }


def _worth(run: ProbeRun) -> tuple[list[bool], Version]:
    answers = {one["question"]: one["answer"] for one in run.outcomes}
    seen = [answers.get(question) == Answer.YES for question in WEIGHTS]
    return seen, Version(run.python)


def _is_seen(run: ProbeRun) -> bool:
    return any(key not in BEYOND for key in run.surface)


def _variant(said: Statement, run: ProbeRun) -> VariantFacts:
    row = said.variant
    return VariantFacts(
        name=row.name,
        definition={k: v for k, v in run.surface.items() if k not in BEYOND},
        maintainer=MaintainerFacts(
            name=row.maintainer.name, label=row.maintainer.label, url=row.maintainer.url
        ),
    )


def _keep_streams(
    streams: Mapping[int, list[Json]], deciding: Mapping[int, ProbeRun], spoken: Spoken
) -> None:
    """Replace the streams of the deciding releases where they differ from what is kept."""
    versions = {
        one.variant_id: deciding[source_id].version
        for (source_id, _, _), statements in spoken.items()
        if source_id in deciding
        for one in statements
    }
    releases = {
        row.pk: row
        for row in Release.objects.filter(
            variant__in=streams, version__in=set(versions.values())
        ).defer("artifacts")
        if versions[row.variant_id] == row.version
    }
    kept: dict[int, list[Json]] = defaultdict(list)
    for row in Stream.objects.filter(release__in=releases):
        kept[row.release_id].append(_as_said(row))
    stale = [
        pk for pk, row in releases.items()
        if sorted(map(repr, kept[pk])) != sorted(map(repr, _said(streams[row.variant_id])))
    ]  # fmt: skip
    touched = {releases[pk].variant_id for pk in stale}
    plugins = Variant.objects.filter(pk__in=touched).values("plugin")
    Plugin.objects.filter(pk__in=plugins).update(revision=F("revision") + 1)
    Stream.objects.filter(release__in=stale).delete()
    Stream.objects.bulk_create(
        [
            Stream(release_id=pk, **said)
            for pk in stale
            for said in _said(streams[releases[pk].variant_id])
        ],
        batch_size=BATCH,
    )


def _said(streams: Sequence[Json]) -> list[Json]:
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
    }
