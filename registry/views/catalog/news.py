"""What is new about connectors: released, failing since now, in need of a maintainer.

Each question is answered from an index of what is asked for, or from the variants' own rows,
so that it costs no more when there are years of releases and runs. What several variants share
(one package, one repository with a preset for each) is one piece of news.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.db.models import FETCH_RAISE, Exists, F, OuterRef, Q, Subquery
from django.db.models.fields.json import KT

from registry.catalog.speaking import SPEAKING
from registry.maintenance import MaintenanceState
from registry.models import ProbeRun, Statement, Variant
from registry.models.plugin import NEEDING
from registry.models.run import ProbeRunQuerySet
from registry.models.ticketing import ROOM
from registry.tried import Answer
from registry.views.catalog.chips import python_versions

WEEK = timedelta(days=7)
# Variants that share one release are looked through for so many times what is shown.
SHARED = 8
# In a first week everything that fails does so for the first time: the newest are enough.
FAILURES = 1000
FIELDS = (
    "name",
    "pip_url",
    "counters",
    "plugin__type",
    "plugin__name",
    "plugin__label",
)
RUNS = Q(starts=Answer.YES)
FAILS = Q(starts=Answer.NO)
USED = F("counters__all_projects").desc(nulls_last=True)
USED_OF_SAID = F("variant__counters__all_projects").desc(nulls_last=True)


@dataclass(frozen=True, slots=True)
class Failure:
    """A current release that was seen to run before and does not now.

    `pythons` are those on which that is so, `run` is the newest that says it.
    """

    variant: Variant
    run: ProbeRun
    pythons: str
    why: str


def released(now: datetime, *, shown: int) -> list[Variant]:
    """Return variants whose current release is of the last week, the newest first. One query.

    The index of releases by date gives them; a date in the future is somebody's mistake, and
    what a branch holds has no artifacts and was released by nobody.
    """
    rows = (
        Variant.objects.select_related("plugin", "current_release")
        .only(*FIELDS, "current_release__version", "current_release__released_at")
        .filter(
            current_release__released_at__gt=now - WEEK,
            current_release__released_at__lte=now,
            gone_at=None,
        )
        .exclude(current_release__artifacts={})
        .order_by("-current_release__released_at", "pk")
        .fetch_mode(FETCH_RAISE)
    )
    return _one_each(rows[: shown * SHARED], shown=shown)


def failing(now: datetime, *, shown: int) -> list[Failure]:
    """Return current releases that began to fail within a week, the newest first. Two queries.

    That is so where a run says no, and the run before it of the same release said yes, or
    there is none and a run of another release on the same Python said yes before.
    """
    by_source: dict[int, list[ProbeRun]] = defaultdict(list)
    began = _began_to_fail(now - WEEK).order_by("-ran_at", "-pk")
    for run in began[: shown * ROOM]:
        by_source[run.source_id].append(run)
    runs = dict(list(by_source.items())[:shown])
    variants = _most_used(runs)
    return [
        _failure(variants[source_id], found)
        for source_id, found in runs.items()
        if source_id in variants
    ]


def needing(*, shown: int) -> list[Variant]:
    """Return living variants that nobody looks after, the most used first. One query.

    Use is the number of projects that the definitions' own metrics count.
    """
    rows = (
        Variant.objects.select_related("plugin")
        .only(*FIELDS, "maintenance")
        .filter(NEEDING, gone_at=None)
        # A definition's word counts where no source shows otherwise.
        .exclude(maintenance=MaintenanceState.ACTIVE)
        .order_by(USED, "pk")
        .fetch_mode(FETCH_RAISE)
    )
    return _one_each(rows[: shown * SHARED], shown=shown)


def _began_to_fail(since: datetime) -> ProbeRunQuerySet:
    """Return runs of current releases that say no, where it had been yes, and nothing since.

    Reads failures of these days alone (`run_failed`), and others' runs by `run_newest`.
    """
    lately = ProbeRun.objects.filter(FAILS, ran_at__gte=since).order_by("-ran_at")
    return _no_longer_running().filter(pk__in=lately.values("pk")[:FAILURES])


@cache
def _no_longer_running() -> ProbeRunQuerySet:
    """Return such runs of any day. Put together once: that takes longer than asking it."""
    same = ProbeRun.objects.filter(
        source=OuterRef("source"),
        version=OuterRef("version"),
        python=OuterRef("python"),
    )
    earlier = same.filter(snapshot_id__lt=OuterRef("snapshot_id"))
    before = earlier.order_by("-snapshot_id").annotate(ran=RUNS)
    another = ProbeRun.objects.filter(
        RUNS,
        source=OuterRef("source"),
        python=OuterRef("python"),
        snapshot_id__lt=OuterRef("snapshot_id"),
    ).exclude(version=OuterRef("version"))
    current = Variant.objects.alias(tried_version=KT("tried__version")).filter(
        statements__source=OuterRef("source"),
        statements__gone_at=None,
        tried_version=OuterRef("version"),
    )
    return ProbeRun.objects.alias(ran_before=Subquery(before.values("ran")[:1])).filter(
        Q(ran_before=True) | Q(ran_before=None) & Exists(another),
        ~Exists(same.filter(~FAILS, snapshot_id__gt=OuterRef("snapshot_id"))),
        Exists(current),
    )


def _most_used(runs: Mapping[int, Sequence[ProbeRun]]) -> dict[int, Variant]:
    """Return of each source the variant that most projects use. One query.

    Of those that install what ran: a source may be named by others, too.
    """
    if not runs:
        return {}
    taken = Q()
    for source_id, found in runs.items():
        versions = {run.version for run in found}
        taken |= Q(source=source_id, variant__tried__version__in=versions)
    rows = (
        Statement.objects.select_related("variant__plugin")
        .only("source_id", *(f"variant__{name}" for name in FIELDS))
        .filter(taken, gone_at=None, origin__in=SPEAKING)
        .order_by("source_id", USED_OF_SAID, "pk")
        .distinct("source_id")
        .fetch_mode(FETCH_RAISE)
    )
    return {row.source_id: row.variant for row in rows}


def _failure(variant: Variant, runs: list[ProbeRun]) -> Failure:
    return Failure(
        variant=variant,
        run=runs[0],
        pythons=python_versions([run.python for run in runs]),
        why=runs[0].why_it_fails,
    )


def _one_each(rows: Iterable[Variant], *, shown: int) -> list[Variant]:
    """Return the first variants, of those that install the same thing the first alone."""
    found: dict[str, Variant] = {}
    for row in rows:
        found.setdefault(row.pip_url or str(row.pk), row)
    return list(found.values())[:shown]
