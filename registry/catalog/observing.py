"""What runs in the sandbox say of the variants.

A run speaks of one release on one Python. Of a variant speaks the run of the release that
an installer takes now, on the Python where it answered best: what it was seen to do there
is laid over what others say of the variants that install it from this package or repository.

A release whose newest runs do not start, since something that comes with it moved, is the same
release: what it offers, the last run tells in which it started.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain

from django.db import transaction
from packaging.version import Version

from registry.catalog import Recorded, record
from registry.catalog.conforming import words_at_work
from registry.catalog.installing import release_taken, revision_label
from registry.catalog.speaking import (
    SPEAKING,
    base_of,
    installs_from,
    place_tried,
    with_installations,
)
from registry.catalog.statements import TRIED
from registry.catalog.streaming import keep_streams, touch_plugins
from registry.facts import Facts, Json, MaintainerFacts, VariantFacts
from registry.layers import AT_WORK
from registry.models import (
    Plugin,
    ProbeRun,
    Release,
    Snapshot,
    Source,
    Statement,
    Variant,
)
from registry.models.bulk import save_all
from registry.tried import Answer, Question
from registry.vocabulary import Origin, PluginType, SourceKind

# The better a run answered, the more of it was seen: weightiest question first.
WEIGHTS = (Question.ABOUT, Question.DISCOVERS, Question.IMPORTS, Question.INSTALLS)
# Who says what is installed, and what was seen of it.
TELLING = (*SPEAKING, *TRIED)
# What a surface has beyond the keys of a plugin definition.
BEYOND = ("streams", "supported_python_versions")


def observe(sources: Collection[Source], *, now: datetime) -> Recorded:
    """Record what the deciding runs of sources say.

    The plugins are locked before any run is read: two Pythons of one release are often tried
    at once, and whoever read fewer runs could otherwise be the last to write.
    """
    together = with_installations(sources)
    with transaction.atomic():
        _lock_plugins(together)
        return record(observations(together), now=now)


def _lock_plugins(sources: Collection[Source]) -> None:
    """Lock the plugins that sources speak of, as `lock_plugins` does and in its order."""
    spoken = Statement.objects.filter(
        source__in=sources, origin__in=TELLING, gone_at=None
    ).values_list("variant__plugin__type", "variant__plugin__name")
    keys = set(spoken)
    rows = Plugin.objects.filter(
        type__in={kind for kind, _ in keys}, name__in={name for _, name in keys}
    )
    list(rows.select_for_update().order_by("pk").values_list("pk"))


def observations(sources: Iterable[Source]) -> list[tuple[Snapshot, Facts]]:
    """Return what the deciding runs of sources say, for `catalog.record`; keep streams.

    One pair for each source and plugin; without variants where nothing is seen any more.
    """
    by_id = {source.pk: source for source in sources}
    spoken, newest = _spoken(by_id.values()), _newest_runs(by_id)
    runs = _runs_taken(spoken, newest, by_id)
    _keep_summaries(runs, spoken)
    started = _last_started(runs)
    deciding = {
        pair: _deciding(tried, started) for pair, tried in runs.items() if tried
    }
    at_work = words_at_work(by_id)
    found = []
    for (source_id, kind, name), statements in spoken.items():
        said = [one for one in statements if one.origin not in TRIED]
        theirs = {one: deciding.get((source_id, one.variant_id)) for one in said}
        run = max(filter(None, theirs.values()), key=_worth, default=None)
        # One run speaks for a plugin here: variants that install other releases are silent.
        taking = [one for one, own in theirs.items() if run and own == run]
        told = _told(run, at_work.get((run.source_id, run.version), ())) if run else ()
        if not any((source_id, one.variant_id) in runs for one in statements):
            told = _untold(statements, newest.get(source_id, ()))
        for snapshot, origin, definition in told:
            saying = taking if definition else ()
            variants = tuple(_variant(one, definition) for one in saying)
            facts = Facts(
                type=PluginType(kind), name=name, origin=origin, variants=variants
            )
            found.append((snapshot, facts))
    keep_streams({pair[1]: run for pair, run in deciding.items()})
    return found


type Spoken = Mapping[tuple[int, str, str], list[Statement]]
# By source and variant.
type Taken = Mapping[tuple[int, int], list[ProbeRun]]
# By source.
type Runs = Mapping[int, list[ProbeRun]]
# A source, a version of it, and where that moves a commit: what is installed from there.
type Tried = tuple[int, str, str]


def _spoken(sources: Collection[Source]) -> Spoken:
    """Return what sources and their runs say now, by source and plugin.

    Nobody looks at an installation: what is said of a variant that is installed so, its
    package or repository says.
    """
    rows = Statement.objects.filter(
        source__in=sources, origin__in=TELLING, gone_at=None
    ).select_related("variant__plugin", "variant__maintainer")
    installed = {
        one.address: one.pk for one in sources if one.kind == SourceKind.INSTALLATION
    }
    grouped: dict[tuple[int, str, str], list[Statement]] = defaultdict(list)
    for row in rows.order_by("pk"):
        plugin = row.variant.plugin
        grouped[row.source_id, plugin.type, plugin.name].append(row)
        place = place_tried(row.variant.pip_url)
        if place and row.origin in SPEAKING and place.address in installed:
            pk = installed[place.address]
            grouped[pk, plugin.type, plugin.name].append(row)
    return grouped


def _newest_runs(source_ids: Iterable[int]) -> Runs:
    newest = ProbeRun.objects.filter(source__in=source_ids).newest()
    runs: dict[int, list[ProbeRun]] = defaultdict(list)
    for run in newest.select_related("snapshot").defer("snapshot__evidence"):
        runs[run.source_id].append(run)
    return runs


def _last_started(taken: Taken) -> dict[Tried, list[ProbeRun]]:
    """Return the last runs that started of what no longer starts on some Python.

    One query; none where everything starts.
    """
    failing = [
        run for run in chain.from_iterable(taken.values()) if run.starts != Answer.YES
    ]
    if not failing:
        return {}
    rows = ProbeRun.objects.filter(
        source__in={run.source_id for run in failing},
        version__in={run.version for run in failing},
        starts=Answer.YES,
    ).newest()
    found: dict[Tried, list[ProbeRun]] = defaultdict(list)
    for run in rows.select_related("snapshot").defer("snapshot__evidence"):
        found[_release_of(run)].append(run)
    return found


def _deciding(
    tried: Sequence[ProbeRun], started: Mapping[Tried, Sequence[ProbeRun]]
) -> ProbeRun:
    """Return the newest run that answered best, or an earlier one that answered more."""
    newest = max(tried, key=_worth)
    earlier = max(started.get(_release_of(newest), ()), key=_worth, default=newest)
    return earlier if _seen(earlier) > _seen(newest) else newest


def _release_of(run: ProbeRun) -> Tried:
    return run.source_id, run.version, run.commit


def _runs_taken(spoken: Spoken, newest: Runs, sources: Mapping[int, Source]) -> Taken:
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
    for run in chain.from_iterable(newest.values()):
        runs[run.source_id, run.version].append(run)
    return {
        (source_id, variant.pk): runs.get(
            (source_id, _label(variant, sources[source_id], released[variant.pk])), []
        )
        for (source_id, _), variant in variants.items()
    }


def _label(variant: Variant, source: Source, releases: Sequence[Release]) -> str:
    """Return what the release is called that a variant installs from its source."""
    if base_of(source)[0] == SourceKind.REPOSITORY:
        place = installs_from(variant.pip_url, source)
        return revision_label(place.ref) if place else ""
    release = release_taken(variant.pip_url, releases)
    return release.version if release else ""


def _keep_summaries(runs: Taken, spoken: Spoken) -> None:
    """Write where the current releases run; a plugin is touched where that moved.

    Of what can be tried no more nothing is said, nor of what was not tried yet with all
    that is asked for; of what a variant installs from elsewhere only by who judges that.
    """
    of_variant: dict[int, Json] = {
        one.variant_id: {}
        for one in chain.from_iterable(spoken.values())
        if _is_judged_here(one.variant.pip_url)
    }
    for (_, variant_id), tried in runs.items():
        of_variant[variant_id] = _summary(tried) if tried else {}
    moved = []
    for row in Variant.objects.filter(pk__in=of_variant).only("tried", "plugin"):
        if row.tried != of_variant[row.pk]:
            row.tried = of_variant[row.pk]
            moved.append(row)
    save_all(moved, ["tried"])
    touch_plugins({row.plugin_id for row in moved})


def _is_judged_here(pip_url: str) -> bool:
    """Say whether nobody else judges what is asked for: installations come with their base."""
    place = place_tried(pip_url)
    return place is None or place.kind is SourceKind.INSTALLATION


def _summary(runs: Sequence[ProbeRun]) -> Json:
    return {
        "version": runs[0].version,
        "pythons": {run.python: run.starts for run in runs},
        "at": max(run.ran_at for run in runs).isoformat(),
    }


def _worth(run: ProbeRun) -> tuple[list[bool], Version]:
    return _seen(run), Version(run.python)


def _seen(run: ProbeRun) -> list[bool]:
    answers = {one["question"]: one["answer"] for one in run.outcomes}
    return [answers.get(question) == Answer.YES for question in WEIGHTS]


def _told(
    run: ProbeRun, at_work: Sequence[str]
) -> Iterator[tuple[Snapshot, Origin, Json]]:
    """Yield what was seen of a release, and what was only read of it, as definitions."""
    seen = {k: v for k, v in run.surface.items() if k not in BEYOND}
    seen |= {AT_WORK: list(at_work)} if at_work else {}
    read = {k: v for k, v in run.code.items() if k not in BEYOND}
    yield run.snapshot, Origin.PROBE, seen
    yield run.snapshot, Origin.CODE, read


def _untold(
    statements: Sequence[Statement], runs: Sequence[ProbeRun]
) -> Iterator[tuple[Snapshot, Origin, Json]]:
    """Yield that nothing is seen any more where something was: nobody installs from there.

    Where somebody does, and his release was not tried yet, what was seen last still stands.
    """
    for origin in TRIED:
        if runs and any(one.origin == origin for one in statements):
            yield runs[0].snapshot, origin, {}


def _variant(said: Statement, definition: Json) -> VariantFacts:
    row = said.variant
    return VariantFacts(
        name=row.name,
        definition=definition,
        maintainer=MaintainerFacts(
            name=row.maintainer.name, label=row.maintainer.label, url=row.maintainer.url
        ),
    )
