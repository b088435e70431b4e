"""Where a variant's releases run, from runs in the sandbox; and why there is none yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from django.conf import settings
from django.db.models import Case, IntegerField, When
from django.db.models.functions import TruncDate

from registry.catalog.differing import is_for, order
from registry.facts import Json
from registry.installations import why_refused
from registry.models import ProbeRun, Release, Source, Variant
from registry.models.run import ProbeRunQuerySet
from registry.tried import Answer, Question
from registry.views.releases.naming import called
from registry.views.runs.run import MARKS, TONES
from registry.views.runs.strips import Strip, of_newest, since, strip
from registry.vocabulary import SourceKind

VERSIONS_SHOWN = 10
# Three releases on five Pythons, several times over: more is history of the runs' own pages.
RUNS_READ = 120
WORDS = {"yes": "runs", "no": "fails", "unknown": "not known"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """The newest runs as a table of versions by Pythons, and those of a month as a strip.

    `last_good` is of the newest release, where it fails on a Python: the last run there
    that started.
    """

    pythons: tuple[str, ...]
    rows: tuple[tuple[str, list[dict[str, Any] | None]], ...]
    strip: Strip | None
    last_good: ProbeRun | None
    by_snapshot: Mapping[int, ProbeRun]


def trials(
    speakers: Sequence[Source],
    current: Release | None = None,
    releases: Sequence[Release] = (),
) -> Trials | None:
    """Return what runs of a variant's sources came to; None before any. Two queries.

    Those of the `current` release are read first, then those of the `releases` that are
    shown: older ones are tried later, and there may be hundreds of these.
    """
    rows = ProbeRun.objects.filter(source__in=speakers)
    version = current.version if current else ""
    runs = _read(rows, version, [one.version for one in releases])
    if not runs:
        return None
    newest: dict[tuple[str, str], ProbeRun] = {}
    for run in runs:
        newest.setdefault((run.version, run.python), run)
    pythons = sorted({python for _, python in newest}, key=order)
    versions = sorted({version for version, _ in newest}, key=order, reverse=True)
    return Trials(
        pythons=tuple(pythons),
        rows=tuple(
            (version, [_cell(newest.get((version, python))) for python in pythons])
            for version in versions[:VERSIONS_SHOWN]
        ),
        strip=strip(of_newest(_daily(rows, of_newest(runs, version)[-1]), version)),
        last_good=_last_good(runs, newest, versions[0]),
        by_snapshot={run.snapshot_id: run for run in runs},
    )


def _read(rows: ProbeRunQuerySet, version: str, shown: Sequence[str]) -> list[ProbeRun]:
    """Return runs of a version, of others that are shown and of the rest, newest first."""
    wanted = Case(
        When(version=version, then=0), When(version__in=shown, then=1),
        default=2, output_field=IntegerField(),
    )  # fmt: skip
    runs = rows.order_by(wanted, "-snapshot_id").only(
        "source_id", "snapshot_id", "version", "python", "ran_at", "starts", "outcomes",
        "commit", "installs", "needs_compiler", "needs_library", "framework",
        "sdk_version",
    )  # fmt: skip
    return sorted(runs[:RUNS_READ], key=lambda one: one.snapshot_id, reverse=True)


def _daily(rows: ProbeRunQuerySet, newest: ProbeRun) -> ProbeRunQuerySet:
    """Return each release's newest run of a day on each Python, of the days that are shown."""
    first = datetime.combine(since(newest), time.min, tzinfo=UTC)
    one = ("python", "day", "version")
    return (
        rows.filter(ran_at__gte=first)
        .annotate(day=TruncDate("ran_at", tzinfo=UTC))
        .order_by(*one, "-ran_at", "-pk")
        .distinct(*one)
        .only("python", "version", "ran_at", "starts")
    )


def _last_good(
    runs: Sequence[ProbeRun], newest: Mapping[tuple[str, str], ProbeRun], version: str
) -> ProbeRun | None:
    """Return the last run of a release that started where its newest fails; None for none."""
    failing = {
        python
        for (of, python), run in newest.items()
        if of == version and run.starts == Answer.NO
    }
    return next(
        (
            run
            for run in runs
            if run.version == version
            and run.python in failing
            and run.starts == Answer.YES
        ),
        None,
    )


