"""What runs in the sandbox showed: rows of them, and what they say of the variants.

A run speaks of one release on one Python. Of a variant speaks the run of the release that
an installer takes now, on the Python where it answered best: what it was seen to do there
is laid over what others say of the variants that install it from this package or repository.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from packaging.version import Version

from registry.catalog.differing import keep_breaking
from registry.catalog.installing import (
    installs_from,
    release_taken,
    revision_label,
)
from registry.catalog.statements import TRIED
from registry.catalog.streaming import keep_streams, touch_plugins
from registry.facts import Facts, Json, MaintainerFacts, VariantFacts
from registry.models import (
    ProbeRun,
    Release,
    Snapshot,
    Source,
    Statement,
    Variant,
)
from registry.models.bulk import BATCH, save_all
from registry.tried import Answer, Question, Tried
from registry.vocabulary import Origin, PluginType, SourceKind

# The better a run answered, the more of it was seen: weightiest question first.
WEIGHTS = (Question.ABOUT, Question.DISCOVERS, Question.IMPORTS, Question.INSTALLS)
# Who says what is installed, and what was seen of it.
SPEAKING = (Origin.PACKAGE, Origin.REPOSITORY, *TRIED)
# What a surface has beyond the keys of a plugin definition.
BEYOND = ("streams", "supported_python_versions")


def keep_runs(tried: Sequence[tuple[Snapshot, Tried, Json, Json]]) -> None:
    """Write the row of each run, anew where there is one: from a snapshot, all of it.

    Where a release breaks what the one before it did, that becomes an event.
    """
    rows = [_row(*one) for one in tried]
    fields = [field.name for field in ProbeRun._meta.fields]  # noqa: SLF001  public API
    ProbeRun.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["snapshot"],
        update_fields=[name for name in fields if name not in {"id", "snapshot"}],
    )
    if rows:
        keep_breaking(rows)


def _row(snapshot: Snapshot, tried: Tried, surface: Json, code: Json) -> ProbeRun:
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
        code=code,
        rescue=tried.rescue[:200],
        commit=tried.commit[:64],
        committed_at=tried.committed_at,
    )


def observations(sources: Iterable[Source]) -> list[tuple[Snapshot, Facts]]:
    """Return what the deciding runs of sources say, for `catalog.record`; keep streams.

    One pair for each source and plugin; without variants where nothing is seen any more.
    """
    by_id = {source.pk: source for source in sources}
    spoken = _spoken(by_id)
    runs = _runs_taken(spoken, by_id)
    _keep_summaries(runs)
    deciding = {pair: max(tried, key=_worth) for pair, tried in runs.items() if tried}
    found = []
    for (source_id, kind, name), statements in spoken.items():
        said = [one for one in statements if one.origin not in TRIED]
        theirs = {one: deciding.get((source_id, one.variant_id)) for one in said}
        run = max(filter(None, theirs.values()), key=_worth, default=None)
        if run is None:
            continue
        # One run speaks for a plugin here: variants that install other releases are silent.
        taking = [one for one, own in theirs.items() if own == run]
        for origin, definition in _told(run):
            facts = Facts(
                type=PluginType(kind),
                name=name,
                origin=origin,
                variants=tuple(
                    _variant(one, definition) for one in taking if definition
                ),
            )
            found.append((run.snapshot, facts))
    keep_streams({pair[1]: run for pair, run in deciding.items()})
    return found


type Spoken = Mapping[tuple[int, str, str], list[Statement]]
# By source and variant.
type Taken = Mapping[tuple[int, int], list[ProbeRun]]


def _spoken(source_ids: Iterable[int]) -> Spoken:
    """Return what sources and their runs say now, by source and plugin."""
    rows = Statement.objects.filter(
        source__in=source_ids, origin__in=SPEAKING, gone_at=None
    ).select_related("variant__plugin", "variant__maintainer")
    grouped: dict[tuple[int, str, str], list[Statement]] = defaultdict(list)
    for row in rows.order_by("pk"):
        plugin = row.variant.plugin
        grouped[row.source_id, plugin.type, plugin.name].append(row)
    return grouped


def _runs_taken(spoken: Spoken, sources: Mapping[int, Source]) -> Taken:
    """Return the newest runs of what each variant installs from each source.

    None for a release that was not tried: what an older one was seen to do says nothing of
    the one that is taken now. A variant that installs from elsewhere is left out.
    """
    variants = {
        (source_id, one.variant_id): one.variant
        for (source_id, _, _), statements in spoken.items()
        for one in statements
        if installs_from(one.variant.pip_url, sources[source_id])
    }
    released: dict[int, list[Release]] = defaultdict(list)
    wanted = {variant_id for _, variant_id in variants}
    for release in Release.objects.filter(variant__in=wanted).defer("artifacts"):
        released[release.variant_id].append(release)
    runs: dict[tuple[int, str], list[ProbeRun]] = defaultdict(list)
    newest = ProbeRun.objects.filter(source__in=sources).newest()
    for run in newest.select_related("snapshot").defer("snapshot__evidence"):
        runs[run.source_id, run.version].append(run)
    return {
        (source_id, variant.pk): runs.get(
            (source_id, _label(variant, sources[source_id], released[variant.pk])), []
        )
        for (source_id, _), variant in variants.items()
    }


def _label(variant: Variant, source: Source, releases: Sequence[Release]) -> str:
    """Return what the release is called that a variant installs from its source."""
    if source.kind == SourceKind.REPOSITORY:
        place = installs_from(variant.pip_url, source)
        return revision_label(place.ref) if place else ""
    release = release_taken(variant.pip_url, releases)
    return release.version if release else ""


def _keep_summaries(runs: Taken) -> None:
    """Write where the current releases run; a plugin is touched where that moved."""
    of_variant = {
        variant_id: _summary(tried) if tried else {}
        for (_, variant_id), tried in runs.items()
    }
    moved = []
    for row in Variant.objects.filter(pk__in=of_variant).only("tried", "plugin"):
        if row.tried != of_variant[row.pk]:
            row.tried = of_variant[row.pk]
            moved.append(row)
    save_all(moved, ["tried"])
    touch_plugins({row.plugin_id for row in moved})


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


def _told(run: ProbeRun) -> Iterator[tuple[Origin, Json]]:
    """Yield what was seen of a release, and what was only read of it, as definitions."""
    yield Origin.PROBE, {k: v for k, v in run.surface.items() if k not in BEYOND}
    yield Origin.CODE, run.code


def _variant(said: Statement, definition: Json) -> VariantFacts:
    row = said.variant
    return VariantFacts(
        name=row.name,
        definition=definition,
        maintainer=MaintainerFacts(
            name=row.maintainer.name, label=row.maintainer.label, url=row.maintainer.url
        ),
    )