def speaking(
    tried: Trials | None, release: Release | None, seen: int | None
) -> ProbeRun | None:
    """Return the run that speaks of a release: that of the snapshot `seen`, or its best."""
    if tried is None or release is None:
        return None
    if seen is not None and seen in tried.by_snapshot:
        return tried.by_snapshot[seen]
    return max(
        of_release(tried, release).values(),
        key=lambda one: (_discovers(one), one.starts == "yes"),
        default=None,
    )


def of_release(tried: Trials | None, release: Release | None) -> dict[str, ProbeRun]:
    """Return the newest run of a release on each Python, in the order of these."""
    if tried is None or release is None:
        return {}
    # They come the newest first.
    runs = [one for one in tried.by_snapshot.values() if one.version == release.version]
    newest = {run.python: run for run in reversed(runs)}
    return {python: newest[python] for python in sorted(newest, key=order)}


def _discovers(run: ProbeRun) -> bool:
    answers = {one["question"]: one["answer"] for one in run.outcomes}
    return answers.get(Question.DISCOVERS) == Answer.YES


def cell_of(run: ProbeRun) -> dict[str, Any]:
    """Return whether a release runs on one Python, as tables show it."""
    return {
        "run": run,
        "word": WORDS[run.starts],
        "mark": MARKS[run.starts],
        "tone": TONES[run.starts],
        "why": run.why_it_fails,
    }


def _cell(run: ProbeRun | None) -> dict[str, Any] | None:
    return cell_of(run) if run is not None else None


def running(asked: Sequence[Json], *, now: datetime) -> str:
    """Say what a worker is trying at this moment; nothing where none is."""
    held = [one for one in asked if _is_past(one["leased_until"], now) is False]
    if not held:
        return ""
    pythons = ", ".join(sorted({one["python"] for one in held}, key=order))
    version = called(held[0]["version"])
    return f"Checking {version} on Python {pythons}: a sandbox tries it now."


def why_untried(
    variant: Variant, speakers: Sequence[Source], asked: Sequence[Json]
) -> str:
    """Say why no run showed anything of the current release; nothing where one did.

    `asked` are the tickets of what an installer takes now.
    """
    if variant.tried:
        return ""
    if any(one["parked_at"] for one in asked):
        return "Not assessed: it ended the sandbox's worker each time it was tried."
    if any(one["failures"] for one in asked):
        return "Not assessed yet: the last try ended without a result, and is repeated."
    if not settings.PROBE:
        return "Not assessed: releases are not tried here."
    if asked:
        return "Not assessed yet: it waits for a sandbox."
    why = why_refused(variant.pip_url) or _why_unasked(variant, speakers)
    return f"Not assessed: {why}"


def unfinished(
    variant: Variant, asked: Sequence[Json], tried: Trials | None, *, now: datetime
) -> list[tuple[str, bool]]:
    """Say on which Pythons the current release was not tried yet, or given up; none for all.

    Each with whether it was given up. Of what no run showed at all `why_untried` speaks.
    """
    if not variant.tried:
        return []
    seen = of_release(tried, variant.current_release)
    parked = [one["python"] for one in asked if one["parked_at"]]
    waiting = [
        one["python"]
        for one in asked
        if one["python"] not in {*seen, *parked}
        and _is_past(one["leased_until"], now) is not False
    ]
    why = "it waits for a sandbox" if settings.PROBE else "releases are not tried here"
    told = (
        (waiting, f"Not tried yet on Python {{}}: {why}.", False),
        (parked, "Given up on Python {}: each try ended the sandbox's worker.", True),
    )
    return [
        (words.format(", ".join(sorted(pythons, key=order))), is_given_up)
        for pythons, words, is_given_up in told
        if pythons
    ]


def _why_unasked(variant: Variant, speakers: Sequence[Source]) -> str:
    if not speakers:
        return "nothing was read at its addresses yet."
    if any("://" in one.address for one in speakers if one.kind == SourceKind.PACKAGE):
        return "only packages of the default index are tried."
    release = variant.current_release
    if release is None:
        return "no release of it is known yet."
    if any(is_for(release.requires_python, one) for one in settings.PROBE_PYTHONS):
        return "no try of it is planned yet."
    pythons = ", ".join(settings.PROBE_PYTHONS)
    return (
        f"releases are tried on Python {pythons}, and {release.shown} asks for "
        f"{release.requires_python}."
    )


def _is_past(moment: str | None, now: datetime) -> bool | None:
    """Say whether a moment in JSON has passed; None where there is none."""
    return None if moment is None else datetime.fromisoformat(moment) <= now
